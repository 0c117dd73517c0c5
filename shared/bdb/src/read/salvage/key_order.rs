//! The order of keys where some of them are damaged.

/// Whether runs of pages can be merged by their keys, or by the data of equal keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyOrder {
    Bytewise,
    Unknown,
}

/// How often neighbours were not in bytewise order.
#[derive(Default)]
pub(super) struct Neighbours {
    count: u64,
    descending: u64,
    last: Vec<u8>,
}

impl Neighbours {
    /// So many may be the work of the damage.
    const FEW: u64 = 2;

    /// Takes what comes next; what is the first of its kind has no neighbour before.
    pub(super) fn add(&mut self, bytes: &[u8], is_first: bool) {
        self.count += 1;
        self.descending += u64::from(!is_first && self.last.as_slice() > bytes);
        self.last.clear();
        self.last.extend_from_slice(bytes);
    }

    /// Tells whether something is the same as what was taken last.
    pub(super) fn is_last(&self, bytes: &[u8]) -> bool {
        self.count > 0 && self.last == bytes
    }

    pub(super) fn order(&self) -> KeyOrder {
        let is_unknown = self.descending > Self::FEW && self.descending.saturating_mul(20) > self.count;
        if is_unknown { KeyOrder::Unknown } else { KeyOrder::Bytewise }
    }
}

/// Returns the places of the fewest keys without which the others are in order, ascending.
pub(super) fn odd_ones<K: AsRef<[u8]>>(keys: &[K]) -> Vec<usize> {
    let key = |at: usize| keys.get(at).map_or(&[][..], AsRef::as_ref);
    if keys.is_sorted_by(|one, other| one.as_ref() <= other.as_ref()) {
        return Vec::new();
    }
    // The longest ascending subsequence: for each length the place where the one with the smallest end ends.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(keys.len());
    for at in 0..keys.len() {
        let length = ends.partition_point(|end| key(*end) <= key(at));
        before.push(length.checked_sub(1).and_then(|length| ends.get(length)).copied());
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut is_odd = vec![true; keys.len()];
    let mut next = ends.last().copied();
    while let Some(at) = next {
        is_odd.get_mut(at).into_iter().for_each(|is_odd| *is_odd = false);
        next = before.get(at).copied().flatten();
    }
    is_odd.iter().enumerate().filter(|(_, is_odd)| **is_odd).map(|(at, _)| at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fewest_keys_are_odd() {
        let odd = |text: &str| odd_ones(&text.split_whitespace().collect::<Vec<_>>());
        assert_eq!(odd(""), [0; 0]);
        assert_eq!(odd("a b b c"), [0; 0]);
        assert_eq!(odd("z a b c"), [0]);
        assert_eq!(odd("a b z c d"), [2]);
        assert_eq!(odd("d e f a g"), [3]);
        assert_eq!(odd("d e f a"), [3]);
        assert_eq!(odd("a z b y c"), [1, 3]);
        assert_eq!(odd("d a b b c").len(), 1);
    }
}
