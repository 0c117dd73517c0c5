//! Prints the entries of a file, one a line: section, key, value in hexadecimal and the line, separated by tabs.
//!
//! `-` is empty, `<none>` a line without a separator, which has no value at all. An include's value is its path, which is the
//! key already, so `-` stands for it. Anyone can so compare this reader with another one. Properties are printed as the UTF-16 units
//! that Java sees, four digits each; all else as the bytes of the file.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "works for developers on files of its own, never on an administrator's data"
)]

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;

use documents::dialect::Listed;
use documents::properties::utf16;
use documents::windows_ini::CodePage;
use documents::{Dialect, State};

const USAGE: &str = "usage: entries [--codepage NAME] DIALECT FILE";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match print(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("entries: {error}");
            ExitCode::FAILURE
        }
    }
}

fn print(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let (page, rest) = match arguments {
        [option, name, rest @ ..] if option == "--codepage" => {
            (Some(CodePage::named(name).ok_or_else(|| format!("no ANSI code page of Windows: {name}"))?), rest)
        }
        rest => (None, rest),
    };
    let [dialect, path] = rest else { return Err(USAGE.into()) };
    let known = || format!("no such dialect: {dialect} (known: {})", Dialect::names().collect::<Vec<_>>().join(" "));
    let dialect = match (Dialect::named(dialect).ok_or_else(known)?, page) {
        (Dialect::WindowsIni(_), Some(page)) => Dialect::WindowsIni(page),
        (_, Some(_)) => return Err("--codepage is for windows-ini only".into()),
        (dialect, None) => dialect,
    };
    let bytes = std::fs::read(path).map_err(|error| format!("{path}: {error}"))?;
    let is_utf16 = matches!(dialect, Dialect::WindowsIni(_)) && bytes.starts_with(b"\xff\xfe");
    let form = match dialect {
        Dialect::Properties | Dialect::PropertiesDisabled => Form::Units,
        _ if is_utf16 => Form::Utf8OfUtf16,
        _ => Form::Bytes,
    };
    let entries = dialect.entries(bytes).map_err(|error| format!("{path}: {error}"))?;
    let mut text = String::new();
    // A key that is commented out is no entry to the product.
    for listed in entries.iter().filter(|listed| listed.entry.state != State::CommentedOut) {
        text += &line(listed, form)?;
    }
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}

/// What keys and values are printed as.
#[derive(Clone, Copy)]
enum Form {
    /// The file's bytes.
    Bytes,
    /// UTF-16 units, as Java sees them.
    Units,
    /// The bytes of a file in UTF-16LE.
    Utf8OfUtf16,
}

fn line(listed: &Listed, form: Form) -> Result<String, Box<dyn Error>> {
    let entry = &listed.entry;
    let section = entry.key.section.as_deref().unwrap_or_default();
    let value = match (&entry.value, &listed.includes) {
        (None, _) => "<none>".to_owned(),
        (Some(_), Some(_)) => "-".to_owned(),
        (Some(value), None) => hexadecimal(value, form)?,
    };
    Ok(format!("{}\t{}\t{value}\t{}\n", hexadecimal(section, form)?, hexadecimal(&entry.key.name, form)?, entry.line))
}

fn hexadecimal(text: &[u8], form: Form) -> Result<String, Box<dyn Error>> {
    let mut digits = String::new();
    match form {
        Form::Bytes => text.iter().try_for_each(|byte| write!(digits, "{byte:02x}"))?,
        Form::Units => {
            let units = utf16::decode(text).ok_or("no UTF-16")?;
            units.iter().try_for_each(|unit| write!(digits, "{unit:04x}"))?;
        }
        Form::Utf8OfUtf16 => {
            let units = std::str::from_utf8(text)?.encode_utf16();
            units.flat_map(u16::to_le_bytes).try_for_each(|byte| write!(digits, "{byte:02x}"))?;
        }
    }
    Ok(if digits.is_empty() { "-".to_owned() } else { digits })
}
