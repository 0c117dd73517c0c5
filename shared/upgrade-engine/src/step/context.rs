//! What steps act on: opened anchors, saved originals, producers of new content, and somebody who watches.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use super::Saves;
use crate::digest::Digest;
use crate::error::StepError;
use crate::fs::{Dir, File, Name};
use crate::place::{OpenAnchors, Place};

/// Makes the content of new files that are not copies: a tool's own work inside a [`super::BuildTree`].
///
/// The same request must always give the same bytes, so that an interrupted run can be repeated and an undone one redone.
pub trait Producer: Sync {
    /// Returns the name that plans call it by.
    fn name(&self) -> &str;
    /// Checks, before the first step of a plan, that the content of a live file can be made: for example, that what it is made from has
    /// not changed. Changes nothing.
    ///
    /// # Errors
    /// A sentence for the administrator.
    fn check(&self, _request: &Value) -> Result<(), String> {
        Ok(())
    }
    /// Writes the content; what it returns is handed to [`Producer::verify`].
    ///
    /// # Errors
    /// A sentence for the administrator.
    fn produce(&self, world: &StepContext<'_>, request: &Value, made: &dyn File) -> Result<Value, String>;
    /// Reads the content back and compares it with its source, or with what [`Producer::produce`] returned.
    ///
    /// # Errors
    /// A sentence for the administrator.
    fn verify(
        &self,
        world: &StepContext<'_>,
        request: &Value,
        made: &dyn File,
        produced: Option<&Value>,
    ) -> Result<(), String>;
}

/// Changes what is no file, for [`super::Request`] steps: a tool's connection to a server.
///
/// Requests are the tool's own JSON. Whether one was done must show from what is there alone, as after a lost connection nobody
/// knows.
pub trait Service: Sync {
    /// Returns the name that plans call it by.
    fn name(&self) -> &str;
    /// Checks that everything is as planned, changing nothing; what it returns is recorded before the change.
    ///
    /// # Errors
    /// [`StepError::Changed`] when it is not; [`StepError::Service`].
    fn prepare(&self, request: &Value) -> Result<Value, StepError>;
    /// Does it; what it returns is recorded.
    ///
    /// # Errors
    /// [`StepError::Service`], [`StepError::Interrupted`].
    fn apply(&self, request: &Value, prepared: &Value, observer: &dyn Observer) -> Result<Value, StepError>;
    /// After an interruption: returns what [`Service::apply`] would have when it is done, nothing when it is not.
    ///
    /// # Errors
    /// [`StepError::Changed`] when it is neither; [`StepError::Service`] when that cannot be found out.
    fn recover(&self, request: &Value, prepared: &Value) -> Result<Option<Value>, StepError>;
    /// Checks that what a request brought about is still there, so that it can be undone without losing anything.
    ///
    /// # Errors
    /// [`StepError::Changed`] when it is not; [`StepError::Service`].
    fn check_undo(&self, request: &Value, done: &Value) -> Result<(), StepError>;
}

/// Watches a run, to show progress and to say when to stop.
pub trait Observer: Sync {
    /// A step begins; `line` is its line of the dry run.
    fn step_begins(&self, _number: usize, _total: usize, _line: &str) {}
    /// More bytes were read or written.
    fn advance(&self, _bytes: u64) {}
    /// Returns true when the run is to stop at the next safe point.
    fn stop_requested(&self) -> bool {
        false
    }
}

/// Shows nothing and never stops.
#[derive(Debug, Default)]
pub struct Quiet;

impl Observer for Quiet {}

/// What steps act on.
pub struct StepContext<'a> {
    pub(crate) anchors: OpenAnchors,
    /// The tool's runs; saved originals lie in `<run>/before/`. Nothing where there is no state directory.
    pub(crate) runs: Option<&'a dyn Dir>,
    pub(crate) saves: Saves,
    /// The run whose steps are being undone; nothing in another plan.
    pub(crate) undone_run: Option<Name>,
    pub(crate) producers: &'a [&'a dyn Producer],
    pub(crate) services: &'a [&'a dyn Service],
    pub(crate) observer: &'a dyn Observer,
    pub(crate) workers: NonZeroUsize,
}

impl StepContext<'_> {
    /// Returns the directory handle of a place's anchor.
    ///
    /// # Errors
    /// [`StepError::Broken`] when the plan has no such anchor.
    pub fn dir(&self, place: &Place) -> Result<&dyn Dir, StepError> {
        self.anchors.dir(place)
    }

    /// Returns a place as an administrator would write it.
    pub fn show(&self, place: &Place) -> String {
        self.anchors.show(place)
    }

    /// Opens a regular file for reading.
    ///
    /// # Errors
    /// [`StepError::Io`].
    pub fn open(&self, place: &Place) -> Result<Box<dyn File>, StepError> {
        self.dir(place)?.open(&place.path).map_err(|e| self.error("open", place, e))
    }

    /// Returns how many files may be worked on at a time.
    pub fn workers(&self) -> NonZeroUsize {
        self.workers
    }

    /// Reports bytes read or written, and says when to stop.
    ///
    /// # Errors
    /// [`StepError::Interrupted`].
    pub fn advance(&self, bytes: u64) -> Result<(), StepError> {
        self.observer.advance(bytes);
        self.go_on()
    }

    /// Refuses to go on when somebody asked to stop.
    ///
    /// # Errors
    /// [`StepError::Interrupted`].
    pub fn go_on(&self) -> Result<(), StepError> {
        if self.observer.stop_requested() { Err(StepError::Interrupted) } else { Ok(()) }
    }

    /// Returns the digest of a file's content, unless somebody asks to stop.
    ///
    /// # Errors
    /// [`StepError::Io`]; [`StepError::Interrupted`].
    pub fn digest(&self, place: &Place, file: &dyn File) -> Result<Digest, StepError> {
        let digest = Digest::of_file_unless(file, &|| self.observer.stop_requested());
        digest.map(|(digest, _)| digest).map_err(|e| self.reading_error("read", place, e))
    }

    /// Returns why a file could not be read to its end: that somebody asked to stop counts more than what the reader says.
    pub(crate) fn reading_error(&self, verb: &'static str, place: &Place, source: std::io::Error) -> StepError {
        self.go_on().err().unwrap_or_else(|| self.error(verb, place, source))
    }

    pub(crate) fn producer(&self, name: &str) -> Result<&dyn Producer, StepError> {
        self.producers
            .iter()
            .copied()
            .find(|producer| producer.name() == name)
            .ok_or_else(|| StepError::Broken(format!("this tool cannot make `{name}` content")))
    }

    /// Has a producer check whether it can make the content of a file.
    pub(crate) fn check_producer(&self, by: &str, request: &Value, at: &Place) -> Result<(), StepError> {
        let checked = self.producer(by)?.check(request);
        checked.map_err(|message| StepError::Produce { path: self.show(at), message })
    }

    pub(crate) fn service(&self, name: &str) -> Result<&dyn Service, StepError> {
        self.services
            .iter()
            .copied()
            .find(|service| service.name() == name)
            .ok_or_else(|| StepError::Broken(format!("this tool has no service `{name}`")))
    }

    pub(crate) fn error(&self, verb: &'static str, place: &Place, source: std::io::Error) -> StepError {
        StepError::io(verb, &self.show(place), source)
    }

    pub(crate) fn changed(&self, place: &Place, what: impl Into<String>) -> StepError {
        StepError::Changed { path: self.show(place), what: what.into() }
    }

    /// Returns the directory that holds a place and the name there.
    pub(crate) fn parent(&self, place: &Place) -> Result<(Place, Name), StepError> {
        place.split_last().ok_or_else(|| StepError::Broken(format!("{place} names an anchor, not an entry of it")))
    }

    /// Returns whether there is anything at a place.
    pub(crate) fn exists(&self, place: &Place) -> Result<bool, StepError> {
        match self.dir(place)?.stat(&place.path) {
            Ok(_) => Ok(true),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(e) => Err(self.error("look at", place, e)),
        }
    }

    /// Returns the run whose steps are being undone.
    pub(crate) fn undone_run(&self) -> Result<&Name, StepError> {
        self.undone_run.as_ref().ok_or_else(|| StepError::Broken("the plan is not an undo".into()))
    }

    pub(crate) fn runs(&self) -> Result<&dyn Dir, StepError> {
        self.runs.ok_or_else(|| StepError::Broken("there is no state directory".into()))
    }
}

/// Does `work` for every item, on several threads when the world allows, and returns the results in order.
///
/// After the first error no new item is begun; that error is returned.
pub(crate) fn for_each_in_parallel<T: Sync, R: Send>(
    workers: NonZeroUsize,
    items: &[T],
    work: impl Fn(&T) -> Result<R, StepError> + Sync,
) -> Result<Vec<R>, StepError> {
    let threads = workers.get().min(items.len());
    if threads <= 1 {
        return items.iter().map(work).collect();
    }
    let failed = AtomicBool::new(false);
    let next = std::sync::Mutex::new(items.iter().enumerate());
    let worker = || {
        let mut results = Vec::new();
        while !failed.load(Ordering::Relaxed) {
            let item = next.lock().unwrap_or_else(std::sync::PoisonError::into_inner).next();
            let Some((index, item)) = item else { break };
            let result = work(item);
            failed.fetch_or(result.is_err(), Ordering::Relaxed);
            results.push((index, result));
        }
        results
    };
    let mut all = Vec::with_capacity(items.len());
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        for thread in threads {
            match thread.join() {
                Ok(results) => all.extend(results),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    all.sort_by_key(|(index, _)| *index);
    all.into_iter().map(|(_, result)| result).collect()
}
