//! `check` and `new`: each rule, met and not met.

use crate::support::{ANSWERS, MAP, Site, VENDOR, latin1, utf16};

/// Makes a configuration of the good answers and these, and returns the rules that it breaks.
fn rules(answers: &str) -> Vec<String> {
    let mut all: std::collections::BTreeMap<&str, &str> = std::collections::BTreeMap::new();
    for line in ANSWERS.lines().chain(answers.lines()) {
        let (name, value) = line.split_once(" = ").unwrap();
        all.insert(name, value);
    }
    let text: String = all.iter().map(|(name, value)| format!("{name} = {value}\n")).collect();
    let site = Site::with_answers(&text);
    found(&site, &["check", "site.ini", "--json"])
}

fn found(site: &Site, arguments: &[&str]) -> Vec<String> {
    let outcome = site.run(arguments);
    let json = outcome.json();
    let findings = json["details"]["findings"].as_array().unwrap_or_else(|| panic!("{outcome}"));
    let found: Vec<_> = findings
        .iter()
        .map(|finding| format!("{} {}", finding["severity"].as_str().unwrap(), finding["rule"].as_str().unwrap()))
        .collect();
    let expected = if found.iter().any(|line| line.starts_with("error")) {
        6
    } else if found.is_empty() {
        0
    } else {
        3
    };
    outcome.exits(expected);
    found
}

#[test]
fn each_rule_is_met_or_named() {
    for (answers, expected) in [
        ("", vec![]),
        ("profile-settings = \"Convert or upgrade\"", vec!["warning upgraded-profiles"]),
        ("profile-settings = \"Convert or upgrade\"\nprofiles = false", vec![]),
        ("user-mode = \"Silent\"", vec!["warning protected-psts"]),
        (
            "user-mode = \"Silent\"\nconvert-below = 500\nminimize-above = 10",
            vec!["warning protected-psts", "warning silent-thresholds", "warning silent-thresholds"],
        ),
        ("convert-below = 500", vec![]),
        (
            "delivery = \"Push\"\nuser-mode = \"Silent\"\nprofiles = false\nlog-folder = 'C:\\logs'\nkit-folder = '\\\\srv\\SJSC'\npublishing-folder = '\\\\srv'",
            vec!["error unc-paths", "error unc-paths"],
        ),
        (
            "delivery = \"Push\"\nuser-mode = \"Silent\"\nprofiles = false\nlog-folder = '\\\\srv\\LOGS'\nkit-folder = '\\\\srv\\SJSC'\npublishing-folder = '\\\\srv\\WPW\\x'",
            vec![],
        ),
        ("users-may-install = false", vec!["error two-packages"]),
        ("users-may-install = false\ninstall = false", vec![]),
        ("install = false\nprofiles = false", vec!["error processes"]),
        ("search-base = \"\"", vec!["error search-base"]),
        ("user-dn-pattern = \"uid=x,o=siroe.com,o=isp\"", vec!["error user-dn"]),
        ("user-dn-pattern = \"uid=%s,cn=%s,o=siroe.com,o=isp\"", vec!["error user-dn"]),
        ("user-dn-pattern = \"uid=%s,o=other\"", vec!["warning user-dn"]),
        ("user-dn-pattern = \"\"", vec!["error user-dn"]),
        ("advanced-filter = \"(cn=%s\"", vec!["error filter"]),
        ("mail-security = \"SSL\"", vec!["warning ports"]),
        ("mail-security = \"SSL\"\nmail-port = 993", vec![]),
        ("ldap-port = 636", vec!["warning ports"]),
        ("save-password = true", vec!["warning passwords"]),
        ("mail-host = \"\"", vec!["error servers"]),
    ] {
        assert_eq!(rules(answers), expected, "{answers}");
    }
}

#[test]
fn values_that_were_edited_by_hand_are_checked() {
    let site = Site::with_answers(ANSWERS);
    for (from, to) in [
        ("VLV Search filter=(&(mail=*)(cn=*))", "VLV Search filter=(&(mail=*)(cn=*)"),
        ("IMAP port=143", "IMAP port=70000"),
        ("User mode=Interactive", "User mode=Loud"),
        ("LDAP port=389", "LDAP port=0"),
    ] {
        let text = site.get_text("site.ini");
        assert!(text.contains(from));
        site.put("edited.ini", text.replace(from, to));
        assert_eq!(found(&site, &["check", "edited.ini", "--json"]), ["error value"], "{to}");
    }
}

#[test]
fn the_browsing_index_of_the_server_must_be_that_of_the_file() {
    let site = Site::with_answers(ANSWERS);
    site.run(&["vlv", "site.ini", "-o", "vlv.ldif"]).exits(0);
    assert_eq!(found(&site, &["check", "site.ini", "--index", "vlv.ldif", "--json"]), [""; 0]);
    let text = site.get_text("vlv.ldif");
    for (from, to, what) in [
        ("vlvFilter: (&(mail=*)(cn=*))", "vlvFilter: (mail=*)", "filter: (mail=*) instead of (&(mail=*)(cn=*))"),
        ("vlvScope: 2", "vlvScope: 1", "scope: 1 instead of 2"),
        ("vlvSort: cn", "vlvSort: sn", "sort attribute: sn instead of cn"),
        ("vlvBase: o=siroe.com,o=isp", "vlvBase: o=isp", "base: o=isp instead of o=siroe.com,o=isp"),
    ] {
        assert!(text.contains(from));
        site.put("other.ldif", text.replace(from, to));
        site.run(&["check", "site.ini", "--index", "other.ldif"]).exits(6).says(what);
    }
    site.put("tree/etc/dirsrv/slapd-one/dse.ldif", text.replace("changetype: add\n", ""));
    let only_entries = site.get_text("tree/etc/dirsrv/slapd-one/dse.ldif");
    site.put("tree/etc/dirsrv/slapd-one/dse.ldif", only_entries.split("\ndn: oid=").next().unwrap());
    site.run(&["check", "site.ini", "--site-root", "tree"]).exits(0);
    site.put("tree/var/opt/mps/serverroot/slapd-two/config/dse.ldif", "dn: cn=config\ncn: config\n");
    site.run(&["check", "site.ini", "--site-root", "tree"])
        .exits(6)
        .says("slapd-two/config/dse.ldif has no browsing index");
    site.run(&["check", "site.ini", "--site-root", "."]).exits(3).says("no directory server was found");
}

#[test]
fn a_vendors_file_is_checked_as_far_as_the_map_goes() {
    let site = Site::new();
    site.put("old.ini", latin1(VENDOR).replacen_bytes(b"Profile=1", b"Profile=0"));
    site.put("map.toml", MAP);
    let rules = found(&site, &["check", "old.ini", "--map", "map.toml", "--json"]);
    assert_eq!(rules[0], "error processes");
    assert!(rules.contains(&"warning map".to_owned()) && rules.contains(&"warning windows".to_owned()), "{rules:?}");
}

#[test]
fn what_windows_reads_differently_is_named() {
    let site = Site::new();
    site.put("map.toml", MAP);
    site.put("old.ini", "early=1\r\n[Setup]x]\r\nInstall=1\r\nProfile=0\r\nInstall=2\r\nword\r\n[open\r\n");
    site.run(&["check", "old.ini", "--map", "map.toml"])
        .exits(3)
        .says("`early`, which stands before the first section")
        .says("ends the name at the first `]`")
        .says("`Install` is there before, and Windows takes the first")
        .says("no value from `word`")
        .says("the `]` is missing");
}

#[test]
fn a_new_file_holds_the_answers_in_ascii_a_code_page_or_utf_16() {
    let site = Site::new();
    site.run(&["new", "-o", "plain.ini"]).exits(0).says("Empty, because there is no default: Search base");
    assert!(site.get("plain.ini").is_ascii());
    site.put("answers.toml", "profile-name = \"Почта\"\n");
    site.refused(2, &["new", "-o", "x.ini", "--answers", "answers.toml"], "with --codepage");
    site.refused(
        2,
        &["new", "-o", "x.ini", "--answers", "answers.toml", "--codepage", "windows-1252"],
        "that windows-1252 lacks",
    );
    site.run(&["new", "-o", "u.ini", "--answers", "answers.toml", "--codepage", "utf-16le"]).exits(0);
    assert!(site.get("u.ini").starts_with(&utf16("; Configuration")));
    site.run(&["new", "-o", "c.ini", "--answers", "answers.toml", "--codepage", "windows-1251"]).exits(0);
    assert!(site.get("c.ini").windows(5).any(|window| window == b"\xcf\xee\xf7\xf2\xe0"));
    for file in ["u.ini", "c.ini"] {
        assert_eq!(found(&site, &["check", file, "--json"]), ["error search-base"], "{file}");
    }
}

trait ReplaceBytes {
    fn replacen_bytes(&self, from: &[u8], to: &[u8]) -> Vec<u8>;
}

impl ReplaceBytes for Vec<u8> {
    fn replacen_bytes(&self, from: &[u8], to: &[u8]) -> Vec<u8> {
        let at = self.windows(from.len()).position(|window| window == from).unwrap();
        [&self[..at], to, &self[at + from.len()..]].concat()
    }
}
