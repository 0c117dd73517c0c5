//! Where bytes come from and go to: positioned reads and writes, so that a caller decides how files are opened.

use std::io;

/// A file of fixed length, read at positions; shared between threads.
pub trait ReadAt: Send + Sync {
    /// Returns the length in bytes.
    ///
    /// # Errors
    /// As the file's own.
    fn size(&self) -> io::Result<u64>;
    /// Reads at most `buffer.len()` bytes from `offset`; 0 means the end.
    ///
    /// # Errors
    /// As the file's own.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;
}

/// A new file, written at positions.
pub trait WriteAt {
    /// Writes all bytes at `offset`, growing the file as needed.
    ///
    /// # Errors
    /// As the file's own.
    fn write_all_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()>;
}

impl<T: ReadAt + ?Sized> ReadAt for &T {
    fn size(&self) -> io::Result<u64> {
        (**self).size()
    }
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        (**self).read_at(buffer, offset)
    }
}

/// A file in memory.
impl ReadAt for Vec<u8> {
    fn size(&self) -> io::Result<u64> {
        Ok(self.len() as u64)
    }
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let rest = usize::try_from(offset).ok().and_then(|at| self.get(at..)).unwrap_or_default();
        let length = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..length), rest.get(..length)) {
            to.copy_from_slice(from);
        }
        Ok(length)
    }
}

/// A file in memory; a gap left by a write beyond the end reads as zeros.
impl WriteAt for Vec<u8> {
    fn write_all_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let start = usize::try_from(offset).map_err(|_| io::ErrorKind::FileTooLarge)?;
        let end = start.checked_add(bytes.len()).ok_or(io::ErrorKind::FileTooLarge)?;
        if self.len() < end {
            self.resize(end, 0);
        }
        match self.get_mut(start..end) {
            Some(place) => place.copy_from_slice(bytes),
            None => return Err(io::ErrorKind::FileTooLarge.into()),
        }
        Ok(())
    }
}
