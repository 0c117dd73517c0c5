//! Each config-commda-merge command that the README shows does what it is shown for.

use std::fs;

use crate::support::Site;
use crate::support::site::data;

#[test]
fn the_commands_of_the_readme_succeed_in_their_order() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap();
    let commands: Vec<&str> = readme.lines().filter(|line| line.starts_with("config-commda-merge ")).collect();
    assert_eq!(commands.len(), 6, "{commands:?}");
    let site = Site::customised();
    let status =
        std::process::Command::new("cp").arg("-r").arg(data("stock-old")).arg(site.beside("cwd/stock-6.3")).status();
    assert!(status.unwrap().success());
    for command in commands {
        let words: Vec<&str> = command.split('#').next().unwrap().split_whitespace().skip(1).collect();
        if words.contains(&"--dry-run") && words.contains(&"merge") {
            site.run_config_commda();
        }
        let outcome = site.run(&words);
        assert!(matches!(outcome.status, Some(0 | 3)), "{command}: {outcome}");
    }
    site.run(&["--list-runs"]).succeeded().says("undone");
}
