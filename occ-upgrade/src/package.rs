//! A package: the configuration once for each way of running it, scripts for Windows, the vendor's programs, and a manifest.
//!
//! The vendor's container is not published, so this is a directory or a zip file. The same input gives the same bytes: the order is
//! that of the names, and no time is written. The Setup Wizard carries its configuration inside: the Deployment Configuration
//! Program builds one program for each `.ini` (docs/reference/outlook-connector.md section 3), and the scripts run these.

pub mod scripts;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::configuration::Configuration;
use crate::error::Error;
use crate::schema::Setting;

/// A way of running a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Installs the software, and leaves profiles alone.
    InstallOnly,
    /// Handles the user's profile, and installs nothing.
    ProfileOnly,
    /// Both.
    Both,
}

impl Mode {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::InstallOnly, Self::ProfileOnly, Self::Both];

    /// Returns the name of its files.
    pub fn name(self) -> &'static str {
        match self {
            Self::InstallOnly => "install-only",
            Self::ProfileOnly => "profile-only",
            Self::Both => "install-and-profile",
        }
    }

    fn settings(self) -> [(Setting, &'static str); 2] {
        let (install, profiles) = match self {
            Self::InstallOnly => ("Yes", "No"),
            Self::ProfileOnly => ("No", "Yes"),
            Self::Both => ("Yes", "Yes"),
        };
        [(Setting::Install, install), (Setting::Profiles, profiles)]
    }
}

/// The manifest: every other file, with what Windows can check it by.
#[derive(Debug, Serialize)]
pub struct Manifest {
    version: u32,
    files: BTreeMap<String, FileEntry>,
}

/// A file in the manifest.
#[derive(Debug, Serialize)]
struct FileEntry {
    size: u64,
    sha256: String,
}

impl Manifest {
    /// Returns an empty one.
    pub fn new() -> Self {
        Self { version: 1, files: BTreeMap::new() }
    }

    /// Adds a file.
    pub fn add(&mut self, path: &str, size: u64, sha256: String) {
        self.files.insert(path.to_owned(), FileEntry { size, sha256 });
    }

    /// Returns `manifest.json`.
    ///
    /// # Errors
    /// Never in memory.
    pub fn json(&self) -> serde_json::Result<Vec<u8>> {
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        Ok(text)
    }

    /// Returns `SHA256SUMS`, as `sha256sum --check` and the scripts read it.
    pub fn sums(&self) -> Vec<u8> {
        let line = |(path, entry): (&String, &FileEntry)| format!("{}  {path}\n", entry.sha256);
        self.files.iter().map(line).collect::<String>().into_bytes()
    }
}

impl Default for Manifest {
    fn default() -> Self {
        Self::new()
    }
}

/// Returns the files of a package that are made, by their paths.
///
/// # Errors
/// [`Error::Setting`].
pub fn files(c: &Configuration) -> Result<BTreeMap<String, Vec<u8>>, Error> {
    use documents::Document;
    let mut files = BTreeMap::new();
    files.insert("setup.ini".to_owned(), c.document.to_bytes().to_vec());
    for mode in Mode::ALL {
        files.insert(format!("ini/{}.ini", mode.name()), c.with(&mode.settings())?);
        files.insert(format!("{}.cmd", mode.name()), scripts::cmd(mode, c)?);
        files.insert(format!("{}.ps1", mode.name()), scripts::powershell(mode, c)?);
    }
    files.insert("share-settings.cmd".to_owned(), scripts::shares());
    files.insert("README.txt".to_owned(), scripts::readme());
    Ok(files)
}
