//! What the tests stand on: a small site in a temporary directory, the program run on it, genuine databases.

pub(crate) mod genuine;
pub(crate) mod outcome;
pub(crate) mod process;
pub(crate) mod site;

pub(crate) use outcome::Outcome;
pub(crate) use site::Site;
