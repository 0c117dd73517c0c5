//! How keys and values are written: ASCII only, with Java's escapes.

/// What a value follows, which decides what it may begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// A separator with its `=` or `:`.
    Mark,
    /// Blanks only: an `=` or `:` would be taken for the separator.
    Blanks,
}

/// Spells a key.
pub(super) fn key(units: &[u16]) -> Vec<u8> {
    let mut spelled = Vec::with_capacity(units.len());
    for (index, unit) in units.iter().enumerate() {
        let special = matches!(u8::try_from(*unit), Ok(b'=' | b':' | b' '));
        let comment = index == 0 && matches!(u8::try_from(*unit), Ok(b'#' | b'!'));
        if special || comment {
            spelled.push(b'\\');
        }
        spell_unit(*unit, &mut spelled);
    }
    spelled
}

/// Spells a value. Blanks at its end stay as they are: Java counts them.
pub(super) fn value(units: &[u16], after: After) -> Vec<u8> {
    let mut spelled = Vec::with_capacity(units.len());
    for (index, unit) in units.iter().enumerate() {
        let special = match u8::try_from(*unit) {
            Ok(b' ') => true,
            Ok(b'=' | b':') => after == After::Blanks,
            _ => false,
        };
        if index == 0 && special {
            spelled.push(b'\\');
        }
        spell_unit(*unit, &mut spelled);
    }
    spelled
}

fn spell_unit(unit: u16, spelled: &mut Vec<u8>) {
    match u8::try_from(unit) {
        Ok(b'\\') => spelled.extend_from_slice(b"\\\\"),
        Ok(b'\t') => spelled.extend_from_slice(b"\\t"),
        Ok(b'\n') => spelled.extend_from_slice(b"\\n"),
        Ok(b'\r') => spelled.extend_from_slice(b"\\r"),
        Ok(b'\x0c') => spelled.extend_from_slice(b"\\f"),
        Ok(printable @ b' '..=b'~') => spelled.push(printable),
        _ => spelled.extend_from_slice(format!("\\u{unit:04x}").as_bytes()),
    }
}
