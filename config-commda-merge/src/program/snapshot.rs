//! `snapshot`: saves what `config-commda` is going to overwrite.

use command::{Completion, ReportStatus, Runs};
use config_merge::own_files;
use serde_json::json;

use super::{Program, counted};
use crate::cli;
use crate::detect;
use crate::error::Error;
use crate::snapshot::{self, Kind, PREFIX};

impl Program<'_> {
    pub(super) fn snapshot(&self, args: &cli::Snapshot) -> Result<Completion, Error> {
        let base = detect::base(self.context.fs, &self.args.common, args.da_base.as_deref())?;
        let collected = snapshot::collect(self.context.fs, &base)?;
        let count = |kind| collected.record.files.iter().filter(|saved| saved.kind == kind).count();
        let (originals, copies, stock) = (count(Kind::Original), count(Kind::Deployed), count(Kind::Stock));
        // A snapshot that was begun is finished.
        let _interrupt = self.context.interrupt()?;
        let (fs, path, _session) = match &args.out {
            Some(out) => (self.context.own_files, own_files::path(out)?, None),
            None => {
                let session = Runs::new(self.context, self).session()?;
                let name = format!("{PREFIX}{}", jiff::Timestamp::now().strftime("%Y%m%dT%H%M%S%3fZ"));
                (&*self.context.state.fs, own_files::below(&self.context.state.path, name)?, Some(session))
            }
        };
        let unset = config_merge::snapshot::write(fs, &path, collected)?;
        self.say(&format!(
            "Saved {}, {} and {} in {path}",
            counted(originals, "original"),
            if copies == 1 { "1 deployed copy".to_owned() } else { format!("{copies} deployed copies") },
            counted(stock, "stock file")
        ));
        if stock == 0 {
            self.say(
                "No stock files were found: name the stock files of this release with `merge --base DIR`, or the merge \
                 goes by the documented defaults and marks the rest unproven",
            );
        }
        if !unset.is_empty() {
            self.say("Owners that this user cannot set are kept in snapshot.json");
        }
        self.say("Next: run config-commda, then `config-commda-merge merge`");
        let mut report = self.report(ReportStatus::Done);
        report.backup = Some(path.to_string());
        report.details = json!({ "base": base, "originals": originals, "deployed": copies, "stock": stock });
        Ok(Completion::of(report))
    }
}
