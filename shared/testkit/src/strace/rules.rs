//! Judges the calls of a trace by the rules of the [`super::gate`].

use std::collections::BTreeSet;

use super::entries::{Entries, Use, what_for};
use super::gate::{Finding, Rule};
use super::handles::Handles;
use super::lookups::{self, Lookup, Purpose};
use super::trace::{Call, Event, Fd};

/// Judges calls one after another.
pub(super) struct Judge<'a> {
    top: &'a [u8],
    handles: Handles,
    entries: Entries,
    /// How many names were resolved that are judged.
    pub(super) names: usize,
    pub(super) findings: BTreeSet<Finding>,
}

/// How the path of a run's journal ends.
const JOURNAL: &[u8] = b"/journal";

fn is_journal(fd: &Fd) -> bool {
    fd.path.ends_with(JOURNAL)
}

/// A path that goes on from a handle is one of several names.
const THROUGH_HANDLE: &[u8] = b"/proc/self/fd/";

impl<'a> Judge<'a> {
    /// Judges what lies below the directories of `top`.
    pub(super) fn new(top: &'a [u8], cwd: &[u8]) -> Self {
        Self { top, handles: Handles::new(cwd), entries: Entries::default(), names: 0, findings: BTreeSet::new() }
    }

    /// Takes in what happened next.
    pub(super) fn see(&mut self, event: &Event) {
        let Some(call) = self.handles.follow(event) else { return };
        match lookups::of(call) {
            Some(lookups) => lookups.iter().for_each(|lookup| self.see_lookup(call, lookup)),
            None => self.see_unknown(call),
        }
        if call.succeeded() {
            self.see_handles(call);
        }
    }

    /// Returns everything that was found.
    pub(super) fn end(mut self) -> (BTreeSet<Finding>, usize) {
        self.findings.extend(self.entries.end_of_phase());
        (self.findings, self.names)
    }

    fn see_lookup(&mut self, call: &Call, lookup: &Lookup) {
        if let Some(number) = lookup.on_handle() {
            if call.succeeded() {
                self.see_on_handle(call, lookup, number);
            }
            return;
        }
        let path = self.path(call, lookup);
        if path.starts_with(THROUGH_HANDLE) {
            self.find(Rule::OneName, &path, call);
        }
        if self.is_judged(&path) {
            self.names += 1;
            self.see_name(call, lookup, &path);
        }
        if call.succeeded() {
            self.did(call, lookup, &path);
        }
    }

    fn see_name(&mut self, call: &Call, lookup: &Lookup, path: &[u8]) {
        let is_one_name = !lookup.path.contains(&b'/') && lookup.path != b"..";
        if !is_one_name || lookup.from.as_ref().is_none_or(|from| from.number.is_none()) {
            self.find(Rule::OneName, path, call);
        }
        if lookup.follows {
            self.find(Rule::NoLink, path, call);
        }
        if lookup.purpose == Purpose::Set {
            self.find(Rule::SetByHandle, path, call);
        }
    }

    /// A call that is not in the table, with a path.
    fn see_unknown(&mut self, call: &Call) {
        let paths = (0..call.arguments.len()).filter_map(|index| call.text(index));
        for path in paths.filter(|path| self.is_judged(path)).collect::<Vec<_>>() {
            self.find(Rule::OneName, &path, call);
        }
    }

    /// Notes what a call by name found or did.
    fn did(&mut self, call: &Call, lookup: &Lookup, path: &[u8]) {
        let from = lookup.from.as_ref().and_then(|from| self.handles.get(call, from.number?));
        match lookup.purpose {
            Purpose::Look => self.entries.looked_at(path, from, call),
            Purpose::Open => {
                let Some(number) = call.made().and_then(|made| made.number) else { return };
                let handle = self.handles.opened(call, number);
                if path.ends_with(JOURNAL) && !call.has_anywhere("O_RDONLY") {
                    self.findings.extend(self.entries.end_of_phase());
                    self.entries.run_goes_on();
                }
                self.entries.opened(path, from, handle, call);
            }
            Purpose::Make => self.entries.made(path, call),
            Purpose::Remove | Purpose::Rename => self.entries.forget(path),
            Purpose::Enter if call.name.starts_with("exec") => self.handles.executed(call),
            Purpose::Enter => self.handles.entered(call, path.to_vec()),
            Purpose::Set | Purpose::Link => {}
        }
    }

    /// Notes what a call did with a handle instead of a name.
    fn see_on_handle(&mut self, call: &Call, lookup: &Lookup, number: u32) {
        match lookup.purpose {
            Purpose::Open => {
                if let Some(copy) = call.made().and_then(|made| made.number) {
                    self.handles.copied(call, number, copy);
                }
            }
            Purpose::Enter => {
                let fd = lookup.from.clone().filter(|from| from.number == Some(number));
                self.handles.entered(call, fd.map(|fd| fd.path).unwrap_or_default());
            }
            _ => {
                if let Some(what_for) = what_for(&call.name) {
                    self.used(call, number, lookup.from.as_ref(), what_for);
                }
            }
        }
    }

    /// Notes what a call did that takes a handle and no name.
    fn see_handles(&mut self, call: &Call) {
        let fd = call.handle(0);
        let number = fd.as_ref().and_then(|fd| fd.number);
        match (call.name.as_str(), number) {
            ("close", Some(number)) => {
                self.handles.closed(call, number, number);
                if fd.as_ref().is_some_and(is_journal) {
                    self.findings.extend(self.entries.end_of_phase());
                    self.entries.run_ends();
                }
            }
            ("close_range", Some(first)) => {
                self.handles.closed(call, first, call.argument(1).parse().unwrap_or(u32::MAX));
            }
            ("dup" | "dup2" | "dup3", Some(from)) => self.copied(call, from),
            ("fcntl", Some(from)) if call.argument(1).starts_with("F_DUPFD") => self.copied(call, from),
            ("fchdir", Some(_)) => self.handles.entered(call, fd.map(|fd| fd.path).unwrap_or_default()),
            ("flock", _) => self.findings.extend(self.entries.end_of_phase()),
            ("fsync" | "fdatasync", _) if fd.as_ref().is_some_and(is_journal) => {
                self.findings.extend(self.entries.end_of_phase());
            }
            ("mmap", _) => self.used_argument(call, 4, Use::ReadContent),
            ("copy_file_range", _) => {
                self.used_argument(call, 0, Use::ReadContent);
                self.used_argument(call, 2, Use::Set);
            }
            ("sendfile", _) => {
                self.used_argument(call, 0, Use::Set);
                self.used_argument(call, 1, Use::ReadContent);
            }
            (name, _) if lookups::of(call).is_none() => {
                if let Some(what_for) = what_for(name) {
                    self.used_argument(call, 0, what_for);
                }
            }
            _ => {}
        }
    }

    fn copied(&mut self, call: &Call, from: u32) {
        if let Some(to) = call.made().and_then(|made| made.number) {
            self.handles.copied(call, from, to);
        }
    }

    fn used_argument(&mut self, call: &Call, index: usize, what_for: Use) {
        if let Some(fd) = call.handle(index)
            && let Some(number) = fd.number
        {
            self.used(call, number, Some(&fd), what_for);
        }
    }

    fn used(&mut self, call: &Call, number: u32, fd: Option<&Fd>, what_for: Use) {
        let Some(handle) = self.handles.get(call, number) else { return };
        // `/proc/self/fd/N` names no path.
        let path = fd.filter(|fd| fd.number == Some(number) && !fd.is_gone).map(|fd| fd.path.as_slice());
        let path = path.filter(|path| self.is_judged(path)).map(<[u8]>::to_vec);
        self.findings.extend(self.entries.used(path.as_deref(), handle, call, what_for));
    }

    /// Returns true for what lies below one of the directories in `top`.
    fn is_judged(&self, path: &[u8]) -> bool {
        let below = path.strip_prefix(self.top).and_then(|rest| rest.strip_prefix(b"/"));
        below.is_some_and(|below| below.strip_suffix(b"/").unwrap_or(below).contains(&b'/'))
    }

    fn path(&mut self, call: &Call, lookup: &Lookup) -> Vec<u8> {
        if lookup.path.starts_with(b"/") {
            return lookup.path.clone();
        }
        let from = match &lookup.from {
            Some(from) => from.path.clone(),
            None => self.handles.cwd(call),
        };
        [from.as_slice(), b"/", lookup.path.as_slice()].concat()
    }

    fn find(&mut self, rule: Rule, path: &[u8], call: &Call) {
        self.findings.insert(Finding::new(rule, path, call.shown(), None));
    }
}
