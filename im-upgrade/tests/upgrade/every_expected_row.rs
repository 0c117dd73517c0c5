//! Each row of the table of expected decisions, as the program decides it, and what the merged files hold.

use std::collections::BTreeMap;

use documents::Dialect;
use documents::changes::SECRET;
use documents::product_files::InstantMessaging;
use documents::whole_file;
use testkit::expected::{self, Row, Value};

use crate::support::{NEW, ROOT, Site, data, rows};

/// Hides what a report hides.
fn hidden(mut row: Row) -> Row {
    let key = row.key.split_once(':').unwrap().1.to_owned();
    let is_secret = Dialect::of(InstantMessaging, &row.file).unwrap().secret_keys();
    for value in [&mut row.base, &mut row.site, &mut row.new, &mut row.outcome] {
        let hides = is_secret(&key) || upgrade_engine::redact::has_secret(value);
        match Value::from(value.as_str()) {
            Value::Commented(_) if hides => *value = format!("<commented>{SECRET}"),
            Value::Written(_) if hides => *value = SECRET.to_owned(),
            _ => {}
        }
    }
    row
}

fn expected_rows() -> Vec<Row> {
    let rows: Vec<Row> = expected::rows(&data()).into_iter().map(hidden).collect();
    assert!(rows.iter().filter(|row| row.outcome == SECRET).count() > 2);
    rows
}

/// Fails unless the files below the root hold what the table says. The rows of client resources that are made from templates show the
/// merge, which the report of decisions shows: the redeployment made them anew since.
#[track_caller]
fn assert_files_hold_it(site: &Site) {
    let is_made = |row: &Row| row.file.strip_prefix("html/").is_some_and(|name| name.contains('/'));
    let (made, rows): (Vec<Row>, Vec<Row>) = expected::rows(&data()).into_iter().partition(is_made);
    assert!(made.len() > 2 && rows.iter().any(|row| row.file.starts_with("html/")));
    for row in rows {
        let path = match row.file.strip_prefix("html/") {
            Some(rest) => format!("{NEW}/html/{rest}"),
            None => format!("{ROOT}/{}", row.file),
        };
        let bytes = std::fs::read(site.path(&path)).ok();
        let key = row.key.split_once(':').unwrap().1;
        let dialect = Dialect::of(InstantMessaging, &row.file).unwrap();
        let found = if key == "<file>" {
            bytes.as_deref().map(whole_file::digest)
        } else {
            let mut values: BTreeMap<String, String> = BTreeMap::new();
            for listed in dialect.entries(bytes.unwrap_or_default()).unwrap() {
                let value = listed.entry.value.map_or_else(|| "<none>".to_owned(), |value| expected::written(&value));
                let is_commented = listed.entry.state == documents::State::CommentedOut;
                if is_commented {
                    values.entry(listed.shown).or_insert(format!("<commented>{value}"));
                } else {
                    values.insert(listed.shown, value);
                }
            }
            values.remove(key)
        };
        assert_eq!(found.as_deref().unwrap_or("<absent>"), row.outcome, "{} {}", row.file, row.key);
    }
}

#[test]
fn upgrade_decides_every_row_as_expected_and_nothing_beyond_them() {
    let site = Site::with_both();
    let outcome = site.with_stock(&["upgrade", "--json"]).exits(3);
    expected::assert_decided(&expected_rows(), &rows(&outcome.json()));
    assert_files_hold_it(&site);
}

#[test]
fn finish_after_the_package_step_decides_every_row_as_expected() {
    let site = Site::new();
    site.run(&["prepare", "--run-commands"]).succeeded();
    site.package_step();
    let outcome = site.with_stock(&["finish", "--json"]).exits(3);
    expected::assert_decided(&expected_rows(), &rows(&outcome.json()));
    assert_files_hold_it(&site);
}

#[test]
fn finish_takes_the_files_that_the_package_step_left_as_those_of_7_3() {
    let site = Site::new();
    site.run(&["prepare", "--run-commands"]).succeeded();
    site.package_step();
    let base = site.beside("stock-old");
    site.run(&["finish", "--run-commands", "--base", base.to_str().unwrap()]).exits(3);
    assert_files_hold_it(&site);
}

#[test]
fn a_dry_run_decides_the_same_and_writes_nothing() {
    let site = Site::with_both();
    let stock = site.stock();
    let stock: Vec<&str> = stock.iter().map(String::as_str).collect();
    let words = [&["upgrade", "--json", "--dry-run", "--run-commands"], stock.as_slice()].concat();
    let [outcome] = site.writes_nothing([&words]);
    expected::assert_decided(&expected_rows(), &rows(&outcome.exits(3).json()));
    assert!(site.calls().is_empty());
}

#[test]
fn a_conflict_that_is_resolved_gets_the_chosen_value() {
    let site = Site::with_both();
    let searchlimit = "default/config/iim.conf:iim_ldap.searchlimit=new";
    let retries = "default/config/iim.conf:iim_wd.maxRetries=7";
    let outcome = site.with_stock(&["upgrade", "--json", "--resolve", searchlimit, "--resolve", retries]).exits(3);
    let of = |name: &str| {
        rows(&outcome.json())
            .into_iter()
            .find(|row| row.file.starts_with("default") && row.key.ends_with(name))
            .unwrap()
    };
    assert_eq!(of("iim_ldap.searchlimit").outcome, "100");
    assert_eq!(of("iim_wd.maxRetries").outcome, "7");
    assert!(site.conf().contains("\"7\""));
}

#[test]
fn without_the_files_of_7_2_the_sites_values_are_kept_and_the_base_is_followed_all_the_same() {
    let site = Site::with_both();
    let new = site.beside("stock-new");
    let words = ["upgrade", "--run-commands", "--json", "--new", new.to_str().unwrap()];
    let outcome = site.run(&words).exits(0);
    let of = |name: &str| {
        rows(&outcome.json())
            .into_iter()
            .find(|row| row.file.starts_with("default") && row.key.ends_with(name))
            .unwrap()
    };
    assert_eq!(of("iim_ldap.searchlimit").decision, "unproven");
    assert_eq!(of("iim_ldap.searchlimit").outcome, "-1");
    assert_eq!(of("iim.instancedir").outcome, "/opt/sun/comms");
}
