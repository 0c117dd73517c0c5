//! What one of the three files says about a key.

use std::borrow::Cow;
use std::sync::Arc;

/// What one of the three files says about a key, or about a list of keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part<V> {
    /// There is no such file, or it does not tell.
    Unknown,
    /// No such entry.
    Absent,
    /// Only an entry that is commented out, in a form that the dialect recognises.
    CommentedOut(V),
    /// An entry that counts.
    Present(V),
}

/// What a file says about one key: its logical value, or nothing where the line has no separator.
pub type Side = Part<Option<Arc<[u8]>>>;

/// The same while the files are at hand.
pub(super) type View<'a> = Part<Option<Cow<'a, [u8]>>>;

impl View<'_> {
    pub(super) fn to_side(&self) -> Side {
        self.map(|value| value.as_ref().map(|value| Arc::from(value.as_ref())))
    }
}

impl<V> Part<V> {
    /// Returns the value of an entry that counts.
    pub fn present(&self) -> Option<&V> {
        match self {
            Self::Present(value) => Some(value),
            Self::Unknown | Self::Absent | Self::CommentedOut(_) => None,
        }
    }

    pub(super) fn map<'a, W>(&'a self, change: impl FnOnce(&'a V) -> W) -> Part<W> {
        match self {
            Self::Unknown => Part::Unknown,
            Self::Absent => Part::Absent,
            Self::CommentedOut(value) => Part::CommentedOut(change(value)),
            Self::Present(value) => Part::Present(change(value)),
        }
    }
}
