//! Applying a plan to a server: the steps, what carries them out, and how it is told whether they are done.

mod requests;
mod schema_standing;
mod service;
mod standing;
mod steps;
mod tasks;

pub use requests::DirectoryRequest;
pub use service::{DirectoryService, SERVICE};
pub use standing::{Standing, check_undo, standing};
pub use steps::{REVERSE_LDIF, changes_of, engine_plan, reverse_ldif};
