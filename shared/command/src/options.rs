//! The long options that all tools have in common, and where the state of the runs is kept.

use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use clap::Args;
use upgrade_engine::fs::real::RealFs;
use upgrade_engine::fs::{Dir, FileSystem, RootPath};
use upgrade_engine::{new_files, trust};

use crate::report::Report;

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

/// Options of every program. A tool puts them into its arguments with `#[command(flatten)]`, and adds its legacy spellings with
/// `#[command(mut_arg("dry_run", |arg| arg.short('d')))]`.
#[derive(Clone, Debug, Default, Args)]
pub struct CommonOptions {
    /// Treat DIR as the root directory of the product
    #[arg(long, value_name = "DIR", global = true, help_heading = "Common options")]
    pub root: Option<PathBuf>,
    /// Keep the journal and saved originals of runs in DIR
    #[arg(long, value_name = "DIR", global = true, help_heading = "Common options")]
    pub state_dir: Option<PathBuf>,
    /// Show what would be done and change nothing
    #[arg(long, global = true, help_heading = "Common options")]
    pub dry_run: bool,
    /// Print the result as JSON
    #[arg(long, global = true, help_heading = "Common options")]
    pub json: bool,
    /// Also write the result as JSON to FILE
    #[arg(long, value_name = "FILE", global = true, help_heading = "Common options")]
    pub report: Option<PathBuf>,
    /// Answer yes when a change must be confirmed
    #[arg(long, global = true, help_heading = "Common options")]
    pub yes: bool,
    /// Finish the run that was interrupted
    #[arg(long, global = true, help_heading = "Common options")]
    pub resume: bool,
    /// Undo a run [default: the newest one]
    #[arg(long, value_name = "RUN", num_args = 0..=1, global = true, help_heading = "Common options")]
    pub undo: Option<Option<OsString>>,
    /// List the runs
    #[arg(long, global = true, help_heading = "Common options")]
    pub list_runs: bool,
    /// Delete what is kept of a run; it cannot be undone afterwards
    #[arg(long, value_name = "RUN", global = true, help_heading = "Common options")]
    pub prune: Option<String>,
    /// When to use colours
    #[arg(long, value_enum, default_value_t, value_name = "WHEN", global = true, help_heading = "Common options")]
    pub color: Color,
}

/// How a program must be called to find the same runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// Name of the program.
    pub program: String,
    /// The program, then `--root` and `--state-dir` as given.
    pub command: String,
}

/// What the common options ask for instead of the tool's own work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunRequest {
    /// `--list-runs`
    List,
    /// `--prune RUN`
    Prune(String),
    /// `--resume`
    Resume,
    /// `--undo [RUN]`
    Undo(Option<OsString>),
}

impl RunRequest {
    /// Returns the option that asks for it.
    pub fn option(&self) -> &'static str {
        match self {
            Self::List => "--list-runs",
            Self::Prune(_) => "--prune",
            Self::Resume => "--resume",
            Self::Undo(_) => "--undo",
        }
    }
}

/// The directory that keeps the runs: a root directory and a path below it.
pub struct StateLocation {
    /// The product root, or the real one.
    pub fs: Box<dyn FileSystem>,
    /// The directory.
    pub path: RootPath,
}

/// A product root that is used only where nobody but root and the caller could put another directory in its place.
struct JudgedRoot {
    real: RealFs,
    /// The real path of the root.
    at: RootPath,
    below: RealFs,
}

impl FileSystem for JudgedRoot {
    fn open_dir(&self, path: &RootPath) -> io::Result<Box<dyn Dir>> {
        trust::check_dir(&self.real, &self.at).map_err(io::Error::other)?;
        self.below.open_dir(path)
    }
}

impl CommonOptions {
    /// Opens the product root.
    ///
    /// # Errors
    /// As `open`, naming the directory.
    pub fn product_root(&self) -> io::Result<RealFs> {
        let root = self.root.as_deref().unwrap_or(Path::new("/"));
        RealFs::of_product(root).map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", root.display())))
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
            return Ok(StateLocation { fs: self.judged_root()?, path });
        }
        let path = match &self.state_dir {
            Some(dir) => std::path::absolute(dir)?,
            None => user_state_dir()?.join("commsuite-upgrade"),
        };
        let path = RootPath::new(path.as_os_str().as_bytes()).map_err(io::Error::other)?;
        Ok(StateLocation { fs: Box::new(RealFs::open(Path::new("/"))?), path })
    }

    /// Opens the product root for what is kept below it: what others could put in its place is not used.
    fn judged_root(&self) -> io::Result<Box<dyn FileSystem>> {
        let below = self.product_root()?;
        let Some(root) = &self.root else { return Ok(Box::new(below)) };
        let at = RootPath::new(std::path::absolute(root)?.as_os_str().as_bytes()).map_err(io::Error::other)?;
        Ok(Box::new(JudgedRoot { real: RealFs::open(Path::new("/"))?, at, below }))
    }

    /// Returns how a program must be called to find the same runs.
    pub fn invocation(&self, program: &str) -> Invocation {
        let mut command = program.to_owned();
        for (option, value) in [("--root", &self.root), ("--state-dir", &self.state_dir)] {
            if let Some(value) = value {
                // The line is to work from anywhere.
                let value = std::path::absolute(value).unwrap_or_else(|_| value.clone());
                command.push_str(&format!(" {option} {}", quoted(&value.to_string_lossy())));
            }
        }
        Invocation { program: program.to_owned(), command }
    }

    /// Returns the product root as it is really called, so that runs on it are known again.
    pub fn real_root(&self) -> String {
        let root = self.root.as_deref().unwrap_or(Path::new("/"));
        std::fs::canonicalize(root).unwrap_or_else(|_| root.to_owned()).to_string_lossy().into_owned()
    }

    /// Returns which of the options was given that replace the tool's own work.
    ///
    /// # Errors
    /// A sentence when two of them contradict each other.
    pub fn request(&self) -> Result<Option<RunRequest>, String> {
        let requests = [
            self.list_runs.then_some(RunRequest::List),
            self.prune.clone().map(RunRequest::Prune),
            self.resume.then_some(RunRequest::Resume),
            self.undo.clone().map(RunRequest::Undo),
        ];
        let mut given = requests.into_iter().flatten();
        let Some(request) = given.next() else { return Ok(None) };
        let name = request.option();
        if let Some(other) = given.next() {
            return Err(format!("{name} and {} cannot be used together", other.option()));
        }
        if self.dry_run && !matches!(request, RunRequest::Undo(_)) {
            return Err(format!("a dry run and {name} cannot be used together"));
        }
        Ok(Some(request))
    }

    /// Writes the report to the file that `--report` names, whole or not at all.
    pub(crate) fn write_report(&self, report: &Report) -> io::Result<()> {
        let Some(path) = &self.report else { return Ok(()) };
        new_files::write_file(path, report.redacted_json().as_bytes(), 0o644)
            .map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", path.display())))
    }
}

/// Returns a word as a shell takes it.
pub fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:=@%,".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    if word.chars().any(|c| c.is_control()) {
        // Such a word would not come through as it is: what people see has its control characters escaped.
        let spelled = |byte: u8| match byte {
            b'\'' | b'\\' | 0..=0x1f | 0x7f.. => format!("\\{byte:03o}"),
            plain => char::from(plain).to_string(),
        };
        return format!("$'{}'", word.bytes().map(spelled).collect::<String>());
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// `$XDG_STATE_HOME`, or `~/.local/state` (XDG Base Directory Specification).
fn user_state_dir() -> io::Result<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_STATE_HOME")
        .or_else(|| Some(absolute("HOME")?.join(".local/state")))
        .ok_or_else(|| io::Error::other("neither XDG_STATE_HOME nor HOME is set; name a directory with --state-dir"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_word_is_quoted_where_a_shell_would_take_it_apart() {
        assert_eq!(quoted("/var/opt/SUNWics5/csdb"), "/var/opt/SUNWics5/csdb");
        assert_eq!(quoted("/a b/it's"), r"'/a b/it'\''s'");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("a\nb'c\u{9b}"), r"$'a\012b\047c\302\233'");
    }
}
