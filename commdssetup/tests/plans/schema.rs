//! What of the schema is sent, and in which order.

use std::collections::BTreeSet;

use commdssetup::choices::{Answer, UnpublishedOids};
use commdssetup::facts::{Marker, SchemaUpdates, Vendor};
use commdssetup::plan::{Area, EditKind, Operation, PlanError, plan};
use commdssetup::reverse::reverse;
use ldif::schema::{AttributeType, ObjectClass};
use proptest::prelude::*;

use crate::support::{added, apply, choices, facts, planned};

#[test]
fn attributes_go_before_the_classes_that_name_them_and_superiors_before_their_classes() {
    let facts = facts();
    let plan = planned(&facts, &choices());
    let mut known: BTreeSet<String> = BTreeSet::new();
    for text in &facts.subschema.attribute_types {
        known.extend(AttributeType::parse(text).unwrap().names.iter().map(|name| name.to_ascii_lowercase()));
    }
    let mut classes: BTreeSet<String> = BTreeSet::new();
    for text in &facts.subschema.object_classes {
        classes.extend(ObjectClass::parse(text).unwrap().names.iter().map(|name| name.to_ascii_lowercase()));
    }
    let mut count = (0, 0);
    for change in plan.changes.iter().filter(|change| change.part == Area::Schema) {
        let Operation::Modify { edits } = &change.operation else { panic!("the schema entry is modified") };
        for edit in edits {
            assert_eq!(edit.kind, EditKind::Add);
            for value in &edit.values {
                if edit.attribute == "attributeTypes" {
                    known.extend(
                        AttributeType::parse(value).unwrap().names.iter().map(|name| name.to_ascii_lowercase()),
                    );
                    count.0 += 1;
                } else {
                    let class = ObjectClass::parse(value).unwrap();
                    for name in class.must.iter().chain(&class.may) {
                        assert!(known.contains(&name.to_ascii_lowercase()), "{} names {name}", class.name());
                    }
                    for sup in &class.sup {
                        assert!(classes.contains(&sup.to_ascii_lowercase()), "{} is below {sup}", class.name());
                    }
                    classes.extend(class.names.iter().map(|name| name.to_ascii_lowercase()));
                    count.1 += 1;
                }
            }
        }
    }
    // 616 and 118 built in, less 5 attributes without an identifier.
    assert_eq!(count, (611, 118));
}

#[test]
fn a_second_run_has_nothing_to_do_and_says_what_is_installed() {
    for unpublished in [UnpublishedOids::LeaveOut, UnpublishedOids::Placeholder] {
        let mut facts = facts();
        let mut choices = choices();
        choices.unpublished_oids = unpublished;
        let first = planned(&facts, &choices);
        assert!(!first.is_empty());
        apply(&mut facts, &first.changes);
        let second = planned(&facts, &choices);
        assert_eq!(second.changes, []);
        assert!(second.is_empty());
        assert_eq!(second.notices, ["Installed by an earlier run: schema 2, indexes 2, suffixes 2."]);
        assert!(second.skipped.iter().all(|skipped| skipped.difference.is_none()), "{:?}", second.skipped);
    }
}

#[test]
fn undoing_a_run_leaves_exactly_what_was_there() {
    let before = facts();
    let mut facts = before.clone();
    let plan = planned(&facts, &choices());
    apply(&mut facts, &plan.changes);
    apply(&mut facts, &reverse(&plan.changes));
    assert_eq!(facts.subschema.attribute_types, before.subschema.attribute_types);
    assert_eq!(facts.subschema.object_classes, before.subschema.object_classes);
    let indexes = |facts: &commdssetup::facts::Facts| -> Vec<_> {
        let all = facts.backends.iter().flat_map(|backend| &backend.indexes);
        all.map(|index| (index.dn.clone(), index.types.clone())).collect()
    };
    assert_eq!(indexes(&facts), indexes(&before));
    assert_eq!(facts.entries.len(), before.entries.len());
    assert_eq!(facts.marker, None);
}

#[test]
fn undoing_takes_away_first_what_came_last() {
    let plan = planned(&facts(), &choices());
    let back = reverse(&plan.changes);
    let names = |changes: &[commdssetup::plan::DirectoryChange]| -> Vec<String> {
        changes.iter().map(|change| change.dn.clone()).collect()
    };
    let mut expected = names(&plan.changes);
    expected.reverse();
    assert_eq!(names(&back), expected);
    let attributes: Vec<_> = back.iter().filter(|change| change.part == Area::Schema).collect();
    let [classes, attributes] = attributes.as_slice() else { panic!("classes and attributes") };
    for (change, attribute) in [(classes, "objectClasses"), (attributes, "attributeTypes")] {
        let Operation::Modify { edits } = &change.operation else { panic!("the schema entry is modified") };
        assert_eq!((edits[0].kind, edits[0].attribute.as_str()), (EditKind::Delete, attribute));
        let mut values = edits[0].values.clone();
        values.reverse();
        assert_eq!(values, added(&plan, attribute), "a class goes before the one that it is below");
    }
}

#[test]
fn what_a_server_lost_is_sent_again() {
    let mut facts = facts();
    let first = planned(&facts, &choices());
    apply(&mut facts, &first.changes);
    facts.subschema.attribute_types.retain(|text| !text.contains("'mailUserStatus'"));
    let plan = planned(&facts, &choices());
    assert_eq!(plan.changes.len(), 1);
    assert_eq!(added(&plan, "attributeTypes").len(), 1);
}

#[test]
fn with_schema_updates_switched_off_nothing_is_planned_unless_nothing_is_missing() {
    let mut facts = facts();
    facts.server.schema_updates = SchemaUpdates::Off;
    let Err(PlanError::SchemaUpdatesOff { missing, .. }) = plan(&facts, &choices()) else { panic!("it is refused") };
    assert_eq!(missing, 611 + 118);
    let mut choices_without = choices();
    choices_without.schema = Answer::No;
    assert!(plan(&facts, &choices_without).is_ok());
    facts.server.schema_updates = SchemaUpdates::On;
    let first = planned(&facts, &choices());
    apply(&mut facts, &first.changes);
    facts.server.schema_updates = SchemaUpdates::Off;
    assert!(planned(&facts, &choices()).is_empty());
}

#[test]
fn a_server_that_takes_only_numbers_gets_no_textual_identifier_and_no_configuration() {
    let mut facts = facts();
    facts.server.vendor = Vendor::Other("OpenLDAP".to_owned());
    let mut choices = choices();
    choices.unpublished_oids = UnpublishedOids::Placeholder;
    let plan = planned(&facts, &choices);
    assert!(plan.changes.iter().all(|change| change.part == Area::Schema));
    for text in added(&plan, "attributeTypes").iter().chain(&added(&plan, "objectClasses")) {
        assert!(!text.split_whitespace().nth(1).unwrap().contains("oid"), "{text}");
    }
    assert!(
        plan.left_out.iter().any(|left| left.name == "mgrpApprovePassword" && left.reason.contains("only numbers"))
    );
}

#[test]
fn the_note_of_an_older_version_is_brought_up_to_date() {
    let mut facts = facts();
    let first = planned(&facts, &choices());
    apply(&mut facts, &first.changes);
    facts.marker =
        Some(Marker { descriptions: vec!["schema 0".to_owned(), "by hand".to_owned(), "suffixes 2".to_owned()] });
    let plan = planned(&facts, &choices());
    let [change] = plan.changes.as_slice() else { panic!("only the note changes") };
    let Operation::Modify { edits } = &change.operation else { panic!("it is modified") };
    assert_eq!(edits[0].values, ["schema 0"]);
    assert_eq!(edits[1].values, ["schema 2", "indexes 2"]);
}

#[test]
fn a_plan_survives_being_stored() {
    let plan = planned(&facts(), &choices());
    let text = serde_json::to_string(&plan).unwrap();
    assert_eq!(serde_json::from_str::<commdssetup::plan::Plan>(&text).unwrap(), plan);
    assert!(serde_json::from_str::<commdssetup::plan::Plan>(&text.replacen('{', "{\"more\":1,", 1)).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_part_of_the_schema_a_server_has_one_run_completes_it(
        keep in prop::collection::vec(any::<bool>(), 512), unpublished in any::<bool>(), later in any::<bool>(),
    ) {
        let mut choices = choices();
        let of = |placeholders| if placeholders { UnpublishedOids::Placeholder } else { UnpublishedOids::LeaveOut };
        choices.unpublished_oids = of(unpublished);
        let mut facts = facts();
        let standard = (facts.subschema.attribute_types.len(), facts.subschema.object_classes.len());
        let first = planned(&facts, &choices);
        apply(&mut facts, &first.changes);
        let mut kept = keep.iter().cycle();
        let mut drop_some = |values: &mut Vec<String>, standard: usize| {
            let mut at = 0;
            values.retain(|_| {
                at += 1;
                at <= standard || *kept.next().unwrap()
            });
        };
        drop_some(&mut facts.subschema.attribute_types, standard.0);
        drop_some(&mut facts.subschema.object_classes, standard.1);
        let before = facts.clone();
        choices.unpublished_oids = of(later);
        let plan = planned(&facts, &choices);
        prop_assert_eq!(plan.refusals().count(), 0);
        apply(&mut facts, &plan.changes);
        prop_assert_eq!(planned(&facts, &choices).changes, []);
        apply(&mut facts, &reverse(&plan.changes));
        let sorted = |values: &[String]| {
            let mut values = values.to_vec();
            values.sort();
            values
        };
        prop_assert_eq!(sorted(&facts.subschema.attribute_types), sorted(&before.subschema.attribute_types));
        prop_assert_eq!(sorted(&facts.subschema.object_classes), sorted(&before.subschema.object_classes));
    }
}
