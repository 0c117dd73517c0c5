//! The gate: below the directories that a program works on, no path is resolved in a way that another user could turn to his use.
//!
//! The program runs under strace, and each call that resolves a name is judged where the entry lies below `root`, `home` or another
//! directory of the [`Site`]. Those directories themselves are the administrator's own paths. There are five rules:
//!
//! * [`Rule::OneName`]: a call names an entry by one name in a directory that is held open. No absolute path, no path of two names, no
//!   `..`, and nothing below the current directory. A handle itself (`""`, `.`, `/proc/self/fd/N`) is no name.
//! * [`Rule::NoLink`]: a call does not follow a link that is in the place of the name.
//! * [`Rule::SetByHandle`]: owner, mode, times, extended attributes and length are set on handles, never by name.
//! * [`Rule::JudgedHandle`]: what was looked at, or made, by name and is then opened, is looked at once more on the handle before the
//!   handle is used: two calls that resolve a name may find two entries, and only what the handle says is true of the handle.
//! * [`Rule::OneHandle`]: in one phase, an entry is used through one handle. A handle is used when content, names or extended
//!   attributes are read from it, and when content or attributes are set. An entry that was used is neither opened again for use nor
//!   looked at by name again: bytes of one file would be put together with attributes of another.
//!
//! What is no second look: to pass through a directory on the way to what lies in it, since nothing is decided about it but what the
//! open itself decides (`O_DIRECTORY|O_NOFOLLOW`); to look before the open, when the handle is looked at as well (merely to open a
//! device can do something); to rename, to remove or to link a name that was looked at, for which there is no call by handle; and a
//! name that was renamed, removed or made since.
//!
//! A phase ends where what follows checks again: when a lock is taken, which comes between the survey and the check of the plan, and
//! when a record of the journal is durable, which comes between the check of a step and the step. So a plan may be made from one
//! handle and carried out on another, but what is checked, saved and recorded for one step comes from one handle.
//!
//! A child process that runs another program is not judged from there on.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::process::Command;

use super::rules::Judge;
use super::{below, trace};
use crate::outcome::Outcome;
use crate::site::Site;

/// What a call must not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// An entry is named by one name in a directory that is held open.
    OneName,
    /// No link is followed.
    NoLink,
    /// Attributes are set on handles.
    SetByHandle,
    /// A handle to what was looked at by name is looked at before it is used.
    JudgedHandle,
    /// An entry is used through one handle in one phase.
    OneHandle,
}

/// A call that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Which.
    pub rule: Rule,
    /// The entry.
    pub path: String,
    /// The call.
    pub call: String,
    /// The call before it that it does not agree with.
    pub before: Option<String>,
}

impl Finding {
    pub(super) fn new(rule: Rule, path: &[u8], call: String, before: Option<String>) -> Self {
        Self { rule, path: String::from_utf8_lossy(path).into_owned(), call, before }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}\n    {}", self.rule, self.path, self.call)?;
        self.before.iter().try_for_each(|before| write!(f, "\n    after {before}"))
    }
}

/// A finding that is no fault.
#[derive(Clone, Copy, Debug)]
pub struct Accepted {
    /// The rule that is broken.
    pub rule: Rule,
    /// The entries, from the site's directory on (`root/var/x`); `*` stands for any text.
    pub path: &'static str,
    /// Why nobody can make use of it.
    pub reason: &'static str,
}

/// The calls besides strace's class `%file`: what becomes of handles, and what makes processes.
const CALLS: &str = "%file,close,?close_range,dup,?dup2,dup3,fcntl,fstat,read,pread64,readv,preadv,preadv2,getdents64,?getdents,\
                     ?mmap,copy_file_range,sendfile,flistxattr,fgetxattr,fsetxattr,fremovexattr,fchmod,fchown,write,pwrite64,\
                     writev,pwritev,pwritev2,ftruncate,fallocate,flock,fsync,fdatasync,fchdir,clone,?clone3,?fork,?vfork";

/// Runs a command of the site ([`Site::command`]) and judges its calls.
///
/// # Panics
/// When a call breaks a rule and is not accepted, and when nothing is there to be accepted.
#[track_caller]
pub fn judged(site: &Site, accepted: &[Accepted], command: &Command) -> Outcome {
    let trace = site.beside("trace");
    let options =
        ["-y", "-s", "0", "-e", "signal=none", "-e", &format!("trace={CALLS}"), "-o", trace.to_str().unwrap()];
    let outcome = site.outcome(below(site, &options, command));
    let text = fs::read_to_string(&trace).unwrap();
    fs::remove_file(&trace).unwrap();
    let (findings, names) = findings(site, &text);
    assert!(names >= 10, "only {names} names were resolved below the site: {outcome}");
    let is = |accepted: &Accepted, found: &Finding| accepted.rule == found.rule && matches(accepted.path, &found.path);
    let broken: Vec<String> =
        findings.iter().filter(|found| !accepted.iter().any(|row| is(row, found))).map(Finding::to_string).collect();
    assert!(broken.is_empty(), "{} calls:\n{}\n{outcome}", broken.len(), broken.join("\n"));
    for row in accepted {
        assert!(findings.iter().any(|found| is(row, found)), "this no longer happens: {row:?}");
    }
    outcome
}

/// Returns what breaks a rule, and how many names were resolved below the site's directories.
fn findings(site: &Site, text: &str) -> (BTreeSet<Finding>, usize) {
    let top = site.beside("");
    let top = top.to_str().unwrap().trim_end_matches('/');
    let mut judge = Judge::new(top.as_bytes(), site.beside("cwd").to_str().unwrap().as_bytes());
    trace::read(text).iter().for_each(|event| judge.see(event));
    let (findings, names) = judge.end();
    let plain = |text: String| site.plain(&text).replace("[TEMP]/", "");
    let findings = findings.into_iter().map(|found| Finding {
        path: plain(found.path),
        call: plain(found.call),
        before: found.before.map(plain),
        ..found
    });
    (findings.collect(), names)
}

/// Returns whether a path is what a pattern says, in which `*` stands for any text.
fn matches(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == path,
        Some((head, rest)) => path.strip_prefix(head).is_some_and(|path| {
            path.char_indices().map(|(at, _)| at).chain([path.len()]).any(|at| matches(rest, &path[at..]))
        }),
    }
}
