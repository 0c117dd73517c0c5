//! The CHANGES report: every decision of a merge, as text for people and as JSON for programs.
//!
//! The JSON is a contract: `{"version": 1, "decisions": [{"file", "key", "base", "site", "new", "decision", "final"}]}`, one
//! entry for every key of the three files. Values are in the [`notation`](crate::notation) of the dialect; `<absent>`,
//! `<commented>VALUE`, `<unknown>` (no base) and `<none>` (a key without separator) are no values. A secret is `<secret>`.

use std::collections::BTreeMap;
use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use crate::Bytes;
use crate::merge::{Decision, Merge, Presence, Side, Word};
use crate::shown::line;

/// Version of the JSON form.
const VERSION: u32 = 1;
/// What stands in a secret's place.
pub const SECRET: &str = "<secret>";

/// Tells which values nobody is to see. Keys and values are in notation, the keys without the file's name.
#[derive(Clone, Copy, Debug)]
pub struct Secrets {
    /// Whether all values of a key are secrets.
    pub key: fn(&str) -> bool,
    /// Whether a value holds a secret whatever its key.
    pub value: fn(&str) -> bool,
}

/// The decisions of any number of merges. Nothing is written out before somebody reads it: most keys stay as they are.
#[derive(Clone, Debug, Default)]
pub struct Changes<'a> {
    files: Vec<File<'a>>,
}

/// The decisions about one file.
#[derive(Clone, Debug)]
struct File<'a> {
    name: String,
    merge: &'a Merge,
    secrets: Secrets,
}

/// One decision in notation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
    pub decision: Word,
    /// What the result says.
    #[serde(rename = "final")]
    pub outcome: String,
}

/// Why decisions cannot be read back.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is not the JSON form of decisions.
    #[error("this is not a report of decisions: {0}")]
    Json(#[from] serde_json::Error),
    /// Another release wrote it.
    #[error("the report has version {found}, this program reads version {VERSION}")]
    Version {
        /// The version of the report.
        found: u32,
    },
}

/// Reads decisions back from their JSON form.
///
/// # Errors
/// When it is another version's, or not the JSON form; a field that is not known is an error as well.
pub fn read(json: &str) -> Result<Vec<Line>, ReadError> {
    #[derive(Deserialize)]
    struct Head {
        version: u32,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Whole {
        #[serde(rename = "version")]
        _version: u32,
        decisions: Vec<Line>,
    }

    // The version comes first: another one may have fields of its own.
    let found = serde_json::from_str::<Head>(json)?.version;
    if found != VERSION {
        return Err(ReadError::Version { found });
    }
    Ok(serde_json::from_str::<Whole>(json)?.decisions)
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

impl Attention {
    /// Returns whether somebody has to look at a decision.
    pub fn to(decision: &Decision) -> Self {
        match decision.word {
            Word::Conflict if decision.is_open() => Self::Conflict,
            Word::Conflict | Word::Unproven if decision.choice.is_some() => Self::Resolved,
            Word::Unproven | Word::ObsoleteCustomised => Self::Review,
            _ => Self::None,
        }
    }
}

impl<'a> Changes<'a> {
    /// Adds the decisions of a file's merge, its secrets hidden.
    pub fn add(&mut self, file: &str, merge: &'a Merge, secrets: Secrets) {
        self.files.push(File { name: file.to_owned(), merge, secrets });
    }

    /// Returns how many decisions are of a kind.
    pub fn count(&self, is_counted: impl Fn(&Decision) -> bool) -> usize {
        self.files.iter().flat_map(|file| &file.merge.decisions).filter(|decision| is_counted(decision)).count()
    }

    /// Returns every decision in notation.
    pub fn lines(&self) -> impl Iterator<Item = Line> {
        self.files.iter().flat_map(|file| file.merge.decisions.iter().map(|decision| file.line(decision)))
    }

    /// Returns the JSON form.
    ///
    /// # Errors
    /// None in practice: strings and numbers have a JSON form.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }
}

impl Serialize for Changes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// Keeps its lines from being held in memory all at once.
        struct Lines<'a>(&'a Changes<'a>);

        impl Serialize for Lines<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_seq(self.0.lines())
            }
        }

        let mut object = serializer.serialize_struct("Changes", 2)?;
        object.serialize_field("version", &VERSION)?;
        object.serialize_field("decisions", &Lines(self))?;
        object.end()
    }
}

impl File<'_> {
    fn line(&self, decision: &Decision) -> Line {
        let is_secret = (self.secrets.key)(&decision.key);
        let shown = |side: &Side| {
            show(side, |value| {
                if is_secret {
                    return SECRET.to_owned();
                }
                let value = (self.merge.notation)(value);
                if (self.secrets.value)(&value) { SECRET.to_owned() } else { value }
            })
        };
        let name = self.name.rsplit('/').next().unwrap_or(&self.name);
        Line {
            file: self.name.clone(),
            key: format!("{name}:{}", decision.key),
            base: shown(&decision.base),
            site: shown(&decision.site),
            new: shown(&decision.new),
            decision: decision.word,
            outcome: shown(&decision.outcome),
        }
    }
}

fn show(side: &Side, value: impl Fn(&[u8]) -> String) -> String {
    let value = |found: &Option<Bytes>| found.as_deref().map_or_else(|| "<none>".to_owned(), &value);
    match side {
        Presence::Unknown => "<unknown>".to_owned(),
        Presence::Absent => "<absent>".to_owned(),
        Presence::CommentedOut(found) => format!("<commented>{}", value(found)),
        Presence::Present(found) => value(found),
    }
}

/// For people: per file first what needs them, then every other change; what stays the same is only counted.
impl fmt::Display for Changes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut counts: BTreeMap<Word, usize> = BTreeMap::new();
        for file in &self.files {
            writeln!(f, "{}", line(&file.name))?;
            let mut changed: Vec<&Decision> = file.merge.decisions.iter().filter(|d| d.word != Word::Same).collect();
            changed.sort_by_key(|decision| Attention::to(decision));
            for decision in &changed {
                file.line(decision).write(f, Attention::to(decision))?;
                *counts.entry(decision.word).or_default() += 1;
            }
            let same = file.merge.decisions.len() - changed.len();
            if same > 0 {
                writeln!(f, "  {:<20} {same} {}", "same", if same == 1 { "key" } else { "keys" })?;
                *counts.entry(Word::Same).or_default() += same;
            }
        }
        let counts: Vec<String> = counts.iter().map(|(word, count)| format!("{count} {}", word.as_str())).collect();
        let open = self.count(Decision::is_open);
        let total = if counts.is_empty() { "nothing to merge".to_owned() } else { counts.join(", ") };
        writeln!(f, "{total}; {open} {} to resolve", if open == 1 { "conflict" } else { "conflicts" })
    }
}

impl Line {
    fn write(&self, f: &mut fmt::Formatter<'_>, attention: Attention) -> fmt::Result {
        let key = self.key.split_once(':').map_or(self.key.as_str(), |(_, key)| key);
        let resolved = if attention == Attention::Resolved { " (resolved)" } else { "" };
        let [base, site, new, outcome] = [&self.base, &self.site, &self.new, &self.outcome].map(|v| line(or_empty(v)));
        writeln!(f, "  {:<20} {} = {outcome}{resolved}", self.decision.as_str(), line(key))?;
        writeln!(f, "  {:<20} was {base}, site {site}, new {new}", "")
    }
}

fn or_empty(value: &str) -> &str {
    if value.is_empty() { "<empty>" } else { value }
}
