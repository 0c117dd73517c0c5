//! Measures both forms of migrate-config on a configuration of very many small files.
//!
//! The copy (`--data-root`) is compared with `cp -a` and `rsync -a` of the same directory, each with `sync`; the move in place with
//! reading every file once, and a copy of the files that it edits with `sync`. The peak memory is printed because it must not grow
//! with what the files hold.

use super::{Pairs, Spread, time, time_and_memory};
use crate::process::{self, Result, cargo};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const OLD_ROOT: &str = "opt/SUNWmsgsr";
const NEW_ROOT: &str = "opt/sun/comms/messaging";
const DATA: &str = "var/opt/SUNWmsgsr";
const CONFIG: &str = "var/opt/SUNWmsgsr/config";
const COPY: &str = "var/copy";
/// The sample trees, below the repository's top directory.
const SAMPLE: &str = "shared/documents/tests/data/merge/messaging";

/// Options of `cargo xtask bench migrate-config`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Configuration files, of which one in a hundred names the old root
    #[arg(long, default_value_t = 20_000)]
    files: usize,
    /// How many times longer each file is than usual: the peak memory must not follow
    #[arg(long, default_value_t = 1)]
    longer: usize,
    /// Pairs of runs against each peer
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Where the site is made; a real disk, as `sync` costs nothing on tmpfs [default: bench/ in cargo's target directory]
    #[arg(long)]
    directory: Option<PathBuf>,
}

/// Makes the site, measures, and prints the ratios.
pub(crate) fn run(args: &Args) -> Result {
    process::run(&mut cargo(["build", "--release", "--locked", "-p", "migrate-config", "--bin", "migrate-config"]))?;
    let parent = match &args.directory {
        Some(directory) => std::path::absolute(directory)?,
        None => process::target_directory()?.join("bench"),
    };
    std::fs::create_dir_all(&parent)?;
    let directory = tempfile::Builder::new().prefix("migrate-config-").tempdir_in(parent)?;
    let program = process::target_directory()?.join("release/migrate-config");
    let site = Site::make(directory.path(), program, args.files, args.longer)?;
    // Reads the input once, so that the first pair finds it in memory like the later ones.
    site.copy(&mut cp())?;

    let mut copy_peaks = Vec::new();
    let mut ours = || {
        let (elapsed, peak) = site.migrate_to_copy()?;
        copy_peaks.push(mebibytes(peak));
        Ok(elapsed)
    };
    let cp_pairs = Pairs::measure(args.runs, &mut ours, || site.copy(&mut cp()))?;
    let rsync_pairs = if process::is_installed("rsync") {
        Pairs::measure(args.runs, &mut ours, || site.copy(&mut rsync()))?
    } else {
        println!("rsync is missing: not compared");
        Pairs::default()
    };
    let mut move_peaks = Vec::new();
    let ours = || {
        let (elapsed, peak) = site.migrate_in_place()?;
        move_peaks.push(mebibytes(peak));
        Ok(elapsed)
    };
    let move_pairs = Pairs::measure(args.runs, ours, || site.read_and_copy_edited())?;

    println!("{} files, {} of them name the old root", site.files, site.edited.len());
    cp_pairs.print("migrate-config --data-root", "(cp -a + sync)");
    rsync_pairs.print("migrate-config --data-root", "(rsync -a + sync)");
    move_pairs.print("migrate-config", "(cat of every file + cp and sync of the edited ones)");
    for (form, peaks) in [("migrate-config --data-root", copy_peaks), ("migrate-config", move_peaks)] {
        if let Some(peak) = Spread::of(peaks) {
            println!("{form}: peak resident memory {peak} MiB (min - median - max)");
        }
    }
    Ok(())
}

fn names_root(content: &[u8]) -> bool {
    content.windows(OLD_ROOT.len()).any(|part| part == OLD_ROOT.as_bytes())
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

fn cp() -> Command {
    let mut cp = Command::new("cp");
    cp.arg("-a");
    cp
}

fn rsync() -> Command {
    let mut rsync = Command::new("rsync");
    rsync.arg("-a");
    rsync
}

/// A root with Messaging Server 6.3 and 7.0, and the programs measured on it.
struct Site {
    program: PathBuf,
    root: PathBuf,
    /// Files of the configuration.
    files: usize,
    /// Those that name the old root, below the root.
    edited: Vec<PathBuf>,
}

impl Site {
    /// Makes the sample site without a store, with so many configuration files.
    fn make(directory: &Path, program: PathBuf, files: usize, longer: usize) -> Result<Self> {
        let root = directory.join("root");
        std::fs::create_dir_all(&root)?;
        let sample = process::top()?.join(SAMPLE);
        for tree in ["stock-old", "stock-new", "site"] {
            process::run_quietly(cp().arg(sample.join(tree).join(".")).arg(&root))?;
        }
        std::fs::remove_dir_all(root.join(DATA).join("store"))?;
        for (name, target) in [("config", CONFIG), ("data", DATA), ("log", "var/opt/SUNWmsgsr/log")] {
            std::os::unix::fs::symlink(format!("/{target}"), root.join(OLD_ROOT).join(name))?;
        }
        let mut site = Self { program, root, files: 0, edited: Vec::new() };
        for entry in std::fs::read_dir(site.root.join(CONFIG))? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                site.note(Path::new(CONFIG).join(entry.file_name()), &std::fs::read(entry.path())?);
            }
        }
        for number in 0..files.saturating_sub(site.files) {
            let (path, content) = extra(number, longer);
            let path = Path::new(CONFIG).join(path);
            let at = site.root.join(&path);
            std::fs::create_dir_all(at.parent().ok_or("a file has no directory")?)?;
            std::fs::write(at, &content)?;
            site.note(path, content.as_bytes());
        }
        Ok(site)
    }

    fn note(&mut self, path: PathBuf, content: &[u8]) {
        self.files += 1;
        if names_root(content) {
            self.edited.push(path);
        }
    }

    /// Runs migrate-config with `--data-root`; what it made is removed again.
    fn migrate_to_copy(&self) -> Result<(Duration, u64)> {
        let measured = self.migrate(&["--data-root", &format!("/{COPY}")])?;
        if !self.root.join(COPY).join("config/imta.cnf").is_file() {
            return Err("migrate-config made no copy".into());
        }
        self.remove_output()?;
        Ok(measured)
    }

    /// Runs migrate-config; the files that it edited get their old content back.
    fn migrate_in_place(&self) -> Result<(Duration, u64)> {
        let saved = self.beside("saved");
        self.copy_edited(&saved)?;
        let measured = self.migrate(&[])?;
        if !self.root.join(NEW_ROOT).join("config").is_symlink() {
            return Err("migrate-config made no link".into());
        }
        process::run_quietly(cp().arg(saved.join(".")).arg(&self.root))?;
        self.remove_output()?;
        Ok(measured)
    }

    fn migrate(&self, form: &[&str]) -> Result<(Duration, u64)> {
        let mut command = Command::new(&self.program);
        command.args(["--yes", "--new-root"]).arg(format!("/{NEW_ROOT}")).arg("--root").arg(&self.root);
        command
            .args(["--force-path"])
            .args(form)
            .arg(format!("/{OLD_ROOT}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        start_alike()?;
        time_and_memory(&mut command)
    }

    /// Copies the configuration with a peer program; the copy is removed again.
    fn copy(&self, program: &mut Command) -> Result<Duration> {
        let copy = self.beside("copy");
        // With a slash behind it rsync copies the directory, not its name below the copy.
        program.arg(self.root.join(CONFIG).join("")).arg(&copy);
        start_alike()?;
        let start = Instant::now();
        process::run_quietly(program)?;
        process::run_quietly(&mut Command::new("sync"))?;
        let elapsed = start.elapsed();
        std::fs::remove_dir_all(copy)?;
        Ok(elapsed)
    }

    /// Reads every file once, and makes durable copies of those that a move edits.
    fn read_and_copy_edited(&self) -> Result<Duration> {
        let copies = self.beside("edited");
        start_alike()?;
        let start = Instant::now();
        let mut read = Command::new("find");
        read.arg(self.root.join(CONFIG)).args(["-type", "f", "-exec", "cat", "{}", "+"]).stdout(Stdio::null());
        process::run_quietly(&mut read)?;
        self.copy_edited(&copies)?;
        process::run_quietly(Command::new("sync").current_dir(&copies).args(&self.edited))?;
        let elapsed = start.elapsed();
        std::fs::remove_dir_all(copies)?;
        Ok(elapsed)
    }

    /// Copies the files that a move edits to a new directory.
    fn copy_edited(&self, to: &Path) -> Result {
        std::fs::create_dir(to)?;
        process::run_quietly(cp().current_dir(&self.root).args(["--parents", "-t"]).arg(to).args(&self.edited))
    }

    /// Removes what a run left.
    fn remove_output(&self) -> Result {
        for directory in [COPY, "var/opt/CommsInstaller"] {
            let path = self.root.join(directory);
            if path.exists() {
                std::fs::remove_dir_all(path)?;
            }
        }
        for name in ["config", "data", "log"] {
            let path = self.root.join(NEW_ROOT).join(name);
            if path.is_symlink() {
                std::fs::remove_file(path)?;
            }
        }
        let saved = self.beside("saved");
        if saved.exists() {
            std::fs::remove_dir_all(saved)?;
        }
        Ok(())
    }

    fn beside(&self, name: &str) -> PathBuf {
        self.root.with_file_name(name)
    }
}

/// Returns path and content of a file as large sites have them by the thousand: options of channels, pages and filters per domain.
fn extra(number: usize, longer: usize) -> (String, String) {
    let group = number / 200;
    let root = if number % 101 == 7 { "/opt/SUNWmsgsr" } else { "/usr/local" };
    let (path, head, line) = match number % 4 {
        0 => (
            format!("tcp_host{number}_option"),
            format!("DISABLE_SEND=0\nCUSTOM_SCRIPT={root}/lib/tool\n"),
            format!("! Host {number} is a gateway of the old mail system.\n"),
        ),
        1 => (
            format!("options/{group}/list{number}.opt"),
            format!("# {root}/lib/tool\n"),
            format!("Reply-to: list{number}@example.com\n"),
        ),
        2 => (
            format!("html/{group}/page{number}.html"),
            format!("<html><!-- {root}/lib/tool --><body>\n"),
            format!("<p>Page {number} of the messenger of the domain.</p>\n"),
        ),
        _ => (
            format!("filters/{group}/user{number}.filter"),
            format!("# {root}/lib/tool\nrequire [\"fileinto\"];\n"),
            format!("if header :contains \"Subject\" \"[{number}]\" {{ fileinto \"list{number}\"; }}\n"),
        ),
    };
    (path, format!("{head}{}", line.repeat(12 * longer)))
}

/// Gives both sides the same start: the disk has done what the run before it gave it to do.
fn start_alike() -> Result {
    time(&mut [Command::new("sync")])?;
    std::thread::sleep(Duration::from_millis(500));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn site(directory: &Path, program: &str) -> Site {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(program);
        Site::make(directory, program, 300, 1).unwrap()
    }

    /// Returns every path below a directory with its content.
    fn tree(directory: &Path) -> BTreeSet<(PathBuf, Vec<u8>)> {
        let mut found = BTreeSet::new();
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                found.extend(tree(&path));
            }
            let content = if path.is_file() { std::fs::read(&path).unwrap() } else { Vec::new() };
            found.insert((path, content));
        }
        found
    }

    #[test]
    fn each_run_starts_without_the_output_of_the_one_before() {
        let directory = tempfile::tempdir().unwrap();
        let site = site(directory.path(), "migrate-config-stand-in");
        let before = tree(directory.path());
        for _ in 0..2 {
            site.migrate_to_copy().unwrap();
            site.migrate_in_place().unwrap();
            site.copy(&mut cp()).unwrap();
            site.read_and_copy_edited().unwrap();
            assert!(before == tree(directory.path()));
        }
    }

    #[test]
    fn the_site_has_as_many_files_as_wanted_and_a_part_of_them_names_the_root() {
        let directory = tempfile::tempdir().unwrap();
        let site = site(directory.path(), "migrate-config-stand-in");
        let files = tree(&site.root.join(CONFIG)).into_iter().filter(|(path, _)| path.is_file() && !path.is_symlink());
        assert_eq!((files.count(), site.files), (300, 300));
        let is_right = |path: &PathBuf| names_root(&std::fs::read(site.root.join(path)).unwrap());
        assert!(site.edited.len() > 10 && site.edited.iter().all(is_right));
    }

    #[test]
    fn a_run_that_made_nothing_is_no_measurement() {
        let directory = tempfile::tempdir().unwrap();
        let site = Site { program: "true".into(), ..site(directory.path(), "migrate-config-stand-in") };
        assert_eq!(site.migrate_to_copy().unwrap_err().to_string(), "migrate-config made no copy");
        assert_eq!(site.migrate_in_place().unwrap_err().to_string(), "migrate-config made no link");
    }
}
