//! Starts programs and watches them.
//!
//! Between its fork and its exec a process has all files of this one open, and a tool may refuse a file that anybody has
//! open. So no program begins while a fixture is written or read, in whichever test of the same process.

use std::io::Read;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::outcome::Outcome;
use crate::peers;

static BEGINNING: RwLock<()> = RwLock::new(());

/// How long [`Watched`] waits for anything.
pub const LIMIT: Duration = Duration::from_secs(120);

const PAUSE: Duration = Duration::from_millis(5);

/// Does something with files of a fixture while no program begins.
pub fn while_none_begins<T>(work: impl FnOnce() -> T) -> T {
    let _shared = BEGINNING.read().unwrap_or_else(PoisonError::into_inner);
    work()
}

/// Starts a program. It runs when this returns.
///
/// # Panics
/// When it cannot be started; for a program of `peers.tsv` as [`peers::need`].
#[track_caller]
pub fn start(command: &mut Command) -> Child {
    if let Some(program) = command.get_program().to_str().filter(|program| peers::is_listed(program)) {
        peers::need(program);
    }
    let _alone = BEGINNING.write().unwrap_or_else(PoisonError::into_inner);
    command.spawn().unwrap_or_else(|error| panic!("{}: {error}", command.get_program().display()))
}

/// Runs a program to its end.
///
/// # Panics
/// As [`start`].
#[track_caller]
pub fn output(command: &mut Command) -> Output {
    start(command.stdout(Stdio::piped()).stderr(Stdio::piped())).wait_with_output().unwrap()
}

/// A program that runs beside the test. What it prints is kept as it comes; it is killed when this value is dropped.
pub struct Watched {
    child: Child,
    stdout: Stream,
    stderr: Stream,
}

/// Where a [`Watched`] program is to be disturbed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point<'a> {
    /// Once it has printed this text to either stream.
    Printed(&'a str),
    /// After this time.
    After(Duration),
}

struct Stream {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Stream {
    fn of(mut from: impl Read + Send + 'static) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&bytes);
        let reader = thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count) = from.read(&mut buffer)
                && count > 0
            {
                into.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&buffer[..count]);
            }
        });
        Self { bytes, reader }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl Watched {
    /// Starts a program with nothing to read.
    pub fn start(command: &mut Command) -> Self {
        let mut child = start(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()));
        let stdout = Stream::of(child.stdout.take().unwrap());
        let stderr = Stream::of(child.stderr.take().unwrap());
        Self { child, stdout, stderr }
    }

    /// Returns the number of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until the program is at a point.
    ///
    /// # Panics
    /// When it ends before, or does not come there within [`LIMIT`].
    #[track_caller]
    pub fn wait_for(&mut self, point: Point<'_>) {
        let is_there = |watched: &Self, waited: Duration| match point {
            Point::Printed(text) => watched.stdout.text().contains(text) || watched.stderr.text().contains(text),
            Point::After(time) => waited >= time,
        };
        let start = Instant::now();
        loop {
            // First whether it has ended: what it printed last is looked at as well.
            let ended = self.child.try_wait().unwrap().is_some() && self.stdout.reader.is_finished();
            if is_there(self, start.elapsed()) {
                return;
            }
            let printed = || format!("{}{}", self.stdout.text(), self.stderr.text());
            assert!(!ended, "it ended before {point:?}:\n{}", printed());
            assert!(start.elapsed() < LIMIT, "it did not come to {point:?}:\n{}", printed());
            thread::sleep(PAUSE);
        }
    }

    /// Returns whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        let process = Pid::from_raw(i32::try_from(self.id()).unwrap()).unwrap();
        kill_process(process, signal).unwrap();
    }

    /// Sends a signal at a point, and waits for the end.
    #[track_caller]
    pub fn signal_at(mut self, point: Point<'_>, signal: Signal) -> Outcome {
        self.wait_for(point);
        self.signal(signal);
        self.end()
    }

    /// Waits for the end.
    ///
    /// # Panics
    /// When it does not end within [`LIMIT`].
    #[track_caller]
    pub fn end(mut self) -> Outcome {
        let status = self.status();
        while !(self.stdout.reader.is_finished() && self.stderr.reader.is_finished()) {
            thread::sleep(PAUSE);
        }
        let bytes = |stream: &Stream| stream.text().into_bytes();
        Outcome::from_output(Output { status, stdout: bytes(&self.stdout), stderr: bytes(&self.stderr) })
    }

    fn status(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            let printed = || format!("{}{}", self.stdout.text(), self.stderr.text());
            assert!(start.elapsed() < LIMIT, "it does not end:\n{}", printed());
            thread::sleep(PAUSE);
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
