//! Schema files of the site (`-S`).

use commdssetup::choices::{Choices, SiteFile};
use commdssetup::plan::{PlanError, plan};
use commdssetup::schema_files::remarks;

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

#[test]
fn open_ldap_exports_are_read_with_their_places_and_names_for_identifiers() {
    // As `slapcat -n 0` writes it: the schema of its configuration is not for other servers.
    let base = format!(
        "dn: cn=schema,cn=config\nobjectClass: olcSchemaConfig\ncn: schema\nolcObjectIdentifier: OLcfg 1.3.6.1.4.1.4203.1.12.2\n\
         olcObjectIdentifier: {{1}}OLcfgGlAt OLcfg:3.0\nolcAttributeTypes: ( OLcfgGlAt:78 NAME 'olcConfigFile' SYNTAX {TEXT} )\n\
         olcAttributeTypes: ( 1.3.6.1.1.20 NAME 'entryDNofSite' SYNTAX {TEXT} USAGE directoryOperation )\n\n\
         dn: cn={{4}}site,cn=schema,cn=config\nobjectClass: olcSchemaConfig\ncn: {{4}}site\nolcObjectIdentifier: {{0}}site 1.9\n\
         olcObjectIdentifier: {{1}}siteText {TEXT}\n\
         olcAttributeTypes: {{0}}( site:1 NAME 'siteOne' DESC 'the site:1 (SYNTAX siteText) of it' SYNTAX siteText{{64}} )\n\
         olcAttributeTypes: {{1}}(site:2 NAME ( 'siteTwo' 'siteZwei' ) SUP siteOne\n  EQUALITY caseIgnoreMatch )\n"
    );
    let classes = "dn: cn={5}more,cn=schema,cn=config\nolcObjectClasses: {0}( site:3 NAME 'siteThing' SUP top AUXILIARY MAY ( siteOne $ siteTwo ) )\n";
    let choices = with(&[("cn=config.ldif", &base), ("more.ldif", classes)]);
    let plan = planned(&facts(), &choices);
    let one = attribute_sent(&plan, "siteOne").unwrap();
    assert_eq!((one.oid.as_str(), one.desc.as_deref()), ("1.9.1", Some("the site:1 (SYNTAX siteText) of it")));
    assert_eq!(one.syntax.unwrap().to_string(), format!("{TEXT}{{64}}"));
    assert_eq!(attribute_sent(&plan, "siteZwei").unwrap().oid, "1.9.2");
    let class = class_sent(&plan, "siteThing").unwrap();
    assert_eq!(
        (class.oid.as_str(), class.may.as_slice()),
        ("1.9.3", &["siteOne".to_owned(), "siteTwo".to_owned()][..])
    );
    assert!(attribute_sent(&plan, "olcConfigFile").is_none() && attribute_sent(&plan, "entryDNofSite").is_none());
    let remarks = remarks(&choices.site_schema).unwrap();
    assert_eq!(
        remarks,
        [
            "cn=config.ldif: no definition was found in it in the form of cn=schema (attributeTypes, objectClasses); it has 2 definitions in the form of OpenLDAP, which was read",
            "more.ldif: no definition was found in it in the form of cn=schema (attributeTypes, objectClasses); it has 1 definition in the form of OpenLDAP, which was read",
        ]
    );
}

#[test]
fn apache_ds_exports_are_read_entry_by_entry() {
    let file = format!(
        "dn: m-oid=1.9.1,ou=attributeTypes,cn=site,ou=schema\nobjectClass: metaAttributeType\nobjectClass: metaTop\nobjectClass: top\n\
         m-oid: 1.9.1\nm-name: siteOne\nm-name: siteUn\nm-description: one\nm-syntax: {TEXT}\nm-length: 0\nm-equality: caseIgnoreMatch\n\
         m-singleValue: TRUE\nm-collective: FALSE\nm-usage: USER_APPLICATIONS\n\n\
         dn: m-oid=1.9.2,ou=attributeTypes,cn=site,ou=schema\nm-oid: 1.9.2\nm-supAttributeType: siteOne\nm-name: siteTwo\nobjectclass: metaAttributeType\n\n\
         dn: m-oid=1.9.3,ou=objectClasses,cn=site,ou=schema\nobjectClass: metaObjectClass\nm-oid: 1.9.3\nm-name:: c2l0ZVRoaW5n\nm-typeObjectClass: AUXILIARY\n\
         m-supObjectClass: top\nm-must: cn\nm-may: siteOne\nm-may: siteTwo\n\n\
         dn: m-oid=1.9.4,ou=attributeTypes,cn=site,ou=schema\nobjectClass: metaAttributeType\nm-oid: 1.9.4\nm-name: siteOff\nm-syntax: {TEXT}\nm-disabled: TRUE\n\n\
         dn: m-oid=1.9.5,ou=syntaxes,cn=site,ou=schema\nobjectClass: metaSyntax\nm-oid: 1.9.5\n"
    );
    let choices = with(&[("60x.ldif", &file)]);
    let plan = planned(&facts(), &choices);
    let one = attribute_sent(&plan, "siteUn").unwrap();
    assert_eq!((one.oid.as_str(), one.names.as_slice()), ("1.9.1", &["siteOne".to_owned(), "siteUn".to_owned()][..]));
    assert!(
        one.single_value && one.equality.as_deref() == Some("caseIgnoreMatch") && one.desc.as_deref() == Some("one")
    );
    assert_eq!(attribute_sent(&plan, "siteTwo").unwrap().sup.as_deref(), Some("siteOne"));
    let class = class_sent(&plan, "siteThing").unwrap();
    assert_eq!(
        (class.must.as_slice(), class.may.len(), class.kind.keyword()),
        (&["cn".to_owned()][..], 2, "AUXILIARY")
    );
    assert!(attribute_sent(&plan, "siteOff").is_none(), "it is switched off");
    let remarks = remarks(&choices.site_schema).unwrap();
    assert!(remarks[0].contains("3 definitions in the form of ApacheDS"), "{remarks:?}");
    for (entry, message) in [
        ("objectClass: metaAttributeType\nm-name: x\n", "60x.ldif, line 1: the definition has no m-oid"),
        (
            "objectClass: metaObjectClass\nm-oid: 1.9\nm-typeObjectClass: SOFT\n",
            "60x.ldif, line 1: `SOFT` is no kind of class",
        ),
        ("objectClass: metaAttributeType\nm-oid: 1.9\nm-name: x\n", "neither a syntax nor a superior"),
        ("objectClass: metaAttributeType\nm-oid: 1.9\nm-usage: x\n", "`x` is no usage of an attribute"),
    ] {
        let message_of = error(&format!("dn: m-oid=1.9,ou=schema\n{entry}"));
        assert!(message_of.contains(message.trim_start_matches("60x.ldif, ")), "{message_of}");
    }
}

#[test]
fn a_file_without_a_definition_is_named() {
    let files = [
        ("60ok.ldif", "dn: cn=schema\nobjectClasses: ( 1.9.3 NAME 'siteA' SUP top AUXILIARY )\n"),
        ("61empty.ldif", ""),
        ("62comments.ldif", "# nothing\n\n"),
        ("63export.ldif", "dn: o=usergroup\nobjectClass: organization\no: usergroup\n"),
        ("64olc.ldif", include_str!("../data/S-without-definitions/60olc.ldif")),
    ];
    let remarks = remarks(&with(&files).site_schema).unwrap();
    let named: Vec<_> = remarks.iter().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(named, ["61empty.ldif", "62comments.ldif", "63export.ldif", "64olc.ldif"]);
    assert!(remarks.iter().all(|line| line.contains("no definition was found in it")), "{remarks:?}");
    assert!(remarks[0].ends_with("it is empty") && remarks[2].contains("olcAttributeTypes"), "{remarks:?}");
    // What the last one has is read all the same.
    assert_eq!(attribute_sent(&planned(&facts(), &with(&files)), "siteOlc").unwrap().oid, "1.3.6.1.4.1.99999.24.1");
}

#[test]
fn a_byte_order_mark_is_named_as_what_it_is() {
    let file = "\u{feff}dn: cn=schema\nobjectClasses: ( 1.9.3 NAME 'siteA' SUP top AUXILIARY )\n";
    assert_eq!(
        error(file),
        "schema/60x.ldif, line 1: the file begins with a byte order mark (UTF-8: EF BB BF), which is no part of LDIF: save it as UTF-8 without the mark"
    );
    let mut choices = with(&[("60x.ldif", "")]);
    choices.site_schema[0].content = b"\xff\xfed\0n\0".to_vec();
    let Err(PlanError::SchemaFile(found)) = plan(&facts(), &choices) else { panic!("it is refused") };
    assert!(found.to_string().contains("a byte order mark (UTF-16: FF FE)"), "{found}");
}
