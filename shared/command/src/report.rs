//! The result of a run as JSON: one schema for all tools, with the tool's own details inside.

use serde::{Deserialize, Serialize};
use upgrade_engine::plan::Plan;
use upgrade_engine::{redact, shown};

use crate::error::SystemState;

/// Version of the JSON form of a report.
pub const REPORT_VERSION: u32 = 1;

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Version of this form, [`REPORT_VERSION`].
    pub version: u32,
    /// The tool.
    pub tool: String,
    /// How it ended.
    pub outcome: ReportStatus,
    /// The run, when there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// Where the originals are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<String>,
    /// The command that undoes the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<String>,
    /// The error, line by line, when it failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub error: Vec<String>,
    /// What the administrator should know.
    pub warnings: Vec<String>,
    /// What needs a human.
    pub findings: Vec<String>,
    /// The plan, in a dry run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    /// What only this tool can say.
    pub details: serde_json::Value,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReportStatus {
    /// It is done.
    Done,
    /// There was nothing to do.
    NothingToDo,
    /// It would be done.
    DryRun,
    /// It failed; nothing was changed.
    Failed,
    /// It failed; a run must be resumed or undone.
    Unfinished,
    /// Something was only looked at.
    Inspected,
}

impl Report {
    /// Returns an empty report.
    pub fn new(tool: &str, outcome: ReportStatus) -> Self {
        Self {
            version: REPORT_VERSION,
            tool: tool.to_owned(),
            outcome,
            run: None,
            backup: None,
            undo: None,
            error: Vec::new(),
            warnings: Vec::new(),
            findings: Vec::new(),
            plan: None,
            details: serde_json::Value::Null,
        }
    }

    /// Returns the report of a command that failed with this error.
    pub fn of_failure(tool: &str, lines: Vec<String>, state: &SystemState) -> Self {
        let outcome = match state {
            SystemState::Unchanged => ReportStatus::Failed,
            SystemState::Unfinished(_) => ReportStatus::Unfinished,
        };
        Self { error: lines, ..Self::new(tool, outcome) }
    }

    /// Returns the JSON that is printed and written, without secrets.
    pub fn redacted_json(&self) -> String {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        redact::json(&mut value);
        let json = serde_json::to_string_pretty(&value).unwrap_or_default();
        shown::json(&json).into_owned()
    }
}
