//! Descriptions of schema elements: RFC 4512 and what vendors write beside it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use ldif::schema::{AttributeDifference, AttributeType, ClassDifference, ClassKind, ObjectClass, is_numeric_oid};
use proptest::prelude::*;

fn attribute(text: &str) -> AttributeType {
    AttributeType::parse(text).unwrap()
}

fn class(text: &str) -> ObjectClass {
    ObjectClass::parse(text).unwrap()
}

#[test]
fn the_form_of_the_rfc_prints_as_it_was() {
    for text in [
        "( 2.5.4.3 NAME ( 'cn' 'commonName' ) DESC 'the \\27name\\27 \\5C' SUP name EQUALITY caseIgnoreMatch ORDERING x SUBSTR y \
         SYNTAX 1.3.6.1.4.1.1466.115.121.1.15{64} SINGLE-VALUE COLLECTIVE NO-USER-MODIFICATION USAGE directoryOperation X-ORIGIN \
         ( 'RFC 4519' 'user defined' ) X-SCHEMA-FILE '00core.ldif' )",
        "( 1.2.3 )",
        "( 1.2.3 NAME 'a' OBSOLETE SYNTAX 1.2 )",
    ] {
        assert_eq!(attribute(text).to_string(), text);
    }
    for text in [
        "( 2.5.6.6 NAME 'person' DESC 'x' SUP top STRUCTURAL MUST ( sn $ cn ) MAY ( userPassword $ telephoneNumber ) X-ORIGIN 'RFC 4519' )",
        "( 1.2.3 NAME ( 'a' 'b' ) OBSOLETE SUP ( a $ b ) AUXILIARY MUST a MAY b )",
        "( 1.2.3 NAME 'a' ABSTRACT )",
    ] {
        assert_eq!(class(text).to_string(), text);
    }
    assert_eq!(attribute("( 2.5.4.3 DESC 'a \\27b\\27 \\5c27' )").desc.unwrap(), r"a 'b' \27");
}

#[test]
fn what_vendors_write_beside_the_rfc_is_understood() {
    for (text, printed) in [
        (
            "( foo-oid NAME 'foo' SYNTAX '1.3.6.1.4.1.1466.115.121.1.15' )",
            "( foo-oid NAME 'foo' SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )",
        ),
        ("(1.2.3 NAME( 'a''b' )DESC '' SYNTAX 1.2{9})", "( 1.2.3 NAME ( 'a' 'b' ) DESC '' SYNTAX 1.2{9} )"),
        ("( 1.2.3 NAME ('a') SYNTAX 1.2 )", "( 1.2.3 NAME 'a' SYNTAX 1.2 )"),
        ("(\t1.2.3\n  name\t'a'  syntax  1.2  single-value )", "( 1.2.3 NAME 'a' SYNTAX 1.2 SINGLE-VALUE )"),
        (
            "( 1.2.3 NAME 'a' X-ORIGIN 'x' SINGLE-VALUE SYNTAX 1.2 DESC 'the user's own' )",
            "( 1.2.3 NAME 'a' DESC 'the user\\27s own' SYNTAX 1.2 SINGLE-VALUE X-ORIGIN 'x' )",
        ),
        ("( 1.2.3 NAME a SUP 'name' )", "( 1.2.3 NAME 'a' SUP name )"),
    ] {
        assert_eq!(attribute(text).to_string(), printed);
    }
    assert_eq!(
        attribute("( 1.2 NAME 'a' X-ORIGIN 'x' X-ORIGIN 'user defined' )").extension("X-Origin"),
        ["x", "user defined"]
    );
    for (text, printed) in [
        ("( oid-foo NAME 'foo' MUST ( ) MAY ( a$b$ c ) )", "( oid-foo NAME 'foo' STRUCTURAL MAY ( a $ b $ c ) )"),
        (
            "( 1.2 NAME 'a' MAY ( x $nsMaxMailListsPerUser$ y ) AUXILIARY SUP top )",
            "( 1.2 NAME 'a' SUP top AUXILIARY MAY ( x $ nsMaxMailListsPerUser $ y ) )",
        ),
        ("( 1.2 NAME 'a' X-ORIGIN ( ) )", "( 1.2 NAME 'a' STRUCTURAL )"),
    ] {
        assert_eq!(class(text).to_string(), printed);
    }
}

#[test]
fn what_is_no_description_is_refused_with_its_place() {
    for (text, message) in [
        ("", "at character 1: there is no description"),
        ("x", "at character 1: a description begins with `(`"),
        ("( NAME 'a' )", "at character 3: the object identifier is missing"),
        ("( 1.2:3 )", "at character 3: `1.2:3` is not an object identifier"),
        ("( 1.2 NAME 'a'", "at character 15: the closing `)` is missing"),
        ("( 1.2 NAME 'a )", "at character 12: a quote is not closed"),
        ("( 1.2 NAME 'a' ) x", "at character 18: something follows the closing `)`"),
        ("( 1.2 NAME 'a' NAME 'b' )", "at character 16: `NAME` is there twice"),
        ("( 1.2 COLOUR 'a' )", "at character 7: `COLOUR` is not a keyword"),
        ("( 1.2 SYNTAX 1.2{x} )", "at character 7: the length of the syntax is wrong"),
        ("( 1.2 SUP ( a $ b ) )", "at character 11: only one value is possible here"),
        ("( 1.2 SUP 'a b' )", "at character 11: `a b` is not an object identifier"),
        ("( 1.2 SYNTAX )", "at character 14: a value is missing"),
        ("( 1.2 NAME ( ( 'a' ) ) )", "at character 14: a list within a list"),
        ("( 1.2 'NAME' )", "at character 7: a keyword is missing"),
    ] {
        assert_eq!(AttributeType::parse(text).unwrap_err().to_string(), message, "{text}");
    }
    let many: String = (0..65).map(|number| format!("X-{number} 'x' ")).collect();
    let error = AttributeType::parse(&format!("( 1.2 {many})")).unwrap_err();
    assert_eq!(error.reason, "there are too many extensions");
    assert_eq!(
        ObjectClass::parse("( 1.2 AUXILIARY STRUCTURAL )").unwrap_err().to_string(),
        "at character 17: a class is of one kind"
    );
}

#[test]
fn what_does_not_change_the_meaning_is_no_difference() {
    let one = attribute("( 1.2 NAME ( 'a' 'B' ) DESC 'x' SYNTAX 1.3{9} X-ORIGIN 'x' )");
    assert_eq!(
        one.differences(&attribute("( 1.2 NAME ( 'b' 'A' ) EQUALITY q SYNTAX 1.3 USAGE userApplications )")),
        []
    );
    let one = class("( 1.2 NAME 'a' SUP top AUXILIARY MUST ( objectClass $ x ) MAY ( b $ C ) X-ORIGIN 'x' )");
    assert_eq!(one.differences(&class("( 1.2 NAME 'A' DESC 'y' AUXILIARY MUST X MAY ( c $ x $ B ) )")), []);
}

#[test]
fn what_changes_the_meaning_is_a_difference() {
    let one = attribute("( 1.2 NAME 'a' SYNTAX 1.3 EQUALITY e )");
    let differences = |text: &str| one.differences(&attribute(text));
    assert_eq!(differences("( 1.4 NAME 'a' SYNTAX 1.3 )"), [AttributeDifference::Oid("1.2".into(), "1.4".into())]);
    assert_eq!(
        differences("( 1.2 NAME 'a' SYNTAX 1.3 SINGLE-VALUE )"),
        [AttributeDifference::SingleValue(false, true)]
    );
    assert_eq!(
        differences("( 1.2 NAME 'a' SYNTAX 1.3 EQUALITY f )"),
        [AttributeDifference::Equality("e".into(), "f".into())]
    );
    assert_eq!(differences("( 1.2 NAME 'a' SYNTAX 1.3 COLLECTIVE )"), [AttributeDifference::Operational]);
    assert!(matches!(
        differences("( 1.2 NAME 'b' SYNTAX 1.4 SUP x )").as_slice(),
        [
            AttributeDifference::Names(..),
            AttributeDifference::Syntax(Some(_), Some(_)),
            AttributeDifference::Sup(None, Some(_)),
        ]
    ));
    let one = class("( 1.2 NAME 'a' SUP top AUXILIARY MUST x MAY y )");
    let differences = |text: &str| one.differences(&class(text));
    assert_eq!(
        differences("( 1.2 NAME 'a' STRUCTURAL MUST x MAY y )"),
        [ClassDifference::Kind(ClassKind::Auxiliary, ClassKind::Structural)]
    );
    assert!(matches!(
        differences("( 1.2 NAME 'a' SUP p AUXILIARY MUST y MAY x )").as_slice(),
        [ClassDifference::Sup(..), ClassDifference::Must(..), ClassDifference::May(..),]
    ));
}

#[test]
fn only_dotted_numbers_are_numeric() {
    assert!(is_numeric_oid("2.16.840.1"));
    for oid in ["foo-oid", "oid-foo", "2", "2.", "2..3", ""] {
        assert!(!is_numeric_oid(oid), "{oid}");
    }
}

proptest! {
    #[test]
    fn any_description_survives_printing_and_reading(
        names in prop::collection::vec("[a-z][a-zA-Z0-9-]{0,8}", 0..4), desc in prop::option::of("\\PC{0,20}"),
        must in prop::collection::vec("[a-z]{1,5}", 0..4), origin in prop::collection::vec("[ -~]{0,9}", 0..3), single in any::<bool>(),
    ) {
        let mut one = attribute("( 1.2.3 SYNTAX 1.4{5} )");
        let mut other = class("( 1.2.3 AUXILIARY )");
        (one.names, other.names) = (names.clone(), names);
        (one.desc, other.desc) = (desc.clone(), desc);
        one.single_value = single;
        (other.must, other.may) = (must.clone(), must);
        if !origin.is_empty() {
            one.extensions = vec![ldif::schema::Extension { name: "X-ORIGIN".to_owned(), values: origin }];
            other.extensions = one.extensions.clone();
        }
        prop_assert_eq!(&attribute(&one.to_string()), &one);
        prop_assert_eq!(&class(&other.to_string()), &other);
    }
}
