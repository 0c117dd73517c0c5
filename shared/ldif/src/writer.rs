//! Writes records: base64 where RFC 2849 demands it, lines folded at 76 bytes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::record::{Action, Control, Modification, ModificationKind, OldRdn, Record};
use crate::{Attribute, Dn};

/// Longest line, without its end.
const WIDTH: usize = 76;

/// A change of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A new entry.
    Add {
        /// Its name.
        dn: Dn,
        /// Its values.
        attributes: Vec<Attribute>,
    },
    /// An entry goes.
    Delete {
        /// Its name.
        dn: Dn,
    },
    /// An entry gets further values of one attribute.
    AddValues {
        /// Its name.
        dn: Dn,
        /// The attribute.
        attribute: String,
        /// The values.
        values: Vec<Vec<u8>>,
    },
}

/// Returns changes as a file, in their order.
#[must_use]
pub fn write(changes: &[Change]) -> Vec<u8> {
    let record = |change: &Change| match change {
        Change::Add { dn, attributes } => Record::change(dn.clone(), Action::Add(attributes.clone())),
        Change::Delete { dn } => Record::change(dn.clone(), Action::Delete),
        Change::AddValues { dn, attribute, values } => {
            let (attribute, values) = (attribute.clone(), values.clone());
            let modification = Modification { kind: ModificationKind::Add, attribute, values };
            Record::change(dn.clone(), Action::Modify(vec![modification]))
        }
    };
    write_records(&changes.iter().map(record).collect::<Vec<_>>())
}

/// Returns records as a file, in their order. Reading it gives the same records.
#[must_use]
pub fn write_records(records: &[Record]) -> Vec<u8> {
    let mut file = b"version: 1\n".to_vec();
    for record in records {
        file.push(b'\n');
        write_record(&mut file, record);
    }
    file
}

/// Appends a comment, a line for each of its lines. A blank line before it keeps it apart from a record.
pub fn write_comment(file: &mut Vec<u8>, text: &str) {
    for comment in text.split(['\n', '\r']) {
        file.extend_from_slice(b"# ");
        file.extend_from_slice(comment.as_bytes());
        file.push(b'\n');
    }
}

/// Appends a record, without the blank line that keeps it apart from the one before.
pub fn write_record(file: &mut Vec<u8>, record: &Record) {
    line(file, "dn", record.dn.to_string().as_bytes());
    for control in &record.controls {
        line(file, "control", &control_value(control));
    }
    let values = |file: &mut Vec<u8>, attributes: &[Attribute]| {
        attributes.iter().for_each(|attribute| line(file, &attribute.name, &attribute.value));
    };
    match &record.action {
        Action::Entry(attributes) => values(file, attributes),
        Action::Add(attributes) => {
            line(file, "changetype", b"add");
            values(file, attributes);
        }
        Action::Delete => line(file, "changetype", b"delete"),
        Action::Modify(modifications) => {
            line(file, "changetype", b"modify");
            for modification in modifications {
                let keyword = match modification.kind {
                    ModificationKind::Add => "add",
                    ModificationKind::Delete => "delete",
                    ModificationKind::Replace => "replace",
                };
                line(file, keyword, modification.attribute.as_bytes());
                modification.values.iter().for_each(|value| line(file, &modification.attribute, value));
                file.extend_from_slice(b"-\n");
            }
        }
        Action::Rename { new_rdn, old_rdn, new_superior } => {
            line(file, "changetype", b"modrdn");
            line(file, "newrdn", new_rdn.as_bytes());
            line(file, "deleteoldrdn", if *old_rdn == OldRdn::Delete { b"1" } else { b"0" });
            if let Some(dn) = new_superior {
                line(file, "newsuperior", dn.to_string().as_bytes());
            }
        }
    }
}

/// Returns what stands behind `control:`; its own value is base64 where RFC 2849 demands it.
fn control_value(control: &Control) -> Vec<u8> {
    let mut text = control.oid.clone().into_bytes();
    if control.critical {
        text.extend_from_slice(b" true");
    }
    match &control.value {
        None => {}
        Some(value) if is_safe(value) => text.extend([b": ".as_slice(), value].concat()),
        Some(value) => text.extend(format!(":: {}", STANDARD.encode(value)).into_bytes()),
    }
    text
}

fn line(file: &mut Vec<u8>, name: &str, value: &[u8]) {
    let text = if is_safe(value) {
        [name.as_bytes(), if value.is_empty() { b":".as_slice() } else { b": " }, value].concat()
    } else {
        format!("{name}:: {}", STANDARD.encode(value)).into_bytes()
    };
    let mut rest = text.as_slice();
    let mut width = WIDTH;
    while let Some((head, tail)) = rest.split_at_checked(width) {
        file.extend_from_slice(head);
        if !tail.is_empty() {
            file.extend_from_slice(b"\n ");
        }
        rest = tail;
        // The blank at the beginning counts.
        width = WIDTH - 1;
    }
    file.extend_from_slice(rest);
    file.push(b'\n');
}

/// Returns whether a value may be written as it is.
fn is_safe(value: &[u8]) -> bool {
    let plain = value.iter().all(|byte| byte.is_ascii() && !matches!(byte, 0 | b'\n' | b'\r'));
    plain && !matches!(value.first(), Some(b' ' | b':' | b'<')) && value.last() != Some(&b' ')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entries;
    use proptest::prelude::*;

    #[test]
    fn changes_as_text() {
        let dn = Dn::parse("o=x,o=y").unwrap();
        let attribute = |name: &str, value: &str| Attribute { name: name.to_owned(), value: value.into() };
        let changes = [
            Change::Add {
                dn: dn.clone(),
                attributes: vec![attribute("o", "x"), attribute("d", " é"), attribute("e", "")],
            },
            Change::Delete { dn: dn.clone() },
            Change::AddValues { dn, attribute: "daServiceType".to_owned(), values: vec![b"mail user".to_vec()] },
        ];
        let text = "version: 1\n\ndn: o=x,o=y\nchangetype: add\no: x\nd:: IMOp\ne:\n\ndn: o=x,o=y\nchangetype: delete\n\n\
                    dn: o=x,o=y\nchangetype: modify\nadd: daServiceType\ndaServiceType: mail user\n-\n";
        assert_eq!(String::from_utf8(write(&changes)).unwrap(), text);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(values in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..8)) {
            let attributes: Vec<Attribute> =
                values.into_iter().map(|value| Attribute { name: "a;x-y".to_owned(), value }).collect();
            let dn = Dn::parse("o=x").unwrap();
            let file = write(&[Change::Add { dn, attributes: attributes.clone() }]);
            prop_assert!(file.split(|byte| *byte == b'\n').all(|line| line.len() <= WIDTH));
            let text = String::from_utf8(file).unwrap().replace("changetype: add\n", "");
            for text in [text.replace('\n', "\r\n"), text] {
                let read: Vec<_> = entries(text.as_bytes()).collect::<Result<_, _>>().unwrap();
                prop_assert_eq!(&read[0].attributes, &attributes);
            }
        }

        #[test]
        fn no_input_makes_it_panic(file in prop::collection::vec(prop::sample::select(b"dn: o=x,\n\r#<+;\\\"\x80=".to_vec()), 0..60)) {
            entries(file.as_slice()).for_each(drop);
        }
    }
}
