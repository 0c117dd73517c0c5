//! What the ELF headers of a root's programs say: word size and byte order.

use bdb::format::ByteOrder;
use upgrade_engine::fs::{FileSystem, RootPath};

use super::Bits;

/// Daemons in `lib` (`reference/messaging.md` section 4.3).
const PROGRAMS: [&str; 12] = [
    "imapd",
    "popd",
    "mshttpd",
    "stored",
    "tcp_smtp_server",
    "tcp_lmtp_server",
    "dispatcher",
    "job_controller",
    "imsched",
    "enpd",
    "watcher",
    "AService",
];

/// What the programs show.
pub(super) struct Programs {
    pub(super) bits: Option<Bits>,
    pub(super) byte_order: Option<ByteOrder>,
    /// Some are of 32 and some of 64 bits.
    pub(super) disagree: bool,
    pub(super) evidence: Vec<String>,
}

pub(super) fn look(fs: &dyn FileSystem, root: &RootPath) -> Programs {
    let mut found: Vec<(RootPath, Bits, ByteOrder)> = Vec::new();
    for name in PROGRAMS {
        let Ok(path) = root.resolve(format!("lib/{name}").as_bytes()) else { continue };
        if let Some((bits, order)) = header(fs, &path) {
            found.push((path, bits, order));
        }
    }
    let Some((first, bits, order)) = found.first().cloned() else {
        return Programs { bits: None, byte_order: None, disagree: false, evidence: Vec::new() };
    };
    let other = found.iter().find(|(_, other, _)| *other != bits);
    let mut evidence = vec![format!("{first} is a {bits} program")];
    evidence.extend(other.map(|(path, bits, _)| format!("{path} is a {bits} program")));
    let is_one_order = found.iter().all(|(_, _, other)| *other == order);
    Programs {
        bits: other.is_none().then_some(bits),
        byte_order: is_one_order.then_some(order),
        disagree: other.is_some(),
        evidence,
    }
}

/// Reads the ELF identification: magic number, class, data encoding. Nothing where the file is no program.
fn header(fs: &dyn FileSystem, path: &RootPath) -> Option<(Bits, ByteOrder)> {
    let head = install_root::read_head(fs, path, 6).ok()?;
    let [class, encoding] = head.strip_prefix(b"\x7fELF")? else { return None };
    let bits = match class {
        1 => Bits::Bits32,
        2 => Bits::Bits64,
        _ => return None,
    };
    let order = match encoding {
        1 => ByteOrder::Little,
        2 => ByteOrder::Big,
        _ => return None,
    };
    Some((bits, order))
}
