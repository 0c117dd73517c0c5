//! Why a step or a run could not be done, and in which state that leaves the system.

use std::fmt;
use std::io;

use crate::fs::{Name, RootPath};

/// Why a step could not be done.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// The operating system refused something.
    #[error("cannot {verb} {path}: {source}")]
    Io {
        /// What was tried.
        verb: &'static str,
        /// On what.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// Something is not as it was surveyed, or was changed by somebody else.
    #[error("{path} was changed by somebody else: {what}")]
    Changed {
        /// What changed.
        path: String,
        /// How.
        what: String,
    },
    /// A producer could not make a file, or found that what it made is wrong.
    #[error("{path}: {message}")]
    Produce {
        /// The file.
        path: String,
        /// Why.
        message: String,
    },
    /// A service of the tool could not do what was asked of it.
    #[error("{0}")]
    Service(String),
    /// More space is needed than there is.
    #[error("{path}: {needed} MiB are needed, {free} MiB are free")]
    NoSpace {
        /// A place on the file system that lacks it.
        path: String,
        /// How many MiB are needed.
        needed: u64,
        /// How many MiB there are.
        free: u64,
    },
    /// A live file would get another owner.
    #[error("{path} belongs to {uid}:{gid}: only root can replace it and keep its owner")]
    Owner {
        /// The file.
        path: String,
        /// Its user.
        uid: u32,
        /// Its group.
        gid: u32,
    },
    /// The administrator asked to stop.
    #[error("interrupted")]
    Interrupted,
    /// The plan or the journal does not make sense.
    #[error("{0}")]
    Broken(String),
}

impl StepError {
    /// Wraps an I/O error with what was tried on what.
    pub fn io(verb: &'static str, path: &str, source: io::Error) -> Self {
        Self::Io { verb, path: path.to_owned(), source }
    }
}

/// Why a journal is not trusted.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Bytes that no interrupted write leaves behind.
    #[error("the journal is damaged at byte {offset}: {what}")]
    Damaged {
        /// Where the record begins.
        offset: u64,
        /// What does not fit.
        what: &'static str,
    },
    /// It cannot be read or written.
    #[error("the journal cannot be used: {0}")]
    Io(#[from] std::io::Error),
}

/// In which state a failed operation leaves the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateAfter {
    /// Nothing was changed.
    NothingChanged,
    /// A run is unfinished: resume or undo it.
    Unfinished,
}

/// Why the engine stopped.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A step could not be done.
    #[error("{error}")]
    Step {
        /// Why.
        error: StepError,
        /// The run it belongs to, when one had begun.
        run: Option<Name>,
        /// What that means for the system.
        state_after: StateAfter,
    },
    /// Another run holds the lock.
    #[error("another run is active{}", holder.as_ref().map(|h| format!(": {h}")).unwrap_or_default())]
    Locked {
        /// Who, as far as that is known.
        holder: Option<String>,
    },
    /// A run of something else is unfinished.
    #[error("run {run} is unfinished")]
    Pending {
        /// The run.
        run: Name,
    },
    /// There is no such run.
    #[error("no such run: {0}")]
    NoSuchRun(String),
    /// A later run changed the same places.
    #[error("run {newer} changed the same places after run {run}: undo it first")]
    Overtaken {
        /// The run that cannot be undone yet.
        run: Name,
        /// The run that came after it.
        newer: Name,
    },
    /// Without this run, the one that it took back would count as not undone.
    #[error("run {undo} is the undo of run {undone}: delete run {undone} first")]
    TookBack {
        /// The run that was to be deleted.
        undo: Name,
        /// The run that it took back, which is still kept.
        undone: Name,
    },
    /// A journal is not trusted.
    #[error("run {run}: {problem}")]
    Journal {
        /// The run.
        run: Name,
        /// Why.
        problem: JournalError,
    },
    /// The directory of a run is not as it should be.
    #[error("run {run}: {what}")]
    State {
        /// The run.
        run: Name,
        /// What is wrong.
        what: String,
    },
    /// A plan that could not be read back.
    #[error(
        "the plan would have {mib} MiB, and at most {most} MiB can be read back: it names too many files, or too long ones"
    )]
    PlanTooLarge {
        /// Its length in MiB.
        mib: usize,
        /// The limit in MiB.
        most: u64,
    },
    /// A run on the same root cannot be read, so nobody knows what it changed.
    #[error("run {run} cannot be read, so it can be neither resumed nor undone: {what}")]
    Unreadable {
        /// The run.
        run: Name,
        /// Why.
        what: String,
    },
    /// Others could change what is kept in the state directory.
    #[error("the state directory {state} is not used: {at} {why}")]
    OpenToOthers {
        /// The state directory.
        state: RootPath,
        /// What they could change: it, or something in it or above it.
        at: RootPath,
        /// What makes that possible, as a predicate.
        why: String,
    },
    /// The operating system refused something outside a step.
    #[error("cannot {verb} {path}: {source}")]
    Io {
        /// What was tried.
        verb: &'static str,
        /// On what.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// A mistake of ours.
    #[error("internal error: {0}")]
    Internal(String),
}

impl EngineError {
    pub(crate) fn io(verb: &'static str, path: impl fmt::Display, source: io::Error) -> Self {
        Self::Io { verb, path: path.to_string(), source }
    }

    pub(crate) fn state(run: &Name, what: impl fmt::Display) -> Self {
        Self::State { run: run.clone(), what: what.to_string() }
    }

    pub(crate) fn before_any_change(error: StepError) -> Self {
        Self::Step { error, run: None, state_after: StateAfter::NothingChanged }
    }

    /// Returns in which state the system is.
    pub fn state_after(&self) -> StateAfter {
        match self {
            Self::Step { state_after, .. } => *state_after,
            Self::Pending { .. } | Self::Journal { .. } | Self::State { .. } => StateAfter::Unfinished,
            _ => StateAfter::NothingChanged,
        }
    }
}
