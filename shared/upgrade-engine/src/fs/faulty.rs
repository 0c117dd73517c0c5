//! A file system that fails on purpose: at the Nth call, or from there on for ever, as when the process is killed; or in which somebody
//! else acts between two calls.
//!
//! It wraps another one and counts every call. Several of them can share one [`Faults`], so that a state directory and a
//! product root on different disks have one common order of calls.

use std::{
    collections::BTreeSet,
    fmt, io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{Attribute, Dir, Durable, Existing, File, FileSystem, HeldEntry, Lock, Name, RelPath, RootPath, Stat};

/// What goes wrong. Calls count from 1; those that read count as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// This call and all later ones fail and do nothing, as if the process had been killed just before it.
    Stop {
        /// Number of the call.
        at: usize,
    },
    /// This call alone fails and does nothing.
    Error {
        /// Number of the call.
        at: usize,
        /// What it fails with.
        error: Failure,
    },
    /// From this call on the disk is full: what takes space fails, all else goes on.
    Full {
        /// Number of the call.
        at: usize,
    },
    /// Syncs with this label report success and do nothing.
    IgnoreSync(Durable),
    /// The Nth write (not the Nth call) writes the first half of its bytes; then as [`Fault::Stop`].
    PartialWrite {
        /// Number of the write.
        at: usize,
    },
}

/// An error that a disk can give at any time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Failure {
    /// `ENOSPC`
    NoSpace,
    /// `EIO`
    InputOutput,
    /// `EACCES`
    AccessDenied,
}

impl Failure {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::NoSpace, Self::InputOutput, Self::AccessDenied];
}

impl From<Failure> for io::Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NoSpace => rustix::io::Errno::NOSPC.into(),
            Failure::InputOutput => rustix::io::Errno::IO.into(),
            Failure::AccessDenied => rustix::io::Errno::ACCESS.into(),
        }
    }
}

/// Whether a call can change the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallKind {
    /// It only reads, or takes a lock.
    Reading,
    /// It changes the disk, or makes changes durable.
    Changing,
}

/// One call, for the messages of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Its number, from 1.
    pub number: usize,
    /// Name of the method.
    pub operation: &'static str,
    /// What it was about.
    pub path: String,
    /// Whether it can change the disk.
    pub kind: CallKind,
    /// What it was to make durable, for a sync.
    pub durable: Option<Durable>,
    /// Whether it writes bytes, so that it counts for [`Fault::PartialWrite`].
    pub writes: bool,
}

impl Call {
    /// Returns true when it fails on a full disk.
    pub fn takes_space(&self) -> bool {
        self.writes || matches!(self.operation, "create" | "make_dir" | "symlink" | "hard_link")
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.number, self.operation, self.path)?;
        self.durable.map_or(Ok(()), |what| write!(f, " ({what:?})"))
    }
}

/// The faults to come and the calls so far. Clones share both.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    state: Arc<Mutex<State>>,
}

/// What somebody else does just before a call.
struct Meanwhile {
    at: usize,
    act: Box<dyn FnOnce() + Send>,
}

impl fmt::Debug for Meanwhile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "something before call {}", self.at)
    }
}

#[derive(Debug, Default)]
struct State {
    faults: Vec<Fault>,
    meanwhile: Option<Meanwhile>,
    calls: Vec<Call>,
    writes: usize,
    listed: usize,
    stopped: bool,
}

impl Faults {
    /// Returns a handle for these faults; with none of them, calls are only counted.
    pub fn new(faults: impl IntoIterator<Item = Fault>) -> Self {
        let state = State { faults: faults.into_iter().collect(), ..State::default() };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets somebody else act just before the call with this number. He must not act through the file system that counts.
    pub fn meanwhile(&self, at: usize, act: impl FnOnce() + Send + 'static) {
        self.state().meanwhile = Some(Meanwhile { at, act: Box::new(act) });
    }

    /// Returns how many calls there were, those that failed included.
    pub fn calls(&self) -> usize {
        self.state().calls.len()
    }

    /// Returns how many calls wrote bytes.
    pub fn writes(&self) -> usize {
        self.state().writes
    }

    /// Returns how many names were listed: a call that lists costs more the more there are.
    pub fn listed(&self) -> usize {
        self.state().listed
    }

    /// Returns all calls in their order.
    pub fn trace(&self) -> Vec<Call> {
        self.state().calls.clone()
    }

    /// Returns the kinds of syncs that were asked for.
    pub fn synced(&self) -> BTreeSet<Durable> {
        self.state().calls.iter().filter_map(|call| call.durable).collect()
    }

    /// Returns true once nothing reaches the disk any more.
    pub fn stopped(&self) -> bool {
        self.state().stopped
    }

    fn enter(&self, mut call: Call) -> io::Result<Verdict> {
        let mut state = self.state();
        let number = state.calls.len().saturating_add(1);
        call.number = number;
        if call.writes {
            state.writes = state.writes.saturating_add(1);
        }
        let takes_space = call.takes_space();
        let (durable, write) = (call.durable, if call.writes { state.writes } else { 0 });
        state.calls.push(call);
        if let Some(meanwhile) = state.meanwhile.take_if(|meanwhile| meanwhile.at == number) {
            (meanwhile.act)();
        }
        let mut verdict = Verdict::Do;
        for fault in state.faults.clone() {
            match fault {
                Fault::Stop { at } if number >= at => state.stopped = true,
                Fault::Error { at, error } if number == at && !state.stopped => return Err(error.into()),
                Fault::Full { at } if number >= at && takes_space && !state.stopped => {
                    return Err(Failure::NoSpace.into());
                }
                Fault::IgnoreSync(what) if durable == Some(what) => verdict = Verdict::Pretend,
                Fault::PartialWrite { at } if write == at && !state.stopped => verdict = Verdict::Half,
                _ => {}
            }
        }
        if state.stopped {
            return Err(stopped());
        }
        state.stopped = verdict == Verdict::Half;
        Ok(verdict)
    }
}

fn stopped() -> io::Error {
    io::Error::other("the process was stopped by a fault of the test")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Do,
    /// A sync that reports success only.
    Pretend,
    /// The last write before the stop.
    Half,
}

/// A file system whose calls are counted and can fail.
pub struct FaultyFs {
    inner: Arc<dyn FileSystem>,
    faults: Faults,
}

impl FaultyFs {
    /// Wraps a file system.
    pub fn new(inner: Arc<dyn FileSystem>, faults: &Faults) -> Self {
        Self { inner, faults: faults.clone() }
    }
}

/// Counts the calls about one directory or file.
struct Gate {
    faults: Faults,
    path: String,
}

impl Gate {
    fn call(&self, operation: &'static str, kind: CallKind, path: String) -> Call {
        let path = if path.is_empty() { self.path.clone() } else { format!("{}/{path}", self.path) };
        Call { number: 0, operation, path, kind, durable: None, writes: false }
    }

    fn read(&self, operation: &'static str, path: &RelPath) -> io::Result<()> {
        self.faults.enter(self.call(operation, CallKind::Reading, path.to_string())).map(drop)
    }

    fn change(&self, operation: &'static str, path: &RelPath) -> io::Result<()> {
        self.faults.enter(self.call(operation, CallKind::Changing, path.to_string())).map(drop)
    }

    fn write(&self, operation: &'static str, path: &RelPath) -> io::Result<Verdict> {
        let call = self.call(operation, CallKind::Changing, path.to_string());
        self.faults.enter(Call { writes: true, ..call })
    }

    fn sync(&self, path: &RelPath, what: Durable, sync: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        let call = self.call("sync", CallKind::Changing, path.to_string());
        match self.faults.enter(Call { durable: Some(what), ..call })? {
            Verdict::Pretend => Ok(()),
            Verdict::Do | Verdict::Half => sync(),
        }
    }

    fn below(&self, path: &RelPath) -> Self {
        let path = if path.names().is_empty() { self.path.clone() } else { format!("{}/{path}", self.path) };
        Self { faults: self.faults.clone(), path }
    }

    fn file(&self, path: &RelPath, inner: Box<dyn File>) -> Box<dyn File> {
        Box::new(FaultyFile { inner, gate: self.below(path) })
    }

    fn held(&self, path: &RelPath, inner: Box<dyn HeldEntry>) -> Box<dyn HeldEntry> {
        Box::new(FaultyHeld { inner, gate: self.below(path) })
    }
}

/// Writes all bytes, or the first half of them and then reports the stop.
fn write(verdict: Verdict, bytes: &[u8], write: impl FnOnce(&[u8]) -> io::Result<()>) -> io::Result<()> {
    if verdict != Verdict::Half {
        return write(bytes);
    }
    let (half, _) = bytes.split_at(bytes.len() / 2);
    write(half)?;
    Err(stopped())
}

impl FileSystem for FaultyFs {
    fn open_dir(&self, path: &RootPath) -> io::Result<Box<dyn Dir>> {
        let text = path.to_string();
        let gate = Gate { faults: self.faults.clone(), path: text.trim_end_matches('/').to_owned() };
        gate.read("open_dir", &RelPath::here())?;
        Ok(Box::new(FaultyDir { inner: self.inner.open_dir(path)?, gate }))
    }
}

struct FaultyDir {
    inner: Box<dyn Dir>,
    gate: Gate,
}

impl Dir for FaultyDir {
    fn stat(&self, path: &RelPath) -> io::Result<Stat> {
        self.gate.read("stat", path)?;
        self.inner.stat(path)
    }

    fn list(&self, path: &RelPath) -> io::Result<Vec<Name>> {
        self.gate.read("list", path)?;
        let names = self.inner.list(path)?;
        let mut state = self.gate.faults.state();
        state.listed = state.listed.saturating_add(names.len());
        Ok(names)
    }

    fn open(&self, path: &RelPath) -> io::Result<Box<dyn File>> {
        self.gate.read("open", path)?;
        Ok(self.gate.file(path, self.inner.open(path)?))
    }

    fn open_to_write(&self, path: &RelPath) -> io::Result<Box<dyn File>> {
        self.gate.read("open_to_write", path)?;
        Ok(self.gate.file(path, self.inner.open_to_write(path)?))
    }

    fn open_dir(&self, path: &RelPath) -> io::Result<Box<dyn Dir>> {
        self.gate.read("open_dir", path)?;
        Ok(Box::new(Self { inner: self.inner.open_dir(path)?, gate: self.gate.below(path) }))
    }

    fn read_link(&self, path: &RelPath) -> io::Result<Vec<u8>> {
        self.gate.read("read_link", path)?;
        self.inner.read_link(path)
    }

    fn hold(&self, path: &RelPath) -> io::Result<Box<dyn HeldEntry>> {
        self.gate.read("hold", path)?;
        Ok(self.gate.held(path, self.inner.hold(path)?))
    }

    fn free_space(&self) -> io::Result<u64> {
        self.gate.read("free_space", &RelPath::here())?;
        self.inner.free_space()
    }

    fn can_give(&self, uid: u32, gid: u32) -> bool {
        self.inner.can_give(uid, gid)
    }

    fn create(&self, path: &RelPath) -> io::Result<Box<dyn File>> {
        self.gate.change("create", path)?;
        Ok(self.gate.file(path, self.inner.create(path)?))
    }

    fn append(&self, path: &RelPath, bytes: &[u8]) -> io::Result<()> {
        let verdict = self.gate.write("append", path)?;
        write(verdict, bytes, |bytes| self.inner.append(path, bytes))
    }

    fn make_dir(&self, path: &RelPath) -> io::Result<Box<dyn Dir>> {
        self.gate.change("make_dir", path)?;
        Ok(Box::new(Self { inner: self.inner.make_dir(path)?, gate: self.gate.below(path) }))
    }

    fn symlink(&self, target: &[u8], path: &RelPath) -> io::Result<Box<dyn HeldEntry>> {
        self.gate.change("symlink", path)?;
        Ok(self.gate.held(path, self.inner.symlink(target, path)?))
    }

    fn make_fifo(&self, path: &RelPath) -> io::Result<Box<dyn HeldEntry>> {
        self.gate.change("make_fifo", path)?;
        Ok(self.gate.held(path, self.inner.make_fifo(path)?))
    }

    fn hard_link(&self, existing: &RelPath, path: &RelPath) -> io::Result<()> {
        let call = self.gate.call("hard_link", CallKind::Changing, format!("{existing} -> {path}"));
        self.gate.faults.enter(call)?;
        self.inner.hard_link(existing, path)
    }

    fn rename(&self, from: &RelPath, to: &RelPath, existing: Existing) -> io::Result<()> {
        self.gate.faults.enter(self.gate.call("rename", CallKind::Changing, format!("{from} -> {to}")))?;
        self.inner.rename(from, to, existing)
    }

    fn remove_file(&self, path: &RelPath) -> io::Result<()> {
        self.gate.change("remove_file", path)?;
        self.inner.remove_file(path)
    }

    fn remove_dir(&self, path: &RelPath) -> io::Result<()> {
        self.gate.change("remove_dir", path)?;
        self.inner.remove_dir(path)
    }

    fn sync(&self, path: &RelPath, what: Durable) -> io::Result<()> {
        self.gate.sync(path, what, || self.inner.sync(path, what))
    }

    fn begin_sync(&self) {
        self.inner.begin_sync();
    }

    fn lock(&self) -> io::Result<Box<dyn Lock>> {
        self.gate.read("lock", &RelPath::here())?;
        self.inner.lock()
    }
}

fn name_of_set(attribute: &Attribute) -> &'static str {
    match attribute {
        Attribute::Owner { .. } => "set owner",
        Attribute::Mode(_) => "set mode",
        Attribute::Extended { .. } => "set extended attribute",
        Attribute::Modified(_) => "set modification time",
    }
}

struct FaultyHeld {
    inner: Box<dyn HeldEntry>,
    gate: Gate,
}

impl HeldEntry for FaultyHeld {
    fn stat(&self) -> io::Result<Stat> {
        self.gate.read("fstat", &RelPath::here())?;
        self.inner.stat()
    }

    fn extended_attributes(&self) -> io::Result<Vec<(Vec<u8>, Vec<u8>)>> {
        self.gate.read("extended_attributes", &RelPath::here())?;
        self.inner.extended_attributes()
    }

    fn link_target(&self) -> io::Result<Vec<u8>> {
        self.gate.read("read_link", &RelPath::here())?;
        self.inner.link_target()
    }

    fn set(&self, attribute: &Attribute) -> io::Result<()> {
        self.gate.change(name_of_set(attribute), &RelPath::here())?;
        self.inner.set(attribute)
    }
}

struct FaultyFile {
    inner: Box<dyn File>,
    gate: Gate,
}

impl File for FaultyFile {
    fn stat(&self) -> io::Result<Stat> {
        self.gate.read("fstat", &RelPath::here())?;
        self.inner.stat()
    }

    fn extended_attributes(&self) -> io::Result<Vec<(Vec<u8>, Vec<u8>)>> {
        self.gate.read("extended_attributes", &RelPath::here())?;
        self.inner.extended_attributes()
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.gate.read("read_at", &RelPath::here())?;
        self.inner.read_at(buffer, offset)
    }

    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let verdict = self.gate.write("write_all_at", &RelPath::here())?;
        write(verdict, bytes, |bytes| self.inner.write_all_at(bytes, offset))
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.gate.change("set_len", &RelPath::here())?;
        self.inner.set_len(length)
    }

    fn set(&self, attribute: &Attribute) -> io::Result<()> {
        self.gate.change(name_of_set(attribute), &RelPath::here())?;
        self.inner.set(attribute)
    }

    fn sync(&self, what: Durable) -> io::Result<()> {
        self.gate.sync(&RelPath::here(), what, || self.inner.sync(what))
    }

    fn lock(&self) -> io::Result<Box<dyn Lock>> {
        self.gate.read("lock", &RelPath::here())?;
        self.inner.lock()
    }
}
