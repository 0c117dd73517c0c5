//! No core of a program that ends unexpectedly: its memory holds passwords, those that are typed and those of the files that it reads.

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// What becomes of the cores of a program, and of those that it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoreDumps {
    /// The program leaves none. Programs that it starts, such as the servers of a product, have the limit that the administrator set.
    NotOfThisProgram,
    /// The limit of the process is 0 as well. For programs that start no others.
    LimitedToNone,
}

impl CoreDumps {
    /// Turns them off for this process. Nobody but root can then read its memory either, or what `/proc` says of it.
    ///
    /// The first way holds also where the kernel hands cores to a program (`core_pattern`), which the limit does not; an exec ends it.
    pub(crate) fn turn_off(self) {
        // Neither can fail on a Linux that knows them, and on another one the program is no worse off without.
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
        if self == Self::LimitedToNone {
            let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
        }
    }
}
