//! Byte order marks: what an editor writes before a text, and what is no part of it.

/// Returns what stands before a text, in words; nothing where there is no mark.
#[must_use]
pub fn byte_order_mark(content: &[u8]) -> Option<&'static str> {
    const MARKS: [(&[u8], &str); 3] = [
        (b"\xef\xbb\xbf", "a byte order mark (UTF-8: EF BB BF)"),
        (b"\xff\xfe", "a byte order mark (UTF-16: FF FE)"),
        (b"\xfe\xff", "a byte order mark (UTF-16: FE FF)"),
    ];
    MARKS.iter().find(|(mark, _)| content.starts_with(mark)).map(|(_, words)| *words)
}
