//! What a plan says to people.

use std::collections::BTreeMap;

use crate::facts::Facts;
use crate::plan::{
    Conflict, ConflictKind, DirectoryChange, EditKind, ElementKind, Operation, Part, Plan, Severity, ValueEdit, marker,
};

/// Whether each change is listed, or only how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// How many.
    Summary,
    /// Each one.
    Everything,
}

/// Returns what a run will do, line by line.
#[must_use]
pub fn lines(plan: &Plan, detail: Detail) -> Vec<String> {
    let mut lines = plan.notices.clone();
    lines.extend(left_out(plan));
    let different = plan.skipped.iter().filter_map(|skipped| {
        let difference = skipped.difference.as_ref()?;
        Some(format!("The server's own definition of {} is kept: {difference}.", skipped.name))
    });
    lines.extend(different);
    let (refused, reported): (Vec<_>, Vec<_>) =
        plan.conflicts.iter().partition(|conflict| conflict.severity == Severity::Refused);
    lines.extend(reported.into_iter().map(reported_conflict));
    lines.extend(refused.into_iter().flat_map(refused_conflict));
    if plan.is_empty() {
        return lines;
    }
    lines.push("To do".to_owned());
    for (part, what) in [
        (Part::Schema, "schema"),
        (Part::Suffixes, "suffixes"),
        (Part::Indexes, "indexes"),
        (Part::Marker, "note of what was prepared"),
    ] {
        let changes: Vec<&DirectoryChange> = plan.changes.iter().filter(|change| change.part == part).collect();
        match (part, changes.len()) {
            (_, 0) => {}
            (Part::Schema, _) => lines.push(format!("  {what}: {}", definitions(&changes))),
            (_, count) => lines.push(format!("  {what}: {}", counted(count, "change"))),
        }
        if detail == Detail::Everything {
            lines.extend(changes.iter().map(|change| format!("    {}: {}", change.dn, change.reason)));
        }
    }
    for task in &plan.reindex {
        let names: Vec<&str> = task.attributes.iter().map(|indexed| indexed.attribute.as_str()).collect();
        lines.push(format!("  build the indexes of {}: {}", task.backend, names.join(", ")));
    }
    lines
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

/// Elements that stay missing, those with the same reason together.
fn left_out(plan: &Plan) -> Vec<String> {
    let mut by_reason: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for element in &plan.left_out {
        let kind = if element.kind == ElementKind::Class { "class " } else { "" };
        let without = match element.classes_without_it.as_slice() {
            [] => String::new(),
            classes => format!(" (classes without it: {})", classes.join(", ")),
        };
        by_reason.entry(&element.reason).or_default().push(format!("{kind}{}{without}", element.name));
    }
    by_reason.into_iter().map(|(reason, names)| format!("Left out, {reason}: {}.", names.join(", "))).collect()
}

fn reported_conflict(conflict: &Conflict) -> String {
    format!(
        "The server's definition of {} is kept; nothing that is needed depends on what differs: {}.",
        conflict.name, conflict.difference
    )
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
    lines
}
