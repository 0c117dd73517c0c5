//! Makes the content of the files that a redeployment writes, when their step is due: a plan holds how, not what.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use upgrade_engine::digest::Digest;
use upgrade_engine::fs::{File, FileSystem, RootPath};
use upgrade_engine::step::{NewContent, Producer, StepContext};

use super::archive::{self, Contents};
use super::sources::Sources;
use super::templates::{self, Placeholders, Values};
use crate::error::Error;

/// The name of the producer in plans.
const PRODUCER: &str = "client resources";

/// How a file is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Recipe {
    /// From a template.
    Resource {
        template: RootPath,
        codebase: Option<String>,
        server: Option<String>,
        /// Placeholders for the codebase, and for the server.
        placeholders: (Vec<String>, Vec<String>),
    },
    /// An archive.
    Archive(Contents),
    /// A copy of a file.
    Copy(RootPath),
}

impl Recipe {
    /// Returns the content, and how a step makes it.
    pub(super) fn content(&self) -> NewContent {
        NewContent::Produced { by: PRODUCER.to_owned(), request: json!(self) }
    }

    /// Makes the content.
    ///
    /// # Errors
    /// Why it cannot be made.
    pub(super) fn make(&self, sources: &Sources<'_>) -> Result<Vec<u8>, Error> {
        let read = |path: &RootPath| {
            sources.read(path)?.ok_or_else(|| Error::io("read", path, std::io::ErrorKind::NotFound.into()))
        };
        match self {
            Self::Archive(contents) => archive::make(sources, contents),
            Self::Copy(path) => read(path),
            Self::Resource { template, codebase, server, placeholders } => {
                let values = Values { codebase: codebase.clone(), server: server.clone() };
                let (codebase, server) = placeholders.clone();
                let placeholders = Placeholders { codebase, server };
                let bytes = read(template)?;
                let made = if super::languages::is_jnlp(&template.to_string()) {
                    templates::jnlp(&bytes, &values, &placeholders)
                } else {
                    templates::html(&bytes, &values, &placeholders)
                };
                made.map_err(|what| Error::Configuration { path: template.clone(), what })
            }
        }
    }
}

/// Makes the content of steps.
pub(crate) struct Content<'a> {
    pub(crate) fs: &'a dyn FileSystem,
}

impl Producer for Content<'_> {
    fn name(&self) -> &str {
        PRODUCER
    }

    fn produce(&self, _: &StepContext<'_>, request: &Value, made: &dyn File) -> Result<Value, String> {
        let recipe = Recipe::deserialize(request).map_err(|e| format!("the plan names no client resource: {e}"))?;
        let content = recipe.make(&Sources::new(self.fs)).map_err(|e| e.to_string())?;
        made.write_all_at(&content, 0).map_err(|e| e.to_string())?;
        Ok(json!(Digest::of(&content)))
    }

    /// The step compares the digest with the planned one.
    fn verify(&self, _: &StepContext<'_>, _: &Value, _: &dyn File, _: Option<&Value>) -> Result<(), String> {
        Ok(())
    }
}
