//! What is said about a migration: lines in the style of the published `csdb rebuild` sample, and details as JSON.

use bdb::format::{PageType, flag, hash_flag};
use bdb::log::{LogFormat, Verdict, Writer};
use bdb::read::{Access, Checksums, DuplicateMode, Meta, Survey};
use serde_json::{Value, json};
use upgrade_engine::fs::{Name, RelPath};
use upgrade_engine::plan::Plan;
use upgrade_engine::step::{NewContent, Step};

use crate::detect::Facts;
use crate::detect::database::DatabaseFacts;
use crate::detect::environment::Environment;
use crate::detect::source::Role;
use crate::salvage;

/// Returns the name of a database and of what it holds, as `csdb rebuild` calls them (`reference/calendar.md` section 3.5).
fn names(path: &RelPath) -> (String, &'static str) {
    let file = path.names().last().map(Name::to_string).unwrap_or_default();
    let known = file.strip_prefix("ics50").and_then(|name| name.strip_suffix(".db"));
    match known {
        Some(name @ "calprops") => (name.to_owned(), "calendars"),
        Some(name @ "events") => (name.to_owned(), "events"),
        Some(name @ "todos") => (name.to_owned(), "todos"),
        Some(name @ "alarms") => (name.to_owned(), "alarms"),
        Some(name @ "journals") => (name.to_owned(), "journals"),
        Some(name @ "deletelog") => (name.to_owned(), "deletelog entries"),
        Some(name @ "gse") => (name.to_owned(), "gse entries"),
        Some(name @ "recurring") => (name.to_owned(), "recurring entries"),
        _ => (file, "records"),
    }
}

/// Returns the lines about what was surveyed.
pub fn scanned(facts: &Facts) -> Vec<String> {
    let mut lines = Vec::new();
    for (entry, database) in facts.source.databases() {
        let (name, what) = names(&entry.path);
        lines.push(format!("Scanning {name} database..."));
        lines.push(format!("{} {what} scanned", database.survey.records));
    }
    lines
}

/// Returns the details that `-l max` logs for each database.
pub fn details(facts: &Facts) -> Vec<String> {
    let mut lines = vec![environment(&facts.environment)];
    for (entry, database) in facts.source.databases() {
        let survey = &database.survey;
        lines.push(format!(
            "{}: {} version {}, {} byte order, {}-byte pages, {}, {}, {} records, {} keys, {} overflow items, \
             {} duplicates on their page and {} off it, {} deleted items skipped; pages: {}",
            entry.path,
            kind(&database.meta),
            database.meta.version,
            database.meta.byte_order,
            database.meta.page_size,
            flags(&database.meta),
            shape(survey),
            survey.records,
            survey.keys,
            survey.overflow_keys + survey.overflow_data,
            survey.duplicates_on_page,
            survey.duplicates_off_page,
            survey.deleted,
            pages(database),
        ));
    }
    let is_carried = |role: &Role| matches!(role, Role::Carried | Role::WithoutDirectories);
    for entry in facts.source.entries.iter().filter(|entry| is_carried(&entry.role)) {
        lines.push(format!("{}: carried over, {} bytes", entry.path, entry.stat.size));
    }
    lines
}

/// Returns what the environment is known to be.
pub fn environment(environment: &Environment) -> String {
    match environment {
        Environment::Damaged(what) => what.clone(),
        Environment::NotLogged => "no log ever wrote these databases".to_owned(),
        Environment::WithoutLogs(what) => what.clone(),
        Environment::Clean(Verdict { format, end, .. }) => {
            let version = format.map_or_else(|| "unknown".to_owned(), log_format);
            format!("clean: the databases hold all of the log (version {version}), which ends at {end}")
        }
    }
}

fn log_format(format: LogFormat) -> String {
    let writer = match format.writer {
        Writer::Unknown => "",
        Writer::Bits32 => ", of a 32-bit program",
        Writer::Bits64 => ", of a 64-bit program",
    };
    format!("{}{writer}", format.version)
}

/// Returns what kind of database a file is.
pub fn kind(meta: &Meta) -> &'static str {
    match meta.access {
        Access::Btree(_) => "btree",
        Access::Hash(_) => "hash",
    }
}

/// Returns how deep and how wide the databases of a file are.
fn shape(survey: &Survey) -> String {
    let mut words = Vec::new();
    if survey.databases > 1 {
        words.push(format!("{} databases", survey.databases));
    }
    if survey.levels > 0 {
        words.push(format!("{} levels", survey.levels));
    }
    if survey.buckets > 0 {
        words.push(format!("{} buckets", survey.buckets));
    }
    words.join(", ")
}

/// Returns a database's flags as words.
pub fn flags(meta: &Meta) -> String {
    let dup_sorted = match meta.access {
        Access::Btree(_) => flag::DUPSORT,
        Access::Hash(_) => hash_flag::DUPSORT,
    };
    let words = [
        (meta.duplicates() != DuplicateMode::Forbidden, "duplicates"),
        (meta.flags & dup_sorted != 0, "sorted"),
        (meta.has_record_numbers(), "record numbers"),
        (meta.holds_sub_databases(), "sub-databases"),
        (meta.checksums == Checksums::Present, "checksums"),
    ];
    let set: Vec<&str> = words.iter().filter(|(is_set, _)| *is_set).map(|(_, word)| *word).collect();
    if set.is_empty() { "no flags".to_owned() } else { set.join(" ") }
}

fn pages(database: &DatabaseFacts) -> String {
    let counts = (0..=u8::MAX).filter_map(PageType::from_byte).filter_map(|kind| {
        let count = database.scanned.pages.of(kind);
        (count > 0).then(|| format!("{count} {kind}"))
    });
    counts.collect::<Vec<_>>().join(", ")
}

/// Returns what is said when a step begins, where it is worth saying.
pub fn announcement(plan: &Plan, number: usize) -> Option<String> {
    Some(match plan.steps.get(number)? {
        Step::BuildTree(tree) if tree.at.anchor == "backup-parent" => {
            let source = plan.anchors.get("source").map(|anchor| anchor.path.to_string()).unwrap_or_default();
            format!("Backing up {source} to {}...", plan.show(&tree.at))
        }
        Step::BuildTree(tree) => format!("Writing {} new files, each read back and compared...", tree.entries.len()),
        Step::MoveEntries(moved) if plan.undoes.is_none() => {
            format!("Moving {} files into {}...", moved.names.len(), plan.show(&moved.to))
        }
        Step::ReplaceFile(file) => match file.content {
            NewContent::Edits(_) | NewContent::Produced { .. } => format!("Editing {}...", plan.show(&file.at)),
            NewContent::Saved { .. } => format!("Restoring {}...", plan.show(&file.at)),
        },
        Step::RemoveTree(tree) => format!("Removing {}...", plan.show(&tree.tree.at)),
        _ => return None,
    })
}

/// Returns what only csmigrate can say, as JSON.
pub fn json(facts: &Facts) -> Value {
    let databases: Vec<Value> = facts
        .source
        .databases()
        .map(|(entry, database)| {
            json!({
                "file": entry.path,
                "type": kind(&database.meta),
                "version": database.meta.version,
                "byte_order": database.meta.byte_order.to_string(),
                "page_size": database.meta.page_size,
                "flags": database.meta.flags,
                "pages": database.meta.pages,
                "databases": database.survey.databases,
                "levels": database.survey.levels,
                "buckets": database.survey.buckets,
                "records": database.survey.records,
                "keys": database.survey.keys,
                "overflow_items": database.survey.overflow_keys + database.survey.overflow_data,
                "duplicates_on_page": database.survey.duplicates_on_page,
                "duplicates_off_page": database.survey.duplicates_off_page,
                "deleted_items_skipped": database.survey.deleted,
                "digest": database.digest,
                "salvaged": database.salvaged.as_ref().map(salvage::json),
            })
        })
        .collect();
    let of = |wanted: fn(&Role) -> bool| -> Vec<&RelPath> {
        facts.source.entries.iter().filter(|entry| wanted(&entry.role)).map(|entry| &entry.path).collect()
    };
    json!({
        "environment": environment(&facts.environment),
        "databases": databases,
        "carried_over": of(|role| matches!(role, Role::Carried | Role::WithoutDirectories)),
        "backed_up_only": of(|role| matches!(role, Role::BackupOnly | Role::Hopeless(_))),
        "nothing_salvaged": facts.source.hopeless().map(|(entry, why)| json!({ "file": entry.path, "why": why })).collect::<Vec<_>>(),
    })
}
