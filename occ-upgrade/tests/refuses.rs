//! Bad input: a clear error, and nothing is changed.

use crate::support::{ANSWERS, MAP, Site, USERS, VENDOR, latin1, utf16};

#[test]
fn what_is_no_ini_file() {
    let site = Site::new();
    for (content, text) in [
        (&b"MZ\x90\0\x03\0"[..], "it is a Windows program"),
        (b"PK\x03\x04....", "it is a zip file"),
        (b"", "it is empty"),
        (b"just text\r\n", "it is no ini file"),
        (b"[A]\r\nx=1\0\r\n", "line 2, column 4: a NUL"),
        (b"\xef\xbb\xbf[A]\r\nx=1\r\n", "the mark of UTF-8"),
        (b"\xfe\xff\0[", "big endian"),
        (b"\xff\xfe[\0A\0]\0\n\0x\0=\0\x00\xd8\n\0", "a lone surrogate"),
        (b"\xff\xfe[\0A\0]\0\n\0x\0=\0a", "of mixed encodings"),
    ] {
        site.put("bad.ini", content);
        for command in [
            &["check", "bad.ini"][..],
            &["vlv", "bad.ini", "-o", "v"],
            &["package", "bad.ini", "-o", "p"],
            &["upgrade", "bad.ini", "-o", "n", "--from", "7.1"],
        ] {
            site.refused(1, command, text);
        }
    }
    site.put("mixed.ini", [latin1(VENDOR), utf16("[B]\r\nx=1\r\n")].concat());
    site.refused(1, &["check", "mixed.ini"], "a NUL");
    site.put("cut.ini", b"[A]\r\nx=\x95\r\n");
    site.refused(1, &["check", "cut.ini", "--codepage", "shift_jis"], "half a character");
    site.refused(1, &["check", "none.ini"], "cannot read none.ini");
}

#[test]
fn maps_that_are_wrong() {
    let site = Site::new();
    site.put("old.ini", latin1(VENDOR));
    let call = ["upgrade", "old.ini", "-o", "new.ini", "--from", "7.1", "--map", "map.toml"];
    for (from, to, text) in [
        ("\"install\"", "\"missing\"", "there is no key `missing` in [setup], which the map names for install"),
        ("settings.profiles", "settings.nothing", "there is no setting `nothing`"),
        ("settings.profiles", "settings.save-password", "the map lacks settings.profiles"),
        ("version = 1", "version = 7", "version 7 is not known"),
        ("version = 1", "version = ", "line 1"),
        ("Yes = \"1\"", "Yes = \"1\\n[Evil]\\nx=1\"", "old.ini"),
    ] {
        site.put("map.toml", MAP.replace(from, to));
        site.refused(1, &call, text);
    }
    site.put("map.toml", format!("{MAP}[settings.profile-name]\nsection = \"Setup\"\nkey = \"Other\"\n"));
    site.refused(1, &call, "name the code page with --codepage");
}

#[test]
fn unsupported_versions_and_options() {
    let site = Site::with_answers(ANSWERS);
    for version in ["6", "7.0", "7.3", "x"] {
        site.refused(2, &["upgrade", "site.ini", "-o", "new.ini", "--from", version], "from 7.1 and 7.2 only");
    }
    site.refused(2, &["check", "site.ini", "--codepage", "utf-7"], "is no ANSI code page");
    for option in
        [&["--undo"][..], &["--resume"], &["--list-runs"], &["--prune", "x"], &["--root", "/"], &["--state-dir", "/"]]
    {
        site.refused(2, &[&["check", "site.ini"], option].concat(), &format!("there is no {} here", option[0]));
    }
}

#[test]
fn answers_that_are_wrong() {
    let site = Site::new();
    for (answers, text) in [
        ("nothing = 1\n", "there is no setting `nothing`"),
        ("mail-port = 0\n", "`0` is no port"),
        ("vlv-filter = \"(&(mail=*)(cn=*)\"\n", "character 17: a `)` is missing"),
        ("profile-name = \"a\\r\\nb=1\"\n", "the value holds a line end"),
        ("search-base = \"nonsense\"\n", "is not a distinguished name"),
        ("user-mode = \"Loud\"\n", "is not one of Silent, Interactive"),
        ("password = \"x\"\n", "holds no passwords"),
        ("mail-port = [1]\n", "is neither a text"),
        ("x\n", "line 1"),
    ] {
        site.put("answers.toml", answers);
        site.refused(1, &["new", "-o", "site.ini", "--answers", "answers.toml"], text);
    }
}

#[test]
fn a_file_of_ours_with_lines_that_are_none() {
    let site = Site::with_answers(ANSWERS);
    let text = site.get_text("site.ini");
    for (from, to, what) in [
        ("IMAP port=143", "IMAP port", "`IMAP port` has no `=`"),
        ("IMAP port=143", "IMAP prt=143", "[Servers] has no setting `IMAP prt`"),
        ("IMAP port=143", "IMAP port=143\r\nimap port=1", "is there twice"),
        ("[occ-upgrade]", "x=1\r\n[occ-upgrade]", "stands before all sections"),
        ("Schema version=1", "Schema version=2", "schema version 2 is not known"),
    ] {
        site.put("bad.ini", text.replace(from, to));
        site.refused(1, &["check", "bad.ini"], what);
    }
}

#[test]
fn users_that_are_wrong() {
    let site = Site::with_answers(ANSWERS);
    let call = ["prf", "site.ini", "--users", "users.csv", "-o", "prf"];
    for (users, text) in [
        (USERS.replace("bob@", "ann@"), "line 3: the mail address ann@siroe.com is there twice"),
        (USERS.replace("bob@", "ANN@"), "is there twice"),
        (USERS.replace("bob@siroe.com", ""), "line 3: the mail address is missing"),
        (USERS.replace(",bob,", ",Ann,"), "line 3: two users would have the file Ann.prf"),
        (USERS.replace("B.\"", "B."), "line 3: a quoted field is not closed"),
        (USERS.replace("Ann\r", "A\"nn\r"), "line 2: a quotation mark inside an unquoted field"),
        ("mail\n".to_owned(), "there are no users in it"),
        ("dn: uid=a,o=x\nobjectClass: person\nuid: a\n".to_owned(), "line 1: the mail address is missing"),
    ] {
        site.put("users.csv", users);
        site.refused(1, &call, text);
    }
}

#[test]
fn a_gigabyte_of_users_needs_little_memory() {
    // A file with holes: a gigabyte of NULs behind a quotation mark that is never closed.
    let site = Site::with_answers(ANSWERS);
    site.put("users.csv", "mail,cn\na@b,\"");
    let file = std::fs::OpenOptions::new().write(true).open(site.at("users.csv")).unwrap();
    file.set_len(1 << 30).unwrap();
    let limited = ["sh", "-c", "ulimit -v 400000; exec \"$@\"", "sh"];
    let call = ["prf", "site.ini", "--users", "users.csv", "-o", "prf"];
    site.outcome(site.command_below(&limited, &call)).exits(1).says("line 2: a record of more than 1048576 bytes");
}

#[test]
fn settings_that_a_command_needs() {
    let site = Site::with_answers("search-base = \"\"\n");
    site.put("users.csv", USERS);
    site.refused(
        1,
        &["vlv", "site.ini", "-o", "v.ldif"],
        "`Search base (root of LDAP directory)` (search-base) is empty",
    );
    site.refused(1, &["prf", "site.ini", "--users", "users.csv", "-o", "prf"], "`Mail server` (mail-host) is empty");
}
