//! BLAKE3 digests of file contents: fast enough to check every copy, and `b3sum` checks them by hand.

use std::fmt;
use std::io;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread::JoinHandle;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::fs::File;

/// Bytes read at a time where a file is digested or copied.
pub const CHUNK: usize = 1 << 20;
/// Bytes that are gathered before they are digested.
const PIECE: usize = 1 << 20;

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

/// Digests bytes as they come, on a thread of its own once they are many and there is a processor for it.
///
/// The bytes are gathered into large pieces first: BLAKE3 is fast only on long input. The thread is fed through a short
/// queue, so that memory stays bounded and neither side waits for the other piece by piece.
pub struct Hasher {
    gathered: Vec<u8>,
    place: HashingPlace,
}

enum HashingPlace {
    Here(Box<blake3::Hasher>),
    Thread { pieces: SyncSender<Vec<u8>>, used: Receiver<Vec<u8>>, thread: JoinHandle<blake3::Hash> },
}

impl Hasher {
    /// Begins with no bytes.
    pub fn new() -> Self {
        Self { gathered: Vec::new(), place: HashingPlace::Here(Box::default()) }
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.gathered.extend_from_slice(bytes);
        if self.gathered.len() >= PIECE {
            self.pass_on();
        }
    }

    fn pass_on(&mut self) {
        if let HashingPlace::Here(hasher) = &mut self.place {
            let several = std::thread::available_parallelism().is_ok_and(|count| count.get() > 1);
            if !several {
                hasher.update(&self.gathered);
                self.gathered.clear();
                return;
            }
            self.place = hashing_thread(std::mem::take(hasher));
        }
        if let HashingPlace::Thread { pieces, used, .. } = &self.place {
            let next = used.try_recv().unwrap_or_default();
            // The thread ends only when this end of the queue is dropped.
            let _ = pieces.send(std::mem::replace(&mut self.gathered, next));
        }
    }

    /// Returns the digest of all bytes.
    pub fn finish(mut self) -> Digest {
        let hash = match self.place {
            HashingPlace::Here(mut hasher) => {
                hasher.update(&self.gathered);
                hasher.finalize()
            }
            HashingPlace::Thread { pieces, thread, .. } => {
                let _ = pieces.send(std::mem::take(&mut self.gathered));
                drop(pieces);
                thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            }
        };
        Digest::from(hash)
    }
}

impl Default for Hasher {
    fn default() -> Self {
        Self::new()
    }
}

fn hashing_thread(mut hasher: Box<blake3::Hasher>) -> HashingPlace {
    let (pieces, queue) = mpsc::sync_channel::<Vec<u8>>(2);
    let (give_back, used) = mpsc::sync_channel(4);
    let thread = std::thread::spawn(move || {
        for mut piece in queue {
            hasher.update(&piece);
            piece.clear();
            // Memory is used again where somebody still wants it.
            let _ = give_back.try_send(piece);
        }
        hasher.finalize()
    });
    HashingPlace::Thread { pieces, used, thread }
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
        let bytes: Vec<u8> = (0..5 * PIECE + 77).map(|n| ((n * 31) >> 3) as u8).collect();
        for size in [1 << 10, PIECE - 1, PIECE, 3 * PIECE, bytes.len()] {
            let mut hasher = Hasher::new();
            bytes.chunks(size).for_each(|chunk| hasher.update(chunk));
            assert_eq!(hasher.finish(), Digest::of(&bytes), "pieces of {size}");
        }
        assert_eq!(Hasher::new().finish(), Digest::of(b""));
    }
}
