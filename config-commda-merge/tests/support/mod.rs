//! What the tests stand on: a small site in a temporary directory and the program run on it.

pub(crate) mod outcome;
pub(crate) mod site;

pub(crate) use outcome::Outcome;
pub(crate) use site::Site;
