//! Elements whose identifier was never published.

use commdssetup::choices::UnpublishedOids;
use commdssetup::plan::ElementKind;
use commdssetup::report::{self, Detail};

use crate::support::{TEXT, attribute_sent, choices, class_sent, facts, planned, user_defined};

#[test]
fn without_an_identifier_an_attribute_is_left_out_and_classes_go_in_without_it() {
    let plan = planned(&facts(), &choices());
    assert!(attribute_sent(&plan, "mailEquivalentAddress").is_none());
    let class = class_sent(&plan, "inetMailUser").unwrap();
    assert!(!class.may.iter().any(|name| name == "mailEquivalentAddress"));
    assert!(class.may.iter().any(|name| name == "mailUserStatus"));
    let left = plan.left_out.iter().find(|left| left.name == "mailEquivalentAddress").unwrap();
    assert_eq!(left.classes_without_it, ["inetMailUser", "inetMailGroup"]);
    assert!(left.reason.contains("never published") && left.reason.contains("--with-placeholder-oids"));
}

#[test]
fn all_102_elements_are_reported_and_no_identifier_is_made_up() {
    let plan = planned(&facts(), &choices());
    let of = |kind| {
        plan.left_out.iter().filter(|left| left.kind == kind && left.reason.contains("--with-placeholder-oids")).count()
    };
    assert_eq!((of(ElementKind::Attribute), of(ElementKind::Class)), (77, 25));
    for change in &plan.changes {
        assert!(!format!("{change:?}").contains("mailEquivalentAddress-oid"));
    }
}

#[test]
fn placeholders_are_sent_only_when_they_are_asked_for() {
    let mut choices = choices();
    choices.unpublished_oids = UnpublishedOids::Placeholder;
    let plan = planned(&facts(), &choices);
    assert_eq!(attribute_sent(&plan, "mailEquivalentAddress").unwrap().oid, "mailEquivalentAddress-oid");
    assert_eq!(class_sent(&plan, "sunIMUser").unwrap().oid, "sunIMUser-oid");
    assert!(class_sent(&plan, "icsCalendarGroup").is_some());
    // What not even a syntax is known of cannot be defined.
    assert!(plan.left_out.iter().all(|left| left.reason.starts_with("its definition was never published")));
    assert!(plan.left_out.iter().any(|left| left.name == "sunIdentityMSISDNNumber"));
}

#[test]
fn what_the_server_has_by_name_serves_whatever_its_identifier() {
    for oid in ["1.3.6.1.4.1.42.2.27.9.1.999999", "mailEquivalentAddress-oid", "oid-mailEquivalentAddress"] {
        let mut facts = facts();
        user_defined(&mut facts, &[&format!("( {oid} NAME 'mailequivalentaddress' SYNTAX {TEXT} )")], &[]);
        let plan = planned(&facts, &choices());
        assert_eq!(plan.conflicts, []);
        assert!(class_sent(&plan, "inetMailUser").unwrap().may.iter().any(|name| name == "mailEquivalentAddress"));
        let skipped = plan.skipped.iter().find(|skipped| skipped.name == "mailEquivalentAddress").unwrap();
        // The placeholder is what would be sent.
        let is_told = skipped.difference.as_ref().is_some_and(|difference| difference.contains(oid));
        assert_eq!(is_told, oid != "mailEquivalentAddress-oid");
    }
}

#[test]
fn a_class_whose_mandatory_attribute_is_missing_is_left_out() {
    let plan = planned(&facts(), &choices());
    assert!(class_sent(&plan, "icsCalendarGroup").is_none());
    let left = plan.left_out.iter().find(|left| left.name == "icsCalendarGroup").unwrap();
    assert_eq!(left.reason, "its mandatory attribute groupid is missing");
}

#[test]
fn missing_classes_are_named_by_product_and_need_review() {
    let plan = planned(&facts(), &choices());
    let text = report::lines(&plan, Detail::Summary).join("\n");
    let table = text.split_once("Missing classes\n").unwrap().1;
    let row = |product: &str| table.lines().find_map(|line| line.trim_start().strip_prefix(product)).unwrap().trim();
    assert!(row("Instant Messaging").starts_with("sunIMUser, sunPresenceUser"), "{table}");
    assert!(row("Delegated Administrator").contains("sunDelegatedOrganization"), "{table}");
    let missing = plan.left_out.iter().filter(|left| left.kind == ElementKind::Class);
    for class in missing {
        assert!(table.contains(&class.name), "{}\n{table}", class.name);
    }
    let findings = report::findings(&plan);
    let of = |product: &str| findings.iter().find(|line| line.starts_with(product));
    assert_eq!(
        of("Instant Messaging").unwrap(),
        "Instant Messaging: missing classes: sunIMUser, sunPresenceUser and 2 more"
    );
    assert!(of("Delegated Administrator").is_some(), "{findings:?}");
    let mut choices = choices();
    choices.unpublished_oids = UnpublishedOids::Placeholder;
    assert_eq!(report::findings(&planned(&facts(), &choices)), Vec::<String>::new());
}

#[test]
fn no_line_of_a_report_is_wider_than_a_terminal() {
    let mut facts = facts();
    let line = format!("( 1.9.1 NAME 'mailHost' DESC '{}' SYNTAX {TEXT} )", "many words ".repeat(30));
    user_defined(&mut facts, &[&line], &["( 1.9.2 NAME 'inetMailUser' SUP top AUXILIARY MUST ( sn $ cn ) )"]);
    let mut plan = planned(&facts, &choices());
    plan.notices.push("notice ".repeat(40));
    let with_conflicts = report::lines(&plan, Detail::Everything).join("\n");
    assert!(with_conflicts.contains("Conflict: "), "{with_conflicts}");
    let plan = planned(&crate::support::facts(), &choices());
    let with_changes = report::lines(&plan, Detail::Everything).join("\n");
    assert!(with_changes.contains("To do"), "{with_changes}");
    for line in with_conflicts.lines().chain(with_changes.lines()) {
        // A name that is searched for stays in one piece.
        let is_name = line.trim_start().starts_with("cn=") && line.trim_end().ends_with("cn=config");
        assert!(line.chars().count() <= 80 || is_name, "{line}");
    }
}
