//! Makes the target's `DB_CONFIG`: the source's without the lines that name directories, which would point the new server to the
//! old databases and logs.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use upgrade_engine::digest::Digest;
use upgrade_engine::fs::{File, RelPath};
use upgrade_engine::place::Place;
use upgrade_engine::step::{Producer, StepContext};

use crate::detect::db_config::without_directories;

/// The producer's name in plans.
pub const NAME: &str = "db_config";
/// A larger one was not carried over.
const LARGEST: u64 = 64 << 10;

/// The producer's request in a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stripped {
    /// The file below the source.
    pub file: RelPath,
    /// Its copy in the backup.
    pub from: Place,
    /// Digest of that file.
    pub source_digest: Digest,
}

/// Makes it.
pub struct StripDirectories;

impl Producer for StripDirectories {
    fn name(&self) -> &str {
        NAME
    }

    fn produce(&self, world: &StepContext<'_>, request: &Value, made: &dyn File) -> Result<Value, String> {
        let content = content(world, request)?;
        made.write_all_at(&content, 0).map_err(|e| e.to_string())?;
        Ok(Value::Null)
    }

    fn verify(
        &self,
        world: &StepContext<'_>,
        request: &Value,
        made: &dyn File,
        _: Option<&Value>,
    ) -> Result<(), String> {
        let expected = content(world, request)?;
        let found = read(made)?;
        if found == expected { Ok(()) } else { Err("read back, the new file is not what was written".to_owned()) }
    }
}

fn content(world: &StepContext<'_>, request: &Value) -> Result<Vec<u8>, String> {
    let request: Stripped =
        serde_json::from_value(request.clone()).map_err(|e| format!("the plan cannot be understood: {e}"))?;
    let source = world.open(&request.from).map_err(|e| e.to_string())?;
    let bytes = read(&*source)?;
    if Digest::of(&bytes) != request.source_digest {
        return Err("the copy of DB_CONFIG in the backup is not as it was surveyed".to_owned());
    }
    Ok(without_directories(&bytes))
}

fn read(file: &dyn File) -> Result<Vec<u8>, String> {
    let size = file.stat().map_err(|e| e.to_string())?.size;
    if size > LARGEST {
        return Err("it is larger than a DB_CONFIG".to_owned());
    }
    let mut bytes = vec![0; usize::try_from(size).map_err(|e| e.to_string())?];
    let mut filled = 0;
    while let Some(space) = bytes.get_mut(filled..).filter(|space| !space.is_empty()) {
        match file.read_at(space, filled as u64).map_err(|e| e.to_string())? {
            0 => return Err("it became shorter while it was read".to_owned()),
            count => filled = filled.saturating_add(count),
        }
    }
    Ok(bytes)
}
