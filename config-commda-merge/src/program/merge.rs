//! `merge`: puts the site's values into the files that `config-commda` has written.

use command::{Completion, Exit, NewRun, Report, ReportStatus, Runs, Start, Touched};
use std::collections::BTreeMap;

use documents::Properties;
use documents::changes::Changes;
use documents::merge::{Decision, Merge, Word};
use install_root::delegated_administrator::ConfigFile;
use serde_json::json;
use upgrade_engine::fs::{FileSystem, RootPath};
use upgrade_engine::plan::Plan;

use super::{Program, counted};
use crate::detect::{self, Found};
use crate::error::Error;
use crate::plan::{self, Merged, Sources};
use crate::resolutions::Resolutions;
use crate::saved::{self, SavedFile, SavedFiles, Where};
use crate::{cli, merging, notes, own_files, snapshot};

/// The files from before, and the stock files.
struct Before {
    site: SavedFiles,
    base: BTreeMap<ConfigFile, SavedFile>,
    sources: Sources,
}

impl Program<'_> {
    pub(super) fn merge(&self, args: &cli::Merge) -> Result<Completion, Error> {
        let base = detect::base(self.context.fs, &self.args.common, args.da_base.as_deref())?;
        let (site_on, dir) = match &args.saved {
            Some(dir) => (Where::Own, own_files::path(dir)?),
            None => {
                let newest =
                    snapshot::newest(&*self.context.state.fs, &self.context.state.path)?.ok_or(Error::NoSnapshot)?;
                (Where::State, newest)
            }
        };
        let request = plan::request(args, &base, &dir);
        let touched = Touched { changes: vec![base.to_string()], reads: Vec::new() };
        let runs = Runs::new(self.context, self);
        let new_run = match runs.start(&request, touched)? {
            Start::Resumed(completion) => return Ok(*completion),
            Start::New(new_run) => new_run,
        };
        let before = self.before(args, &base, site_on, &dir)?;
        let originals = detect::originals(self.context.fs, &base)?;
        let resolutions = Resolutions::new(self.context.own_files, &args.resolve)?;
        let merges = self.merges(&before, &originals, &resolutions)?;

        let mut changes = Changes::default();
        let mut findings = Vec::new();
        let mut merged = Vec::new();
        for (file, merge) in &merges {
            let (Some(new), Some(site)) = (originals.get(file), before.site.files.get(file)) else { continue };
            merging::add(&mut changes, file.name(), merge);
            findings.extend(notes::on_merge(*file, merge, &base.to_string()));
            merged.push(Merged { new, site, base: before.base.get(file), merge });
        }
        let mut warnings = only_one_side(&before.site, &originals, &dir, &base);
        warnings.extend(edited_copies(&before.site)?);
        warnings.extend(originals.values().flat_map(|found| {
            found.others.iter().map(move |other| format!("{other} is an older original: {} was merged", found.path))
        }));
        warnings.extend(findings);
        let open = changes.count(Decision::is_open);
        let unproven = changes.count(|decision| decision.word == Word::Unproven);
        if unproven > 0 {
            warnings.push(format!(
                "{} without a known stock value: the site's values are kept (in Security.properties the shipped ones); to decide them, give the stock files of the old release (--base DIR)",
                counted(unproven, "unproven decision")
            ));
        }
        let trees = detect::trees(&base)?;
        let plan = plan::plan(self.context.fs, &trees, &merged, before.sources, &resolutions, request)?;

        self.say(changes.to_string().trim_end());
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
        report.findings.iter().for_each(|line| self.say(line));
        self.say_what_next(&report);
        let exit = if report.findings.is_empty() { Exit::Done } else { Exit::NeedsReview };
        let details = |changes: &Changes| json!({ "changes": changes, "open_conflicts": open });
        let json = self.changes_as_json(&changes, &mut report, details)?;
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

    fn before(&self, args: &cli::Merge, base: &RootPath, site_on: Where, dir: &RootPath) -> Result<Before, Error> {
        let fs: &dyn FileSystem = match site_on {
            Where::Own => self.context.own_files,
            Where::State => &*self.context.state.fs,
        };
        let mut site = saved::open(fs, dir, base)?;
        let (base, base_on) = match &args.base {
            Some(dir) => (saved::open(self.context.own_files, &own_files::path(dir)?, base)?.files, Where::Own),
            None => (std::mem::take(&mut site.stock), site_on),
        };
        Ok(Before { site, base, sources: Sources { site: site_on, base: base_on } })
    }

    /// Merges what is there on both sides.
    fn merges(
        &self,
        before: &Before,
        originals: &BTreeMap<ConfigFile, Found>,
        resolutions: &Resolutions,
    ) -> Result<BTreeMap<ConfigFile, Merge>, Error> {
        let said = resolutions.by_file(self.context.own_files)?;
        let mut merges = BTreeMap::new();
        for (file, new) in originals {
            let Some(site) = before.site.files.get(file) else { continue };
            let stock = before.base.get(file).map(parse_saved).transpose()?;
            let said: Vec<String> = said.iter().filter(|(of, _)| of == file).map(|(_, text)| text.clone()).collect();
            let new = merging::parse(&new.path, new.content.clone())?;
            merges.insert(*file, merging::merge(Some(*file), stock.as_ref(), &parse_saved(site)?, &new, &said)?);
        }
        if let Some((file, _)) = said.iter().find(|(file, _)| !merges.contains_key(file)) {
            return Err(Error::usage(format!("{file} is not merged: there is nothing to resolve in it")));
        }
        Ok(merges)
    }
}

fn parse_saved(file: &SavedFile) -> Result<Properties, Error> {
    merging::parse(&file.at.path, file.content.clone())
}

/// Says which files are there on one side only: nothing is done about them.
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
        let keys = notes::differing_keys(&parse_saved(original)?, &deployed);
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
