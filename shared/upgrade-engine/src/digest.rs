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
        let mut hasher = Hasher::new();
        let length = for_each_chunk(file, |chunk| {
            hasher.update(chunk);
            Ok(())
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

/// Hands a file's content to `take` in order, at most [`CHUNK`] bytes at a time; returns the number of bytes.
///
/// # Errors
/// As reading the file, or `take`'s own.
pub fn for_each_chunk(file: &dyn File, mut take: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<u64> {
    let mut buffer = vec![0; CHUNK];
    let mut offset = 0;
    loop {
        let count = file.read_at(&mut buffer, offset)?;
        let Some(chunk) = buffer.get(..count).filter(|chunk| !chunk.is_empty()) else { return Ok(offset) };
        take(chunk)?;
        offset = offset.saturating_add(count as u64);
    }
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
