//! Files that are decided as a whole: text of no known form, XML other than `defaultps.xml`, binary files, key stores.
//!
//! Such a file is one key, `<file>`, whose value is its content, shown as the SHA-256 digest of it. The table decides as it does
//! about any other key; a root move rewrites all of a text, comments included, and never a binary file. A merge by line of texts
//! is a [`proposal`]: it is for a report, and changes no decision.

mod proposal;

use std::ops::Range;

use sha2::{Digest, Sha256};

use crate::merge::{self, Base, Carrier, Merge, MergeError, Rules, Sides};
use crate::{Bytes, Document, EditError, Entry, Key, ParseError, Place, SpanEdit, State};
pub use proposal::{Proposal, proposal, proposal_without_base};

/// The key of a file that is decided as a whole.
pub const KEY: &str = "<file>";

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Text: paths in it move with a root.
    Text,
    /// Anything else, such as a key store: no byte of it changes.
    Binary,
}

impl Content {
    /// Returns what bytes are: text has no NUL.
    pub fn of(bytes: &[u8]) -> Self {
        if memchr::memchr(0, bytes).is_some() { Self::Binary } else { Self::Text }
    }
}

/// Decides about a file as a whole; nothing is a file that is not there. The edits are those of the carrier, or of an empty file
/// where there is none. Whether there is a file afterwards is told by the decision's outcome: the bytes of no file are none.
///
/// # Errors
/// As [`merge::merge`].
pub fn merge(
    base: Base<Option<&[u8]>>,
    site: Option<&[u8]>,
    new: Option<&[u8]>,
    content: Content,
    rules: &Rules,
) -> Result<Merge, MergeError> {
    let file = |bytes: Option<&[u8]>| WholeFile::new(bytes);
    let (site, new) = (file(site), file(new));
    let moves = if content == Content::Text { rules.roots.clone() } else { Vec::new() };
    let rules = Rules { roots: moves, ..rules.clone() };
    let known;
    let base = match base {
        Base::Known(bytes) => {
            known = file(bytes);
            Base::Known(&known)
        }
        Base::Partial(bytes) => {
            known = file(bytes);
            Base::Partial(&known)
        }
        Base::Unknown => Base::Unknown,
    };
    let merged = merge::merge(&Sides { base, site: &site, new: &new }, &rules)?;
    let carrier = if rules.carrier == Carrier::Site { &site } else { &new };
    let bytes = merged.bytes.strip_prefix(MARK).unwrap_or_default().to_vec();
    let before = carrier.bytes.strip_prefix(MARK).unwrap_or_default();
    Ok(Merge { edits: difference(before, &bytes).into_iter().collect(), bytes, ..merged })
}

/// Returns the digest of a file as reports show it.
pub fn digest(content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    format!("sha256:{digest:x}")
}

/// Returns the edit that makes bytes other bytes, without what both begin and end with.
fn difference(before: &[u8], after: &[u8]) -> Option<SpanEdit> {
    let same = |pairs: &mut dyn Iterator<Item = (&u8, &u8)>| pairs.take_while(|(one, other)| one == other).count();
    let start = same(&mut before.iter().zip(after));
    let (before, after) = (before.get(start..)?, after.get(start..)?);
    let end = same(&mut before.iter().rev().zip(after.iter().rev()));
    let insert = after.get(..after.len() - end)?.to_vec();
    let remove = (before.len() - end) as u64;
    (remove > 0 || !insert.is_empty()).then_some(SpanEdit { offset: start as u64, remove, insert })
}

/// What stands ahead of a file's content, so that an empty file is told from none.
const MARK: &[u8] = b"\x01";

/// A file as the merge sees it: the mark and the content, or nothing.
#[derive(Debug)]
struct WholeFile {
    bytes: Bytes,
    entries: Vec<Entry>,
}

impl WholeFile {
    fn new(content: Option<&[u8]>) -> Self {
        Self::of(content.map(|content| [MARK, content].concat()).unwrap_or_default())
    }

    fn of(bytes: Vec<u8>) -> Self {
        let bytes = Bytes::from(bytes);
        let lines: Range<usize> = 0..bytes.len();
        let span = MARK.len().min(lines.end)..lines.end;
        let entry = Entry {
            key: Key::new(KEY),
            value: Some(bytes.slice(span.clone())),
            line: 1,
            state: State::Active,
            span,
            comment: 0..0,
            lines,
        };
        let entries = if bytes.is_empty() { Vec::new() } else { vec![entry] };
        Self { bytes, entries }
    }
}

impl Document for WholeFile {
    fn parse(bytes: Vec<u8>) -> Result<Self, ParseError> {
        Ok(Self::of(bytes))
    }

    fn to_bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn respell(&self, entry: &Entry, value: &[u8]) -> Result<SpanEdit, EditError> {
        Ok(SpanEdit { offset: entry.span.start as u64, remove: entry.span.len() as u64, insert: value.to_vec() })
    }

    fn spell(&self, _: &Key, value: &[u8]) -> Result<Vec<u8>, EditError> {
        Ok([MARK, value].concat())
    }

    fn place(&self, place: Place<'_>, lines: &[u8]) -> SpanEdit {
        let range = match place {
            Place::InsteadOf(entry) => entry.lines.clone(),
            Place::Behind(_) | Place::EndOf(_) => self.bytes.len()..self.bytes.len(),
        };
        SpanEdit { offset: range.start as u64, remove: range.len() as u64, insert: lines.to_vec() }
    }

    /// A content is spelled, never carried as lines: a line end behind it would be another file.
    fn reads_as(&self, _: &[u8], _: &Key, _: Option<&[u8]>) -> bool {
        false
    }

    fn shown(&self, _: &Key) -> String {
        KEY.to_owned()
    }

    fn notation(text: &[u8]) -> String {
        digest(text)
    }
}
