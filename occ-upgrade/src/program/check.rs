//! `check`: applies the rules to a configuration or to an Outlook profile file.

use std::path::Path;

use command::{Completion, ReportStatus};
use documents::windows_ini::CodePage;
use documents::{Document, Key, WindowsIni};
use upgrade_engine::fs::real::RealFs;
use upgrade_engine::fs::{FileSystem, RelPath, RootPath};
use upgrade_engine::survey::read_file;

use super::Program;
use crate::check::{Finding, compare_index, findings};
use crate::cli;
use crate::configuration::{Configuration, named};
use crate::error::Error;
use crate::files;
use crate::prf;
use crate::vlv::{Index, indexes};

/// Where instances of directory servers are, and what their names begin with.
const INSTANCES: [(&str, &str); 7] = [
    ("/etc/dirsrv", "slapd-"),
    ("/var/opt/sun/directory", "slapd-"),
    ("/var/opt/mps/serverroot", "slapd-"),
    ("/var/mps/serverroot", "slapd-"),
    ("/var/opt/mps/ldap", "slapd-"),
    ("/var/opt/SUNWdsee", ""),
    ("/var/opt/sun/dsee", ""),
];

impl Program<'_> {
    pub(super) fn check(&self, args: &cli::Check) -> Result<Completion, Error> {
        let report = self.context.report(ReportStatus::Inspected);
        if let Some(found) = self.check_profile(args)? {
            return Ok(self.checked(&found, report));
        }
        let c = Configuration::read(self.context.own_files, &args.file, &args.reading, &[])?;
        let mut found = findings(&c);
        let servers = self.servers(args)?;
        if !servers.is_empty() {
            match Index::of(&c) {
                Ok(wanted) => {
                    for (place, entries) in servers {
                        found.extend(compare_index(&c, &wanted, &indexes(&entries), &place));
                    }
                }
                Err(error) => found.push(Finding::error("browsing-index", error.to_string())),
            }
        } else if args.site_root.is_some() {
            found.push(Finding::warning(
                "browsing-index",
                "no directory server was found below the site root: name its index with --index",
            ));
        }
        Ok(self.checked(&found, report))
    }

    /// Checks a profile file; nothing when the file is none.
    fn check_profile(&self, args: &cli::Check) -> Result<Option<Vec<Finding>>, Error> {
        let bytes = files::read(self.context.own_files, &args.file)?;
        let page = args.reading.codepage.as_deref().map(named).transpose()?.unwrap_or(CodePage::SINGLE_BYTE);
        let without_mark = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes).to_vec();
        let Ok(document) = WindowsIni::parse_with(without_mark, page) else { return Ok(None) };
        let custom = Key { section: Some("General".to_owned().into()), name: "Custom".to_owned().into() };
        let is_profile = document.effective(&custom).is_some_and(|entry| entry.value.as_deref() == Some(b"1"));
        Ok(is_profile.then(|| prf::rules::findings(&bytes, &document, page)))
    }

    /// Returns the configuration of each directory server.
    fn servers(&self, args: &cli::Check) -> Result<Vec<(String, Vec<ldif::Entry>)>, Error> {
        let mut found = Vec::new();
        if let Some(file) = &args.index {
            let bytes = files::read(self.context.own_files, file)?;
            found.push((file.display().to_string(), entries(&bytes, file)?));
        }
        let Some(root) = &args.site_root else { return Ok(found) };
        let fs = RealFs::open(root).map_err(|e| Error::io("open", root.display(), e))?;
        for (parent, prefix) in INSTANCES {
            let above = RootPath::new(parent).map_err(|e| Error::io("use", parent, std::io::Error::other(e)))?;
            let Ok(dir) = fs.open_dir(&above) else { continue };
            let mut names = dir.list(&RelPath::here()).map_err(|e| Error::io("read", &above, e))?;
            names.sort();
            for name in names.iter().filter(|name| name.as_bytes().starts_with(prefix.as_bytes())) {
                for file in ["dse.ldif", "config/dse.ldif"] {
                    let path = above
                        .join(name)
                        .resolve(file.as_bytes())
                        .map_err(|e| Error::io("use", &above, std::io::Error::other(e)))?;
                    if let Some(bytes) = read_file(&fs, &path).map_err(|e| Error::io("read", &path, e))? {
                        found.push((path.to_string(), entries(&bytes, Path::new(&path.to_string()))?));
                    }
                }
            }
        }
        Ok(found)
    }
}

/// Reads entries, or the entries that changes add.
fn entries(bytes: &[u8], path: &Path) -> Result<Vec<ldif::Entry>, Error> {
    let mut found = Vec::new();
    for record in ldif::records(bytes) {
        let record = record.map_err(|e| Error::file(path.display(), e))?;
        if let ldif::Action::Entry(attributes) | ldif::Action::Add(attributes) = record.action {
            found.push(ldif::Entry { dn: record.dn, attributes, line: 0 });
        }
    }
    Ok(found)
}
