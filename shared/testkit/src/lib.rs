//! What the tests of all tools share; nothing that is installed uses it.
//!
//! How the tests of a tool are set up (`tests/main.rs`, with the modules beside it; `autotests = false` in the manifest):
//!
//! 1. A `Site` of its own in `tests/support/` wraps [`site::Site::new`]`(env!("CARGO_BIN_EXE_tool"))`, implements `Deref` to
//!    it, and adds constructors for its fixtures: [`site::Site::lay_out`] with a [`tree::Tree`], which is described (`.file(..)
//!    .mode(..).owner(..)`) or read from `tree.tsv` by [`tree::Tree::from_table`]. The same trees lie in memory with
//!    [`tree::Tree::disk`].
//! 2. `site.run(&["--yes"])` gives one [`outcome::Outcome`]: status, stdout, stderr, without what differs from run to run. It
//!    prints as a snapshot and checks itself: `.exits(3).says("conflict")`.
//! 3. [`site::Site::writes_nothing`] for dry runs; [`site::Site::undo_restores`] for run and undo.
//! 4. Sweeps: a [`sweep::Tool`] (a disk, a closure that calls the program in this process, the arguments of run, resume and
//!    undo), then `tool().run_again(1, Way::Stops)`, `tool().resumed(1, Way::Stops)`, `tool().run_again(5,
//!    Way::Errors)` (ENOSPC, EIO, EACCES) and `tool().run_again(5, Way::PowerCuts)`, a test each. From outside:
//!    [`strace::Kills`]. That no path is resolved twice: [`strace::gate::judged`].
//! 5. Secrets: [`canary::Searched`] runs the program and searches everything for the words of its [`canary::Canaries`].
//! 6. Decisions: [`expected::rows`] reads `expected.tsv`; [`expected::assert_decided`] lists what differs.
//! 7. A program beside the test: [`process::Watched`] (`.signal_at(Point::Printed("3 of"), Signal::INT)`, always with a limit).
//! 8. A foreign program: [`peers::need`], and a word of its row in `peers.tsv` in the name of the test, by which `cargo xtask
//!    test` leaves the test out and counts it as skipped where the program is missing. Never return early.
//! 9. Another account against root, in modules `hostile`: [`hostile`] gives away what it may own, plants runs, and changes what a program
//!    has looked at while it stands still at a call.
//! 10. Long tests ask [`ordinary_or_full`]: strides, numbers of cases (`COMMSUITE_FULL=1`, `cargo xtask test --full`).
//!
//! Also here: [`manifest`] writes down a whole tree; [`unsafe_control`] is a deliberately careless engine that the sweep
//! must catch; [`properties`] makes triples of properties files, and says what a merge of them must give; [`random`].

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "only tests use this crate, and a test reports by panicking"
)]

pub mod canary;
pub mod directory_server;
pub mod expected;
pub mod hostile;
pub mod java;
pub mod manifest;
pub mod outcome;
pub mod peers;
pub mod process;
pub mod properties;
pub mod random;
pub mod site;
pub mod strace;
pub mod sweep;
pub mod tree;
pub mod unsafe_control;

/// Returns true when everything is to be tested (`COMMSUITE_FULL=1`).
pub fn is_full() -> bool {
    std::env::var_os("COMMSUITE_FULL").is_some_and(|value| value == "1")
}

/// Returns `full` when everything is to be tested, else `ordinary`: a stride, or a number of cases.
pub fn ordinary_or_full(ordinary: usize, full: usize) -> usize {
    if is_full() { full } else { ordinary }
}
