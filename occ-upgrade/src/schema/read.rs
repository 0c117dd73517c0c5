//! Reads our own file with rust-ini, and compares with what Windows reads.

use std::collections::BTreeMap;

use documents::{Document, State, WindowsIni};
use ini::{Ini, ParseOption};

use super::{SECTION, Setting, VERSION, VERSION_KEY};

/// Returns the settings of a file, checked; `text` decodes names and values of the document.
///
/// # Errors
/// What is wrong, with its line where there is one.
pub fn values(
    document: &WindowsIni,
    text: impl Fn(&[u8]) -> Option<String>,
) -> Result<BTreeMap<Setting, String>, String> {
    let mut windows: Vec<(String, String, String)> = Vec::new();
    let mut lines = String::new();
    let mut section = None;
    for entry in document.entries() {
        let line = entry.line;
        let decoded =
            |bytes: &[u8]| text(bytes).ok_or_else(|| format!("line {line}: this is no text of its code page"));
        let name = decoded(&entry.key.name)?;
        let Some(value) = &entry.value else { return Err(format!("line {line}: `{name}` has no `=`")) };
        let Some(of) = &entry.key.section else {
            return Err(format!("line {line}: `{name}` stands before all sections"));
        };
        let of = decoded(of)?;
        if entry.state == State::Shadowed {
            return Err(format!("line {line}: `{name}` is there twice, and Windows takes the first"));
        }
        let spelled = decoded(
            document.to_bytes().get(entry.span.clone()).map(|b| document.decoded(b)).unwrap_or_default().as_ref(),
        )?;
        if section.as_ref() != Some(&of) {
            lines.push_str(&format!("[{of}]\r\n"));
            section = Some(of.clone());
        }
        lines.push_str(&format!("{name}={spelled}\r\n"));
        windows.push((of, name, decoded(value)?));
    }
    let options = ParseOption { enabled_quote: false, enabled_escape: false, ..Default::default() };
    let ini = Ini::load_from_str_opt(&lines, options).map_err(|e| format!("it cannot be read: {e}"))?;
    let mut found = BTreeMap::new();
    for (of, name, value) in windows {
        let read = ini.get_from(Some(of.as_str()), &name).map(unquoted);
        if read != Some(value.as_str()) {
            return Err(format!(
                "`{name}` in [{of}] does not read the same everywhere: spell it without special characters"
            ));
        }
        if of.eq_ignore_ascii_case(SECTION) && name.eq_ignore_ascii_case(VERSION_KEY) {
            if value != VERSION {
                return Err(format!("schema version {value} is not known: this program knows {VERSION}"));
            }
            continue;
        }
        let is_it = |s: &Setting| s.section().eq_ignore_ascii_case(&of) && s.key().eq_ignore_ascii_case(&name);
        let Some(setting) = Setting::ALL.iter().copied().find(is_it) else {
            return Err(format!("[{of}] has no setting `{name}`"));
        };
        found.insert(setting, value);
    }
    Ok(found)
}

/// Takes away the one pair of marks that Windows takes away.
fn unquoted(value: &str) -> &str {
    let inside = |mark| value.strip_prefix(mark).and_then(|rest: &str| rest.strip_suffix(mark));
    inside('"').or_else(|| inside('\'')).unwrap_or(value)
}
