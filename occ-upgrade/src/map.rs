//! The map of a site: which section and key of the vendor's `.ini` holds which setting, and how its values are spelled there.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::schema::Setting;

/// The map.
#[derive(Clone, Debug, Default)]
pub struct Map {
    /// The code page of the file, where the map names one.
    pub codepage: Option<String>,
    /// Where each setting is.
    pub settings: BTreeMap<Setting, Place>,
}

/// Where a setting is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The section.
    pub section: String,
    /// The key.
    pub key: String,
    /// How our words are spelled there, such as `Yes = "1"`. Others are spelled as they are.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    #[serde(default)]
    codepage: Option<String>,
    settings: BTreeMap<String, Place>,
}

impl Map {
    /// Reads a map.
    ///
    /// # Errors
    /// What is wrong, with its line where there is one.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|e| e.to_string().trim_end().to_owned())?;
        if file.version != 1 {
            return Err(format!("version {} is not known: this program knows version 1", file.version));
        }
        let mut settings = BTreeMap::new();
        for (id, place) in file.settings {
            let Some(setting) = Setting::of_id(&id) else { return Err(format!("there is no setting `{id}`")) };
            if let crate::schema::Kind::OneOf(words) = setting.kind() {
                for word in place.values.keys() {
                    if !words.iter().any(|known| known.eq_ignore_ascii_case(word)) {
                        return Err(format!("settings.{id}: `{word}` is not one of {}", words.join(", ")));
                    }
                }
            }
            let mut spelled: Vec<_> = place.values.values().collect();
            spelled.sort();
            if spelled.windows(2).any(|two| two.first() == two.last()) {
                return Err(format!("settings.{id}: two values are spelled the same"));
            }
            settings.insert(setting, place);
        }
        Ok(Self { codepage: file.codepage, settings })
    }
}

impl Place {
    /// Returns our word for a spelled value.
    pub fn read(&self, spelled: &str) -> String {
        let found = self.values.iter().find(|(_, theirs)| theirs.eq_ignore_ascii_case(spelled));
        found.map_or_else(|| spelled.to_owned(), |(ours, _)| ours.clone())
    }

    /// Returns how the file spells one of our words.
    pub fn spell(&self, word: &str) -> String {
        let found = self.values.iter().find(|(ours, _)| ours.eq_ignore_ascii_case(word));
        found.map_or_else(|| word.to_owned(), |(_, theirs)| theirs.clone())
    }
}

/// Says what a map must name.
pub fn explanation(needed: &[&'static str]) -> String {
    let mut text = "Give --map MAP.toml. It must name the section and key of each of these settings:".to_owned();
    for id in needed {
        let what = Setting::of_id(id).map_or("", Setting::key);
        text.push_str(&format!(" {id} ({what});"));
    }
    text.pop();
    text.push_str(
        ". For example: version = 1; [settings.install] section = \"Setup\" key = \"InstallConnector\" values = { Yes = \"1\", No = \"0\" }",
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_is_read_and_mistakes_are_named() {
        let map = Map::parse(
            "version = 1\n[settings.install]\nsection = \"S\"\nkey = \"K\"\nvalues = { Yes = \"1\", No = \"0\" }\n",
        )
        .unwrap();
        let place = &map.settings[&Setting::Install];
        assert_eq!((place.read("1"), place.spell("no"), place.spell("x")), ("Yes".into(), "0".into(), "x".into()));
        for (text, error) in [
            ("version = 2\n[settings]\n", "version 2 is not known"),
            ("version = 1\n[settings.nothing]\nsection=\"S\"\nkey=\"K\"\n", "there is no setting `nothing`"),
            ("version = 1\n[settings.install]\nsection=\"S\"\n", "missing field `key`"),
            (
                "version = 1\n[settings.install]\nsection=\"S\"\nkey=\"K\"\nvalues={Maybe=\"1\"}\n",
                "`Maybe` is not one of Yes, No",
            ),
            (
                "version = 1\n[settings.install]\nsection=\"S\"\nkey=\"K\"\nvalues={Yes=\"1\",No=\"1\"}\n",
                "spelled the same",
            ),
            ("x", "line 1"),
        ] {
            let found = Map::parse(text).unwrap_err();
            assert!(found.contains(error), "{text}: {found}");
        }
    }
}
