//! Makes the new content of deployed pages when their step is due: a plan holds which saved page it is, never what it holds.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use upgrade_engine::digest::Digest;
use upgrade_engine::fs::{File, FileSystem, RelPath, RootPath};
use upgrade_engine::step::{NewContent, Producer, StepContext, read_whole};

/// The name of the producer in plans.
const PRODUCER: &str = "saved page";

/// A saved page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Recipe {
    saved: RootPath,
    digest: Digest,
}

/// Returns how a step makes the content of a saved page.
pub(super) fn content(saved: RootPath, digest: Digest) -> NewContent {
    NewContent::Produced { by: PRODUCER.to_owned(), request: json!(Recipe { saved, digest }) }
}

/// Makes the content of steps.
pub(crate) struct SavedPages<'a> {
    pub(crate) fs: &'a dyn FileSystem,
}

impl SavedPages<'_> {
    fn read(&self, request: &Value) -> Result<Vec<u8>, String> {
        let recipe = Recipe::deserialize(request).map_err(|e| format!("the plan names no saved page: {e}"))?;
        let Recipe { saved, digest } = recipe;
        let (parent, name) = saved.split_last().ok_or_else(|| format!("{saved} is no file"))?;
        let read = self.fs.open_dir(&parent).and_then(|dir| dir.open(&RelPath::from(name)));
        let content = read.and_then(|file| read_whole(&*file)).map_err(|e| format!("cannot read {saved}: {e}"))?;
        if Digest::of(&content) == digest { Ok(content) } else { Err(format!("{saved} has changed since it was read")) }
    }
}

impl Producer for SavedPages<'_> {
    fn name(&self) -> &str {
        PRODUCER
    }

    fn check(&self, request: &Value) -> Result<(), String> {
        self.read(request).map(drop)
    }

    fn produce(&self, _: &StepContext<'_>, request: &Value, made: &dyn File) -> Result<Value, String> {
        made.write_all_at(&self.read(request)?, 0).map_err(|e| e.to_string())?;
        Ok(Value::Null)
    }

    /// The step compares the digest with the planned one.
    fn verify(&self, _: &StepContext<'_>, _: &Value, _: &dyn File, _: Option<&Value>) -> Result<(), String> {
        Ok(())
    }
}
