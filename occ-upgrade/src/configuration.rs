//! A configuration as it was read: the file without loss, and the settings that are known in it.

use std::collections::BTreeMap;
use std::path::Path;

use documents::windows_ini::{CodePage, FileEncoding};
use documents::{Document, Key, SpanEdit, WindowsIni, apply};
use upgrade_engine::fs::FileSystem;

use crate::cli::Reading;
use crate::error::Error;
use crate::files;
use crate::map::Map;
use crate::schema::{self, SECTION, Setting, VERSION_KEY};

/// A configuration.
#[derive(Debug)]
pub struct Configuration {
    /// The file, as it was typed.
    pub path: String,
    /// The file.
    pub document: WindowsIni,
    /// Its code page, where one is known.
    pub page: CodePage,
    /// Whose file it is.
    pub origin: Origin,
    values: BTreeMap<Setting, String>,
}

/// Whose file it is.
#[derive(Clone, Debug)]
pub enum Origin {
    /// Ours.
    Own,
    /// The vendor's, with the site's map.
    Vendor(Map),
}

impl Configuration {
    /// Reads a file. `needed` are the settings that a map must name.
    ///
    /// # Errors
    /// [`Error::NoMap`] for a vendor's file without one; [`Error::File`]; [`command::Error::Io`].
    pub fn read(fs: &dyn FileSystem, typed: &Path, reading: &Reading, needed: &[&'static str]) -> Result<Self, Error> {
        let path = typed.display().to_string();
        let wrong = |what: String| Error::file(&path, what);
        let bytes = files::read(fs, typed)?;
        if let Some(what) = foreign(&bytes) {
            return Err(wrong(what.to_owned()));
        }
        let map = match &reading.map {
            Some(file) => {
                Some(Map::parse(&files::read_text(fs, file)?).map_err(|what| Error::file(file.display(), what))?)
            }
            None => None,
        };
        let parse = |page| WindowsIni::parse_with(bytes.clone(), page).map_err(|e| wrong(e.to_string()));
        let typed_page = reading.codepage.as_deref().map(named).transpose()?;
        // What names the code page is ASCII, so any code page finds it.
        let document = parse(typed_page.unwrap_or(CodePage::SINGLE_BYTE))?;
        let is_own = value(&document, SECTION, VERSION_KEY).is_some();
        let written = match (&map, is_own) {
            (_, true) => value(&document, SECTION, Setting::CodePage.key()).and_then(|v| String::from_utf8(v).ok()),
            (Some(map), false) => map.codepage.clone(),
            (None, false) => None,
        };
        let page = match (typed_page, written.filter(|name| !name.is_empty())) {
            (Some(page), _) => page,
            (None, Some(name)) => named(&name)?,
            (None, None) => CodePage::SINGLE_BYTE,
        };
        let document = parse(page)?;
        if document.entries().iter().all(|entry| entry.value.is_none()) {
            return Err(wrong("it is no ini file: there is no KEY=VALUE line in it".to_owned()));
        }
        let mut found = Self { path: path.clone(), document, page, origin: Origin::Own, values: BTreeMap::new() };
        if is_own {
            found.values = schema::values(&found.document, |bytes| found.text(bytes)).map_err(wrong)?;
            return Ok(found);
        }
        let Some(map) = map else { return Err(Error::NoMap { path, needed: needed.to_vec() }) };
        for id in needed {
            if Setting::of_id(id).is_some_and(|setting| !map.settings.contains_key(&setting)) {
                let file = reading.map.as_deref().unwrap_or(typed).display();
                return Err(Error::file(file, format!("the map lacks settings.{id}, which is needed here")));
            }
        }
        for (setting, place) in &map.settings {
            let Some(bytes) = value(&found.document, &place.section, &place.key) else {
                let what = format!(
                    "there is no key `{}` in [{}], which the map names for {}",
                    place.key,
                    place.section,
                    setting.id()
                );
                return Err(wrong(what));
            };
            let Some(text) = found.text(&bytes) else {
                let what =
                    format!("`{}` in [{}] is not ASCII: name the code page with --codepage", place.key, place.section);
                return Err(wrong(what));
            };
            found.values.insert(*setting, place.read(&text));
        }
        found.origin = Origin::Vendor(map);
        Ok(found)
    }

    /// Returns a setting: as it is in the file, or its default in a file of ours; nothing where it is empty or not known.
    pub fn get(&self, setting: Setting) -> Option<&str> {
        let default = match self.origin {
            Origin::Own => Some(setting.default()),
            Origin::Vendor(_) => None,
        };
        self.values.get(&setting).map(String::as_str).or(default).filter(|value| !value.is_empty())
    }

    /// Returns whether a setting has this value; case does not count.
    pub fn is(&self, setting: Setting, word: &str) -> bool {
        self.get(setting).is_some_and(|value| value.eq_ignore_ascii_case(word))
    }

    /// Returns a setting that must be there, checked.
    ///
    /// # Errors
    /// [`Error::Setting`].
    pub fn required(&self, setting: Setting) -> Result<String, Error> {
        let Some(value) = self.get(setting) else {
            let what = format!("`{}` ({}) is empty or not known", setting.key(), setting.id());
            return Err(Error::setting(&self.path, what));
        };
        setting.checked(value).map_err(|what| Error::setting(&self.path, what))
    }

    /// Returns a setting, or its default, checked.
    ///
    /// # Errors
    /// [`Error::Setting`].
    pub fn checked_or_default(&self, setting: Setting) -> Result<String, Error> {
        let value = self.get(setting).unwrap_or(setting.default());
        setting.checked(value).map_err(|what| Error::setting(&self.path, what))
    }

    /// Returns what is wrong with single settings.
    pub fn wrong_values(&self) -> Vec<String> {
        self.values.iter().filter_map(|(setting, value)| setting.checked(value).err()).collect()
    }

    /// Returns the edits that give settings their new values.
    ///
    /// # Errors
    /// [`Error::Setting`] where the file cannot hold them.
    pub fn edits(&self, changes: &[(Setting, &str)]) -> Result<Vec<SpanEdit>, Error> {
        let wrong = |what: String| Error::setting(&self.path, what);
        let mut list = Vec::new();
        for (setting, word) in changes {
            let (section, key, word) = match &self.origin {
                Origin::Own => (setting.section(), setting.key(), (*word).to_owned()),
                Origin::Vendor(map) => {
                    let place = map.settings.get(setting);
                    let place = place.ok_or_else(|| wrong(format!("the map lacks settings.{}", setting.id())))?;
                    (place.section.as_str(), place.key.as_str(), place.spell(word))
                }
            };
            let spelled =
                self.bytes(&word).ok_or_else(|| wrong(format!("`{word}` is no text of the file's code page")))?;
            list.push((self.key(section, key), spelled));
        }
        self.document.set_all(&list).map_err(|e| wrong(e.to_string()))
    }

    /// Returns the file with settings changed.
    ///
    /// # Errors
    /// As [`Configuration::edits`].
    pub fn with(&self, changes: &[(Setting, &str)]) -> Result<Vec<u8>, Error> {
        let edits = self.edits(changes)?;
        apply(self.document.to_bytes(), &edits).map_err(|e| Error::setting(&self.path, e))
    }

    /// Returns a name or value of the document as text; nothing where the code page is not known or it is none.
    pub fn text(&self, bytes: &[u8]) -> Option<String> {
        decoded(&self.document, self.page, bytes)
    }

    fn bytes(&self, text: &str) -> Option<Vec<u8>> {
        match self.document.encoding() {
            FileEncoding::Utf16 => Some(text.as_bytes().to_vec()),
            FileEncoding::Ansi(_) => self.page.encode(text).map(|bytes| bytes.into_owned()),
        }
    }

    fn key(&self, section: &str, name: &str) -> Key {
        let bytes = |text: &str| self.bytes(text).unwrap_or_else(|| text.as_bytes().to_vec());
        Key { section: Some(bytes(section).into()), name: bytes(name).into() }
    }
}

/// Returns a name or value of a document as text.
pub fn decoded(document: &WindowsIni, page: CodePage, bytes: &[u8]) -> Option<String> {
    match document.encoding() {
        FileEncoding::Utf16 => String::from_utf8(bytes.to_vec()).ok(),
        FileEncoding::Ansi(_) => page.decode(bytes).map(|text| text.into_owned()),
    }
}

/// Returns the code page of that name.
///
/// # Errors
/// A usage error.
pub fn named(name: &str) -> Result<CodePage, Error> {
    CodePage::named(name).ok_or_else(|| Error::usage(format!("`{name}` is no ANSI code page of Windows")))
}

/// Looks up a value as Windows does.
fn value(document: &WindowsIni, section: &str, key: &str) -> Option<Vec<u8>> {
    let text = |text: &str| -> Vec<u8> {
        match document.encoding() {
            FileEncoding::Utf16 => text.as_bytes().to_vec(),
            FileEncoding::Ansi(page) => page.encode(text).map_or_else(|| text.as_bytes().to_vec(), |b| b.into_owned()),
        }
    };
    let key = Key { section: Some(text(section).into()), name: text(key).into() };
    Some(document.effective(&key)?.value.as_ref()?.to_vec())
}

/// Says what a file is that is no ini file.
fn foreign(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"MZ") && bytes.contains(&0) {
        Some("it is a Windows program: name the .ini file that the package was made from")
    } else if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        Some("it is a zip file: name the .ini file in it")
    } else if bytes.starts_with(b"\xef\xbb\xbf") {
        Some(
            "it begins with the mark of UTF-8, which Windows takes for a part of the first line: save it as ANSI or UTF-16LE",
        )
    } else if bytes.is_empty() {
        Some("it is empty")
    } else {
        None
    }
}
