//! What the administrator named with `-o`: it appears whole or not at all, and what was there is kept beside it.

use std::io::Write;

use command::Context;
use upgrade_engine::fs::{Name, RelPath, RootPath};
use upgrade_engine::new_files::{IfTaken, NewFileWriter, NewTree};

use crate::cli;
use crate::error::Error;
use crate::files;

/// A place for a new file or directory.
pub struct Place<'a> {
    context: &'a Context<'a>,
    path: RootPath,
    shown: String,
    if_taken: IfTaken,
    is_taken: bool,
    may_replace: bool,
}

impl<'a> Place<'a> {
    /// Looks at the place, which must be free or replaced.
    ///
    /// # Errors
    /// [`Error::Exists`] when it is taken and may not be replaced; [`command::Error::Io`].
    pub fn new(context: &'a Context<'a>, output: &cli::Output) -> Result<Self, Error> {
        let place = Self::look(context, output)?;
        place.may_be_used()?;
        Ok(place)
    }

    /// Refuses a place that is taken and may not be replaced.
    ///
    /// # Errors
    /// [`Error::Exists`].
    pub fn may_be_used(&self) -> Result<(), Error> {
        if self.is_taken && !self.may_replace { Err(Error::Exists { path: self.shown.clone() }) } else { Ok(()) }
    }

    /// Looks at the place.
    ///
    /// # Errors
    /// [`command::Error::Io`].
    pub fn look(context: &'a Context<'a>, output: &cli::Output) -> Result<Self, Error> {
        let path = files::path(&output.output)?;
        let shown = output.output.display().to_string();
        let io = |e| Error::io("write", &shown, e);
        let (parent, name) = path.split_last().ok_or_else(|| Error::Exists { path: shown.clone() })?;
        let dir = context.own_files.open_dir(&parent).map_err(io)?;
        let is_taken = dir.stat(&RelPath::from(name.clone())).is_ok();
        let mut if_taken = IfTaken::Refuse;
        if is_taken {
            let time = context.now.strftime("%Y%m%dT%H%M%SZ");
            let names = (1..1000).filter_map(|number| {
                let number = if number == 1 { String::new() } else { format!("-{number}") };
                Name::new([name.as_bytes(), format!(".before-{time}{number}").as_bytes()].concat()).ok()
            });
            let mut free = names.filter(|name| dir.stat(&RelPath::from(name.clone())).is_err());
            let kept = free.next().ok_or_else(|| Error::Exists { path: shown.clone() })?;
            if_taken = IfTaken::KeepOldAs(kept);
        }
        Ok(Self { context, path, shown, if_taken, is_taken, may_replace: output.replace })
    }

    /// Returns whether something is there.
    pub fn is_taken(&self) -> bool {
        self.is_taken
    }

    /// Returns the path.
    pub fn path(&self) -> &RootPath {
        &self.path
    }

    /// Returns the path as it was typed.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Writes a file; only says so in a dry run.
    ///
    /// # Errors
    /// [`command::Error::Io`].
    pub fn write(self, content: &[u8], mode: u32) -> Result<(), Error> {
        if self.context.options.dry_run {
            return self.announce();
        }
        let mut file = NewFileWriter::begin(self.context.own_files, &self.path).map_err(|e| self.failed(e))?;
        file.write_all(content).map_err(|e| self.failed(e))?;
        file.publish(mode, &self.if_taken).map_err(|e| self.failed(e))?;
        self.finish()
    }

    /// Begins a directory.
    ///
    /// # Errors
    /// [`command::Error::Io`].
    pub fn begin_tree(&self) -> Result<NewTree, Error> {
        NewTree::begin(self.context.own_files, &self.path).map_err(|e| self.failed(e))
    }

    /// Begins a file.
    ///
    /// # Errors
    /// [`command::Error::Io`].
    pub fn begin_file(&self) -> Result<NewFileWriter, Error> {
        NewFileWriter::begin(self.context.own_files, &self.path).map_err(|e| self.failed(e))
    }

    /// Puts a directory into place.
    ///
    /// # Errors
    /// [`command::Error::Io`].
    pub fn publish_tree(self, tree: NewTree) -> Result<(), Error> {
        tree.publish(&self.if_taken).map_err(|e| self.failed(e))?;
        self.finish()
    }

    /// Puts a file into place.
    ///
    /// # Errors
    /// [`command::Error::Io`].
    pub fn publish_file(self, file: NewFileWriter, mode: u32) -> Result<(), Error> {
        file.publish(mode, &self.if_taken).map_err(|e| self.failed(e))?;
        self.finish()
    }

    /// Wraps what the operating system reported while the output was made.
    pub fn failed(&self, error: std::io::Error) -> Error {
        Error::io("write", &self.shown, error)
    }

    /// Says what a dry run would do.
    ///
    /// # Errors
    /// None.
    pub fn announce(self) -> Result<(), Error> {
        let word = if self.is_taken { "replaced" } else { "made" };
        self.context.say(&format!("Dry run: {} would be {word}. Nothing was written.", self.shown));
        Ok(())
    }

    fn finish(self) -> Result<(), Error> {
        self.context.say(&format!("Written: {}", self.shown));
        if let IfTaken::KeepOldAs(kept) = &self.if_taken {
            self.context.say(&format!("The old one is kept beside it as {kept}"));
        }
        Ok(())
    }
}
