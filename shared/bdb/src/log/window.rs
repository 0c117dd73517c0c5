//! A part of a log file held in memory: it bounds what reading a log costs, whatever the file holds.

use crate::ReadAt;

use super::{LogError, LogFile, damaged};

/// The window's size.
pub(super) const WINDOW: usize = 64 * 1024;
/// How much of it lies behind the place that is read, where the log is read backwards.
const BEHIND: u64 = 16 * 1024;

/// A part of the file held in memory.
pub(super) struct Window<'a, R> {
    source: &'a R,
    pub(super) number: u32,
    pub(super) size: u64,
    buffer: Vec<u8>,
    start: u64,
}

impl<'a, R: ReadAt> Window<'a, R> {
    pub(super) fn open(file: &'a LogFile<R>) -> Result<Self, LogError> {
        let number = file.number;
        let size = file.source.size().map_err(|error| LogError::Io { file: number, error })?;
        if size > u32::MAX.into() {
            return Err(damaged(number, u32::MAX.into(), "larger than a log file can be"));
        }
        Ok(Self { source: &file.source, number, size, buffer: Vec::new(), start: 0 })
    }

    /// Returns the `length` bytes at `offset`, less where the file ends; `length` is at most [`WINDOW`].
    pub(super) fn get(&mut self, offset: u64, length: usize) -> Result<&[u8], LogError> {
        let end = offset.saturating_add(length as u64).min(self.size);
        if offset < self.start || end > self.start + self.buffer.len() as u64 {
            let backwards = offset < self.start && length as u64 <= BEHIND;
            let start = if backwards { (offset + BEHIND).saturating_sub(WINDOW as u64) } else { offset };
            self.fill(start.min(offset)).map_err(|error| LogError::Io { file: self.number, error })?;
        }
        let place = |at: u64| usize::try_from(at.saturating_sub(self.start)).unwrap_or(usize::MAX);
        Ok(self.buffer.get(place(offset)..place(end)).unwrap_or_default())
    }

    fn fill(&mut self, offset: u64) -> std::io::Result<()> {
        let wanted = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(WINDOW).min(WINDOW);
        self.buffer.resize(wanted, 0);
        self.start = offset;
        let mut filled = 0;
        while let Some(space) = self.buffer.get_mut(filled..).filter(|space| !space.is_empty()) {
            match self.source.read_at(space, offset + filled as u64) {
                Ok(0) => return Err(std::io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => filled += count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    pub(super) fn only_zeros_from(&mut self, offset: u64) -> Result<bool, LogError> {
        let mut at = offset;
        while at < self.size {
            let chunk = self.get(at, WINDOW)?;
            if chunk.is_empty() || chunk.iter().any(|byte| *byte != 0) {
                return Ok(false);
            }
            at += chunk.len() as u64;
        }
        Ok(true)
    }
}
