//! Settings, users and names are shown as what they are: nothing in them steers a terminal or forges a line.

use testkit::hostile::{STEERING, assert_plain};

use crate::support::{ANSWERS, MAP, Site};

#[test]
fn each_command_shows_settings_users_and_names_on_their_line() {
    let raw = STEERING.replace('\n', "");
    let site = Site::with_answers(ANSWERS);
    site.put("answers.toml", format!("{ANSWERS}\"{raw}\" = 1\n").replace(['\u{1b}', '\u{7}', '\u{9b}'], ""));
    site.put("steering.toml", format!("{ANSWERS}log-folder = \"x\\nSuccessful: all is well\\u001b]0;t\\u0007\"\n"));
    site.put("old.ini", format!("[Setup]\r\nInstall=0\r\nProfile={raw}\r\n{raw}={raw}\r\n[{raw}]\r\na=b\r\n"));
    site.put("map.toml", MAP);
    site.put("users.csv", format!("mail,uid,cn,{raw}\n\"{STEERING}\",\"{STEERING}\",\"{STEERING}\",x\n"));
    site.put("users.ldif", format!("dn: uid={raw}\nuid: {raw}\nmail: {raw}\n"));
    site.put(&format!("kit/{STEERING}"), "MZ");
    for json in [&[][..], &["--json"]] {
        for call in [
            &["new", "-o", "a.ini", "--answers", "answers.toml"][..],
            &["new", "-o", "b.ini", "--answers", "steering.toml"],
            &["check", "old.ini", "--map", "map.toml", "--codepage", "utf-8"],
            &["check", "old.ini", "--map", "map.toml", "--codepage", "windows-1252"],
            &["upgrade", "old.ini", "-o", "n.ini", "--from", "7.1", "--map", "map.toml", "--codepage", "windows-1252"],
            &["prf", "site.ini", "--users", "users.csv", "-o", "p1"],
            &["prf", "site.ini", "--users", "users.ldif", "-o", "p2"],
            &["package", "site.ini", "-o", "k", "--kit", "kit"],
            &["requirements", "--messaging", STEERING, "--directory", STEERING],
        ] {
            assert_plain(&site.run(&[call, json].concat()));
        }
    }
}

#[test]
fn operands_and_values_of_options_are_shown_on_their_line() {
    let site = Site::with_answers(ANSWERS);
    for call in [
        &[STEERING][..],
        &["check", STEERING],
        &["check", "site.ini", "--map", STEERING],
        &["check", "site.ini", "--codepage", STEERING],
        &["new", "-o", STEERING],
        &["vlv", "site.ini", "-o", STEERING],
        &["prf", "site.ini", "-o", "p", "--users", STEERING],
    ] {
        assert_plain(&site.run(call));
    }
}
