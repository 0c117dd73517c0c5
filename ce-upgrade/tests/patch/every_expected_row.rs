//! Each row of the table of expected decisions, as `patch-config` decides it, and what the merged files hold.

use std::os::unix::fs::PermissionsExt;

use documents::changes::SECRET;
use documents::dialect::Dialect;
use documents::product_files::CommunicationsExpress;
use documents::{State, whole_file};
use testkit::expected::{self, Row, Value};

use crate::support::{BASE, Site, WORK, data, rows};

/// Hides what a report hides.
fn hidden(mut row: Row) -> Row {
    let key = row.key.split_once(':').unwrap().1.to_owned();
    let is_secret = Dialect::of(CommunicationsExpress, &row.file).unwrap().secret_keys();
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

#[test]
fn every_row_is_decided_as_expected_and_nothing_beyond_them() {
    let site = Site::sample();
    let before = site.product();
    let outcome = site.patch(&["--json"]).exits(3);
    let expected: Vec<Row> = expected::rows(&data()).into_iter().map(hidden).collect();
    assert!(expected.iter().filter(|row| row.outcome == SECRET).count() > 5);
    expected::assert_decided(&expected, &rows(&outcome.json()));
    before.assert_same(&site.product());
}

#[test]
fn the_stock_files_are_found_in_an_installation_a_tree_like_a_root_and_the_directory_itself() {
    let site = Site::sample();
    let expected = site.patch(&["--dry-run", "--json"]).exits(3).json();
    for below in ["opt/SUNWuwc", "opt/SUNWuwc/lib/config-templates", "opt/SUNWuwc/lib/config-templates/WEB-INF"] {
        let stock = site.beside("stock-old").join(below);
        let outcome = site.run(&["patch-config", "--dry-run", "--json", "--base", stock.to_str().unwrap()]).exits(3);
        assert_eq!(outcome.json(), expected, "{below}");
    }
    let new = site.path("");
    assert_eq!(site.patch(&["--dry-run", "--json", "--new", new.to_str().unwrap()]).exits(3).json(), expected);
}

#[test]
fn the_merged_files_hold_what_was_decided() {
    let site = Site::sample();
    site.patch(&[]).exits(3);
    let table = expected::rows(&data());
    for row in &table {
        let (dialect, key) =
            (Dialect::of(CommunicationsExpress, &row.file).unwrap(), row.key.split_once(':').unwrap().1);
        let bytes = site.read(&format!("{WORK}/merged/{}", row.file));
        let found = if key == whole_file::KEY {
            Some(whole_file::digest(&bytes))
        } else {
            let entries = dialect.entries(bytes).unwrap();
            let of_key = entries.iter().filter(|listed| listed.shown == key);
            // The last active one counts.
            let last = of_key.max_by_key(|listed| (listed.entry.state == State::Active, listed.entry.line));
            last.map(|listed| {
                let value = listed.entry.value.clone().unwrap_or_default();
                let written = if dialect == Dialect::AddressBooks {
                    expected::written(&value)
                } else {
                    expected::written_units(&documents::properties::utf16::decode(&value).unwrap())
                };
                if listed.entry.state == State::Active { written } else { format!("<commented>{written}") }
            })
        };
        assert_eq!(found.as_deref().unwrap_or("<absent>"), row.outcome, "{} {}", row.file, row.key);
    }
}

#[test]
fn the_work_directory_is_for_its_owner_only_and_holds_nothing_else() {
    let site = Site::sample();
    site.patch(&[]).exits(3);
    let mode = |path: &str| std::fs::metadata(site.path(path)).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(WORK), 0o700);
    assert_eq!(mode(&format!("{WORK}/merged/config/uwcauth.properties")), 0o600);
    assert_eq!(
        testkit::site::names_in(&site.path(WORK)),
        ["candidates.json", "changes", "changes.json", "merged", "proposals", "resolutions.json"]
    );
    assert_eq!(testkit::site::names_in(&site.path(BASE)), ["WEB-INF", "lib", "newconfig"], "nothing hidden is left");
}

#[test]
fn without_the_stock_files_of_the_old_release_all_of_the_site_s_values_stay_and_new_keys_come() {
    let site = Site::sample();
    let outcome = site.run(&["patch-config"]).exits(3);
    outcome
        .says("Stock files of the old release: not known")
        .says("all its values are kept")
        .says("not certain, kept: ");
    let merged = site.candidate("config/uwcconfig.properties");
    assert!(merged.contains("webmail.cookiename=webmailsid") && merged.contains("maxpostcontentlength"), "{merged}");
    let json = site.run(&["patch-config", "--json"]).json();
    for row in rows(&json) {
        assert!(["same", "add-new", "unproven"].contains(&row.decision.as_str()), "{row}");
    }
}

#[test]
fn files_of_one_name_are_told_apart_by_their_directories_and_hosted_domains_follow_the_shipped_domain() {
    let site = Site::sample();
    let rows = rows(&site.patch(&["--json"]).exits(3).json());
    let of = |file: &str| rows.iter().filter(|row| row.file == file).count();
    assert!(of("config/ldappstore/db_config.properties") > 3 && of("config/corp-dir/db_config.properties") > 3);
    let of_domain = rows
        .iter()
        .find(|row| row.file == "domain/example.net/uwcdomainconfig.properties" && row.key.ends_with("ceDefaultView"));
    assert_eq!(of_domain.unwrap().decision, "take-new");
}

#[test]
fn a_summary_names_the_product_each_conflict_and_what_is_next() {
    let site = Site::sample();
    let outcome = site.patch(&["122793-21"]).exits(3);
    assert_eq!(outcome.stdout.lines().next(), Some("Communications Express: patch-config"));
    outcome
        .says("  conflict: maxpostcontentlength")
        .says("site -1, new 5000000, was 1000000")
        .says("--resolve config/uwcconfig.properties:maxpostcontentlength=site, or =new, or =VALUE")
        .says("6 conflicts are open")
        .says("The merged files for patch 122793-21 and a report about each are in /opt/SUNWuwc/newconfig")
        .says("Next: ce-upgrade patch-config --resolve ..., then ce-upgrade install-newconfig")
        .says("Do not run config-uwc from now on");
}
