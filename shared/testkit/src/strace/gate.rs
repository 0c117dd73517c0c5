//! The gate: below the directories that a program works on, no path is resolved in a way that another user could turn to his use.
//!
//! The program runs under strace, and each call that resolves a name is judged where the entry lies below `root`, `home` or another
//! directory of the [`Site`]. Those directories themselves are the administrator's own paths. There are five rules:
//!
//! * [`Rule::OneName`]: a call names an entry by one name in a directory that is held open. No absolute path, no path of two names, no
//!   `..`, and nothing below the current directory. A handle itself (`""`, `.`, `/proc/self/fd/N`) is no name.
//! * [`Rule::NoLink`]: a call does not follow a link that is in the place of the name.
//! * [`Rule::SetByHandle`]: owner, mode, times, extended attributes and length are set on handles, never by name.
//! * [`Rule::JudgedHandle`]: what was looked at, or made, by name and is then opened, is looked at once more on the handle before content
//!   or extended attributes are read from the handle or anything is set on it. Two calls that resolve a name may find two entries, and
//!   only what the handle says is true of the handle.
//! * [`Rule::OneHandle`]: what belongs together comes from one handle and goes to one handle. In one phase an entry is set through one
//!   handle only, and the handle that extended attributes are read from is also that of the content, if that is read. While a plan is
//!   carried out, an entry is read and set through one handle in a phase, and a look by name after that is no answer.
//!
//! What is no second resolution: to pass through a directory on the way to what lies in it, or to list it, since nothing is decided about
//! it but what the open itself decides (`O_DIRECTORY|O_NOFOLLOW`); to look by name before the open, when the handle is looked at as well
//! (merely to open a device can do something); to rename, to remove or to link a name that was looked at, for which there is no call by
//! handle; and a name that was renamed, removed or made since. The survey may read a file more than once: what goes into the plan is the
//! digest of one reading with the attributes of the same handle, and it is compared again.
//!
//! A phase ends where what follows checks again: when a lock is taken, which comes between the survey and the check of the plan; when the
//! journal is opened, from where on a plan is carried out, and when it is closed; and when a record of the journal is durable, which comes between the check of a
//! step and the step. So a plan may be made from one handle and carried out on another, but what is checked, saved and recorded for one step
//! comes from one handle.
//!
//! The last two rules are not about what nobody else can reach: what lies below a directory that the program made for itself alone (0700)
//! and holds since, as long as it is not given away; nor about a file opened with `O_APPEND`, where each write stands for itself.
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
    let is = |accepted: &Accepted, found: &Finding| accepted.rule == found.rule && matches(accepted.path, &found.path);
    let broken: Vec<String> =
        findings.iter().filter(|found| !accepted.iter().any(|row| is(row, found))).map(Finding::to_string).collect();
    assert!(broken.is_empty(), "{} calls:\n{}\n{outcome}", broken.len(), broken.join("\n"));
    assert!(names >= 10, "only {names} names were resolved below the site: {outcome}");
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the rules that a trace breaks below the directories of `/t`; `R` is a directory there, `N` a flag.
    fn broken(lines: &[&str]) -> Vec<Rule> {
        let line = |line: &&str| {
            let line = line
                .replace("R<>", "3</t/root>")
                .replace("O_NF", "O_RDONLY|O_NOFOLLOW")
                .replace("NF", "AT_SYMLINK_NOFOLLOW");
            format!("7 {line}\n")
        };
        let text: String = lines.iter().map(line).collect();
        let mut judge = Judge::new(b"/t", b"/t/cwd");
        trace::read(&text).iter().for_each(|event| judge.see(event));
        judge.end().0.into_iter().map(|found| found.rule).collect()
    }

    const LOOK: &str = "newfstatat(R<>, \"f\", {st_mode=S_IFREG|0644, ...}, NF) = 0";
    const OPEN: &str = "openat(R<>, \"f\", O_NF) = 4</t/root/f>";
    const OPEN_AGAIN: &str = "openat(R<>, \"f\", O_NF) = 5</t/root/f>";
    const JUDGE: &str = "fstat(4</t/root/f>, {st_mode=S_IFREG|0644, ...}) = 0";
    const READ: &str = "pread64(4</t/root/f>, \"\"..., 512, 0) = 6";
    const READ_AGAIN: &str = "pread64(5</t/root/f>, \"\"..., 512, 0) = 6";
    const EXTENDED: &str = "flistxattr(4</t/root/f>, \"\", 65536) = 0";
    const EXTENDED_AGAIN: &str = "flistxattr(5</t/root/f>, \"\", 65536) = 0";
    const RUN: &str =
        "openat(6</t/root/run>, \"journal\", O_RDWR|O_CREAT|O_EXCL|O_NOFOLLOW, 0600) = 9</t/root/run/journal>";
    const RECORD: &str = "fsync(9</t/root/run/journal>) = 0";
    const RENAME: &str = "renameat(R<>, \"g\", R<>, \"f\") = 0";

    #[test]
    fn one_name_below_a_handle_and_no_link() {
        assert_eq!(broken(&[LOOK, OPEN, JUDGE, READ]), []);
        assert_eq!(broken(&["openat(R<>, \"d/f\", O_NF) = -1 ENOENT (No such file or directory)"]), [Rule::OneName]);
        assert_eq!(broken(&["openat(R<>, \"..\", O_NF|O_PATH) = 4</t>"]), [Rule::OneName]);
        assert_eq!(broken(&["open(\"/t/root/f\", O_RDONLY) = 4</t/root/f>"]), [Rule::OneName, Rule::NoLink]);
        assert_eq!(broken(&["open(\"/t/root/\", O_RDONLY) = 4</t/root>"]), [], "the administrator's own path");
        assert_eq!(
            broken(&["open(\"../root/f\", O_RDONLY) = -1 ENOENT (No such file)"]),
            [Rule::OneName, Rule::NoLink]
        );
        assert_eq!(broken(&["newfstatat(R<>, \"f\", {...}, 0) = 0"]), [Rule::NoLink]);
        assert_eq!(broken(&["openat(AT_FDCWD</t/cwd>, \"/proc/self/fd/3/f\", O_NF) = 4</t/root/f>"]), [Rule::OneName]);
    }

    #[test]
    fn what_is_set_is_held() {
        let by_number = "utimensat(AT_FDCWD</t/cwd>, \"/proc/self/fd/4\", [...], 0) = 0";
        assert_eq!(broken(&[OPEN, "fchownat(4</t/root/f>, \"\", 1, 1, AT_EMPTY_PATH) = 0", by_number]), []);
        assert_eq!(broken(&["utimensat(R<>, \"f\", [...], NF) = 0"]), [Rule::SetByHandle]);
        assert_eq!(broken(&["fchmodat(R<>, \"f\", 0600) = 0"]), [Rule::NoLink, Rule::SetByHandle]);
    }

    #[test]
    fn a_handle_to_what_was_looked_at_or_made_by_name_is_looked_at() {
        assert_eq!(broken(&[LOOK, OPEN, READ]), [Rule::JudgedHandle]);
        assert_eq!(broken(&[LOOK, OPEN, EXTENDED]), [Rule::JudgedHandle]);
        assert_eq!(broken(&[OPEN, READ]), [], "nothing was decided before");
        let make = "mkdirat(R<>, \"f\", 0700) = 0";
        let set = "fchown(4</t/root/f>, 1, 1) = 0";
        assert_eq!(broken(&[make, OPEN, set]), [Rule::JudgedHandle]);
        assert_eq!(broken(&[make, OPEN, "getdents64(4</t/root/f>, 0x5 /* 2 entries */, 768) = 48", set]), []);
    }

    #[test]
    fn content_and_attributes_are_those_of_one_handle() {
        assert_eq!(broken(&[LOOK, OPEN, JUDGE, READ, EXTENDED]), []);
        assert_eq!(broken(&[OPEN, JUDGE, READ, OPEN_AGAIN, EXTENDED_AGAIN]), [Rule::OneHandle]);
        assert_eq!(broken(&[OPEN, JUDGE, READ, OPEN_AGAIN, READ_AGAIN, EXTENDED_AGAIN]), [], "a survey may read twice");
        let set = ["fchmod(4</t/root/f>, 0640) = 0", "fchown(5</t/root/f>, 1, 1) = 0"];
        assert_eq!(broken(&[OPEN, set[0], OPEN_AGAIN, set[1]]), [Rule::OneHandle]);
    }

    #[test]
    fn a_step_reads_a_file_once_and_asks_its_name_nothing_more() {
        assert_eq!(broken(&[RUN, OPEN, JUDGE, READ, OPEN_AGAIN, READ_AGAIN]), [Rule::OneHandle]);
        assert_eq!(broken(&[RUN, OPEN, JUDGE, READ, LOOK]), [Rule::OneHandle]);
        assert_eq!(broken(&[RUN, "close(9</t/root/run/journal>) = 0", OPEN, JUDGE, READ, LOOK]), [], "the run is over");
        assert_eq!(broken(&[RUN, OPEN, JUDGE, READ, RECORD, OPEN_AGAIN, READ_AGAIN]), [], "the step checks again");
        assert_eq!(broken(&[RUN, OPEN, JUDGE, READ, RENAME, LOOK, OPEN_AGAIN, READ_AGAIN]), [Rule::JudgedHandle]);
        assert_eq!(broken(&[RUN, OPEN, JUDGE, READ, LOOK, "unlinkat(R<>, \"f\", 0) = 0"]), []);
    }

    #[test]
    fn what_nobody_else_can_reach_and_what_is_appended_is_not_judged_so() {
        let own = ["mkdirat(R<>, \"d\", 0700) = 0", "openat(R<>, \"d\", O_NF|O_DIRECTORY) = 8</t/root/d>"];
        let look = "newfstatat(8</t/root/d>, \"x\", {...}, NF) = 0";
        let open = "openat(8</t/root/d>, \"x\", O_NF) = 4</t/root/d/x>";
        let set = "fchown(4</t/root/d/x>, 1, 1) = 0";
        assert_eq!(broken(&[own[0], own[1], look, open, set]), []);
        let give = ["fstat(8</t/root/d>, {...}) = 0", "fchmod(8</t/root/d>, 0755) = 0"];
        assert_eq!(broken(&[own[0], own[1], give[0], give[1], look, open, set]), [Rule::JudgedHandle]);
        let log = |number| format!("openat(R<>, \"log\", O_WRONLY|O_APPEND|O_NOFOLLOW) = {number}</t/root/log>");
        let write = |number| format!("write({number}</t/root/log>, \"\"..., 7) = 7");
        let lines = [RUN.to_owned(), log(4), write(4), log(5), write(5)];
        assert_eq!(broken(&lines.each_ref().map(String::as_str)), []);
    }

    #[test]
    fn threads_share_handles_and_another_program_is_not_judged() {
        let thread = "7 clone3({flags=CLONE_VM|CLONE_FILES|CLONE_THREAD, ...}, 88 <unfinished ...>\n\
                      8 openat(3</t/root>, \"f\", O_RDONLY|O_NOFOLLOW) = 4</t/root/f>\n\
                      7 <... clone3 resumed>) = 8\n\
                      7 fchmodat(3</t/root>, \"f\", 0600) = 0\n\
                      7 vfork( <unfinished ...>\n\
                      9 execve(\"/bin/chmod\", [...], 0x7 /* 1 var */) = 0\n\
                      9 fchmodat(3</t/root>, \"g\", 0600) = 0\n\
                      7 <... vfork resumed>) = 9\n";
        let mut judge = Judge::new(b"/t", b"/t/cwd");
        trace::read(thread).iter().for_each(|event| judge.see(event));
        let found: Vec<String> = judge.end().0.into_iter().map(|found| found.path).collect();
        assert_eq!(found, ["/t/root/f", "/t/root/f"], "that of the first program, not that of chmod");
    }

    #[test]
    fn a_star_stands_for_any_text() {
        assert!(matches("root/*/x", "root/a/b/x") && matches("root/x", "root/x") && matches("*", ""));
        assert!(!matches("root/*/x", "root/a/y") && !matches("root/x", "root/x/y"));
    }
}
