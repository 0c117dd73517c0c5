//! Definitions of the server that contradict ours: every one that is known, and what is refused because of it.

use commdssetup::choices::{Answer, Holds, OldIcsOids};
use commdssetup::plan::{ConflictKind, Operation, PlanError, Severity, plan};

use crate::support::{
    IA5, NAME, TEXT, added, apply, attribute_sent, choices, class_sent, conflict, facts, planned, shipped, user_defined,
};

/// Name, an older identifier, the newest.
const OLD_CLASSES: [(&str, &str, &str); 9] = [
    ("icsCalendarUser", "2.16.840.1.113730.3.2.141", "1.3.6.1.4.1.42.2.27.9.2.140"),
    ("icsCalendarUser", "1.3.6.1.4.1.42.2.27.9.2.44", "1.3.6.1.4.1.42.2.27.9.2.140"),
    ("icsCalendarResource", "2.16.840.1.113730.3.2.143", "1.3.6.1.4.1.42.2.27.9.2.141"),
    ("icsCalendarResource", "1.3.6.1.4.1.42.2.27.9.2.45", "1.3.6.1.4.1.42.2.27.9.2.141"),
    ("icsCalendarDomain", "2.16.840.1.113730.3.2.144", "1.3.6.1.4.1.42.2.27.9.2.149"),
    ("icsCalendarDomain", "1.3.6.1.4.1.42.2.27.9.2.4", "1.3.6.1.4.1.42.2.27.9.2.149"),
    ("icsCalendarGroup", "1.3.6.1.4.1.42.2.27.9.2.5", "1.3.6.1.4.1.42.2.27.9.2.113"),
    ("inetMailGroup", "1.3.6.1.4.1.42.2.27.2.2.2", "1.3.6.1.4.1.42.2.27.9.2.117"),
    ("inetDomainAuthInfo", "2.16.840.1.113730.3.2.133", "2.16.840.1.113894.1009.1.2.4"),
];

#[test]
fn any_identifier_of_the_vendor_serves_and_the_class_gets_what_it_lacks() {
    for (name, old, _) in OLD_CLASSES {
        let mut facts = facts();
        user_defined(
            &mut facts,
            &[],
            &[&format!("( {old} NAME '{name}' SUP top STRUCTURAL MUST sn MAY ( cn $ ou ) )")],
        );
        let plan = planned(&facts, &choices());
        assert_eq!(plan.conflicts, [], "{name} {old}");
        let class = class_sent(&plan, name).unwrap();
        assert_eq!((class.oid.as_str(), class.kind.keyword()), (old, "STRUCTURAL"), "its own definition is kept");
        assert_eq!(class.must, ["sn"]);
        assert!(class.may.len() > 2, "{class}");
        apply(&mut facts, &plan.changes);
        let second = planned(&facts, &choices());
        assert!(second.is_empty());
        let skipped = second.skipped.iter().find(|skipped| skipped.name == name).unwrap();
        let difference = skipped.difference.as_ref().unwrap();
        assert!(difference.contains(&format!("the server has it as {old}")), "{difference}");
        assert!(difference.contains("the server requires sn"), "{difference}");
    }
}

#[test]
fn calendar_classes_of_old_releases_are_migrated_when_that_is_asked_for() {
    for (name, old, new) in OLD_CLASSES {
        let mut facts = facts();
        let theirs = format!("( {old} NAME '{name}' SUP top STRUCTURAL MUST sn MAY ( cn $ telephoneNumber ) )");
        user_defined(&mut facts, &[], &[&theirs]);
        let mut choices = choices();
        choices.old_ics_oids = OldIcsOids::Migrate;
        let plan = planned(&facts, &choices);
        assert_eq!(plan.refusals().count(), 0);
        let class = class_sent(&plan, name).unwrap();
        assert_eq!(class.oid, new);
        assert_eq!(class.kind.keyword(), "STRUCTURAL", "entries may have no other structural class");
        for kept in ["sn", "telephoneNumber"] {
            assert!(class.may.iter().any(|may| may == kept), "entries that hold {kept} stay valid");
        }
        apply(&mut facts, &plan.changes);
        assert!(!facts.subschema.object_classes.iter().any(|text| text.contains(&format!("( {old} "))));
        assert!(planned(&facts, &choices).is_empty());
    }
}

#[test]
fn a_calendar_class_of_an_old_release_in_a_schema_file_is_not_migrated() {
    let mut facts = facts();
    shipped(&mut facts, &[], &["( 2.16.840.1.113730.3.2.141 NAME 'icsCalendarUser' SUP top STRUCTURAL MAY cn )"]);
    let mut choices = choices();
    choices.old_ics_oids = OldIcsOids::Migrate;
    let plan = planned(&facts, &choices);
    let found = conflict(&plan, "icsCalendarUser");
    assert_eq!((found.conflict, found.severity), (ConflictKind::Narrowing, Severity::Reported));
    assert!(found.remedy.contains("comes from a schema file"), "{}", found.remedy);
    assert!(class_sent(&plan, "icsCalendarUser").is_none());
}

#[test]
fn the_calendar_group_of_2005q4_serves_with_what_it_requires() {
    let mut facts = facts();
    user_defined(
        &mut facts,
        &[&format!("( 2.16.840.1.113730.3.1.755 NAME 'icsStatus' SYNTAX {TEXT} SINGLE-VALUE )")],
        &["( 1.3.6.1.4.1.42.2.27.9.2.5 NAME 'icsCalendarGroup' SUP top STRUCTURAL MUST icsStatus )"],
    );
    let plan = planned(&facts, &choices());
    assert_eq!(plan.conflicts, []);
    let class = class_sent(&plan, "icsCalendarGroup").unwrap();
    assert_eq!(class.must, ["icsStatus"], "what entries hold stays required");
    assert!(class.may.iter().any(|name| name == "groupid"));
}

#[test]
fn older_identifiers_of_attributes_serve_and_are_told() {
    for (name, old, number) in [
        ("icsPartition", "2.16.840.1.113730.3.1.2033", " SINGLE-VALUE"),
        ("icsDWPHost", "2.16.840.1.113730.3.1.2029", " SINGLE-VALUE"),
        ("icsRegularExpressions", "2.16.840.1.113730.3.1.2032", ""),
        ("icsDomainNames", "2.16.840.1.113730.3.1.2031", ""),
        ("psRoot", "psRoot-oid", " SINGLE-VALUE"),
        ("psIncludeInGAB", "oid-PSINCLUDEINGAB", " SINGLE-VALUE"),
    ] {
        let mut facts = facts();
        user_defined(&mut facts, &[&format!("( {old} NAME '{name}' SYNTAX {TEXT}{number} )")], &[]);
        let plan = planned(&facts, &choices());
        assert_eq!(plan.refusals().count(), 0);
        assert!(attribute_sent(&plan, name).is_none(), "{name}");
        let skipped = plan
            .skipped
            .iter()
            .find(|skipped| skipped.name == name)
            .unwrap_or_else(|| panic!("{name}: {:?}", plan.conflicts));
        assert!(skipped.difference.as_ref().unwrap().contains(old), "{skipped:?}");
    }
}

/// The vendor's own definitions of the two classes that are most often there, and what it writes in text.
#[test]
fn the_vendors_own_definitions_are_no_conflict_and_are_not_altered() {
    let mut facts = facts();
    let text = |oid: &str, name: &str, rest: &str| format!("( {oid} NAME '{name}' SYNTAX {TEXT}{rest} )");
    user_defined(
        &mut facts,
        &[
            &text("2.16.840.1.113730.3.1.717", "un", " SINGLE-VALUE"),
            &text("2.16.840.1.113730.3.1.718", "memberOfPAB", ""),
            &text("2.16.840.1.113730.3.1.720", "nickname", " SINGLE-VALUE"),
            // One value in 56ims-schema, several in 50ns-mail.
            &text("2.16.840.1.113730.3.1.18", "mailHost", " SINGLE-VALUE"),
            // A number in 56ims-schema, text in 50ns-mail.
            "( 2.16.840.1.113730.3.1.32 NAME 'mgrpMsgMaxsize' SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )",
            // A word for its identifier, in another case.
            "( PIENTRYID-OID NAME 'piEntryID' SYNTAX 1.3.6.1.4.1.1466.115.121.1.26 SINGLE-VALUE )",
        ],
        &[
            "( 2.16.840.1.113730.3.2.139 NAME 'pabGroup' SUP top STRUCTURAL MUST cn MAY ( un $ memberOfPAB $ nickName $ description ) )",
            "( 2.16.840.1.113730.3.2.131 NAME 'inetDomainAlias' SUP alias STRUCTURAL MUST dc )",
            "( oid-SunSharedDomain NAME 'sunSharedDomain' SUP top AUXILIARY )",
        ],
    );
    let plan = planned(&facts, &choices());
    assert_eq!(plan.conflicts, []);
    for name in ["pabGroup", "inetDomainAlias", "sunSharedDomain"] {
        assert!(class_sent(&plan, name).is_none(), "{name}");
        let skipped = plan.skipped.iter().find(|skipped| skipped.name.eq_ignore_ascii_case(name)).unwrap();
        assert_eq!(skipped.difference, None, "{name}");
    }
    for name in ["mailHost", "mgrpMsgMaxSize", "piEntryID", "nickname"] {
        assert!(attribute_sent(&plan, name).is_none(), "{name}");
    }
    apply(&mut facts, &plan.changes);
    assert!(planned(&facts, &choices()).is_empty());
}

#[test]
fn no_remedy_deletes_or_moves_what_the_server_has() {
    let class = "( 2.16.840.1.113730.3.2.146 NAME 'somethingElse' SUP top AUXILIARY )";
    let other = "( 1.9.7 NAME 'inetMailGroup' SUP top AUXILIARY MUST cn )";
    let number = "( 1.9.5 NAME 'icsCalendarOwned' SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 )";
    for add in [user_defined, shipped] {
        let mut facts = facts();
        add(&mut facts, &[number], &[class, other]);
        let plan = planned(&facts, &choices());
        let refused: Vec<_> = plan.refusals().collect();
        assert_eq!(refused.len(), 3, "{:?}", plan.conflicts);
        for conflict in refused {
            let remedy = conflict.remedy.to_ascii_lowercase();
            assert!(!["delete", "remove", "move"].iter().any(|word| remedy.contains(word)), "{remedy}");
            assert!(remedy.contains("keep it") && remedy.contains("-s no"), "{remedy}");
        }
    }
}

#[test]
fn the_ietf_mail_local_address_takes_the_identifier_that_mail_needs() {
    let mut facts = facts();
    shipped(
        &mut facts,
        &[&format!(
            "( 2.16.840.1.113730.3.1.13 NAME 'mailLocalAddress' EQUALITY caseIgnoreIA5Match SYNTAX {IA5}{{256}} )"
        )],
        &[],
    );
    let plan = planned(&facts, &choices());
    let found = conflict(&plan, "mailAlternateAddress");
    assert_eq!((found.conflict, found.severity), (ConflictKind::SameOidOtherName, Severity::Refused));
    assert!(found.needed_by.iter().any(|need| need == "class mailRecipient"), "{:?}", found.needed_by);
    assert!(found.needed_by.iter().any(|need| need == "the index of mailAlternateAddress"));
    assert!(found.ours.contains("mailAlternateAddress") && found.server.contains("mailLocalAddress"));
    assert!(plan.is_empty());
}

#[test]
fn the_ietf_mail_routing_address_holds_one_value_as_an_edition_of_the_vendor_does() {
    let mut facts = facts();
    shipped(
        &mut facts,
        &[&format!("( 2.16.840.1.113730.3.1.47 NAME 'mailRoutingAddress' SYNTAX {IA5}{{256}} SINGLE-VALUE )")],
        &[],
    );
    let plan = planned(&facts, &choices());
    let found = conflict(&plan, "mailRoutingAddress");
    assert_eq!((found.conflict, found.severity), (ConflictKind::SameNameOtherOid, Severity::Reported));
    assert!(attribute_sent(&plan, "mailRoutingAddress").is_none());
}

#[test]
fn one_value_under_an_unknown_identifier_is_refused_where_several_are_needed() {
    let mut facts = facts();
    shipped(&mut facts, &[&format!("( 1.9.1 NAME 'mailAlternateAddress' SYNTAX {IA5} SINGLE-VALUE )")], &[]);
    let plan = planned(&facts, &choices());
    let found = conflict(&plan, "mailAlternateAddress");
    assert_eq!((found.conflict, found.severity), (ConflictKind::SameNameOtherOid, Severity::Refused));
    assert!(found.difference.contains("only one on the server"), "{}", found.difference);
}

const IETF_RECIPIENT: &str = "( 2.16.840.1.113730.3.2.147 NAME 'inetLocalMailRecipient' SUP top AUXILIARY MAY ( mailHost $ mailRoutingAddress ) )";

#[test]
fn a_recipient_class_of_the_ietf_that_is_shipped_is_reported_and_not_altered() {
    let mut facts = facts();
    shipped(&mut facts, &[], &[IETF_RECIPIENT]);
    let plan = planned(&facts, &choices());
    let found = conflict(&plan, "inetLocalMailRecipient");
    assert_eq!((found.conflict, found.severity), (ConflictKind::Narrowing, Severity::Reported));
    assert_eq!(found.difference, "the server does not allow mail, mailAlternateAddress");
    assert!(class_sent(&plan, "inetLocalMailRecipient").is_none());
    assert!(!plan.is_empty());
}

#[test]
fn a_recipient_class_of_the_ietf_that_the_site_added_gets_what_it_lacks() {
    let mut facts = facts();
    user_defined(&mut facts, &[], &[IETF_RECIPIENT]);
    let plan = planned(&facts, &choices());
    let class = class_sent(&plan, "inetLocalMailRecipient").unwrap();
    assert_eq!(class.may, ["mailHost", "mailRoutingAddress", "mail", "mailAlternateAddress"]);
    assert!(
        class.extension("X-ORIGIN").contains(&"user defined".to_owned()),
        "the server's own definition stays otherwise"
    );
    apply(&mut facts, &plan.changes);
    assert!(planned(&facts, &choices()).is_empty());
}

#[test]
fn a_mail_group_that_demands_mail_is_kept_and_reported() {
    let mut facts = facts();
    shipped(
        &mut facts,
        &[],
        &["( 2.16.840.1.113730.3.2.4 NAME 'mailGroup' SUP top STRUCTURAL MUST ( cn $ mail ) MAY owner )"],
    );
    let plan = planned(&facts, &choices());
    let found = conflict(&plan, "mailGroup");
    assert_eq!((found.conflict, found.severity), (ConflictKind::Narrowing, Severity::Reported));
    assert!(
        found.difference.starts_with("the server requires cn, mail; the server does not allow "),
        "{}",
        found.difference
    );
    assert!(class_sent(&plan, "mailGroup").is_none());
}

#[test]
fn the_eight_calendar_addresses_of_389_ds_serve_and_are_not_altered() {
    let mut facts = facts();
    let names = [
        ("1.2.840.113556.1.4.478", "calCalURI"),
        ("1.2.840.113556.1.4.479", "calFBURL"),
        ("1.2.840.113556.1.4.480", "calCAPURI"),
        ("1.2.840.113556.1.4.481", "calCalAdrURI"),
        ("1.2.840.113556.1.4.482", "calOtherCalURIs"),
        ("1.2.840.113556.1.4.483", "calOtherFBURLs"),
        ("1.2.840.113556.1.4.484", "calOtherCAPURIs"),
        ("1.2.840.113556.1.4.485", "calOtherCalAdrURIs"),
    ];
    for (oid, name) in names {
        let theirs = format!("( {oid} NAME '{name}' EQUALITY caseIgnoreIA5Match SYNTAX {IA5} X-ORIGIN 'rfc2739' )");
        shipped(&mut facts, &[&theirs], &[]);
    }
    let plan = planned(&facts, &choices());
    assert_eq!(plan.refusals().count(), 0);
    for (_, name) in names {
        let found = conflict(&plan, name);
        assert_eq!((found.conflict, found.severity), (ConflictKind::OtherSyntax, Severity::Reported), "{name}");
        assert!(attribute_sent(&plan, name).is_none(), "389 DS would override its own definition in silence");
    }
}

#[test]
fn a_syntax_that_cannot_hold_the_values_is_refused_only_where_something_needs_the_attribute() {
    let mut facts = facts();
    let theirs = format!("( 2.16.840.1.113730.3.1.778 NAME 'mailUserStatus' SYNTAX {NAME} SINGLE-VALUE )");
    user_defined(&mut facts, &[&theirs], &[]);
    let found = conflict(&planned(&facts, &choices()), "mailUserStatus").clone();
    assert_eq!((found.conflict, found.severity), (ConflictKind::OtherSyntax, Severity::Refused));
    assert_eq!(found.needed_by, ["class inetMailUser"]);

    // No class and no index of ours names this one.
    let mut facts = crate::support::facts();
    let theirs = format!("( 2.16.840.1.113730.3.1.27 NAME 'mgrpPassword' SYNTAX {NAME} )");
    user_defined(&mut facts, &[&theirs], &[]);
    let plan = planned(&facts, &choices());
    assert_eq!(conflict(&plan, "mgrpPassword").severity, Severity::Reported);
    assert!(!plan.is_empty());
}

#[test]
fn an_identifier_that_another_class_has_is_refused() {
    let mut facts = facts();
    user_defined(&mut facts, &[], &["( 2.16.840.1.113730.3.2.146 NAME 'somethingElse' SUP top AUXILIARY )"]);
    let plan = planned(&facts, &choices());
    let found = conflict(&plan, "inetMailUser");
    assert_eq!((found.conflict, found.severity), (ConflictKind::SameOidOtherName, Severity::Refused));
    assert_eq!(found.needed_by, ["Messaging Server"]);
}

#[test]
fn without_a_schema_update_no_conflict_is_looked_for() {
    let mut facts = facts();
    shipped(&mut facts, &[], &["( 2.16.840.1.113730.3.2.4 NAME 'mailGroup' SUP top STRUCTURAL MUST ( cn $ mail ) )"]);
    let mut choices = choices();
    choices.schema = Answer::No;
    choices.holds = Holds::ConfigurationOnly;
    let plan = planned(&facts, &choices);
    assert!(plan.conflicts.is_empty() && plan.is_empty());
}

#[test]
fn a_definition_of_the_server_that_cannot_be_read_stops_the_run_only_when_it_could_be_ours() {
    let mut facts = facts();
    shipped(&mut facts, &["( 1.2.3 NAME 'other' COLOUR 'red' )"], &[]);
    let plan_of_other = planned(&facts, &choices());
    assert!(plan_of_other.notices.iter().any(|notice| notice.contains("`COLOUR` is not a keyword")));
    shipped(&mut facts, &["( 1.2.4 NAME 'mailhost' COLOUR 'red' )"], &[]);
    let Err(PlanError::ServerSchema { element, .. }) = plan(&facts, &choices()) else { panic!("it is refused") };
    assert_eq!(element, "mailHost");
}

#[test]
fn the_same_definition_in_another_spelling_is_no_conflict() {
    let mut facts = facts();
    let theirs = format!("(2.16.840.1.113730.3.1.18 NAME('mailhost') DESC 'the host' SYNTAX '{TEXT}' X-ORIGIN 'x')");
    shipped(&mut facts, &[&theirs], &[]);
    let plan = planned(&facts, &choices());
    let skipped = plan.skipped.iter().find(|skipped| skipped.name == "mailHost").unwrap();
    assert_eq!(skipped.difference, None);
    assert!(!added(&plan, "attributeTypes").iter().any(|text| text.contains("'mailHost'")));
}

const ABOVE: &str =
    "( 2.16.840.1.113730.3.2.180 NAME 'iplanet-am-managed-group' SUP top AUXILIARY MAY inetgroupstatus )";
const BELOW: &str = "( 1.9.1 NAME 'siteGroup' SUP iplanet-am-managed-group AUXILIARY MAY cn )";

#[test]
fn classes_below_one_that_is_replaced_go_with_it_and_come_back() {
    let mut facts = facts();
    user_defined(&mut facts, &[], &[ABOVE, BELOW, "( 1.9.2 NAME 'siteSubGroup' SUP siteGroup AUXILIARY )"]);
    let plan = planned(&facts, &choices());
    let change = plan.changes.iter().find(|change| change.reason.starts_with("iplanet-am-managed-group")).unwrap();
    let Operation::Modify { edits } = &change.operation else { panic!("the schema entry is modified") };
    let names = |values: &[String]| -> Vec<String> {
        values.iter().map(|text| text.split('\'').nth(1).unwrap().to_owned()).collect()
    };
    assert_eq!(names(&edits[0].values), ["siteSubGroup", "siteGroup", "iplanet-am-managed-group"]);
    assert_eq!(names(&edits[1].values), ["iplanet-am-managed-group", "siteGroup", "siteSubGroup"]);
    assert_eq!(edits[0].values[1], edits[1].values[1], "what lies below stays as it is");
    apply(&mut facts, &plan.changes);
    assert!(planned(&facts, &choices()).is_empty());
}

#[test]
fn a_class_above_a_shipped_one_is_not_replaced() {
    let mut facts = facts();
    user_defined(&mut facts, &[], &[ABOVE]);
    shipped(&mut facts, &[], &[BELOW]);
    let plan = planned(&facts, &choices());
    let found = conflict(&plan, "iplanet-am-managed-group");
    assert_eq!((found.conflict, found.severity), (ConflictKind::Narrowing, Severity::Reported));
}

#[test]
fn two_replaced_classes_one_below_the_other_both_keep_what_they_got() {
    let mut facts = facts();
    user_defined(
        &mut facts,
        &[],
        &[
            "( 2.16.840.1.113730.3.2.179 NAME 'iplanet-am-managed-role' SUP top AUXILIARY MAY cn )",
            "( 2.16.840.1.113730.3.2.146 NAME 'inetMailUser' SUP iplanet-am-managed-role AUXILIARY MAY cn )",
        ],
    );
    let plan = planned(&facts, &choices());
    apply(&mut facts, &plan.changes);
    assert!(planned(&facts, &choices()).is_empty());
    let text = facts.subschema.object_classes.iter().find(|text| text.contains("'inetMailUser'")).unwrap();
    assert!(text.contains("mailUserStatus"), "{text}");
}
