//! Hash databases: which bucket a key belongs to, and where a bucket is (`reference/berkeley-db.md` sections 2 and 11).

use crate::format::PageNo;

/// What the meta page keeps the hash of, so that a file made with another function is noticed.
const CHARKEY: &[u8] = b"%$sniglet^&\0";

/// The library's default hash function since version 5 of the format: FNV with a start value of 0.
pub fn default_hash(key: &[u8]) -> u32 {
    key.iter().fold(0, |hash: u32, byte| hash.wrapping_mul(16_777_619) ^ u32::from(*byte))
}

/// Returns whether a meta page's `charkey` says that the file was made with the default function.
pub fn is_default(charkey: u32) -> bool {
    charkey == default_hash(CHARKEY)
}

/// Returns the `charkey` of a file that is made with the default function.
pub fn default_charkey() -> u32 {
    default_hash(CHARKEY)
}

/// The masks that take a key's hash to its bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Buckets {
    /// Number of the last bucket.
    pub last: u32,
    /// All ones, as many as the last bucket's number has digits.
    pub high_mask: u32,
    /// One digit less.
    pub low_mask: u32,
}

impl Buckets {
    /// Returns the masks for buckets 0 to `last`.
    pub fn new(last: u32) -> Self {
        let high_mask = u32::MAX.checked_shr(last.max(1).leading_zeros()).unwrap_or(u32::MAX);
        Self { last, high_mask, low_mask: high_mask >> 1 }
    }

    /// Returns the bucket of a hash.
    pub fn of(&self, hash: u32) -> u32 {
        let bucket = hash & self.high_mask;
        if bucket > self.last { hash & self.low_mask } else { bucket }
    }
}

/// Returns the smallest power of two, by its exponent, that is not below a number.
pub fn ceil_log2(number: u32) -> u32 {
    number.checked_sub(1).map_or(0, |below| u32::BITS - below.leading_zeros())
}

/// Returns the first page of a bucket; nothing when the numbers of a damaged meta page lead nowhere.
pub fn bucket_page(version: u32, spares: &[u32; 32], bucket: u32) -> Option<PageNo> {
    let spare = |index: u32| spares.get(usize::try_from(index).ok()?).copied();
    let log = ceil_log2(bucket.checked_add(1)?);
    let page = match (version, bucket) {
        (..=5, 0) => 1,
        (..=5, _) => bucket.checked_add(1)?.checked_add(spare(log.checked_sub(1)?)?)?,
        _ => bucket.checked_add(spare(log)?)?,
    };
    Some(PageNo(page))
}

/// Returns how many buckets a table began with, or more; nothing where the file does not tell.
///
/// Their pages follow one another: 2, unless a number of keys and one of keys per bucket were set.
pub fn first_buckets(version: u32, fill_factor: u32, spares: &[u32; 32]) -> Option<u32> {
    if fill_factor == 0 {
        return Some(2);
    }
    // Version 5 keeps other numbers there.
    let groups = spares.iter().take_while(|spare| Some(*spare) == spares.first()).count();
    let doublings = u32::try_from(groups).ok()?.checked_sub(1).filter(|_| version > 5)?;
    1_u32.checked_shl(doublings)
}

/// Returns whether the first page of a bucket in use was certainly written, in a table that began with `first` buckets.
///
/// Of those most are written only when a key comes, and the last, from version 7 on, at once: it gives the file its length. A bucket that is
/// added later is written at once, and so is the one that is split for it.
pub fn is_written(version: u32, first: Option<u32>, max_bucket: u32, bucket: u32) -> bool {
    let Some(first) = first else { return false };
    let gives_length = version > 6 && bucket.checked_add(1) == Some(first);
    gives_length || bucket >= first || bucket.checked_add(first).is_some_and(|added| added <= max_bucket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_function_gives_the_charkey_of_every_genuine_file() {
        assert_eq!(default_charkey(), 0x5e68_8dd1);
        assert!(is_default(0x5e68_8dd1) && !is_default(0x956e_7de3));
    }

    #[test]
    fn masks_cover_the_buckets() {
        for (last, high, low) in [(0, 1, 0), (1, 1, 0), (2, 3, 1), (3, 3, 1), (4, 7, 3), (1000, 1023, 511)] {
            assert_eq!(Buckets::new(last), Buckets { last, high_mask: high, low_mask: low });
            assert!((0..5000).all(|hash| Buckets::new(last).of(hash) <= last.max(1)));
        }
        assert_eq!(Buckets::new(u32::MAX).high_mask, u32::MAX);
        assert_eq!(Buckets::new(4).of(0b111), 3);
        assert_eq!(Buckets::new(4).of(0b100), 4);
    }

    #[test]
    fn the_two_bucket_formulas() {
        let mut spares = [0; 32];
        spares[..4].copy_from_slice(&[1, 1, 5, 9]);
        let pages = |version: u32| (0..6).map(|b| bucket_page(version, &spares, b).unwrap().0).collect::<Vec<_>>();
        assert_eq!(pages(6), [1, 2, 7, 8, 13, 14]);
        assert_eq!(pages(5), [1, 3, 4, 5, 10, 11]);
        assert_eq!(bucket_page(9, &[u32::MAX; 32], 7), None);
    }

    #[test]
    fn buckets_that_were_added_later_or_split_were_written() {
        let mut spares = [0; 32];
        spares[..4].copy_from_slice(&[1, 1, 1, 9]);
        assert_eq!(first_buckets(9, 40, &spares), Some(4));
        assert_eq!(first_buckets(6, 0, &spares), Some(2));
        assert_eq!((first_buckets(5, 0, &spares), first_buckets(5, 40, &spares)), (Some(2), None));
        let written = |first, max| (0..=max).map(|bucket| is_written(6, first, max, bucket)).collect::<Vec<_>>();
        assert_eq!(written(Some(4), 5), [true, true, false, false, true, true]);
        assert_eq!(written(Some(4), 3), [false; 4]);
        assert_eq!(written(Some(2), 2), [true, false, true]);
        assert_eq!(written(None, 7), [false; 8]);
        assert!(is_written(7, Some(4), 3, 3) && !is_written(7, Some(4), 3, 2));
    }
}
