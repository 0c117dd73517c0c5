//! Records: every form of RFC 2849, and what vendors write beside it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::io::{self, BufReader, Read};

use ldif::{
    Action, Attribute, Control, Dn, Modification, ModificationKind, OldRdn, Record, records, write_comment,
    write_record, write_records,
};
use proptest::prelude::*;

fn read(file: &str) -> Vec<Record> {
    records(file.as_bytes()).collect::<Result<_, _>>().unwrap()
}

fn error(file: &str) -> String {
    records(file.as_bytes()).find_map(Result::err).expect("an error").to_string()
}

fn attribute(name: &str, value: &str) -> Attribute {
    Attribute { name: name.to_owned(), value: value.into() }
}

fn edit(kind: ModificationKind, attribute: &str, values: &[&str]) -> Modification {
    Modification { kind, attribute: attribute.to_owned(), values: values.iter().map(|value| (*value).into()).collect() }
}

const ALL: &str = "VERSION: 1\r\n# a comment\r\n  that goes on\r\n\r\nDN: cn=new,o=x\r\nChangeType: ADD\r\nobjectclass: top\r\n\
    cn;lang-de:: bmV3\r\nempty:\r\n\r\n\r\ndn: cn=old,o=x\ncontrol: 1.2.840.113556.1.4.805 true\ncontrol: 1.3.6 false: a: b\n\
    control: 1.3.7:: AAE=\nchangetype: delete\n\ndn: cn=schema\nchangetype: modify\nadd: attributeTypes\n\
    attributetypes: ( 1\n .3.6.1 NAME 'a' )\nATTRIBUTETYPES: ( 1.3.6.2 NAME 'b' )\n-\ndelete: x\n-\nreplace: y\ny: z\n-\nadd: x\nx: 1\n\n\
    dn: cn=a,o=x\nchangetype: modrdn\nnewrdn: cn=b\ndeleteoldrdn: 0\n\ndn: cn=b,o=x\nchangetype: moddn\nnewrdn: cn=b\ndeleteoldrdn: 1\n\
    newsuperior: ou=y,o=x\n\ndn:: Y249w6ksbz14\nobjectClass: top\n\n\n\n";

#[test]
fn every_kind_of_record_is_read() {
    let all = read(ALL);
    let control = |oid: &str, critical, value: Option<&[u8]>| Control {
        oid: oid.to_owned(),
        critical,
        value: value.map(<[u8]>::to_vec),
    };
    let expected = [
        Action::Add(vec![attribute("objectclass", "top"), attribute("cn;lang-de", "new"), attribute("empty", "")]),
        Action::Delete,
        Action::Modify(vec![
            edit(ModificationKind::Add, "attributeTypes", &["( 1.3.6.1 NAME 'a' )", "( 1.3.6.2 NAME 'b' )"]),
            edit(ModificationKind::Delete, "x", &[]),
            edit(ModificationKind::Replace, "y", &["z"]),
            edit(ModificationKind::Add, "x", &["1"]),
        ]),
        Action::Rename { new_rdn: "cn=b".to_owned(), old_rdn: OldRdn::Keep, new_superior: None },
        Action::Rename {
            new_rdn: "cn=b".to_owned(),
            old_rdn: OldRdn::Delete,
            new_superior: Some(Dn::parse("ou=y,o=x").unwrap()),
        },
        Action::Entry(vec![attribute("objectClass", "top")]),
    ];
    assert_eq!(all.iter().map(|record| record.action.clone()).collect::<Vec<_>>(), expected);
    assert_eq!(
        all[1].controls,
        [
            control("1.2.840.113556.1.4.805", true, None),
            control("1.3.6", false, Some(b"a: b")),
            control("1.3.7", false, Some(&[0, 1])),
        ]
    );
    assert_eq!(all.iter().map(|record| record.line).collect::<Vec<_>>(), [5, 12, 18, 33, 38, 44]);
    assert_eq!(all[5].dn.to_string(), "cn=é,o=x");
}

#[test]
fn what_is_read_is_written_and_read_again() {
    let all = read(ALL);
    let file = write_records(&all);
    let again: Vec<Record> = records(file.as_slice()).collect::<Result<_, _>>().unwrap();
    let shown = |records: &[Record]| records.iter().map(|r| (r.controls.clone(), r.action.clone())).collect::<Vec<_>>();
    assert_eq!(shown(&all), shown(&again));
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    for (file, message) in [
        ("cn: x\n", "line 1: a record begins with `dn:`"),
        ("version: 2\n", "line 1: only version 1 is known"),
        ("dn: o=x\nchangetype: increment\n", "line 2: this `changetype` is not known"),
        ("dn: o=x\nchangetype: delete\ncn: a\n", "line 3: nothing follows `changetype: delete`"),
        ("dn: o=x\ncn: a\nchangetype: delete\n", "line 3: `changetype:` is expected before the values"),
        ("dn: o=x\ncontrol: 1.2.3\ncn: a\n", "line 1: controls need a `changetype`"),
        ("dn: o=x\ncontrol: name\nchangetype: delete\n", "line 2: the control is wrong"),
        ("dn: o=x\ncontrol: 1.2 maybe\nchangetype: delete\n", "line 2: the control is wrong"),
        (
            "dn: o=x\ncontrol: 1.2:< file:///x\nchangetype: delete\n",
            "line 2: the value is in another file, which is not read",
        ),
        ("dn: o=x\ncn: a\n-\n", "line 3: `-` is allowed only in a modification"),
        ("dn: o=x\nchangetype: modify\ncn: a\n", "line 3: `add:`, `delete:` or `replace:` is expected here"),
        ("dn: o=x\nchangetype: modify\nadd: cn\nsn: a\n", "line 4: a value of `cn` or `-` is expected here"),
        (
            "dn: o=x\nchangetype: modify\nadd: c n\n",
            "line 3: the name after `add:`, `delete:` or `replace:` is not an attribute",
        ),
        (
            "dn: o=x\nchangetype: modify\nadd: jpegPhoto\njpegPhoto:< file:///etc/shadow\n",
            "line 4: the value is in another file, which is not read",
        ),
        ("dn: o=x\nchangetype: modrdn\nnewrdn: cn=a\n", "line 3: a renamed entry needs `newrdn` and `deleteoldrdn`"),
        ("dn: o=x\nchangetype: modrdn\nnewrdn: cn=a\nnewrdn: cn=b\n", "line 4: `newrdn` is there twice"),
        ("dn: o=x\nchangetype: modrdn\ndeleteoldrdn: yes\n", "line 3: `deleteoldrdn` is 0 or 1"),
        ("dn: o=x\ndn: o=y\n", "line 2: there is no blank line before this record"),
        ("dn:: /w==\n", "line 1: the value is not UTF-8"),
        ("dn: o=x\nphoto:: ?\n", "line 2: the value is not base64"),
    ] {
        assert_eq!(error(file), message);
    }
}

#[test]
fn a_value_that_begins_with_a_tab_or_ends_with_a_blank_stays() {
    let dn = Dn::parse("o=x").unwrap();
    let values = ["\tx", "x ", " x", ":x", "<x", "x\r\ny", "\0", "é", "", "#x"];
    let record = Record::change(dn, Action::Add(values.map(|value| attribute("a", value)).to_vec()));
    let file = write_records(std::slice::from_ref(&record));
    // Blanks at the end of a line get lost on the way: such a value is base64.
    assert!(!file.windows(2).any(|pair| pair == b" \n"));
    let again = records(file.as_slice()).next().unwrap().unwrap();
    assert_eq!(again.action, record.action);
    assert_eq!(
        read("dn: o=x\na: \tx\na:y\n")[0].action,
        Action::Entry(vec![attribute("a", "\tx"), attribute("a", "y")])
    );
}

#[test]
fn a_comment_never_becomes_a_record() {
    let mut file = Vec::new();
    write_comment(&mut file, "because\ndn: o=x\rchangetype: delete");
    write_record(&mut file, &Record::change(Dn::parse("o=y").unwrap(), Action::Delete));
    let all: Vec<_> = records(file.as_slice()).collect::<Result<_, _>>().unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].dn.to_string(), "o=y");
}

#[test]
fn a_record_without_end_is_refused_before_it_fills_the_memory() {
    let endless = io::Cursor::new(b"dn: o=x\na:".to_vec()).chain(io::repeat(b'x'));
    let error = records(BufReader::new(endless)).find_map(Result::err).unwrap();
    assert_eq!(error.to_string(), "line 2: the line is too long");
    struct Lines;
    impl Read for Lines {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            buffer.iter_mut().zip(b"a: xxxx\n".iter().cycle()).for_each(|(to, from)| *to = *from);
            Ok(buffer.len() / 8 * 8)
        }
    }
    let endless = io::Cursor::new(b"dn: o=x\n".to_vec()).chain(Lines);
    let error = records(BufReader::with_capacity(4096, endless)).find_map(Result::err).unwrap();
    assert!(error.to_string().ends_with("the record is too large"), "{error}");
}

fn values() -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec(prop::collection::vec(any::<u8>(), 0..120), 0..5)
}

proptest! {
    #[test]
    fn any_values_survive_writing_and_reading(add in values(), delete in values(), control in prop::option::of(prop::collection::vec(any::<u8>(), 0..40)), crlf in any::<bool>()) {
        let dn = Dn::parse("cn=a\\, b,o=é").unwrap();
        let controls = vec![Control { oid: "1.2.3".to_owned(), critical: true, value: control }];
        let added = Action::Add(add.iter().map(|value| Attribute { name: "a;x".to_owned(), value: value.clone() }).collect());
        let modified = Action::Modify(vec![
            Modification { kind: ModificationKind::Add, attribute: "b".to_owned(), values: add.clone() },
            Modification { kind: ModificationKind::Delete, attribute: "b".to_owned(), values: delete },
        ]);
        let records_in: Vec<_> = [added, modified].map(|action| Record { dn: dn.clone(), controls: controls.clone(), action, line: 0 }).to_vec();
        let mut file = write_records(&records_in);
        prop_assert!(file.is_ascii());
        if crlf {
            file = String::from_utf8(file).unwrap().replace('\n', "\r\n").into_bytes();
        }
        let again: Vec<Record> = records(file.as_slice()).collect::<Result<_, _>>().unwrap();
        prop_assert_eq!(again.len(), 2);
        for (one, other) in records_in.iter().zip(&again) {
            prop_assert_eq!(&one.dn, &other.dn);
            prop_assert_eq!(&one.controls, &other.controls);
            prop_assert_eq!(&one.action, &other.action);
        }
    }
}

#[test]
fn logical_lines_tell_where_they_begin_even_where_records_are_wrong() {
    let file = "# x\ndn: cn=schema\n\nattributeTypes: ( 1\n  NAME 'a' )\n-\nobjectClasses:: KA==\nnothing\nx: y\n";
    let mut pairs = ldif::pairs(file.as_bytes());
    let mut next =
        || pairs.next().map(|pair| pair.map(|pair| (pair.line, pair.name, pair.value)).map_err(|e| e.to_string()));
    assert_eq!(next(), Some(Ok((2, "dn".to_owned(), b"cn=schema".to_vec()))));
    assert_eq!(next(), Some(Ok((4, "attributeTypes".to_owned(), b"( 1 NAME 'a' )".to_vec()))));
    assert_eq!(next(), Some(Ok((7, "objectClasses".to_owned(), b"(".to_vec()))));
    assert_eq!(next(), Some(Err("line 8: there is no `:`".to_owned())));
    assert_eq!(next(), None);
}
