//! `cargo xtask bench`: what our tools cost compared with a peer program on the same input, machine and run.
//!
//! The two are measured in pairs, one right after the other and each first in turn, so that a slow phase of the machine
//! hits both. What counts is the ratio of each pair; seconds are only the detail behind it.

mod commdssetup;
mod csmigrate;
mod merge;
mod migrate_config;

use crate::process::{self, Result};
use std::fmt;
use std::process::Command;
use std::time::{Duration, Instant};

/// Measures a tool against peer programs, as ratios.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Bench {
    /// A database migration against `cp` with `sync`, and against `db5.3_dump | db5.3_load`
    Csmigrate(csmigrate::Args),
    /// A run on a large directory against `ldapmodify` of the same changes with the server's index tasks
    Commdssetup(commdssetup::Args),
    /// The merge of properties files against `git merge-file`: how often each is wrong, and how long it takes
    Merge(merge::Args),
    /// Both forms of a configuration move against `cp -a` and `rsync -a` with `sync`, and against reading and copying
    MigrateConfig(migrate_config::Args),
}

/// Runs the chosen benchmark.
pub(crate) fn run(bench: &Bench) -> Result {
    match bench {
        Bench::Commdssetup(args) => commdssetup::run(args),
        Bench::Csmigrate(args) => csmigrate::run(args),
        Bench::Merge(args) => merge::run(args),
        Bench::MigrateConfig(args) => migrate_config::run(args),
    }
}

/// Least, middle and greatest of some values.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Spread {
    min: f64,
    median: f64,
    max: f64,
}

impl Spread {
    /// Returns the spread; none for no values. The median of an even count is the mean of the two in the middle.
    fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        let upper = *values.get(middle)?;
        let median = if values.len() % 2 == 1 { upper } else { (values.get(middle - 1)? + upper) / 2.0 };
        Some(Self { min: *values.first()?, median, max: *values.last()? })
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} - {:.2} - {:.2}", self.min, self.median, self.max)
    }
}

/// The times of ours and of the peer, pair by pair.
#[derive(Debug, Default)]
struct Pairs(Vec<(Duration, Duration)>);

impl Pairs {
    /// Measures `runs` pairs. Each closure prepares a fresh output, and returns the time of the measured part alone.
    fn measure(
        runs: usize,
        mut ours: impl FnMut() -> Result<Duration>,
        mut peer: impl FnMut() -> Result<Duration>,
    ) -> Result<Self> {
        let mut pairs = Self::default();
        for run in 0..runs {
            let pair = if run % 2 == 0 {
                let ours = ours()?;
                (ours, peer()?)
            } else {
                let peer = peer()?;
                (ours()?, peer)
            };
            pairs.0.push(pair);
        }
        Ok(pairs)
    }

    /// Prints the ratio, and below it the seconds.
    fn print(&self, ours: &str, peer: &str) {
        let ratio = Spread::of(self.0.iter().map(|(ours, peer)| ours.as_secs_f64() / peer.as_secs_f64()));
        let ours_seconds = Spread::of(self.0.iter().map(|(ours, _)| ours.as_secs_f64()));
        let peer_seconds = Spread::of(self.0.iter().map(|(_, peer)| peer.as_secs_f64()));
        if let (Some(ratio), Some(ours_seconds), Some(peer_seconds)) = (ratio, ours_seconds, peer_seconds) {
            println!("{ours} / {peer}: {ratio} (min - median - max of {} pairs)", self.0.len());
            println!("    seconds: {ours} {ours_seconds}; {peer} {peer_seconds}");
        }
    }
}

/// Runs the commands one after another and returns the time of all together.
fn time(commands: &mut [Command]) -> Result<Duration> {
    let start = Instant::now();
    for command in commands {
        process::run_quietly(command)?;
    }
    Ok(start.elapsed())
}

/// Runs the command and returns its time and its peak resident memory in bytes.
///
/// The kernel's high-water mark (`VmHWM`) is read until the process has ended: what it grows in its last moments is missed.
fn time_and_memory(command: &mut Command) -> Result<(Duration, u64)> {
    const POLL: Duration = Duration::from_millis(5);
    let start = Instant::now();
    let mut child = command.spawn().map_err(|error| format!("{}: {error}", process::shown(command)))?;
    let status_file = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let status = loop {
        if let Some(bytes) = std::fs::read_to_string(&status_file).ok().and_then(|status| high_water_mark(&status)) {
            peak = bytes.max(peak);
        }
        match child.try_wait()? {
            Some(status) => break status,
            None => std::thread::sleep(POLL),
        }
    };
    let elapsed = start.elapsed();
    if status.success() { Ok((elapsed, peak)) } else { Err(format!("{}: {status}", process::shown(command)).into()) }
}

/// Reads the `VmHWM` line of `/proc/PID/status`; bytes.
fn high_water_mark(status: &str) -> Option<u64> {
    let value = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    value.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_of_the_sorted_values() {
        assert_eq!(Spread::of([3.0, 1.0, 9.0]), Some(Spread { min: 1.0, median: 3.0, max: 9.0 }));
        assert_eq!(Spread::of([4.0, 1.0, 9.0, 2.0]), Some(Spread { min: 1.0, median: 3.0, max: 9.0 }));
        assert_eq!(Spread::of([]), None);
    }

    #[test]
    fn each_of_a_pair_goes_first_in_turn() {
        let order = std::cell::RefCell::new(String::new());
        let program = |name: char, seconds: u64| {
            order.borrow_mut().push(name);
            Ok(Duration::from_secs(seconds))
        };
        let pairs = Pairs::measure(3, || program('o', 1), || program('p', 2)).unwrap();
        assert_eq!(*order.borrow(), "oppoop");
        assert_eq!(pairs.0, [(Duration::from_secs(1), Duration::from_secs(2)); 3]);
    }

    #[test]
    fn the_high_water_mark_is_given_in_bytes() {
        assert_eq!(high_water_mark("Name:\tx\nVmHWM:\t    1300 kB\nVmRSS:\t 900 kB\n"), Some(1300 * 1024));
        assert_eq!(high_water_mark("Name:\tx\n"), None);
    }

    #[test]
    fn the_memory_that_a_command_takes_is_seen() {
        let script = "x=$(head -c 30000000 /dev/zero | tr '\\0' a); sleep 0.1";
        let (_, peak) = time_and_memory(Command::new("sh").args(["-c", script])).unwrap();
        assert!(peak > 30_000_000, "{peak}");
    }

    #[test]
    fn a_command_that_fails_is_no_measurement() {
        assert_eq!(time(&mut [Command::new("false")]).unwrap_err().to_string(), "false: exit status: 1");
        assert_eq!(time_and_memory(&mut Command::new("false")).unwrap_err().to_string(), "false: exit status: 1");
    }
}
