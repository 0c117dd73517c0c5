//! Writes the two generated files: `/var/tmp/dssetup_<time>.ldif` and `.sh`, for their owner only, at names that are free.

use std::io;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use upgrade_engine::fs::{FileSystem, Name, RelPath, RootPath};
use upgrade_engine::new_files::create_file;

use crate::error::Error;
use crate::generate::{Script, ldif_file, script};
use crate::ldap::Target;
use crate::plan::{Plan, marker};

/// Where they go, below the product root. Documented.
const DIRECTORY: &str = "/var/tmp";
/// How many seconds are tried for names that are free.
const TRIES: i64 = 10;

/// The names of the two files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Names {
    /// What they begin with, such as `dssetup_20260101120000`.
    pub id: String,
    /// The script.
    pub script: String,
    /// The LDIF file.
    pub ldif: String,
}

impl Names {
    /// Returns names for a run that begins now, which are free: runs may begin in the same second. Where none of those tried is free, they
    /// are those of now, and writing the files says so. `root` is what the product root is called outside, where it is not `/`.
    #[must_use]
    pub fn new(fs: &dyn FileSystem, now: Timestamp, root: Option<&str>) -> Self {
        let root = root.unwrap_or_default().trim_end_matches('/');
        let directory = RootPath::new(DIRECTORY).map_err(io::Error::other).and_then(|path| fs.open_dir(&path));
        let is_free = |names: &Self| {
            ["sh", "ldif"].iter().all(|ending| {
                let name = Name::new(format!("{}.{ending}", names.id)).map(RelPath::from);
                let found = directory.as_ref().map(|dir| name.map(|name| dir.stat(&name)));
                matches!(found, Ok(Ok(Err(e))) if e.kind() == io::ErrorKind::NotFound)
            })
        };
        let later = (0..TRIES)
            .map(|seconds| Self::of(now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(now), root));
        later.into_iter().find(is_free).unwrap_or_else(|| Self::of(now, root))
    }

    fn of(time: Timestamp, root: &str) -> Self {
        let id = format!("dssetup_{}", time.strftime("%Y%m%d%H%M%S"));
        let path = |ending: &str| format!("{root}{DIRECTORY}/{id}.{ending}");
        Self { script: path("sh"), ldif: path("ldif"), id }
    }

    /// Checks that both files can be made, as far as reading tells.
    ///
    /// # Errors
    /// [`Error::Generated`].
    pub fn check(&self, fs: &dyn FileSystem) -> Result<(), Error> {
        for (ending, shown) in [("ldif", &self.ldif), ("sh", &self.script)] {
            let found = RootPath::new(DIRECTORY).map_err(io::Error::other).and_then(|path| {
                let name = Name::new(format!("{}.{ending}", self.id)).map_err(io::Error::other)?;
                Ok(fs.open_dir(&path)?.stat(&RelPath::from(name)))
            });
            let source = match found {
                Ok(Err(e)) if e.kind() == io::ErrorKind::NotFound => continue,
                Ok(Ok(_)) => io::ErrorKind::AlreadyExists.into(),
                Ok(Err(e)) | Err(e) => e,
            };
            return Err(Error::Generated { path: shown.clone(), source });
        }
        Ok(())
    }

    /// Writes both files.
    ///
    /// # Errors
    /// [`Error::Generated`]; then there is neither.
    pub fn write(&self, fs: &dyn FileSystem, plan: &Plan, target: &Target) -> Result<(), Error> {
        let title = "Prepares a directory for the Communications Suite. Made by commdssetup for one server, from what it holds.";
        let ldif = ldif_file(title, &marker::by_hand(&plan.changes, &plan.reindex)).map_err(Error::internal)?;
        let script = script(Script {
            url: &target.url,
            start_tls: target.start_tls,
            ca_file: target.ca_file.as_deref().and_then(|path| path.to_str()),
            bind_dn: target.bind_dn(),
            ldif: &self.ldif,
            id: &self.id,
            reindex: &plan.reindex,
        });
        self.create(fs, "ldif", &self.ldif, &ldif)?;
        self.create(fs, "sh", &self.script, &script).inspect_err(|_| {
            // One without the other would be taken for a whole.
            if let (Ok(directory), Ok(name)) = (RootPath::new(DIRECTORY), Name::new(format!("{}.ldif", self.id))) {
                let _ = fs.open_dir(&directory).and_then(|dir| dir.remove_file(&RelPath::from(name)));
            }
        })
    }

    fn create(&self, fs: &dyn FileSystem, ending: &str, shown: &str, content: &[u8]) -> Result<(), Error> {
        let made = RootPath::new(format!("{DIRECTORY}/{}.{ending}", self.id))
            .map_err(io::Error::other)
            .and_then(|path| create_file(fs, &path, content));
        made.map_err(|source| Error::Generated { path: shown.to_owned(), source })
    }
}
