//! What the tests stand on: a small site in a temporary directory and the program run on it.

pub(crate) mod site;

pub(crate) use site::Site;
pub(crate) use testkit::outcome::Outcome;
