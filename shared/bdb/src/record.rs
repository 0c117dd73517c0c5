//! One key/data pair on its way from a reader to a writer.
//!
//! Keys are held whole. Data on overflow pages is streamed, so that a value as long as the file needs no more memory than
//! a short one.

use std::io;

/// A key and its data, in database order; equal keys follow one another.
#[derive(Debug)]
pub struct Record<'a> {
    /// The key's bytes.
    pub key: &'a [u8],
    /// The data belonging to it.
    pub data: Data<'a>,
}

/// The data of a record: at hand, or to be read piece by piece.
pub enum Data<'a> {
    /// All of it.
    Whole(&'a [u8]),
    /// To be read piece by piece.
    Chunked(&'a mut dyn Chunks),
}

/// Data read piece by piece.
pub trait Chunks {
    /// Returns how many bytes all pieces have together.
    fn total_length(&self) -> u32;
    /// Returns the next piece, or nothing after the last.
    ///
    /// # Errors
    /// When the source is damaged or cannot be read; the reader's own error is inside the [`io::Error`].
    fn next_chunk(&mut self) -> io::Result<Option<&[u8]>>;
}

impl std::fmt::Debug for Data<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Whole(bytes) => f.debug_tuple("Whole").field(bytes).finish(),
            Self::Chunked(chunks) => f.debug_tuple("Chunked").field(&chunks.total_length()).finish(),
        }
    }
}

impl Data<'_> {
    /// Returns the number of bytes.
    pub fn length(&self) -> u64 {
        match self {
            Self::Whole(bytes) => bytes.len() as u64,
            Self::Chunked(chunks) => u64::from(chunks.total_length()),
        }
    }

    /// Hands every piece to `take`, in order.
    ///
    /// # Errors
    /// The source's or `take`'s.
    pub fn for_each_chunk(self, mut take: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        match self {
            Self::Whole(bytes) => take(bytes),
            Self::Chunked(chunks) => {
                while let Some(chunk) = chunks.next_chunk()? {
                    take(chunk)?;
                }
                Ok(())
            }
        }
    }
}
