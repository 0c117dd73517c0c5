//! What was seen and used of each entry in the present phase, and by which handles: the rules about two resolutions of one name.

use std::collections::BTreeMap;

use super::gate::{Finding, Rule};
use super::handles::Handle;
use super::trace::Call;

/// What a call does with a handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// Looks at what it holds: its attributes, the target of a link, or the names in a directory that has to be empty.
    Judge,
    ReadContent,
    ReadExtended,
    /// Sets content or attributes.
    Set,
}

/// Returns what a call does with the handle that is its first argument.
pub(super) fn what_for(call: &str) -> Option<Use> {
    Some(match call {
        "fstat" | "newfstatat" | "statx" | "readlinkat" | "getdents" | "getdents64" => Use::Judge,
        "read" | "pread64" | "readv" | "preadv" | "preadv2" => Use::ReadContent,
        "flistxattr" | "fgetxattr" | "listxattr" | "getxattr" => Use::ReadExtended,
        "fsetxattr" | "fremovexattr" | "setxattr" | "removexattr" | "fchmod" | "chmod" | "fchmodat" | "fchmodat2"
        | "fchown" | "chown" | "fchownat" | "utimensat" | "write" | "pwrite64" | "writev" | "pwritev" | "pwritev2"
        | "ftruncate" | "truncate" | "fallocate" => Use::Set,
        _ => return None,
    })
}

/// What is known of a handle.
struct Known {
    path: Vec<u8>,
    /// The handle of the directory in which its name was resolved.
    from: Option<Handle>,
    /// Whether the open made the file, or it was looked at on the handle.
    is_judged: bool,
    /// The call that had looked at the name before, or made it.
    seen: Option<String>,
    /// Whether it is a directory that the program made for itself alone.
    is_own: bool,
    /// Whether each write stands for itself.
    appends: bool,
}

/// A handle, and the first call that used it.
type Users = BTreeMap<Handle, String>;

/// What is known of an entry.
#[derive(Default)]
struct Entry {
    /// The call that looked at it, or made it, by name.
    seen: Option<String>,
    /// Whether it is a directory that was made for its owner alone.
    is_own: bool,
    content: Users,
    extended: Users,
    set: Users,
    /// A look by name after it was used, until it turns out what for.
    looked_at_again: Option<Finding>,
}

/// All entries.
#[derive(Default)]
pub(super) struct Entries {
    entries: BTreeMap<Vec<u8>, Entry>,
    known: BTreeMap<Handle, Known>,
    /// Whether a plan is being carried out.
    in_run: bool,
}

impl Entry {
    /// Returns the first use by another handle than this one.
    fn used_by_another(&self, handle: Option<Handle>, users: &[&Users]) -> Option<String> {
        users
            .iter()
            .flat_map(|users| users.iter())
            .find(|(user, _)| Some(**user) != handle)
            .map(|(_, call)| call.clone())
    }
}

impl Entries {
    /// Notes a look by name.
    pub(super) fn looked_at(&mut self, path: &[u8], from: Option<Handle>, call: &Call) {
        if self.is_private(from) {
            return;
        }
        let entry = self.entries.entry(path.to_vec()).or_default();
        entry.seen = Some(call.shown());
        let used = entry.used_by_another(None, &[&entry.content, &entry.extended, &entry.set]);
        if self.in_run
            && let Some(before) = used
        {
            entry.looked_at_again = Some(Finding::new(Rule::OneHandle, path, call.shown(), Some(before)));
        }
    }

    /// Notes an open. A look just before it belongs to it.
    pub(super) fn opened(&mut self, path: &[u8], from: Option<Handle>, handle: Handle, call: &Call) {
        let is_made = call.has_anywhere("O_CREAT") && call.has_anywhere("O_EXCL");
        if is_made {
            self.forget(path);
        }
        let is_private = self.is_private(from);
        let entry = self.entries.entry(path.to_vec()).or_default();
        entry.looked_at_again = None;
        let known = Known {
            path: path.to_vec(),
            from,
            is_judged: is_made || is_private,
            seen: entry.seen.clone(),
            is_own: std::mem::take(&mut entry.is_own),
            appends: call.has_anywhere("O_APPEND"),
        };
        self.known.insert(handle, known);
    }

    /// Notes an entry that was made by name.
    pub(super) fn made(&mut self, path: &[u8], call: &Call) {
        self.forget(path);
        let entry = self.entries.entry(path.to_vec()).or_default();
        entry.seen = Some(call.shown());
        entry.is_own = call.name == "mkdirat" && call.argument(2) == "0700";
    }

    /// Notes that a name is gone or leads to another entry by now.
    pub(super) fn forget(&mut self, path: &[u8]) {
        self.entries
            .retain(|known, _| !known.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/")));
    }

    /// Notes that a handle was used; `path` is where it is by now. Returns what is wrong with that.
    pub(super) fn used(&mut self, path: Option<&[u8]>, handle: Handle, call: &Call, what_for: Use) -> Option<Finding> {
        let is_private = self.is_private(self.known.get(&handle)?.from);
        let known = self.known.get_mut(&handle)?;
        let path = path.map_or_else(|| known.path.clone(), <[u8]>::to_vec);
        if what_for == Use::Judge {
            known.is_judged = true;
            return None;
        }
        if opens_to_others(call) {
            known.is_own = false;
        }
        if is_private || known.appends {
            return None;
        }
        let seen = known.seen.take().filter(|_| !known.is_judged);
        let unjudged = seen.map(|seen| Finding::new(Rule::JudgedHandle, &path, call.shown(), Some(seen)));
        let entry = self.entries.entry(path.clone()).or_default();
        let before = match what_for {
            _ if self.in_run => entry.used_by_another(Some(handle), &[&entry.content, &entry.extended, &entry.set]),
            Use::Set => entry.used_by_another(Some(handle), &[&entry.set]),
            _ => None,
        };
        let users = match what_for {
            Use::ReadContent => &mut entry.content,
            Use::ReadExtended => &mut entry.extended,
            Use::Judge | Use::Set => &mut entry.set,
        };
        // A handle is reported once.
        let is_new = users.insert(handle, call.shown()).is_none();
        let twice = before.filter(|_| is_new);
        let twice = twice.map(|before| Finding::new(Rule::OneHandle, &path, call.shown(), Some(before)));
        unjudged.or(twice)
    }

    /// Returns what only shows when a phase is over, and forgets what belongs to it.
    pub(super) fn end_of_phase(&mut self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (path, entry) in std::mem::take(&mut self.entries) {
            findings.extend(entry.looked_at_again);
            let apart = entry.extended.iter().find(|(handle, _)| !entry.content.contains_key(handle));
            if let (Some((_, call)), Some((_, content)), false) = (apart, entry.content.first_key_value(), self.in_run)
            {
                findings.push(Finding::new(Rule::OneHandle, &path, call.clone(), Some(content.clone())));
            }
        }
        findings
    }

    /// Notes that a plan is carried out from here on.
    pub(super) fn run_goes_on(&mut self) {
        self.in_run = true;
    }

    /// Notes that the plan was carried out.
    pub(super) fn run_ends(&mut self) {
        self.in_run = false;
    }

    /// Returns true for a directory that nobody else can enter: the program made it, or one above it, and holds it since.
    fn is_private(&self, dir: Option<Handle>) -> bool {
        let mut dir = dir;
        while let Some(known) = dir.and_then(|dir| self.known.get(&dir)) {
            if known.is_own {
                return true;
            }
            dir = known.from;
        }
        false
    }
}

/// Returns true for a call that gives its handle away, or lets others in.
fn opens_to_others(call: &Call) -> bool {
    match call.name.as_str() {
        "fchown" | "fchownat" | "fsetxattr" => true,
        "fchmod" => call.argument(1) != "0700",
        _ => false,
    }
}
