//! The settings of an `iim.conf`.

use documents::{Dialect, State};
use upgrade_engine::fs::RootPath;

use crate::error::Error;

/// The settings that are in effect. They may hold passwords: nothing prints them whole.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// Key and value, in the order of the file; the last one of a key counts.
    values: Vec<(String, Vec<u8>)>,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.values.iter().map(|(key, _)| key)).finish()
    }
}

impl Settings {
    /// Reads the settings of a file.
    ///
    /// # Errors
    /// [`Error::Configuration`].
    pub fn parse(path: &RootPath, bytes: Vec<u8>) -> Result<Self, Error> {
        let entries = Dialect::Iim
            .entries(bytes)
            .map_err(|e| Error::Configuration { path: path.clone(), what: e.to_string() })?;
        let active = entries.into_iter().filter(|listed| listed.entry.state == State::Active);
        let values = active.filter_map(|listed| Some((listed.shown, listed.entry.value?.to_vec()))).collect();
        Ok(Self { values })
    }

    /// Returns the value of a setting.
    pub fn get(&self, key: &str) -> Option<&[u8]> {
        self.values.iter().rev().find_map(|(known, value)| (known == key).then_some(value.as_slice()))
    }

    /// Returns the value of a setting as text; nothing where it is empty.
    pub fn text(&self, key: &str) -> Option<String> {
        let text = String::from_utf8_lossy(self.get(key)?).trim().to_owned();
        Some(text).filter(|text| !text.is_empty())
    }

    /// Returns the absolute path that a setting holds.
    pub fn path(&self, key: &str) -> Option<RootPath> {
        self.get(key).filter(|value| value.first() == Some(&b'/')).and_then(|value| RootPath::new(value).ok())
    }
}
