//! `prepare`, `finish` and `upgrade`: what comes before the package step, what comes after it, and both.
//!
//! The order is that of the guide (`reference/instant-messaging.md` section 1): stop, save, packages, merge, redeploy, start. Between the first
//! and the last step of a run nothing is decided any more: a plan names every file.

mod check;
mod facts;
mod files;
mod gateway;
mod merging;
mod run;
mod runtime;
mod saving;
mod site;
mod stock;
mod tree;

pub use check::check_lines;
pub use merging::ImMerger;
pub use run::Upgrade;
pub use saving::{Saved, saved_by};
pub(crate) use stock::attributes;
pub(crate) use tree::is_copy;

/// Which command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// `check`: nothing is changed.
    Check,
    /// `prepare`.
    Prepare,
    /// `finish`.
    Finish,
    /// `upgrade`.
    Upgrade,
}
