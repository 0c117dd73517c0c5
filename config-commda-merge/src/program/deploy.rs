//! `deploy`: runs the documented scripts for the files whose deployed copies differ from their originals.
//!
//! A script changes files that are not ours in ways that nobody knows, so there is no journal and no undo: it can be run
//! again at any time, and after an `undo` of the merge it brings the older values back.

use std::collections::BTreeMap;

use command::{Completion, Exit, ProductCommand, ProductCommands, ReportStatus};
use config_merge::own_files;
use install_root::delegated_administrator::{Component, ConfigFile, Container};
use serde_json::json;
use upgrade_engine::fs::RootPath;

use super::{Program, counted};
use crate::cli;
use crate::detect::{self, Copy, Found};
use crate::error::Error;

/// A script to run. It is called in its own directory, as documented.
struct Script {
    command: ProductCommand,
    files: Vec<ConfigFile>,
}

impl Script {
    fn line(&self) -> String {
        self.command.line()
    }

    fn failed(&self, what: String) -> Error {
        Error::Script { path: self.command.program.to_string(), what }
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
        if self.args.common.dry_run || !args.commands.are_run(&self.args.common) {
            report.outcome = ReportStatus::DryRun;
            self.say(if self.args.common.dry_run {
                "Dry run: nothing was run"
            } else {
                "Nothing was run: these are commands of another root; run them there, or give --run-commands"
            });
            return Ok(Completion::of(report));
        }
        let commands = ProductCommands::new(self.context);
        let mut held = Vec::new();
        for script in &scripts {
            held.push(commands.hold(&script.command).map_err(|what| script.failed(what))?);
        }
        self.context.confirm(&format!("Run {}?", counted(scripts.len(), "script")))?;
        for (script, program) in scripts.iter().zip(&held) {
            commands.run_held(&script.command, program).map_err(|what| script.failed(what))?;
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
        scripts.push(Script { command: ProductCommand::new(path, arguments), files });
    }
    Ok(scripts)
}
