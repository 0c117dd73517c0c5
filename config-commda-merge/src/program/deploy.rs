//! `deploy`: runs the documented scripts for the files whose deployed copies differ from their originals.
//!
//! A script changes files that are not ours in ways that nobody knows, so there is no journal and no undo: it can be run
//! again at any time, and after an `undo` of the merge it brings the older values back.

use command::{Completion, Exit, ReportStatus};
use std::collections::BTreeMap;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use config_merge::own_files;
use install_root::delegated_administrator::{Component, ConfigFile, Container};
use serde_json::json;
use upgrade_engine::fs::{FileKind, RelPath, RootPath, Stat};

use super::{Program, counted};
use crate::cli;
use crate::detect::{self, Copy, Found};
use crate::error::Error;

/// A script to run.
struct Script {
    path: RootPath,
    arguments: &'static [&'static str],
    files: Vec<ConfigFile>,
}

impl Script {
    fn line(&self) -> String {
        let mut words = vec![self.path.to_string()];
        words.extend(self.arguments.iter().map(|word| (*word).to_owned()));
        words.join(" ")
    }
}

impl Program<'_> {
    pub(super) fn deploy(&self, args: &cli::Deploy) -> Result<Completion, Error> {
        let base = detect::base(self.context.fs, &self.args.common, args.da_base.as_deref())?;
        let originals = detect::originals(self.context.fs, &base)?;
        let copies = detect::copies(self.context.fs)?;
        let container = container(args, &copies)?;
        let scripts = scripts(&base, container, &originals, &copies)?;
        if scripts.is_empty() {
            self.say(&format!(
                "The copies deployed in {container} are the same as the originals: there is nothing to do"
            ));
            return Ok(Completion::of(self.report(ReportStatus::NothingToDo)));
        }
        for script in &scripts {
            let names: Vec<&str> = script.files.iter().map(|file| file.name()).collect();
            self.say(&format!("{}   # {}", script.line(), names.join(", ")));
        }
        let mut report = self.report(ReportStatus::Done);
        report.details = json!(scripts.iter().map(Script::line).collect::<Vec<_>>());
        let other_root = self.args.common.root.as_deref().is_some_and(|root| root != Path::new("/"));
        if self.args.common.dry_run || (other_root && !args.run_commands) {
            report.outcome = ReportStatus::DryRun;
            self.say(if self.args.common.dry_run {
                "Dry run: nothing was run"
            } else {
                "Nothing was run: these are commands of another root; run them there, or give --run-commands"
            });
            return Ok(Completion::of(report));
        }
        for script in &scripts {
            self.refuse_unsafe(script)?;
        }
        self.context.confirm(&format!("Run {}?", counted(scripts.len(), "script")))?;
        for script in &scripts {
            self.run_script(script)?;
        }
        report.findings = self.still_different(container, &originals)?;
        report.findings.iter().for_each(|line| self.warn(line));
        if report.findings.is_empty() {
            self.say(&format!("The copies deployed in {container} are the same as the originals"));
        }
        self.say(&format!("A restart of {container} may be needed before it reads them; no document says so"));
        let exit = if report.findings.is_empty() { Exit::Done } else { Exit::NeedsReview };
        Ok(Completion { exit, ..Completion::of(report) })
    }

    /// Refuses a script that somebody else could have written, or could replace before it is run: neither it nor a directory
    /// above it may belong to others or be writable for them.
    fn refuse_unsafe(&self, script: &Script) -> Result<(), Error> {
        let wrong = |what: &str| Error::Script { path: script.path.to_string(), what: what.to_owned() };
        let looked = |stat: io::Result<Stat>| stat.map_err(|e| wrong(&format!("it cannot be run: {e}")));
        let Some((parent, name)) = script.path.split_last() else { return Err(wrong("it is not a file")) };
        let stat = looked(self.context.fs.open_dir(&parent).and_then(|dir| dir.stat(&RelPath::from(name))))?;
        if stat.kind != FileKind::Regular || stat.mode & 0o111 == 0 {
            return Err(wrong("it is not a program"));
        }
        let own = rustix::process::geteuid().as_raw();
        let is_others = |stat: &Stat| stat.mode & 0o022 != 0 || (stat.uid != 0 && stat.uid != own);
        if is_others(&stat) {
            return Err(wrong("users other than root may change it: it is not run"));
        }
        let mut above = Some(parent);
        while let Some(directory) = above {
            let stat = looked(self.context.fs.open_dir(&directory).and_then(|dir| dir.stat(&RelPath::here())))?;
            if is_others(&stat) {
                return Err(wrong(&format!(
                    "users other than root may change it, by changing {directory}: it is not run"
                )));
            }
            above = directory.split_last().map(|(parent, _)| parent);
        }
        Ok(())
    }

    fn run_script(&self, script: &Script) -> Result<(), Error> {
        let failed = |what: String| Error::Script { path: script.path.to_string(), what };
        let path = self.real(&script.path);
        let mut command = Command::new(&path);
        command.args(script.arguments).stdin(Stdio::null());
        // Documented: it is called in its own directory.
        command.current_dir(path.parent().unwrap_or(Path::new("/")));
        if self.args.common.json {
            command.stdout(Stdio::from(std::io::stderr()));
        }
        let status = command.status().map_err(|e| failed(format!("it cannot be run: {e}")))?;
        if status.success() { Ok(()) } else { Err(failed(format!("it failed: {status}"))) }
    }

    /// Returns where a product path really is.
    fn real(&self, path: &RootPath) -> PathBuf {
        let below = path.as_bytes().strip_prefix(b"/").unwrap_or_default();
        let root = self.args.common.root.clone().unwrap_or_else(|| PathBuf::from("/"));
        std::path::absolute(&root).unwrap_or(root).join(std::ffi::OsStr::from_bytes(below))
    }

    /// Says which copies are not the same as their originals, or are not where they are looked for.
    fn still_different(
        &self,
        container: Container,
        originals: &BTreeMap<ConfigFile, Found>,
    ) -> Result<Vec<String>, Error> {
        let copies = detect::copies(self.context.fs)?;
        let here: Vec<&Copy> = copies.iter().filter(|copy| copy.place.container == container).collect();
        let mut findings = Vec::new();
        for found in originals.values().filter(|found| container.script(found.file.component()).is_some()) {
            let of_file = here.iter().filter(|copy| copy.place.file == found.file);
            let differing = of_file.clone().filter(|copy| copy.content != found.content);
            findings.extend(differing.map(|copy| format!("{} is still not the same as its original", copy.place.path)));
            if of_file.count() == 0 {
                findings.push(format!(
                    "{}: no copy was found in the documented places of {container}: it was not compared",
                    found.file
                ));
            }
        }
        Ok(findings)
    }
}

fn container(args: &cli::Deploy, copies: &[Copy]) -> Result<Container, Error> {
    if let Some(name) = args.container {
        return Ok(name.into());
    }
    let mut found: Vec<Container> = copies.iter().map(|copy| copy.place.container).collect();
    found.sort();
    found.dedup();
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(Error::Container("no container holds deployed copies in the documented places".to_owned())),
        several => {
            let names: Vec<String> = several.iter().map(|one| format!("{one} ({})", one.word())).collect();
            Err(Error::Container(format!("several containers hold deployed copies: {}", names.join(", "))))
        }
    }
}

/// Returns the scripts for the components of which a deployed copy differs, or is not there.
fn scripts(
    base: &RootPath,
    container: Container,
    originals: &BTreeMap<ConfigFile, Found>,
    copies: &[Copy],
) -> Result<Vec<Script>, Error> {
    let mut scripts = Vec::new();
    for component in [Component::Server, Component::Console] {
        let changed = originals.values().filter(|found| found.file.component() == component).filter(|found| {
            let mut here =
                copies.iter().filter(|copy| copy.place.container == container && copy.place.file == found.file);
            let first = here.next();
            first.into_iter().chain(here).any(|copy| copy.content != found.content) || first.is_none()
        });
        let files: Vec<ConfigFile> = changed.map(|found| found.file).collect();
        let Some((name, arguments)) = container.script(component).filter(|_| !files.is_empty()) else { continue };
        let path = own_files::below(base, format!("sbin/{name}"))?;
        scripts.push(Script { path, arguments, files });
    }
    Ok(scripts)
}
