//! Schema files of the site (`-S`).

use commdssetup::choices::{Choices, SiteFile};
use commdssetup::plan::{PlanError, plan};

use crate::support::{TEXT, attribute_sent, choices, class_sent, facts, planned};

fn with(files: &[(&str, &str)]) -> Choices {
    let mut choices = choices();
    let file = |(path, content): &(&str, &str)| SiteFile { path: (*path).to_owned(), content: (*content).into() };
    choices.site_schema = files.iter().map(file).collect();
    choices
}

fn error(content: &str) -> String {
    match plan(&facts(), &with(&[("schema/60x.ldif", content)])) {
        Err(PlanError::SchemaFile(error)) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_sites_identifier_is_used_where_none_was_published() {
    let file = format!(
        "dn: cn=schema\nattributetypes: ( 1.3.6.1.4.1.42.2.27.9.1.777777 NAME 'mailRejectText'\n  SYNTAX {TEXT} X-ORIGIN 'site' )\n"
    );
    let plan = planned(&facts(), &with(&[("60x.ldif", &file)]));
    assert_eq!(attribute_sent(&plan, "mailRejectText").unwrap().oid, "1.3.6.1.4.1.42.2.27.9.1.777777");
    assert!(class_sent(&plan, "inetMailGroup").unwrap().may.iter().any(|name| name == "mailRejectText"));
    assert!(!plan.left_out.iter().any(|left| left.name == "mailRejectText"));
}

#[test]
fn the_sites_definition_prevails_where_the_identifier_is_the_same() {
    let file = "dn: cn=schema\nobjectClasses: ( 2.16.840.1.113730.3.2.146 NAME 'inetMailUser' SUP top AUXILIARY MAY ( cn $ sn ) )\n";
    let plan = planned(&facts(), &with(&[("60x.ldif", file)]));
    assert_eq!(class_sent(&plan, "inetMailUser").unwrap().may, ["cn", "sn"]);
}

#[test]
fn the_sites_old_identifier_of_a_calendar_class_is_not_used() {
    let file = "dn: cn=schema\nobjectClasses: ( 2.16.840.1.113730.3.2.141 NAME 'icsCalendarUser' SUP top STRUCTURAL MAY cn )\n";
    let plan = planned(&facts(), &with(&[("60x.ldif", file)]));
    assert_eq!(class_sent(&plan, "icsCalendarUser").unwrap().oid, "1.3.6.1.4.1.42.2.27.9.2.140");
    assert!(
        plan.notices
            .iter()
            .any(|notice| notice.starts_with("60x.ldif, line 2: icsCalendarUser has an identifier of old releases"))
    );
}

#[test]
fn what_only_the_site_has_is_sent_in_an_order_that_works() {
    let file = format!(
        "dn: cn=schema\nobjectClasses: ( 1.9.3 NAME 'siteBelow' SUP siteAbove AUXILIARY MAY siteB )\nobjectClasses: ( 1.9.4 NAME 'siteAbove' SUP top AUXILIARY )\n\
         attributeTypes: ( 1.9.1 NAME 'siteB' SUP siteA )\nattributeTypes: ( 1.9.2 NAME 'siteA' SYNTAX {TEXT} )\n"
    );
    let plan = planned(&facts(), &with(&[("60x.ldif", &file)]));
    let position = |attribute: &str, name: &str| {
        let sent = crate::support::added(&plan, attribute);
        sent.iter().position(|text| text.contains(&format!("'{name}'"))).unwrap()
    };
    assert!(position("attributeTypes", "siteA") < position("attributeTypes", "siteB"));
    assert!(position("objectClasses", "siteAbove") < position("objectClasses", "siteBelow"));
}

#[test]
fn superiors_that_go_round_in_a_circle_are_left_out() {
    let file = "dn: cn=schema\nobjectClasses: ( 1.9.3 NAME 'siteA' SUP siteB AUXILIARY )\nobjectClasses: ( 1.9.4 NAME 'siteB' SUP siteA AUXILIARY )\n";
    let plan = planned(&facts(), &with(&[("60x.ldif", file)]));
    for name in ["siteA", "siteB"] {
        let left = plan.left_out.iter().find(|left| left.name == name).unwrap();
        assert_eq!(left.reason, "its superior classes go round in a circle");
    }
}

#[test]
fn two_definitions_of_the_site_for_one_name_are_told() {
    let line = |syntax: &str| format!("dn: cn=schema\nattributeTypes: ( 1.9.1 NAME 'siteA' SYNTAX {syntax} )\n");
    let plan = planned(&facts(), &with(&[("a.ldif", &line(TEXT)), ("b.ldif", &line("1.2.3"))]));
    assert!(attribute_sent(&plan, "siteA").unwrap().to_string().contains(TEXT));
    assert_eq!(plan.notices, ["b.ldif, line 2: siteA is defined twice by the site; the first one counts."]);
}

#[test]
fn a_malformed_file_is_named_with_its_line() {
    for (content, message) in [
        (
            "dn: cn=schema\nattributeTypes: ( 1.2 NAME 'x'\n",
            "schema/60x.ldif, line 2: at character 15: the closing `)` is missing",
        ),
        (
            "dn: cn=schema\n\n# folded\nobjectClasses: ( 1.2\n  NAME 'x' MUST ( a )\n  COLOUR 'x' )\n",
            "schema/60x.ldif, line 4: at character 27: `COLOUR` is not a keyword",
        ),
        ("dn: cn=schema\nnothing\n", "schema/60x.ldif, line 2: there is no `:`"),
        ("attributeTypes:: /w==\n", "schema/60x.ldif, line 1: the definition is not UTF-8"),
        (
            "attributeTypes:< file:///etc/passwd\n",
            "schema/60x.ldif, line 1: the value is in another file, which is not read",
        ),
    ] {
        assert_eq!(error(content), message);
    }
}

#[test]
fn a_malformed_file_is_an_error_even_where_the_schema_is_not_updated() {
    let mut choices = with(&[("60x.ldif", "nothing\n")]);
    choices.schema = commdssetup::choices::Answer::No;
    assert!(plan(&facts(), &choices).is_err());
}

#[test]
fn a_syntax_that_is_inherited_on_both_sides_is_no_difference() {
    let mut facts = facts();
    let line = |oid: &str| format!("( {oid} NAME 'siteName' SUP cn )");
    crate::support::shipped(&mut facts, &[&line("1.9.1")], &[]);
    let file = format!("dn: cn=schema\nattributeTypes: {}\n", line("1.9.1"));
    let plan = planned(&facts, &with(&[("60x.ldif", &file)]));
    assert_eq!(plan.conflicts, []);
    assert!(plan.skipped.iter().any(|skipped| skipped.name == "siteName" && skipped.difference.is_none()));
}
