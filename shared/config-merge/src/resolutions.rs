//! What the administrator says about conflicts: `FILE:KEY=site|new|VALUE`, on the command line or in a file.

use std::path::Path;

use serde::{Deserialize, Serialize};
use upgrade_engine::redact;

use crate::error::Error;
use crate::files::{FileSystems, Source};
use crate::own_files;

/// The resolutions, as a plan may hold them: no value that is a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resolutions {
    /// As typed.
    pub typed: Vec<String>,
    /// The file with more of them.
    pub file: Option<Source>,
}

/// The resolutions, read: each with the file that it is about, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResolutionLines {
    lines: Vec<(String, String)>,
}

impl Resolutions {
    /// Takes what was typed: `--resolve`, repeated, and `--resolutions FILE`.
    ///
    /// # Errors
    /// [`command::Error::Usage`] for a value that is a secret and that everybody could see; [`command::Error::Io`] when the file cannot
    /// be read.
    pub fn new(files: &FileSystems<'_>, typed: &[String], file: Option<&Path>) -> Result<Self, Error> {
        for text in typed {
            let (key, choice) = text.split_once('=').unwrap_or((text, ""));
            let key = key.split_once(':').map_or(key, |(_, key)| key);
            if !matches!(choice, "site" | "new") && (redact::is_secret_key(key) || redact::text(choice) != choice) {
                return Err(Error::usage(format!(
                    "the value of {key} is a secret, which all users can see in a command: put the line into a file for \
                     --resolutions"
                )));
            }
        }
        let file = file.map(|path| own_files::version(files.own, path)).transpose()?;
        Ok(Self { typed: typed.to_vec(), file: file.map(|version| version.source) })
    }

    /// Returns all lines.
    fn lines(&self, files: &FileSystems<'_>) -> Result<Vec<String>, Error> {
        let mut lines = self.typed.clone();
        if let Some(file) = &self.file {
            let text = files.read_as_surveyed(file)?;
            let text =
                String::from_utf8(text).map_err(|_| Error::usage(format!("{}: it is not text in UTF-8", file.path)))?;
            lines.extend(text.lines().filter(is_meant).map(str::to_owned));
        }
        Ok(lines)
    }

    /// Reads all of them.
    ///
    /// # Errors
    /// [`command::Error::Usage`] for a line that is none; when the file with resolutions cannot be read or has changed.
    pub fn read(&self, files: &FileSystems<'_>) -> Result<ResolutionLines, Error> {
        ResolutionLines::parse(self.lines(files)?.iter().map(String::as_str))
    }

    /// Returns what is said about keys of one file that the caller names: `KEY=CHOICE`, or with the file's name before it.
    ///
    /// # Errors
    /// When the file with resolutions cannot be read.
    pub fn of_one(&self, files: &FileSystems<'_>, name: &str) -> Result<Vec<String>, Error> {
        let prefix = format!("{name}:");
        let strip = |line: String| line.strip_prefix(&prefix).map(str::to_owned).unwrap_or(line);
        Ok(self.lines(files)?.into_iter().map(strip).collect())
    }
}

impl ResolutionLines {
    /// Reads lines `FILE:KEY=CHOICE`; an empty one, and one that begins with `#`, is none.
    ///
    /// # Errors
    /// [`command::Error::Usage`] for a line that is none.
    pub fn parse<'l>(lines: impl IntoIterator<Item = &'l str>) -> Result<Self, Error> {
        let parse = |line: &str| match line.split_once(':') {
            Some((file, rest)) if rest.contains('=') => Ok((file.trim().to_owned(), rest.to_owned())),
            _ => Err(wrong(line)),
        };
        Ok(Self { lines: lines.into_iter().filter(is_meant).map(parse).collect::<Result<_, _>>()? })
    }

    /// Returns the lines as they are typed.
    pub fn typed(&self) -> impl Iterator<Item = String> {
        self.lines.iter().map(|(file, rest)| format!("{file}:{rest}"))
    }

    /// Returns these lines, then others.
    #[must_use]
    pub fn followed_by(mut self, others: &Self) -> Self {
        self.lines.extend_from_slice(&others.lines);
        self
    }

    /// Takes out the first line about a key of a file, as it is named there; returns whether there was one.
    pub fn forget(&mut self, is_it: impl Fn(&str) -> bool, key: &str) -> bool {
        let is_about = |rest: &str| rest.strip_prefix(key).is_some_and(|rest| rest.starts_with('='));
        let found = self.lines.iter().position(|(file, rest)| is_it(file) && is_about(rest));
        if let Some(found) = found {
            self.lines.remove(found);
        }
        found.is_some()
    }

    /// Takes out all lines about files that are not merged; returns them without what they say.
    pub fn forget_others(&mut self, is_merged: impl Fn(&str) -> bool) -> Vec<String> {
        let (kept, gone) = std::mem::take(&mut self.lines).into_iter().partition(|(file, _)| is_merged(file));
        self.lines = kept;
        gone.iter().map(|(file, rest)| shown(&format!("{file}:{rest}")).to_owned()).collect()
    }

    /// Refuses a line about a file that is not merged.
    ///
    /// # Errors
    /// [`command::Error::Usage`].
    pub fn check(&self, is_merged: impl Fn(&str) -> bool) -> Result<(), Error> {
        match self.lines.iter().find(|(file, _)| !is_merged(file)) {
            Some((file, rest)) => Err(wrong(&format!("{file}:{rest}"))),
            None => Ok(()),
        }
    }

    /// Returns what is said about the keys of a file, as `KEY=CHOICE`.
    pub fn of(&self, is_it: impl Fn(&str) -> bool) -> Vec<String> {
        self.lines.iter().filter(|(file, _)| is_it(file)).map(|(_, text)| text.clone()).collect()
    }
}

fn is_meant(line: &&str) -> bool {
    !line.trim().is_empty() && !line.trim_start().starts_with('#')
}

fn wrong(line: &str) -> Error {
    Error::usage(format!("`{}`: a resolution is FILE:KEY=site|new|VALUE, with a file that is merged", shown(line)))
}

/// Returns what of a line may be shown: a value may be a secret.
fn shown(line: &str) -> &str {
    line.split('=').next().unwrap_or_default()
}
