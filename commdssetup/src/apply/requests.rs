//! What a step asks of the directory, as the journal keeps it.

use serde::{Deserialize, Serialize};

use crate::plan::{DirectoryChange, ReindexTask};

/// A request of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum DirectoryRequest {
    /// One request of the plan, or its inverse.
    Change(DirectoryChange),
    /// Building indexes anew.
    Reindex(ReindexTask),
    /// Nothing: the inverse of building indexes, so that undoing the undo builds them again.
    LeaveIndexes(ReindexTask),
    /// Reading everything once more and comparing it with the plan.
    Verify,
    /// Comparing what the server has stored on its disk with the plan.
    CompareStored,
}
