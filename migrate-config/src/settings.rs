//! The settings of `configutil` that lie in files: `msg.conf`, `local.conf`, and the defaults of `msg.conf.defaults`
//! (`reference/messaging.md` section 3.1).

use documents::{Dialect, State};
use upgrade_engine::fs::{FileSystem, RootPath};
use upgrade_engine::survey::read_file;

/// The files, in the order in which a setting is looked for.
const FILES: [&str; 3] = ["msg.conf", "local.conf", "msg.conf.defaults"];

/// The settings of a configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Key and value, those of the file that counts most first.
    values: Vec<(Vec<u8>, Vec<u8>)>,
    /// What cannot be read, a line each.
    pub unreadable: Vec<String>,
}

impl Settings {
    /// Reads the settings of a configuration directory. A file that is not there has none.
    pub fn read(fs: &dyn FileSystem, config: &RootPath) -> Self {
        let mut settings = Self::default();
        for file in FILES {
            let Ok(path) = config.resolve(file.as_bytes()) else { continue };
            let entries = match read_file(fs, &path) {
                Ok(Some(bytes)) => Dialect::OptionValues.entries(bytes),
                Ok(None) => continue,
                Err(e) => {
                    settings.unreadable.push(e.to_string());
                    continue;
                }
            };
            match entries {
                Ok(entries) => {
                    let active = entries.into_iter().map(|listed| listed.entry).filter(|e| e.state == State::Active);
                    let pairs = active.filter_map(|entry| Some((entry.key.name.to_vec(), unquoted(&entry.value?))));
                    settings.values.extend(pairs);
                }
                Err(e) => settings.unreadable.push(format!("{path}: {e}")),
            }
        }
        settings
    }

    /// Returns the value of a setting.
    pub fn get(&self, key: &str) -> Option<&[u8]> {
        self.values.iter().find_map(|(known, value)| (known == key.as_bytes()).then_some(value.as_slice()))
    }

    /// Returns the number that a setting holds.
    pub fn number(&self, key: &str) -> Option<u64> {
        str::from_utf8(self.get(key)?).ok()?.trim().parse().ok()
    }

    /// Returns the path that a setting holds; one that is relative begins at `base`. Nothing where it is empty.
    pub fn path(&self, key: &str, base: &RootPath) -> Option<RootPath> {
        let value = self.get(key).filter(|value| !value.is_empty())?;
        base.resolve(value).ok()
    }

    /// Returns the settings with a name between a prefix and a suffix: the name and the value, each name once.
    pub fn between<'s>(&'s self, prefix: &str, suffix: &str) -> Vec<(&'s [u8], &'s [u8])> {
        let mut found: Vec<(&[u8], &[u8])> = Vec::new();
        for (key, value) in &self.values {
            let name = key.strip_prefix(prefix.as_bytes()).and_then(|key| key.strip_suffix(suffix.as_bytes()));
            if let Some(name) = name.filter(|name| !found.iter().any(|(known, _)| known == name)) {
                found.push((name, value));
            }
        }
        found
    }
}

fn unquoted(value: &[u8]) -> Vec<u8> {
    let inner = value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\""));
    inner.unwrap_or(value).to_vec()
}
