//! Undo: every byte, owner, mode and time comes back; a stop is undone by a start and a start by a stop.

use crate::support::Site;

#[test]
fn the_undo_of_an_upgrade_restores_everything() {
    let site = Site::with_both();
    let stock = site.stock();
    let stock: Vec<&str> = stock.iter().map(String::as_str).collect();
    let upgrade = [&["upgrade", "--run-commands"], stock.as_slice()].concat();
    site.undo_restores(&upgrade, &["--undo"], Site::product_of);
    assert_eq!(
        site.calls(),
        [
            "old imadmin stop",
            "sales imadmin stop",
            "new imadmin start",
            "sales imadmin start",
            "sales imadmin stop",
            "new imadmin stop",
            "sales imadmin start",
            "old imadmin start",
        ]
    );
}

#[test]
fn the_undo_of_a_preparation_starts_the_server_again() {
    let site = Site::new();
    site.undo_restores(&["prepare", "--run-commands"], &["--undo"], Site::product_of);
    assert_eq!(site.calls(), ["old imadmin stop", "sales imadmin stop", "sales imadmin start", "old imadmin start"]);
}

#[test]
fn finish_and_prepare_are_undone_one_after_the_other() {
    let site = Site::new();
    site.run(&["prepare", "--run-commands"]).succeeded();
    site.package_step();
    let prepared = site.product();
    site.with_stock(&["finish"]).exits(3);
    site.run(&["--undo"]).succeeded();
    prepared.assert_same(&site.product());
}

#[test]
fn repeating_an_upgrade_after_its_undo_gives_the_same() {
    let site = Site::with_both();
    site.with_stock(&["upgrade", "--no-service"]).exits(3);
    let upgraded = site.product();
    site.run(&["--undo"]).succeeded();
    site.with_stock(&["upgrade", "--no-service"]).exits(3);
    let difference = upgraded.difference(&site.product());
    assert!(difference.iter().all(|line| !line.contains("iim.conf ")), "{difference:?}");
}
