//! The two files of a run, `/var/tmp/dssetup_<timestamp>.sh` and `.ldif`, as bytes; writing them is not done here.
//!
//! They work by themselves with the `ldapmodify` of the LDAP client tools and hold no password. The LDIF file is what the program itself
//! applies: both come from the same changes.

mod ldif_file;
mod script;

pub use ldif_file::{LdifFileError, ldif_file, records, task_dn};
pub(crate) use script::quoted;
pub use script::{Script, script};
