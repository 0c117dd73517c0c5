//! A dialect that the merge has never seen, and whose entries are no `KEY=VALUE` lines: tables of patterns, in which order
//! counts, each line means nothing without the table above it, and patterns hold paths.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::ops::Range;

use documents::changes::{self, Changes, ReadError, Secrets};
use documents::merge::{Base, Carrier, Merge, RootMove, Rules, Sides, merge};
use documents::{Bytes, Document, EditError, Entry, Key, ParseError, Place, Repeats, SpanEdit, State, apply};
use proptest::prelude::*;

/// `TABLE` in the first column, ` pattern template` below it.
#[derive(Debug)]
struct Tables {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    /// Each table and where its lines end.
    tables: Vec<(Bytes, usize)>,
}

impl Document for Tables {
    fn parse(bytes: Vec<u8>) -> Result<Self, ParseError> {
        let (mut entries, mut tables) = (Vec::new(), Vec::<(Bytes, usize)>::new());
        let mut at = 0;
        for (index, line) in bytes.split_inclusive(|b| *b == b'\n').enumerate() {
            let number = index as u64 + 1;
            let text = line.strip_suffix(b"\n").unwrap_or(line);
            let lines = at..at + line.len();
            at = lines.end;
            match (text.strip_prefix(b" "), tables.last_mut()) {
                (Some(_), None) => {
                    return Err(ParseError { line: number, column: 1, reason: "an entry ahead of any table" });
                }
                (Some(entry), Some((table, end))) => {
                    let blank = entry.iter().position(|b| *b == b' ').unwrap_or(entry.len());
                    let start = lines.start + 1 + (blank + 1).min(entry.len());
                    *end = lines.end;
                    entries.push(Entry {
                        key: Key { section: Some(table.clone()), name: entry[..blank].to_vec().into() },
                        value: Some(entry.get(blank + 1..).unwrap_or_default().to_vec().into()),
                        line: number,
                        state: State::Active,
                        span: start..lines.start + text.len(),
                        comment: lines.start..lines.start,
                        lines,
                    });
                }
                (None, _) if !text.is_empty() => tables.push((text.to_vec().into(), lines.end)),
                (None, _) => {}
            }
        }
        Ok(Self { bytes, entries, tables })
    }

    fn to_bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn repeats(&self) -> Repeats {
        Repeats::EachCounts
    }

    fn respell(&self, entry: &Entry, value: &[u8]) -> Result<SpanEdit, EditError> {
        Ok(SpanEdit { offset: entry.span.start as u64, remove: entry.span.len() as u64, insert: value.to_vec() })
    }

    fn spell(&self, key: &Key, value: &[u8]) -> Result<Vec<u8>, EditError> {
        Ok([b" ", key.name.as_ref(), b" ", value, b"\n"].concat())
    }

    fn place(&self, place: Place<'_>, lines: &[u8]) -> SpanEdit {
        let insertion = |offset: usize, insert| SpanEdit { offset: offset as u64, remove: 0, insert };
        match place {
            Place::Behind(entry) => insertion(entry.lines.end, lines.to_vec()),
            Place::InsteadOf(entry) => SpanEdit { insert: lines.to_vec(), ..self.remove(entry) },
            Place::EndOf(section) => match self.tables.iter().rev().find(|(table, _)| section == Some(table)) {
                Some((_, end)) => insertion(*end, lines.to_vec()),
                None => insertion(self.bytes.len(), [section.unwrap(), b"\n", lines].concat()),
            },
        }
    }

    fn has_section(&self, section: Option<&[u8]>) -> bool {
        self.tables.iter().any(|(table, _)| section == Some(table))
    }

    fn opening(&self, key: &Key) -> Vec<u8> {
        [key.section.as_deref().unwrap_or_default(), b"\n"].concat()
    }

    fn paths_in_key(&self, entry: &Entry) -> Option<Range<usize>> {
        let start = entry.lines.start + 1;
        Some(start..start + entry.key.name.len())
    }

    fn shown(&self, key: &Key) -> String {
        let [table, pattern] =
            [key.section.as_ref(), Some(&key.name)].map(|text| text.map(|text| Self::notation(text)));
        format!("{}/{}", table.unwrap_or_default(), pattern.unwrap_or_default())
    }
}

fn parse(text: &str) -> Tables {
    Tables::parse(text.as_bytes().to_vec()).unwrap()
}

fn merged(base: &str, site: &str, new: &str, rules: &Rules) -> Merge {
    let (base, site, new) = (parse(base), parse(site), parse(new));
    merge(&Sides { base: Base::Known(&base), site: &site, new: &new }, rules).unwrap()
}

fn text(merge: &Merge) -> &str {
    std::str::from_utf8(&merge.bytes).unwrap()
}

fn words(merge: &Merge) -> Vec<(&str, &'static str)> {
    merge.decisions.iter().map(|d| (d.key.as_str(), d.word.as_str())).collect()
}

#[test]
fn an_entry_goes_into_its_own_table_and_a_table_that_is_missing_is_made() {
    let base = "A\n x 1\nB\n x 1\n";
    let new = "A\n x 1\n y 2\nB\n w 0\n x 1\n y 3\nC\n z 4\n";
    let merge = merged(base, "B\n x 5\n\nA\n x 1\n", new, &Rules::default());
    assert_eq!(text(&merge), "B\n x 5\n y 3\n w 0\n\nA\n x 1\n y 2\nC\n z 4\n");
    let expected = [
        ("A/x", "same"),
        ("A/y", "add-new"),
        ("B/w", "add-new"),
        ("B/x", "keep-site"),
        ("B/y", "add-new"),
        ("C/z", "add-new"),
    ];
    assert_eq!(words(&merge), expected);
}

#[test]
fn a_path_in_a_key_moves_with_its_root_and_pairs_with_the_new_release_s_key() {
    let base = "A\n /opt/OLD/a 1\n /opt/OLD/b 1\n";
    let site = "A\n /opt/OLD/a 1\n /opt/OLD/b /opt/OLD\n /opt/OLD/mine 2\n /opt/OLDER/x 3\n";
    let new = "A\n /new/a 1\n /new/b 1\n /new/c 1\n";
    for carrier in [Carrier::Site, Carrier::New] {
        let roots = vec![RootMove { from: "/opt/OLD".into(), to: "/new".into() }];
        let merge = merged(base, site, new, &Rules { carrier, roots, ..Rules::default() });
        let mut lines: Vec<&str> = text(&merge).lines().collect();
        lines.sort_unstable();
        assert_eq!(lines, [" /new/a 1", " /new/b /new", " /new/c 1", " /new/mine 2", " /opt/OLDER/x 3", "A"]);
        let expected = [
            ("A//new/a", "rewrite-root"),
            ("A//new/b", "rewrite-root"),
            ("A//new/c", "add-new"),
            ("A//new/mine", "site-addition"),
            ("A//opt/OLDER/x", "site-addition"),
        ];
        assert_eq!(words(&merge), expected);
    }
}

#[test]
fn what_stands_behind_a_dropped_occurrence_of_a_key_moves_up() {
    let merge = merged("A\n x 1\n x 2\n", "A\n x 1\n x 2\n x mine\n", "A\n y 1\n", &Rules::default());
    assert_eq!(text(&merge), "A\n x mine\n y 1\n");
    let expected =
        [("A/y", "add-new"), ("A/x", "drop-obsolete"), ("A/x#2", "drop-obsolete"), ("A/x#3", "site-addition")];
    assert_eq!(words(&merge), expected);
}

#[test]
fn a_new_occurrence_of_a_key_goes_behind_the_earlier_ones() {
    let merge = merged("A\n y 1\n x 1\n", "A\n y 1\n x 1\n", "A\n x 1\n y 1\n x 2\n", &Rules::default());
    assert_eq!(text(&merge), "A\n y 1\n x 1\n x 2\n");
}

#[test]
fn keys_are_set_in_their_tables_without_a_method_of_the_dialect_s_own() {
    let document = parse("A\n x 1\nB\n y 1\n");
    let key =
        |table: &str, name: &str| Key { section: Some(table.as_bytes().to_vec().into()), name: name.to_owned().into() };
    let changes =
        [("B", "z", "2"), ("A", "x", "3"), ("C", "c", "4"), ("B", "y", "1"), ("B", "w", "5"), ("B", "z", "6")]
            .map(|(table, name, value)| (key(table, name), value.into()));
    let after = apply(document.to_bytes(), &document.set_all(&changes).unwrap()).unwrap();
    assert_eq!(after.escape_ascii().to_string(), "A\\n x 3\\nB\\n y 1\\n w 5\\n z 6\\nC\\n c 4\\n");
}

#[test]
fn decisions_come_back_from_their_json_and_nothing_else_does() {
    let merge = merged("A\n x 1\n", "A\n x 2\n pass \u{e9} \n", "A\n x 3\n", &Rules::default());
    let mut changes = Changes::default();
    changes.add("m/mappings", &merge, Secrets { key: |_| false, value: |_| false });
    let json = changes.to_json().unwrap();
    assert_eq!(changes::read(&json).unwrap(), changes.lines().collect::<Vec<_>>());

    let later = json.replacen("\"version\": 1", "\"version\": 2, \"more\": []", 1);
    assert!(matches!(changes::read(&later), Err(ReadError::Version { found: 2 })));
    for broken in [
        json.replacen("\"version\": 1,", "", 1),
        json.replacen("\"version\": 1", "\"version\": 1, \"more\": []", 1),
        json.replacen("\"base\"", "\"more\": 1, \"base\"", 1),
        json.replacen("\"base\"", "\"bass\"", 1),
        json.replacen("\"conflict\"", "\"quarrel\"", 1),
        format!("{json} x"),
    ] {
        assert!(matches!(changes::read(&broken), Err(ReadError::Json(_))), "{broken}");
    }
}

/// A file in which each of a few keys stands any number of times.
fn repeated() -> impl Strategy<Value = String> {
    let line = prop::sample::select(&["A", "B", " x 1", " x 2", " y 1", " y 2", " x 3", ""][..]);
    prop::collection::vec(line, 0..12).prop_map(|lines| {
        let mut text = "A\n".to_owned();
        lines.into_iter().for_each(|line| text += &format!("{line}\n"));
        text
    })
}

/// The values of each key in their order.
fn values(document: &Tables) -> Vec<(Key, Option<Bytes>)> {
    let mut values: Vec<_> = document.entries.iter().map(|e| (e.key.clone(), e.value.clone())).collect();
    values.sort_by(|one, other| one.0.cmp(&other.0));
    values
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn repeated_keys_merge_by_the_laws(base in repeated(), site in repeated(), new in repeated()) {
        for carrier in [Carrier::Site, Carrier::New] {
            let rules = Rules { carrier, ..Rules::default() };
            let result = |base: &str, site: &str, new: &str| values(&parse(text(&merged(base, site, new, &rules))));
            prop_assert_eq!(result(&base, &site, &base), values(&parse(&site)));
            prop_assert_eq!(result(&base, &base, &new), values(&parse(&new)));
            prop_assert_eq!(result(&base, &site, &site), values(&parse(&site)));
            let merge = merged(&base, &site, &new, &rules);
            let of_site = merge.decisions.iter().filter(|d| d.site.present().is_some()).count();
            prop_assert_eq!(of_site, values(&parse(&site)).len());
        }
    }
}
