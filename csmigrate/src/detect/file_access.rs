//! Lets the Berkeley DB reader and writer use the engine's file handles.

use std::io;
use std::sync::{Mutex, PoisonError};

use bdb::{ReadAt, WriteAt};
use upgrade_engine::digest;
use upgrade_engine::fs::File;
use upgrade_engine::step::{Observer, StepContext};

/// An owned file handle.
pub struct Reading(pub Box<dyn File>);

impl ReadAt for Reading {
    fn size(&self) -> io::Result<u64> {
        Ok(self.0.stat()?.size)
    }
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.0.read_at(buffer, offset)
    }
}

/// A file that is read once: what was read in one go from front to back is not kept in memory, which a large database would
/// fill at the cost of everything else on the machine.
pub struct ReadOnce<'a> {
    file: &'a dyn File,
    /// Begin and end of what was read in one go and is still kept.
    kept: Mutex<(u64, u64)>,
}

impl<'a> ReadOnce<'a> {
    /// How much is kept behind the place that is read.
    const KEPT: u64 = 16 << 20;

    /// Begins with nothing read.
    pub fn new(file: &'a dyn File) -> Self {
        Self { file, kept: Mutex::new((0, 0)) }
    }
}

impl ReadAt for ReadOnce<'_> {
    fn size(&self) -> io::Result<u64> {
        Ok(self.file.stat()?.size)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let count = self.file.read_at(buffer, offset)?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (begin, end) = *kept;
        let now = offset.saturating_add(count as u64);
        *kept = if (begin..=end).contains(&offset) { (begin, end.max(now)) } else { (offset, now) };
        if kept.1.saturating_sub(kept.0) >= 2 * Self::KEPT {
            let until = kept.1.saturating_sub(Self::KEPT);
            self.file.forget(kept.0, until.saturating_sub(kept.0));
            kept.0 = until;
        }
        Ok(count)
    }
}

/// A file that is read until somebody asks to stop.
pub struct UntilStopped<'a> {
    /// The file.
    pub file: &'a dyn File,
    /// Says when to stop.
    pub observer: &'a dyn Observer,
}

impl ReadAt for UntilStopped<'_> {
    fn size(&self) -> io::Result<u64> {
        Ok(self.file.stat()?.size)
    }
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        if self.observer.stop_requested() {
            return Err(digest::stopped());
        }
        self.file.read_at(buffer, offset)
    }
}

/// What a step reads, until somebody asks to stop: pages without records would never come to where progress is reported.
pub struct InStep<'a, 'w, R> {
    /// The step's surroundings.
    pub world: &'a StepContext<'w>,
    /// What is read.
    pub inner: R,
}

impl<R: ReadAt> ReadAt for InStep<'_, '_, R> {
    fn size(&self) -> io::Result<u64> {
        self.inner.size()
    }
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.world.go_on().map_err(io::Error::other)?;
        self.inner.read_at(buffer, offset)
    }
}

/// A borrowed file handle.
pub struct Borrowed<'a>(pub &'a dyn File);

impl ReadAt for Borrowed<'_> {
    fn size(&self) -> io::Result<u64> {
        Ok(self.0.stat()?.size)
    }
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.0.read_at(buffer, offset)
    }
}

impl WriteAt for Borrowed<'_> {
    fn write_all_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.0.write_all_at(bytes, offset)
    }
}
