//! The root move: paths below an old root, rewritten to the new one.

use crate::Bytes;

/// An old root and what becomes of it, both without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootMove {
    /// Where the old release lived, such as `/opt/SUNWiim`.
    pub from: Vec<u8>,
    /// Where the new one lives.
    pub to: Vec<u8>,
}

/// Returns the text with every old root replaced, the longest one that fits first.
///
/// A root counts only where a path begins and where its last name ends: `/opt/SUNWmsgsr` is not in `/var/opt/SUNWmsgsr`,
/// nor in `/opt/SUNWmsgsr2`. A path that is below its new root already stays.
pub(super) fn rewrite(text: &[u8], moves: &[RootMove]) -> Bytes {
    let mut result = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let fitting = moves.iter().filter(|m| stands_at(text, at, &m.from)).max_by_key(|m| m.from.len());
        match fitting {
            // Otherwise a root that lies below the old one would grow with every merge.
            Some(step) if step.to.len() > step.from.len() && stands_at(text, at, &step.to) => {
                result.extend_from_slice(&step.to);
                at += step.to.len();
            }
            Some(step) => {
                result.extend_from_slice(&step.to);
                at += step.from.len();
            }
            None => {
                result.push(*byte);
                at += 1;
            }
        }
    }
    result.into()
}

fn stands_at(text: &[u8], at: usize, root: &[u8]) -> bool {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'~' | b'-');
    let before = at.checked_sub(1).and_then(|at| text.get(at));
    let rest = text.get(at..).and_then(|rest| rest.strip_prefix(root));
    !root.is_empty()
        && !before.is_some_and(|byte| is_name(byte) || *byte == b'/')
        && rest.is_some_and(|rest| !rest.first().is_some_and(is_name))
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
        String::from_utf8(rewrite(text.as_bytes(), &moves).into()).unwrap()
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
}
