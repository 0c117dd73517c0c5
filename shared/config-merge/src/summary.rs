//! What a merge came to, for people: per file what was taken, kept and is in conflict, and each open conflict with both values.

use command::quoted;
use documents::changes::Changes;
use documents::merge::{Decision, Word};
use documents::whole_file;

use crate::merges::{FileToMerge, Merged, Merger};

/// How much of a value is shown; the report has all of it.
const LONGEST: usize = 160;

/// How many keys of a file were decided in which way.
#[derive(Default)]
struct Counts {
    taken: usize,
    kept: usize,
    moved: usize,
    resolved: usize,
    open: usize,
}

impl Counts {
    fn of(decisions: &[Decision]) -> Self {
        let mut counts = Self::default();
        for decision in decisions {
            let counted = match decision.word {
                Word::TakeNew | Word::AddNew | Word::DropObsolete => &mut counts.taken,
                Word::KeepSite | Word::SiteAddition | Word::ObsoleteCustomised | Word::StaysDeleted => &mut counts.kept,
                Word::RewriteRoot => &mut counts.moved,
                Word::Conflict | Word::Unproven if decision.choice.is_some() => &mut counts.resolved,
                Word::Conflict => &mut counts.open,
                Word::Unproven => &mut counts.kept,
                _ => continue,
            };
            *counted += 1;
        }
        counts
    }

    fn text(&self) -> String {
        let parts = [
            (self.taken, "taken from the new release"),
            (self.kept, "kept as the site has them"),
            (self.moved, "with the new root"),
            (self.resolved, "resolved"),
            (self.open, "in conflict"),
        ];
        let parts: Vec<String> =
            parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
        if parts.is_empty() { "no change".to_owned() } else { parts.join(", ") }
    }
}

/// Returns the lines about a file; nothing for one that is as it was. `proposed` says what its proposal is called, as `a merge by line`.
pub fn lines<M: Merger>(
    merger: &M,
    merged: &Merged<'_, M::Method>,
    proposed: impl Fn(&FileToMerge<M::Method>) -> &'static str,
) -> Vec<String> {
    if merged.merge.decisions.iter().all(|decision| decision.word == Word::Same) {
        return Vec::new();
    }
    let file = merged.file;
    let blocks = merger.blocks(&file.name, &file.method);
    let counts = Counts::of(&merged.merge.decisions);
    let mut lines = vec![format!("{}: {}", merged.file.name, counts.text())];
    let mut changes = Changes::default();
    changes.add(&merged.file.name, &merged.merge, merged.secrets);
    for (decision, line) in merged.merge.decisions.iter().zip(changes.lines()) {
        let key = &decision.key;
        let (base, site, new, outcome) = (shown(&line.base), shown(&line.site), shown(&line.new), shown(&line.outcome));
        match decision.word {
            _ if decision.is_open() && blocks => {
                lines.push(format!("  conflict: {key}"));
                lines.push(format!("    site {site}, new {new}, was {base}"));
                if key == whole_file::KEY && merger.proposal(&file.name, &file.method, &file.versions).is_some() {
                    let (name, proposed) = (&file.name, proposed(file));
                    lines.push(format!("    proposals/{name} in the work directory is {proposed}: to use it, edit the live file and repeat the command"));
                }
                let resolution = format!("{}:{key}", merged.file.name);
                lines.push(if (merged.secrets.key)(key) {
                    format!(
                        "    --resolve {} and =site or =new; another value goes into a --resolutions file",
                        quoted(&resolution)
                    )
                } else {
                    format!("    --resolve {}, or =new, or =VALUE", quoted(&format!("{resolution}=site")))
                });
            }
            _ if decision.is_open() => {
                lines.push(format!("  the shipped line is kept: {key}: new {new}, the site has {site}"));
            }
            Word::ObsoleteCustomised => lines.push(format!("  obsolete in the new release, kept: {key}: {outcome}")),
            Word::Unproven if decision.choice.is_none() => {
                lines.push(format!("  not certain, kept: {key}: {outcome}, new {new}"));
            }
            _ => {}
        }
    }
    lines
}

/// Returns a value, cut where it is long.
fn shown(value: &str) -> String {
    if value.is_empty() {
        return "<empty>".to_owned();
    }
    match value.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", value.get(..end).unwrap_or(value)),
        None => value.to_owned(),
    }
}
