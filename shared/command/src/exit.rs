//! Exit codes of all programs, unless a documented legacy code says otherwise.

/// How a program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Failed; nothing was changed.
    NothingChanged = 1,
    /// The command line is wrong.
    Usage = 2,
    /// Done, with something for a human to look at.
    NeedsReview = 3,
    /// Failed and rolled back.
    RolledBack = 4,
    /// Failed; resume or undo the unfinished run.
    Unfinished = 5,
    /// The checks of a dry run failed.
    ChecksFailed = 6,
    /// Another run holds the lock.
    Locked = 7,
    /// A mistake of ours.
    Internal = 70,
}
