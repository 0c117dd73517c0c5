//! `status`: which keys are customised now, and what a merge would need. It only reads.

use command::{Completion, ReportStatus};
use config_merge::layout::Directory;
use config_merge::{SECRETS, Where, kept, own_files};
use documents::changes::Changes;
use documents::merge::Word;
use serde_json::json;

use super::Program;
use crate::detect::{self, Copy, Found};
use crate::error::Error;
use crate::saved::{self, SavedFiles};
use crate::snapshot::PREFIX;
use crate::{cli, merging, notes};

impl Program<'_> {
    pub(super) fn status(&self, args: &cli::Status) -> Result<Completion, Error> {
        let base = detect::base(self.context.fs, &self.args.common, args.da_base.as_deref())?;
        let newest = kept::newest(&*self.context.state.fs, &self.context.state.path, PREFIX)?;
        let stock = self.stock_for_status(args, &base, newest.as_ref())?;
        self.say(&format!("Delegated Administrator in {base}"));
        let copies = detect::copies(self.context.fs)?;
        let mut details = Vec::new();
        for found in detect::originals(self.context.fs, &base)?.into_values() {
            details.push(self.status_of(&found, stock.as_ref(), &copies)?);
        }
        if details.is_empty() {
            self.say("  none of the six properties files is there");
        }
        match &newest {
            Some(path) => self.say(&format!("Snapshot for a merge: {path}")),
            None => self
                .say("Snapshot for a merge: none; `config-commda-merge snapshot` makes one before config-commda runs"),
        }
        let known = stock.as_ref().is_some_and(|stock| !stock.files.is_empty());
        self.say(if known {
            "Base for a merge: stock files; every key can be decided"
        } else {
            "Base for a merge: the documented defaults only; with stock files (--base DIR) every key can be decided"
        });
        let mut report = self.report(ReportStatus::Inspected);
        report.details = json!({ "base": base, "files": details, "snapshot": newest, "stock": known });
        Ok(Completion::of(report))
    }

    fn stock_for_status(
        &self,
        args: &cli::Status,
        base: &upgrade_engine::fs::RootPath,
        newest: Option<&upgrade_engine::fs::RootPath>,
    ) -> Result<Option<SavedFiles>, Error> {
        if let Some(dir) = &args.base {
            return saved::open(&Directory::open(self.files(), Where::Own, own_files::path(dir)?)?, base).map(Some);
        }
        let Some(newest) = newest else { return Ok(None) };
        let saved = saved::open(&Directory::open(self.files(), Where::State, newest.clone())?, base)?;
        Ok(Some(SavedFiles { files: saved.stock, ..SavedFiles::default() }))
    }

    /// A file merged into its own stock shows what the site changed.
    fn status_of(
        &self,
        found: &Found,
        stock: Option<&SavedFiles>,
        copies: &[Copy],
    ) -> Result<serde_json::Value, Error> {
        let file = found.file;
        let site = merging::parse(&found.path, found.content.clone())?;
        let stock = stock.and_then(|stock| stock.files.get(&file));
        let stock = stock.map(|stock| merging::parse(&stock.source.path, stock.content.clone())).transpose()?;
        let documented =
            crate::defaults::documented(file).map(|text| merging::parse("the documented defaults", text.into()));
        let documented = documented.transpose()?;
        self.say(&format!("{file}  {}", found.path));
        found.others.iter().for_each(|other| self.say(&format!("  also found, older place: {other}")));
        let against = stock.as_ref().or(documented.as_ref());
        let merge =
            against.map(|against| merging::merge(Some(file), stock.as_ref(), &site, against, &[])).transpose()?;
        let mut changes = Changes::default();
        if let Some(merge) = &merge {
            changes.add(file.name(), merge, SECRETS);
        }
        let mut customised = Vec::new();
        let mut unjudged = 0_usize;
        for line in changes.lines() {
            let key = line.key.split_once(':').map_or(line.key.as_str(), |(_, key)| key);
            match line.decision {
                Word::Same => {}
                // The documented defaults do not name all that is shipped: what they lack says nothing.
                _ if stock.is_none() && line.new == "<absent>" => unjudged = unjudged.saturating_add(1),
                _ if stock.is_none() && line.site == "<absent>" => {}
                _ => {
                    self.say(&format!("  customised: {key} = {} (stock {})", line.site, line.new));
                    customised.push(json!({ "key": key, "site": line.site, "stock": line.new }));
                }
            }
        }
        if against.is_none() {
            use documents::Document;
            unjudged = site.entries().len();
        }
        if unjudged > 0 {
            self.say(&format!("  undecided: {unjudged} keys without a known stock value"));
        }
        let mut deployed = Vec::new();
        for copy in copies.iter().filter(|copy| copy.place.file == file) {
            let differing = notes::differing_keys(&site, &merging::parse(&copy.place.path, copy.content.clone())?);
            let state = if copy.content == found.content {
                "the same".to_owned()
            } else if differing.is_empty() {
                "the same values".to_owned()
            } else {
                format!("differs in {}", differing.join(", "))
            };
            self.say(&format!("  deployed in {}, {}: {state}", copy.place.container, copy.place.path));
            deployed.push(json!({ "path": copy.place.path, "differs": differing }));
        }
        Ok(
            json!({ "file": file.name(), "path": found.path, "customised": customised, "unjudged": unjudged, "deployed": deployed }),
        )
    }
}
