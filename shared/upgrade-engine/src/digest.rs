//! BLAKE3 digests of file contents: fast enough to check every copy, and `b3sum` checks them by hand.

use std::fmt;
use std::io;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::fs::File;

/// Bytes read at a time where a file is digested or copied.
pub const CHUNK: usize = 1 << 20;

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
        let mut hasher = blake3::Hasher::new();
        let length = for_each_chunk(file, |chunk| {
            update(&mut hasher, chunk);
            Ok(())
        })?;
        Ok((Self::from(hasher.finalize()), length))
    }

    /// Returns the 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Adds bytes to a digest, on several processors when they are many.
pub fn update(hasher: &mut blake3::Hasher, bytes: &[u8]) {
    if bytes.len() >= 256 * 1024 {
        hasher.update_rayon(bytes);
    } else {
        hasher.update(bytes);
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
