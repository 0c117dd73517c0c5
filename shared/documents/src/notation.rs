//! Keys and values as reports show them: printable ASCII, everything else escaped.
//!
//! The notation is part of the report's contract: `\t`, `\n`, `\r`, `\\`, `\xNN` for a byte (in properties files for a
//! UTF-16 unit below 0x100), `\uXXXX` for any other unit, and `\x20` for a blank at either end.

/// Returns the notation of bytes.
pub fn bytes(text: &[u8]) -> String {
    plain(text).map_or_else(|| units(text.iter().map(|b| u16::from(*b))), str::to_owned)
}

/// Returns a text that is its own notation, as most are; nothing for any other.
pub(crate) fn plain(text: &[u8]) -> Option<&str> {
    let ends = [text.first(), text.last()];
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~') && *byte != b'\\';
    if ends.contains(&Some(&b' ')) || !text.iter().all(is_plain) {
        return None;
    }
    std::str::from_utf8(text).ok()
}

/// Returns the notation of UTF-16 units.
pub fn units(text: impl Iterator<Item = u16>) -> String {
    let text: Vec<u16> = text.collect();
    let is_blank = |unit: &&u16| **unit == u16::from(b' ');
    let leading = text.iter().take_while(is_blank).count();
    let trailing = text.iter().rev().take_while(is_blank).count();
    let mut shown = String::with_capacity(text.len());
    for (index, unit) in text.iter().enumerate() {
        match u8::try_from(*unit) {
            Ok(b' ') if index < leading || index + trailing >= text.len() => shown.push_str("\\x20"),
            Ok(b'\t') => shown.push_str("\\t"),
            Ok(b'\n') => shown.push_str("\\n"),
            Ok(b'\r') => shown.push_str("\\r"),
            Ok(b'\\') => shown.push_str("\\\\"),
            Ok(printable @ b' '..=b'~') => shown.push(char::from(printable)),
            Ok(byte) => shown.push_str(&format!("\\x{byte:02x}")),
            Err(_) => shown.push_str(&format!("\\u{unit:04x}")),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_printable_is_escaped_and_blanks_at_the_ends_are_visible() {
        assert_eq!(bytes(b"  a b\t\r\n\\\"\x7f\xfc "), "\\x20\\x20a b\\t\\r\\n\\\\\"\\x7f\\xfc\\x20");
        assert_eq!(bytes(b"  "), "\\x20\\x20");
        assert_eq!(units([0xe9, 0x2013, 0xd83d].into_iter()), "\\xe9\\u2013\\ud83d");
    }
}
