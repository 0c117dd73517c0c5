//! `new`: makes a configuration of ours.

use std::collections::BTreeMap;

use command::{Completion, ask};
use serde_json::json;

use super::Program;
use crate::cli;
use crate::configuration::named;
use crate::error::Error;
use crate::files;
use crate::output::Place;
use crate::schema::{self, Setting};

/// Settings that are asked for on a terminal: those that hardly any site leaves as they are.
const ASKED: [Setting; 9] = [
    Setting::UserMode,
    Setting::Install,
    Setting::Profiles,
    Setting::MailHost,
    Setting::CalendarHost,
    Setting::BookHost,
    Setting::LdapHost,
    Setting::SearchBase,
    Setting::UserDn,
];

impl Program<'_> {
    pub(super) fn new_file(&self, args: &cli::New) -> Result<Completion, Error> {
        let place = Place::new(self.context, &args.output)?;
        let mut values = BTreeMap::new();
        if let Some(file) = &args.answers {
            let text = files::read_text(self.context.own_files, file)?;
            values = answers(&text).map_err(|what| Error::file(file.display(), what))?;
        } else if let Some(console) = self.context.console.filter(|_| !self.context.options.yes) {
            for setting in ASKED {
                let question = format!("{} ({})", setting.key(), setting.meaning().trim_end_matches('.'));
                let default = Some(setting.default()).filter(|default| !default.is_empty());
                let answer = ask(console, &question, default.or(Some("")), |text| setting.checked(text))?;
                values.insert(setting, answer);
            }
        }
        let is_utf16 = args.codepage.as_deref().is_some_and(|name| name.eq_ignore_ascii_case("utf-16le"));
        if let Some(name) = args.codepage.as_ref().filter(|_| !is_utf16) {
            values.insert(Setting::CodePage, name.clone());
        }
        let page = values.get(&Setting::CodePage).filter(|name| !name.is_empty()).cloned();
        let text = schema::file(&values).map_err(|e| Error::io("make", place.shown(), e))?;
        let bytes = if is_utf16 {
            text.encode_utf16().fold(vec![0xff, 0xfe], |mut bytes, unit| {
                bytes.extend(unit.to_le_bytes());
                bytes
            })
        } else if let Some(page) = &page {
            let encoded = named(page)?.encode(&text).map(|bytes| bytes.into_owned());
            encoded.ok_or_else(|| Error::usage(format!("an answer has a character that {page} lacks")))?
        } else if text.is_ascii() {
            text.into_bytes()
        } else {
            return Err(Error::usage(
                "an answer is not ASCII: name the code page of the desktops, or utf-16le, with --codepage",
            ));
        };
        let empty: Vec<_> = [Setting::SearchBase, Setting::MailHost, Setting::LdapHost]
            .into_iter()
            .filter(|setting| values.get(setting).is_none_or(String::is_empty))
            .map(Setting::key)
            .collect();
        place.write(&bytes, 0o644)?;
        if !empty.is_empty() {
            self.say(&format!("Empty, because there is no default: {}", empty.join(", ")));
        }
        self.say("Next: `occ-upgrade check` tells what is still to be set");
        Ok(self.written(json!({ "file": args.output.output.display().to_string(), "empty": empty })))
    }
}

/// Reads a file of answers.
fn answers(text: &str) -> Result<BTreeMap<Setting, String>, String> {
    let table: toml::Table = toml::from_str(text).map_err(|e| e.to_string().trim_end().to_owned())?;
    let mut values = BTreeMap::new();
    for (id, value) in table {
        if documents::secrets::is_secret_key(&id) && Setting::of_id(&id).is_none() {
            return Err(format!("`{id}`: a configuration holds no passwords"));
        }
        let Some(setting) = Setting::of_id(&id) else {
            let known: Vec<_> = Setting::ALL.iter().map(|setting| setting.id()).collect();
            return Err(format!("there is no setting `{id}`; there are {}", known.join(", ")));
        };
        let text = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Boolean(true) => "Yes".to_owned(),
            toml::Value::Boolean(false) => "No".to_owned(),
            _ => return Err(format!("`{id}` is neither a text, a number, true nor false")),
        };
        values.insert(setting, setting.checked(&text)?);
    }
    Ok(values)
}
