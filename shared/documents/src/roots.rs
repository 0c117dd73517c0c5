//! The root move: paths below an old root, rewritten to the new one.
//!
//! This is the only place that knows where a path begins and ends. A root counts only at path boundaries: the byte before it
//! is not a letter, a digit or one of `_ . ~ - /`, the byte after it is not a letter, a digit or one of `_ . ~ -`. So
//! `/opt/SUNWmsgsr` is not in `/var/opt/SUNWmsgsr`, nor in `/opt/SUNWmsgsr2` or `/opt/SUNWmsgsr-old`.

use std::borrow::Cow;
use std::ops::Range;

use crate::substitution::Substitutions;
use crate::{Document, Entry, SpanEdit};

/// An old root and what becomes of it, both without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootMove {
    /// Where the old release lived, such as `/opt/SUNWiim`.
    pub from: Vec<u8>,
    /// Where the new one lives.
    pub to: Vec<u8>,
}

/// Returns the text with every old root replaced, the longest one that fits first; the text itself where none occurs.
///
/// A path that is below its new root already stays: otherwise a new root that lies below the old one would grow with every
/// run.
pub fn rewrite<'t>(text: &'t [u8], moves: &[RootMove]) -> Cow<'t, [u8]> {
    moves.rewrite(text)
}

/// Returns the edits that replace every old root in a text as [`rewrite`] does: nothing else of it is in them.
pub fn edits(text: &[u8], moves: &[RootMove]) -> Vec<SpanEdit> {
    moves.edits(text)
}

impl Substitutions for [RootMove] {
    fn places<'t>(&'t self, text: &'t [u8]) -> impl Iterator<Item = (Range<usize>, &'t [u8])> {
        occurrences(text, self).map(|(at, step)| (at..at + step.from.len(), step.to.as_slice()))
    }

    fn is_nothing(&self) -> bool {
        self.is_empty()
    }

    fn place_in_key<D: Document>(document: &D, entry: &Entry) -> Option<Range<usize>> {
        document.paths_in_key(entry)
    }
}

/// Returns where old roots stand that are to be replaced, in the order of the text.
fn occurrences<'t>(text: &'t [u8], moves: &'t [RootMove]) -> impl Iterator<Item = (usize, &'t RootMove)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < text.len() {
            let fitting =
                moves.iter().filter(|step| stands_at(text, at, &step.from)).max_by_key(|step| step.from.len());
            let Some(step) = fitting else {
                at += 1;
                continue;
            };
            if step.to.len() > step.from.len() && stands_at(text, at, &step.to) {
                at += step.to.len();
                continue;
            }
            let found = at;
            at += step.from.len();
            return Some((found, step));
        }
        None
    })
}

/// Returns whether a root occurs in a text as a whole path, or as the beginning of one.
pub fn occurs(text: &[u8], root: &[u8]) -> bool {
    (0..text.len()).any(|at| stands_at(text, at, root))
}

fn stands_at(text: &[u8], at: usize, root: &[u8]) -> bool {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'~' | b'-');
    let rest = text.get(at..).and_then(|rest| rest.strip_prefix(root));
    let before = at.checked_sub(1).and_then(|at| text.get(at));
    !root.is_empty()
        && rest.is_some_and(|rest| !rest.first().is_some_and(is_name))
        && !before.is_some_and(|byte| is_name(byte) || *byte == b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(text: &str) -> String {
        let step = |from: &str, to: &str| RootMove { from: from.into(), to: to.into() };
        let moves = [
            step("/opt/SUNWmsgsr", "/opt/sun/comms/messaging"),
            step("/opt/SUNWmsgsr/lib", "/lib"),
            step("/usr", "/usr/new"),
        ];
        String::from_utf8(rewrite(text.as_bytes(), &moves).into_owned()).unwrap()
    }

    #[test]
    fn a_root_moves_only_where_it_is_a_whole_path() {
        for (text, expected) in [
            ("/opt/SUNWmsgsr", "/opt/sun/comms/messaging"),
            ("/opt/SUNWmsgsr/bin:/opt/SUNWmsgsr/x", "/opt/sun/comms/messaging/bin:/opt/sun/comms/messaging/x"),
            ("a=\"/opt/SUNWmsgsr\",/opt/SUNWmsgsr", "a=\"/opt/sun/comms/messaging\",/opt/sun/comms/messaging"),
            ("/opt/SUNWmsgsr/lib/y", "/lib/y"),
            ("/opt/SUNWmsgsr/libexec", "/opt/sun/comms/messaging/libexec"),
            ("/usr/bin /usr/new/bin", "/usr/new/bin /usr/new/bin"),
        ] {
            assert_eq!(moved(text), expected);
        }
        for text in [
            "/var/opt/SUNWmsgsr",
            "/opt/SUNWmsgsr2",
            "/opt/SUNWmsgsr-old",
            "/export/opt/SUNWmsgsr",
            "//opt/SUNWmsgsr",
            "~/opt/SUNWmsgsr",
            "/opt/SUNWmsgsr.d",
        ] {
            assert_eq!(moved(text), text);
        }
    }

    #[test]
    fn a_root_occurs_from_its_beginning_to_the_end_of_a_name() {
        for text in ["/opt/SUNWcomm", "/opt/SUNWcomm/log/da.log", "a=/opt/SUNWcomm:b", "/opt/SUNWcomm2 /opt/SUNWcomm"] {
            assert!(occurs(text.as_bytes(), b"/opt/SUNWcomm"), "{text}");
        }
        for text in ["/var/opt/SUNWcomm", "/opt/SUNWcomm2/log", "/opt/SUNWcomm-old", "", "/opt"] {
            assert!(!occurs(text.as_bytes(), b"/opt/SUNWcomm"), "{text}");
        }
    }
}
