//! What a file of the mailbox database is, by its first bytes: `reference/messaging.md` section 5.6.

use std::io;

use bdb::format::{BTREE_MAGIC, ByteOrder, LOG_MAGIC};
use bdb::read::{HEAD, Recognised, recognise};
use upgrade_engine::fs::{Dir, RelPath};

use super::Content;

const MAGIC_AT: usize = 12;
const VERSION_AT: usize = 16;

pub(super) fn content(dir: &dyn Dir, at: &RelPath, size: u64) -> Content {
    match head(dir, at) {
        Ok(head) => of(&head, size),
        Err(e) => Content::Unknown(format!("unreadable: {e}")),
    }
}

fn head(dir: &dyn Dir, at: &RelPath) -> io::Result<Vec<u8>> {
    let file = dir.open(at)?;
    let mut head = vec![0; HEAD];
    let length = file.read_at(&mut head, 0)?;
    head.truncate(length);
    Ok(head)
}

fn of(head: &[u8], size: u64) -> Content {
    if head.is_empty() {
        return Content::Unknown("empty".to_owned());
    }
    for byte_order in [ByteOrder::Little, ByteOrder::Big] {
        let magic = byte_order.u32_at(head, MAGIC_AT);
        let Some(version) = byte_order.u32_at(head, VERSION_AT) else { continue };
        match magic {
            Some(BTREE_MAGIC) => return Content::Btree { version, byte_order },
            Some(LOG_MAGIC) => return Content::Log { version, byte_order },
            _ => {}
        }
    }
    Content::Unknown(match recognise(head, size) {
        Recognised::Unsupported(kind) => kind.to_string(),
        Recognised::Hash => "a hash database, not a btree".to_owned(),
        Recognised::Btree | Recognised::NotADatabase => "no Berkeley DB file".to_owned(),
    })
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
    fn versions_are_read_in_both_byte_orders() {
        for byte_order in [ByteOrder::Little, ByteOrder::Big] {
            for version in [6, 8, 9, 4_000_000_000] {
                assert_eq!(of(&head(byte_order, BTREE_MAGIC, version), 8192), Content::Btree { version, byte_order });
                assert_eq!(of(&head(byte_order, LOG_MAGIC, version), 28), Content::Log { version, byte_order });
            }
        }
    }

    #[test]
    fn what_is_neither_is_said() {
        let what = |head: &[u8]| of(head, head.len() as u64).to_string();
        assert_eq!(what(b""), "empty");
        assert_eq!(what(b"synthetic stub"), "no Berkeley DB file");
        assert_eq!(what(&[0; 15]), "no Berkeley DB file");
        assert_eq!(what(&head(ByteOrder::Big, bdb::format::HASH_MAGIC, 8)), "a hash database, not a btree");
    }
}
