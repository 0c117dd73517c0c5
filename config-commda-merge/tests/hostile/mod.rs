//! Accounts that may write some of the files: what they cannot do to root.

mod paths_strace;
