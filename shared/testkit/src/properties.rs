//! Random triples of properties files (stock old, the site's, stock new), and what a merge of them must give.

use std::collections::{BTreeMap, BTreeSet};

use crate::random::Random;

/// How the files of a triple are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// The same entry looks different in each file: other separators, escapes, continuations, comments, order, line ends.
    AtRandom,
    /// The same entry is the same line in each file, but some lines have moved.
    Moved,
    /// The same entry is the same line in each file, in the same order: what suits a merge of lines best.
    Alike,
}

/// One of the three files.
#[derive(Clone, Debug)]
pub struct Side {
    /// What the file says.
    pub entries: BTreeMap<String, String>,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Three files that share most of their keys.
#[derive(Clone, Debug)]
pub struct Triple {
    /// Stock old.
    pub base: Side,
    /// The site's.
    pub site: Side,
    /// Stock new.
    pub new: Side,
}

/// What a merge must make of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth<'a> {
    /// Every rule of merging gives this value, or says that the key is absent.
    Known(Option<&'a str>),
    /// Site and vendor changed the key differently: somebody must look at it.
    Conflict,
}

impl Triple {
    /// Makes a triple.
    pub fn random(random: &mut Random, spelling: Spelling) -> Self {
        // From files that were rewritten to files with one change in a hundred lines.
        let (keys, changed, absent) = *random.pick(&[(12, 3, 5), (30, 8, 12), (60, 30, 40), (100, 100, 200)]);
        let mut sides: [Vec<(String, &str)>; 3] = Default::default();
        for key in 0..1 + random.below(keys) {
            let usual = *random.pick(VALUES);
            for side in &mut sides {
                let value = if random.one_in(changed) { random.pick(VALUES) } else { usual };
                if !random.one_in(absent) {
                    side.push((format!("key.{key}"), value));
                }
            }
        }
        let [base, site, new] = sides.map(|side| Side::write(random, side, spelling));
        Self { base, site, new }
    }

    /// Returns every key of the three files and what becomes of it.
    pub fn truth(&self) -> impl Iterator<Item = (&str, Truth<'_>)> {
        let sides = [&self.base, &self.site, &self.new];
        let keys: BTreeSet<&str> = sides.iter().flat_map(|side| side.entries.keys().map(String::as_str)).collect();
        keys.into_iter().map(move |key| {
            let [base, site, new] = sides.map(|side| side.entries.get(key).map(String::as_str));
            let truth = if site == new || base == new {
                Truth::Known(site)
            } else if base == site {
                Truth::Known(new)
            } else {
                Truth::Conflict
            };
            (key, truth)
        })
    }
}

impl Side {
    fn write(random: &mut Random, mut entries: Vec<(String, &str)>, spelling: Spelling) -> Self {
        let said = entries.iter().map(|(key, value)| (key.clone(), (*value).to_owned())).collect();
        if spelling != Spelling::Alike && random.one_in(2) && entries.len() > 1 {
            let moved = entries.remove(random.below(entries.len()));
            entries.insert(random.below(entries.len()), moved);
        }
        let bytes = match spelling {
            Spelling::AtRandom => in_many_ways(random, &entries),
            Spelling::Moved | Spelling::Alike => {
                entries.iter().map(|(key, value)| format!("{key}={}\n", plainly(value))).collect()
            }
        };
        Self { entries: said, bytes: bytes.into_bytes() }
    }
}

const VALUES: &[&str] = &[
    "yes",
    "no",
    "",
    "1",
    "two words",
    "a,b,c",
    "o=usergroup",
    "caf\u{e9}",
    "\u{2013}",
    "\u{1f600}",
    " lead",
    "trail  ",
    "C:\\dir",
    "line\nline",
    "=x",
    "#x",
];

/// Spells a value in the one usual way.
fn plainly(value: &str) -> String {
    let mut text = String::new();
    for (index, unit) in value.encode_utf16().enumerate() {
        match u8::try_from(unit) {
            Ok(b'\n') => text.push_str("\\n"),
            Ok(b'\\') => text.push_str("\\\\"),
            Ok(b' ') if index == 0 => text.push_str("\\ "),
            Ok(byte @ b' '..=b'~') => text.push(char::from(byte)),
            _ => text.push_str(&format!("\\u{unit:04x}")),
        }
    }
    text
}

/// Spells a value in one of many ways.
fn in_one_of_many_ways(random: &mut Random, value: &str) -> String {
    let mut text = String::new();
    // A blank there would be taken for what separates or indents.
    let mut at_line_start = true;
    for unit in value.encode_utf16() {
        match u8::try_from(unit) {
            Ok(b'\n') => text.push_str("\\n"),
            Ok(b'\\') => text.push_str("\\\\"),
            Ok(byte @ (b' ' | b'=' | b'#')) if at_line_start || random.one_in(6) => {
                text.extend(['\\', char::from(byte)]);
            }
            Ok(byte @ b' '..=b'~') => text.push(char::from(byte)),
            _ => text.push_str(&format!("\\u{unit:04x}")),
        }
        at_line_start = random.one_in(12);
        if at_line_start {
            text.push_str("\\\n\t");
        }
    }
    text
}

/// Writes entries with comments, blank lines, repeated keys and several separators among them.
fn in_many_ways(random: &mut Random, entries: &[(String, &str)]) -> String {
    let mut text = String::new();
    let line_end = *random.pick(&["\n", "\n", "\r\n", "\r"]);
    for (key, value) in entries {
        if random.one_in(5) {
            text.push_str(random.pick::<&str>(&["# about this\n", "\n", "! one\n# two\\\n", "\\\n"]));
        }
        if random.one_in(15) {
            text.push_str(&format!("{key} = earlier\n"));
        }
        let separator = *random.pick(&["=", " = ", ":", " : ", "\t", "  ", "=\\\n  "]);
        let value = in_one_of_many_ways(random, value);
        text.push_str(&format!("{key}{separator}{value}\n"));
    }
    if random.one_in(4) {
        text.pop();
    }
    text.replace('\n', line_end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(entries: &[(&str, &str)]) -> Side {
        let entries = entries.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Side { entries, bytes: Vec::new() }
    }

    #[test]
    fn a_change_on_one_side_is_known_and_one_on_both_is_a_conflict() {
        let triple = Triple {
            base: side(&[("both", "1"), ("gone", "1"), ("site", "1"), ("vendor", "1"), ("vendor-gone", "1")]),
            site: side(&[("both", "2"), ("mine", "1"), ("site", "2"), ("vendor", "1"), ("vendor-gone", "2")]),
            new: side(&[("both", "3"), ("gone", "1"), ("site", "1"), ("vendor", "2")]),
        };
        let expected = [
            ("both", Truth::Conflict),
            ("gone", Truth::Known(None)),
            ("mine", Truth::Known(Some("1"))),
            ("site", Truth::Known(Some("2"))),
            ("vendor", Truth::Known(Some("2"))),
            ("vendor-gone", Truth::Conflict),
        ];
        assert_eq!(triple.truth().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn files_spelled_alike_have_one_line_an_entry() {
        let triple = Triple::random(&mut Random::new(1), Spelling::Alike);
        for side in [&triple.base, &triple.site, &triple.new] {
            assert_eq!(side.bytes.iter().filter(|byte| **byte == b'\n').count(), side.entries.len());
        }
    }
}
