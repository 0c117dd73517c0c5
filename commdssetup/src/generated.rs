//! Writes the two generated files: `/var/tmp/dssetup_<time>.ldif` and `.sh`, for their owner only, at names that are free.
//!
//! Everybody may make files in `/var/tmp`, and can guess these names: where they are taken, `<time>_<random>` is used, which nobody can guess.

use std::hash::{BuildHasher, Hasher, RandomState};
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
/// How many seconds are tried for names of the documented form that are free.
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
    /// Returns names for a run that begins now, which are free: runs may begin in the same second. `root` is what the product root is
    /// called outside, where it is not `/`.
    #[must_use]
    pub fn new(fs: &dyn FileSystem, now: Timestamp, root: Option<&str>) -> Self {
        let root = root.unwrap_or_default().trim_end_matches('/');
        let later = (0..TRIES).map(|seconds| now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(now));
        let names = later.map(|time| Self::of(format!("dssetup_{}", time.strftime("%Y%m%d%H%M%S")), root));
        let now = Self::of(format!("dssetup_{}", now.strftime("%Y%m%d%H%M%S")), root);
        names.into_iter().find(|names| names.are_free(fs)).unwrap_or_else(|| now.unguessable())
    }

    fn of(id: String, root: &str) -> Self {
        let path = |ending: &str| format!("{root}{DIRECTORY}/{id}.{ending}");
        Self { script: path("sh"), ldif: path("ldif"), id }
    }

    /// Returns whether nothing has these names. Where that cannot be found out, writing the files says why.
    fn are_free(&self, fs: &dyn FileSystem) -> bool {
        let directory = RootPath::new(DIRECTORY).map_err(io::Error::other).and_then(|path| fs.open_dir(&path));
        let is_taken = |ending: &&str| {
            let name = Name::new(format!("{}.{ending}", self.id)).map(RelPath::from);
            matches!((&directory, name), (Ok(dir), Ok(name)) if dir.stat(&name).is_ok())
        };
        !["sh", "ldif"].iter().any(is_taken)
    }

    /// Returns names of the same time that nobody can have taken on purpose.
    fn unguessable(&self) -> Self {
        // The standard library keys its hashers with random bytes of the system.
        let random = RandomState::new().build_hasher().finish();
        let id = format!("{}_{random:016x}", self.id);
        let named = |path: &str| path.replacen(&self.id, &id, 1);
        Self { script: named(&self.script), ldif: named(&self.ldif), id }
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

    /// Writes both files. Returns their names, which are others where something came to be there since these were found free.
    ///
    /// # Errors
    /// [`Error::Generated`]; then there is neither.
    pub fn write(self, fs: &dyn FileSystem, plan: &Plan, target: &Target) -> Result<Self, Error> {
        match self.write_here(fs, plan, target) {
            Err(Error::Generated { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists => {
                let others = self.unguessable();
                others.write_here(fs, plan, target).map(|()| others)
            }
            written => written.map(|()| self),
        }
    }

    fn write_here(&self, fs: &dyn FileSystem, plan: &Plan, target: &Target) -> Result<(), Error> {
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
