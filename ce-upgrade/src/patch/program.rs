//! What `patch-config` does, on whatever file systems it is given.

use std::path::Path;

use command::{Completion, Context, Exit, ReportStatus, Runs, Start, Touched};
use config_merge::candidates::{self, Candidates};
use config_merge::{
    FileSystems, Merges, Method, ResolutionLines, Resolutions, Where, WorkDirectory, merge_again, summary,
};
use documents::changes::Changes;
use documents::merge::RootMove;
use documents::names::NameMove;
use serde_json::json;
use upgrade_engine::fs::RootPath;
use upgrade_engine::redact;

use super::files::{Found, Trees};
use super::merging::CeMerger;
use super::origin::Origin;
use super::site::Site;
use super::stock::{StockFiles, scratch};
use super::{MadeFor, Shipped, copies, descriptor, leftovers, needs, work_directory};
use crate::cli;
use crate::deployment::{Deployment, other_bases};
use crate::error::Error;
use crate::handler::AnyRun;
use crate::install::NO_CONFIGURATOR;
use crate::ui_trees::{self, Top, UiTrees};

/// One call of the command.
pub(super) struct Program<'a> {
    pub(super) args: &'a cli::Patch,
    pub(super) context: &'a Context<'a>,
}

/// What was found on the disk.
struct Facts {
    found: Found,
    roots: Vec<RootMove>,
    made_for: MadeFor,
    warnings: Vec<String>,
    /// Files of the user interface, which no merge is about.
    interface: UiTrees,
}

impl Program<'_> {
    /// Merges.
    ///
    /// # Errors
    /// Why it was not done. Nothing live was changed in any case.
    pub(super) fn carry_out(&self) -> Result<Completion, Error> {
        let (args, context) = (self.args, self.context);
        let patch = args.patch.as_deref().map(patch_id).transpose()?;
        let deployment = Deployment::look(context, &args.place)?;
        let work = work_directory(&deployment.base, args.work_dir.as_deref())?;
        let work_fs = work.fs(context);
        work.refuse_swappable(work_fs)?;
        let handler = AnyRun { context };
        let touched = Touched {
            changes: vec![work.path.to_string()],
            reads: vec![deployment.base.to_string(), deployment.deployed.to_string()],
        };
        let request = json!({ "command": "patch-config", "deployed": deployment.deployed });
        let runs = Runs::new(context, &handler);
        let run = match runs.start(&request, touched)? {
            Start::Resumed(done) => return Ok(*done),
            Start::New(run) => run,
        };
        let facts = self.look(&deployment, patch)?;
        self.refuse_stock_again(&deployment.deployed, &work)?;
        let merger = CeMerger { roots: facts.roots.clone() };
        let (merges, warnings) = self.merge(&merger, &facts, &work)?;
        for merged in &merges.merged {
            let lines = summary::lines(&merger, merged, |file| merger.proposed(file));
            lines.iter().for_each(|line| context.say(line));
        }
        facts.interface.lines().iter().for_each(|line| context.say(&format!("Not merged: {line}")));
        warnings.iter().for_each(|line| context.warn(&redact::text(line)));
        if !context.options.dry_run {
            let _lock = work.lock(work_fs)?;
            let made_for = json!(facts.made_for);
            candidates::replace((self.files(), work.on, &work.path), &merger, &merges, made_for)?;
        }
        drop(run);
        self.finish(&merges, &work, &facts, warnings)
    }

    fn files(&self) -> FileSystems<'_> {
        FileSystems::of(self.context)
    }

    /// Finds all files.
    fn look(&self, deployment: &Deployment, patch: Option<String>) -> Result<Facts, Error> {
        let (args, context, files) = (self.args, self.context, self.files());
        let fs = context.fs;
        let Deployment { base, deployed } = deployment;
        let origin = Origin::look(args, context, deployed)?;
        let mut warnings = Vec::new();
        let mut roots = origin.roots(deployed);
        let other_base = match other_bases(fs, base)?.as_slice() {
            [old] if origin.is_beside() => Some(old.clone()),
            _ => None,
        };
        roots.extend(other_base.iter().map(|old| RootMove { from: old.as_bytes().into(), to: base.as_bytes().into() }));
        let old = match (&args.base, &other_base) {
            (Some(named), _) => Some(StockFiles::named(files, named, "--base")?),
            (None, Some(old)) => Some(StockFiles::of_base(files, old, "--base")?),
            (None, None) => None,
        };
        let new = match &args.new {
            Some(named) => StockFiles::named(files, named, "--new")?,
            None => StockFiles::of_base(files, base, "--new")?,
        };
        let live = Site::look(fs, Where::Product, deployed)?;
        let other = origin.other().map(|(on, path)| Site::look(files.on(on), on, path)).transpose()?;
        let site = other.as_ref().unwrap_or(&live);
        let names: Vec<NameMove> = match (&args.old_host, &args.new_host) {
            (Some(old), Some(new)) => vec![NameMove::new(old, new)],
            _ => Vec::new(),
        };
        let trees = Trees { base: old.as_ref(), site, live: &live, new: &new, roots: &roots, names: &names };
        let mut found = trees.files(fs)?;
        if other.is_some() {
            found.findings.extend(leftovers::lines(site, &live, &found.files));
        }
        context.say(&match &old {
            Some(old) => format!("Stock files of the old release: {}", old.path),
            None => "Stock files of the old release: not known".to_owned(),
        });
        context.say(&format!("Stock files of the new release: {}", new.path));
        context.say(&format!("The site's files: {}", site.web_inf));
        if old.is_none() {
            warnings.push(
                "without the stock files of the old release (--base DIR) it is not known what the site changed: all its values are kept"
                    .to_owned(),
            );
        }
        warnings.extend(site.left.iter().cloned());
        let scratch: Vec<RootPath> = scratch(base, deployed)?.into_iter().filter(|copy| !new.are_in(copy)).collect();
        warnings.extend(copies::without_effect(fs, &scratch, &found.files)?);
        warnings.extend(descriptor::line(site, &old.iter().chain([&new]).collect::<Vec<_>>())?);
        let made_for = MadeFor {
            deployed: deployed.clone(),
            from: origin.other().map(|(_, path)| path.clone()),
            is_other_host: origin.is_other_host(),
            patch,
            shipped: Shipped::of(&found.files),
        };
        let interface = interface(files, site, old.as_ref(), other_base.as_ref().unwrap_or(base))?;
        Ok(Facts { found, roots, made_for, warnings, interface })
    }

    /// Refuses to replace earlier merged files, where these are the last place that has the site's values.
    fn refuse_stock_again(&self, deployed: &RootPath, work: &WorkDirectory) -> Result<(), Error> {
        let directory = match work.open(self.context) {
            Ok(directory) => directory,
            Err(config_merge::Error::NoCandidates(_)) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        // What is none, or was edited, is a matter of replacing it.
        let Ok(candidates) = Candidates::read(&directory) else { return Ok(()) };
        let Ok(made_for) = MadeFor::of(work, &candidates.record) else { return Ok(()) };
        let files = made_for.shipped.again(self.context.fs, &candidates.record)?;
        if made_for.deployed != *deployed || files.is_empty() {
            return Ok(());
        }
        Err(Error::StockAgain { files, work: work.path.clone() })
    }

    /// Merges the files. Returns also what the administrator should know.
    fn merge<'f>(
        &self,
        merger: &CeMerger,
        facts: &'f Facts,
        work: &WorkDirectory,
    ) -> Result<(Merges<'f, Method>, Vec<String>), Error> {
        let (args, files) = (self.args, self.files());
        let earlier = if args.forget_resolutions {
            ResolutionLines::default()
        } else {
            candidates::earlier_resolutions(files, work.on, &work.path)?
        };
        let now = Resolutions::new(&files, &args.resolve, args.resolutions.as_deref())?.read(&files)?;
        let (mut merges, left_out) = merge_again(merger, &facts.found.files, earlier, &now)?;
        merges.findings.extend(facts.found.findings.iter().cloned());
        let needed = needs::lines(&merges);
        merges.findings.extend(needed);
        let mut warnings = facts.warnings.clone();
        let forgotten = |key| format!("{key} is not in conflict any more: its resolution is forgotten");
        warnings.extend(left_out.into_iter().map(forgotten));
        Ok((merges, warnings))
    }

    fn finish(
        &self,
        merges: &Merges<'_, Method>,
        work: &WorkDirectory,
        facts: &Facts,
        warnings: Vec<String>,
    ) -> Result<Completion, Error> {
        let context = self.context;
        let dry_run = context.options.dry_run;
        let open = merges.open_conflicts();
        let mut report = context.report(if dry_run { ReportStatus::DryRun } else { ReportStatus::Done });
        report.warnings = warnings;
        report.findings.clone_from(&merges.findings);
        if open > 0 {
            let what = if open == 1 { "conflict is" } else { "conflicts are" };
            report.findings.push(format!(
                "{open} {what} open: resolve with --resolve FILE:KEY=site|new|VALUE and repeat the command"
            ));
        }
        report.findings.iter().for_each(|line| context.say(line));
        if dry_run {
            context.say(&format!("Dry run: nothing was written; the merged files would go to {}", work.path));
        } else {
            let patch = facts.made_for.patch.as_ref().map(|patch| format!(" for patch {patch}")).unwrap_or_default();
            context.say(&format!("The merged files{patch} and a report about each are in {}", work.path));
            let install = format!("ce-upgrade install-newconfig{}", work.option());
            context.say(&match open {
                0 => format!("Next: {install}"),
                _ => format!("Next: ce-upgrade patch-config --resolve ..., then {install}"),
            });
            context.say(NO_CONFIGURATOR);
        }
        let changes = merges.changes();
        let details = |changes: &Changes<'_>| json!({ "changes": changes, "open_conflicts": open, "work_directory": work, "user_interface": facts.interface });
        let json = config_merge::changes_as_json(context, &changes, &mut report, details)?;
        let exit = if report.findings.is_empty() { Exit::Done } else { Exit::NeedsReview };
        Ok(Completion { exit, report, json })
    }
}

/// Compares the site's files of the user interface with those of the old release, or with an installation's where these are not known.
fn interface(
    files: FileSystems<'_>,
    site: &Site<'_>,
    old: Option<&StockFiles<'_>>,
    base: &RootPath,
) -> Result<UiTrees, Error> {
    let beside = |web_inf: &RootPath| web_inf.split_last().map_or_else(|| web_inf.clone(), |(above, _)| above);
    let old = old.map(|old| Top { fs: old.fs, path: beside(&old.path) });
    let copies: Vec<Top<'_>> = old.into_iter().chain(ui_trees::copies(files.product, base)?).collect();
    ui_trees::compare(&Top { fs: site.fs, path: beside(&site.web_inf) }, &copies)
}

/// Returns the id of a patch: what was typed, or the last name of the path.
fn patch_id(typed: &str) -> Result<String, Error> {
    let wrong = || Error::PatchId(typed.to_owned());
    let name = Path::new(typed).file_name().and_then(|name| name.to_str()).ok_or_else(wrong)?;
    let (patch, revision) = name.split_once('-').ok_or_else(wrong)?;
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_id = patch.len() == 6 && revision.len() >= 2 && is_number(patch) && is_number(revision);
    if is_id { Ok(name.to_owned()) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::patch_id;

    #[test]
    fn a_patch_is_six_digits_and_a_revision_alone_or_at_the_end_of_a_path() {
        for (typed, id) in [
            ("122793-21", "122793-21"),
            ("/opt/SUNWuwc/install/patch/122794-103", "122794-103"),
            ("patch/122795-21/", "122795-21"),
        ] {
            assert_eq!(patch_id(typed).unwrap(), id);
        }
        for typed in
            ["", "122793", "122793-1", "12279-21", "122793-2x", "1227930-21", "122793-21/..", "x122793-21", "/"]
        {
            assert!(patch_id(typed).is_err(), "{typed}");
        }
    }
}
