//! `defaultps.xml` against its table of decisions, and what every merge of such files must hold to.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::fs;
use std::path::Path;

use documents::merge::{Base, Carrier, Merge, Rules, Sides, merge};
use documents::{AddressBooks, Bytes, Document, EditError, Key, State, apply};
use proptest::prelude::*;

/// Reads a file of a tree of the test data.
fn data(tree: &str, domain: &str) -> AddressBooks {
    let below = match tree {
        "site" => "site/var/opt/SUNWuwc/WEB-INF".to_owned(),
        _ => format!("{tree}/opt/SUNWuwc/lib/config-templates/WEB-INF"),
    };
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/merge/communications-express").join(below);
    AddressBooks::parse(fs::read(directory.join("domain").join(domain).join("defaultps/defaultps.xml")).unwrap())
        .unwrap()
}

fn parse(text: &str) -> AddressBooks {
    AddressBooks::parse(text.as_bytes().to_vec()).unwrap()
}

fn merged(base: &AddressBooks, site: &AddressBooks, new: &AddressBooks, carrier: Carrier) -> Merge {
    merge(&Sides { base: Base::Known(base), site, new }, &Rules { carrier, ..Rules::default() }).unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

const SITE: &str = "<?xml version=\"1.0\"?>\r\n<!-- ours -->\r\n<books>\r\n  <book booktype='abook'>\r\n    <bookoc>a</bookoc>\r\n    \
                    <entry entryID=\"pab\">\r\n      <displayname>A &amp; <![CDATA[<B>]]></displayname>\r\n      <description/>\r\n    </entry>\r\n  </book>\r\n</books>\r\n";

#[test]
fn a_value_is_read_decoded_and_written_escaped_and_nothing_else_changes() {
    let document = parse(SITE);
    let key =
        |section: &str, name: &str| Key { section: Some(section.to_owned().into()), name: name.to_owned().into() };
    let read = |name: &str| document.effective(&key("entry pab", name)).unwrap().value.clone().unwrap();
    assert_eq!(read("displayname"), "A & <B>");
    assert_eq!(read("description"), "");
    let lines: Vec<_> = document.entries().iter().map(|entry| (document.shown(&entry.key), entry.line)).collect();
    let expected = [("entry pab/bookoc", 5), ("entry pab/displayname", 7), ("entry pab/description", 8)];
    assert_eq!(lines, expected.map(|(key, line)| (key.to_owned(), line)));
    let changes = [
        (key("entry pab", "displayname"), b"x<y & \"z\"]]>".to_vec()),
        (key("entry pab", "description"), b"new".to_vec()),
        (key("@book pab", "@bookremoteurl"), b"ldap://a/?b=\"1\"&c".to_vec()),
        (key("entry other", "displayname"), b"O".to_vec()),
        (key("book other", "bookoc"), b"c".to_vec()),
        (key("@book other", "@bookremoteurl"), b"ldap://b".to_vec()),
    ];
    let after = apply(SITE.as_bytes(), &document.set_all(&changes).unwrap()).unwrap();
    let expected = SITE
        .replace("A &amp; <![CDATA[<B>]]>", "x&lt;y &amp; \"z\"]]&gt;")
        .replace("<description/>", "<description>new</description>")
        .replace("'abook'", "'abook' bookremoteurl=\"ldap://a/?b=&quot;1&quot;&amp;c\"")
        .replace(
            "</books>",
            "  <book booktype=\"abook\" bookremoteurl=\"ldap://b\">\r\n    <bookoc>c</bookoc>\r\n    <entry entryID=\"other\">\r\n      \
             <displayname>O</displayname>\r\n    </entry>\r\n  </book>\r\n</books>",
        );
    assert_eq!(text(&after), expected);
    for (section, name, value) in [("entry pab", "displayname", &b"\x01"[..]), ("entry pab", "displayname", b"\xff")] {
        assert!(matches!(document.set(&key(section, name), value), Err(EditError::Value { .. })), "{value:?}");
    }
    for (section, name) in [("entry pab", "a b"), ("book pab", "entry"), ("@book pab", "@x"), ("pab", "displayname")] {
        assert!(matches!(document.set(&key(section, name), b"1"), Err(EditError::Key { .. })), "{section} {name}");
    }
}

#[test]
fn an_entry_that_the_new_release_dropped_goes_with_its_book_and_a_new_one_comes_with_its_own() {
    let (base, new) = (
        parse(SITE),
        parse(
            "<books><book bookremoteurl='u'><bookoc>r</bookoc><entry entryID='n'><displayname>N</displayname></entry></book></books>",
        ),
    );
    let result = merged(&base, &base, &new, Carrier::Site);
    let expected = "<?xml version=\"1.0\"?>\r\n<!-- ours -->\r\n<books>\r\n  <book booktype=\"abook\" bookremoteurl='u'>\r\n<bookoc>r</bookoc>\r\n    \
                    <entry entryID=\"n\">\r\n<displayname>N</displayname>\r\n    </entry>\r\n  </book>\r\n</books>\r\n";
    assert_eq!(text(&result.bytes), expected);
}

#[test]
fn a_file_of_another_shape_is_refused_with_its_place() {
    for (file, error) in [
        ("<!DOCTYPE books>\n<books/>", "line 1, column 1: a DOCTYPE: the file can only be decided as a whole"),
        ("<books>\n<entry entryID='a'/></books>", "line 2, column 1: an entry that is not inside a book"),
        (
            "<books><book><entry entryID='a'/></book>\n<book><entry entryID='a'/></book></books>",
            "line 2, column 7: an entryID that is there twice",
        ),
        (
            "<books><book><entry entryID='a'><b><c/></b></entry></book></books>",
            "line 1, column 33: an element within a field, which holds only text",
        ),
        ("<books><book;></book></books>", "line 1, column 8: a tag without a name"),
    ] {
        assert_eq!(AddressBooks::parse(file.into()).unwrap_err().to_string(), error, "{file}");
    }
}

type Values = Vec<(String, usize, Option<Bytes>)>;

/// Returns each key's values in their order.
fn values(document: &AddressBooks) -> Values {
    let mut values: Values = Vec::new();
    for entry in document.entries().iter().filter(|entry| entry.state == State::Active) {
        let key = entry.key.to_string();
        let count = values.iter().filter(|(known, _, _)| *known == key).count();
        values.push((key, count, entry.value.clone()));
    }
    values.sort();
    values
}

/// A file of a few books in one of several styles.
fn file() -> impl Strategy<Value = String> {
    let value =
        prop::sample::select(vec!["1", "2", "", "a &amp; b", "<![CDATA[<x>]]>", "&#233;", " z\n", "<!-- c -->y"]);
    let field = (prop::sample::select(vec!["displayname", "description", "note"]), value.clone());
    let book = (
        prop::sample::select(vec!["pab", "idirectory", "x/y", "&lt;q&gt;"]),
        prop::option::of(prop::sample::select(vec!["ldap://a", "ldap://b?c&amp;d"])),
        prop::collection::vec((prop::sample::select(vec!["bookoc", "note"]), value), 0..3),
        prop::collection::vec(field, 0..4),
    );
    let style = (prop::sample::select(vec!["\n", "\r\n", ""]), prop::sample::select(vec!["", "  ", "\t"]));
    let head = prop::sample::select(vec!["", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n", "<!-- head -->"]);
    (prop::collection::vec(book, 0..4), style, head).prop_map(|(books, (end, indent), head)| {
        let mut seen: Vec<&str> = Vec::new();
        let mut text = format!("{head}<books>{end}");
        for (id, url, of_book, of_entry) in books {
            if seen.contains(&id) {
                continue;
            }
            seen.push(id);
            let url = url.map_or(String::new(), |url| format!(" bookremoteurl='{url}'"));
            text += &format!("{indent}<book booktype=\"abook\"{url}>{end}");
            let element = |name: &str, value: &str| {
                if value.is_empty() {
                    format!("{indent}<{name}/>{end}")
                } else {
                    format!("{indent}<{name}>{value}</{name}>{end}")
                }
            };
            of_book.iter().for_each(|(name, value)| text += &element(name, value));
            if of_entry.is_empty() {
                text += &format!("<entry entryID=\"{id}\"/>{end}");
            } else {
                text += &format!("<entry entryID=\"{id}\">");
                of_entry.iter().for_each(|(name, value)| text += &element(name, value));
                text += "</entry>";
            }
            text += &format!("{end}{indent}</book>{end}");
        }
        text + "</books>"
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(if std::env::var_os("COMMSUITE_FULL").is_some() { 20_000 } else { 1_500 }) })]

    #[test]
    fn address_books_merge_by_the_laws(base in file(), site in file(), new in file()) {
        let [base, site, new] = [&base, &site, &new].map(|file| parse(file));
        let result = |merge: &Merge| values(&AddressBooks::parse(merge.bytes.clone()).unwrap());
        for carrier in [Carrier::Site, Carrier::New] {
            prop_assert_eq!(result(&merged(&base, &site, &base, carrier)), values(&site));
            prop_assert_eq!(result(&merged(&base, &base, &new, carrier)), values(&new));
            prop_assert_eq!(&merged(&base, &site, &site, carrier).bytes, site.to_bytes());
            let merge = merged(&base, &site, &new, carrier);
            let of_site = merge.decisions.iter().filter(|d| d.site.present().is_some()).count();
            prop_assert_eq!(of_site, site.entries().len());
        }
        prop_assert_eq!(&merged(&base, &site, &base, Carrier::Site).bytes, site.to_bytes());
        prop_assert_eq!(&merged(&base, &base, &new, Carrier::New).bytes, new.to_bytes());
    }

    #[test]
    fn an_edit_changes_one_field_and_nothing_else(file in file(), value in "[a<>&\"' \\]\n\r\té表]{0,8}", pick in any::<prop::sample::Index>()) {
        let document = parse(&file);
        prop_assert_eq!(document.to_bytes(), file.as_bytes());
        if document.entries().is_empty() {
            return Ok(());
        }
        let at = pick.index(document.entries().len());
        let entry = &document.entries()[at];
        let after = apply(file.as_bytes(), &[document.respell(entry, value.as_bytes()).unwrap()]).unwrap();
        prop_assert_eq!(&after[..entry.span.start], &file.as_bytes()[..entry.span.start]);
        prop_assert!(after.ends_with(&file.as_bytes()[entry.span.end..]));
        let after = AddressBooks::parse(after).unwrap();
        for (index, (before, now)) in document.entries().iter().zip(after.entries()).enumerate() {
            let expected = if index == at { Some(value.clone().into()) } else { before.value.clone() };
            prop_assert_eq!((&now.key, &now.value), (&before.key, &expected));
        }
        prop_assert_eq!(document.entries().len(), after.entries().len());
    }
}
