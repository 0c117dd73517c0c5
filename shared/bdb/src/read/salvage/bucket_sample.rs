//! What the pages of a hash database show of what its meta page should say: how many buckets there are, and whether the library's
//! function put the keys into them.

use super::super::error::{ReadError, unless_damaged};
use super::super::hash_page::{HashItem, HashItems};
use super::super::overflow::Reader;
use crate::format::{PageNo, PageType};
use crate::hash::default_hash;
use crate::io::ReadAt;

/// Most pages that are looked at.
const SAMPLE: u32 = 4096;
/// So many keys beside the first of each page tell a function from chance.
const FEWEST_KEYS: usize = 16;

/// Returns the number of the last bucket, so that the keys of nearly every page belong to one bucket: the greatest of those that are a power of
/// two less one. It may be smaller than it was, which makes buckets longer and puts no key where it is not found.
pub(super) fn likely_last_bucket<R: ReadAt>(
    reader: &mut Reader<'_, R>,
    items: &mut HashItems,
) -> Result<u32, ReadError> {
    let mut votes = [0_u32; 32];
    let mut sampled = 0_u32;
    sample(reader, items, |hashes| {
        sampled += 1;
        for (digits, votes) in votes.iter_mut().enumerate().skip(1) {
            *votes += u32::from(is_one_bucket(hashes, (1 << digits) - 1));
        }
    })?;
    let agreed = |votes: u32| sampled > 0 && u64::from(votes) * 10 >= u64::from(sampled) * 9;
    let digits = (1..32_u32).take_while(|digits| votes.get(*digits as usize).is_some_and(|votes| agreed(*votes)));
    // There are two buckets at least, and never more than pages.
    let digits = digits.last().unwrap_or(1).min(reader.pages.meta.pages.max(2).ilog2());
    Ok((1 << digits) - 1)
}

/// Tells whether the library's function puts the keys of each page into one bucket, in the digits of `mask`.
pub(super) fn fits_default_function<R: ReadAt>(
    reader: &mut Reader<'_, R>,
    items: &mut HashItems,
    mask: u32,
) -> Result<bool, ReadError> {
    let (mut together, mut apart) = (0_usize, 0_usize);
    sample(reader, items, |hashes| {
        let most = most_in_one_bucket(hashes, mask);
        together += most.saturating_sub(1);
        apart += hashes.len().saturating_sub(most);
    })?;
    Ok(together >= FEWEST_KEYS && apart * 20 <= together)
}

/// Hands the hashes of the keys on each of some pages to `visit`.
fn sample<R: ReadAt>(
    reader: &mut Reader<'_, R>,
    items: &mut HashItems,
    mut visit: impl FnMut(&[u32]),
) -> Result<(), ReadError> {
    let pages = reader.pages.meta.pages;
    for number in (1..pages).step_by((pages / SAMPLE).max(1) as usize).map(PageNo) {
        let Some(page) = unless_damaged(reader.pages.peek(number, PageNo(0)))? else { continue };
        let is_bucket = matches!(page.kind(), Some(PageType::HashUnsorted | PageType::Hash));
        if !is_bucket || items.read(&page).is_err() {
            continue;
        }
        let hashes = (0..page.entries()).step_by(2).filter_map(|index| match items.get(index.into()) {
            Some(HashItem::Inline(range)) => Some(default_hash(page.slice(range.clone()))),
            _ => None,
        });
        let hashes: Vec<u32> = hashes.collect();
        if hashes.len() > 1 {
            visit(&hashes);
        }
    }
    Ok(())
}

/// Tells whether the hashes, but for a damaged one or two, are the same in these digits.
fn is_one_bucket(hashes: &[u32], mask: u32) -> bool {
    let most = most_in_one_bucket(hashes, mask);
    most * 10 >= hashes.len() * 9 || most + 1 >= hashes.len() && hashes.len() > 2
}

/// Returns how many of the hashes are the same in these digits. Most keys' bucket has one of any three keys, unless a third of them
/// are damaged.
fn most_in_one_bucket(hashes: &[u32], mask: u32) -> usize {
    let same = |hash: u32| hashes.iter().filter(|other| (*other ^ hash) & mask == 0).count();
    hashes.iter().take(3).map(|hash| same(*hash)).max().unwrap_or_default()
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
