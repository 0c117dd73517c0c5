//! `prf`: makes an Outlook profile file for each user.

use std::path::Path;

use command::{Completion, ReportStatus};
use documents::windows_ini::{CodePage, FileEncoding};
use serde_json::json;

use super::{Program, counted};
use crate::cli;
use crate::configuration::{Configuration, named};
use crate::error::Error;
use crate::files;
use crate::output::Place;
use crate::prf::Template;
use crate::prf::generation::{Generation, Outcome, Unique, file_name};
use crate::users::{UsersError, users};

/// Names that are listed on the screen; the report has all of them.
const LISTED: usize = 20;

impl Program<'_> {
    pub(super) fn prf(&self, args: &cli::Prf) -> Result<Completion, Error> {
        let c = Configuration::read(self.context.own_files, &args.file, &args.reading, &["mail-host"])?;
        let page = match (&args.target_codepage, c.document.encoding()) {
            (Some(name), _) => named(name)?,
            (None, FileEncoding::Ansi(page)) => page,
            (None, FileEncoding::Utf16) => CodePage::SINGLE_BYTE,
        };
        let template = Template::new(&c, args.preset, page)?;
        let place = Place::look(self.context, &args.output)?;
        // The first pass finds every mistake, and whether anything changes, before anything is written.
        let generation = self.generation(&place, None)?;
        let (_, outcome) = self.generate(&args.users, &template, generation, &place)?;
        if !outcome.is_change() && place.is_taken() {
            self.say(&format!("Nothing was written: {} are as they were", counted_profiles(outcome.unchanged)));
            let mut report = self.context.report(ReportStatus::NothingToDo);
            report.details = json!({ "profiles": outcome });
            report.findings = edited(&outcome);
            return Ok(Completion::of(report));
        }
        self.show(&outcome);
        place.may_be_used()?;
        let findings = edited(&outcome);
        let details = json!({ "profiles": outcome });
        if self.context.options.dry_run {
            place.announce()?;
        } else {
            let tree = place.begin_tree()?;
            let generation = self.generation(&place, Some(tree))?;
            let (tree, _) = self.generate(&args.users, &template, generation, &place)?;
            if let Some(tree) = tree {
                place.publish_tree(tree)?;
            }
        }
        let mut completion = self.written(details);
        if !findings.is_empty() {
            findings.iter().for_each(|line| self.context.warn(line));
            completion.report.findings = findings;
            completion.exit = command::Exit::NeedsReview;
        }
        Ok(completion)
    }

    fn generation(
        &self,
        place: &Place<'_>,
        tree: Option<upgrade_engine::new_files::NewTree>,
    ) -> Result<Generation, Error> {
        let old = if place.is_taken() { self.context.own_files.open_dir(place.path()).ok() } else { None };
        Generation::new(old, tree).map_err(|e| Error::io("read", place.shown(), e))
    }

    fn generate(
        &self,
        file: &Path,
        template: &Template,
        mut generation: Generation,
        place: &Place<'_>,
    ) -> Result<(Option<upgrade_engine::new_files::NewTree>, Outcome), Error> {
        let interrupt = self.context.interrupt()?;
        let mut unique = Unique::default();
        let reader = files::open(self.context.own_files, file)?;
        let at = |line: u64, what: String| Error::file(file.display(), format!("line {line}: {what}"));
        let mut count = 0_u64;
        for user in users(reader).map_err(|e| Error::io("read", file.display(), e))? {
            let user = user.map_err(|error| match error {
                UsersError::Io(error) => Error::io("read", file.display(), error),
                line @ UsersError::Line { .. } => Error::file(file.display(), line),
            })?;
            if interrupt.is_requested() {
                return Err(command::Error::Interrupted.into());
            }
            let name = file_name(user.uid());
            unique.add(user.mail(), &name).map_err(|what| at(user.line, what))?;
            let profile = template.profile(&user).map_err(|what| at(user.line, what))?;
            generation.add(&name, &profile).map_err(|e| place.failed(e))?;
            count = count.saturating_add(1);
        }
        if count == 0 {
            return Err(Error::file(file.display(), "there are no users in it"));
        }
        generation.finish().map_err(|e| place.failed(e))
    }

    fn show(&self, outcome: &Outcome) {
        let Outcome { new, changed, unchanged, removed, .. } = outcome;
        self.say(&format!("{new} new, {changed} changed, {unchanged} unchanged, {} removed", removed.len()));
        for file in removed.iter().take(LISTED) {
            self.say(&format!("  removed: {file}"));
        }
        if removed.len() > LISTED {
            self.say(&format!("  and {} more (see --report)", removed.len().saturating_sub(LISTED)));
        }
    }
}

fn edited(outcome: &Outcome) -> Vec<String> {
    let line =
        |file: &String| format!("{file} was edited since it was generated; the old directory keeps the edited one");
    outcome.edited.iter().map(line).collect()
}

fn counted_profiles(count: u64) -> String {
    counted(usize::try_from(count).unwrap_or(usize::MAX), "profile")
}
