//! Each occ-upgrade command that the README shows does what it is shown for.

use crate::support::{ANSWERS, MAP, Site, USERS, VENDOR, latin1};

#[test]
fn the_commands_of_the_readme_succeed_in_their_order() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap();
    let commands: Vec<&str> = readme.lines().filter(|line| line.starts_with("occ-upgrade ")).collect();
    assert_eq!(commands.len(), 8, "{commands:?}");
    let site = Site::new();
    site.put("answers.toml", ANSWERS);
    site.put("old.ini", latin1(VENDOR));
    site.put("map.toml", MAP);
    site.put("users.csv", USERS);
    site.put("kit/setup.exe", "MZ");
    for command in commands {
        let words: Vec<&str> = command.split('#').next().unwrap().split_whitespace().skip(1).collect();
        let outcome = site.run(&words);
        assert!(matches!(outcome.status, Some(0 | 3)), "{command}: {outcome}");
    }
}
