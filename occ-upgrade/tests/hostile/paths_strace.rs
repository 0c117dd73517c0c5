//! No path is resolved twice by name, judged by the calls that strace sees.

use testkit::strace::gate::judged;

use crate::support::{ANSWERS, MAP, Site, USERS, VENDOR, latin1};

#[test]
fn what_is_made_and_what_it_is_made_from_are_resolved_once() {
    let site = Site::with_answers(ANSWERS);
    site.put("in/old.ini", latin1(VENDOR));
    site.put("in/map.toml", MAP);
    site.put("in/users.csv", USERS);
    site.put("in/kit/setup.exe", b"MZ\0program");
    site.put("in/kit/data/readme.txt", b"text");
    site.put("out/x", "");
    let run = |arguments: &[&str]| judged(&site, &[], &site.command(arguments)).succeeded();
    run(&["upgrade", "in/old.ini", "-o", "out/new.ini", "--from", "7.1", "--map", "in/map.toml"]);
    run(&["package", "site.ini", "-o", "out/package", "--kit", "in/kit"]);
    run(&["package", "site.ini", "-o", "out/package.zip", "--kit", "in/kit"]);
    run(&["prf", "site.ini", "--users", "in/users.csv", "-o", "out/profiles"]);
}
