//! Indexes: only what is missing, where the suffix lies.

use commdssetup::choices::{Answer, SchemaType};
use commdssetup::plan::{Area, EditKind, Operation, Plan};

use crate::support::{backend, choices, facts, hold, index, planned};

fn types_added(plan: &Plan, dn: &str) -> Vec<String> {
    let change = plan.changes.iter().find(|change| change.dn.eq_ignore_ascii_case(dn));
    match &change.unwrap_or_else(|| panic!("{dn} is not changed")).operation {
        Operation::Modify { edits } => {
            assert_eq!((edits.len(), edits[0].kind, edits[0].attribute.as_str()), (1, EditKind::Add, "nsIndexType"));
            edits[0].values.clone()
        }
        Operation::Add { attributes } => attributes.last().unwrap().values.clone(),
        Operation::Delete { .. } => panic!("{dn} is deleted"),
    }
}

const OF: &str = "cn=index,cn=userRoot,cn=ldbm database,cn=plugins,cn=config";

#[test]
fn an_index_that_is_there_gets_only_the_types_that_it_lacks() {
    let plan = planned(&facts(), &choices());
    assert_eq!(types_added(&plan, &format!("cn=mail,{OF}")), ["approx"]);
    assert_eq!(types_added(&plan, &format!("cn=member,{OF}")), ["eq"]);
}

#[test]
fn an_index_that_is_complete_is_left_alone_however_it_is_spelled() {
    let mut facts = facts();
    facts.backends[0].indexes =
        vec![index(OF, "MAIL", &["EQ,pres", "sub", "approx"]), index(OF, "member", &["eq", "sub"])];
    let plan = planned(&facts, &choices());
    for name in ["mail", "member"] {
        assert!(!plan.changes.iter().any(|change| change.dn.eq_ignore_ascii_case(&format!("cn={name},{OF}"))));
        assert!(!plan.reindex[0].attributes.iter().any(|indexed| indexed.attribute == name));
    }
}

#[test]
fn a_new_database_has_the_default_indexes_and_gets_the_rest() {
    let mut facts = facts();
    hold(&mut facts, &[]);
    let plan = planned(&facts, &choices());
    assert_eq!(types_added(&plan, &format!("cn=mail,{OF}")), ["approx"]);
    let built: Vec<_> = plan.reindex.iter().map(|task| task.backend.as_str()).collect();
    assert_eq!(built, ["userRoot", "internet", "pab", "PiServerDb"], "no index is used before it was built");
}

#[test]
fn what_changed_is_built_anew_and_nothing_else() {
    let mut facts = facts();
    let plan = planned(&facts, &choices());
    let task = plan.reindex.iter().find(|task| task.backend == "userRoot").unwrap();
    assert_eq!(task.backend, "userRoot");
    let changed = plan.changes.iter().filter(|change| change.dn.ends_with(OF)).count();
    assert_eq!(task.attributes.len(), changed);
    assert_eq!(task.attributes[0].types, ["approx"]);
    crate::support::apply(&mut facts, &plan.changes);
    facts.backends[0].indexes.retain(|index| index.attribute != "o");
    let again = planned(&facts, &choices());
    assert_eq!(again.reindex[0].attributes.iter().map(|indexed| indexed.attribute.as_str()).collect::<Vec<_>>(), ["o"]);
}

#[test]
fn without_r_nothing_is_built_and_without_i_nothing_is_indexed() {
    let mut choices = choices();
    choices.reindex = Answer::No;
    let plan = planned(&facts(), &choices);
    assert!(plan.reindex.is_empty() && plan.changes.iter().any(|change| change.part == Area::Indexes));
    assert!(plan.notices.iter().any(|notice| notice.contains("The new indexes are not built")));
    choices.reindex = Answer::Yes;
    choices.indexes = Answer::No;
    let plan = planned(&facts(), &choices);
    assert!(plan.reindex.is_empty() && !plan.changes.iter().any(|change| change.part == Area::Indexes));
}

#[test]
fn the_layout_decides_which_domain_attributes_are_indexed() {
    for (schema_type, users, tree) in
        [(SchemaType::One, false, true), (SchemaType::OneAndHalf, true, true), (SchemaType::Two, true, false)]
    {
        let mut choices = choices();
        choices.schema_type = schema_type;
        let plan = planned(&facts(), &choices);
        let is_indexed = |name: &str, of: &str| {
            plan.changes.iter().any(|change| change.dn.starts_with(&format!("cn={name},cn=index,cn={of},")))
        };
        assert_eq!(is_indexed("sunPreferredDomain", "userRoot"), users, "{schema_type:?}");
        assert_eq!(is_indexed("inetCanonicalDomainName", "internet"), tree, "{schema_type:?}");
        assert!(is_indexed("displayname", "PiServerDb"));
    }
}

#[test]
fn old_address_books_that_are_there_are_indexed_in_a_directory_of_schema_2() {
    let mut facts = facts();
    facts.backends.push(backend("books", "o=pab"));
    let mut choices = choices();
    choices.schema_type = SchemaType::Two;
    let plan = planned(&facts, &choices);
    assert!(plan.changes.iter().any(|change| change.dn.starts_with("cn=memberOfPAB,cn=index,cn=books,")));
    choices.indexes = Answer::No;
    assert!(!planned(&facts, &choices).changes.iter().any(|change| change.dn.contains("cn=books,")));
}

#[test]
fn suffixes_in_one_database_share_their_indexes() {
    let mut facts = facts();
    hold(&mut facts, &[("all", "o=root")]);
    let mut choices = choices();
    facts.entries.push(commdssetup::facts::ExistingEntry { dn: crate::support::dn("o=root") });
    choices.user_suffix = crate::support::dn("o=usergroup,o=root");
    choices.dc_suffix = crate::support::dn("o=internet,o=root");
    let plan = planned(&facts, &choices);
    let all = plan.changes.iter().filter(|change| change.dn.starts_with("cn=inetDomainBaseDN,cn=index,cn=all,"));
    assert_eq!(all.count(), 1);
    assert_eq!(plan.reindex.iter().filter(|task| task.backend == "all").count(), 1);
}
