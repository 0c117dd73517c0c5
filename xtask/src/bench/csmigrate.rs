//! Measures a whole csmigrate run (backup, new database, verification, sync) on one large database.
//!
//! Peers: `cp` and `sync` of the same file, the least that any safe copy costs, and `db5.3_dump | db5.3_load`, what an
//! administrator would otherwise use. The peak memory is printed because it must not grow with the database.

use super::{Pairs, Spread, time, time_and_memory};
use crate::process::{self, Result, cargo};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The database that is made, below the site's root.
const SOURCE: &str = "/source";
const TARGET: &str = "/target";
const FILE: &str = "ics50events.db";

/// Options of `cargo xtask bench csmigrate`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Records in the database, each a 40-byte key and a 400-byte value, in 4096-byte pages; 8000000 make about 4 GB
    #[arg(long, default_value_t = 1_000_000)]
    records: u32,
    /// What kind of database: a btree, as Calendar Server's are, or a hash table
    #[arg(long, value_enum, default_value_t = Access::Btree)]
    access: Access,
    /// Pairs of runs against `cp` with `sync`
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Pairs of runs against `db5.3_dump | db5.3_load`, the slow one
    #[arg(long, default_value_t = 1)]
    dump_runs: usize,
    /// Where the databases are made; a real disk, as `sync` costs nothing on tmpfs [default: bench/ in cargo's target directory]
    #[arg(long)]
    directory: Option<PathBuf>,
}

/// The access method of a database.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Access {
    Btree,
    Hash,
}

/// Makes the database, measures, and prints the ratios.
pub(crate) fn run(args: &Args) -> Result {
    process::run(&mut cargo(["build", "--release", "--locked", "-p", "csmigrate"]))?;
    let parent = match &args.directory {
        Some(directory) => std::path::absolute(directory)?,
        None => process::target_directory()?.join("bench"),
    };
    std::fs::create_dir_all(&parent)?;
    let directory = tempfile::Builder::new().prefix("csmigrate-").tempdir_in(parent)?;
    let site = Site::make(directory.path(), args)?;
    // Reads the input once, so that the first pair finds it in memory like the later ones.
    site.copy()?;

    let mut peaks = Vec::new();
    let mut ours = || {
        let (elapsed, peak) = site.migrate()?;
        peaks.push(peak as f64 / f64::from(1 << 20));
        Ok(elapsed)
    };
    let copies = Pairs::measure(args.runs, &mut ours, || site.copy())?;
    let dumps = if process::is_installed("db5.3_dump") && process::is_installed("db5.3_load") {
        Pairs::measure(args.dump_runs, &mut ours, || site.dump_and_load())?
    } else {
        println!("db5.3_dump and db5.3_load (Debian package db5.3-util) are missing: not compared");
        Pairs::default()
    };

    println!("{} records, {:?}, {} bytes", args.records, args.access, std::fs::metadata(site.input())?.len());
    copies.print("csmigrate", "(cp + sync)");
    dumps.print("csmigrate", "(db5.3_dump | db5.3_load)");
    if let Some(peak) = Spread::of(peaks) {
        println!("csmigrate peak resident memory: {peak} MiB (min - median - max)");
    }
    Ok(())
}

/// A root with the large database, and the programs measured on it.
struct Site {
    program: PathBuf,
    root: PathBuf,
    copy: PathBuf,
}

impl Site {
    fn make(directory: &Path, args: &Args) -> Result<Self> {
        let program = process::target_directory()?.join("release/csmigrate");
        let site = Self { program, root: directory.join("root"), copy: directory.join("copy.db") };
        std::fs::create_dir_all(in_root(&site.root, SOURCE))?;
        let mut make =
            cargo(["run", "--release", "--locked", "--quiet", "-p", "csmigrate", "--example", "make_database", "--"]);
        let access = match args.access {
            Access::Btree => "btree",
            Access::Hash => "hash",
        };
        process::run(make.arg(site.input()).args([&args.records.to_string(), access]))?;
        Ok(site)
    }

    fn input(&self) -> PathBuf {
        in_root(&self.root, SOURCE).join(FILE)
    }

    /// Runs csmigrate; its new database, its backup and the records of its run are removed before the next time.
    fn migrate(&self) -> Result<(Duration, u64)> {
        self.remove_output()?;
        let mut command = Command::new(&self.program);
        command.args(["-q", "--root"]).arg(&self.root).args([SOURCE, TARGET]);
        // Without a Calendar Server the logs go to the current directory.
        command.current_dir(self.copy.parent().ok_or("the site has no directory")?);
        start_alike(&self.input())?;
        let measured = time_and_memory(&mut command)?;
        if !in_root(&self.root, TARGET).join(FILE).is_file() {
            return Err(format!("{} made no {FILE}", process::shown(&command)).into());
        }
        self.remove_output()?;
        Ok(measured)
    }

    fn remove_output(&self) -> Result {
        let input = self.input();
        for directory in [self.root.clone(), in_root(&self.root, SOURCE)] {
            for entry in std::fs::read_dir(directory)? {
                let path = entry?.path();
                if input.starts_with(&path) {
                    continue;
                }
                if path.is_dir() { std::fs::remove_dir_all(path)? } else { std::fs::remove_file(path)? }
            }
        }
        Ok(())
    }

    fn copy(&self) -> Result<Duration> {
        let mut copy = Command::new("cp");
        copy.arg(self.input()).arg(&self.copy);
        let mut sync = Command::new("sync");
        sync.arg(&self.copy);
        start_alike(&self.input())?;
        let elapsed = time(&mut [copy, sync])?;
        std::fs::remove_file(&self.copy)?;
        Ok(elapsed)
    }

    fn dump_and_load(&self) -> Result<Duration> {
        let start = Instant::now();
        let mut dump = Command::new("db5.3_dump").arg(self.input()).stdout(Stdio::piped()).spawn()?;
        let text = dump.stdout.take().ok_or("db5.3_dump has no output")?;
        let loaded = Command::new("db5.3_load").arg(&self.copy).stdin(text).status()?;
        let dumped = dump.wait()?;
        let elapsed = start.elapsed();
        if !dumped.success() || !loaded.success() {
            return Err(format!("db5.3_dump: {dumped}; db5.3_load: {loaded}").into());
        }
        std::fs::remove_file(&self.copy)?;
        Ok(elapsed)
    }
}

/// Gives both sides the same start.
///
/// The disk has done what removing the last run's files gave it to do. The system has memory at hand for the new files:
/// a virtual machine gives memory back to its host two seconds after it became free, and waits for it when it is used
/// again; that would hit the side that runs longer or writes more.
fn start_alike(input: &Path) -> Result {
    const UNTIL_GIVEN_BACK: Duration = Duration::from_secs(3);
    time(&mut [Command::new("sync")])?;
    std::thread::sleep(UNTIL_GIVEN_BACK);
    let wanted = std::fs::metadata(input)?.len().saturating_mul(3).min(available_memory()? / 2);
    let mut supply = Command::new("dd");
    supply.args(["if=/dev/zero", "of=/dev/null", "iflag=fullblock", "count=1", "status=none"]);
    supply.arg(format!("bs={}", wanted.max(1)));
    time(&mut [supply]).map(|_| ())
}

/// Returns the bytes of memory that the system could hand out.
fn available_memory() -> Result<u64> {
    let text = std::fs::read_to_string("/proc/meminfo")?;
    let value = text.lines().find_map(|line| line.strip_prefix("MemAvailable:")).ok_or("/proc/meminfo says nothing")?;
    let kibibytes: u64 = value.trim().trim_end_matches(" kB").parse()?;
    Ok(kibibytes.saturating_mul(1024))
}

/// Returns where an absolute path of the site lies.
fn in_root(root: &Path, path: &str) -> PathBuf {
    root.join(path.trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(directory: &Path) -> Site {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/csmigrate-stand-in");
        let site = Site { program, root: directory.join("root"), copy: directory.join("copy.db") };
        std::fs::create_dir_all(in_root(&site.root, SOURCE)).unwrap();
        std::fs::write(site.input(), "records").unwrap();
        site
    }

    #[test]
    fn each_run_starts_without_the_output_of_the_one_before() {
        let directory = tempfile::tempdir().unwrap();
        let site = site(directory.path());
        for _ in 0..2 {
            site.migrate().unwrap();
            site.copy().unwrap();
        }
        let names = |path: &Path| -> Vec<_> {
            std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name()).collect()
        };
        assert_eq!(names(directory.path()), ["root"]);
        assert_eq!(names(&site.root), ["source"]);
        assert_eq!(names(&in_root(&site.root, SOURCE)), [FILE]);
    }

    #[test]
    fn a_run_that_made_no_database_is_no_measurement() {
        let directory = tempfile::tempdir().unwrap();
        let site = Site { program: "true".into(), ..site(directory.path()) };
        let error = site.migrate().unwrap_err().to_string();
        assert!(error.ends_with("/root /source /target made no ics50events.db"), "{error}");
    }
}
