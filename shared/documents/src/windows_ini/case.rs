//! The case of A-Z, eight bytes at once: names are short, and every one of a file is looked at several times.

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const HIGH: u64 = 0x80 * ONES;

#[cfg(test)]
thread_local! {
    /// How often a name was looked at: a test counts what a change costs.
    pub(super) static LOOKS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Returns whether a text holds one of A-Z.
pub(super) fn has_upper(text: &[u8]) -> bool {
    #[cfg(test)]
    LOOKS.set(LOOKS.get() + 1);
    let (words, rest) = text.as_chunks::<8>();
    let found = words.iter().fold(0, |found, word| found | upper(u64::from_ne_bytes(*word)));
    match text.last_chunk::<8>() {
        // The last word overlaps the one before it.
        Some(last) => found | upper(u64::from_ne_bytes(*last)) != 0,
        None => rest.iter().any(u8::is_ascii_uppercase),
    }
}

/// Returns whether a text is `lower` after A-Z are in lower case.
pub(super) fn is_lowered(lower: &[u8], text: &[u8]) -> bool {
    #[cfg(test)]
    LOOKS.set(LOOKS.get() + 1);
    if lower.len() != text.len() {
        return false;
    }
    let is_lowered = |(lower, text): (&[u8; 8], &[u8; 8])| {
        let text = u64::from_ne_bytes(*text);
        u64::from_ne_bytes(*lower) == text | upper(text)
    };
    let ((words, rest), (text_words, text_rest)) = (lower.as_chunks::<8>(), text.as_chunks::<8>());
    let ends = match (lower.last_chunk::<8>(), text.last_chunk::<8>()) {
        (Some(lower), Some(text)) => is_lowered((lower, text)),
        _ => rest.iter().zip(text_rest).all(|(lower, byte)| *lower == byte.to_ascii_lowercase()),
    };
    ends && words.iter().zip(text_words).all(is_lowered)
}

/// Returns 0x20 in each byte that is one of A-Z, and 0 in all others: what makes a small letter of a capital one.
fn upper(word: u64) -> u64 {
    let low = word & !HIGH;
    // No sum exceeds a byte.
    let from_a = low + (0x80 - u64::from(b'A')) * ONES;
    let past_z = low + (0x7f - u64::from(b'Z')) * ONES;
    (from_a & !past_z & !word & HIGH) >> 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_at_every_place_has_the_case_that_the_standard_library_gives_it() {
        for length in 1..20 {
            for place in 0..length {
                for byte in 0..=u8::MAX {
                    for around in [b'a', 0x00, 0xff] {
                        let mut text = vec![around; length];
                        text[place] = byte;
                        let lower = text.to_ascii_lowercase();
                        let case = text.escape_ascii().to_string();
                        assert_eq!(has_upper(&text), lower != text, "{case}");
                        assert!(is_lowered(&lower, &text), "{case}");
                        let mut other = lower;
                        other[place] ^= 0x20;
                        assert!(!is_lowered(&other, &text), "{case}");
                        other.pop();
                        assert!(!is_lowered(&other, &text), "{case}, shorter");
                    }
                }
            }
        }
        assert!(!has_upper(b"") && is_lowered(b"", b""));
    }
}
