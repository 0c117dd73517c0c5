//! The settings that releases 6.0 to 6.2 keep in LDAP, as `configutil` printed them, made settings of `msg.conf`, where 6.3 and 7.0
//! have them (`reference/messaging.md` section 3.1).
//!
//! The export describes what the old server ran with, so it wins over `local.conf`, and both win over a `msg.conf` that is there.
//! The files hold passwords: a plan names them by digest, and the content is made again when it is written.

use std::collections::BTreeMap;

use documents::{Dialect, Key, State};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use upgrade_engine::digest::Digest;
use upgrade_engine::fs::{File, FileSystem, RootPath};
use upgrade_engine::step::{Producer, StepContext};
use upgrade_engine::survey;

use super::detect::includes::LARGEST;
use super::rewrite::Moves;

/// The producer's name in plans.
pub const PRODUCER: &str = "settings-from-ldap";

/// A file by its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Where it is.
    pub path: RootPath,
    /// Its digest.
    pub digest: Digest,
}

/// How `msg.conf` is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// What `configutil` printed: one of the administrator's own files.
    pub export: Source,
    /// `local.conf`.
    pub local_conf: Option<Source>,
    /// The `msg.conf` that is there.
    pub msg_conf: Option<Source>,
    /// What moves in the result.
    pub moves: Moves,
}

/// What comes of a recipe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The new `msg.conf`.
    pub content: Vec<u8>,
    /// How many settings came from the export and `local.conf`.
    pub settings: usize,
    /// The settings that two files set differently.
    pub conflicts: Vec<String>,
}

/// Makes `msg.conf` from a recipe.
pub struct SettingsFromLdap<'a> {
    /// The product root.
    pub fs: &'a dyn FileSystem,
    /// Real paths.
    pub own_files: &'a dyn FileSystem,
}

type Settings = BTreeMap<Vec<u8>, Vec<u8>>;

/// Reads lines of `option=value` or `option = value`.
///
/// # Errors
/// The line that is none.
pub fn read_export(bytes: &[u8]) -> Result<Settings, String> {
    let mut settings = Settings::new();
    for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let line = line.trim_ascii();
        if line.is_empty() || matches!(line.first(), Some(b'#' | b'!')) {
            continue;
        }
        let equals = line.iter().position(|byte| *byte == b'=').filter(|at| *at > 0);
        let Some(equals) = equals else {
            let number = number.saturating_add(1);
            return Err(format!("line {number} is not `option=value`, as configutil prints it"));
        };
        let (key, value) = line.split_at(equals);
        settings.insert(key.trim_ascii().to_vec(), value.get(1..).unwrap_or_default().trim_ascii().to_vec());
    }
    if settings.is_empty() { Err("it holds no settings".to_owned()) } else { Ok(settings) }
}

fn settings_of(path: &RootPath, bytes: Vec<u8>) -> Result<Settings, String> {
    let entries = Dialect::OptionValues.entries(bytes).map_err(|e| format!("{path}: {e}"))?;
    let active = entries.into_iter().filter(|listed| listed.entry.state == State::Active);
    let setting =
        |listed: documents::dialect::Listed| Some((listed.entry.key.name.to_vec(), listed.entry.value?.to_vec()));
    Ok(active.filter_map(setting).collect())
}

impl SettingsFromLdap<'_> {
    /// Returns a file as a source.
    ///
    /// # Errors
    /// A sentence that names the file.
    pub fn source(fs: &dyn FileSystem, path: &RootPath) -> Result<Option<Source>, String> {
        let bytes = survey::read_file_up_to(fs, path, LARGEST).map_err(|e| e.to_string())?;
        Ok(bytes.map(|bytes| Source { path: path.clone(), digest: Digest::of(&bytes) }))
    }

    fn read(fs: &dyn FileSystem, source: &Source) -> Result<Vec<u8>, String> {
        let bytes = survey::read_file_up_to(fs, &source.path, LARGEST).map_err(|e| e.to_string())?.unwrap_or_default();
        if Digest::of(&bytes) == source.digest {
            Ok(bytes)
        } else {
            Err(format!("{} has changed since it was read", source.path))
        }
    }

    /// Makes the file.
    ///
    /// # Errors
    /// A sentence that names the file which is in the way.
    pub fn make(&self, recipe: &Recipe) -> Result<Made, String> {
        let export = read_export(&Self::read(self.own_files, &recipe.export)?);
        let export = export.map_err(|what| format!("{}: {what}", recipe.export.path))?;
        let read = |source: &Option<Source>| source.as_ref().map(|source| Self::read(self.fs, source)).transpose();
        let local = match (&recipe.local_conf, read(&recipe.local_conf)?) {
            (Some(source), Some(bytes)) => settings_of(&source.path, bytes)?,
            _ => Settings::new(),
        };
        let msg_conf = read(&recipe.msg_conf)?.unwrap_or_default();
        let before = match &recipe.msg_conf {
            Some(source) => settings_of(&source.path, msg_conf.clone())?,
            None => Settings::new(),
        };
        let mut conflicts = Vec::new();
        let mut wanted = local;
        for (key, value) in export {
            if wanted.insert(key.clone(), value.clone()).is_some_and(|other| other != value) {
                conflicts
                    .push(format!("{}: local.conf differs from the export; the export's value is taken", shown(&key)));
            }
        }
        for (key, value) in &wanted {
            if before.get(key).is_some_and(|before| before != value) {
                conflicts
                    .push(format!("{}: msg.conf differs; the value that the old server used is taken", shown(key)));
            }
        }
        let changes: Vec<(Key, Vec<u8>)> = wanted
            .into_iter()
            .filter(|(key, value)| before.get(key) != Some(value))
            .map(|(key, value)| (Key::new(key), value))
            .collect();
        let failed = |e: documents::dialect::ChangeError| format!("{}: {e}", recipe.export.path);
        let edits = Dialect::OptionValues.set(&msg_conf, &changes).map_err(failed)?;
        let content = documents::apply(&msg_conf, &edits).map_err(|e| e.to_string())?;
        let moved = recipe.moves.rewritten(Dialect::OptionValues, &content).map_err(failed)?;
        let content = moved.map_or(content, |(content, _)| content);
        Ok(Made { content, settings: changes.len(), conflicts })
    }
}

fn shown(key: &[u8]) -> String {
    upgrade_engine::fs::path::escape(key)
}

impl Producer for SettingsFromLdap<'_> {
    fn name(&self) -> &str {
        PRODUCER
    }

    fn check(&self, request: &Value) -> Result<(), String> {
        self.make(&read_recipe(request)?).map(drop)
    }

    fn produce(&self, _: &StepContext<'_>, request: &Value, made: &dyn File) -> Result<Value, String> {
        let Made { content, .. } = self.make(&read_recipe(request)?)?;
        made.write_all_at(&content, 0).map_err(|e| e.to_string())?;
        Ok(Value::Null)
    }

    fn verify(&self, _: &StepContext<'_>, request: &Value, made: &dyn File, _: Option<&Value>) -> Result<(), String> {
        super::produce::same(made, &self.make(&read_recipe(request)?)?.content)
    }
}

fn read_recipe(request: &Value) -> Result<Recipe, String> {
    Recipe::deserialize(request).map_err(|e| format!("the plan cannot be understood: {e}"))
}

#[cfg(test)]
mod tests {
    use super::read_export;

    #[test]
    fn an_export_is_read_as_configutil_prints_it() {
        let settings = read_export(b"a.b=1\n\nc = x = y \n# note\nd=\n").unwrap();
        let of = |key: &str| settings.get(key.as_bytes()).map(|value| String::from_utf8_lossy(value).into_owned());
        assert_eq!([of("a.b"), of("c"), of("d")], [Some("1".into()), Some("x = y".into()), Some(String::new())]);
        assert!(read_export(b"a=1\nnot a setting\n").unwrap_err().contains("line 2"));
        assert!(read_export(b"=1\n").unwrap_err().contains("line 1"));
        assert!(read_export(b"# nothing\n").is_err());
    }
}
