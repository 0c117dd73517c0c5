//! `csmigrate.log` and `csmigrateError.log`, the two files that the documents name (`reference/calendar.md` section 1.3).
//!
//! The format of their lines was never published; ours is a UTC time, the process, the text. They are appended to, never
//! replaced, and a link at their place is not followed.

use jiff::Timestamp;
use upgrade_engine::fs::{Dir, Name, RelPath};
use upgrade_engine::redact;

use crate::cli::LogLevel;
use crate::error::Error;

const LOG: &str = "csmigrate.log";
const ERROR_LOG: &str = "csmigrateError.log";

/// The two logs of a run.
pub struct Logs {
    dir: Box<dyn Dir>,
    path: String,
    level: LogLevel,
}

impl Logs {
    /// Begins to log in a directory.
    ///
    /// # Errors
    /// [`Error::Io`] when a line cannot be added there.
    pub fn begin(dir: Box<dyn Dir>, path: String, level: LogLevel, command: &str) -> Result<Self, Error> {
        let logs = Self { dir, path, level };
        logs.append(LOG, &[format!("begin: {command}")])
            .map_err(|e| Error::io("write", format!("{}/{LOG}", logs.path), e))?;
        Ok(logs)
    }

    /// Logs a line.
    pub fn line(&self, line: &str) {
        self.try_append(LOG, &[line.to_owned()]);
    }

    /// Logs a line that only `-l max` wants.
    pub fn detail(&self, line: &str) {
        if self.level == LogLevel::Max {
            self.line(line);
        }
    }

    /// Logs an error, in both files.
    pub fn error(&self, lines: &[String]) {
        self.try_append(LOG, lines);
        self.try_append(ERROR_LOG, lines);
    }

    /// A run is not stopped halfway because its log cannot be written any more: the journal has all that matters.
    fn try_append(&self, file: &str, lines: &[String]) {
        let _ = self.append(file, lines);
    }

    fn append(&self, file: &str, lines: &[String]) -> std::io::Result<()> {
        let name = Name::new(file).map_err(std::io::Error::other)?;
        let now = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ");
        let process = std::process::id();
        let text: String =
            lines.iter().map(|line| format!("{now} csmigrate[{process}] {}\n", redact::text(line))).collect();
        self.dir.append(&RelPath::from(name), text.as_bytes())
    }
}
