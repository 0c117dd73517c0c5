//! Secrets go nowhere: passwords in a vendor's file, in a map, in users and in answers are in no output and no report.

use testkit::canary::Searched;

use crate::support::{ANSWERS, MAP, Site};

#[test]
fn secrets_go_nowhere() {
    // What is meant to hold them: the input, and the copies of the vendor's file.
    let mut watched = Searched::new(Site::with_answers(ANSWERS), 17, |site, path| {
        let own = ["old.ini", "new.ini", "users.csv", "users.ldif", "answers.toml", "p"];
        let is_kept = path.file_name().is_some_and(|name| name.to_string_lossy().contains(".before-"));
        is_kept || own.iter().any(|name| path == site.at(name))
    });
    let [vendor, csv, ldif, answer] = ["vendor", "csv", "ldif", "answer"].map(|name| watched.canaries.word(name));
    watched.site.put("old.ini", format!("[Setup]\r\nInstall=0\r\nProfile=1\r\nPassword={vendor}\r\n"));
    watched.site.put("map.toml", MAP);
    watched.site.put("users.csv", format!("mail,uid,password\na@b,a,{csv}\n"));
    watched
        .site
        .put("users.ldif", format!("dn: uid=a,o=x\nobjectClass: person\nuid: a\nmail: a@b\nuserPassword: {ldif}\n"));
    watched.site.put("answers.toml", format!("password = \"{answer}\"\n"));
    for json in [&[][..], &["--json"]] {
        for (status, call) in [
            (0, &["upgrade", "old.ini", "-o", "new.ini", "--from", "7.1", "--map", "map.toml", "--replace"][..]),
            (3, &["check", "old.ini", "--map", "map.toml"]),
            (0, &["package", "old.ini", "-o", "p", "--map", "map.toml", "--replace"]),
            (1, &["new", "-o", "x.ini", "--answers", "answers.toml"]),
        ] {
            watched.run(&[call, json].concat()).exits(status);
        }
    }
    for users in ["users.csv", "users.ldif"] {
        let out = format!("prf-{users}");
        watched.run(&["prf", "site.ini", "--users", users, "-o", &out]).exits(0);
    }
    watched.assert_searched(&["report", "a.prf"]);
}
