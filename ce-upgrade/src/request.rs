//! What a run is about: the request in its plan, by which it is resumed and by which later commands find it.

use config_merge::WorkDirectory;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use upgrade_engine::fs::RootPath;
use upgrade_engine::plan::Plan;

use crate::mail_ui::Move;

/// What a run was asked for. A variant for each command that changes something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Request {
    /// `install-newconfig`
    InstallNewconfig(Installation),
    /// `migrate-mail-ui`
    MigrateMailUi(Move),
}

/// The installation of merged files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Installation {
    /// Where Communications Express is installed.
    pub base: RootPath,
    /// What is deployed: where the merged files go.
    pub deployed: RootPath,
    /// Where the merged files are.
    pub from: WorkDirectory,
    /// Whether conflicts that are not resolved are installed with the site's values.
    pub force: bool,
    /// The old deployment, where the new one takes its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<RootPath>,
    /// Whether that is another host's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_other_host: bool,
}

impl Request {
    /// Returns what the request is about, in a few words.
    pub fn describe(&self) -> String {
        match self {
            Self::InstallNewconfig(request) => format!("installation of merged files in {}", request.deployed),
            Self::MigrateMailUi(request) => format!("move of customised mail pages to {}", request.deployed),
        }
    }

    /// Returns the deployment that the run is about.
    pub fn deployed(&self) -> &RootPath {
        match self {
            Self::InstallNewconfig(request) => &request.deployed,
            Self::MigrateMailUi(request) => &request.deployed,
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
