//! What one of the three files says about a key.

use crate::Bytes;

/// What one of the three files says about a key, or about a list of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence<V> {
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
pub type Side = Presence<Option<Bytes>>;

/// The same while the files are at hand.
pub(super) type View<'a> = Presence<&'a Option<Bytes>>;

impl View<'_> {
    pub(super) fn to_side(self) -> Side {
        self.map(Option::clone)
    }
}

impl Side {
    pub(super) fn view(&self) -> View<'_> {
        match self {
            Self::Unknown => Presence::Unknown,
            Self::Absent => Presence::Absent,
            Self::CommentedOut(value) => Presence::CommentedOut(value),
            Self::Present(value) => Presence::Present(value),
        }
    }
}

impl<V> Presence<V> {
    /// Returns the value of an entry that counts.
    pub fn present(&self) -> Option<&V> {
        match self {
            Self::Present(value) => Some(value),
            Self::Unknown | Self::Absent | Self::CommentedOut(_) => None,
        }
    }

    pub(super) fn map<W>(self, change: impl FnOnce(V) -> W) -> Presence<W> {
        match self {
            Self::Unknown => Presence::Unknown,
            Self::Absent => Presence::Absent,
            Self::CommentedOut(value) => Presence::CommentedOut(change(value)),
            Self::Present(value) => Presence::Present(change(value)),
        }
    }
}
