//! Decides what will be done. Pure: no file is looked at, no clock, no chance.
//!
//! The order is: the copy; the new files beside their place, each read back; then everything moved into place at once.

use std::collections::{BTreeMap, BTreeSet};

use bdb::format::ByteOrder;
use serde::Deserialize;
use serde_json::json;
use upgrade_engine::digest::Digest;
use upgrade_engine::fs::{Name, PathError, RelPath};
use upgrade_engine::place::Place;
use upgrade_engine::plan::Plan;
use upgrade_engine::step::{
    Attributes, BuildTree, Content, MakeDir, MoveEntries, Node, NotEmpty, RemoveDir, SetModified, Step, TreeEntry,
};

use crate::cli::{Args, YesNo};
use crate::db_config::{self, Stripped};
use crate::detect::config::ConfigFacts;
use crate::detect::database::DatabaseFacts;
use crate::detect::destination::{BackupState, TargetState};
use crate::detect::environment::Environment;
use crate::detect::owner::Owner;
use crate::detect::source::{Entry, EntryKind, Role, SourceFacts};
use crate::detect::{Directories, Facts};
use crate::migrate::{self, Migration};
use crate::salvage;

/// The tool's name in plans and state directories.
pub const TOOL: &str = "csmigrate";

/// Mode of a directory in which this run makes files, whatever the source's is.
const OWNER_MAY_WRITE: u32 = 0o700;
/// The directory inside the target in which the new files are made.
const STAGING: &str = "csmigrate.new";
/// The directory inside the target for databases of which only part can be read.
const SALVAGED: &str = "salvaged";

/// Returns what was asked for, as an unfinished run is recognised by.
pub fn request(args: &Args, directories: Option<&Directories>) -> serde_json::Value {
    let path = |path: &upgrade_engine::fs::RootPath| path.to_string();
    let mut request = json!({
        "source": directories.map(|d| path(&d.source)),
        "target": directories.map(|d| path(&d.target)),
        "backup": directories.map(|d| path(&d.backup)),
        "byte_order": format!("{:?}", args.byte_order).to_lowercase(),
        "dup_sorted": args.dup_sorted.map(|answer| answer == YesNo::Yes),
        "owner": args.owner,
        "backup_all": args.backup_all,
        "ics_conf": args.ics_conf.as_ref().map(|path| path.display().to_string()),
        "salvage": args.salvage,
        "log_files": directories.and_then(|d| d.logs.as_ref()).map(path),
        "without_logs": args.without_logs,
        "read_only": args.read_only.map(|switch| switch.as_ics_value()),
    });
    if !args.give_away.is_empty() {
        let mut files: Vec<String> = args.give_away.iter().map(|file| file.display().to_string()).collect();
        files.sort();
        // Only where it is used: an unfinished run of a program without this option is recognised.
        if let Some(request) = request.as_object_mut() {
            request.insert("give_away".to_owned(), json!(files));
        }
    }
    request
}

/// Plans a migration.
///
/// # Errors
/// [`PathError`] for a name that a path cannot hold, which no surveyed name is.
pub fn plan(facts: &Facts, args: &Args, request: serde_json::Value) -> Result<Plan, PathError> {
    let mut plan = Plan::new(TOOL, request);
    let source = &facts.source;
    plan.anchors.insert("source".to_owned(), source.anchor.clone());
    plan.anchors.insert("backup-parent".to_owned(), facts.backup.parent.clone());
    let backup = Place::anchor("backup-parent").join(&facts.backup.name);

    plan_backup(&mut plan, facts, &backup);
    let target = match &facts.target.state {
        TargetState::Empty(anchor) => {
            plan.anchors.insert("target".to_owned(), anchor.clone());
            Place::anchor("target")
        }
        TargetState::Missing { parent, name } => {
            plan.anchors.insert("target-parent".to_owned(), parent.clone());
            let at = Place::anchor("target-parent").join(name);
            let mut attributes = owned(source.attributes.clone(), facts.owner);
            // The server writes its region and log files here, and this run its databases.
            attributes.mode |= OWNER_MAY_WRITE;
            plan.steps.push(Step::MakeDir(MakeDir { at: at.clone(), attributes }));
            at
        }
    };
    plan_target(&mut plan, facts, args, &backup, &target)?;
    if let Some(config) = &facts.config {
        plan_config(&mut plan, config);
    }
    plan.warnings = warnings(facts, args);
    plan.findings = salvage::findings(facts)?;
    Ok(plan)
}

/// Plans an edit of ics.conf alone.
pub fn plan_edit(config: &ConfigFacts, request: serde_json::Value) -> Plan {
    let mut plan = Plan::new(TOOL, request);
    plan_config(&mut plan, config);
    plan
}

/// What every producer's request says of its source.
#[derive(Deserialize)]
struct SourceFile {
    file: RelPath,
    source_digest: Digest,
}

/// Returns the files of the source that a plan copies or migrates, with their contents at that time.
pub fn source_files(plan: &Plan) -> BTreeMap<RelPath, Digest> {
    let trees = plan.steps.iter().filter_map(|step| match step {
        Step::BuildTree(tree) => Some(&tree.entries),
        _ => None,
    });
    let files = trees.flatten().filter_map(|entry| match &entry.node {
        Node::File(Content::CopyOf { digest, .. }) => Some((entry.path.clone(), *digest)),
        Node::File(Content::Produced { request, .. }) => {
            let SourceFile { file, source_digest } = serde_json::from_value(request.clone()).ok()?;
            Some((file, source_digest))
        }
        Node::Directory | Node::Symlink(_) | Node::Fifo | Node::HardLink(_) => None,
    });
    files.collect()
}

fn plan_config(plan: &mut Plan, config: &ConfigFacts) {
    if let Some(edit) = &config.edit {
        plan.anchors.insert("config".to_owned(), config.parent.clone());
        plan.steps.push(Step::ReplaceFile(edit.clone()));
    }
}

fn plan_backup(plan: &mut Plan, facts: &Facts, backup: &Place) {
    let source = &facts.source;
    match &facts.backup.state {
        BackupState::HoldsSource => return,
        BackupState::Missing => {}
        BackupState::Empty(attributes) => plan.steps.push(Step::RemoveDir(RemoveDir {
            at: backup.clone(),
            attributes: attributes.clone(),
            not_empty: NotEmpty::Fail,
        })),
    }
    let entries = source.entries.iter().map(|entry| TreeEntry {
        path: entry.path.clone(),
        node: copied(entry),
        attributes: entry.attributes.clone(),
    });
    plan.steps.push(Step::BuildTree(BuildTree {
        at: backup.clone(),
        attributes: source.attributes.clone(),
        entries: entries.collect(),
    }));
    // A backup inside the source must not make the source look changed.
    let at = Place::anchor("backup-parent");
    plan.steps.push(Step::SetModified(SetModified { at, to: facts.backup.parent_modified }));
}

fn copied(entry: &Entry) -> Node {
    match &entry.kind {
        EntryKind::Directory => Node::Directory,
        EntryKind::Symlink(target) => Node::Symlink(target.clone()),
        EntryKind::HardLink(first) => Node::HardLink(first.clone()),
        // A refused source is not planned.
        EntryKind::Refused => Node::Directory,
        EntryKind::File(digest) => Node::File(Content::CopyOf {
            from: Place::anchor("source").below(&entry.path),
            digest: *digest,
            size: entry.stat.size,
        }),
    }
}

fn plan_target(plan: &mut Plan, facts: &Facts, args: &Args, backup: &Place, target: &Place) -> Result<(), PathError> {
    let attributes = Attributes { mode: OWNER_MAY_WRITE, ..owned(facts.source.attributes.clone(), facts.owner) };
    let salvaged = facts.salvaged_name()?;
    let mut entries = Vec::new();
    let mut names = Vec::new();
    let mut known = BTreeSet::new();
    for entry in &facts.source.entries {
        let from = backup.below(&entry.path);
        let mut path = entry.path.clone();
        let content = match &entry.role {
            Role::BackupOnly | Role::Hopeless(_) | Role::Refused(_) => continue,
            Role::Carried => carried(&facts.source, entry, from),
            Role::WithoutDirectories => stripped(&facts.source, entry, from),
            Role::Database(database) => {
                // The target has no directory of its own for databases.
                path = entry.path.names().last().cloned().map_or(path, RelPath::from);
                if database.salvaged.is_some() {
                    path = RelPath::from(salvaged.clone()).below(&path);
                }
                produced(args, entry, database, from)
            }
        };
        if let Some(name) = path.names().first()
            && known.insert(name.clone())
        {
            if path.names().len() > 1 {
                let attributes = facts.source.attributes.clone();
                let attributes =
                    Attributes { mode: attributes.mode | OWNER_MAY_WRITE, ..owned(attributes, facts.owner) };
                entries.push(TreeEntry { path: RelPath::from(name.clone()), node: Node::Directory, attributes });
            }
            names.push(name.clone());
        }
        let attributes = owned(entry.attributes.clone(), facts.owner);
        entries.push(TreeEntry { path, node: Node::File(content), attributes });
    }
    let staging = target.join(&free_name(STAGING, |name| known.contains(name))?);
    plan.steps.push(Step::BuildTree(BuildTree { at: staging.clone(), attributes: attributes.clone(), entries }));
    plan.steps.push(Step::MoveEntries(MoveEntries { from: staging.clone(), to: target.clone(), names }));
    plan.steps.push(Step::RemoveDir(RemoveDir { at: staging, attributes, not_empty: NotEmpty::Fail }));
    Ok(())
}

impl Facts {
    /// Returns the name of the directory in the target for what could only be read in part.
    ///
    /// # Errors
    /// None for this name.
    pub fn salvaged_name(&self) -> Result<Name, PathError> {
        free_name(SALVAGED, |name| self.source.entries.iter().any(|entry| entry.path.names() == [name.clone()]))
    }
}

/// Returns a name that is not taken.
fn free_name(name: &str, is_taken: impl Fn(&Name) -> bool) -> Result<Name, PathError> {
    let mut name = Name::new(name)?;
    while is_taken(&name) {
        name = Name::new([name.as_bytes(), b"-"].concat())?;
    }
    Ok(name)
}

fn stripped(source: &SourceFacts, entry: &Entry, from: Place) -> Content {
    let request = Stripped { file: entry.path.clone(), from, source_digest: digest_of(source, entry) };
    Content::Produced { by: db_config::NAME.to_owned(), request: json!(request), size: entry.stat.size }
}

/// Another name of a file becomes a file of its own in the target.
fn carried(source: &SourceFacts, entry: &Entry, from: Place) -> Content {
    Content::CopyOf { from, digest: digest_of(source, entry), size: entry.stat.size }
}

fn digest_of(source: &SourceFacts, entry: &Entry) -> Digest {
    let first = match &entry.kind {
        EntryKind::HardLink(first) => source.entries.iter().find(|other| other.path == *first),
        _ => Some(entry),
    };
    match first.map(|first| &first.kind) {
        Some(EntryKind::File(digest)) => *digest,
        _ => Digest::of(b""),
    }
}

fn produced(args: &Args, entry: &Entry, database: &DatabaseFacts, from: Place) -> Content {
    let byte_order = match args.byte_order.for_source(database.meta.byte_order) {
        ByteOrder::Little => "little",
        ByteOrder::Big => "big",
    };
    let migration = Migration {
        file: entry.path.clone(),
        from,
        source_digest: database.digest,
        records: database.records,
        byte_order: byte_order.to_owned(),
        duplicates_sorted: duplicates_sorted(args, database),
        salvaged: database.salvaged.is_some(),
        file_id: migrate::file_id(&database.digest, &entry.path),
    };
    Content::Produced { by: migrate::NAME.to_owned(), request: json!(migration), size: entry.stat.size }
}

/// What the file says; where its version cannot say, what the administrator says, else what the data say.
fn duplicates_sorted(args: &Args, database: &DatabaseFacts) -> bool {
    use bdb::read::DuplicateMode;
    match args.dup_sorted {
        Some(answer) if database.has_duplicates(DuplicateMode::Unsaid) => answer == YesNo::Yes,
        _ => database.duplicates_lie_sorted(),
    }
}

fn owned(attributes: Attributes, owner: Option<Owner>) -> Attributes {
    match owner {
        Some(Owner { uid, gid }) => attributes.owned_by(uid, gid),
        None => attributes,
    }
}

fn warnings(facts: &Facts, args: &Args) -> Vec<String> {
    let mut warnings = facts.source.warnings.clone();
    warnings.extend(facts.source.left_out.iter().cloned());
    warnings.extend(facts.other_database.iter().cloned());
    if let Environment::WithoutLogs(what) = &facts.environment {
        warnings.push(what.clone());
    }
    for (entry, database) in facts.source.databases() {
        warnings.extend(database_warnings(&entry.path, database, args));
    }
    warnings
}

fn database_warnings(path: &RelPath, database: &DatabaseFacts, args: &Args) -> Vec<String> {
    use bdb::read::{Checksums, DuplicateMode};
    let mut warnings = Vec::new();
    let keys = &database.survey.key_order;
    if let (true, Some(page)) = (keys.descending > 0, keys.first_page) {
        warnings.push(format!(
            "{path}: {} keys are not in byte order (first on page {page}): the application had its own order, which is kept",
            keys.descending
        ));
    }
    let order = &database.survey.duplicate_order;
    if database.has_duplicates(DuplicateMode::Sorted) && order.descending > 0 {
        warnings.push(format!("{path}: its sorted duplicates are not in byte order; their order is kept"));
    }
    if database.has_duplicates(DuplicateMode::Unsaid) {
        let is = if duplicates_sorted(args, database) { "sorted" } else { "unsorted" };
        let why = if args.dup_sorted.is_some() { "as --dup-sorted says" } else { "found from the data" };
        warnings.push(format!("{path}: its duplicates are taken as {is}, {why}"));
    }
    if database.survey.deleted > 0 {
        let deleted = database.survey.deleted;
        warnings.push(format!("{path}: {deleted} items are marked as deleted; they are not migrated"));
    }
    if database.meta.checksums == Checksums::Present && database.salvaged.is_none() {
        warnings.push(format!("{path}: its page checksums were right; the new file has none"));
    }
    let doubtful = &database.survey.doubtful_buckets;
    if let (true, Some(page)) = (doubtful.count > 0, doubtful.first_page) {
        warnings.push(format!(
            "{path}: {} of its buckets are all zeros (first page {page}), and its meta page counts more keys than there are. A table created with a size looks like this; so does a table that lost keys",
            doubtful.count
        ));
    }
    // A hash database has pages that are set aside.
    if database.survey.unlisted > 0 && database.survey.buckets == 0 {
        warnings.push(format!("{path}: {} empty pages were on no list; they are skipped", database.survey.unlisted));
    }
    warnings
}
