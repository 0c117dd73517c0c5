//! What the tests stand on: a small site in a temporary directory, the program run on it, genuine databases.

pub(crate) mod genuine;
pub(crate) mod site;

pub(crate) use site::Site;
pub(crate) use testkit::outcome::Outcome;
pub(crate) use testkit::process;
