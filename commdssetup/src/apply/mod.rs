//! Applying a plan to a server: the steps, what carries them out, and how it is found out whether they are done.

mod compare;
mod compare_schema;
mod definitions;
mod requests;
mod service;
mod state;
mod steps;
mod tasks;

pub(crate) use compare::{View, state_in};
pub use compare::{change_state, check_undo};
pub(crate) use definitions::{added_in, oid_of};
pub use requests::DirectoryRequest;
pub use service::{DirectoryService, SERVICE};
pub use state::ChangeState;
pub use steps::{REVERSE_LDIF, changes_of, engine_plan, reverse_ldif};
