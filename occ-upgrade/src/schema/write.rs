//! Writes our own file with rust-ini, as Windows reads it.

use std::collections::BTreeMap;

use ini::{EscapePolicy, Ini, LineSeparator, WriteOption};

use super::{SECTION, Setting, VERSION, VERSION_KEY};

const HEADER: &str = "; Configuration of Outlook Connector, made by occ-upgrade. This is not the format of the vendor's\r\n\
                      ; Deployment Configuration Program: sections are its tabs, and keys are its labels where they are known.\r\n\
                      ; An empty value means that the default of the program counts, or that there is none.\r\n";

/// Returns the text of a file with these settings; all others have their defaults.
///
/// # Errors
/// Never while text is written to memory.
pub fn file(values: &BTreeMap<Setting, String>) -> std::io::Result<String> {
    let mut ini = Ini::new();
    ini.with_section(Some(SECTION)).set(VERSION_KEY, VERSION);
    for setting in Setting::ALL {
        let value = values.get(setting).map_or(setting.default(), String::as_str);
        ini.with_section(Some(setting.section())).set(setting.key(), quoted_if_needed(value));
    }
    let options =
        WriteOption { escape_policy: EscapePolicy::Nothing, line_separator: LineSeparator::CRLF, kv_separator: "=" };
    let mut text = HEADER.as_bytes().to_vec();
    ini.write_to_opt(&mut text, options)?;
    String::from_utf8(text).map_err(std::io::Error::other)
}

/// Windows takes away outer blanks, and one pair of equal marks.
fn quoted_if_needed(value: &str) -> String {
    let has_pair = |mark| value.len() > 1 && value.starts_with(mark) && value.ends_with(mark);
    let plain = value.trim() == value && !has_pair('"') && !has_pair('\'');
    if plain { value.to_owned() } else { format!("\"{value}\"") }
}
