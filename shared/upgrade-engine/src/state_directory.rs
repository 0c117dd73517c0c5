//! The state directory of a product root: it holds the runs of each tool, and is opened only where nobody but root and the caller could
//! have put something into it, or could put another one in its place ([`crate::trust`]).

use std::io;

use crate::error::EngineError;
use crate::fs::{Dir, Durable, FileSystem, Name, RelPath, RootPath};
use crate::trust::{self, Missing, TrustError};

/// Opens the state directory; nothing when there is none.
///
/// # Errors
/// [`EngineError::OpenToOthers`]; [`EngineError::Io`].
pub fn open(state: &dyn FileSystem, path: &RootPath) -> Result<Option<Box<dyn Dir>>, EngineError> {
    match trust::open_dir(state, path, Missing::Fail) {
        Err(e) if e.is_not_found() => Ok(None),
        other => other.map(Some).map_err(|e| refused(path, e)),
    }
}

/// Opens the state directory, and makes it, with the directories above it, when it is not there.
///
/// # Errors
/// As [`open`].
pub(crate) fn open_or_make(state: &dyn FileSystem, path: &RootPath) -> Result<Box<dyn Dir>, EngineError> {
    trust::open_dir(state, path, Missing::Make).map_err(|e| refused(path, e))
}

/// Opens the directory of a tool's runs in the state directory; nothing when there is none.
pub(crate) fn runs_of(dir: &dyn Dir, path: &RootPath, tool: &Name) -> Result<Option<Box<dyn Dir>>, EngineError> {
    let at = path.join(tool);
    let runs = match dir.open_dir(&tool.clone().into()) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(|e| EngineError::io("open", &at, e))?,
    };
    let stat = runs.stat(&RelPath::here()).map_err(|e| EngineError::io("look at", &at, e))?;
    trust::check(&stat, &at).map_err(|e| refused(path, e))?;
    Ok(Some(runs))
}

/// As [`runs_of`], but makes the directory when it is not there.
pub(crate) fn runs_of_or_made(dir: &dyn Dir, path: &RootPath, tool: &Name) -> Result<Box<dyn Dir>, EngineError> {
    if let Some(runs) = runs_of(dir, path, tool)? {
        return Ok(runs);
    }
    let failed = |e| EngineError::io("make the directory", path.join(tool), e);
    match dir.make_dir(&tool.clone().into()) {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
        other => drop(other.map_err(failed)?),
    }
    dir.sync(&RelPath::here(), Durable::StateDirectory).map_err(failed)?;
    runs_of(dir, path, tool)?.ok_or_else(|| failed(io::ErrorKind::NotFound.into()))
}

fn refused(path: &RootPath, error: TrustError) -> EngineError {
    match error {
        TrustError::Untrusted { at, why } => EngineError::OpenToOthers { state: path.clone(), at, why },
        TrustError::Io { at, source } => EngineError::io("open", at, source),
    }
}

/// Refuses a file in the state directory that somebody else could have written, or that has names elsewhere.
pub(crate) fn check_file(stat: &crate::fs::Stat, path: &RootPath, file: &Name) -> Result<(), EngineError> {
    let at = path.join(file);
    trust::check(stat, &at).map_err(|e| refused(path, e))?;
    if stat.links > 1 {
        return Err(EngineError::OpenToOthers { state: path.clone(), at, why: "has several names".to_owned() });
    }
    Ok(())
}
