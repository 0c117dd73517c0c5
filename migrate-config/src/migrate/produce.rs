//! Makes rewritten files from what they were: for a copy, and where a plan must not hold what changes.

use documents::Dialect;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use upgrade_engine::digest::Digest;
use upgrade_engine::fs::File;
use upgrade_engine::place::Place;
use upgrade_engine::step::{Producer, StepContext};

use super::detect::content::whole;
use super::detect::includes::LARGEST;
use super::rewrite::Moves;

/// The producer's name in plans.
pub const PRODUCER: &str = "rewritten";

/// How a file is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The file before.
    pub from: Place,
    /// Its digest.
    pub before: Digest,
    /// The name of its dialect.
    pub dialect: String,
    /// What moves.
    pub moves: Moves,
}

/// The producer.
pub struct Rewritten;

impl Rewritten {
    fn content(world: &StepContext<'_>, request: &Value) -> Result<Vec<u8>, String> {
        let recipe = Recipe::deserialize(request).map_err(|e| format!("the plan cannot be understood: {e}"))?;
        let dialect =
            Dialect::named(&recipe.dialect).ok_or_else(|| format!("there is no dialect {}", recipe.dialect))?;
        let shown = world.show(&recipe.from);
        let file = world.open(&recipe.from).map_err(|e| e.to_string())?;
        let size = file.stat().map_err(|e| format!("{shown}: {e}"))?.size;
        let bytes = whole(&*file, size, LARGEST).map_err(|e| format!("{shown}: {e}"))?;
        if Digest::of(&bytes) != recipe.before {
            return Err(format!("{shown} has changed since it was read"));
        }
        let rewritten = recipe.moves.rewritten(dialect, &bytes).map_err(|e| format!("{shown}: {e}"))?;
        Ok(rewritten.map_or(bytes, |(after, _)| after))
    }
}

impl Producer for Rewritten {
    fn name(&self) -> &str {
        PRODUCER
    }

    /// Returns the digest of what was written: the source is read once.
    fn produce(&self, world: &StepContext<'_>, request: &Value, made: &dyn File) -> Result<Value, String> {
        let content = Self::content(world, request)?;
        made.write_all_at(&content, 0).map_err(|e| e.to_string())?;
        serde_json::to_value(Digest::of(&content)).map_err(|e| e.to_string())
    }

    fn verify(
        &self,
        world: &StepContext<'_>,
        request: &Value,
        made: &dyn File,
        produced: Option<&Value>,
    ) -> Result<(), String> {
        let Some(produced) = produced else { return same(made, &Self::content(world, request)?) };
        let written = Digest::deserialize(produced).map_err(|e| e.to_string())?;
        let (found, _) = Digest::of_file(made).map_err(|e| e.to_string())?;
        if found == written { Ok(()) } else { Err(DIFFERENT.to_owned()) }
    }
}

/// What is said of a file that does not hold what was written.
const DIFFERENT: &str = "what was read back is not what was written: the disk or the memory is failing";

/// Refuses a file that does not read back as it should.
///
/// # Errors
/// That it does not.
pub fn same(made: &dyn File, expected: &[u8]) -> Result<(), String> {
    let read = whole(made, expected.len() as u64, LARGEST.saturating_mul(2)).map_err(|e| e.to_string())?;
    if read == expected { Ok(()) } else { Err(DIFFERENT.to_owned()) }
}
