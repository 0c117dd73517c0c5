//! BLAKE3 digests of file contents: fast enough to check every copy, and `b3sum` checks them by hand.

use std::fmt;
use std::io;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::fs::File;

/// Bytes read at a time where a file is digested or copied: few system calls, and still in the processor's cache when
/// they are used.
pub const CHUNK: usize = 128 << 10;

/// A BLAKE3 digest; its text is 64 hexadecimal digits, as `b3sum` prints.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Returns the digest of bytes at hand.
    pub fn of(bytes: &[u8]) -> Self {
        Self::from(blake3::hash(bytes))
    }

    /// Returns the digest and length of a file's content.
    ///
    /// # Errors
    /// As reading the file.
    pub fn of_file(file: &dyn File) -> io::Result<(Self, u64)> {
        Self::of_file_unless(file, &|| false)
    }

    /// As [`Digest::of_file`], unless somebody asks to stop before the end.
    ///
    /// # Errors
    /// As reading the file; [`stopped`] when somebody asked to stop.
    pub fn of_file_unless(file: &dyn File, stop: &dyn Fn() -> bool) -> io::Result<(Self, u64)> {
        let mut hasher = Hasher::new();
        let length = for_each_chunk(file, |chunk| {
            hasher.update(chunk);
            if stop() { Err(stopped()) } else { Ok(()) }
        })?;
        Ok((hasher.finish(), length))
    }

    /// Returns the 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Digests bytes as they come, best in large pieces.
#[derive(Default)]
pub struct Hasher(blake3::Hasher);

impl Hasher {
    /// Begins with no bytes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Returns the digest of all bytes.
    pub fn finish(self) -> Digest {
        Digest::from(self.0.finalize())
    }
}

/// Returns the error of reading that ended because somebody asked to stop. It is not `Interrupted`, which many readers repeat.
pub fn stopped() -> io::Error {
    io::Error::other("somebody asked to stop")
}

/// What a piece of a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Bytes, at most [`CHUNK`].
    Bytes(&'a [u8]),
    /// So many zeros that nobody ever wrote.
    Hole(u64),
}

/// Reads a file from front to back. Holes are passed over: a file of a tebibyte may hold nothing.
pub struct Pieces<'f> {
    file: &'f dyn File,
    buffer: Vec<u8>,
    offset: u64,
    /// Whether the last bytes were zeros, as those at the begin of a hole are.
    may_be_hole: bool,
}

static ZEROS: [u8; CHUNK] = [0; CHUNK];

impl<'f> Pieces<'f> {
    /// Begins at the first byte.
    pub fn new(file: &'f dyn File) -> Self {
        Self { file, buffer: vec![0; CHUNK], offset: 0, may_be_hole: false }
    }

    /// Returns the next piece, which ends at `limit` at the latest; nothing at the limit or the end of the file.
    ///
    /// # Errors
    /// As reading the file.
    pub fn next_before(&mut self, limit: u64) -> io::Result<Option<Piece<'_>>> {
        let rest = limit.saturating_sub(self.offset);
        if rest == 0 {
            return Ok(None);
        }
        // Asked only where there were zeros: files without holes cost no call.
        if std::mem::take(&mut self.may_be_hole) {
            let hole = self.file.next_data(self.offset)?.saturating_sub(self.offset).min(rest);
            if hole > 0 {
                self.offset = self.offset.saturating_add(hole);
                return Ok(Some(Piece::Hole(hole)));
            }
        }
        let wanted = usize::try_from(rest).unwrap_or(usize::MAX).min(CHUNK);
        let count = self.file.read_at(self.buffer.get_mut(..wanted).unwrap_or_default(), self.offset)?;
        let Some(bytes) = self.buffer.get(..count).filter(|bytes| !bytes.is_empty()) else { return Ok(None) };
        self.offset = self.offset.saturating_add(count as u64);
        self.may_be_hole = ZEROS.starts_with(bytes);
        Ok(Some(Piece::Bytes(bytes)))
    }
}

impl Piece<'_> {
    /// Returns the number of bytes.
    pub fn length(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Hole(length) => *length,
        }
    }

    /// Hands the bytes to `take`, those of a hole at most [`CHUNK`] at a time.
    ///
    /// # Errors
    /// `take`'s own.
    pub fn for_each_chunk(self, take: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        let mut rest = match self {
            Self::Bytes(bytes) => return take(bytes),
            Self::Hole(length) => length,
        };
        while rest > 0 {
            let wanted = usize::try_from(rest).unwrap_or(usize::MAX).min(CHUNK);
            take(ZEROS.get(..wanted).unwrap_or_default())?;
            rest = rest.saturating_sub(wanted as u64);
        }
        Ok(())
    }
}

/// Hands a file's content to `take` in order, at most [`CHUNK`] bytes at a time; returns the number of bytes.
///
/// # Errors
/// As reading the file, or `take`'s own.
pub fn for_each_chunk(file: &dyn File, mut take: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<u64> {
    for_each_piece(file, |piece| piece.for_each_chunk(&mut take))
}

/// As [`for_each_chunk`], but holes come as such.
///
/// # Errors
/// As reading the file, or `take`'s own.
pub fn for_each_piece(file: &dyn File, mut take: impl FnMut(Piece<'_>) -> io::Result<()>) -> io::Result<u64> {
    let mut pieces = Pieces::new(file);
    while let Some(piece) = pieces.next_before(u64::MAX)? {
        take(piece)?;
    }
    Ok(pieces.offset)
}

impl From<blake3::Hash> for Digest {
    fn from(hash: blake3::Hash) -> Self {
        Self(*hash.as_bytes())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&blake3::Hash::from_bytes(self.0).to_hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        blake3::Hash::from_hex(text).map(Self::from).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_does_not_depend_on_the_pieces() {
        let bytes: Vec<u8> = (0..5 * CHUNK + 77).map(|n| ((n * 31) >> 3) as u8).collect();
        for size in [1 << 10, CHUNK - 1, CHUNK, 3 * CHUNK, bytes.len()] {
            let mut hasher = Hasher::new();
            bytes.chunks(size).for_each(|chunk| hasher.update(chunk));
            assert_eq!(hasher.finish(), Digest::of(&bytes), "pieces of {size}");
        }
        assert_eq!(Hasher::new().finish(), Digest::of(b""));
    }
}
