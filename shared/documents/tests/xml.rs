//! XML files: what is read and refused, and edits that change one value and nothing else.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use documents::xml::{Identity, SetError, Step};
use documents::{Xml, apply};
use proptest::prelude::*;

fn parse(text: &str) -> Xml {
    Xml::parse(text.as_bytes().to_vec()).unwrap()
}

#[track_caller]
fn assert_refused(file: &[u8], error: &str) {
    assert_eq!(
        Xml::parse(file.to_vec()).unwrap_err().to_string(),
        error,
        "{}",
        file[..file.len().min(200)].escape_ascii()
    );
}

const WEB_XML: &str = "<?xml version=\"1.0\"?>\n<!DOCTYPE web-app PUBLIC \"-//Sun Microsystems, Inc.//DTD Web Application 2.3//EN\" \
                       \"http://java.sun.com/dtd/web-app_2_3.dtd\">\n<web-app>\n  <context-param><param-name>a</param-name><param-value>1</param-value></context-param>\n  \
                       <context-param>\n    <param-name>b</param-name>\n    <param-value><!-- c --><![CDATA[2 & ]]>3 &gt; 1&#x41;</param-value>\n  </context-param>\n</web-app>\n";

#[test]
fn a_parameter_of_web_xml_is_found_by_its_name_and_replaced() {
    let xml = parse(WEB_XML);
    let path = |name| {
        [
            Step::any("web-app"),
            Step { name: "context-param", identity: Identity::Child("param-name", name) },
            Step::any("param-value"),
        ]
    };
    let [value] = xml.find(&path("b"))[..] else { panic!("not found once") };
    assert_eq!(xml.text(value), "2 & 3 > 1A");
    let after = apply(WEB_XML.as_bytes(), &[xml.set_text(value, "<x> & \"y\"\r").unwrap()]).unwrap();
    let expected = WEB_XML.replace("<!-- c --><![CDATA[2 & ]]>3 &gt; 1&#x41;", "&lt;x&gt; &amp; \"y\"&#13;");
    assert_eq!(String::from_utf8(after).unwrap(), expected);
    assert!(xml.find(&path("c")).is_empty());
    assert!(matches!(xml.set_text(xml.root(), "1"), Err(SetError::HoldsElements { .. })));
    assert!(matches!(xml.set_text(value, "\u{1}"), Err(SetError::NoSuchCharacter { .. })));
}

#[test]
fn an_element_is_found_by_an_attribute_and_its_attributes_are_replaced() {
    let text = "<a><b id='1' x = 'q\"&apos;'/><b id=\"2\"\n/></a>";
    let xml = parse(text);
    let b = |id| xml.find(&[Step::any("a"), Step { name: "b", identity: Identity::Attribute("id", id) }])[0];
    assert_eq!(xml.attribute(b("1"), "x").unwrap(), "q\"'");
    let edits = [xml.set_attribute(b("1"), "x", "'\"\n<&").unwrap(), xml.set_attribute(b("2"), "y", "'\"").unwrap()];
    let after = apply(text.as_bytes(), &edits).unwrap();
    let expected = "<a><b id='1' x = '&apos;\"&#10;&lt;&amp;'/><b id=\"2\" y=\"'&quot;\"\n/></a>";
    assert_eq!(String::from_utf8(after).unwrap(), expected);
    assert!(matches!(xml.set_attribute(b("1"), "a b", ""), Err(SetError::NoName { .. })));
}

#[test]
fn a_file_in_an_encoding_of_single_bytes_keeps_it() {
    let text = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a b='\xe9'>B\xfcro</a>";
    let xml = Xml::parse(text.to_vec()).unwrap();
    assert_eq!((xml.text(xml.root()), xml.attribute(xml.root(), "b")), ("Büro".into(), Some("é".into())));
    let after = apply(text, &[xml.set_text(xml.root(), "ä€").unwrap()]).unwrap();
    assert!(after.ends_with(b">\xe4&#8364;</a>"));
    let xml = Xml::parse(b"\xef\xbb\xbf<?xml version='1.0' encoding='utf-8'?>\n<a>\xc3\xa9</a>".to_vec()).unwrap();
    assert_eq!(xml.text(xml.root()), "é");
}

#[test]
fn what_is_not_well_formed_is_refused_with_its_place() {
    for (file, error) in [
        (&b""[..], "line 1, column 1: no element: this is not XML"),
        (b"<a>\n <b></a>", "line 2, column 5: an end tag of another element than the one that is open"),
        (b"<a>\n <b>", "line 2, column 2: this element does not end"),
        (b"<a/>\n<b/>", "line 2, column 1: a second root element"),
        (b"<a/>\nx", "line 2, column 1: text outside the root element"),
        (b"</a>", "line 1, column 1: an end tag without its start"),
        (b"<a b=1/>", "line 1, column 4: an attribute without a quoted value"),
        (b"<a b='1' b='2'/>", "line 1, column 10: an attribute that is there twice"),
        (b"<a b='1'c='2'/>", "line 1, column 9: a malformed attribute"),
        (b"<a b='<'/>", "line 1, column 7: `<` within an attribute's value"),
        (b"<a>&b;</a>", "line 1, column 4: an entity that XML does not have: no others are expanded"),
        (b"<a b='&c;'/>", "line 1, column 7: an entity that XML does not have: no others are expanded"),
        (b"<a>&#0;</a>", "line 1, column 4: a reference to a character that XML does not have"),
        (b"<a>x & y</a>", "line 1, column 6: `&` that begins no reference"),
        (b"<a>]]></a>", "line 1, column 4: `]]>` within text"),
        (b"<a><!-- a -- b --></a>", "line 1, column 4: `--` within a comment"),
        (b"<a><!-- a ---></a>", "line 1, column 4: `--` within a comment"),
        (b"<a><!-- </a>", "line 1, column 4: a comment that does not end"),
        (b"\n<?xml version='1.0'?><a/>", "line 2, column 1: an XML declaration that is not at the beginning"),
        (b"<?xml encoding='utf-8'?><a/>", "line 1, column 1: a malformed XML declaration"),
        (b"<a>\n\0</a>", "line 2, column 1: a NUL: this is not XML"),
        (b"<a>\x01</a>", "line 1, column 4: a control character, which XML does not have"),
        (b"<a>\xff</a>", "line 1, column 4: bytes that are not UTF-8"),
        (
            b"\xff\xfe<\0a\0",
            "line 1, column 1: UTF-16: only XML in UTF-8 or in an encoding of single bytes can be changed",
        ),
        (
            b"<?xml version='1.0' encoding='shift_jis'?><a/>",
            "line 1, column 31: an encoding in which XML cannot be changed: only UTF-8 and encodings of single bytes",
        ),
        (b"<!DOCTYPE a><!DOCTYPE a><a/>", "line 1, column 13: a DOCTYPE that is not ahead of the root element"),
    ] {
        assert_refused(file, error);
    }
}

#[test]
fn entities_are_neither_declared_nor_expanded_nor_fetched() {
    let laughs = (1..10).fold("<!ENTITY l0 \"lol\">".to_owned(), |text, at| {
        text + &format!("<!ENTITY l{at} \"{}\">", format!("&l{};", at - 1).repeat(10))
    });
    let error = "line 1, column 13: a DOCTYPE with declarations of its own: entities are not expanded";
    assert_refused(format!("<!DOCTYPE a [{laughs}]><a>&l9;</a>").as_bytes(), error);
    assert_refused(b"<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>", error);
    assert_refused(
        b"<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a>&x;</a>",
        "line 1, column 44: an entity that XML does not have: no others are expanded",
    );
}

#[test]
fn what_is_nested_too_deep_or_too_large_is_refused_at_once() {
    assert_refused(
        format!("{}{}", "<a>\n".repeat(10_000), "</a>".repeat(10_000)).as_bytes(),
        "line 201, column 1: elements are nested more than 200 deep",
    );
    assert!(Xml::parse(format!("{}{}", "<a>".repeat(200), "</a>".repeat(200)).into()).is_ok());
    assert_refused(&vec![b' '; (64 << 20) + 1], "line 1, column 1: the file is larger than 64 MiB");
    let many = format!("<a>{}</a>", "<b/>".repeat(1_000_000));
    assert_refused(many.as_bytes(), "line 1, column 4000000: more than 1,000,000 elements and attributes");
}

#[test]
fn long_files_of_hostile_shapes_are_read_or_refused() {
    type Shape = fn(usize) -> String;
    let shapes: [(Shape, bool); 6] = [
        (|n| format!("<a>{}</a>", "<b c='d'>e</b>\n".repeat(n)), true),
        (|n| format!("<a {}/>", (0..n).map(|i| format!("x{i}='1' ")).collect::<String>()), true),
        (|n| format!("<a>{}</a>", "&amp;".repeat(n)), true),
        (|n| format!("<a>{}", "<![CDATA[".repeat(n)), false),
        (|n| format!("<a b='{}'/>", "&".repeat(n)), false),
        (|n| "<!--".repeat(n), false),
    ];
    for (number, (shape, is_xml)) in shapes.iter().enumerate() {
        assert_eq!(Xml::parse(shape(160_000).into_bytes()).is_ok(), *is_xml, "shape {number}");
    }
}

/// Pieces that meet the rules of XML often.
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
        "&",
        "<",
        ">",
        "]]>",
        "<![CDATA[",
        "<!--",
        "-->",
        "--",
        "<?p q?>",
        "<?xml version='1.0'?>",
        "'",
        "\"",
        "=",
        "é",
        "<!DOCTYPE a>",
    ]);
    prop::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4_000) })]

    #[test]
    fn whatever_parses_prints_back_and_every_text_can_be_set(text in text(), inside: bool, value in "[a<>&\"'\\]é\r\n\t]{0,6}") {
        let text = if inside { format!("<a>{text}</a>") } else { text };
        let Ok(xml) = Xml::parse(text.clone().into_bytes()) else { return Ok(()) };
        prop_assert_eq!(xml.to_bytes(), text.as_bytes());
        for element in xml.elements() {
            let edit = xml.set_attribute(element, "c", &value).unwrap();
            let after = Xml::parse(apply(text.as_bytes(), &[edit]).unwrap()).unwrap();
            prop_assert_eq!(after.attribute(element, "c").unwrap(), value.clone());
            let Ok(edit) = xml.set_text(element, &value) else { continue };
            let after = Xml::parse(apply(text.as_bytes(), &[edit]).unwrap()).unwrap();
            prop_assert_eq!(after.text(element), value.clone());
            prop_assert_eq!(after.elements().count(), xml.elements().count());
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let _ = Xml::parse(bytes);
    }
}
