//! Tells from its first bytes what kind of file a file is, so that a refusal can say why.

use crate::format::{BTREE_MAGIC, ByteOrder, HASH_MAGIC, HEAP_MAGIC, LOG_MAGIC, PAGE_SIZES, QUEUE_MAGIC, flag};

/// Bytes from the start of a file that [`recognise`] wants, fewer only when the file is shorter.
pub const HEAD: usize = 512;

const MAGIC_AT: usize = 12;
const VERSION_AT: usize = 16;
const ENCRYPTION_AT: usize = 24;

/// What a file is, judged by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recognised {
    /// A btree of version 6 to 9, which [`Database::open`](super::Database::open) looks at more closely.
    Btree,
    /// A hash database of version 5 to 9, likewise.
    Hash,
    /// A Berkeley DB file of a kind that is not read.
    Unsupported(Unsupported),
    /// Something else.
    NotADatabase,
}

/// A kind of Berkeley DB file, or a property of a btree, that is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsupported {
    /// A hash database that this reader does not know.
    #[error("a hash database of version {version}; versions 5 to 9 (Berkeley DB 2.6 to 5.3) are read")]
    HashVersion {
        /// Version of the hash format.
        version: u32,
    },
    /// A hash database whose keys are names of databases, which no release makes.
    #[error("a hash database of sub-databases")]
    HashOfSubdatabases,
    /// A queue database.
    #[error("a queue database (queue version {version}), not a btree")]
    Queue {
        /// Version of the queue format.
        version: u32,
    },
    /// A heap database.
    #[error("a heap database (heap version {version}), not a btree")]
    Heap {
        /// Version of the heap format.
        version: u32,
    },
    /// A record-number database, which is a btree with other keys.
    #[error("a record-number (recno) database, not a btree with keys")]
    Recno,
    /// A transaction log.
    #[error("a Berkeley DB log file, not a database")]
    Log,
    /// The file format before Berkeley DB 2.
    #[error("a Berkeley DB 1.85 file, older than every format that is read")]
    Version185,
    /// Pages are encrypted.
    #[error("an encrypted database")]
    Encrypted,
    /// A btree that this reader does not know.
    #[error("a btree of version {version}; versions 6 to 9 (Berkeley DB 2.6 to 5.3) are read")]
    BtreeVersion {
        /// The btree version in the file.
        version: u32,
    },
    /// Compressed items.
    #[error("a compressed btree")]
    Compressed,
    /// Records are spread over several files.
    #[error("a partitioned database, of which this file is only one part")]
    Partitioned,
}

impl Unsupported {
    /// Returns whether a damaged number makes a file of a kind that is read look so: only its pages can tell.
    pub fn may_be_damage(&self) -> bool {
        matches!(self, Self::BtreeVersion { .. } | Self::HashVersion { .. } | Self::Encrypted)
    }
}

/// Says what a file of `length` bytes is whose first bytes, at most [`HEAD`], are `head`.
///
/// A later damage, such as a wrong page size, is not noticed here (`reference/berkeley-db.md` sections 1 and 2).
pub fn recognise(head: &[u8], length: u64) -> Recognised {
    if length < u64::from(*PAGE_SIZES.start()) {
        return recognise_short(head);
    }
    for order in [ByteOrder::Little, ByteOrder::Big] {
        let (Some(magic), Some(version)) = (order.u32_at(head, MAGIC_AT), order.u32_at(head, VERSION_AT)) else {
            continue;
        };
        let unsupported = match magic {
            BTREE_MAGIC => match unsupported_btree(order, version, head) {
                Some(reason) => reason,
                None => return Recognised::Btree,
            },
            HASH_MAGIC => match unsupported_hash(version, head) {
                Some(reason) => reason,
                None => return Recognised::Hash,
            },
            QUEUE_MAGIC => Unsupported::Queue { version },
            HEAP_MAGIC => Unsupported::Heap { version },
            LOG_MAGIC => Unsupported::Log,
            _ => continue,
        };
        return Recognised::Unsupported(unsupported);
    }
    recognise_short(head)
}

/// Knows the files that can be shorter than a page, or have their magic number elsewhere.
fn recognise_short(head: &[u8]) -> Recognised {
    for order in [ByteOrder::Little, ByteOrder::Big] {
        if matches!(order.u32_at(head, 0), Some(BTREE_MAGIC | HASH_MAGIC)) {
            return Recognised::Unsupported(Unsupported::Version185);
        }
        if order.u32_at(head, MAGIC_AT) == Some(LOG_MAGIC) {
            return Recognised::Unsupported(Unsupported::Log);
        }
    }
    Recognised::NotADatabase
}

fn unsupported_hash(version: u32, head: &[u8]) -> Option<Unsupported> {
    match version {
        5..=7 => None,
        8 | 9 => (head.get(ENCRYPTION_AT) != Some(&0)).then_some(Unsupported::Encrypted),
        _ => Some(Unsupported::HashVersion { version }),
    }
}

fn unsupported_btree(order: ByteOrder, version: u32, head: &[u8]) -> Option<Unsupported> {
    let flags_at = match version {
        6 => 36,
        7 => 32,
        8 | 9 => 48,
        _ => return Some(Unsupported::BtreeVersion { version }),
    };
    let flags = order.u32_at(head, flags_at)?;
    if version == 9 && head.get(ENCRYPTION_AT) != Some(&0) {
        return Some(Unsupported::Encrypted);
    }
    (flags & flag::RECNO != 0).then_some(Unsupported::Recno)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(order: ByteOrder, magic: u32, version: u32) -> Vec<u8> {
        let mut head = vec![0; HEAD];
        head[12..16].copy_from_slice(&order.u32_bytes(magic));
        head[16..20].copy_from_slice(&order.u32_bytes(version));
        head
    }

    #[test]
    fn each_kind_of_file_is_told_from_the_others_in_both_byte_orders() {
        for order in [ByteOrder::Little, ByteOrder::Big] {
            let kinds = [
                (HASH_MAGIC, 4, Unsupported::HashVersion { version: 4 }),
                (HASH_MAGIC, 10, Unsupported::HashVersion { version: 10 }),
                (QUEUE_MAGIC, 4, Unsupported::Queue { version: 4 }),
                (HEAP_MAGIC, 1, Unsupported::Heap { version: 1 }),
                (LOG_MAGIC, 8, Unsupported::Log),
                (BTREE_MAGIC, 10, Unsupported::BtreeVersion { version: 10 }),
                (BTREE_MAGIC, 5, Unsupported::BtreeVersion { version: 5 }),
            ];
            for (magic, version, kind) in kinds {
                assert_eq!(recognise(&head(order, magic, version), 8192), Recognised::Unsupported(kind));
            }
            for version in 6..=9 {
                assert_eq!(recognise(&head(order, BTREE_MAGIC, version), 8192), Recognised::Btree);
            }
            for version in 5..=9 {
                assert_eq!(recognise(&head(order, HASH_MAGIC, version), 8192), Recognised::Hash);
            }
        }
    }

    #[test]
    fn a_record_number_database_is_told_by_its_flag_wherever_the_version_keeps_it() {
        for (version, at) in [(6, 36), (7, 32), (8, 48), (9, 48)] {
            let mut head = head(ByteOrder::Little, BTREE_MAGIC, version);
            head[at] = 2;
            assert_eq!(recognise(&head, 8192), Recognised::Unsupported(Unsupported::Recno));
        }
    }

    #[test]
    fn only_version_9_can_be_encrypted() {
        for (version, expected) in [(6, Recognised::Btree), (9, Recognised::Unsupported(Unsupported::Encrypted))] {
            let mut head = head(ByteOrder::Big, BTREE_MAGIC, version);
            head[24] = 1;
            assert_eq!(recognise(&head, 8192), expected);
        }
    }

    #[test]
    fn a_185_file_has_its_magic_number_in_front() {
        for order in [ByteOrder::Little, ByteOrder::Big] {
            let mut head = vec![0; HEAD];
            head[..4].copy_from_slice(&order.u32_bytes(BTREE_MAGIC));
            assert_eq!(recognise(&head, 8192), Recognised::Unsupported(Unsupported::Version185));
        }
    }

    #[test]
    fn short_and_foreign_files_are_no_databases() {
        assert_eq!(recognise(&[], 0), Recognised::NotADatabase);
        assert_eq!(recognise(b"BEGIN:VCALENDAR", 15), Recognised::NotADatabase);
        assert_eq!(recognise(&[0; HEAD], 8192), Recognised::NotADatabase);
        assert_eq!(recognise(&head(ByteOrder::Little, BTREE_MAGIC, 9), 511), Recognised::NotADatabase);
        assert_eq!(
            recognise(&head(ByteOrder::Little, LOG_MAGIC, 2)[..40], 40),
            Recognised::Unsupported(Unsupported::Log)
        );
    }
}
