//! Classes that are wider in the server than in the files that it is shipped with: in replication, servers learn from each other also what
//! somebody added to such a class.

use std::collections::{BTreeMap, BTreeSet};

use ldif::schema::ObjectClass;
use upgrade_engine::fs::{FileSystem, RootPath};

use super::places::schema_entries;
use crate::apply::oid_of;
use crate::facts::Subschema;
use crate::plan::{DirectoryChange, Operation, ServerSchema};

/// Where 389 DS keeps the schema that it is shipped with.
const PLACE: &str = "/usr/share/dirsrv/schema";

/// Returns a sentence for each class that allows or requires more than it is shipped with and that no change is about; none where the
/// shipped files are not seen.
pub(super) fn widened(fs: &dyn FileSystem, schema: &Subschema, changes: &[DirectoryChange]) -> Vec<String> {
    let shipped = RootPath::new(PLACE).ok().and_then(|path| schema_entries(fs, &path).ok()).unwrap_or_default();
    let edits = changes.iter().filter_map(|change| match &change.operation {
        Operation::Modify { edits } => Some(edits),
        Operation::Add { .. } | Operation::Delete { .. } => None,
    });
    let edits = edits.flatten().filter(|edit| edit.attribute.eq_ignore_ascii_case("objectClasses"));
    let ours: BTreeSet<String> =
        edits.flat_map(|edit| &edit.values).filter_map(|value| oid_of("objectClasses", value)).collect();
    let server = ServerSchema::new(schema);
    let parsed = schema.object_classes.iter().filter_map(|value| ObjectClass::parse(value).ok());
    let now: BTreeMap<String, ObjectClass> = parsed.map(|class| (class.oid.to_ascii_lowercase(), class)).collect();
    let texts = shipped.iter().flat_map(|entry| entry.values("objectClasses"));
    let classes = texts.filter_map(|value| ObjectClass::parse(std::str::from_utf8(value).ok()?).ok());
    let of_others = classes.filter(|class| !ours.contains(&class.oid.to_ascii_lowercase()));
    let contents = |class: &ObjectClass| -> BTreeSet<String> {
        let (must, may) = server.contents(class);
        &must | &may
    };
    let lines = of_others.filter_map(|class| {
        let more: Vec<String> =
            contents(now.get(&class.oid.to_ascii_lowercase())?).difference(&contents(&class)).cloned().collect();
        let (name, more) = (class.name(), Some(more.join(", ")).filter(|more| !more.is_empty())?);
        Some(format!(
            "The class {name} has more than the server was shipped with ({more}); another server may have given it that."
        ))
    });
    lines.collect()
}
