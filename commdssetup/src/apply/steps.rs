//! The steps of a run: each change with its inverse, the building of indexes, the verification, and our note last, so that
//! it says only what is true.

use serde_json::Value;
use upgrade_engine::plan::Plan as EnginePlan;
use upgrade_engine::step::{Request, Step};

use super::requests::DirectoryRequest;
use super::service::SERVICE;
use crate::generate::{LdifFileError, ldif_file};
use crate::plan::{Area, DirectoryChange, Operation, Plan, Scope};
use crate::reverse::reverse;

/// Name of the file, beside the saved originals of a run, that undoes the run with `ldapmodify`.
pub const REVERSE_LDIF: &str = "reverse.ldif";

/// Returns the steps of a plan. Empty when nothing is to be changed.
///
/// # Errors
/// When a change cannot be written as JSON.
pub fn engine_plan(tool: &str, request: Value, plan: &Plan) -> Result<EnginePlan, serde_json::Error> {
    let mut engine_plan = EnginePlan::new(tool, request);
    if plan.is_empty() {
        return Ok(engine_plan);
    }
    let (notes, changes): (Vec<_>, Vec<_>) = plan.changes.iter().partition(|change| change.part == Area::Marker);
    for change in &changes {
        engine_plan.steps.push(step_of(change)?);
    }
    for task in &plan.reindex {
        let names: Vec<&str> = task.attributes.iter().map(|indexed| indexed.attribute.as_str()).collect();
        let line = format!("build the indexes of {} for {}", task.backend, names.join(", "));
        engine_plan.steps.push(Step::Request(Request {
            service: SERVICE.to_owned(),
            backward_line: Some(format!("keep the indexes of {}", task.backend)),
            line,
            forward: serde_json::to_value(DirectoryRequest::Reindex(task.clone()))?,
            backward: Some(serde_json::to_value(DirectoryRequest::LeaveIndexes(task.clone()))?),
        }));
    }
    engine_plan.steps.push(look("read everything again and compare it with the plan", &DirectoryRequest::Verify)?);
    for note in notes {
        engine_plan.steps.push(step_of(note)?);
    }
    let line = "compare what the server has stored on its disk with the plan";
    engine_plan.steps.push(look(line, &DirectoryRequest::CompareStored)?);
    Ok(engine_plan)
}

/// A step that only reads.
fn look(line: &str, request: &DirectoryRequest) -> Result<Step, serde_json::Error> {
    Ok(Step::Request(Request {
        service: SERVICE.to_owned(),
        line: line.to_owned(),
        forward: serde_json::to_value(request)?,
        backward: None,
        backward_line: None,
    }))
}

/// Returns the inverse of a plan, as LDIF for people and their tools.
///
/// # Errors
/// [`LdifFileError`].
pub fn reverse_ldif(plan: &Plan) -> Result<Vec<u8>, LdifFileError> {
    let title = "Undoes a run of commdssetup. `commdssetup --undo` does the same, and first checks whether somebody changed any of it since.";
    // 389 DS takes no deletion of whole subtrees; where it stops, nothing but these is left.
    let (databases, others): (Vec<_>, Vec<_>) = reverse(&plan.changes)
        .into_iter()
        .partition(|change| matches!(change.operation, Operation::Delete { scope: Scope::Subtree }));
    ldif_file(title, &[others, databases].concat())
}

/// Returns the changes of a run, in order.
#[must_use]
pub fn changes_of(plan: &EnginePlan) -> Vec<DirectoryChange> {
    let requests = plan.steps.iter().filter_map(|step| match step {
        Step::Request(request) => serde_json::from_value(request.forward.clone()).ok(),
        _ => None,
    });
    let changes = requests.filter_map(|request| match request {
        DirectoryRequest::Change(change) => Some(change),
        DirectoryRequest::Reindex(_)
        | DirectoryRequest::LeaveIndexes(_)
        | DirectoryRequest::Verify
        | DirectoryRequest::CompareStored => None,
    });
    changes.collect()
}

fn step_of(change: &DirectoryChange) -> Result<Step, serde_json::Error> {
    let line = line(change);
    let backward = reverse(std::slice::from_ref(change)).into_iter().next().map(DirectoryRequest::Change);
    Ok(Step::Request(Request {
        service: SERVICE.to_owned(),
        backward_line: Some(format!("undo: {line}")),
        line,
        forward: serde_json::to_value(DirectoryRequest::Change(change.clone()))?,
        backward: backward.map(serde_json::to_value).transpose()?,
    }))
}

fn line(change: &DirectoryChange) -> String {
    let what = match &change.operation {
        Operation::Add { .. } => "add",
        Operation::Modify { .. } => "change",
        Operation::Delete { .. } => "delete",
    };
    format!("{what} {}: {}", change.dn, change.reason)
}
