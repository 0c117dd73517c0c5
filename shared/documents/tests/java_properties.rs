//! The properties dialect against `java.util.Properties` itself, on inputs that dwell on its rules.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod support;

use documents::properties::utf16;
use documents::{Document, Key, Properties, apply};
use support::count;
use testkit::java::{Java, Loaded};
use testkit::random::Random;

/// Returns what we make of a file, in the form of Java's answer.
fn load(file: &[u8]) -> Loaded {
    let document = Properties::parse(file.to_vec()).ok()?;
    let units = |text: &[u8]| utf16::decode(text).unwrap();
    let entry = |e: &documents::Entry| (units(&e.key.name), units(e.value.as_ref().unwrap()));
    Some(document.entries().iter().map(entry).collect())
}

/// Pieces of which every rule of the dialect is made.
const PIECES: &[&[u8]] = &[
    b"\\",
    b"\\\\",
    b"\\\\\\",
    b"\n",
    b"\r",
    b"\r\n",
    b"\\\n",
    b"\\\r",
    b"\\\r\n",
    b"\n\n",
    b" ",
    b"\t",
    b"\x0c",
    b"  ",
    b"=",
    b":",
    b" = ",
    b" : ",
    b"==",
    b"#",
    b"!",
    b"# c",
    b"!x=1",
    b"a",
    b"b",
    b"key",
    b"a=1",
    b"a:2",
    b"a 3",
    b"\\u0041",
    b"\\u00e9",
    b"\\uD83D\\uDE00",
    b"\\ud83d",
    b"\\u003d",
    b"\\u005c",
    b"\\u000a",
    b"\\u",
    b"\\u12",
    b"\\u12g4",
    b"\\U0041",
    b"u",
    b"\\t",
    b"\\n",
    b"\\r",
    b"\\f",
    b"\\=",
    b"\\:",
    b"\\ ",
    b"\\#",
    b"\\!",
    b"\\q",
    b"\\\"",
    b"\0",
    b"\x1a",
    b"\x7f",
    b"\x85",
    b"\xa0",
    b"\xe9",
    b"\xff",
    b"\xef\xbb\xbf",
    b"value",
    b"\n#x\n",
    b"\n\\\n",
    b"\n   ",
    b"\n   \\\n",
];

fn file(random: &mut Random) -> Vec<u8> {
    // Malformed escapes end a file: most files have none, so that something is left to compare.
    let malformed = random.one_in(4);
    let longest = if random.one_in(10) { 120 } else { 30 };
    let length = 1 + random.below(longest);
    let mut file = Vec::new();
    while file.len() < length {
        let piece = *random.pick(PIECES);
        if malformed || !matches!(piece, b"\\u" | b"\\u12" | b"\\u12g4") {
            file.extend_from_slice(piece);
        } else if random.one_in(3) {
            file.push(u8::try_from(random.below(256)).unwrap());
        }
    }
    file
}

#[test]
fn generated_files_mean_what_java_makes_of_them() {
    let mut java = Java::start();
    let mut random = Random::new(4);
    let files = count(2_000, 100_000);
    let (mut differences, mut rejected, mut entries) = (0, 0, 0);
    for number in 0..files {
        let file = file(&mut random);
        let (expected, found) = (java.load(&file), load(&file));
        if expected != found {
            differences += 1;
            eprintln!("file {number}: b\"{}\"\n  java {expected:04x?}\n  ours {found:04x?}", file.escape_ascii());
        }
        match expected {
            None => rejected += 1,
            Some(expected) => entries += expected.len(),
        }
    }
    println!("{files} files, {rejected} rejected, {entries} entries, {differences} differences");
    assert_eq!(differences, 0);
    assert!(rejected > files / 50 && entries > files, "the files test little: {rejected} rejected, {entries} entries");
}

#[test]
fn java_reads_back_every_value_that_is_set_and_nothing_else_changes() {
    let mut java = Java::start();
    let mut random = Random::new(5);
    let mut edited = 0;
    for _ in 0..count(2_000, 20_000) {
        let before = file(&mut random);
        let Some(mut expected) = java.load(&before) else { continue };
        let value: Vec<u16> = (0..random.below(6))
            .map(|_| match random.below(4) {
                0 => u16::try_from(random.next_u64() & 0xffff).unwrap(),
                1 => u16::try_from(random.below(256)).unwrap(),
                _ => u16::from(*random.pick(b" =:\\#x\n\t")),
            })
            .collect();
        let key = if expected.is_empty() || random.one_in(4) {
            u16::try_from(random.below(0x80)).map(|unit| vec![unit, 0x6b]).unwrap()
        } else {
            expected[random.below(expected.len())].0.clone()
        };
        match expected.iter().rposition(|(name, _)| *name == key) {
            Some(index) => expected[index].1 = value.clone(),
            None => expected.push((key.clone(), value.clone())),
        }

        let document = Properties::parse(before.clone()).unwrap();
        let edits = document.set(&Key::new(utf16::encode(&key)), &utf16::encode(&value)).unwrap();
        let after = apply(&before, &edits).unwrap();
        let mut found = java.load(&after).unwrap();
        // An entry made of the last backslash stays last.
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "b\"{}\" -> b\"{}\"", before.escape_ascii(), after.escape_ascii());
        edited += 1;
    }
    assert!(edited > 1_000);
}
