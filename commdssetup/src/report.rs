//! What people read about a plan. Lines fit a terminal.

mod left_out;

use command::layout::{WIDTH, wrapped};
use upgrade_engine::shown;

use crate::facts::Facts;
use crate::plan::{
    Area, Conflict, ConflictKind, DirectoryChange, EditKind, ElementKind, Operation, Plan, Severity, ValueEdit, marker,
};

/// How much of a plan is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// The number of changes.
    Summary,
    /// Each change.
    Everything,
}

/// Returns what a run will do, line by line.
#[must_use]
pub fn lines(plan: &Plan, detail: Detail) -> Vec<String> {
    let mut lines: Vec<String> = plan.notices.iter().map(|notice| wrapped(notice)).collect();
    lines.extend(left_out::lines(plan));
    lines.extend(kept(plan));
    let (refused, reported): (Vec<_>, Vec<_>) =
        plan.conflicts.iter().partition(|conflict| conflict.severity == Severity::Refused);
    if !reported.is_empty() {
        lines.push(wrapped("The server's definition is kept: nothing that is needed depends on what differs"));
    }
    lines
        .extend(reported.into_iter().map(|conflict| wrapped(&format!("  {}: {}", conflict.name, conflict.difference))));
    lines.extend(refused.into_iter().flat_map(refused_conflict));
    if plan.is_empty() {
        return lines;
    }
    lines.push("To do".to_owned());
    for (part, what) in [
        (Area::Schema, "schema"),
        (Area::Suffixes, "suffixes"),
        (Area::Indexes, "indexes"),
        (Area::Marker, "note of what was prepared"),
    ] {
        let changes: Vec<&DirectoryChange> = plan.changes.iter().filter(|change| change.part == part).collect();
        match (part, changes.len()) {
            (_, 0) => {}
            (Area::Schema, _) => lines.push(format!("  {what}: {}", definitions(&changes))),
            (_, count) => lines.push(format!("  {what}: {}", counted(count, "change"))),
        }
        if detail == Detail::Everything {
            lines.extend(changes.iter().map(|change| on_one_line_or_two(&change.dn, &change.reason)));
        }
    }
    for task in &plan.reindex {
        let names: Vec<&str> = task.attributes.iter().map(|indexed| indexed.attribute.as_str()).collect();
        lines.push(wrapped(&format!("  build the indexes of {}: {}", task.backend, names.join(", "))));
    }
    lines
}

/// Returns what needs somebody's review after a run with this plan: the classes that stay missing.
#[must_use]
pub fn findings(plan: &Plan) -> Vec<String> {
    let missing = left_out::missing_classes(plan).into_iter();
    missing.map(|(product, classes)| left_out::finding(&product, &classes)).collect()
}

fn on_one_line_or_two(dn: &str, reason: &str) -> String {
    // The line break is our own, and no other.
    let (dn, reason) = (shown::line(dn), shown::line(reason));
    let line = format!("    {dn}: {reason}");
    if line.chars().count() <= WIDTH { line } else { format!("    {dn}\n{}", wrapped(&format!("      {reason}"))) }
}

/// Definitions of the server that are not those that are built in, and serve as well.
fn kept(plan: &Plan) -> Vec<String> {
    let different: Vec<(&str, &str)> = plan
        .skipped
        .iter()
        .filter_map(|skipped| Some((skipped.name.as_str(), skipped.difference.as_deref()?)))
        .collect();
    if different.is_empty() {
        return Vec::new();
    }
    let heading = format!("The server's own definition is kept: {}", counted(different.len(), "element"));
    let lines = different.into_iter().map(|(name, difference)| wrapped(&format!("  {name}: {difference}")));
    [heading].into_iter().chain(lines).collect()
}

/// Returns which version the directory is prepared to, as far as our note tells.
#[must_use]
pub fn installed(facts: &Facts) -> String {
    let parts: Vec<String> =
        facts.marker.iter().flat_map(marker::installed).map(|(word, version)| format!("{word} {version}")).collect();
    if parts.is_empty() { "no part".to_owned() } else { parts.join(", ") }
}

/// Returns `1 file`, `2 files`.
#[must_use]
pub fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn definitions(changes: &[&DirectoryChange]) -> String {
    let edits = changes.iter().filter_map(|change| match &change.operation {
        Operation::Modify { edits } => Some(edits),
        Operation::Add { .. } | Operation::Delete { .. } => None,
    });
    let edits: Vec<&ValueEdit> = edits.flatten().collect();
    let count = |kind: EditKind, attribute: &str| -> usize {
        let of = edits.iter().filter(|edit| edit.kind == kind && edit.attribute.eq_ignore_ascii_case(attribute));
        of.map(|edit| edit.values.len()).sum()
    };
    let attributes = counted(count(EditKind::Add, "attributeTypes"), "attribute");
    let new = count(EditKind::Add, "objectClasses");
    let classes = format!("{new} class{}", if new == 1 { "" } else { "es" });
    let old = count(EditKind::Delete, "attributeTypes").saturating_add(count(EditKind::Delete, "objectClasses"));
    match old {
        0 => format!("{attributes}, {classes}"),
        _ => format!("{attributes}, {classes}; {} replaced", counted(old, "definition")),
    }
}

fn refused_conflict(conflict: &Conflict) -> Vec<String> {
    let kind = match conflict.conflict {
        ConflictKind::SameOidOtherName => "the same identifier under another name",
        ConflictKind::SameNameOtherOid => "the same name under another identifier",
        ConflictKind::OtherSyntax => "another syntax",
        ConflictKind::Narrowing => "a narrower definition",
    };
    let what = if conflict.kind == ElementKind::Class { "class" } else { "attribute" };
    let mut lines = vec![
        format!("Conflict: {what} {}: {kind} ({})", conflict.name, conflict.difference),
        format!("  needed:     {}", conflict.ours),
        format!("  the server: {}", conflict.server),
    ];
    if !conflict.needed_by.is_empty() {
        lines.push(format!("  needed by:  {}", conflict.needed_by.join(", ")));
    }
    lines.push(format!("  remedy:     {}", conflict.remedy));
    lines.iter().map(|line| wrapped(line)).collect()
}
