//! `merge`: puts the site's values into the files that `config-commda` has written.

use command::{Completion, Exit, NewRun, Report, ReportStatus, Runs, Start, Touched};
use std::collections::BTreeMap;

use config_merge::layout::Directory;
use config_merge::{FileSystems, Resolutions, Version, Where, kept, own_files};
use documents::changes::Changes;
use documents::merge::Word;
use install_root::delegated_administrator::ConfigFile;
use serde_json::json;
use upgrade_engine::fs::RootPath;
use upgrade_engine::plan::Plan;

use super::{Program, counted};
use crate::detect::{self, Found};
use crate::error::Error;
use crate::merging::SixFiles;
use crate::saved::{self, SavedFiles};
use crate::snapshot::PREFIX;
use crate::{cli, merging, notes, plan};

impl Program<'_> {
    pub(super) fn merge(&self, args: &cli::Merge) -> Result<Completion, Error> {
        let base = detect::base(self.context.fs, &self.args.common, args.da_base.as_deref())?;
        let (site_on, dir) = match &args.saved {
            Some(dir) => (Where::Own, own_files::path(dir)?),
            None => {
                let newest = kept::newest(&*self.context.state.fs, &self.context.state.path, PREFIX)?;
                (Where::State, newest.ok_or(Error::NoSnapshot)?)
            }
        };
        let request = plan::request(args, &base, &dir);
        let touched = Touched { changes: vec![base.to_string()], reads: Vec::new() };
        let runs = Runs::new(self.context, self);
        let new_run = match runs.start(&request, touched)? {
            Start::Resumed(completion) => return Ok(*completion),
            Start::New(new_run) => new_run,
        };
        let files = self.files();
        let site = saved::open(&Directory::open(files, site_on, dir.clone())?, &base)?;
        let stock = match &args.base {
            Some(named) => {
                let named = own_files::path(named)?;
                let stock = saved::open(&Directory::open(files, Where::Own, named.clone())?, &base)?.files;
                refuse_one_for_both(files, (&named, &stock), (&dir, &site.files, site_on))?;
                stock
            }
            None => site.stock.clone(),
        };
        let originals = detect::originals(self.context.fs, &base)?;
        let resolve = &args.resolve;
        let resolutions = Resolutions::new(&files, &resolve.resolve, resolve.resolutions.as_deref())?;
        let to_merge = plan::files(&originals, &site.files, &stock);
        let merges = config_merge::merge(&SixFiles, &to_merge, resolutions, &files)?;

        let changes = merges.changes();
        let mut warnings = only_one_side(&site, &originals, &dir, &base);
        warnings.extend(edited_copies(&site)?);
        warnings.extend(originals.values().flat_map(|found| {
            found.others.iter().map(move |other| format!("{other} is an older original: {} was merged", found.path))
        }));
        for merged in &merges.merged {
            let file = ConfigFile::of_name(&merged.file.name);
            warnings.extend(file.into_iter().flat_map(|file| notes::on_merge(file, &merged.merge, &base.to_string())));
        }
        let open = merges.open_conflicts();
        let unproven = changes.count(|decision| decision.word == Word::Unproven);
        if unproven > 0 {
            warnings.push(format!(
                "{} without a known stock value: the site's values are kept (in Security.properties the shipped ones); to decide them, give the stock files of the old release (--base DIR)",
                counted(unproven, "unproven decision")
            ));
        }
        let trees = detect::trees(&base)?;
        let mut plan = Plan::new(plan::TOOL, request);
        merges.plan_replacements(&mut plan, self.context.fs, &trees)?;

        self.context.say_lines(changes.to_string().trim_end());
        warnings.iter().for_each(|line| self.warn(line));
        let mut report = self.merge_report(&dir, plan, new_run)?;
        report.warnings.extend(warnings);
        if open > 0 {
            report.findings.push(format!(
                "{}: the site's values are kept (in Security.properties the shipped ones); review them, and resolve with \
                 --resolve FILE:KEY=site|new|VALUE",
                counted(open, "conflict")
            ));
        }
        report.findings.extend(merges.findings.iter().cloned());
        report.findings.iter().for_each(|line| self.say(line));
        self.say_what_next(&report);
        let exit = if report.findings.is_empty() { Exit::Done } else { Exit::NeedsReview };
        let details = |changes: &Changes| json!({ "changes": changes, "open_conflicts": open });
        let json = config_merge::changes_as_json(self.context, &changes, &mut report, details)?;
        Ok(Completion { exit, report, json })
    }

    /// Applies the plan, unless it is a dry run or there is nothing in it.
    fn merge_report(&self, dir: &RootPath, plan: Plan, new_run: NewRun<'_, Self>) -> Result<Report, Error> {
        if plan.steps.is_empty() {
            self.say(&format!(
                "The files already hold everything from {dir} that must be kept: there is nothing to do"
            ));
            return Ok(self.report(ReportStatus::NothingToDo));
        }
        if self.args.common.dry_run {
            return new_run.dry_run(plan);
        }
        self.context.confirm(&format!("Replace {}?", counted(plan.steps.len(), "file")))?;
        let done = plan.lines();
        let report = new_run.apply(plan, &[])?;
        done.iter().for_each(|line| self.say(&format!("Done: {line}")));
        Ok(report)
    }

    fn say_what_next(&self, report: &Report) {
        if let Some(undo) = &report.undo {
            self.say(&format!("Undo: {undo}"));
        }
        if report.outcome == ReportStatus::Done {
            self.say("Next: `config-commda-merge deploy`; until then the containers run what config-commda deployed");
        }
    }
}

/// Says which files are there on one side only: nothing is done about them.
/// Refuses one directory, or one of its files, for the base and for the saved files: every value of the site would be taken for one
/// that the release shipped, and would be lost.
fn refuse_one_for_both(
    files: FileSystems<'_>,
    (base, stock): (&RootPath, &BTreeMap<ConfigFile, Version>),
    (saved, site, site_on): (&RootPath, &BTreeMap<ConfigFile, Version>, Where),
) -> Result<(), Error> {
    let is_one = |base: &RootPath, saved: &RootPath| {
        own_files::are_one((files.on(Where::Own), base), (files.on(site_on), saved))
    };
    let refused =
        |base: &RootPath, saved: &RootPath| Err(Error::OneFile { base: base.to_string(), saved: saved.to_string() });
    if is_one(base, saved)? {
        return refused(base, saved);
    }
    for (file, of_site) in site {
        if let Some(of_stock) = stock.get(file)
            && is_one(&of_stock.source.path, &of_site.source.path)?
        {
            return refused(&of_stock.source.path, &of_site.source.path);
        }
    }
    Ok(())
}

fn only_one_side(
    site: &SavedFiles,
    originals: &BTreeMap<ConfigFile, Found>,
    dir: &RootPath,
    base: &RootPath,
) -> Vec<String> {
    let mut lines = Vec::new();
    for file in ConfigFile::ALL {
        match (site.files.contains_key(&file), originals.contains_key(&file)) {
            (true, false) => {
                lines.push(format!("{file} was saved, but is not there now below {base}: it was not merged"))
            }
            (false, true) => lines.push(format!("{file} is not in {dir}: it is kept as config-commda wrote it")),
            _ => {}
        }
    }
    lines
}

/// Says which deployed copies had been edited and their originals had not: those edits are not merged.
fn edited_copies(site: &SavedFiles) -> Result<Vec<String>, Error> {
    let mut lines = Vec::new();
    for copy in &site.copies {
        let Some(original) = site.files.get(&copy.place.file) else { continue };
        let deployed = merging::parse(&copy.place.path, copy.content.clone())?;
        let original = merging::parse(&original.source.path, original.content.clone())?;
        let keys = notes::differing_keys(&original, &deployed);
        if !keys.is_empty() {
            lines.push(format!(
                "{}: the copy deployed in {} differed from the original in {}; the original's values were merged",
                copy.place.file,
                copy.place.container,
                keys.join(", ")
            ));
        }
    }
    Ok(lines)
}
