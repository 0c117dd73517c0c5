//! Puts finished pages into the file in large writes.
//!
//! Pages are appended in the order of their numbers, so the output is one sequential stream. Two things are changed
//! later: the link from a leaf to its successor, which is known only when that one is finished, and the pages that are set
//! aside for meta pages and roots. Both usually still lie in the buffer. The buckets of a hash database are a stream of their
//! own, ahead of the pages that do not go into the first page of their bucket.

use super::error::WriteError;
use crate::format::PageNo;
use crate::io::WriteAt;

/// Bytes gathered for one write.
const BUFFER: usize = 1 << 20;

/// Pages that follow one another in the file, gathered for large writes.
#[derive(Debug)]
pub(crate) struct Stream {
    buffer: Vec<u8>,
    /// Where in the file the buffer belongs.
    start: u64,
}

impl Stream {
    /// Begins at an offset of the file.
    pub(crate) fn at(start: u64) -> Self {
        Self { buffer: Vec::new(), start }
    }

    fn append<W: WriteAt>(&mut self, file: &mut W, page: &[u8]) -> Result<(), WriteError> {
        if self.buffer.len().saturating_add(page.len()) > BUFFER {
            self.flush(file)?;
        }
        if self.buffer.capacity() == 0 {
            self.buffer.reserve_exact(BUFFER);
        }
        self.buffer.extend_from_slice(page);
        Ok(())
    }

    /// Changes bytes that are still in the buffer; false when they are not.
    fn patch(&mut self, offset: u64, bytes: &[u8]) -> bool {
        let buffered = offset.checked_sub(self.start).and_then(|at| usize::try_from(at).ok()).and_then(|at| {
            let end = at.checked_add(bytes.len())?;
            self.buffer.get_mut(at..end)
        });
        buffered.map(|place| place.copy_from_slice(bytes)).is_some()
    }

    fn flush<W: WriteAt>(&mut self, file: &mut W) -> Result<(), WriteError> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let offset = self.start;
        file.write_all_at(&self.buffer, offset).map_err(|source| WriteError::Output { offset, source })?;
        self.start = self.start.saturating_add(self.buffer.len() as u64);
        self.buffer.clear();
        Ok(())
    }
}

/// The file being written: a buffer for the pages at its end.
#[derive(Debug)]
pub(crate) struct Output<W> {
    file: W,
    tail: Stream,
    page_size: usize,
    next: Option<u32>,
}

impl<W: WriteAt> Output<W> {
    /// Begins an empty file.
    pub(crate) fn new(file: W, page_size: usize) -> Self {
        Self { file, tail: Stream::at(0), page_size, next: Some(0) }
    }

    /// Returns the number of the page that [`append`](Self::append) takes next.
    ///
    /// # Errors
    /// When all 32-bit page numbers are used.
    pub(crate) fn next_page(&self) -> Result<PageNo, WriteError> {
        self.next.map(PageNo).ok_or(WriteError::FileTooLarge { last: PageNo(u32::MAX) })
    }

    /// Returns the number `distance` pages after the next one.
    ///
    /// # Errors
    /// When there is no such number.
    pub(crate) fn page_ahead(&self, distance: u32) -> Result<PageNo, WriteError> {
        let next = self.next_page()?;
        next.0.checked_add(distance).map(PageNo).ok_or(WriteError::FileTooLarge { last: next })
    }

    /// Returns the number of the last page of the file.
    pub(crate) fn last_page(&self) -> PageNo {
        PageNo(self.next.map_or(u32::MAX, |next| next.saturating_sub(1)))
    }

    /// Returns where a page begins in the file.
    pub(crate) fn offset(&self, page: PageNo) -> u64 {
        u64::from(page.0).saturating_mul(self.page_size as u64)
    }

    /// Adds a page under the next number.
    ///
    /// # Errors
    /// When there is no number left, or a full buffer cannot be written.
    pub(crate) fn append(&mut self, page: &[u8]) -> Result<PageNo, WriteError> {
        let number = self.next_page()?;
        self.tail.append(&mut self.file, page)?;
        self.next = number.0.checked_add(1);
        Ok(number)
    }

    /// Adds a page that is written later, and is zeros until then.
    ///
    /// # Errors
    /// As [`append`](Self::append).
    pub(crate) fn set_aside(&mut self) -> Result<PageNo, WriteError> {
        self.append(&vec![0; self.page_size])
    }

    /// Leaves out pages that another stream writes, all of them, and returns the first.
    ///
    /// # Errors
    /// When there are no such numbers, or the buffer cannot be written.
    pub(crate) fn skip(&mut self, pages: u32) -> Result<PageNo, WriteError> {
        let first = self.next_page()?;
        let next = self.page_ahead(pages)?;
        self.tail.flush(&mut self.file)?;
        self.tail.start = self.offset(next);
        self.next = Some(next.0);
        Ok(first)
    }

    /// Adds a page to another stream.
    ///
    /// # Errors
    /// When a full buffer cannot be written.
    pub(crate) fn append_to(&mut self, stream: &mut Stream, page: &[u8]) -> Result<(), WriteError> {
        stream.append(&mut self.file, page)
    }

    /// Writes what is in the buffer of another stream.
    ///
    /// # Errors
    /// As the file's own.
    pub(crate) fn flush_stream(&mut self, stream: &mut Stream) -> Result<(), WriteError> {
        stream.flush(&mut self.file)
    }

    /// Changes bytes of a page that was appended before to this or to another stream, or set aside.
    ///
    /// # Errors
    /// When the page has left the buffer and cannot be written.
    pub(crate) fn patch_in(
        &mut self,
        stream: &mut Stream,
        page: PageNo,
        within: usize,
        bytes: &[u8],
    ) -> Result<(), WriteError> {
        let offset = self.offset(page).saturating_add(within as u64);
        if stream.patch(offset, bytes) { Ok(()) } else { self.patch(page, within, bytes) }
    }

    /// Changes bytes of a page that was appended before, or set aside.
    ///
    /// # Errors
    /// When the page has left the buffer and cannot be written.
    pub(crate) fn patch(&mut self, page: PageNo, within: usize, bytes: &[u8]) -> Result<(), WriteError> {
        let offset = self.offset(page).saturating_add(within as u64);
        if self.tail.patch(offset, bytes) {
            return Ok(());
        }
        self.file.write_all_at(bytes, offset).map_err(|source| WriteError::Output { offset, source })
    }

    /// Writes what is still in the buffer and returns the file.
    ///
    /// # Errors
    /// As the file's own.
    pub(crate) fn finish(mut self) -> Result<W, WriteError> {
        self.flush()?;
        Ok(self.file)
    }

    /// Writes what is in the buffer.
    ///
    /// # Errors
    /// As the file's own.
    pub(crate) fn flush(&mut self) -> Result<(), WriteError> {
        self.tail.flush(&mut self.file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    /// Remembers where each write went.
    #[derive(Default)]
    struct Recorder {
        file: Vec<u8>,
        writes: Vec<(u64, usize)>,
    }

    impl WriteAt for Recorder {
        fn write_all_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
            self.writes.push((offset, bytes.len()));
            self.file.write_all_at(bytes, offset)
        }
    }

    #[test]
    fn pages_are_written_a_megabyte_at_a_time_in_file_order() {
        let mut output = Output::new(Recorder::default(), 4096);
        for _ in 0..300 {
            output.append(&[7; 4096]).unwrap();
        }
        let writes = output.finish().unwrap().writes;
        assert_eq!(writes, [(0, 1 << 20), (1 << 20, 44 * 4096)]);
    }

    #[test]
    fn a_page_can_be_changed_before_and_after_it_was_written() {
        let mut output = Output::new(Recorder::default(), 4096);
        for _ in 0..2 {
            output.set_aside().unwrap();
        }
        for _ in 2..300 {
            output.append(&[7; 4096]).unwrap();
        }
        output.patch(PageNo(299), 16, &[1, 2, 3, 4]).unwrap();
        output.patch(PageNo(2), 16, &[5, 6, 7, 8]).unwrap();
        output.patch(PageNo(1), 0, &[9; 4096]).unwrap();
        let recorder = output.finish().unwrap();
        assert_eq!(recorder.file[299 * 4096 + 15..][..6], [7, 1, 2, 3, 4, 7]);
        assert_eq!(recorder.file[2 * 4096 + 15..][..6], [7, 5, 6, 7, 8, 7]);
        assert_eq!(recorder.file[4095..=8192], [[0].as_slice(), &[9; 4096], &[7]].concat());
        assert_eq!(recorder.file.len(), 300 * 4096);
    }

    #[test]
    fn the_last_page_number_is_used_and_no_other_after_it() {
        let mut output = Output::new(Recorder::default(), 512);
        output.next = Some(u32::MAX);
        assert!(matches!(output.page_ahead(1), Err(WriteError::FileTooLarge { last: PageNo(u32::MAX) })));
        assert_eq!(output.append(&[0; 512]).unwrap(), PageNo(u32::MAX));
        assert_eq!(output.last_page(), PageNo(u32::MAX));
        assert!(matches!(output.append(&[0; 512]), Err(WriteError::FileTooLarge { last: PageNo(u32::MAX) })));
    }
}
