//! A run: choices, survey, plan, the two files, and the changes.

use command::layout::wrapped;
use command::{Completion, Console, Exit, NewRun, Program as _, Report, ReportStatus, Runs, Start, Touched};
use serde_json::json;
use upgrade_engine::fs::Name;
use upgrade_engine::plan::Plan as EnginePlan;

use super::{Asked, Program};
use crate::Commdssetup;
use crate::answers::{self, Answers, ask_yes_no};
use crate::apply::{REVERSE_LDIF, engine_plan, reverse_ldif};
use crate::choices::{Answer, Choices, OldIcsOids, UnpublishedOids};
use crate::detect::{check_sizes, detect};
use crate::error::Error;
use crate::facts::{Facts, Storage, Vendor};
use crate::generate::quoted;
use crate::generated::Names;
use crate::ldap::{Directory, Target};
use crate::own_files;
use crate::plan::{Plan, PlanError, plan};
use crate::report::{self, Detail, counted};
use crate::schema_files;
use crate::stored::{Expected, Stored, of_earlier_runs, unseen};

/// What is asked before a step.
const GENERATE: &str = "Do you want to write these files";
const APPLY: &str = "Do you want to change the directory now";

impl Program<'_> {
    pub(super) fn prepare(&self) -> Result<Completion, Error> {
        let names = Names::new(self.context.fs, self.context.now, self.root().as_deref());
        let is_interactive = !self.args.is_silent();
        let mut answers = if is_interactive {
            self.ask_for_choices(&names)?
        } else {
            answers::from_options(self.args, self.context.fs)?
        };
        answers.warnings.iter().for_each(|line| self.warn(line));
        let (target, password) = self.target_of(&mut answers)?;
        let choices = self.choices(&answers, &target)?;
        let remarks = schema_files::remarks(&choices.site_schema).map_err(PlanError::from)?;
        remarks.iter().for_each(|line| self.warn(line));
        answers.warnings.extend(remarks);
        let asked = Asked { target: target.clone(), choices: in_words(&choices) };
        let request = serde_json::to_value(&asked).map_err(Error::internal)?;
        if let Some(password) = &password {
            let _ = self.password.set(password.clone());
        }
        let runs = Runs::new(self.context, self);
        let touched = Touched { changes: vec![target.url.clone()], reads: Vec::new() };
        let new_run = match runs.start(&request, touched)? {
            Start::Resumed(completion) => return Ok(*completion),
            Start::New(new_run) => new_run,
        };
        let instance = answers.instance.as_ref().map(|instance| instance.path.clone());
        let directory = self.open(&target, password, instance)?;
        let facts = detect(directory, &self.files()?, &choices)?;
        let plan = plan(&facts, &choices)?;
        check_sizes(facts.server.largest_request, &plan.changes)?;
        let detail = if self.args.common.dry_run { Detail::Everything } else { Detail::Summary };
        report::lines(&plan, detail).iter().for_each(|line| self.context.say_lines(line));
        let findings = report::findings(&plan);
        let steps = engine_plan(Commdssetup::NAME, request, &plan).map_err(Error::internal)?;
        // Kept with the plan: a run that is resumed has them as well.
        let steps = EnginePlan { findings: findings.clone(), ..steps };
        let not_stored = self.not_stored_before(directory, &facts, &plan)?;
        not_stored.iter().for_each(|line| self.warn(line));
        if self.args.common.dry_run {
            names.check(self.context.fs)?;
            return Ok(self.checked(&plan, &facts, &not_stored, &new_run, steps));
        }
        let refusals = plan.refusals().count();
        if refusals > 0 {
            return Err(Error::Conflicts(counted(refusals, "definition")));
        }
        if plan.is_empty() {
            self.say(&format!("Nothing is to be changed. Installed: {}.", report::installed(&facts)));
        }
        self.context.say_lines(&format!("Files\n  {}\n  {}", names.script, names.ldif));
        if let Some(console) = self.context.console.filter(|_| is_interactive) {
            confirm(console, GENERATE)?;
        }
        let shown = names.script.clone();
        let names = names.write(self.context.fs, &plan, &target)?;
        if names.script != shown {
            self.warn(&format!("{shown} or its .ldif was made by somebody else meanwhile"));
            self.context.say_lines(&format!("Files\n  {}\n  {}", names.script, names.ldif));
        }
        let details = json!({ "plan": plan, "files": names });
        if let Some(completion) = self.stop_after_files(&facts, &answers, &names, &details, &findings)? {
            return Ok(completion);
        }
        if plan.is_empty() {
            self.context.say_lines(&last_line(
                "the directory was prepared already, and nothing was changed",
                &findings,
                &not_stored,
            ));
            let findings = [findings, not_stored].concat();
            return Ok(Completion::of(Report { details, findings, ..self.report(ReportStatus::NothingToDo) }));
        }
        let reverse = reverse_ldif(&plan).map_err(Error::internal)?;
        let kept = [(Name::new(REVERSE_LDIF).map_err(Error::internal)?, reverse)];
        let mut report = Report { details, ..new_run.apply(steps, &kept)? };
        report.warnings.extend(answers.warnings);
        if let Storage::Unseen(why) = &facts.storage {
            report.warnings.push(unseen(why));
        }
        if !not_stored.is_empty() {
            // The server may have stored them with the changes of this run.
            report.findings.extend(self.not_stored_before(directory, &facts, &plan)?);
        }
        if !facts.replicas.is_empty() {
            let widened = self.widened(directory, &plan.changes)?;
            widened.iter().for_each(|line| self.warn(line));
            report.warnings.extend(widened);
        }
        runs.say_ways_back(&report);
        let others: Vec<String> = report.findings.iter().filter(|line| !findings.contains(line)).cloned().collect();
        self.context.say_lines(&last_line("the directory is prepared", &findings, &others));
        Ok(Completion::of(report))
    }

    /// Returns what an earlier run brought about and the server has not stored.
    fn not_stored_before(&self, directory: &dyn Directory, facts: &Facts, plan: &Plan) -> Result<Vec<String>, Error> {
        let earlier = of_earlier_runs(facts, plan);
        Ok(match self.files()?.compare(directory, &earlier, Expected::Done)? {
            Stored::Compared(findings) => findings,
            Stored::Unseen(_) => Vec::new(),
        })
    }

    /// Asks for everything, beginning with whether to begin.
    fn ask_for_choices(&self, names: &Names) -> Result<Answers, Error> {
        let console = self.context.console.ok_or_else(|| {
            Error::usage(
                "without single-letter options it is interactive, and there is no terminal; --help lists the options",
            )
        })?;
        console.show(&format!(
            "Welcome to the Directory Server preparation tool for Sun Java System Communications Services.\n(commdssetup {})\n\n\
             The changes are written to {} and applied when you confirm.\n\n",
            env!("CARGO_PKG_VERSION"),
            names.script
        ));
        confirm(console, "Do you want to continue")?;
        answers::from_questions(self.args, self.context.fs, console, || self.given_password())
    }

    fn choices(&self, answers: &Answers, target: &Target) -> Result<Choices, Error> {
        let site_schema = self
            .args
            .site_schema
            .as_deref()
            .map(|dir| own_files::site_schema(self.context.own_files, dir))
            .transpose()?;
        Ok(Choices {
            schema: answers.schema,
            indexes: answers.indexes,
            reindex: answers.reindex,
            holds: answers.holds,
            schema_type: answers.schema_type,
            dc_suffix: answers.dc_suffix.clone(),
            user_suffix: answers.user_suffix.clone(),
            modify: answers.modify,
            instance: answers.instance.as_ref().map(|instance| instance.path.to_string()),
            bind_dn: target.bind_dn().unwrap_or_default().to_owned(),
            site_schema: site_schema.unwrap_or_default(),
            unpublished_oids: if self.args.with_placeholder_oids {
                UnpublishedOids::Placeholder
            } else {
                UnpublishedOids::LeaveOut
            },
            old_ics_oids: if self.args.migrate_ics_oids { OldIcsOids::Migrate } else { OldIcsOids::Keep },
        })
    }

    fn checked(
        &self,
        plan: &Plan,
        facts: &Facts,
        not_stored: &[String],
        new_run: &NewRun<'_, Self>,
        steps: EnginePlan,
    ) -> Completion {
        if plan.is_empty() && plan.refusals().next().is_none() {
            self.say(&format!("Nothing is to be changed. Installed: {}.", report::installed(facts)));
        }
        self.say("Nothing was written.");
        let has_conflicts = plan.refusals().next().is_some();
        let details = json!({ "plan": plan });
        let findings = [&steps.findings, not_stored].concat();
        let plan = Some(new_run.planned(steps));
        let completion = Completion::of(Report { details, plan, findings, ..self.report(ReportStatus::DryRun) });
        if has_conflicts { Completion { exit: Exit::ChecksFailed, ..completion } } else { completion }
    }

    /// Ends the run after the files where the directory is not to be changed, or is not one that we may change.
    fn stop_after_files(
        &self,
        facts: &Facts,
        answers: &Answers,
        names: &Names,
        details: &serde_json::Value,
        findings: &[String],
    ) -> Result<Option<Completion>, Error> {
        let stop = |lines: &[String], more: &[String]| {
            lines.iter().chain(more).for_each(|line| self.context.say_lines(line));
            let findings = [more, findings].concat();
            let report = self.report(ReportStatus::Done);
            Ok(Some(Completion::of(Report { details: details.clone(), findings, ..report })))
        };
        if let Vendor::Other(name) = &facts.server.vendor {
            let finding = format!("{name} was not changed: review the files, and apply what fits by hand.");
            return stop(&["Nothing was changed in the directory.".to_owned()], &[finding]);
        }
        match (answers.modify, self.context.console) {
            (Answer::Yes, _) => Ok(None),
            (Answer::No, Some(console)) => match ask_yes_no(console, APPLY, "y")? {
                Answer::Yes => Ok(None),
                Answer::No => stop(&by_hand(names, findings), &[]),
            },
            (Answer::No, None) => stop(&by_hand(names, findings), &[]),
        }
    }
}

/// Returns a path as it is typed in a shell.
fn word(path: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+:@%".contains(&byte);
    if path.bytes().all(is_plain) { path.to_owned() } else { quoted(path) }
}

fn by_hand(names: &Names, findings: &[String]) -> Vec<String> {
    let command = format!("Nothing was changed in the directory. To change it: sh {}", word(&names.script));
    vec![command, last_line("the files are written", findings, &[])]
}

/// Returns the last line of a run that did `what`. Programs that drive this one look for the word `Successful`.
fn last_line(what: &str, missing_classes: &[String], others: &[String]) -> String {
    match (missing_classes, others) {
        ([], []) => format!("Successful: {what}."),
        ([], _) => format!("Needs review: {what}, but see above."),
        _ => {
            let advice = "To add the missing classes, repeat the command with -S DIR, which holds a copy of the vendor's schema \
                          files, or with --with-placeholder-oids.";
            let but =
                if others.is_empty() { "but classes are missing" } else { "but classes are missing, and see above" };
            format!("{}\nNeeds review: {what}, {but}.", wrapped(advice))
        }
    }
}

fn confirm(console: &dyn Console, question: &str) -> Result<(), Error> {
    match ask_yes_no(console, question, "y")? {
        Answer::Yes => Ok(()),
        Answer::No => Err(command::Error::NotConfirmed.into()),
    }
}

/// Returns the choices as they are compared with those of an unfinished run.
fn in_words(choices: &Choices) -> serde_json::Value {
    let word = |answer: Answer| if answer == Answer::Yes { "yes" } else { "no" };
    let files: Vec<serde_json::Value> = choices
        .site_schema
        .iter()
        .map(|file| json!({ "path": file.path, "digest": upgrade_engine::digest::Digest::of(&file.content) }))
        .collect();
    json!({
        "schema": word(choices.schema),
        "indexes": word(choices.indexes),
        "reindex": word(choices.reindex),
        "users-and-groups": choices.holds == crate::choices::Holds::UsersAndGroups,
        "schema-type": choices.schema_type,
        "dc-suffix": choices.dc_suffix.to_string(),
        "user-suffix": choices.user_suffix.to_string(),
        "site-schema": files,
        "placeholder-oids": choices.unpublished_oids == UnpublishedOids::Placeholder,
        "migrate-ics-oids": choices.old_ics_oids == OldIcsOids::Migrate,
    })
}
