//! Writes changes: base64 where RFC 2849 demands it, lines folded at 76 bytes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

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
pub fn write(changes: &[Change]) -> Vec<u8> {
    let mut file = b"version: 1\n".to_vec();
    for change in changes {
        file.push(b'\n');
        match change {
            Change::Add { dn, attributes } => {
                line(&mut file, "dn", dn.to_string().as_bytes());
                line(&mut file, "changetype", b"add");
                attributes.iter().for_each(|attribute| line(&mut file, &attribute.name, &attribute.value));
            }
            Change::Delete { dn } => {
                line(&mut file, "dn", dn.to_string().as_bytes());
                line(&mut file, "changetype", b"delete");
            }
            Change::AddValues { dn, attribute, values } => {
                line(&mut file, "dn", dn.to_string().as_bytes());
                line(&mut file, "changetype", b"modify");
                line(&mut file, "add", attribute.as_bytes());
                values.iter().for_each(|value| line(&mut file, attribute, value));
                file.extend_from_slice(b"-\n");
            }
        }
    }
    file
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
