//! XML against libxml2: what is well-formed, and that an edit changes the canonical form of nothing but the edited value.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    missing_docs
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use documents::xml::ElementNo;
use documents::{Xml, apply};
use proptest::prelude::*;
use proptest::strategy::ValueTree;

fn xmllint(options: &[&str], files: &[std::path::PathBuf]) -> Output {
    Command::new("xmllint").args(["--nonet"]).args(options).args(files).output().expect("xmllint, of libxml2-utils")
}

/// Writes files, and returns those that xmllint does not take for well-formed.
fn rejected(texts: &[String]) -> BTreeSet<usize> {
    let place = tempfile::tempdir().unwrap();
    let files: Vec<_> = (0..texts.len()).map(|number| place.path().join(format!("f{number}.xml"))).collect();
    files.iter().zip(texts).for_each(|(file, text)| fs::write(file, text).unwrap());
    let errors = String::from_utf8_lossy(&xmllint(&["--noout"], &files).stderr).into_owned();
    let is_error = |line: &&str| line.contains("parser error") || line.contains("Document is empty");
    let number = |line: &str| line.split_once("/f")?.1.split_once(".xml:")?.0.parse().ok();
    errors.lines().filter(is_error).filter_map(number).collect()
}

fn text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "<a>",
        "</a>",
        "<b c='d'>",
        "</b>",
        "<b/>",
        "<b c=\"x\" d='&lt;'/>",
        "x",
        " ",
        "\n",
        "&amp;",
        "&#65;",
        "&#x1;",
        "&",
        "<",
        ">",
        "]]>",
        "<![CDATA[",
        "<!--",
        "-->",
        "--",
        "-",
        "<?p q?>",
        "<?xml version='1.0'?>",
        "<?xml?>",
        "'",
        "\"",
        "=",
        "é",
        "×",
        "<!DOCTYPE a>",
        "<!DOCTYPE a SYSTEM 'x'>",
        "<!DOCTYPE a PUBLIC \"x\">",
        "<a b='1' b='2'/>",
        "<1/>",
        "</ a>",
        "</a >",
        "< a>",
        "<a\n/>",
    ]);
    (prop::collection::vec(piece, 0..10), any::<bool>())
        .prop_map(|(pieces, inside)| if inside { format!("<a>{}</a>", pieces.concat()) } else { pieces.concat() })
}

#[test]
fn what_is_read_and_what_is_refused_is_what_xmllint_reads_and_refuses() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let texts: Vec<String> = (0..3_000).map(|_| text().new_tree(&mut runner).unwrap().current()).collect();
    let rejected = rejected(&texts);
    let mut read = 0;
    for (number, text) in texts.iter().enumerate() {
        match Xml::parse(text.clone().into()) {
            Ok(_) => assert!(!rejected.contains(&number), "read here, refused by xmllint: {text:?}"),
            Err(error) => assert!(rejected.contains(&number), "refused here, read by xmllint: {text:?}: {error}"),
        }
        read += usize::from(!rejected.contains(&number));
    }
    assert!(read > 300, "{read} of the files are well-formed");
}

/// Returns the canonical form.
fn canonical(file: &Path, bytes: &[u8]) -> String {
    fs::write(file, bytes).unwrap();
    let output = xmllint(&["--c14n"], &[file.to_path_buf()]);
    assert!(output.status.success(), "{}: {}", String::from_utf8_lossy(&output.stderr), bytes.escape_ascii());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn an_edit_changes_what_xmllint_makes_of_nothing_but_its_value() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("f.xml");
    let data = |name: &str| fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)).unwrap();
    let (mark, value, in_text, in_attribute) = (
        "MARK",
        "<a> & 'b' \"c\"\t]]>\r\né",
        "&lt;a&gt; &amp; 'b' \"c\"\t]]&gt;&#xD;\né",
        "&lt;a> &amp; 'b' &quot;c&quot;&#x9;]]>&#xD;&#xA;é",
    );
    for name in [
        "merge/communications-express/site/var/opt/SUNWuwc/WEB-INF/domain/defaultps/defaultps.xml",
        "jnlp/de_DE.jnlp",
        "jnlp/im.jnlp.template",
        "whole-file/xlate-pabperson.site.xml",
    ] {
        let original = data(name);
        let xml = Xml::parse(original.clone()).unwrap();
        let spliced = |edit: Result<documents::SpanEdit, documents::xml::SetError>| {
            Some(apply(&original, &[edit.ok()?]).unwrap())
        };
        let mut edited = 0;
        let elements: Vec<ElementNo> = xml.elements().collect();
        for element in elements {
            let text = |value| spliced(xml.set_text(element, value));
            if let (Some(before), Some(after)) = (text(mark), text(value)) {
                let expected = canonical(&file, &before).replace(mark, in_text);
                assert_eq!(canonical(&file, &after), expected, "{name}");
                edited += 1;
            }
            let attribute = |value| spliced(xml.set_attribute(element, "new", value)).unwrap();
            let expected = canonical(&file, &attribute(mark)).replace(mark, in_attribute);
            assert_eq!(canonical(&file, &attribute(value)), expected, "{name}");
        }
        assert!(edited > 2, "{name}");
    }
}
