//! How many buckets a hash database has whose meta page does not say: what its pages show.

use super::super::error::ReadError;
use super::super::hash_page::{HashItem, HashItems};
use super::super::overflow::Reader;
use crate::format::{PageNo, PageType};
use crate::hash::default_hash;
use crate::io::ReadAt;

/// Most pages that are looked at.
const SAMPLE: u32 = 4096;

/// Returns the number of the last bucket, so that the keys of nearly every page belong to one bucket: the greatest of those that are a power of
/// two less one. It may be smaller than it was, which makes buckets longer and puts no key where it is not found.
pub(super) fn likely_last_bucket<R: ReadAt>(
    reader: &mut Reader<'_, R>,
    items: &mut HashItems,
) -> Result<u32, ReadError> {
    let pages = reader.pages.meta.pages;
    let mut votes = [0_u32; 32];
    let mut sampled = 0_u32;
    for number in (1..pages).step_by((pages / SAMPLE).max(1) as usize).map(PageNo) {
        let page = match reader.pages.peek(number, PageNo(0)) {
            Err(error @ (ReadError::Io { .. } | ReadError::Ended { .. })) => return Err(error),
            Err(_) => continue,
            Ok(page) => page,
        };
        let is_bucket = matches!(page.kind(), Some(PageType::HashUnsorted | PageType::Hash));
        if !is_bucket || items.read(&page).is_err() {
            continue;
        }
        let hashes = (0..page.entries()).step_by(2).filter_map(|index| match items.get(index.into()) {
            Some(HashItem::Inline(range)) => Some(default_hash(page.slice(range.clone()))),
            _ => None,
        });
        let hashes: Vec<u32> = hashes.collect();
        if hashes.len() < 2 {
            continue;
        }
        sampled += 1;
        for (digits, votes) in votes.iter_mut().enumerate().skip(1) {
            *votes += u32::from(is_one_bucket(&hashes, (1 << digits) - 1));
        }
    }
    let agreed = |votes: u32| sampled > 0 && u64::from(votes) * 10 >= u64::from(sampled) * 9;
    let digits = (1..32_u32).take_while(|digits| votes.get(*digits as usize).is_some_and(|votes| agreed(*votes)));
    // There are two buckets at least, and never more than pages.
    let digits = digits.last().unwrap_or(1).min(pages.max(2).ilog2());
    Ok((1 << digits) - 1)
}

/// Tells whether the hashes, but for a damaged one or two, are the same in these digits.
fn is_one_bucket(hashes: &[u32], mask: u32) -> bool {
    let same = |hash: u32| hashes.iter().filter(|other| (*other ^ hash) & mask == 0).count();
    // The bucket of most of them has one of any three keys, unless a third of them are damaged.
    let most = hashes.iter().take(3).map(|hash| same(*hash)).max().unwrap_or_default();
    most * 10 >= hashes.len() * 9 || most + 1 >= hashes.len() && hashes.len() > 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_damaged_key_does_not_make_another_bucket() {
        assert!(is_one_bucket(&[0b1101, 0b0101, 0b1001], 0b11));
        assert!(is_one_bucket(&[0b1101, 0b0110, 0b1001, 0b0001], 0b11));
        assert!(!is_one_bucket(&[0b1101, 0b0110, 0b1010, 0b0001], 0b11));
        assert!(!is_one_bucket(&[0b01, 0b10], 0b11));
    }
}
