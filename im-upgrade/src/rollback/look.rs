//! What the disk holds: files with their digests and attributes.

use upgrade_engine::digest::Digest;
use upgrade_engine::fs::{FileKind, FileSystem, RelPath, RootPath, Time};
use upgrade_engine::step::Attributes;
use upgrade_engine::survey::{Below, Limits, SurveyError, ToCopy, is_absent, walk};

use super::refusal::Refusal;
use crate::error::Error;

/// How large a configuration directory may be.
const LIMITS: Limits = Limits { entries: 50_000, depth: 16 };

/// A file of the disk.
#[derive(Debug)]
pub(super) struct Found {
    /// Its content's digest.
    pub digest: Digest,
    /// Its attributes.
    pub attributes: Attributes,
    /// Its length in bytes.
    pub size: u64,
}

/// Returns the file at a path; nothing where there is none.
///
/// # Errors
/// [`Refusal::InTheWay`] where there is something else; as `open` and `read`.
pub(super) fn file(fs: &dyn FileSystem, path: &RootPath) -> Result<Option<Found>, Error> {
    let Some((parent, name)) = path.split_last() else { return Ok(None) };
    let failed = |e| Error::io("read", path, e);
    let dir = match fs.open_dir(&parent) {
        Ok(dir) => dir,
        Err(e) if is_absent(&e) => return Ok(None),
        Err(e) => return Err(failed(e)),
    };
    let name = RelPath::from(name);
    let stat = match dir.stat(&name) {
        Ok(stat) => stat,
        Err(e) if is_absent(&e) => return Ok(None),
        Err(e) => return Err(failed(e)),
    };
    let what = match stat.kind {
        FileKind::Regular => None,
        FileKind::Directory => Some("it is a directory"),
        FileKind::Symlink => Some("it is a symbolic link"),
        FileKind::Fifo | FileKind::Special => Some("it is not a file"),
    };
    if let Some(what) = what {
        return Err(Refusal::InTheWay { path: path.clone(), what }.into());
    }
    let ToCopy { file, attributes, .. } = ToCopy::open(&*dir, &name).map_err(failed)?;
    let (digest, size) = Digest::of_file(&*file).map_err(failed)?;
    Ok(Some(Found { digest, attributes, size }))
}

/// Returns the files below a directory with their times, in the order of their names.
///
/// # Errors
/// As `open` and `readdir`.
pub(super) fn files(fs: &dyn FileSystem, directory: &RootPath) -> Result<Vec<(RootPath, Time)>, Error> {
    let dir = match fs.open_dir(directory) {
        Ok(dir) => dir,
        Err(e) if is_absent(&e) => return Ok(Vec::new()),
        Err(e) => return Err(Error::io("open", directory, e)),
    };
    let mut files = Vec::new();
    let walked = walk(&*dir, directory, LIMITS, |path, stat| {
        if stat.kind == FileKind::Regular {
            files.push((path.names().iter().fold(directory.clone(), |path, name| path.join(name)), stat.modified));
        }
        Ok::<_, SurveyError>(Below::Enter)
    });
    walked.map_err(command::Error::from)?;
    Ok(files)
}

/// Returns the attributes of a directory; nothing where there is none.
///
/// # Errors
/// As `open`.
pub(super) fn directory(fs: &dyn FileSystem, path: &RootPath) -> Result<Option<Attributes>, Error> {
    match fs.open_dir(path).and_then(|dir| Attributes::of(&*dir, &RelPath::here())) {
        Ok(attributes) => Ok(Some(attributes)),
        Err(e) if is_absent(&e) => Ok(None),
        Err(e) => Err(Error::io("open", path, e)),
    }
}

/// Returns a time as people read it.
pub(super) fn shown(time: Time) -> String {
    let nanoseconds = i32::try_from(time.nanoseconds).unwrap_or(0);
    match jiff::Timestamp::new(time.seconds, nanoseconds) {
        Ok(time) => time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        Err(_) => format!("{} seconds after 1970", time.seconds),
    }
}
