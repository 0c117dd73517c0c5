//! Our own note in the directory that it was prepared, and by what. The vendor's way of marking is not public; this one is ours.
//!
//! It lies in the configuration of the instance, which is not replicated: every instance needs its own run.

/// Name of the entry.
pub const DN: &str = "cn=commdssetup,cn=config";

/// The state of schema, indexes and suffixes that this program brings about. A change of the shipped schema files
/// or of the index table counts it up.
pub const VERSION: u32 = 1;
