//! Merges of whole products against their tables of expected decisions: the files are found by the rules, nothing is taken from
//! the tables but what is expected.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use documents::changes::{Changes, Secrets};
use documents::dialect::Versions;
use documents::merge::{Base, Carrier, Merge, RootMove, Rules, Shipped};
use documents::product_files::listed::{Names, Tree, listed};
use documents::product_files::{
    Calendar, CommunicationsExpress, DelegatedAdministrator, InstantMessaging, Messaging, Product,
};
use documents::{Dialect, apply};
use testkit::expected::{self, Row};

const TREES: [(&str, Tree); 3] = [("stock-old", Tree::StockOld), ("site", Tree::Site), ("stock-new", Tree::StockNew)];

fn data(product: Product) -> PathBuf {
    let name = match product {
        Messaging => "messaging",
        InstantMessaging => "instant-messaging",
        CommunicationsExpress => "communications-express",
        Calendar => "calendar",
        _ => "delegated-administrator",
    };
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/merge").join(name)
}

/// Where a product keeps its configuration in the three trees, and what its files' names begin with there.
fn directories(product: Product) -> [Vec<(&'static str, &'static str)>; 3] {
    match product {
        Messaging => [
            vec![("opt/SUNWmsgsr/install/configure/factory/", "")],
            vec![("var/opt/SUNWmsgsr/config/", "")],
            vec![("opt/sun/comms/messaging/install/configure/factory/", "")],
        ],
        InstantMessaging => ["opt/SUNWiim/html/", "opt/SUNWiim/html/", "opt/sun/comms/im/html/"]
            .map(|html| vec![("etc/opt/SUNWiim/", ""), (html, "html/")]),
        CommunicationsExpress => [
            vec![("opt/SUNWuwc/lib/config-templates/WEB-INF/", "")],
            vec![("var/opt/SUNWuwc/WEB-INF/", "")],
            vec![("opt/SUNWuwc/lib/config-templates/WEB-INF/", "")],
        ],
        _ => [
            vec![("opt/SUNWics5/cal/lib/config-templates/", "")],
            vec![("etc/opt/SUNWics5/config/", "")],
            vec![("opt/sun/comms/calendar/SUNWics5/cal/lib/config-templates/", "")],
        ],
    }
}

fn roots(product: Product) -> Vec<RootMove> {
    let (from, to) = match product {
        Messaging => ("/opt/SUNWmsgsr", "/opt/sun/comms/messaging"),
        InstantMessaging => ("/opt/SUNWiim", "/opt/sun/comms/im"),
        Calendar => ("/opt/SUNWics5", "/opt/sun/comms/calendar/SUNWics5"),
        _ => return Vec::new(),
    };
    vec![RootMove { from: from.into(), to: to.into() }]
}

/// The configuration files of each tree, by their names in reports: where their bytes are.
fn files(product: Product) -> [BTreeMap<String, PathBuf>; 3] {
    let table = fs::read_to_string(data(product).join("tree.tsv")).unwrap();
    let mut number = 0;
    directories(product).map(|directories| {
        let (tree, _) = TREES[number];
        number += 1;
        let root = data(product).join(tree);
        let mut files = BTreeMap::new();
        let rows = table.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect::<Vec<_>>());
        for row in rows.filter(|row| row[0] == tree && matches!(row[1], "file" | "symlink" | "hardlink")) {
            let content = root.join(if row[1] == "file" { row[2] } else { row[5].trim_start_matches('/') });
            let name = directories
                .iter()
                .find_map(|(directory, prefix)| Some(format!("{prefix}{}", row[2].strip_prefix(directory)?)));
            // A link to a directory, or to nothing, is no file.
            if let Some(name) = name.filter(|_| content.is_file()) {
                files.insert(name, content);
            }
        }
        files
    })
}

fn names(files: &[BTreeMap<String, PathBuf>; 3]) -> Names {
    let [stock_old, site, stock_new] = files.each_ref().map(|files| files.keys().cloned().collect());
    let directories = ["/opt/SUNWmsgsr/config", "/var/opt/SUNWmsgsr/config"].map(str::to_owned).to_vec();
    Names { stock_old, site, stock_new, directories }
}

fn decided(file: &str, merge: &Merge) -> Vec<Row> {
    let mut changes = Changes::default();
    changes.add(file, merge, Secrets { key: |_| false, value: |_| false });
    let row = |line: documents::changes::Line| {
        let word = line.decision.as_str();
        Row::new([&line.file, &line.key, &line.base, &line.site, &line.new, word, &line.outcome].map(|s| s as &str))
    };
    changes.lines().map(row).collect()
}

#[track_caller]
fn assert_decided_as_expected(product: Product) {
    let files = files(product);
    let names = names(&files);
    let index = |tree| TREES.iter().position(|(_, known)| *known == tree).unwrap();
    let read = |tree: Tree, name: &str| files[index(tree)].get(name).map(|path| fs::read(path).unwrap());
    let listed = listed(product, &names, |tree, name| Ok::<_, ()>(read(tree, name).unwrap())).unwrap();

    let mut found = Vec::new();
    for (name, file) in &listed {
        let stock = |tree| file.stock.as_ref().and_then(|stock| read(tree, stock));
        let (base, site, new) = (stock(Tree::StockOld), read(Tree::Site, name), stock(Tree::StockNew));
        let versions = Versions { base: Base::Known(base.as_deref()), site: site.as_deref(), new: new.as_deref() };
        let merged = file.dialect.merge(&versions, &file.file.rules(&roots(product), &[])).unwrap();
        let carried = apply(site.as_deref().unwrap_or_default(), &merged.merge.edits).unwrap();
        assert_eq!(merged.bytes().unwrap_or_default(), carried, "{name}: the edits make the file");
        found.extend(decided(name, &merged.merge));
    }
    expected::assert_decided(&expected::rows(&data(product)), &found);

    let dialect = |word: &str| match word {
        "ics" if product == Calendar => "ics",
        "option" | "option-tailor" => "option-dat",
        "imta" => "imta-cnf",
        "properties-commented" => "properties-disabled",
        "xml-books" => "address-books",
        "xml-whole" => "xml",
        "opaque" => "text",
        other => Dialect::named(other).unwrap().name(),
    };
    for row in expected::files(&data(product)) {
        let listed = listed.get(&row.file).unwrap_or_else(|| panic!("{}: not listed", row.file));
        match (row.dialect.as_str(), listed.dialect.name()) {
            ("ics", "iim" | "httpbind") | ("mmp", "certmap") => {}
            (word, found) => assert_eq!(found, dialect(word), "{}", row.file),
        }
    }
    assert_eq!(listed.len(), expected::files(&data(product)).len(), "{:?}", listed.keys());
}

#[test]
fn every_row_of_messaging_is_decided_as_expected() {
    assert_decided_as_expected(Messaging);
}

#[test]
fn every_row_of_communications_express_is_decided_as_expected() {
    assert_decided_as_expected(CommunicationsExpress);
}

#[test]
fn every_row_of_instant_messaging_is_decided_as_expected() {
    assert_decided_as_expected(InstantMessaging);
}

#[test]
fn every_row_of_the_calendar_server_is_decided_as_expected() {
    assert_decided_as_expected(Calendar);
}

/// Merges the six files of Delegated Administrator, which its tool finds: their places depend on the container.
fn administrator(rules: impl Fn(&str) -> Rules) -> Vec<Row> {
    let mut found = Vec::new();
    for row in expected::files(&data(DelegatedAdministrator)) {
        let mut paths = row.paths.iter().zip(["stock-old", "site", "stock-new"]);
        let mut read = || {
            let (path, tree) = paths.next().unwrap();
            path.as_ref().map(|path| fs::read(data(DelegatedAdministrator).join(tree).join(path)).unwrap())
        };
        let (base, site, new) = (read(), read(), read());
        let base = if row.dialect.ends_with("base unknown") { Base::Unknown } else { Base::Known(base.as_deref()) };
        let name = row.file.rsplit('/').next().unwrap();
        let dialect = Dialect::of(DelegatedAdministrator, name).unwrap();
        let versions = Versions { base, site: site.as_deref(), new: new.as_deref() };
        found.extend(decided(&row.file, &dialect.merge(&versions, &rules(name)).unwrap().merge));
    }
    found
}

#[test]
fn every_row_of_delegated_administrator_is_decided_as_expected() {
    let found = administrator(|name| DelegatedAdministrator.file(name).unwrap().rules(&[], &[]));
    expected::assert_decided(&expected::rows(&data(DelegatedAdministrator)), &found);
}

#[test]
fn the_carrier_makes_no_difference_to_what_is_decided() {
    let rules = |name: &str| Rules {
        carrier: Carrier::Site,
        shipped: Shipped::Mergeable,
        ..DelegatedAdministrator.file(name).unwrap().rules(&[], &[])
    };
    expected::assert_decided(&expected::rows(&data(DelegatedAdministrator)), &administrator(rules));
}
