//! The three-way merge of configuration files by key, over any [`Document`].
//!
//! Three files are compared: what the old release shipped (base), what the site made of it, and what the new release ships.
//! The comparison is of logical values, so that quoting, blanks and order are no customisation. Every key gets one decision
//! out of a fixed table ([`Word`]). The result is one of the files, the carrier, with edits: whatever no decision is about
//! stays as it is there. Nothing here knows a dialect or a product; what is special about a product's files is in [`Rules`].
//!
//! Before a merge is returned, its bytes are parsed again and every key is compared with what was decided.

use std::collections::HashMap;

mod carry;
mod decide;
mod index;
mod presence;
mod resolve;
mod rows;

pub use crate::roots::RootMove;
use crate::{ApplyError, Document, EditError, Key, ParseError, Repeats, SpanEdit, apply};
pub use decide::Word;
use index::{Index, Names};
use presence::View;
pub use presence::{Presence, Side};
use rows::{Files, Row};

/// What the old release shipped, as far as that is known.
#[derive(Clone, Copy, Debug)]
pub enum Base<T> {
    /// All of it; no file at all is an empty document.
    Known(T),
    /// Some of its entries; on all others it does not tell.
    Partial(T),
    /// Nothing.
    Unknown,
}

impl<T> Base<T> {
    fn document(&self) -> Option<&T> {
        match self {
            Self::Known(document) | Self::Partial(document) => Some(document),
            Self::Unknown => None,
        }
    }
}

/// The three files of a merge.
#[derive(Debug)]
pub struct Sides<'a, D> {
    /// What the old release shipped.
    pub base: Base<&'a D>,
    /// What the site made of it.
    pub site: &'a D,
    /// What the new release ships.
    pub new: &'a D,
}

/// Which file the result is made from: its order, comments and spelling stay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Carrier {
    /// The site's.
    #[default]
    Site,
    /// The new one, as for Delegated Administrator.
    New,
}

/// What becomes of an entry that the site changed and the new release has no more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Obsolete {
    /// It is kept, and reported.
    #[default]
    Keep,
    /// It is reported only, as for Delegated Administrator.
    OnlyReport,
}

/// Whether a site may change what the new release ships.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shipped {
    /// It may.
    #[default]
    Mergeable,
    /// It may only add: where it changed or deleted a line that the new release ships, that is a conflict in which the
    /// shipped line stands.
    Stands,
}

/// What becomes of keys that the site does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Additions {
    /// They are decided like any other: what the new release adds is added.
    #[default]
    Take,
    /// Nothing is said about them, and nothing is added: the site's file holds overrides only, as `msg.conf` does. The result
    /// is made from the site's file.
    Leave,
}

/// What is special about the files of a merge.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Which file the result is made from.
    pub carrier: Carrier,
    /// What becomes of customised entries that the new release has no more.
    pub obsolete: Obsolete,
    /// Whether a site may change what the new release ships.
    pub shipped: Shipped,
    /// What becomes of keys that the site does not have.
    pub additions: Additions,
    /// The root moves, applied to the values of the base and the site before anything is compared.
    pub roots: Vec<RootMove>,
    /// The prefixes of numbered lists, such as `loginAuth-idAttr-`: a list that both sides changed is decided as a unit.
    pub lists: Vec<Vec<u8>>,
    /// What the administrator says about conflicts: `KEY=site`, `KEY=new` or `KEY=VALUE`, with the key as reports show it.
    pub resolutions: Vec<String>,
}

/// What the administrator said about a conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// As the site has it.
    Site,
    /// As the new release has it.
    New,
    /// Another value.
    Value(Vec<u8>),
}

/// What was decided about one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The key as reports show it ([`Document::shown`]), with `#2` for a second entry that counts.
    pub key: String,
    /// What the old release said, ahead of any root move.
    pub base: Side,
    /// What the site says, ahead of any root move.
    pub site: Side,
    /// What the new release says.
    pub new: Side,
    /// The decision.
    pub word: Word,
    /// What the administrator said, where there was something to say.
    pub choice: Option<Choice>,
    /// What the result says, read from its bytes.
    pub outcome: Side,
}

impl Decision {
    /// Returns true for a conflict that nobody has resolved.
    pub fn is_open(&self) -> bool {
        self.word == Word::Conflict && self.choice.is_none()
    }
}

/// The result of a merge.
#[derive(Clone, Debug)]
pub struct Merge {
    /// The edits of the carrier.
    pub edits: Vec<SpanEdit>,
    /// The carrier's bytes after the edits.
    pub bytes: Vec<u8>,
    /// A decision for every key that counts in any of the three files: in the order of the new file, then what only the
    /// site has, then what only the old release had.
    pub decisions: Vec<Decision>,
    /// How the dialect shows values to people.
    pub notation: fn(&[u8]) -> String,
}

/// Why files were not merged. Values are left out: they may be passwords.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// A resolution names a key on which there is nothing to resolve.
    #[error("`{key}` is not in conflict: there is nothing to resolve")]
    NoConflict {
        /// The key as reports show it.
        key: String,
    },
    /// Two resolutions for one key.
    #[error("`{key}` is resolved twice")]
    ResolvedTwice {
        /// The key as reports show it.
        key: String,
    },
    /// One member of a numbered list is to be the site's, another one the new release's.
    #[error("`{key}` belongs to a numbered list, of which another key is resolved to the other side")]
    MixedList {
        /// The key as reports show it.
        key: String,
    },
    /// The dialect cannot spell what was decided.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// The edits do not fit the carrier: a defect of the dialect.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// The merged bytes are not a file of the dialect: a defect of the dialect.
    #[error("the merged file would not be readable: {0}")]
    Unreadable(ParseError),
    /// The merged bytes do not say what was decided: a defect of the dialect.
    #[error("the merged file would not give `{key}` the value that was decided")]
    NotAsDecided {
        /// The key as reports show it.
        key: String,
    },
}

/// Merges three files.
///
/// # Errors
/// When a resolution does not fit, or a decided value cannot be written. Conflicts are no error: see [`Decision::is_open`].
pub fn merge<D: Document>(sides: &Sides<'_, D>, rules: &Rules) -> Result<Merge, MergeError> {
    let mut names = Names::with_capacity(sides.site.entries().len());
    let base = match sides.base {
        Base::Known(base) => Base::Known(Index::new(base, &rules.roots, &mut names)),
        Base::Partial(base) => Base::Partial(Index::new(base, &rules.roots, &mut names)),
        Base::Unknown => Base::Unknown,
    };
    let site = Index::new(sides.site, &rules.roots, &mut names);
    let files = Files { base, site, new: Index::new(sides.new, &[], &mut names) };
    let mut rows = rows::rows(&files, &names, rules);
    resolve::resolve(&mut rows, &rules.resolutions)?;
    let (carrier, other) = match rules.carrier {
        Carrier::Site => (&files.site, &files.new),
        Carrier::New => (&files.new, &files.site),
    };
    let edits = carry::edits(carrier, other, &rows, rules)?;
    let bytes = apply(carrier.document.to_bytes(), &edits)?;
    let merged = carrier.document.parse_alike(bytes.clone()).map_err(MergeError::Unreadable)?;
    let decisions = decisions(rows, &names, &Index::known(&merged, &names))?;
    Ok(Merge { edits, bytes, decisions, notation: sides.site.value_notation() })
}

/// Returns the decisions with what the merged file says, provided that it says what was decided.
fn decisions<D: Document>(
    rows: Vec<Row<'_>>,
    names: &Names<'_>,
    merged: &Index<'_, D>,
) -> Result<Vec<Decision>, MergeError> {
    let found = match merged.document.repeats() {
        Repeats::OneCounts => rows.iter().map(|row| merged.side(row.number)).collect(),
        Repeats::EachCounts => each_found(&rows, names, merged),
    };
    let decision = |(row, outcome): (Row<'_>, View<'_>)| {
        if outcome.present() != row.target().present() {
            return Err(MergeError::NotAsDecided { key: row.shown });
        }
        let word = row.verdict.0;
        let [base, site, new, outcome] = [row.base, row.site, row.new, outcome].map(View::to_side);
        Ok(Decision { key: row.shown, base, site, new, word, choice: row.choice, outcome })
    };
    rows.into_iter().zip(found).map(decision).collect()
}

/// Returns what the merged file says where repeated keys all count: the entries behind a dropped one move up, and the dropped
/// ones are what is asked for behind the last. The rows of one key are in the order of its entries.
fn each_found<'m, D: Document>(rows: &[Row<'_>], names: &Names<'_>, merged: &Index<'m, D>) -> Vec<View<'m>> {
    let mut counts: HashMap<&Key, usize> = HashMap::new();
    let mut take = |key| {
        let count = counts.entry(key).or_default();
        *count += 1;
        names.known(merged.document, key, *count).map_or(Presence::Absent, |number| merged.side(number))
    };
    let is_present = |row: &Row<'_>| row.target().present().is_some();
    let mut found = vec![Presence::Absent; rows.len()];
    for (row, found) in rows.iter().zip(&mut found).filter(|(row, _)| is_present(row)) {
        *found = take(&*row.name.key);
    }
    for (row, found) in rows.iter().zip(&mut found).filter(|(row, _)| !is_present(row)) {
        *found = take(&*row.name.key);
    }
    found
}
