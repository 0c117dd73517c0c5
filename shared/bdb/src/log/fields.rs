//! The fields of a record, taken one after the other: packed, in the byte order of the writer
//! (`reference/berkeley-db.md` section 13).

use crate::ReadAt;
use crate::format::{ByteOrder, Lsn};

use super::LogError;
use super::window::Window;

/// Why fields end.
pub(super) enum Stop {
    /// The record is shorter than its fields, or a field is impossible.
    Misfit,
    /// The file could not be read.
    Log(LogError),
}

impl From<LogError> for Stop {
    fn from(error: LogError) -> Self {
        Self::Log(error)
    }
}

/// A counted string: where its bytes are.
#[derive(Clone, Copy)]
pub(super) struct Span {
    at: u64,
    length: u32,
}

/// What stands at the start of a page's image.
pub(super) struct ImageHead {
    pub(super) lsn: Lsn,
    pub(super) page: u32,
}

/// The rest of a record's fields.
pub(super) struct Fields<'w, 'a, R> {
    window: &'w mut Window<'a, R>,
    order: ByteOrder,
    at: u64,
    end: u64,
}

impl<'w, 'a, R: ReadAt> Fields<'w, 'a, R> {
    /// Begins at a place in the file; `end` is where the record ends.
    pub(super) fn new(window: &'w mut Window<'a, R>, order: ByteOrder, at: u64, end: u64) -> Self {
        Self { window, order, at, end }
    }

    pub(super) fn number(&mut self) -> Result<u32, Stop> {
        let end = self.at + 4;
        if end > self.end {
            return Err(Stop::Misfit);
        }
        let number = self.order.u32_at(self.window.get(self.at, 4)?, 0).ok_or(Stop::Misfit)?;
        self.at = end;
        Ok(number)
    }

    pub(super) fn skip_numbers(&mut self, count: u64) -> Result<(), Stop> {
        self.skip(4 * count)
    }

    pub(super) fn skip(&mut self, bytes: u64) -> Result<(), Stop> {
        self.at += bytes;
        if self.at > self.end { Err(Stop::Misfit) } else { Ok(()) }
    }

    pub(super) fn lsn(&mut self) -> Result<Lsn, Stop> {
        Ok(Lsn { file: self.number()?, offset: self.number()? })
    }

    /// Passes over a counted string.
    pub(super) fn data(&mut self) -> Result<Span, Stop> {
        let length = self.number()?;
        let span = Span { at: self.at, length };
        self.skip(length.into())?;
        Ok(span)
    }

    /// Returns a counted string; [`Stop::Misfit`] when it is longer than `most`.
    pub(super) fn bytes(&mut self, span: Span, most: u32) -> Result<Vec<u8>, Stop> {
        if span.length > most {
            return Err(Stop::Misfit);
        }
        let bytes = self.window.get(span.at, usize::try_from(span.length).map_err(|_| Stop::Misfit)?)?;
        Ok(bytes.to_vec())
    }

    /// Returns at most the first `length` bytes of a counted string.
    pub(super) fn head(&mut self, span: Span, length: usize) -> Result<Vec<u8>, Stop> {
        let length = usize::try_from(span.length).unwrap_or(length).min(length);
        Ok(self.window.get(span.at, length)?.to_vec())
    }

    pub(super) fn order(&self) -> ByteOrder {
        self.order
    }

    /// Takes what is left.
    pub(super) fn skip_to_end(&mut self) {
        self.at = self.end;
    }

    /// Returns the head of a page's image, or of its header.
    pub(super) fn image(&mut self, span: Span) -> Result<ImageHead, Stop> {
        if span.length < 12 {
            return Err(Stop::Misfit);
        }
        let bytes = self.window.get(span.at, 12)?;
        let number = |at| self.order.u32_at(bytes, at).ok_or(Stop::Misfit);
        Ok(ImageHead { lsn: Lsn { file: number(0)?, offset: number(4)? }, page: number(8)? })
    }

    /// Returns the numbers that a counted string consists of, `count` per element.
    pub(super) fn list<const N: usize>(&mut self, span: Span, most: u32) -> Result<Vec<[u32; N]>, Stop> {
        let size = 4 * N as u32;
        if !span.length.is_multiple_of(size) || span.length / size > most {
            return Err(Stop::Misfit);
        }
        let mut list = Vec::new();
        for index in 0..span.length / size {
            let bytes = self.window.get(span.at + u64::from(index) * u64::from(size), 4 * N)?;
            let mut element = [0; N];
            for (place, number) in element.iter_mut().enumerate() {
                *number = self.order.u32_at(bytes, 4 * place).ok_or(Stop::Misfit)?;
            }
            list.push(element);
        }
        Ok(list)
    }

    /// Fails unless every byte of the record was taken.
    pub(super) fn finish(self) -> Result<(), Stop> {
        if self.at == self.end { Ok(()) } else { Err(Stop::Misfit) }
    }
}
