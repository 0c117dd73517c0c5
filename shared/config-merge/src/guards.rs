//! Files that cannot be meant: what an editor or a full disk made of a configuration file.

use documents::merge::{Merge, Presence, Side};

use crate::error::Error;
use crate::files::Version;

/// A byte order mark in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Returns whether a content begins with a byte order mark. Readers that do not know it, as those of Java properties, take it for
/// a part of the first key.
pub fn has_byte_order_mark(content: &[u8]) -> bool {
    content.starts_with(BYTE_ORDER_MARK)
}

/// Returns the offset of the first NUL byte: a file with one is not text, or a disk lost a part of it.
pub fn first_nul(content: &[u8]) -> Option<usize> {
    memchr::memchr(0, content)
}

/// Refuses a text file that an editor or a full disk made another one.
///
/// # Errors
/// [`Error::Form`] for a NUL byte, [`Error::Files`] for a byte order mark.
pub fn refuse_damaged(version: &Version) -> Result<(), Error> {
    let path = version.source.path.to_string();
    if let Some(at) = first_nul(&version.content) {
        return Err(Error::Form { path, form: "a text file", what: format!("byte {at} is NUL") });
    }
    if has_byte_order_mark(&version.content) {
        let what = "it begins with a byte order mark, which the server reads as a part of the first line; remove its first 3 bytes";
        return Err(Error::Files { path, what: what.to_owned() });
    }
    Ok(())
}

/// Returns whether the site's file has no entry although the new file has some, and the stock file has some or is not known. That is
/// what a full disk leaves; a merge would take every entry for one that the site deleted.
pub fn site_has_no_entry(merge: &Merge) -> bool {
    let any = |side: fn(&documents::merge::Decision) -> &Side, is: fn(&Side) -> bool| {
        merge.decisions.iter().any(|decision| is(side(decision)))
    };
    let is_present = |side: &Side| matches!(side, Presence::Present(_));
    let may_be_present = |side: &Side| matches!(side, Presence::Present(_) | Presence::Unknown);
    // A key that the site commented out in a form which the dialect knows is one that it wrote.
    let is_entry = |side: &Side| matches!(side, Presence::Present(_) | Presence::CommentedOut(_));
    any(|decision| &decision.new, is_present)
        && any(|decision| &decision.base, may_be_present)
        && !any(|decision| &decision.site, is_entry)
}
