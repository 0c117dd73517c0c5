//! What was asked for in a run of one of the programs: the request in its plan, by which the others find it.

use config_merge::WorkDirectory;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use upgrade_engine::fs::RootPath;
use upgrade_engine::plan::Plan;
use upgrade_engine::run_list::in_effect;
use upgrade_engine::{Run, Status};

/// A request of one of the programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "program", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Request {
    /// `migrate-config OLDROOT`
    MigrateConfig(Move),
    /// `install-newconfig`
    InstallNewconfig(Installation),
    /// `useconfig CONFIGDIR`
    Useconfig(UsedConfiguration),
    /// `ha_ip_config`
    HaIpConfig(LogicalAddress),
}

/// The configuration that a root uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UsedConfiguration {
    /// The root.
    pub new_root: RootPath,
    /// The data root with the configuration.
    pub data_root: RootPath,
}

/// The address of a logical host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogicalAddress {
    /// The root whose configuration is bound to it.
    pub new_root: RootPath,
    /// The address.
    pub ip: String,
}

/// The move of a configuration to a new root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// The root of the old release.
    pub old_root: RootPath,
    /// The root of the new release.
    pub new_root: RootPath,
    /// The data root of an independent copy; nothing where both roots share one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_root: Option<RootPath>,
    /// What `configutil` of the old release printed, by its real path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configutil_export: Option<RootPath>,
    /// Host names and addresses of a copy, each with what replaces it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<(String, String)>,
}

/// The installation of merged files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Installation {
    /// The root of the new release.
    pub new_root: RootPath,
    /// Where the merged files are.
    pub from: WorkDirectory,
    /// Whether conflicts that are not resolved are installed with the site's values.
    pub force: bool,
}

impl Request {
    /// Returns what the request is about, in a few words.
    pub fn describe(&self) -> String {
        match self {
            Self::MigrateConfig(Move { old_root, new_root, data_root: None, .. }) => {
                format!("move from {old_root} to {new_root}")
            }
            Self::MigrateConfig(Move { old_root, new_root, data_root: Some(place), .. }) => {
                format!("copy of the configuration of {old_root} to {place} for {new_root}")
            }
            Self::InstallNewconfig(request) => format!("installation of merged files in {}", request.new_root),
            Self::Useconfig(request) => format!("use of {} by {}", request.data_root, request.new_root),
            Self::HaIpConfig(request) => format!("address {} for {}", request.ip, request.new_root),
        }
    }

    /// Returns the request as a plan holds it.
    pub fn to_json(&self) -> Value {
        json!(self)
    }

    /// Returns the request of a plan; nothing for an undo.
    pub fn of(plan: &Plan) -> Option<Self> {
        Self::deserialize(&plan.request).ok()
    }

    /// Returns the root that the request is about.
    pub fn new_root(&self) -> &RootPath {
        match self {
            Self::MigrateConfig(request) => &request.new_root,
            Self::InstallNewconfig(request) => &request.new_root,
            Self::Useconfig(request) => &request.new_root,
            Self::HaIpConfig(request) => &request.new_root,
        }
    }
}

/// Returns the run that moved a configuration to a root, and is done and not undone. `runs` are all, oldest first.
pub fn move_to<'r>(runs: &'r [Run], new_root: &RootPath) -> Option<(&'r Run, Move)> {
    in_effect(runs).into_iter().rev().filter(|run| run.status == Status::Finished).find_map(|run| {
        let Some(Request::MigrateConfig(request)) = Request::of(&run.plan) else { return None };
        (request.new_root == *new_root).then_some((run, request))
    })
}
