//! The check of a plan that a run makes before its first change, for a dry run as well.

use crate::engine::{Resources, Session, open_anchors, world};
use crate::error::EngineError;
use crate::plan::Plan;
use crate::step::check_steps;

/// Checks a plan as a run would before its first change; returns what the run will leave for a human. For a dry run, which then
/// agrees with the run. Without a session there are no saved originals: only an undo needs them.
///
/// # Errors
/// As the step that could not be done.
pub fn check(plan: &Plan, resources: &Resources<'_>, session: Option<&Session>) -> Result<Vec<String>, EngineError> {
    crate::run::plan_json(plan)?;
    let world = world(open_anchors(resources, plan)?, session.map(Session::runs_dir), resources);
    check_steps(&plan.steps, &world).map_err(EngineError::before_any_change)
}
