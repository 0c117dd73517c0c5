//! `file`: merges three files that are named, as a git merge driver does.

use command::{Completion, Exit, ReportStatus};
use std::io::Write;
use std::path::Path;

use config_merge::{Resolutions, SECRETS, guards, own_files};
use documents::Properties;
use documents::changes::Changes;
use documents::merge::Decision;
use install_root::delegated_administrator::ConfigFile;
use serde_json::json;
use upgrade_engine::fs::{FileKind, RelPath};
use upgrade_engine::new_files;

use super::Program;
use crate::error::Error;
use crate::{cli, merging};

/// Mode of a merged file that was not there before: it may hold passwords.
const PRIVATE: u32 = 0o600;

impl Program<'_> {
    pub(super) fn file(&self, args: &cli::File) -> Result<Completion, Error> {
        let name = args.name.as_deref().unwrap_or(&args.new);
        let name = name.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let known = ConfigFile::of_name(&name);
        let is_base_known = !self.is_device(&args.base)?;
        if is_base_known {
            let own = self.context.own_files;
            let [base, saved] = [own_files::path(&args.base)?, own_files::path(&args.saved)?];
            if own_files::are_one((own, &base), (own, &saved))? {
                return Err(Error::OneFile { base: base.to_string(), saved: saved.to_string() });
            }
        }
        let base = if is_base_known { Some(self.parse(&args.base)?) } else { None };
        let files = self.files();
        let resolutions = Resolutions::new(&files, &args.resolve.resolve, args.resolve.resolutions.as_deref())?
            .of_one(&files, &name)?;
        let (site, new) = (self.parse(&args.saved)?, self.parse(&args.new)?);
        let merge = merging::merge(known, base.as_ref(), &site, &new, &resolutions)?;
        drop((base, site, new));
        if guards::site_has_no_entry(&merge) {
            let what = "it has no entry, as after a full disk; name the site's file as it was".to_owned();
            return Err(config_merge::Error::Files { path: args.saved.display().to_string(), what }.into());
        }

        let mut changes = Changes::default();
        changes.add(&name, &merge, SECRETS);
        match &args.output {
            Some(out) => {
                new_files::write_file(out, &merge.bytes, PRIVATE).map_err(|e| Error::io("write", out.display(), e))?;
                self.context.terminal.message_lines(changes.to_string().trim_end());
            }
            None if self.args.common.json => {}
            None => {
                let written = std::io::stdout().lock().write_all(&merge.bytes);
                written.map_err(|e| Error::io("write", "standard output", e))?;
                self.context.terminal.message_lines(changes.to_string().trim_end());
            }
        }
        let open = changes.count(Decision::is_open) > 0;
        let mut report = self.report(ReportStatus::Done);
        let json = config_merge::changes_as_json(
            self.context,
            &changes,
            &mut report,
            |changes| json!({ "changes": changes }),
        )?;
        Ok(Completion { exit: if open { Exit::NeedsReview } else { Exit::Done }, report, json })
    }

    fn parse(&self, path: &Path) -> Result<Properties, Error> {
        let content = own_files::read(self.context.own_files, &own_files::path(path)?)?;
        Ok(merging::parse(path.display(), content)?)
    }

    /// Returns whether a path names a device: `/dev/null` stands for a base that is not known.
    fn is_device(&self, path: &Path) -> Result<bool, Error> {
        let full = own_files::path(path)?;
        let Some((parent, name)) = full.split_last() else { return Ok(false) };
        let stat = self.context.own_files.open_dir(&parent).and_then(|dir| dir.stat(&RelPath::from(name)));
        Ok(stat.map_err(|e| Error::io("open", path.display(), e))?.kind == FileKind::Special)
    }
}
