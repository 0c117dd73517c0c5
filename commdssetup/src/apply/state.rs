//! The state of a change in a directory.

/// The state of a change in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeState {
    /// The directory is as before the change.
    Before,
    /// The change is done.
    After,
    /// Neither: somebody else changed the entry. Holds the difference.
    Neither(String),
}
