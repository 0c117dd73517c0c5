//! Page checksums, which version 9 files can carry: a hash over the page with the checksum's own place as zeros.

use crate::format::ByteOrder;

/// Where an ordinary page keeps its checksum.
pub const PAGE_AT: usize = 28;
/// Where a meta page keeps it, as Berkeley DB 5.3 does.
pub const META_AT: usize = 492;
/// How much of a meta page is summed.
pub const META_LENGTH: usize = 512;
const LENGTH: usize = 4;

/// Returns the checksum of bytes whose own checksum is at an offset.
pub fn of(bytes: &[u8], at: usize) -> u32 {
    let (before, rest) = bytes.split_at_checked(at).unwrap_or((bytes, &[]));
    let after = rest.get(LENGTH..).unwrap_or_default();
    let add = |sum: u32, byte: &u8| sum.wrapping_mul(33).wrapping_add(u32::from(*byte));
    let sum = before.iter().fold(0, add);
    after.iter().fold([0; LENGTH].iter().fold(sum, add), add)
}

/// Returns whether the checksum at an offset is that of the bytes.
pub fn holds(bytes: &[u8], at: usize, order: ByteOrder) -> bool {
    order.u32_at(bytes, at) == Some(of(bytes, at))
}
