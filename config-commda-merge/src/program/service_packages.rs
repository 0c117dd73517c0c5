//! `service-packages`: writes the changes that move custom service packages; `ldapmodify` is left to the administrator.

use command::{Completion, ReportStatus};
use std::io::BufReader;

use config_merge::own_files;
use ldif::LdifError;
use serde_json::json;
use upgrade_engine::new_files;

use super::{Program, counted};
use crate::cli;
use crate::error::Error;
use crate::service_packages::Survey;

/// Mode of the changes: a template may hold what not everybody is to see.
const PRIVATE: u32 = 0o600;

impl Program<'_> {
    pub(super) fn service_packages(&self, args: &cli::ServicePackages) -> Result<Completion, Error> {
        let from = own_files::path(&args.from)?;
        if own_files::path(&args.output)? == from {
            return Err(Error::usage("the changes would replace the export: name another file with -o".to_owned()));
        }
        let mut survey = Survey::new(&args.suffix).map_err(|e| Error::usage(format!("--suffix: {e}")))?;
        let wrong = |error: LdifError| match error {
            LdifError::Io(e) => Error::io("read", &from, e),
            LdifError::Syntax { .. } => Error::Ldif { path: from.to_string(), error },
        };
        let mut count = 0_u64;
        for entry in ldif::entries(BufReader::new(own_files::open(self.context.own_files, &from)?)) {
            survey.see(entry.map_err(wrong)?);
            count = count.saturating_add(1);
        }
        let plan = survey.plan();
        if plan.moved.is_empty() && plan.left.is_empty() && plan.findings.is_empty() {
            self.say(&format!("{count} entries, none of them a service package at o=cosTemplates,{}", args.suffix));
            self.say("Nothing was written: there is nothing to do");
            return Ok(Completion::of(self.report(ReportStatus::NothingToDo)));
        }
        plan.to_string().lines().for_each(|line| self.say(line));
        plan.findings.iter().for_each(|line| self.warn(line));
        let mut report = self.report(ReportStatus::NothingToDo);
        report.details = json!({ "entries": count, "moved": plan.moved, "left": plan.left });
        report.findings = plan.findings;
        if plan.changes.is_empty() {
            self.say("Nothing was written: no package is to be moved");
        } else {
            let file = ldif::write(&plan.changes);
            new_files::write_file(&args.output, &file, PRIVATE)
                .map_err(|e| Error::io("write", args.output.display(), e))?;
            report.outcome = ReportStatus::Done;
            self.say(&format!(
                "{}: the changes are in {}",
                counted(plan.moved.len(), "service package"),
                args.output.display()
            ));
            self.say("Next: keep the export, then apply the changes with ldapmodify");
        }
        Ok(Completion::of(report))
    }
}
