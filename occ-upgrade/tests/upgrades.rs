//! `upgrade`: two settings change, and nothing else does.

use documents::windows_ini::CodePage;
use documents::{Document, WindowsIni};
use proptest::prelude::*;

use crate::support::{MAP, Site, VENDOR, latin1, utf16};

#[test]
fn a_vendors_file_keeps_every_byte_but_the_two_values() {
    let site = Site::new();
    site.put("old.ini", latin1(VENDOR));
    site.put("map.toml", MAP);
    let upgraded = site.run(&["upgrade", "old.ini", "-o", "new.ini", "--from", "7.1", "--map", "map.toml"]).exits(0);
    let expected = VENDOR.replace("\"0\"", "\"1\"").replace("Profile=1", "Profile=0");
    assert_eq!(site.get("new.ini"), latin1(&expected));
    let order = [
        "default mail client",
        "setup.exe",
        "language",
        "Yes",
        "OK",
        "Save As, new.ini",
        "run new.exe",
        "Next",
        "Exit",
        "no rollback",
    ];
    let mut rest = upgraded.stdout.as_str();
    for step in order {
        rest = rest.split_once(step).unwrap_or_else(|| panic!("{step} is missing, or not in its place: {upgraded}")).1;
    }
    assert!(upgraded.stdout.contains("[setup] install (Install or upgrade"), "{upgraded}");
}

#[test]
fn without_a_map_a_vendors_file_is_left_alone_and_the_map_is_explained() {
    let site = Site::new();
    site.put("old.ini", latin1(VENDOR));
    let refused = site.refused(1, &["upgrade", "old.ini", "-o", "new.ini", "--from", "7.2"], "a map is needed");
    for setting in ["install (Install or upgrade", "profiles (Create/convert/upgrade user profile)", "--map"] {
        assert!(refused.stderr.contains(setting), "{refused}");
    }
}

#[test]
fn a_file_of_ours_needs_no_map_and_must_be_of_that_release() {
    let site = Site::with_answers("connector = \"7.2\"\n");
    site.refused(1, &["upgrade", "site.ini", "-o", "new.ini", "--from", "7.1"], "it is for Connector 7.2, not 7.1");
    site.run(&["upgrade", "site.ini", "-o", "new.ini", "--from", "7.2", "--json"]).exits(0);
    let (old, new) = (site.get_text("site.ini"), site.get_text("new.ini"));
    let differing: Vec<_> = old.lines().zip(new.lines()).filter(|(one, other)| one != other).collect();
    let expected = [
        ("Connector version=7.2", "Connector version=7.3"),
        ("Create/convert/upgrade user profile=Yes", "Create/convert/upgrade user profile=No"),
    ];
    assert_eq!(differing, expected);
    site.refused(1, &["upgrade", "new.ini", "-o", "newer.ini", "--from", "7.2"], "it is for Connector 7.3");
}

#[test]
fn every_encoding_is_kept() {
    let text = "[Настройка]\r\nУстановка=0\r\nПрофиль=1 \r\nИмя=Жук\r\n";
    let map = MAP.replace("\"setup\"", "\"Настройка\"").replace("\"Setup\"", "\"Настройка\"");
    let map = map.replace("\"install\"", "\"Установка\"").replace("\"Profile\"", "\"Профиль\"");
    let cyrillic = CodePage::named("windows-1251").unwrap();
    type Encode = fn(&str) -> Vec<u8>;
    let cases: [(Vec<u8>, &[&str], Encode); 2] = [
        (utf16(text), &[], utf16),
        (cyrillic.encode(text).unwrap().into_owned(), &["--codepage", "windows-1251"], |text| {
            CodePage::named("windows-1251").unwrap().encode(text).unwrap().into_owned()
        }),
    ];
    for (bytes, options, encode) in cases {
        let site = Site::new();
        site.put("old.ini", bytes);
        site.put("map.toml", &map);
        let arguments =
            [&["upgrade", "old.ini", "-o", "new.ini", "--from", "7.1", "--map", "map.toml"], options].concat();
        site.run(&arguments).exits(0);
        let expected = text.replace("Установка=0", "Установка=1").replace("Профиль=1", "Профиль=0");
        assert_eq!(site.get("new.ini"), encode(&expected));
    }
}

#[test]
fn a_trail_byte_of_shift_jis_is_no_syntax() {
    // The second byte of this letter is a `\`, of the other one a `]`.
    let text = b"[\x83]]\r\nInstall=\x95\x5c\r\nProfile=1\r\n[Setup]\r\nInstall=0\r\nProfile=1\r\n";
    let site = Site::new();
    site.put("old.ini", text);
    site.put("map.toml", MAP);
    let arguments =
        ["upgrade", "old.ini", "-o", "new.ini", "--from", "7.1", "--map", "map.toml", "--codepage", "shift_jis"];
    site.run(&arguments).exits(0);
    let expected = b"[\x83]]\r\nInstall=\x95\x5c\r\nProfile=1\r\n[Setup]\r\nInstall=1\r\nProfile=0\r\n";
    assert_eq!(site.get("new.ini"), expected);
}

#[test]
fn what_exists_is_replaced_on_request_only_and_kept_beside_the_new_one() {
    let site = Site::with_answers("connector = \"7.1\"\n");
    let old = site.get("site.ini");
    let arguments = ["upgrade", "site.ini", "-o", "site.ini", "--from", "7.1"];
    site.refused(1, &arguments, "site.ini exists");
    let replaced = site.run(&[&arguments[..], &["--replace"]].concat()).exits(0);
    let kept = site.names("").into_iter().find(|name| name.starts_with("site.ini.before-")).unwrap();
    assert!(replaced.stdout.contains(&kept), "{replaced}");
    assert_eq!(site.get(&kept), old);
    assert_ne!(site.get("site.ini"), old);
}

#[test]
fn a_dry_run_writes_nothing() {
    let site = Site::with_answers("connector = \"7.1\"\n");
    site.put("users.csv", crate::support::USERS);
    site.put("answers.toml", crate::support::ANSWERS);
    site.run(&["new", "-o", "good.ini", "--answers", "answers.toml"]).exits(0);
    let outcomes = site.writes_nothing([
        &["upgrade", "site.ini", "-o", "new.ini", "--from", "7.1", "--dry-run"],
        &["new", "-o", "new.ini", "--dry-run"],
        &["prf", "good.ini", "--users", "users.csv", "-o", "prf", "--dry-run"],
        &["package", "good.ini", "-o", "package.zip", "--dry-run"],
        &["vlv", "good.ini", "-o", "vlv.ldif", "--dry-run"],
    ]);
    for outcome in outcomes {
        outcome.exits(0).says("Nothing was written.");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Through the library: the file that is written reads as the old one with two values changed.
    #[test]
    fn any_file_around_the_two_keys_is_kept(before in "[a-zA-Z=;\\[\\] \r\nä]{0,40}", after in "[a-z=;\r\n\\]\"ä]{0,40}", in_utf16: bool) {
        let text = format!("[First]\r\n{before}\r\n[Setup9]\r\nInstall=0\r\nProfile=1\r\n{after}");
        let text = text.replace("[Setup9]", "[Zz]");
        let bytes = if in_utf16 { utf16(&text) } else { latin1(&text) };
        let site = Site::new();
        site.put("old.ini", &bytes);
        site.put("map.toml", MAP.replace("\"setup\"", "\"zz\"").replace("\"Setup\"", "\"zz\""));
        let outcome = site.run(&["upgrade", "old.ini", "-o", "new.ini", "--from", "7.1", "--map", "map.toml", "--codepage", "windows-1252"]);
        if outcome.status == Some(0) {
            let new = site.get("new.ini");
            prop_assert_eq!(new.len(), bytes.len());
            let page = CodePage::named("windows-1252").unwrap();
            let count = |bytes: &[u8]| WindowsIni::parse_with(bytes.to_vec(), page).unwrap().entries().len();
            prop_assert_eq!(count(&new), count(&bytes));
            let changed = new.iter().zip(&bytes).filter(|(one, other)| one != other).count();
            prop_assert!(changed <= 2, "{changed} bytes differ");
        } else {
            prop_assert_eq!(outcome.status, Some(1));
        }
    }
}
