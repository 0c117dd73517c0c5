//! A run: choices, survey, plan, the two files, and the changes.

use serde_json::json;
use upgrade_engine::engine::Pending;
use upgrade_engine::exit::Exit;
use upgrade_engine::fs::Name;
use upgrade_engine::report::{Report, ReportOutcome};
use upgrade_engine::run_list::{in_effect, list_runs};

use super::{Asked, Outcome, Program, TOOL, runs};
use crate::answers::{self, Answers};
use crate::apply::{REVERSE_LDIF, engine_plan, reverse_ldif};
use crate::choices::{Answer, Choices, OldIcsOids, UnpublishedOids};
use crate::console::{Console, ask_yes_no};
use crate::detect::detect;
use crate::error::Error;
use crate::facts::{Facts, Vendor};
use crate::generated::Names;
use crate::ldap::Target;
use crate::own_files;
use crate::plan::{Plan, plan};
use crate::report::{self, Detail, counted};

/// What is asked before a step.
const GENERATE: &str = "Do you want to write these files";
const APPLY: &str = "Do you want to change the directory now";

impl Program<'_> {
    pub(super) fn prepare(&self) -> Result<Outcome, Error> {
        let names = Names::new(self.fs, self.now, self.root().as_deref());
        let is_interactive = !self.args.is_silent();
        let mut answers =
            if is_interactive { self.ask_for_choices(&names)? } else { answers::from_options(self.args, self.fs)? };
        answers.warnings.iter().for_each(|line| self.warn(line));
        let (target, password) = self.target_of(&mut answers)?;
        let choices = self.choices(&answers, &target)?;
        let asked = Asked { target: target.clone(), choices: in_words(&choices) };
        let request = serde_json::to_value(&asked).map_err(|e| Error::Internal(e.to_string()))?;
        if let Some(outcome) = self.go_on_with_unfinished(&request, password.clone())? {
            return Ok(outcome);
        }
        let directory = self.open(&target, password)?;
        let facts = detect(&*directory, &target, &choices)?;
        let plan = plan(&facts, &choices)?;
        let detail = if self.args.check { Detail::Everything } else { Detail::Summary };
        report::lines(&plan, detail).iter().for_each(|line| self.say(line));
        let steps = engine_plan(TOOL, request, &plan).map_err(|e| Error::Internal(e.to_string()))?;
        if self.args.check {
            return Ok(self.checked(&plan, &facts, steps));
        }
        let refusals = plan.refusals().count();
        if refusals > 0 {
            return Err(Error::Conflicts(counted(refusals, "definition")));
        }
        if plan.is_empty() {
            self.say(&format!("Nothing is to be changed. Installed: {}.", report::installed(&facts)));
        }
        self.say(&format!("Files\n  {}\n  {}", names.script, names.ldif));
        if let Some(console) = self.console.filter(|_| is_interactive) {
            confirm(console, GENERATE)?;
        }
        names.write(self.fs, &plan, &target)?;
        let details = json!({ "plan": plan, "files": names });
        if let Some(outcome) = self.stop_after_files(&facts, &answers, &names, &details)? {
            return Ok(outcome);
        }
        if plan.is_empty() {
            self.say("Successful: the directory was prepared already, and nothing was changed.");
            return Ok(Outcome::of(Report { details, ..self.report(ReportOutcome::NothingToDo) }));
        }
        let session = self.session()?;
        let reverse = reverse_ldif(&plan).map_err(|e| Error::Internal(e.to_string()))?;
        let kept = [(Name::new(REVERSE_LDIF).map_err(|e| Error::Internal(e.to_string()))?, reverse)];
        let done = self.with_means(&*directory, &plan.changes, |means| session.apply_keeping(&steps, means, &kept))?;
        let mut report = Report { details, ..self.report_of(&session, &steps, &done) };
        report.warnings.extend(answers.warnings);
        self.say_undo(&report);
        self.say("Successful: the directory is prepared.");
        Ok(Outcome::of(report))
    }

    /// Asks for everything, beginning with whether to begin.
    fn ask_for_choices(&self, names: &Names) -> Result<Answers, Error> {
        let console = self.console.ok_or_else(|| {
            Error::Usage(
                "without options it asks, and there is no terminal: see --help for a run without questions".to_owned(),
            )
        })?;
        console.show(&format!(
            "Welcome to the Directory Server preparation tool for Sun Java System Communications Services.\n(commdssetup {})\n\n\
             The changes are written to {} and applied when you say so.\n\n",
            env!("CARGO_PKG_VERSION"),
            names.script
        ));
        confirm(console, "Do you want to continue")?;
        answers::from_questions(self.args, self.fs, console, || self.given_password())
    }

    fn choices(&self, answers: &Answers, target: &Target) -> Result<Choices, Error> {
        let site_schema =
            self.args.site_schema.as_deref().map(|dir| own_files::site_schema(self.own, dir)).transpose()?;
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

    fn go_on_with_unfinished(
        &self,
        request: &serde_json::Value,
        password: Option<crate::ldap::Password>,
    ) -> Result<Option<Outcome>, Error> {
        if self.args.check {
            self.refuse_unfinished()?;
            return Ok(None);
        }
        let Some(session) = self.existing_session()? else { return Ok(None) };
        match session.pending(request)? {
            Pending::Same(run) => self.go_on(&session, &run, password).map(Some),
            Pending::Other(run) => Err(runs::other_run(&run)),
            Pending::Nothing => Ok(None),
        }
    }

    fn checked(&self, plan: &Plan, facts: &Facts, steps: upgrade_engine::plan::Plan) -> Outcome {
        if plan.is_empty() && plan.refusals().next().is_none() {
            self.say(&format!("Nothing is to be changed. Installed: {}.", report::installed(facts)));
        }
        self.say("Nothing was written.");
        let has_conflicts = plan.refusals().next().is_some();
        let details = json!({ "plan": plan });
        let report = Report { details, plan: Some(steps), ..self.report(ReportOutcome::DryRun) };
        Outcome { exit: if has_conflicts { Exit::ChecksFailed } else { Exit::Done }, report }
    }

    /// Ends the run after the files where the directory is not to be changed, or is not one that we may change.
    fn stop_after_files(
        &self,
        facts: &Facts,
        answers: &Answers,
        names: &Names,
        details: &serde_json::Value,
    ) -> Result<Option<Outcome>, Error> {
        let stop = |lines: &[String], findings: &[String]| {
            lines.iter().chain(findings).for_each(|line| self.say(line));
            let report = self.report(ReportOutcome::Done);
            Ok(Some(Outcome::of(Report { details: details.clone(), findings: findings.to_vec(), ..report })))
        };
        if let Vendor::Other(name) = &facts.server.vendor {
            let finding = format!("{name} is not changed: look at the files, and apply what fits by hand.");
            return stop(&["Nothing was changed in the directory.".to_owned()], &[finding]);
        }
        match (answers.modify, self.console) {
            (Answer::Yes, _) => Ok(None),
            (Answer::No, Some(console)) => match ask_yes_no(console, APPLY, "y")? {
                Answer::Yes => Ok(None),
                Answer::No => stop(&self.by_hand(names), &[]),
            },
            (Answer::No, None) => stop(&self.by_hand(names), &[]),
        }
    }

    fn by_hand(&self, names: &Names) -> Vec<String> {
        let command = format!("Nothing was changed in the directory. To change it: sh {}", names.script);
        vec![command, "Successful: the files are written.".to_owned()]
    }

    fn refuse_unfinished(&self) -> Result<(), Error> {
        let runs = list_runs(&*self.state.fs, &self.state.path, TOOL)?;
        let unfinished = in_effect(&runs).into_iter().rfind(|run| runs::is_unfinished(run));
        unfinished.map_or(Ok(()), |run| Err(runs::other_run(run)))
    }
}

pub(super) fn confirm(console: &dyn Console, question: &str) -> Result<(), Error> {
    match ask_yes_no(console, question, "y")? {
        Answer::Yes => Ok(()),
        Answer::No => Err(Error::NotConfirmed),
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
