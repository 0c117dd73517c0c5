//! `upgrade`: the documented flow from 7.1 and 7.2 to 7.3.

use command::Completion;
use documents::{Document, apply};
use serde_json::json;
use upgrade_engine::fs::RelPath;

use super::Program;
use crate::cli;
use crate::configuration::{Configuration, Origin};
use crate::error::Error;
use crate::files;
use crate::output::Place;
use crate::schema::Setting;
use crate::steps;

impl Program<'_> {
    pub(super) fn upgrade(&self, args: &cli::Upgrade) -> Result<Completion, Error> {
        if !["7.1", "7.2"].contains(&args.from.as_str()) {
            let what = format!("--from {}: the guide has an upgrade to 7.3 from 7.1 and 7.2 only", args.from);
            return Err(Error::usage(what));
        }
        let old = Configuration::read(self.context.own_files, &args.old, &args.reading, &["install", "profiles"])?;
        let place = Place::new(self.context, &args.output)?;
        let mut changes = vec![(Setting::Install, "Yes"), (Setting::Profiles, "No")];
        if matches!(old.origin, Origin::Own) {
            let is_from = old.is(Setting::Connector, &args.from);
            if !is_from {
                let version = old.get(Setting::Connector).unwrap_or_default();
                return Err(Error::setting(&old.path, format!("it is for Connector {version}, not {}", args.from)));
            }
            changes.push((Setting::Connector, "7.3"));
        }
        let edits = old.edits(&changes)?;
        let new = apply(old.document.to_bytes(), &edits).map_err(|e| Error::setting(&old.path, e))?;
        let mut shown = Vec::new();
        for (setting, to) in &changes {
            let from = old.get(*setting).unwrap_or_default();
            if !from.eq_ignore_ascii_case(to) {
                let place = match &old.origin {
                    Origin::Own => format!("[{}] {}", setting.section(), setting.key()),
                    Origin::Vendor(map) => match map.settings.get(setting) {
                        Some(place) => format!("[{}] {} ({})", place.section, place.key, setting.key()),
                        None => setting.key().to_owned(),
                    },
                };
                self.say(&format!("  {place}: {from} -> {to}"));
                shown.push(json!({ "setting": setting.id(), "from": from, "to": to }));
            }
        }
        self.say(&match shown.len() {
            0 => "Nothing had to be changed in the file.".to_owned(),
            count => format!("{} changed; every other byte is kept.", super::counted(count, "setting")),
        });
        let name = args.output.output.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        // A vendor's file may hold passwords: whoever could not read the old one cannot read the new one.
        place.write(&new, self.mode_of(&args.old)?)?;
        let steps = steps::after_upgrade(&name);
        self.say("The steps that follow, in the order of the guide:");
        steps.iter().for_each(|step| self.say(&format!("  {step}")));
        Ok(self.written(json!({ "changed": shown, "steps": steps })))
    }

    fn mode_of(&self, file: &std::path::Path) -> Result<u32, Error> {
        let io = |e| Error::io("read", file.display(), e);
        let path = upgrade_engine::survey::follow(self.context.own_files, &files::path(file)?).map_err(io)?;
        let (parent, name) = path.split_last().ok_or_else(|| io(std::io::ErrorKind::IsADirectory.into()))?;
        let dir = self.context.own_files.open_dir(&parent).map_err(io)?;
        Ok(dir.stat(&RelPath::from(name)).map_err(io)?.mode & 0o777 | 0o600)
    }
}
