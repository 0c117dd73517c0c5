//! Each csmigrate command that the README shows does what it is shown for.

use crate::support::Site;

#[test]
fn the_commands_of_the_readme_succeed_in_their_order() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap();
    let commands: Vec<&str> =
        readme.lines().filter(|line| line.starts_with("csmigrate /") || line.starts_with("csmigrate -")).collect();
    assert_eq!(commands.len(), 7, "{commands:?}");
    let site = Site::calendar();
    let var = site.path("/var/opt/SUNWics5");
    std::fs::create_dir_all(&var).unwrap();
    std::fs::rename(site.path("/db/old"), var.join("old_csdb")).unwrap();
    let database = var.join("csdb").join("ics50events.db");
    for command in commands {
        let words: Vec<&str> = command.split('#').next().unwrap().split_whitespace().skip(1).collect();
        site.run(&words).succeeded();
        let is_migrated = !["-d", "--inspect", "--undo"].iter().any(|option| words.contains(option));
        assert_eq!(database.exists(), is_migrated, "{command}");
    }
}
