//! Random files, read by programs that we did not write.
//!
//! Python's `configparser` reads sectioned files alike, apart from:
//! * it has no keys ahead of the first section: the files get a heading `[<global>]` for it;
//! * it takes an indented line for a continued one, and `[DEFAULT]` for defaults: none is in the files;
//! * of a key that is there more than once only the last value is kept: so the last one is compared.
//!
//! The lens `Properties` of augeas reads properties files alike, apart from:
//! * it shows escapes as they are written: none is in the files;
//! * a key without a separator and one with an empty value are the same to it;
//! * it does not join continued lines, and shows ` < multi > `: only the key is compared then;
//! * blanks at the end of a value do not count for it: none are in the files.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    missing_docs
)]

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use documents::{Document, Properties, Sectioned};
use testkit::random::Random;

/// Returns a file of some of the pieces.
fn file(random: &mut Random, pieces: &[&str]) -> String {
    let count = random.below(14);
    (0..count).map(|_| pieces[random.below(pieces.len())]).collect()
}

fn output(command: &mut Command, input: &[u8]) -> String {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Reads a JSON list of texts, and prints for each its sections, a JSON object each.
const CONFIGPARSER: &str = r#"
import configparser, json, sys
read = []
for text in json.load(sys.stdin):
    parser = configparser.RawConfigParser(delimiters=("=",), comment_prefixes=("!",), strict=False,
                                          empty_lines_in_values=False, allow_no_value=True)
    parser.optionxform = str
    parser.read_string("[<global>]\n" + text)
    read.append({name: dict(parser.items(name)) for name in parser.sections()})
json.dump(read, sys.stdout)
"#;

#[test]
fn python3_configparser_finds_the_same_keys_in_sectioned_files() {
    let pieces = [
        "[SERVICE=SMTP]\n",
        "[POOL=X]\r\n",
        "[CHANNEL=tcp_*]\n",
        "[A]B]\n",
        "PORT=25\n",
        "PORT = 26 \r\n",
        "PARAMETER=CHANNEL=a\n",
        "x=\n",
        "y\t=\t4*256%1280\n",
        "! x=1\n",
        "!\n",
        "\n",
        "secret=a!b;c#d\n",
        "z=\"q\"\\\n",
        "k;l#=[m]\r\n",
    ];
    let mut random = Random::new(20);
    let files: Vec<String> = (0..400).map(|_| file(&mut random, &pieces)).collect();
    let read = output(Command::new("python3").args(["-c", CONFIGPARSER]), &serde_json::to_vec(&files).unwrap());
    let read: Vec<BTreeMap<String, BTreeMap<String, String>>> = serde_json::from_str(&read).unwrap();
    assert_eq!(read.len(), files.len());
    for (text, theirs) in files.iter().zip(read) {
        let document = Sectioned::parse(text.clone().into_bytes()).unwrap();
        let mut ours: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        for entry in document.entries() {
            let section = entry.key.section.as_deref().unwrap_or(b"<global>");
            let [section, name, value] = [section, &entry.key.name, entry.value.as_deref().unwrap()]
                .map(|text| String::from_utf8(text.to_vec()).unwrap());
            ours.entry(section).or_default().insert(name, value);
        }
        let theirs: BTreeMap<_, _> = theirs.into_iter().filter(|(_, keys)| !keys.is_empty()).collect();
        assert_eq!(ours, theirs, "{text:?}");
    }
}

#[test]
fn augeas_finds_the_same_keys_in_properties_files() {
    let pieces = [
        "a=1\n",
        "b : 2\n",
        "c 3 4\n",
        "# d=1\n",
        "! e=1\n",
        "f = x\\\n  y\n",
        "g=\n",
        "h\n",
        "a=2\n",
        "  i = j k\n",
        "l=a=b:c\n",
        "\n",
        "m\t=\t\"n\"\n",
        "o.p-q_r=/opt/SUNWuwc\n",
    ];
    let mut random = Random::new(21);
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..60 {
        let text = file(&mut random, &pieces);
        std::fs::write(folder.path().join("t.properties"), &text).unwrap();
        let commands = b"load\nprint /augeas/files/t.properties/error\nprint /files/t.properties\n";
        let transform = ["--noautoload", "--transform", "Properties.lns incl /t.properties"];
        let shown = output(Command::new("augtool").arg("-r").arg(folder.path()).args(transform), commands);
        let lines = shown.lines().filter_map(|line| line.strip_prefix("/files/t.properties/"));
        let theirs: Vec<(String, String)> =
            lines.filter(|line| !line.contains("#comment") && !line.contains("!comment")).map(pair).collect();
        assert!(!shown.contains("/error"), "{text:?}: {shown}");
        let document = Properties::parse(text.clone().into_bytes()).unwrap();
        let shown = |entry: &documents::Entry| {
            let several = document.to_bytes()[entry.span.clone()].contains(&b'\n');
            let value = entry.value.as_deref().unwrap();
            let value = if several { b" < multi > ".as_slice() } else { value };
            [&entry.key.name, value].map(|text| String::from_utf8(text.to_vec()).unwrap()).into()
        };
        let ours: Vec<(String, String)> = document.entries().iter().map(shown).collect();
        assert_eq!(ours, theirs, "{text:?}");
    }
}

/// Returns key and value of a line such as `a[2] = "1"`.
fn pair(line: &str) -> (String, String) {
    let (key, value) = line.split_once(" = ").unwrap_or((line, "\"\""));
    let key = key.split('[').next().unwrap();
    // A value that holds quotes is shown between apostrophes, or with a backslash ahead of each.
    let mark = if value.starts_with('\'') { '\'' } else { '"' };
    let value = value.strip_prefix(mark).unwrap().strip_suffix(mark).unwrap().replace("\\\"", "\"");
    (key.to_owned(), value)
}
