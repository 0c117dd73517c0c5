//! Count and digest of the keys and data of a database, in its order: what source and target must have in common.
//!
//! Each key and each datum is preceded by its length, so that no two lists of records have the same digest; where there are
//! several databases in a file, so is the name of each.

use std::fmt;

use bdb::Data;
use bdb::read::ReadError;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use twox_hash::xxhash3_128;

/// How many records, and what they hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Records {
    /// Number of key/data pairs.
    pub records: u64,
    /// Digest over all of them.
    pub digest: RecordsHash,
}

/// An XXH3 digest of 128 bits; its text is 32 hexadecimal digits.
///
/// It finds what a program, a disk or memory does wrong, at a fraction of what BLAKE3 costs. Against people it need not
/// stand: the files around the records have BLAKE3 digests, and who can write the database can write its records.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RecordsHash(u128);

impl fmt::Display for RecordsHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for RecordsHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for RecordsHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RecordsHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        u128::from_str_radix(&text, 16).map(Self).map_err(D::Error::custom)
    }
}

/// Digests records as they pass by.
pub struct RecordDigest {
    hasher: xxhash3_128::Hasher,
    records: u64,
}

impl Default for RecordDigest {
    fn default() -> Self {
        Self::new()
    }
}

impl RecordDigest {
    /// Begins with no records.
    pub fn new() -> Self {
        Self { hasher: xxhash3_128::Hasher::new(), records: 0 }
    }

    /// Begins a database of a file; a file's only one has no name and leaves no trace.
    pub fn part(&mut self, name: Option<&[u8]>) {
        if let Some(name) = name {
            self.chunk(&u64::MAX.to_le_bytes());
            self.chunk(&(name.len() as u64).to_le_bytes());
            self.chunk(name);
        }
    }

    /// Begins a record: its key, and the length of the data that follow in pieces.
    pub fn begin(&mut self, key: &[u8], data_length: u64) {
        self.records = self.records.saturating_add(1);
        self.chunk(&(key.len() as u64).to_le_bytes());
        self.chunk(key);
        self.chunk(&data_length.to_le_bytes());
    }

    /// Takes a piece of the data.
    pub fn chunk(&mut self, bytes: &[u8]) {
        self.hasher.write(bytes);
    }

    /// Takes a whole record.
    ///
    /// # Errors
    /// As reading the data.
    pub fn record(&mut self, key: &[u8], data: Data<'_>) -> Result<(), ReadError> {
        self.begin(key, data.length());
        let read = data.for_each_chunk(|chunk| {
            self.chunk(chunk);
            Ok(())
        });
        read.map_err(|e| ReadError::try_from(e).unwrap_or_else(|source| ReadError::Io { offset: 0, source }))
    }

    /// Returns count and digest.
    pub fn finish(self) -> Records {
        Records { records: self.records, digest: RecordsHash(self.hasher.finish_128()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(records: &[(&[u8], &[u8])]) -> Records {
        let mut digest = RecordDigest::new();
        for (key, data) in records {
            digest.record(key, Data::Whole(data)).unwrap();
        }
        digest.finish()
    }

    #[test]
    fn bytes_that_move_between_key_and_data_change_the_digest() {
        assert_ne!(of(&[(b"ab", b"c")]).digest, of(&[(b"a", b"bc")]).digest);
        assert_ne!(of(&[(b"a", b""), (b"b", b"")]).digest, of(&[(b"a", b"b")]).digest);
        assert_ne!(of(&[(b"a", b"1"), (b"b", b"2")]).digest, of(&[(b"b", b"2"), (b"a", b"1")]).digest);
    }

    #[test]
    fn a_record_that_moves_to_another_database_changes_the_digest() {
        let split = |first: &[u8], second: &[u8]| {
            let mut digest = RecordDigest::new();
            for (name, keys) in [(b"a", first), (b"b", second)] {
                digest.part(Some(name));
                keys.iter().for_each(|key| digest.record(&[*key], Data::Whole(b"")).unwrap());
            }
            digest.finish().digest
        };
        assert_ne!(split(b"12", b"3"), split(b"1", b"23"));
        assert_eq!(split(b"12", b"3"), split(b"12", b"3"));
    }

    #[test]
    fn pieces_and_whole_data_have_the_same_digest() {
        let data = vec![7; 3_000_000];
        let mut pieces = RecordDigest::new();
        pieces.begin(b"k", data.len() as u64);
        data.chunks(1000).for_each(|chunk| pieces.chunk(chunk));
        assert_eq!(pieces.finish(), of(&[(b"k", &data)]));
    }
}
