//! A program with a command line, as a sweep calls it.

use std::io;
use std::sync::Arc;

use upgrade_engine::fs::memory::MemoryFs;
use upgrade_engine::fs::{Dir, FileSystem, RootPath};

use super::{Step, Sweep, SweepResult};
use crate::manifest::Options;

/// What a program says when `--resume` finds nothing unfinished: it is run again then.
const NOTHING_TO_RESUME: &str = "nothing to resume";
/// What a program says when there is nothing to undo, which is what an undo is to reach.
const NOTHING_TO_UNDO: [&str; 2] = ["there is no run", "no such run"];

/// Runs the program on this disk with these arguments (the first is its name); an error is all that it says.
pub type Call<'a> = &'a (dyn Fn(&Arc<dyn FileSystem>, &[&str]) -> Result<(), String> + Sync);

/// How a run and its undo are disturbed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// [`Sweep::stops`].
    Stops,
    /// [`Sweep::errors`]: ENOSPC, EIO, EACCES.
    Errors,
    /// [`Sweep::power_cuts`].
    PowerCuts,
}

/// A program, a disk for it, and its three commands.
#[derive(Clone)]
pub struct Tool<'a> {
    /// The disk before the run.
    pub start: MemoryFs,
    /// Calls the program.
    pub call: Call<'a>,
    /// The arguments of the run.
    pub run: Vec<&'a str>,
    /// The arguments that resume it.
    pub resume: Vec<&'a str>,
    /// The arguments that undo it.
    pub undo: Vec<&'a str>,
    /// What is compared: usually everything except the state directory.
    pub observe: Options,
}

impl Tool<'_> {
    /// Disturbs the run and the undo in one way; then runs the same command again, or undoes. `stride` takes each nth point,
    /// but for a whole test ([`crate::is_full`]). For example `tool().run_again(3, Way::Errors)`.
    ///
    /// # Panics
    /// When something was wrong.
    pub fn run_again(&self, stride: usize, way: Way) {
        let run = |fs: &Arc<dyn FileSystem>| (self.call)(fs, &self.run);
        self.sweep(&run, &run, stride, way).assert_clean();
    }

    /// As [`Tool::run_again`], but with `--resume` where a run is unfinished.
    ///
    /// # Panics
    /// When something was wrong.
    pub fn resumed(&self, stride: usize, way: Way) {
        let run = |fs: &Arc<dyn FileSystem>| (self.call)(fs, &self.run);
        let resume = |fs: &Arc<dyn FileSystem>| match (self.call)(fs, &self.resume) {
            Err(error) if error.contains(NOTHING_TO_RESUME) => run(fs),
            other => other,
        };
        self.sweep(&run, &resume, stride, way).assert_clean();
    }

    fn undone(&self, fs: &Arc<dyn FileSystem>) -> Result<(), String> {
        match (self.call)(fs, &self.undo) {
            Err(error) if NOTHING_TO_UNDO.iter().any(|text| error.contains(text)) => Ok(()),
            other => other,
        }
    }

    fn sweep(&self, run: Step<'_>, resume: Step<'_>, stride: usize, way: Way) -> SweepResult {
        let undo = |fs: &Arc<dyn FileSystem>| self.undone(fs);
        let stride = crate::ordinary_or_full(stride, 1);
        let sweep = Sweep { start: self.start.fork(), run, resume, undo: &undo, observe: self.observe.clone(), stride };
        match way {
            Way::Stops => sweep.stops(),
            Way::Errors => sweep.errors(),
            Way::PowerCuts => sweep.power_cuts(),
        }
    }
}

/// Passes a file system that is shared to code that wants its own.
pub struct Shared(Arc<dyn FileSystem>);

impl Shared {
    /// Returns the shared file system in a box.
    pub fn boxed(fs: &Arc<dyn FileSystem>) -> Box<dyn FileSystem> {
        Box::new(Self(Arc::clone(fs)))
    }
}

impl FileSystem for Shared {
    fn open_dir(&self, path: &RootPath) -> io::Result<Box<dyn Dir>> {
        self.0.open_dir(path)
    }
}
