//! The benchmark of commdssetup: a run on a directory of many entries against what it cannot do without, `ldapmodify` of the same LDIF
//! and the server's own index tasks, which the generated script does.

use super::Pairs;
use crate::directory_server::{DirectoryServer, MANAGER};
use crate::process::{self, Result, cargo};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// Options of `cargo xtask bench commdssetup`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Entries with indexed attributes
    #[arg(long, default_value_t = 100_000)]
    entries: u32,
    /// Pairs of runs
    #[arg(long, default_value_t = 3)]
    runs: usize,
}

const CHOICES: [&str; 15] =
    ["-i", "yes", "-R", "yes", "-u", "o=usergroup", "-s", "yes", "-b", "yes", "-t", "2", "-D", MANAGER, "-m"];

/// Runs the benchmark.
pub(crate) fn run(args: &Args) -> Result {
    if !DirectoryServer::is_installed() {
        return Err("389-ds-base and ldap-utils are needed".into());
    }
    process::run(&mut cargo(["build", "--release", "--locked", "-p", "commdssetup"]))?;
    let program = process::target_directory()?.join("release/commdssetup");
    let directory = tempfile::tempdir()?;
    std::fs::create_dir_all(directory.path().join("root/var/tmp"))?;
    let server = DirectoryServer::start(directory.path())?;
    println!("adding {} entries", args.entries);
    add_entries(&server, args.entries)?;
    let bench = Bench { program, place: directory.path(), server };
    let script = bench.script()?;
    // The first run after an import finds an empty cache.
    bench.ours()?;
    bench.peer(&script)?;
    let pairs = Pairs::measure(args.runs, || bench.ours(), || bench.peer(&script))?;
    pairs.print("commdssetup", "ldapmodify and index tasks");
    Ok(())
}

struct Bench<'a> {
    program: PathBuf,
    place: &'a Path,
    server: DirectoryServer,
}

impl Bench<'_> {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .arg("--root")
            .arg(self.place.join("root"))
            .arg("--state-dir")
            .arg(self.place.join("state"))
            .args(arguments);
        command.arg("--password-file").arg(self.server.password_file()).stdin(std::process::Stdio::null());
        command
    }

    /// Writes the files, and returns the script, which looks at the task as often as we do.
    fn script(&self) -> Result<PathBuf> {
        let files = self.place.join("root/var/tmp");
        let arguments = [&CHOICES[..], &["no", "--ldap-url", &self.server.url]].concat();
        process::run_quietly(&mut self.command(&arguments))?;
        let script = std::fs::read_dir(files)?.filter_map(|file| file.ok().map(|file| file.path()));
        let script = script.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "sh"));
        let script = script.ok_or("there is no script")?;
        let text = std::fs::read_to_string(&script)?;
        if !text.contains("sleep 1\n") {
            return Err("the script does not wait as this benchmark thinks".into());
        }
        std::fs::write(&script, text.replace("sleep 1\n", "sleep 0.1\n"))?;
        Ok(script)
    }

    fn ours(&self) -> Result<Duration> {
        // The names of its files tell seconds.
        std::thread::sleep(Duration::from_millis(1100));
        let arguments = [&CHOICES[..], &["yes", "--ldap-url", &self.server.url]].concat();
        let start = Instant::now();
        process::run_quietly(&mut self.command(&arguments))?;
        let time = start.elapsed();
        process::run_quietly(&mut self.command(&["--undo", "--yes"]))?;
        Ok(time)
    }

    fn peer(&self, script: &Path) -> Result<Duration> {
        // The server keeps the entry of a task for a while after its end.
        let time = std::time::UNIX_EPOCH.elapsed().map_or(0, |time| time.as_micros());
        let text = std::fs::read_to_string(script)?.replace("cn=dssetup_", &format!("cn=dssetup_{time}_"));
        let script = self.place.join("root/var/tmp/again.sh");
        std::fs::write(&script, text)?;
        let start = Instant::now();
        process::run_quietly(
            Command::new("sh").arg(&script).env("DSSETUP_PASSWORD_FILE", self.server.password_file()),
        )?;
        let time = start.elapsed();
        self.take_back()?;
        Ok(time)
    }

    /// Applies the reverse LDIF of our first run, whose changes were the same; subtrees one entry after the other.
    fn take_back(&self) -> Result {
        let runs = self.place.join("state/commdssetup");
        let mut kept = Vec::new();
        for run in std::fs::read_dir(runs)? {
            kept.push(run?.path().join("before/reverse.ldif"));
        }
        kept.sort();
        let reverse = kept.into_iter().find(|path| path.exists()).ok_or("there was no run of ours yet")?;
        let part = self.place.join("part.ldif");
        for record in std::fs::read_to_string(reverse)?.split("\n\n").filter(|record| record.contains("dn:")) {
            if record.contains("\ncontrol:") {
                let dn = record.lines().find_map(|line| line.strip_prefix("dn: ")).ok_or("a record without a name")?;
                process::run_quietly(self.server.client("ldapdelete").arg("-r").arg(dn))?;
                continue;
            }
            std::fs::write(&part, format!("{record}\n"))?;
            process::run_quietly(self.server.client("ldapmodify").arg("-f").arg(&part))?;
        }
        Ok(())
    }
}

/// Adds users whose addresses are going to be indexed. Their classes are those of any server.
fn add_entries(server: &DirectoryServer, count: u32) -> Result {
    let mut text = String::from("dn: o=usergroup\nobjectClass: organization\no: usergroup\n\n");
    for number in 0..count {
        let _ = writeln!(
            text,
            "dn: uid=u{number},o=usergroup\nobjectClass: inetOrgPerson\nobjectClass: mailRecipient\nuid: u{number}\ncn: User {number}\nsn: {number}\n\
             mail: user.{number}@example.com\nmailAlternateAddress: alias.{number}@example.com\n"
        );
    }
    server.import(&text)
}
