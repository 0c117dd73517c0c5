//! What the tests stand on: a small Messaging site in a temporary directory and the programs run on it.

pub(crate) mod site;

pub(crate) use site::Site;
pub(crate) use testkit::outcome::Outcome;
