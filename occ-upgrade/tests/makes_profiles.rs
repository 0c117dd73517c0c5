//! `prf`: one profile for each user, and only what changed is written again.

use std::fs;
use std::os::unix::fs::MetadataExt;

use crate::support::{ANSWERS, Site, USERS};

const CALL: [&str; 6] = ["prf", "site.ini", "--users", "users.csv", "-o", "prf"];

fn with_users(answers: &str, users: &str) -> Site {
    let site = Site::with_answers(answers);
    site.put("users.csv", users);
    site
}

#[test]
fn each_user_gets_a_profile_without_findings_and_the_same_bytes_each_time() {
    let site = with_users(
        &format!("{ANSWERS}local-pst = 'C:\\Mail\\%uid%\\local.pst'\nprofile-name = \"Mail of %cn%\"\n"),
        USERS,
    );
    site.run(&CALL).exits(0).says("2 new, 0 changed, 0 unchanged, 0 removed");
    assert_eq!(site.names("prf"), ["ann.prf", "bob.prf", "profiles.b3"]);
    let bob = site.get_text("prf/bob.prf");
    for line in [
        "ProfileName=Mail of Bob, B.",
        "OverwriteProfile=No",
        "BackupProfile=No",
        "DefaultStore=Service2",
        r"PathToPersonalFolders=C:\Mail\bob\local.pst",
        "UserName=uid=bob,ou=people,o=siroe.com,o=isp",
        "EmailAddress=bob@siroe.com",
        "IMAPServer=mail.siroe.com",
    ] {
        assert!(bob.lines().any(|found| found == line), "{line} is missing:\n{bob}");
    }
    assert!(bob.is_ascii() && bob.matches('\n').count() == bob.matches("\r\n").count());
    site.run(&["check", "prf/bob.prf"]).exits(0);
    site.run(&["prf", "site.ini", "--users", "users.csv", "-o", "again"]).exits(0);
    for name in site.names("prf") {
        assert_eq!(site.get(&format!("prf/{name}")), site.get(&format!("again/{name}")), "{name}");
    }
}

#[test]
fn only_changed_users_are_written_again_and_removed_ones_are_listed() {
    let site = with_users(ANSWERS, USERS);
    site.run(&CALL).exits(0);
    let inode = |name: &str| fs::metadata(site.at(name)).unwrap().ino();
    let before = (inode("prf/ann.prf"), inode("prf/bob.prf"));
    let [same] = site.writes_nothing([&CALL]);
    same.exits(0).says("Nothing was written: 2 profiles are as they were");
    site.put("users.csv", USERS.replace("Bob, B.", "Robert"));
    site.refused(1, &CALL, "prf exists");
    let replace = [&CALL[..], &["--replace"]].concat();
    site.run(&replace).exits(0).says("0 new, 1 changed, 1 unchanged, 0 removed").says("kept beside it");
    assert_eq!(inode("prf/ann.prf"), before.0, "an unchanged profile was written again");
    assert_ne!(inode("prf/bob.prf"), before.1);
    site.put("users.csv", USERS.lines().take(2).map(|line| format!("{line}\r\n")).collect::<String>());
    site.run(&replace).exits(0).says("0 new, 0 changed, 1 unchanged, 1 removed").says("removed: bob.prf");
    assert_eq!(site.names("prf"), ["ann.prf", "profiles.b3"]);
}

#[test]
fn an_edited_profile_is_named_and_kept_with_the_old_directory() {
    let site = with_users(ANSWERS, USERS);
    site.run(&CALL).exits(0);
    fs::remove_file(site.at("prf/ann.prf")).unwrap();
    site.put("prf/ann.prf", "edited");
    site.run(&[&CALL[..], &["--replace"]].concat()).exits(3).says("ann.prf was edited since it was generated");
    let kept = site.names("").into_iter().find(|name| name.starts_with("prf.before-")).unwrap();
    assert_eq!(site.get_text(&format!("{kept}/ann.prf")), "edited");
    assert!(site.get_text("prf/ann.prf").starts_with("[General]"));
}

#[test]
fn presets_say_what_outlook_does_with_a_profile_that_is_there() {
    for (preset, overwrite, default) in [("keep", "No", "No"), ("update", "Append", "No"), ("replace", "Yes", "Yes")] {
        let site = with_users(ANSWERS, USERS);
        site.run(&[&CALL[..], &["--preset", preset]].concat()).exits(0);
        let text = site.get_text("prf/ann.prf");
        let expected = format!(
            "DefaultProfile={default}\r\nOverwriteProfile={overwrite}\r\nModifyDefaultProfileIfPresent=FALSE\r\nBackupProfile=No\r\n"
        );
        assert!(text.contains(&expected), "{text}");
    }
}

#[test]
fn values_are_of_the_desktops_code_page_and_hold_no_control_characters() {
    let users = "mail,uid,cn\nann@siroe.com,ann,Жук\n";
    let site = with_users(ANSWERS, users);
    site.refused(1, &CALL, "line 2: DisplayName: `Жук` has a character that the desktops' code page lacks");
    site.refused(1, &[&CALL[..], &["--target-codepage", "windows-1252"]].concat(), "code page lacks");
    site.run(&[&CALL[..], &["--target-codepage", "windows-1251"]].concat()).exits(0);
    assert!(site.get("prf/ann.prf").windows(16).any(|window| window == b"DisplayName=\xc6\xf3\xea\r"));
    site.run(&["check", "prf/ann.prf", "--codepage", "windows-1251"]).exits(0);
    site.put("users.csv", "mail,uid,cn\nann@siroe.com,ann,\"a\r\nPassword=x\"\n");
    site.refused(1, &CALL, "line 2: DisplayName: the value holds a control character");
    let site = with_users(&format!("{ANSWERS}profile-name = \"%USERNAME%\"\n"), USERS);
    site.refused(1, &CALL, "line 2: `%USERNAME%`: the users have no such field");
}

#[test]
fn a_login_name_cannot_leave_its_part_of_the_name_pattern() {
    let site = with_users(ANSWERS, "mail,uid\na@b,\"x,ou=admins\"\n");
    site.run(&CALL).exits(0);
    assert!(site.get_text("prf/x=2Cou=3Dadmins.prf").contains(r"UserName=uid=x\,ou\=admins,ou=people"));
}

#[test]
fn ten_thousand_users_need_little_time_and_the_memory_does_not_grow_with_them() {
    let rows = |count: usize| -> String {
        let users = (0..count).map(|n| format!("u{n}@siroe.com,u{n},User {n}\n"));
        "mail,uid,cn\n".chars().collect::<String>() + &users.collect::<String>()
    };
    let site = with_users(ANSWERS, &rows(10_000));
    site.run(&CALL).exits(0).says("10000 new");
    assert_eq!(site.names("prf").len(), 10_001);
}
