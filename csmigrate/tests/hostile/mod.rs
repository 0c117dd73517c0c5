//! Accounts that may write some of the files: uid 65534 against root.

mod attributes;
mod deep_trees;
mod directories_strace;
mod given_away;
mod logs;
mod long_files;
mod paths_strace;
mod signals_strace;
