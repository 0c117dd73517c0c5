//! Java's strings as bytes: WTF-8, which is UTF-8 that can also hold half of a surrogate pair.
//!
//! A Java string is a sequence of UTF-16 units, and a properties file can hold any such sequence. Text that is sound has
//! the bytes of its UTF-8, so that a value from a command line compares as it is; every other sequence has its own bytes.

/// Returns the bytes of UTF-16 units.
pub fn encode(units: &[u16]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(units.len());
    for character in char::decode_utf16(units.iter().copied()) {
        match character {
            Ok(character) => bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            Err(half) => {
                let [high, low] = half.unpaired_surrogate().to_be_bytes();
                bytes.extend([0xe0 | (high >> 4), 0x80 | ((high & 15) << 2) | (low >> 6), 0x80 | (low & 63)]);
            }
        }
    }
    bytes
}

/// Returns the UTF-16 units of bytes; nothing when no sequence of units has these bytes.
pub fn decode(bytes: &[u8]) -> Option<Vec<u16>> {
    if bytes.is_ascii() {
        return Some(bytes.iter().map(|byte| u16::from(*byte)).collect());
    }
    let mut units = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while !rest.is_empty() {
        let sound = match std::str::from_utf8(rest) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(rest.get(..error.valid_up_to())?).ok()?,
        };
        units.extend(sound.encode_utf16());
        rest = rest.get(sound.len()..)?;
        if let [first, second, third, after @ ..] = rest {
            let half = (u16::from(first & 15) << 12) | (u16::from(second & 63) << 6) | u16::from(third & 63);
            let is_half = (0xd800..0xe000).contains(&half);
            if *first != 0xed || second & 0xc0 != 0x80 || third & 0xc0 != 0x80 || !is_half {
                return None;
            }
            units.push(half);
            rest = after;
        } else if !rest.is_empty() {
            return None;
        }
    }
    // Two halves that make a pair are spelled as the one character that they are.
    (encode(&units) == bytes).then_some(units)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_text_has_the_bytes_of_its_utf_8() {
        for text in ["", "uid", "Gr\u{fc}\u{df}e \u{2013}", "\u{1f600}"] {
            let units: Vec<u16> = text.encode_utf16().collect();
            assert_eq!(encode(&units), text.as_bytes());
            assert_eq!(decode(text.as_bytes()), Some(units));
        }
    }

    #[test]
    fn half_a_pair_comes_back() {
        for units in [&[0xd83d][..], &[0xde00, 0xd83d], &[0x61, 0xd83d, 0x62, 0xdfff]] {
            assert_eq!(decode(&encode(units)).as_deref(), Some(units));
        }
    }

    #[test]
    fn bytes_that_no_string_has_are_refused() {
        for bytes in [&b"\xff"[..], b"a\xe9", b"\xed\xa0", b"\xed\xa0\xbd\xed\xb8\x80", b"\xc0\x80", b"\xed\xa0z"] {
            assert_eq!(decode(bytes), None, "{}", bytes.escape_ascii());
        }
    }
}
