//! A plan: everything a run will do, decided beforehand.
//!
//! It holds paths, digests and span edits, never file contents, so that it stays small for a gigabyte of files. Its
//! [`Plan::lines`] are the dry run; the JSON that a dry run prints is the `plan.json` of the real run.

use serde::{Deserialize, Serialize};

use crate::fs::Name;
use crate::place::{Anchors, Place, show};
use crate::scope::Scope;
use crate::step::{NewContent, Step};

/// Version of the JSON form of a plan.
pub const PLAN_VERSION: u32 = 1;

/// What a run will do, in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Version of this form, [`PLAN_VERSION`].
    pub version: u32,
    /// The tool that made it.
    pub tool: String,
    /// What was asked for; a later run with an equal request resumes an unfinished one.
    pub request: serde_json::Value,
    /// What this plan undoes, for an undo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<Undone>,
    /// What it is about: while it is unfinished, other runs about that wait.
    #[serde(default, skip_serializing_if = "Scope::is_unknown")]
    pub scope: Scope,
    /// The directories that the steps act in.
    pub anchors: Anchors,
    /// What to do, in order.
    pub steps: Vec<Step>,
    /// What the administrator should know before it happens.
    pub warnings: Vec<String>,
    /// What it will leave for a human. It is part of the plan so that a run that is resumed ends with it, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<String>,
}

/// The runs that an undo takes back, all of them at once: they count as undone when it is finished.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Undone {
    /// A single run.
    One(String),
    /// A chain of runs, newest first.
    Chain(Vec<String>),
}

impl Undone {
    /// Returns the names of the runs, newest first.
    pub fn runs(&self) -> &[String] {
        match self {
            Self::One(run) => std::slice::from_ref(run),
            Self::Chain(runs) => runs,
        }
    }

    /// Returns whether a run is among them.
    pub fn includes(&self, run: &Name) -> bool {
        let run = run.to_string();
        self.runs().contains(&run)
    }
}

impl Plan {
    /// Returns an empty plan.
    pub fn new(tool: &str, request: serde_json::Value) -> Self {
        Self {
            version: PLAN_VERSION,
            tool: tool.to_owned(),
            request,
            undoes: None,
            scope: Scope::default(),
            anchors: Anchors::new(),
            steps: Vec::new(),
            warnings: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// Returns whether this is an undo that takes a run back.
    pub fn takes_back(&self, run: &Name) -> bool {
        self.undoes.as_ref().is_some_and(|undone| undone.includes(run))
    }

    /// Returns whether a step takes content that an earlier run saved.
    pub fn takes_saved(&self) -> bool {
        self.steps.iter().any(|step| match step {
            Step::ReplaceFile(step) => matches!(step.content, NewContent::Saved { .. }),
            Step::WriteFile(step) => matches!(step.content, NewContent::Saved { .. }),
            _ => false,
        })
    }

    /// Returns one line per step, as a dry run prints them.
    pub fn lines(&self) -> Vec<String> {
        let show = |place: &Place| self.show(place);
        self.steps.iter().map(|step| step.action().describe(&show)).collect()
    }

    /// Returns a place as an administrator would write it.
    pub fn show(&self, place: &Place) -> String {
        self.anchors.get(&place.anchor).map_or_else(|| place.to_string(), |anchor| show(&anchor.path, place))
    }
}
