//! Prepares a Directory Server for the Communications Suite, as `comm_dssetup.pl` did: schema, indexes, suffixes.
//!
//! `Choices` are what the administrator answered, `Facts` what the server holds; [`plan::plan`] compares the two and
//! decides everything, without reading or writing anything. What it decides is a list of directory changes in order, which the
//! generated LDIF file holds and the program applies: the two cannot differ.

pub mod choices;
pub mod facts;
pub mod generate;
pub mod ldap;
pub mod plan;
pub mod reverse;
pub mod schema_files;
