//! Which arguments of a call name an entry, how the name is resolved, and what becomes of the entry.

use super::trace::{Call, Fd};

/// What a call does with what it finds by a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Looks at it.
    Look,
    /// Opens it; a file that was not there is made with `O_CREAT|O_EXCL`.
    Open,
    /// Sets an attribute, or its length.
    Set,
    /// Makes an entry that cannot be made open: a directory, a link, a pipe.
    Make,
    /// Removes the name.
    Remove,
    /// Gives the entry another name in place of this one, or this one in place of another.
    Rename,
    /// Gives the entry one more name.
    Link,
    /// Makes it the current directory, or runs it.
    Enter,
}

/// A name that a call resolves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lookup {
    /// Where the resolution begins; nothing for the current directory of a call that takes no handle.
    pub(super) from: Option<Fd>,
    /// The path; empty for the handle itself.
    pub(super) path: Vec<u8>,
    /// Whether a link in the last place is followed.
    pub(super) follows: bool,
    /// What for.
    pub(super) purpose: Purpose,
}

/// When a link in the last place of the path is followed.
#[derive(Clone, Copy)]
enum Follows {
    Never,
    Always,
    /// Without this flag, in this argument.
    Unless(usize, &'static str),
    /// With this flag.
    If(usize, &'static str),
    /// Unless `O_NOFOLLOW`, or `O_CREAT` and `O_EXCL`, are in this argument.
    Opening(usize),
}

use Follows::{Always, If, Never, Opening, Unless};
use Purpose::{Enter, Link, Look, Make, Open, Remove, Rename, Set};

const NOFOLLOW: &str = "AT_SYMLINK_NOFOLLOW";

/// Call, argument that holds the handle to begin at, argument that holds the path.
const TABLE: &[(&str, Option<usize>, usize, Follows, Purpose)] = &[
    ("access", None, 0, Always, Look),
    ("chdir", None, 0, Always, Enter),
    ("chmod", None, 0, Always, Set),
    ("chown", None, 0, Always, Set),
    ("chroot", None, 0, Always, Enter),
    ("creat", None, 0, Always, Open),
    ("execve", None, 0, Always, Enter),
    ("execveat", Some(0), 1, Unless(4, NOFOLLOW), Enter),
    ("faccessat", Some(0), 1, Always, Look),
    ("faccessat2", Some(0), 1, Unless(3, NOFOLLOW), Look),
    ("fchmodat", Some(0), 1, Always, Set),
    ("fchmodat2", Some(0), 1, Unless(3, NOFOLLOW), Set),
    ("fchownat", Some(0), 1, Unless(4, NOFOLLOW), Set),
    ("futimesat", Some(0), 1, Always, Set),
    ("getxattr", None, 0, Always, Look),
    ("inotify_add_watch", None, 1, Always, Look),
    ("lchown", None, 0, Never, Set),
    ("lgetxattr", None, 0, Never, Look),
    ("link", None, 0, Never, Link),
    ("link", None, 1, Never, Make),
    ("linkat", Some(0), 1, If(4, "AT_SYMLINK_FOLLOW"), Link),
    ("linkat", Some(2), 3, Never, Make),
    ("listxattr", None, 0, Always, Look),
    ("llistxattr", None, 0, Never, Look),
    ("lremovexattr", None, 0, Never, Set),
    ("lsetxattr", None, 0, Never, Set),
    ("lstat", None, 0, Never, Look),
    ("mkdir", None, 0, Never, Make),
    ("mkdirat", Some(0), 1, Never, Make),
    ("mknod", None, 0, Never, Make),
    ("mknodat", Some(0), 1, Never, Make),
    ("name_to_handle_at", Some(0), 1, If(4, "AT_SYMLINK_FOLLOW"), Look),
    ("newfstatat", Some(0), 1, Unless(3, NOFOLLOW), Look),
    ("open", None, 0, Opening(1), Open),
    ("openat", Some(0), 1, Opening(2), Open),
    ("openat2", Some(0), 1, Opening(2), Open),
    ("readlink", None, 0, Never, Look),
    ("readlinkat", Some(0), 1, Never, Look),
    ("removexattr", None, 0, Always, Set),
    ("rename", None, 0, Never, Rename),
    ("rename", None, 1, Never, Rename),
    ("renameat", Some(0), 1, Never, Rename),
    ("renameat", Some(2), 3, Never, Rename),
    ("renameat2", Some(0), 1, Never, Rename),
    ("renameat2", Some(2), 3, Never, Rename),
    ("rmdir", None, 0, Never, Remove),
    ("setxattr", None, 0, Always, Set),
    ("stat", None, 0, Always, Look),
    ("statfs", None, 0, Always, Look),
    ("statx", Some(0), 1, Unless(2, NOFOLLOW), Look),
    ("symlink", None, 1, Never, Make),
    ("symlinkat", Some(1), 2, Never, Make),
    ("truncate", None, 0, Always, Set),
    ("unlink", None, 0, Never, Remove),
    ("unlinkat", Some(0), 1, Never, Remove),
    ("utime", None, 0, Always, Set),
    ("utimensat", Some(0), 1, Unless(3, NOFOLLOW), Set),
    ("utimes", None, 0, Always, Set),
];

/// Calls of strace's class `%file` that resolve no name.
const NAMELESS: &[&str] = &["getcwd", "fchdir"];

/// Returns the names that a call resolves, in order; nothing for a call that is not in the table.
pub(super) fn of(call: &Call) -> Option<Vec<Lookup>> {
    if NAMELESS.contains(&call.name.as_str()) {
        return Some(Vec::new());
    }
    let mut rows = TABLE.iter().filter(|(name, ..)| *name == call.name).peekable();
    rows.peek()?;
    let lookup = |(_, from, path, follows, purpose): &(&str, Option<usize>, usize, Follows, Purpose)| Lookup {
        from: from.and_then(|index| call.handle(index)),
        path: call.text(*path).unwrap_or_default(),
        follows: match *follows {
            Never => false,
            Always => true,
            Unless(index, flag) => !call.has(index, flag),
            If(index, flag) => call.has(index, flag),
            Opening(index) => {
                !(call.has(index, "O_NOFOLLOW") || call.has(index, "O_CREAT") && call.has(index, "O_EXCL"))
            }
        },
        purpose: *purpose,
    };
    Some(rows.map(lookup).collect())
}

impl Lookup {
    /// Returns the handle that the call acts on, where it resolves no name: an empty path, `.`, or `/proc/self/fd/N`.
    pub(super) fn on_handle(&self) -> Option<u32> {
        if let Some(number) = self.path.strip_prefix(b"/proc/self/fd/") {
            return std::str::from_utf8(number).ok()?.parse().ok();
        }
        if self.path.is_empty() || self.path == b"." { self.from.as_ref()?.number } else { None }
    }
}
