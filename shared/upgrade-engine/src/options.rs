//! The long options that all tools have in common, and where the state of the runs is kept.

use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::fs::real::RealFs;
use crate::fs::{FileSystem, Name, RootPath};

/// Where runs are kept below the product root.
const STATE_BELOW_ROOT: &str = "/var/opt/CommsInstaller/upgrade";

/// When output has colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    /// On a terminal that can, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Options of every tool.
#[derive(Clone, Debug, Default, Args)]
pub struct CommonOptions {
    /// Treat DIR as the root directory of the product
    #[arg(long, value_name = "DIR", help_heading = "Common options")]
    pub root: Option<PathBuf>,
    /// Keep the journal and saved originals of runs in DIR
    #[arg(long, value_name = "DIR", help_heading = "Common options")]
    pub state_dir: Option<PathBuf>,
    /// Print the result as JSON
    #[arg(long, help_heading = "Common options")]
    pub json: bool,
    /// Also write the result as JSON to FILE
    #[arg(long, value_name = "FILE", help_heading = "Common options")]
    pub report: Option<PathBuf>,
    /// Go on with the run that was interrupted
    #[arg(long, help_heading = "Common options")]
    pub resume: bool,
    /// List the runs that can be resumed or undone
    #[arg(long, help_heading = "Common options")]
    pub list_runs: bool,
    /// Delete what is kept of a run; it can not be undone afterwards
    #[arg(long, value_name = "RUN", help_heading = "Common options")]
    pub prune: Option<String>,
    /// When to use colours
    #[arg(long, value_enum, default_value_t, value_name = "WHEN", help_heading = "Common options")]
    pub color: Color,
}

/// The directory that keeps the runs: a root directory and a path below it.
pub struct StateLocation {
    /// The product root, or the real one.
    pub fs: Box<dyn FileSystem>,
    /// The directory.
    pub path: RootPath,
}

impl CommonOptions {
    /// Opens the product root.
    ///
    /// # Errors
    /// As `open`, naming the directory.
    pub fn product_root(&self) -> io::Result<RealFs> {
        let root = self.root.as_deref().unwrap_or(Path::new("/"));
        RealFs::open(root).map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", root.display())))
    }

    /// Returns a product path as typed: relative ones begin at the current directory, or at `--root` when that is given.
    ///
    /// # Errors
    /// When it holds a NUL, or there is no current directory.
    pub fn product_path(&self, typed: &Path) -> io::Result<RootPath> {
        let base = match self.root {
            Some(_) => RootPath::new("/"),
            None => RootPath::new(std::env::current_dir()?.as_os_str().as_bytes()),
        };
        base.and_then(|base| base.resolve(typed.as_os_str().as_bytes())).map_err(io::Error::other)
    }

    /// Returns where runs are kept: `--state-dir`; below the root for root; else the user's own state directory.
    ///
    /// # Errors
    /// When a directory that it depends on cannot be opened or named.
    pub fn state(&self) -> io::Result<StateLocation> {
        if self.state_dir.is_none() && rustix::process::geteuid().is_root() {
            let path = RootPath::new(STATE_BELOW_ROOT).map_err(io::Error::other)?;
            return Ok(StateLocation { fs: Box::new(self.product_root()?), path });
        }
        let path = match &self.state_dir {
            Some(dir) => std::path::absolute(dir)?,
            None => user_state_dir()?.join("commsuite-upgrade"),
        };
        let path = RootPath::new(path.as_os_str().as_bytes()).map_err(io::Error::other)?;
        Ok(StateLocation { fs: Box::new(RealFs::open(Path::new("/"))?), path })
    }

    /// Writes the result to the file that `--report` names, whole or not at all.
    ///
    /// # Errors
    /// As `open`, `write` and `rename`.
    pub fn write_report(&self, json: &[u8]) -> io::Result<()> {
        let Some(path) = &self.report else { return Ok(()) };
        write_new_file(path, json).map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", path.display())))
    }
}

/// Writes a file that the administrator named, whole or not at all; one that is there is replaced.
///
/// # Errors
/// As `open`, `write` and `rename`.
pub fn write_new_file(path: &Path, content: &[u8]) -> io::Result<()> {
    use crate::fs::{Attribute, Durable, Existing};
    let path = std::path::absolute(path)?;
    let path = RootPath::new(path.as_os_str().as_bytes()).map_err(io::Error::other)?;
    let (parent, name) = path.split_last().ok_or(io::ErrorKind::IsADirectory)?;
    let dir = RealFs::open(Path::new("/"))?.open_dir(&parent)?;
    let hidden = [b".", name.as_bytes(), b".", std::process::id().to_string().as_bytes()].concat();
    let hidden = Name::new(hidden).map_err(io::Error::other)?.into();
    let file = dir.create(&hidden)?;
    let written = file
        .write_all_at(content, 0)
        .and_then(|()| file.set(&Attribute::Mode(0o644)))
        .and_then(|()| file.sync(Durable::ReplacementFile))
        .and_then(|()| dir.rename(&hidden, &name.into(), Existing::Replace));
    if written.is_err() {
        let _ = dir.remove_file(&hidden);
    }
    written
}

/// `$XDG_STATE_HOME`, or `~/.local/state` (XDG Base Directory Specification).
fn user_state_dir() -> io::Result<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_STATE_HOME")
        .or_else(|| Some(absolute("HOME")?.join(".local/state")))
        .ok_or_else(|| io::Error::other("neither XDG_STATE_HOME nor HOME is set; name a directory with --state-dir"))
}
