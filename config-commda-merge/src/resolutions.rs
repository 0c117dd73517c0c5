//! What the administrator says about conflicts: `FILE:KEY=site|new|VALUE`, on the command line or in a file.

use std::path::Path;

use install_root::delegated_administrator::ConfigFile;
use serde::{Deserialize, Serialize};
use upgrade_engine::fs::FileSystem;
use upgrade_engine::redact;

use crate::cli::Resolve;
use crate::error::Error;
use crate::own_files::{self, OwnFile};

/// The resolutions, as a plan may hold them: no value that is a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resolutions {
    /// As typed.
    pub typed: Vec<String>,
    /// The file with more of them.
    pub file: Option<OwnFile>,
}

impl Resolutions {
    /// Takes what was typed.
    ///
    /// # Errors
    /// [`command::Error::Usage`] for a value that everybody could see; [`Error::Io`] when the file cannot be read.
    pub fn new(own: &dyn FileSystem, said: &Resolve) -> Result<Self, Error> {
        for text in &said.resolve {
            let (key, choice) = text.split_once('=').unwrap_or((text, ""));
            let key = key.split_once(':').map_or(key, |(_, key)| key);
            if !matches!(choice, "site" | "new") && (redact::is_secret_key(key) || redact::text(choice) != choice) {
                return Err(Error::usage(format!(
                    "the value of {key} is a secret, which all users can see in a command: put the line into a file for \
                     --resolutions"
                )));
            }
        }
        let file = said.resolutions.as_deref().map(|path: &Path| OwnFile::survey(own, path)).transpose()?;
        Ok(Self { typed: said.resolve.clone(), file })
    }

    /// Returns all lines.
    fn lines(&self, own: &dyn FileSystem) -> Result<Vec<String>, Error> {
        let mut lines = self.typed.clone();
        if let Some(file) = &self.file {
            let text = own_files::read_as_surveyed(own, file)?;
            let text =
                String::from_utf8(text).map_err(|_| Error::usage(format!("{}: it is not text in UTF-8", file.path)))?;
            let meant = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
            lines.extend(text.lines().filter(meant).map(str::to_owned));
        }
        Ok(lines)
    }

    /// Returns what is said about each file, as `KEY=CHOICE`.
    ///
    /// # Errors
    /// [`command::Error::Usage`] for a line that names none of the six files.
    pub fn by_file(&self, own: &dyn FileSystem) -> Result<Vec<(ConfigFile, String)>, Error> {
        let parse = |line: String| {
            let (name, rest) = line.split_once(':').unwrap_or(("", ""));
            let file = ConfigFile::of_name(name.trim());
            match file.filter(|_| rest.contains('=')) {
                Some(file) => Ok((file, rest.to_owned())),
                None => {
                    // A value may be a secret: only what stands before it is shown.
                    let shown = line.split('=').next().unwrap_or_default();
                    Err(Error::usage(format!(
                        "`{shown}`: a resolution is FILE:KEY=site|new|VALUE, with one of the six files"
                    )))
                }
            }
        };
        self.lines(own)?.into_iter().map(parse).collect()
    }

    /// Returns what is said about keys of one file that the caller names: `KEY=CHOICE`, or with any file's name before it.
    ///
    /// # Errors
    /// As [`Resolutions::by_file`].
    pub fn of_one(&self, own: &dyn FileSystem, name: &str) -> Result<Vec<String>, Error> {
        let strip = |line: String| {
            let prefix = format!("{name}:");
            line.strip_prefix(&prefix).map(str::to_owned).unwrap_or(line)
        };
        Ok(self.lines(own)?.into_iter().map(strip).collect())
    }
}
