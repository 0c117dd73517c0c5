//! What the program does, on whatever file systems and directory it is given.

mod consumers;
mod prepare;
mod runs;
mod servers;

use std::cell::OnceCell;

use command::{Completion, Context, Report, ReportStatus, Runs};
use serde::{Deserialize, Serialize};
use upgrade_engine::fs::RootPath;

use crate::cli::Args;
use crate::error::Error;
use crate::ldap::{Directory, LdapError, Password, Target};

/// Opens a connection to a server.
pub type Connect<'a> = dyn Fn(&Target, Option<&Password>) -> Result<Box<dyn Directory>, LdapError> + 'a;

/// One call of the program, which is about one server.
pub struct Program<'a> {
    args: &'a Args,
    context: &'a Context<'a>,
    connect: &'a Connect<'a>,
    /// The password, once it is known.
    password: OnceCell<Password>,
    /// The connection, once there is one.
    directory: OnceCell<Box<dyn Directory>>,
    /// The server, and where its files are, once that is known.
    server: OnceCell<(Target, Option<RootPath>)>,
}

/// The request of a run: a later call with an equal one resumes the run when it is unfinished.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// The server.
    pub target: Target,
    /// The choices, in words.
    pub choices: serde_json::Value,
}

impl<'a> Program<'a> {
    /// Returns a call. `connect` opens connections.
    pub fn new(args: &'a Args, context: &'a Context<'a>, connect: &'a Connect<'a>) -> Self {
        Self { args, context, connect, password: OnceCell::new(), directory: OnceCell::new(), server: OnceCell::new() }
    }

    /// Does what was asked for.
    ///
    /// # Errors
    /// Why it was not done, and in which state the directory is.
    pub fn carry_out(&self) -> Result<Completion, Error> {
        match Runs::new(self.context, self).requested()? {
            Some(completion) => Ok(completion),
            None => self.prepare(),
        }
    }

    fn say(&self, line: &str) {
        self.context.say(line);
    }

    fn warn(&self, line: &str) {
        self.context.warn(line);
    }

    fn report(&self, status: ReportStatus) -> Report {
        self.context.report(status)
    }

    /// Returns what the product root is called outside; nothing for the real one.
    fn root(&self) -> Option<String> {
        let root = self.args.common.root.as_deref()?;
        Some(std::path::absolute(root).unwrap_or_else(|_| root.to_path_buf()).display().to_string())
    }
}
