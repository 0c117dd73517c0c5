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
use std::process::ExitCode;

use documents::dialect::Listed;
use documents::properties::utf16;
use documents::windows_ini::CodePage;
use documents::{Dialect, State};

const USAGE: &str = "usage: entries [--codepage NAME] DIALECT FILE";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match print(&arguments, &mut std::io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("entries: {error}");
            ExitCode::FAILURE
        }
    }
}

fn print(arguments: &[String], out: &mut impl std::io::Write) -> Result<(), Box<dyn Error>> {
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
    out.write_all(text.as_bytes())?;
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test reports by panicking")]

    use std::fs;
    use std::path::Path;

    use super::*;

    fn printed(arguments: &[&str]) -> Result<String, String> {
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let mut out = Vec::new();
        print(&arguments, &mut out).map_err(|error| error.to_string())?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn every_format_set_is_printed_as_expected() {
        let mut files = 0;
        for set in ["ics", "imta-cnf", "mappings", "mmp", "option-dat", "properties", "sectioned", "windows-ini"] {
            let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(set);
            for path in fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()) {
                let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
                if path.extension().unwrap() == "tsv" {
                    continue;
                }
                let page = ["shift-jis", "cp1251"].into_iter().find(|page| name.contains(page));
                let path_text = path.to_str().unwrap();
                let found = match page {
                    Some("shift-jis") => printed(&["--codepage", "shift_jis", set, path_text]),
                    Some(_) => printed(&["--codepage", "windows-1251", set, path_text]),
                    None => printed(&[set, path_text]),
                };
                let expected = fs::read_to_string(path.with_extension("expect.tsv")).unwrap();
                if expected.lines().any(|line| line.starts_with("ERROR")) {
                    let message = found.unwrap_err();
                    assert!(message.contains(path_text) && message.contains("line "), "{message}");
                } else {
                    let rows = expected.lines().filter(|line| !line.starts_with('#'));
                    let columns = |line: &str| line.split('\t').take(4).collect::<Vec<_>>().join("\t") + "\n";
                    assert_eq!(found.unwrap(), rows.map(columns).collect::<String>(), "{path_text}");
                }
                files += 1;
            }
        }
        assert_eq!(files, 143);
    }

    #[test]
    fn what_is_asked_for_in_vain_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("file");
        fs::write(&file, b"\xff\xfe[\0A\0]\0\n\0k\0=\0\x16\x04\n\0").unwrap();
        let file = file.to_str().unwrap();
        assert_eq!(printed(&["windows-ini", file]).unwrap(), "4100\t6b00\t1604\t2\n");
        assert_eq!(printed(&["text", file]).unwrap().lines().count(), 1);
        for (arguments, message) in [
            (vec!["aliases", file], "line 1, column 4: a NUL byte: this is not a text file"),
            (vec!["nosuch", file], "no such dialect: nosuch"),
            (vec!["--codepage", "cp437", "windows-ini", file], "no ANSI code page of Windows: cp437"),
            (vec!["--codepage", "cp1252", "ics", file], "--codepage is for windows-ini only"),
            (vec!["ics", "/nonexistent/file"], "/nonexistent/file: No such file"),
            (vec!["ics"], USAGE),
        ] {
            let error = printed(&arguments).unwrap_err();
            assert!(error.contains(message), "{error}");
        }
    }
}
