//! `requirements`: the guide's table as a checker, for versions that are given or found.

use command::{Completion, Exit, ReportStatus};
use install_root::{Product, Version};
use serde_json::json;
use upgrade_engine::fs::FileSystem;
use upgrade_engine::fs::real::RealFs;

use super::Program;
use crate::cli;
use crate::error::Error;
use crate::requirements::{Component, Site, Verdict, first_calendar, judge};

impl Program<'_> {
    pub(super) fn requirements(&self, args: &cli::Requirements) -> Result<Completion, Error> {
        let version = |option: &str, text: &str| {
            Version::parse(text).ok_or_else(|| Error::usage(format!("--{option}: `{text}` is no version")))
        };
        let mut site = Site { recurring_converted: args.recurring_converted, ..Site::default() };
        for (component, option, given) in [
            (Component::Messaging, "messaging", &args.messaging),
            (Component::Calendar, "calendar", &args.calendar),
            (Component::Directory, "directory", &args.directory),
            (Component::Convergence, "convergence", &args.convergence),
            (Component::CommunicationsExpress, "communications-express", &args.communications_express),
        ] {
            if let Some(text) = given {
                site.versions.push((component, version(option, text)?));
            }
        }
        if let Some(text) = &args.first_calendar {
            let first = first_calendar(text);
            site.first_calendar =
                Some(first.ok_or_else(|| Error::usage(format!("--first-calendar: `{text}` is no version")))?);
        }
        if let Some(root) = &args.site_root {
            let fs = RealFs::open(root).map_err(|e| Error::io("open", root.display(), e))?;
            self.find(&fs, &mut site)?;
        } else if site.versions.is_empty() {
            return Err(Error::usage(
                "give versions (--messaging, --calendar, --directory), or a site with --site-root",
            ));
        }
        let (lines, findings) = judge(&site);
        for line in &lines {
            let word = match line.verdict {
                Verdict::Listed => "ok",
                Verdict::Absent => "absent",
                Verdict::Newer => "newer",
                Verdict::Unmet => "unmet",
                Verdict::Unknown => "unknown",
            };
            let version = line.version.as_deref().unwrap_or("-");
            self.say(&format!("{word:8} {:23} {version:8} {}", line.component.name(), line.reason));
        }
        findings.iter().for_each(|finding| self.say(&format!("warning: {finding}")));
        let unmet = lines.iter().any(|line| matches!(line.verdict, Verdict::Unmet | Verdict::Unknown));
        let exit = match (unmet, findings.is_empty()) {
            (true, _) => Exit::ChecksFailed,
            (false, false) => Exit::NeedsReview,
            (false, true) => Exit::Done,
        };
        let mut report = self.context.report(ReportStatus::Inspected);
        report.findings = findings;
        report.details = json!({ "components": lines });
        Ok(Completion { exit, report, json: None })
    }

    /// Adds what an installed site shows, where nothing was given.
    fn find(&self, fs: &dyn FileSystem, site: &mut Site) -> Result<(), Error> {
        for (product, component) in [
            (Product::Messaging, Component::Messaging),
            (Product::Calendar, Component::Calendar),
            (Product::CommunicationsExpress, Component::CommunicationsExpress),
        ] {
            let found = install_root::find_product(fs, product).map_err(|e| Error::io("look for", product, e))?;
            for installation in &found {
                let home = &installation.layout.home;
                self.say(&format!("found: {product} {} in {home}", installation.version));
                let given = site.versions.iter().any(|(one, _)| *one == component);
                if let (false, Some(version)) = (given, installation.version.exactly()) {
                    site.versions.push((component, version.clone()));
                }
                if product == Product::Calendar {
                    self.look_for_old_databases(fs, &installation.layout.data, site)?;
                }
            }
        }
        Ok(())
    }

    /// A database that was moved aside for csmigrate shows that an older Calendar Server ran here.
    fn look_for_old_databases(
        &self,
        fs: &dyn FileSystem,
        data: &upgrade_engine::fs::RootPath,
        site: &mut Site,
    ) -> Result<(), Error> {
        let old = data.resolve(b"old_csdb").map_err(|e| Error::io("use", data, std::io::Error::other(e)))?;
        let Ok(dir) = fs.open_dir(&old) else { return Ok(()) };
        if upgrade_engine::fs::RelPath::new("ics50recurring.db").is_ok_and(|name| dir.stat(&name).is_ok()) {
            site.old_databases.push(old.to_string());
        }
        Ok(())
    }
}
