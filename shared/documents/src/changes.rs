//! The CHANGES report: every decision of a merge, as text for people and as JSON for programs.
//!
//! The JSON is a contract: `{"version": 1, "decisions": [{"file", "key", "base", "site", "new", "decision", "final"}]}`, one
//! entry for every key of the three files. Values are in the [`notation`](crate::notation) of the dialect; `<absent>`,
//! `<commented>VALUE`, `<unknown>` (no base) and `<none>` (a key without separator) are no values. A secret is `<secret>`.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::merge::{Decision, Merge, Part, Side, Word};

/// What stands in a secret's place.
pub const SECRET: &str = "<secret>";

/// The decisions of any number of merges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changes {
    version: u32,
    decisions: Vec<Line>,
}

/// One decision in notation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The file, as the tool names it.
    pub file: String,
    /// The last part of the file's name, a colon, and the key.
    pub key: String,
    /// What the old release said.
    pub base: String,
    /// What the site says.
    pub site: String,
    /// What the new release says.
    pub new: String,
    /// The decision.
    #[serde(serialize_with = "word")]
    pub decision: Word,
    /// What the result says.
    #[serde(rename = "final")]
    pub outcome: String,
    /// Whether somebody has to look at it.
    #[serde(skip)]
    pub attention: Attention,
}

/// Whether somebody has to look at a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attention {
    /// A conflict that is not resolved.
    Conflict,
    /// Something that was not certain, or that the site loses.
    Review,
    /// A conflict that was resolved.
    Resolved,
    /// None.
    None,
}

impl Default for Changes {
    fn default() -> Self {
        Self { version: 1, decisions: Vec::new() }
    }
}

impl Changes {
    /// Adds the decisions of a file's merge. Values for which `is_secret(key, value)` is true are never shown; both are in
    /// notation, the key without the file's name.
    pub fn add(&mut self, file: &str, merge: &Merge, is_secret: &dyn Fn(&str, &str) -> bool) {
        let lines = merge.decisions.iter().map(|decision| line(file, decision, merge.notation, is_secret));
        self.decisions.extend(lines);
    }

    /// Returns the decisions.
    pub fn decisions(&self) -> &[Line] {
        &self.decisions
    }

    /// Returns the JSON form.
    ///
    /// # Errors
    /// None in practice: strings and numbers have a JSON form.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }
}

fn line(
    file: &str,
    decision: &Decision,
    notation: fn(&[u8]) -> String,
    is_secret: &dyn Fn(&str, &str) -> bool,
) -> Line {
    let shown = |side: &Side| {
        show(side, |value| {
            let value = notation(value);
            if is_secret(&decision.key, &value) { SECRET.to_owned() } else { value }
        })
    };
    let name = file.rsplit('/').next().unwrap_or(file);
    let attention = match decision.word {
        Word::Conflict if decision.is_open() => Attention::Conflict,
        Word::Conflict | Word::Unproven if decision.choice.is_some() => Attention::Resolved,
        Word::Unproven | Word::ObsoleteCustomised => Attention::Review,
        _ => Attention::None,
    };
    Line {
        file: file.to_owned(),
        key: format!("{name}:{}", decision.key),
        base: shown(&decision.base),
        site: shown(&decision.site),
        new: shown(&decision.new),
        decision: decision.word,
        outcome: shown(&decision.outcome),
        attention,
    }
}

fn show(side: &Side, value: impl Fn(&[u8]) -> String) -> String {
    let value = |found: &Option<Vec<u8>>| found.as_deref().map_or_else(|| "<none>".to_owned(), &value);
    match side {
        Part::Unknown => "<unknown>".to_owned(),
        Part::Absent => "<absent>".to_owned(),
        Part::CommentedOut(found) => format!("<commented>{}", value(found)),
        Part::Present(found) => value(found),
    }
}

fn word<S: serde::Serializer>(word: &Word, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(word.as_str())
}

/// For people: per file first what needs them, then every other change; what stays the same is only counted.
impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut files: Vec<&str> = self.decisions.iter().map(|line| line.file.as_str()).collect();
        files.dedup();
        for file in files {
            let mut lines: Vec<&Line> = self.decisions.iter().filter(|line| line.file == file).collect();
            let same = lines.iter().filter(|line| line.decision == Word::Same).count();
            lines.retain(|line| line.decision != Word::Same);
            lines.sort_by_key(|line| line.attention);
            writeln!(f, "{file}")?;
            for line in lines {
                write!(f, "{line}")?;
            }
            if same > 0 {
                writeln!(f, "  {:<20} {same} {}", "same", if same == 1 { "key" } else { "keys" })?;
            }
        }
        let mut counts: BTreeMap<Word, usize> = BTreeMap::new();
        for line in &self.decisions {
            *counts.entry(line.decision).or_default() += 1;
        }
        let counts: Vec<String> = counts.iter().map(|(word, count)| format!("{count} {}", word.as_str())).collect();
        let open = self.decisions.iter().filter(|line| line.attention == Attention::Conflict).count();
        let total = if counts.is_empty() { "nothing to merge".to_owned() } else { counts.join(", ") };
        writeln!(f, "{total}; {open} {} to resolve", if open == 1 { "conflict" } else { "conflicts" })
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.key.split_once(':').map_or(self.key.as_str(), |(_, key)| key);
        let resolved = if self.attention == Attention::Resolved { " (resolved)" } else { "" };
        let [base, site, new, outcome] = [&self.base, &self.site, &self.new, &self.outcome].map(|v| or_empty(v));
        writeln!(f, "  {:<20} {key} = {outcome}{resolved}", self.decision.as_str())?;
        writeln!(f, "  {:<20} was {base}, site {site}, new {new}", "")
    }
}

fn or_empty(value: &str) -> &str {
    if value.is_empty() { "<empty>" } else { value }
}
