//! Moves the configuration of Messaging Server 6.x to 7.0 side by side: `migrate-config`, `patch-config`, `install-newconfig`,
//! `uninstall-newconfig`, `useconfig` and `ha_ip_config`, one module each. They share their runs, so that `migrate-config -u` takes all
//! of them back.

pub mod compatibility;
pub mod error;
pub mod ha_ip_config;
pub mod handler;
pub mod high_availability;
pub mod install;
pub mod migrate;
pub mod new_root;
pub mod patch;
pub mod references;
pub mod release;
pub mod request;
pub mod running;
pub mod server_root;
pub mod settings;
pub mod store;
pub mod useconfig;

pub use error::Error;

/// The directory of the runs of all these programs.
pub const TOOL: &str = "migrate-config";
