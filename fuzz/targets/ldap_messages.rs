//! Whatever bytes a server sends, in whatever pieces: a message that passes whole is well-formed and within the limits, and one that is passes
//! unchanged. The first byte of the input is the length of the pieces.

use commdssetup::ldap::{MessageFilter, MessageLimits};

/// Small ones, so that a short input reaches each of them.
pub(crate) const SMALL: MessageLimits = MessageLimits { bytes: 300, depth: 6, elements: 24, in_answer: u32::MAX };

pub(crate) fn run(data: &[u8]) {
    let Some((piece, bytes)) = data.split_first() else { return };
    for limits in [SMALL, MessageLimits::default()] {
        let passed = passed(limits, bytes, usize::from(*piece).max(1));
        assert_eq!(passed, self::passed(limits, bytes, usize::MAX), "the pieces make a difference");
        let mut begin = 0;
        while let Some(end) = end_of_message(&bytes[begin..]).map(|length| begin + length) {
            let message = bytes.get(begin..end);
            let is_good = message.is_some_and(|message| is_good(message, limits));
            assert!(end > passed || is_good, "a message at {begin} passed that breaks a rule");
            assert!(end <= passed || !is_good, "a good message at {begin} did not pass");
            if end > passed {
                break;
            }
            begin = end;
        }
        let claimed = end_of_message(&bytes[begin..passed]).unwrap_or_default();
        assert!(claimed as u64 <= limits.bytes, "a header at {begin} passed that claims {claimed} bytes");
    }
}

/// Returns how many of these bytes pass when they come in pieces of this length.
pub(crate) fn passed(limits: MessageLimits, bytes: &[u8], piece: usize) -> usize {
    let mut filter = MessageFilter::new(limits);
    let mut passed = 0;
    for piece in bytes.chunks(piece) {
        match filter.take(piece) {
            Ok(()) => passed += piece.len(),
            Err(refusal) => {
                let again = filter.take(b"\x30\x00").unwrap_err();
                assert_eq!((again.passed, again.violation), (0, refusal.violation), "it goes on after a refusal");
                return passed + refusal.passed;
            }
        }
    }
    passed
}

/// Reads a header: its length, and that of the content.
fn header(bytes: &[u8]) -> Option<(usize, usize)> {
    match usize::from(*bytes.get(1)?) {
        short @ 0..0x80 => Some((2, short)),
        long => {
            let octets = bytes.get(2..2 + (long & 0x7f))?;
            let length =
                octets.iter().try_fold(0_usize, |length, octet| Some(length.checked_mul(256)? + usize::from(*octet)));
            Some((2 + octets.len(), length.unwrap_or(usize::MAX / 2)))
        }
    }
}

/// Returns where the first message ends, also when it is not all there.
fn end_of_message(bytes: &[u8]) -> Option<usize> {
    let (header, length) = header(bytes)?;
    Some(header.saturating_add(length))
}

fn is_good(message: &[u8], limits: MessageLimits) -> bool {
    let mut elements = 0;
    message.len() as u64 <= limits.bytes
        && message[0] == 0x30
        && is_good_element(message, limits.depth, &mut elements)
        && elements <= limits.elements
}

/// Checks that these bytes are one element, and those within it.
fn is_good_element(bytes: &[u8], depth: usize, elements: &mut u32) -> bool {
    *elements += 1;
    let Some((length_of_header, length)) = header(bytes) else { return false };
    let is_allowed = bytes[0] & 0x1f != 0x1f && bytes[1] != 0x80 && bytes[1] <= 0x84;
    if depth == 0 || !is_allowed || length_of_header.saturating_add(length) != bytes.len() {
        return false;
    }
    if bytes[0] & 0x20 == 0 {
        return true;
    }
    let mut rest = &bytes[length_of_header..];
    while !rest.is_empty() {
        let Some(inner) = end_of_message(rest).and_then(|end| rest.split_at_checked(end)) else { return false };
        if !is_good_element(inner.0, depth - 1, elements) {
            return false;
        }
        rest = inner.1;
    }
    true
}
