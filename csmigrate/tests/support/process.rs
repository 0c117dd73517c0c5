//! Starts programs so that no new process holds a file of another test for a moment.
//!
//! Between its fork and its exec a process has all files of this one open, and csmigrate refuses a source of which anybody
//! has a file open. So no process begins while a fixture is written or read.

use std::process::{Child, Command, Output, Stdio};
use std::sync::{PoisonError, RwLock};

static BEGINNING: RwLock<()> = RwLock::new(());

/// Does something with files of a fixture.
pub(crate) fn while_none_begins<T>(work: impl FnOnce() -> T) -> T {
    let _shared = BEGINNING.read().unwrap_or_else(PoisonError::into_inner);
    work()
}

/// Starts a program. It runs when this returns.
pub(crate) fn start(command: &mut Command) -> Child {
    let _alone = BEGINNING.write().unwrap_or_else(PoisonError::into_inner);
    command.spawn().unwrap()
}

/// Runs a program to its end.
pub(crate) fn output(command: &mut Command) -> Output {
    start(command.stdout(Stdio::piped()).stderr(Stdio::piped())).wait_with_output().unwrap()
}
