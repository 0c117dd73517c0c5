//! What a run is about: the request in its plan, by which it is resumed and by which later commands find it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use upgrade_engine::fs::RootPath;
use upgrade_engine::plan::Plan;

use crate::rollback::Phase;

/// What a run was asked for. A variant for each command that changes something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Request {
    /// `prepare`
    Prepare(Target),
    /// `finish`
    Finish(Merge),
    /// `upgrade`
    Upgrade(Merge),
    /// `rollback`
    Rollback(Rollback),
    /// `redeploy`
    Redeploy(Redeploy),
}

/// What a redeployment was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redeploy {
    /// What it is about.
    pub target: Target,
    /// What is redeployed, and how.
    #[serde(default, skip_serializing_if = "Resources::is_empty")]
    pub resources: Resources,
}

/// What a run was told about the client resources.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resources {
    /// `--codebase`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codebase: Option<String>,
    /// `--server`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// `--container`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<RootPath>,
    /// `--container-command`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container_command: Option<String>,
}

/// What a part of a rollback was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rollback {
    /// What it is about.
    pub target: Target,
    /// Which part it is.
    pub phase: Phase,
    /// What is redeployed, and how.
    #[serde(default, skip_serializing_if = "Resources::is_empty")]
    pub resources: Resources,
}

/// What a merge is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Merge {
    /// What every run is about.
    pub target: Target,
    /// Where the programs are from now on.
    pub new_base: RootPath,
    /// Where the stock files of 7.2 are, as a real path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// Where the stock files of 7.3 are, as a real path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
    /// How conflicts are resolved. No secret is among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resolve: Vec<String>,
    /// The file with further resolutions, as a real path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolutions: Option<String>,
    /// What is redeployed, and how.
    #[serde(default, skip_serializing_if = "Resources::is_empty")]
    pub resources: Resources,
}

/// What every run is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Where the release before the run is installed.
    pub base: RootPath,
    /// The directory of the instances.
    pub config_root: RootPath,
    /// The instances.
    pub instances: Vec<String>,
    /// How the server is stopped and started, as [`crate::service::Control::shown`] names it.
    pub service: String,
}

impl Resources {
    /// Returns whether nothing was said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Request {
    /// Returns what the request is about, in a few words.
    pub fn describe(&self) -> String {
        match self {
            Self::Prepare(target) => format!("preparation of {} for 7.3", target.shown()),
            Self::Finish(merge) => format!("end of the upgrade of {} to 7.3", merge.target.shown()),
            Self::Upgrade(merge) => format!("upgrade of {} to 7.3", merge.target.shown()),
            Self::Redeploy(redeploy) => format!("redeployment of the client resources of {}", redeploy.target.base),
            Self::Rollback(rollback) => match rollback.phase {
                Phase::CopyOut => format!("rollback of {} before the packages", rollback.target.shown()),
                Phase::Finish => format!("rollback of {} after the packages", rollback.target.shown()),
                Phase::Whole => format!("rollback of {}", rollback.target.shown()),
            },
        }
    }

    /// Returns what the run is about.
    pub fn target(&self) -> &Target {
        match self {
            Self::Prepare(target) => target,
            Self::Finish(merge) | Self::Upgrade(merge) => &merge.target,
            Self::Rollback(rollback) => &rollback.target,
            Self::Redeploy(redeploy) => &redeploy.target,
        }
    }

    /// Returns what the run was told about the client resources; nothing for one that does not redeploy.
    pub fn resources(&self) -> Option<&Resources> {
        match self {
            Self::Prepare(_) => None,
            Self::Finish(merge) | Self::Upgrade(merge) => Some(&merge.resources),
            Self::Rollback(rollback) => Some(&rollback.resources),
            Self::Redeploy(redeploy) => Some(&redeploy.resources),
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
}

impl Target {
    /// Returns `instance default`, or `instances default, sales`.
    pub fn shown(&self) -> String {
        let plural = if self.instances.len() == 1 { "" } else { "s" };
        format!("instance{plural} {}", self.instances.join(", "))
    }
}
