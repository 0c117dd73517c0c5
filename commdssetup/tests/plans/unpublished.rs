//! Elements whose identifier was never published.

use commdssetup::choices::{SiteFile, UnpublishedOids};
use commdssetup::facts::Vendor;
use commdssetup::plan::ElementKind;
use commdssetup::report::{self, Detail};

use crate::support::{TEXT, attribute_sent, choices, class_sent, facts, planned, user_defined};

#[test]
fn without_an_identifier_an_attribute_is_left_out_and_classes_go_in_without_it() {
    let plan = planned(&facts(), &choices());
    assert!(attribute_sent(&plan, "mailRejectText").is_none());
    let class = class_sent(&plan, "inetMailGroup").unwrap();
    assert!(!class.may.iter().any(|name| name == "mailRejectText"));
    assert!(class.may.iter().any(|name| name == "mailEquivalentAddress"));
    let left = plan.left_out.iter().find(|left| left.name == "mailRejectText").unwrap();
    assert_eq!(left.classes_without_it, ["inetMailGroup"]);
    assert!(left.reason.contains("never published") && left.reason.contains("--with-placeholder-oids"));
}

#[test]
fn only_what_nobody_published_is_left_out_and_no_class_is() {
    let plan = planned(&facts(), &choices());
    let left: Vec<_> =
        plan.left_out.iter().map(|left| (left.kind, left.product.as_str(), left.name.as_str())).collect();
    let of = |product, name| (ElementKind::Attribute, product, name);
    assert_eq!(
        left,
        [
            of("Messaging Server", "mailPublicFolderDefaultRights"),
            of("Messaging Server", "mailRejectText"),
            of("Schema 2", "oath2faEnabled"),
            of("Communications Express", "sunAbInitialized"),
            of("Communications Express", "sunCalInitialized"),
            of("Communications Express", "sunUCInitialized"),
        ]
    );
    assert_eq!(report::findings(&plan), Vec::<String>::new(), "there is nothing to review");
    for change in &plan.changes {
        assert!(!format!("{change:?}").contains("mailRejectText-oid"), "no identifier is made up");
    }
    // Words that the vendor itself wrote are no placeholders.
    assert_eq!(attribute_sent(&plan, "piEntryID").unwrap().oid, "piEntryID-oid");
    assert_eq!(class_sent(&plan, "sunManagedLocation").unwrap().oid, "SunManagedLocation-oid");
}

#[test]
fn placeholders_are_sent_only_when_they_are_asked_for() {
    let mut choices = choices();
    choices.unpublished_oids = UnpublishedOids::Placeholder;
    let plan = planned(&facts(), &choices);
    assert_eq!(attribute_sent(&plan, "mailRejectText").unwrap().oid, "mailRejectText-oid");
    // What not even a syntax is known of cannot be defined.
    let left: Vec<_> = plan.left_out.iter().map(|left| left.name.as_str()).collect();
    assert_eq!(left, ["oath2faEnabled"]);
    assert!(plan.left_out[0].reason.starts_with("its definition was never published"));
}

#[test]
fn what_the_server_has_by_name_serves_whatever_its_identifier() {
    for oid in ["1.3.6.1.4.1.42.2.27.9.1.999999", "mailRejectText-oid", "oid-mailRejectText"] {
        let mut facts = facts();
        user_defined(&mut facts, &[&format!("( {oid} NAME 'mailrejecttext' SYNTAX {TEXT} )")], &[]);
        let plan = planned(&facts, &choices());
        assert_eq!(plan.conflicts, []);
        assert!(class_sent(&plan, "inetMailGroup").unwrap().may.iter().any(|name| name == "mailRejectText"));
        let skipped = plan.skipped.iter().find(|skipped| skipped.name == "mailRejectText").unwrap();
        // The placeholder is what would be sent, and `oid-NAME` is the same.
        let is_told = skipped.difference.as_ref().is_some_and(|difference| difference.contains(oid));
        assert_eq!(is_told, oid.starts_with('1'));
    }
}

/// A server that takes only numbers gets no classes whose identifiers are words.
fn numbers_only() -> commdssetup::facts::Facts {
    let mut facts = facts();
    facts.server.vendor = Vendor::Other("OpenLDAP".to_owned());
    facts
}

#[test]
fn a_class_whose_mandatory_attribute_is_missing_is_left_out() {
    let mut facts = numbers_only();
    let piece = "( 1.9.9 NAME 'piTypeBook' SUP top STRUCTURAL MAY cn )";
    user_defined(&mut facts, &[], &[piece]);
    let file = "dn: cn=schema\nobjectClasses: ( 1.9.8 NAME 'siteBook' SUP piTypeBook AUXILIARY MUST piEntryID )\n";
    let mut choices = choices();
    choices.site_schema = vec![SiteFile { path: "60x.ldif".to_owned(), content: file.into() }];
    let plan = planned(&facts, &choices);
    let left = plan.left_out.iter().find(|left| left.name == "siteBook").unwrap();
    assert_eq!(left.reason, "its mandatory attribute piEntryID is missing");
}

#[test]
fn missing_classes_are_named_by_product_and_need_review() {
    let plan = planned(&numbers_only(), &choices());
    let text = report::lines(&plan, Detail::Summary).join("\n");
    let table = text.split_once("Missing classes\n").unwrap().1;
    let row = |product: &str| table.lines().find_map(|line| line.trim_start().strip_prefix(product)).unwrap().trim();
    assert!(row("address books").starts_with("piTypeBook, piLocalBook"), "{table}");
    assert!(row("Delegated Administrator").contains("sunDelegatedOrganization"), "{table}");
    let missing = plan.left_out.iter().filter(|left| left.kind == ElementKind::Class);
    for class in missing {
        assert!(table.contains(&class.name), "{}\n{table}", class.name);
    }
    let findings = report::findings(&plan);
    let of = |product: &str| findings.iter().find(|line| line.starts_with(product));
    assert!(of("address books").unwrap().starts_with("address books: missing classes: piTypeBook, "), "{findings:?}");
    assert!(of("Delegated Administrator").is_some(), "{findings:?}");
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
