//! Files of settings, users and kits that are something else than files.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::symlink;

use testkit::hostile::{assert_the_secret_is_kept, give, lay_a_secret};
use testkit::peers::need;
use testkit::site::run;

use crate::support::{ANSWERS, Site, USERS};

/// Each kind of input, and the command that reads it.
const INPUTS: [(&str, &[&str]); 6] = [
    ("site.ini", &["check", "site.ini"]),
    ("site.ini", &["package", "site.ini", "-o", "made"]),
    ("map.toml", &["upgrade", "site.ini", "-o", "made", "--from", "7.1", "--map", "map.toml"]),
    ("answers.toml", &["new", "-o", "made", "--answers", "answers.toml"]),
    ("users.csv", &["prf", "site.ini", "--users", "users.csv", "-o", "made"]),
    ("kit/setup.exe", &["package", "site.ini", "-o", "made", "--kit", "kit"]),
];

fn site() -> Site {
    let site = Site::with_answers(ANSWERS);
    site.put("map.toml", "version = 1\n");
    site.put("users.csv", USERS);
    site.put("kit/setup.exe", "MZ");
    site
}

#[test]
fn a_pipe_in_the_place_of_a_file_is_refused_and_not_waited_for() {
    for (name, call) in INPUTS {
        let site = site();
        fs::remove_file(site.at(name)).unwrap();
        run("mkfifo", &[site.at(name).as_os_str()]);
        site.refused(1, call, if name.starts_with("kit") { "kit" } else { name });
    }
}

#[test]
fn a_file_of_a_tebibyte_is_refused_unread() {
    for (name, call) in INPUTS.iter().filter(|(name, _)| !name.starts_with("kit") && *name != "users.csv") {
        let site = site();
        OpenOptions::new().write(true).open(site.at(name)).unwrap().set_len(1 << 40).unwrap();
        site.run(call).exits(1).says(name).says("Nothing was changed.");
    }
}

#[test]
fn a_link_in_a_kit_leads_nothing_of_roots_into_the_package() {
    need("@root");
    for target in ["../../root/secret/file", "../../root/secret"] {
        let site = site();
        lay_a_secret(&site, &["file"]);
        symlink(target, site.at("kit/linked")).unwrap();
        give(&site.at("kit"));
        for made in ["made", "made.zip"] {
            site.refused(1, &["package", "site.ini", "-o", made, "--kit", "kit"], "neither a file nor a directory");
        }
        assert_the_secret_is_kept(&site, &["file"]);
    }
}
