//! The program under strace: killed, or sent another signal, from outside at a call that it makes.
//!
//! The sweeps in memory stop at the calls of the file system trait; this one knows nothing of it, and notices a change that
//! goes round it. The program gets one processor and so makes its calls in the same order every time. The path of a test
//! that uses this holds `strace`.

mod entries;
pub mod gate;
mod handles;
mod lookups;
mod rules;
mod trace;

use std::collections::BTreeMap;
use std::fs;
use std::ops::Deref;
use std::process::Command;

use rustix::process::Signal;

use crate::manifest::Manifest;
use crate::outcome::Outcome;
use crate::peers;
use crate::site::Site;

/// All calls by which a Linux program changes the disk. A question mark: not every architecture has it. `openat` is left out,
/// since a look through `/proc` opens a different number of files in every run; but a sync or a mode that is set already
/// stands before each file that is made, and one that is set stands behind it.
pub const CHANGING: &str = "write,pwrite64,writev,pwritev,pwritev2,copy_file_range,sendfile,?mkdir,mkdirat,?rename,?renameat,\
                        renameat2,?unlink,unlinkat,?rmdir,?link,linkat,?symlink,symlinkat,?mknod,mknodat,fsync,fdatasync,\
                        syncfs,sync_file_range,?chown,?lchown,fchown,fchownat,?chmod,fchmod,fchmodat,?utime,?utimes,\
                        ?futimesat,utimensat,setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr,truncate,\
                        ftruncate,fallocate";

/// Runs the program on one processor under strace with these options.
pub fn traced(site: &Site, options: &[&str], arguments: &[&str]) -> Outcome {
    site.outcome(below(site, options, &site.command(arguments)))
}

/// Returns a command that runs another one of the site on one processor under strace with these options.
fn below(site: &Site, options: &[&str], command: &Command) -> Command {
    peers::need("strace");
    let mut below = Command::new("taskset");
    below.args(["-c", "0", "strace", "-f", "-qqq"]).args(options).arg(command.get_program()).args(command.get_args());
    site.surround(&mut below);
    below
}

/// Runs the program and sends it a signal (`KILL`, `INT`) at its nth call of a kind.
pub fn signalled(site: &Site, signal: &str, call: &str, nth: usize, arguments: &[&str]) -> Outcome {
    let inject = format!("inject={call}:signal={signal}:when={nth}");
    traced(site, &["-o", "/dev/null", "-e", &format!("trace={call}"), "-e", &inject], arguments)
}

/// Asks the program to end (`TERM`) at its nth read of a file; returns what it said, and how often it read that file afterwards.
///
/// # Panics
/// When there are fewer reads.
#[track_caller]
pub fn reads_after_a_signal(site: &Site, file: &str, nth: usize, arguments: &[&str]) -> (Outcome, usize) {
    let trace = site.beside("trace");
    let inject = format!("inject=pread64:signal=TERM:when={nth}");
    let path = site.path(file);
    let options = ["-o", trace.to_str().unwrap(), "-P", path.to_str().unwrap(), "-e", "trace=pread64", "-e", &inject];
    let outcome = traced(site, &options, arguments);
    let reads = fs::read_to_string(trace).unwrap().lines().filter(|line| line.contains("pread64(")).count();
    assert!(reads >= nth, "only {reads} reads of {file}: {outcome}");
    (outcome, reads - nth)
}

/// Counts the changing calls of an undisturbed run.
///
/// # Panics
/// When the run fails.
#[track_caller]
pub fn calls(site: &Site, arguments: &[&str]) -> BTreeMap<String, usize> {
    let trace = site.beside("trace");
    let outcome = traced(site, &["-o", trace.to_str().unwrap(), "-e", &format!("trace={CHANGING}")], arguments);
    assert_eq!(outcome.status, Some(0), "{outcome}");
    let mut counts = BTreeMap::new();
    for line in fs::read_to_string(trace).unwrap().lines() {
        let (_, call) = line.split_once(' ').unwrap();
        let (name, _) = call.trim_start().split_once('(').unwrap();
        *counts.entry(name.to_owned()).or_default() += 1;
    }
    counts
}

/// How a killed run is brought to an end.
pub struct Ending<'a> {
    /// The arguments of the run that does it.
    pub arguments: &'a [&'a str],
    /// The tree that it has to give.
    pub tree: &'a Manifest,
    /// A text for the case that it fails: the killed run had changed nothing yet, or everything.
    pub or_says: Option<&'a str>,
}

/// A run that is killed at each of its changing calls in turn.
pub struct Kills<'a, S> {
    /// Makes a site.
    pub site: &'a dyn Fn() -> S,
    /// The arguments of the run.
    pub arguments: &'a [&'a str],
    /// What an ending has to give: usually all but the runs.
    pub tree: &'a dyn Fn(&S) -> Manifest,
    /// What is never to differ, not even after the kill.
    pub untouched: &'a dyn Fn(&S) -> Manifest,
    /// How many calls of a kind are killed, but for a whole test ([`crate::is_full`]).
    pub most: usize,
}

impl<S: Deref<Target = Site>> Kills<'_, S> {
    /// Kills, and brings the runs to an end: in the short sweep each in one way, the ways in turn, in the whole one in every
    /// way.
    ///
    /// # Panics
    /// When an ending gives something else, when a run was not killed, or when there were hardly any calls.
    #[track_caller]
    pub fn sweep(&self, endings: &[Ending<'_>]) {
        let whole = crate::is_full();
        let (mut runs, mut kills, mut faults) = (0, 0, Vec::new());
        let points = calls(&(self.site)(), self.arguments).into_iter().flat_map(|(name, count)| {
            let numbers = spread(count, if whole { count } else { self.most });
            numbers.into_iter().map(move |number| (name.clone(), number))
        });
        for (turn, (name, number)) in points.enumerate() {
            let chosen = endings.iter().enumerate().filter(|(way, _)| whole || *way == turn % endings.len());
            for (_, ending) in chosen {
                let site = (self.site)();
                let before = (self.untouched)(&site);
                let outcome = signalled(&site, "KILL", &name, number, self.arguments);
                runs += 1;
                kills += usize::from(outcome.signal == Some(Signal::KILL.as_raw()));
                let mut found = before.difference(&(self.untouched)(&site));
                found.extend(self.faults(&site, ending));
                found.extend(before.difference(&(self.untouched)(&site)));
                faults
                    .extend(found.iter().map(|fault| format!("{name} {number}, then {:?}: {fault}", ending.arguments)));
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        assert_eq!(kills, runs, "a run was not killed");
        assert!(runs > self.most * 3, "only {runs} runs");
    }

    fn faults(&self, site: &S, ending: &Ending<'_>) -> Vec<String> {
        let outcome = site.run(ending.arguments);
        let is_to_fail = outcome.status.is_some_and(|status| status != 0)
            && ending.or_says.is_some_and(|text| outcome.stderr.contains(text));
        if outcome.status != Some(0) && !is_to_fail {
            return vec![outcome.to_string()];
        }
        ending.tree.difference(&(self.tree)(site))
    }
}

/// Returns at which of `count` calls to kill: all of them, or `most` spread evenly, the first and the last among them.
fn spread(count: usize, most: usize) -> Vec<usize> {
    if count <= most {
        return (1..=count).collect();
    }
    (0..most).map(|n| 1 + n * (count - 1) / (most - 1)).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn points_are_spread_over_all_calls_with_the_first_and_the_last() {
        assert_eq!(super::spread(3, 5), [1, 2, 3]);
        assert_eq!(super::spread(100, 5), [1, 25, 50, 75, 100]);
    }
}
