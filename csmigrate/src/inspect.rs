//! `--inspect DIR`: a table of the files of a database directory, and with `--deep` all that is wrong or odd about them. Nothing is
//! changed, and nothing is refused.

use std::collections::BTreeSet;

use bdb::ReadAt;
use bdb::hash::is_default;
use bdb::log::parse_log_name;
use bdb::read::{Access, Database, Meta, Part, ReadError, Recognised, Records, Unsupported};
use bdb::verify::{Finding, Seen, Severity, What, verify};
use serde::Serialize;
use upgrade_engine::fs::{Dir, File, FileKind, FileSystem, Name, RelPath, RootPath};
use upgrade_engine::step::Quiet;

use crate::cli::Depth;
use crate::detect::environment::{Look, look, what_is_wrong};
use crate::detect::file_access::Borrowed;
use crate::detect::source::{self, never_written, recognised};
use crate::error::Error;
use crate::{report, workers};

/// One file.
#[derive(Serialize)]
pub struct Row {
    file: String,
    #[serde(rename = "type")]
    kind: String,
    version: String,
    byte_order: String,
    page_size: String,
    pages: String,
    records: String,
    flags: String,
    state: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<FindingRow>,
}

/// Something that is wrong or odd.
#[derive(Serialize)]
struct FindingRow {
    page: u32,
    severity: &'static str,
    what: String,
}

/// What a directory holds.
#[derive(Serialize)]
pub struct Inspection {
    /// What the log files say.
    pub environment: String,
    files: Vec<Row>,
}

/// Looks at every file of a directory.
///
/// # Errors
/// [`Error::Common`] when the directory cannot be read.
pub fn inspect(fs: &dyn FileSystem, dir: &dyn Dir, path: &RootPath, depth: Depth) -> Result<Inspection, Error> {
    let failed = |e| Error::io("read", path, e);
    let (mut names, mut directories) = (Vec::new(), Vec::new());
    for name in dir.list(&RelPath::here()).map_err(failed)? {
        match dir.stat(&name.clone().into()).map_err(failed)?.kind {
            FileKind::Regular => names.push(name),
            FileKind::Directory => directories.push(name.into()),
            _ => {}
        }
    }
    let files = workers::for_each(&names, |name| match dir.open(&name.clone().into()) {
        Ok(file) => row(name, &*file, depth),
        Err(e) => Row { state: format!("cannot be read: {e}"), ..Row::empty(name, "?") },
    });
    let environment = environment(fs, path, &names, &directories);
    Ok(Inspection { environment, files })
}

fn environment(fs: &dyn FileSystem, path: &RootPath, names: &[Name], directories: &[RelPath]) -> String {
    let files = names.iter().filter(|name| parse_log_name(name.as_bytes()).is_none());
    let files: Vec<RelPath> = files.cloned().map(RelPath::from).collect();
    let found = source::open(fs, path).and_then(|dir| look(fs, path, dir, files, directories, None, &Quiet));
    match found {
        Ok(Look::NoLogs { .. }) => "no log files".to_owned(),
        Ok(Look::Log { verdict, place, .. }) if verdict.is_clean() => {
            let where_else = if place == *path { String::new() } else { format!(" in {place}") };
            format!("clean: the databases hold all of the log{where_else}, which ends at {}", verdict.end)
        }
        Ok(Look::Log { verdict, place, files, .. }) => {
            format!("not clean: {}", what_is_wrong(&verdict, &files, &place))
        }
        Err(e) => format!("not known: {e}"),
    }
}

impl Row {
    fn empty(name: &Name, kind: &str) -> Self {
        let none = || "-".to_owned();
        Self {
            file: name.to_string(),
            kind: kind.to_owned(),
            version: none(),
            byte_order: none(),
            page_size: none(),
            pages: none(),
            records: none(),
            flags: none(),
            state: none(),
            findings: Vec::new(),
        }
    }

    fn columns(&self) -> [&str; 9] {
        [
            &self.file,
            &self.kind,
            &self.version,
            &self.byte_order,
            &self.page_size,
            &self.pages,
            &self.records,
            &self.flags,
            &self.state,
        ]
    }
}

fn row(name: &Name, file: &dyn File, depth: Depth) -> Row {
    if let Some(what) = file.stat().ok().and_then(|stat| never_written(&stat)) {
        return Row { state: format!("not read: {what}"), ..Row::empty(name, "?") };
    }
    match recognised(file) {
        Err(e) => Row { state: format!("cannot be read: {e}"), ..Row::empty(name, "?") },
        // Its first page may be what is damaged.
        Ok(Recognised::NotADatabase) if depth == Depth::Deep && name.as_bytes().ends_with(b".db") => {
            database(name, file, "?", depth)
        }
        Ok(Recognised::NotADatabase) => Row::empty(name, "other"),
        Ok(Recognised::Unsupported(Unsupported::Log)) => Row::empty(name, "log"),
        Ok(Recognised::Unsupported(reason)) => {
            Row { state: format!("not read: {reason}"), ..Row::empty(name, "database") }
        }
        Ok(Recognised::Btree) => database(name, file, "btree", depth),
        Ok(Recognised::Hash) => database(name, file, "hash", depth),
    }
}

fn database(name: &Name, file: &dyn File, kind: &str, depth: Depth) -> Row {
    let empty = Row::empty(name, kind);
    let opened = match depth {
        Depth::Readable => Database::open(Borrowed(file)),
        Depth::Deep => Database::open_damaged(Borrowed(file)),
    };
    let database = match opened {
        Ok(database) => database,
        Err(e @ ReadError::Unsupported(_)) => return Row { state: format!("not read: {e}"), ..empty },
        Err(e) => {
            let findings = Vec::from_iter((depth == Depth::Deep).then(|| FindingRow::damage(&e)));
            return Row { state: format!("damaged: {e}"), findings, ..empty };
        }
    };
    let meta = database.meta();
    let mut parts = Vec::new();
    let (records, damage, findings) = match depth {
        Depth::Readable => {
            let mut records = database.records();
            let walked = walk(&mut records, &mut parts);
            (records.survey().records, walked.err().map(|e| e.to_string()), Vec::new())
        }
        Depth::Deep => verified(&database, &mut parts),
    };
    let state = match damage {
        Some(damage) => format!("damaged: {damage}"),
        None => {
            std::iter::once("readable to its end".to_owned()).chain(notes(meta, &parts)).collect::<Vec<_>>().join(", ")
        }
    };
    Row {
        kind: report::kind(meta).to_owned(),
        version: meta.version.to_string(),
        byte_order: meta.byte_order.to_string(),
        page_size: meta.page_size.to_string(),
        pages: meta.pages.to_string(),
        records: records.to_string(),
        flags: report::flags(meta),
        state,
        findings,
        ..empty
    }
}

/// Returns what is worth knowing of a sound file.
fn notes(meta: &Meta, parts: &[Part]) -> Vec<String> {
    let mut notes = Vec::new();
    if meta.holds_sub_databases() {
        notes.push(format!("{} sub-databases", parts.len()));
    }
    let functions: BTreeSet<u32> = parts.iter().filter_map(foreign_function).collect();
    notes.extend(functions.iter().map(|charkey| format!("hash function of the application ({charkey:#010x})")));
    notes
}

/// Returns the number of records, the first damage, and all that was found.
fn verified(database: &Database<Borrowed<'_>>, parts: &mut Vec<Part>) -> (u64, Option<String>, Vec<FindingRow>) {
    let visit = |seen: Seen<'_>| {
        if let Seen::Part(part) = seen {
            parts.push(part.clone());
        }
        Ok(())
    };
    let verdict = match verify(database, visit) {
        Ok(verdict) => verdict,
        Err(error) => return (0, Some(error.to_string()), vec![FindingRow::damage(&error)]),
    };
    let damage = verdict.findings.iter().find(|finding| matches!(finding.what, What::Structure(_)));
    let damage = damage.map(|finding| finding.what.to_string());
    let mut found: Vec<FindingRow> = verdict.findings.iter().map(FindingRow::new).collect();
    if verdict.more > 0 {
        let what = format!("{} more places that cannot be read", verdict.more);
        found.push(FindingRow { page: 0, severity: DAMAGE, what });
    }
    (verdict.survey.records, damage, found)
}

const DAMAGE: &str = "damage";

impl FindingRow {
    fn new(finding: &Finding) -> Self {
        let severity = match finding.what.severity() {
            Severity::Damage => DAMAGE,
            Severity::Oddity => "oddity",
        };
        Self { page: finding.page.0, severity, what: finding.what.to_string() }
    }

    fn damage(error: &ReadError) -> Self {
        Self { page: error.page().map_or(0, |page| page.0), severity: DAMAGE, what: error.to_string() }
    }

    /// Returns it as a line; many descriptions begin with their page.
    fn line(&self, file: &str) -> String {
        let page = format!("page {}: ", self.page);
        let what = self.what.strip_prefix(&page).unwrap_or(&self.what);
        format!("{file}: {}: {page}{what}", self.severity)
    }
}

fn walk<R: ReadAt>(records: &mut Records<'_, R>, parts: &mut Vec<Part>) -> Result<(), ReadError> {
    while let Some(part) = records.next_part()? {
        parts.push(part);
        while records.next()?.is_some() {}
    }
    Ok(())
}

/// Returns what a hash database says of its function where that is not the library's.
fn foreign_function(part: &Part) -> Option<u32> {
    match &part.meta.access {
        Access::Hash(hash) if !is_default(hash.charkey) => Some(hash.charkey),
        _ => None,
    }
}

impl Inspection {
    /// Returns the table, line by line.
    pub fn lines(&self) -> Vec<String> {
        let head = ["file", "type", "version", "byte order", "page size", "pages", "records", "flags", "state"];
        let rows: Vec<[&str; 9]> = std::iter::once(head).chain(self.files.iter().map(Row::columns)).collect();
        let mut widths = [0; 9];
        for row in &rows {
            for (width, text) in widths.iter_mut().zip(row) {
                *width = text.chars().count().max(*width);
            }
        }
        let mut lines: Vec<String> = rows
            .iter()
            .map(|row| {
                let cells = row.iter().zip(widths).map(|(text, width)| format!("{text:width$}"));
                cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
            })
            .collect();
        lines.push(format!("log: {}", self.environment));
        lines.extend(self.files.iter().flat_map(|row| row.findings.iter().map(|found| found.line(&row.file))));
        lines
    }

    /// Returns what was found to be damaged, one line per file.
    pub fn damage(&self) -> Vec<String> {
        let damaged = self.files.iter().filter_map(|row| {
            let count = row.findings.iter().filter(|found| found.severity == DAMAGE).count();
            let places = if count == 1 { "1 place".to_owned() } else { format!("{count} places") };
            (count > 0).then(|| format!("{} is damaged in {places}", row.file))
        });
        damaged.collect()
    }
}
