//! What the tests stand on: the sample site, and a configuration that was moved to the new root.

pub(crate) mod in_memory;
pub(crate) mod merging;

pub(crate) use testkit::outcome::Outcome;
