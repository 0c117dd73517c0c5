//! Each row of the table of expected decisions, as `patch-config` decides it after the move, and what the merged files hold.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;

use documents::changes::SECRET;
use documents::dialect::Dialect;
use documents::product_files::Messaging;
use documents::whole_file;
use testkit::expected::{self, Row, Value};

use crate::support::merging::{CONFIG, NEW, Site, WORK, data, rows};

/// Hides what a report hides.
fn hidden(mut row: Row) -> Row {
    let key = row.key.split_once(':').unwrap().1.to_owned();
    let is_secret = Dialect::of(Messaging, &row.file).unwrap().secret_keys();
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
    let site = Site::moved();
    let before = site.product();
    let outcome = site.run(&["--json"]).exits(3);
    let expected: Vec<Row> = expected::rows(&data()).into_iter().map(hidden).collect();
    assert!(expected.iter().filter(|row| row.outcome == SECRET).count() > 5);
    expected::assert_decided(&expected, &rows(&outcome.json()));
    before.assert_same(&site.product());
}

/// The values of a file by their keys, as the table writes them.
fn values(dialect: Dialect, bytes: Vec<u8>) -> BTreeMap<String, Vec<String>> {
    let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for listed in dialect.entries(bytes).unwrap() {
        let value = listed.entry.value.map_or_else(|| "<none>".to_owned(), |value| expected::written(&value));
        let is_commented = listed.entry.state == documents::State::CommentedOut;
        let value = if is_commented { format!("<commented>{value}") } else { value };
        values.entry(listed.shown).or_default().push(value);
    }
    values
}

#[test]
fn the_merged_files_hold_what_was_decided() {
    let site = Site::moved();
    site.run(&[]).exits(3);
    let (table, mut checked) = (expected::rows(&data()), 0);
    for file in expected::files(&data()) {
        let dialect = match file.dialect.as_str() {
            "imta-rules" => Dialect::ImtaRules,
            "aliases" => Dialect::Aliases,
            _ => Dialect::of(Messaging, &file.file).unwrap(),
        };
        let merged = site.path(&format!("{WORK}/merged/{}", file.file));
        let bytes = merged.exists().then(|| std::fs::read(&merged).unwrap());
        let rows = table.iter().filter(|row| row.file == file.file);
        let is_whole = matches!(dialect, Dialect::Text | Dialect::Binary);
        let values = if is_whole { BTreeMap::new() } else { values(dialect, bytes.clone().unwrap_or_default()) };
        for row in rows {
            let key = row.key.split_once(':').unwrap().1;
            let found = if is_whole {
                bytes.as_deref().map(whole_file::digest)
            } else {
                let (name, number) = match key.rsplit_once('#') {
                    Some((name, number)) if number.parse::<usize>().is_ok() => (name, number.parse().unwrap()),
                    _ => (key, 1),
                };
                let of_key = values.get(name);
                // In these files the last of several lines with one key counts.
                let last_counts = dialect == Dialect::OptionValues;
                of_key.and_then(|all| if last_counts { all.last() } else { all.get(number - 1) }).cloned()
            };
            assert_eq!(found.as_deref().unwrap_or("<absent>"), row.outcome, "{} {}", row.file, row.key);
            checked += 1;
        }
    }
    assert_eq!(checked, table.len());
}

#[test]
fn the_work_directory_is_for_its_owner_only_and_holds_nothing_else() {
    let site = Site::moved();
    site.run(&[]).exits(3);
    let mode = |path: &str| std::fs::metadata(site.path(path)).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(WORK), 0o700);
    assert_eq!(mode(&format!("{WORK}/merged/sslpassword.conf")), 0o600);
    assert_eq!(
        testkit::site::names_in(&site.path(WORK)),
        ["candidates.json", "changes", "changes.json", "merged", "resolutions.json"]
    );
    let names = testkit::site::names_in(&site.path(&format!("{NEW}/install")));
    assert_eq!(names, ["configure", "newconfig"], "nothing hidden is left");
}

#[test]
fn a_summary_names_each_conflict_with_both_values_and_says_what_is_next() {
    let site = Site::moved();
    let outcome = site.run(&[]).exits(3);
    outcome
        .says("ImapProxyAService.cfg: ")
        .says("  conflict: default:Timeout")
        .says("site 900, new 3600, was 1800")
        .says("--resolve ImapProxyAService.cfg:default:Timeout=site, or =new, or =VALUE")
        .says("conflicts are open: resolve with --resolve FILE:KEY=site|new|VALUE and repeat the command")
        .says("Next: patch-config --resolve ..., then install-newconfig")
        .says(&format!("The site's files: {CONFIG}"));
}
