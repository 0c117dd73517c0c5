//! What is written reads on Windows as it was meant (section 7 of the sheet): the reader of `documents`, whose own tests hold every row of that
//! section, reads every file back.

use std::collections::BTreeMap;
use std::path::Path;

use documents::windows_ini::CodePage;
use documents::{Document, Key, WindowsIni};
use occ_upgrade::schema::{self, Setting};
use proptest::prelude::*;

use crate::support::{ANSWERS, Site};

fn value(document: &WindowsIni, section: &str, key: &str) -> Option<String> {
    let key = Key { section: Some(section.to_owned().into()), name: key.to_owned().into() };
    Some(String::from_utf8(document.effective(&key)?.value.as_ref()?.to_vec()).unwrap())
}

proptest! {
    #[test]
    fn any_value_that_is_written_reads_the_same(text in "[ \"'a-z;#=\\[\\]\\\\%:äЖ表\u{a0}\u{3000}]{0,12}") {
        let values = BTreeMap::from([(Setting::ProfileName, text.clone())]);
        let file = schema::file(&values).unwrap();
        let bytes = crate::support::utf16(&file);
        let document = WindowsIni::parse(bytes).unwrap();
        let read = value(&document, Setting::ProfileName.section(), Setting::ProfileName.key());
        prop_assert_eq!(read.as_deref(), Some(text.as_str()));
        // Every other value is its default.
        for setting in Setting::ALL.iter().filter(|setting| **setting != Setting::ProfileName) {
            let read = value(&document, setting.section(), setting.key());
            prop_assert_eq!(read.as_deref(), Some(setting.default()));
        }
        // And our own reader, rust-ini with it, takes the file or refuses it, but never reads another value.
        let own = schema::values(&document, |bytes| String::from_utf8(bytes.to_vec()).ok());
        if let Ok(own) = own {
            prop_assert_eq!(own.get(&Setting::ProfileName), Some(&text));
        }
    }
}

#[test]
fn paths_quotes_and_filters_are_read_back_by_both_readers() {
    for text in [
        r"C:\temp\new\x.pst",
        r"C:\dir\",
        "\"ab\" cd",
        "\"",
        " a ",
        "'x'",
        "(&(mail=*)(cn=*))",
        "a ; b #c",
        "x:y=z",
        "%s",
    ] {
        let values = BTreeMap::from([(Setting::ProfileName, text.to_owned())]);
        let document = WindowsIni::parse(schema::file(&values).unwrap().into_bytes()).unwrap();
        let own = schema::values(&document, |bytes| String::from_utf8(bytes.to_vec()).ok()).unwrap();
        assert_eq!(own.get(&Setting::ProfileName).map(String::as_str), Some(text));
    }
}

#[test]
fn a_file_of_ours_that_was_edited_may_have_comments_blanks_and_quotes() {
    let site = Site::with_answers(ANSWERS);
    let text = site.get_text("site.ini");
    let edited = text
        .replace("[Servers]", "\t; comment\r\n[ servers ]\r\n")
        .replace("IMAP port=143", " imap PORT = \"993\"")
        .replace("IMAP security=None", ";x\r\n'IMAP security=None")
        .replace("'IMAP security=None", "IMAP security=ssl");
    site.put("edited.ini", edited);
    site.run(&["check", "edited.ini"]).exits(0);
}

#[test]
fn all_files_of_the_format_set_keep_their_bytes_through_an_upgrade() {
    let set = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/documents/tests/data/windows-ini");
    let mut files = 0;
    for path in std::fs::read_dir(set).unwrap().map(|entry| entry.unwrap().path()) {
        if path.extension().unwrap() == "tsv" {
            continue;
        }
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let page = if name.contains("shift-jis") { "shift_jis" } else { "windows-1252" };
        let original = std::fs::read(&path).unwrap();
        let is_utf16 = original.starts_with(b"\xff\xfe");
        // The BOM of UTF-8 and files without a readable text are refused, which other tests show.
        if original.starts_with(b"\xef\xbb\xbf") {
            continue;
        }
        let added = "\r\n[occ test]\r\nInstall=0\r\nProfile=1\r\n";
        let added = if is_utf16 { crate::support::utf16(added)[2..].to_vec() } else { added.as_bytes().to_vec() };
        let site = Site::new();
        site.put("old.ini", [original.as_slice(), &added].concat());
        let map = crate::support::MAP.replace("\"setup\"", "\"occ test\"").replace("\"Setup\"", "\"occ test\"");
        site.put("map.toml", map);
        let call = ["upgrade", "old.ini", "-o", "new.ini", "--from", "7.2", "--map", "map.toml", "--codepage", page];
        site.run(&call).exits(0);
        let new = site.get("new.ini");
        assert_eq!(&new[..original.len()], &original[..], "{name}");
        let page = CodePage::named(page).unwrap();
        let document = WindowsIni::parse_with(new, page).unwrap();
        assert_eq!(value(&document, "occ test", "Install").as_deref(), Some("1"), "{name}");
        assert_eq!(value(&document, "occ test", "Profile").as_deref(), Some("0"), "{name}");
        files += 1;
    }
    assert!(files > 15, "{files}");
}
