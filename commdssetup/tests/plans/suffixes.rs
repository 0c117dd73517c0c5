//! Suffixes that are missing.

use commdssetup::choices::{Holds, SchemaType};
use commdssetup::facts::{ExistingEntry, MappingNode, Replica, ReplicaRole};
use commdssetup::plan::{Area, Plan, PlanError, entries_to_look_for, plan};

use crate::support::{choices, dn, facts, hold, planned};

fn made(plan: &Plan) -> Vec<&str> {
    plan.changes.iter().filter(|change| change.part == Area::Suffixes).map(|change| change.dn.as_str()).collect()
}

#[test]
fn with_a_domain_tree_its_suffix_and_those_of_the_address_books_are_made() {
    assert_eq!(
        made(&planned(&facts(), &choices())),
        [
            "cn=internet,cn=ldbm database,cn=plugins,cn=config",
            r"cn=o\3Dinternet,cn=mapping tree,cn=config",
            "o=internet",
            "cn=pab,cn=ldbm database,cn=plugins,cn=config",
            r"cn=o\3Dpab,cn=mapping tree,cn=config",
            "o=pab",
            "cn=PiServerDb,cn=ldbm database,cn=plugins,cn=config",
            r"cn=o\3DPiServerDb,cn=mapping tree,cn=config",
            "o=PiServerDb",
        ]
    );
}

#[test]
fn without_a_domain_tree_only_the_address_books_of_today_are_made() {
    let mut choices = choices();
    choices.schema_type = SchemaType::Two;
    let plan = planned(&facts(), &choices);
    assert_eq!(made(&plan).last(), Some(&"o=PiServerDb"));
    assert_eq!(made(&plan).len(), 3);
}

#[test]
fn a_directory_for_configuration_only_gets_the_schema_and_nothing_else() {
    let mut choices = choices();
    choices.holds = Holds::ConfigurationOnly;
    let plan = planned(&facts(), &choices);
    assert!(plan.changes.iter().all(|change| matches!(change.part, Area::Schema | Area::Marker)));
    assert!(plan.reindex.is_empty() && entries_to_look_for(&choices).is_empty());
}

#[test]
fn a_suffix_within_a_database_gets_its_entry_only_and_its_indexes_there() {
    let mut facts = facts();
    hold(&mut facts, &[("main", "dc=example,dc=com")]);
    facts.entries = vec![ExistingEntry { dn: dn("dc=com") }, ExistingEntry { dn: dn("dc=example,dc=com") }];
    let mut choices = choices();
    choices.user_suffix = dn("o=usergroup,dc=example,dc=com");
    let plan = planned(&facts, &choices);
    assert_eq!(made(&plan)[0], "o=usergroup,dc=example,dc=com");
    assert_eq!(plan.reindex[0].backend, "main");
    assert!(plan.changes.iter().any(|change| change.dn.starts_with("cn=icsCalendar,cn=index,cn=main,")));
}

#[test]
fn the_nearest_database_holds_a_suffix_whatever_it_is_called() {
    let mut facts = facts();
    hold(&mut facts, &[("userRoot", "dc=com"), ("people", "o=UserGroup, dc=com")]);
    facts.entries = vec![ExistingEntry { dn: dn("o=usergroup,dc=com") }];
    let mut choices = choices();
    choices.user_suffix = dn("o=usergroup,dc=com");
    let plan = planned(&facts, &choices);
    assert_eq!(plan.reindex[0].backend, "people");
    assert!(plan.reindex.iter().all(|task| task.backend != "userRoot"));
}

#[test]
fn a_suffix_whose_parent_is_missing_is_refused() {
    let mut facts = facts();
    hold(&mut facts, &[("main", "dc=com")]);
    facts.entries = vec![ExistingEntry { dn: dn("dc=com") }];
    let mut choices = choices();
    choices.user_suffix = dn("o=usergroup,dc=example,dc=com");
    assert!(entries_to_look_for(&choices).contains(&dn("dc=example,dc=com")));
    let Err(PlanError::MissingParent { parent, .. }) = plan(&facts, &choices) else { panic!("it is refused") };
    assert_eq!(parent, "dc=example,dc=com");
}

#[test]
fn a_suffix_that_another_server_answers_for_is_refused() {
    let mut facts = facts();
    facts.mapping_tree.push(MappingNode {
        dn: r"cn=o\3Dinternet,cn=mapping tree,cn=config".to_owned(),
        suffix: dn("o=internet"),
        state: "referral".to_owned(),
        backends: Vec::new(),
        referrals: vec!["ldap://other/o=internet".to_owned()],
    });
    let Err(error) = plan(&facts, &choices()) else { panic!("it is refused") };
    assert!(error.to_string().contains("`referral ldap://other/o=internet`"), "{error}");
}

#[test]
fn a_read_only_replica_names_its_supplier_and_gets_no_entry() {
    let mut facts = facts();
    facts.entries.clear();
    facts.replicas.push(Replica {
        suffix: dn("o=usergroup"),
        role: ReplicaRole::Consumer,
        suppliers: vec!["ldap://supplier.example.com:389".to_owned()],
        consumers: Vec::new(),
    });
    let plan = planned(&facts, &choices());
    assert!(!made(&plan).contains(&"o=usergroup"));
    assert!(
        plan.notices
            .iter()
            .any(|notice| notice.contains("o=usergroup is missing") && notice.contains("supplier.example.com"))
    );
    assert!(
        plan.notices.iter().any(|notice| notice.contains("a read-only replica")
            && notice.contains("run commdssetup on its suppliers first"))
    );
}

#[test]
fn a_supplier_names_the_servers_that_need_a_run_of_their_own_once_each() {
    let mut facts = facts();
    for suffix in ["o=usergroup", "o=internet"] {
        facts.replicas.push(Replica {
            suffix: dn(suffix),
            role: ReplicaRole::Supplier,
            suppliers: vec!["ldap://a:389/".to_owned()],
            consumers: vec!["A:389".to_owned(), "b:389".to_owned()],
        });
    }
    assert_eq!(
        planned(&facts, &choices()).notices,
        [
            "This instance is a supplier of o=usergroup.",
            "This instance is a supplier of o=internet.",
            "Run commdssetup on these as well, on suppliers first, then on hubs, then on read-only replicas: ldap://a:389/, b:389."
        ]
    );
}

#[test]
fn a_class_that_may_come_with_the_server_is_reported_when_it_is_widened() {
    let mut facts = facts();
    let class = "( 2.16.840.1.113730.3.2.3 NAME 'mailRecipient' SUP top AUXILIARY MAY ( cn $ mail ) X-ORIGIN ( 'Netscape Messaging Server 4.x' 'user defined' ) )";
    facts.subschema.object_classes.push(class.to_owned());
    let notices = planned(&facts, &choices()).notices;
    let said = notices.iter().find(|notice| notice.contains("The class mailRecipient may come with the server"));
    assert!(
        said.is_some_and(|notice| notice.contains("`Netscape Messaging Server 4.x`") && notice.contains("mailHost")),
        "{notices:?}"
    );
}

#[test]
fn a_new_database_takes_no_name_that_is_taken() {
    let mut facts = facts();
    hold(&mut facts, &[("userroot", "o=other"), ("Internet", "o=more"), ("internet2", "o=most")]);
    let plan = planned(&facts, &choices());
    let names: Vec<_> =
        made(&plan).into_iter().filter(|dn| dn.contains("ldbm")).map(|dn| dn.split(',').next().unwrap()).collect();
    assert_eq!(names, ["cn=userRoot2", "cn=internet3", "cn=pab", "cn=PiServerDb"]);
}

#[test]
fn a_root_entry_is_of_the_class_that_its_name_asks_for() {
    for (name, class) in
        [("dc=example,dc=com", "domain"), ("ou=people", "organizationalUnit"), ("O = User Group", "organization")]
    {
        let mut facts = facts();
        hold(&mut facts, &[]);
        let mut choices = choices();
        choices.user_suffix = dn(name);
        let plan = planned(&facts, &choices);
        let root = plan.changes.iter().find(|change| change.reason.starts_with("the root entry")).unwrap();
        assert!(format!("{:?}", root.operation).contains(&format!("\"{class}\"")), "{root:?}");
    }
    let mut facts = facts();
    hold(&mut facts, &[]);
    let mut choices = choices();
    choices.user_suffix = dn("uid=x");
    assert!(matches!(plan(&facts, &choices), Err(PlanError::RootEntry { .. })));
}

#[test]
fn a_suffix_where_the_server_keeps_itself_and_a_name_that_it_does_not_take_are_refused() {
    for name in ["cn=config", "cn=schema", "ou=people,cn=config", "cn=Monitor"] {
        let mut choices = choices();
        choices.user_suffix = dn(name);
        assert!(matches!(plan(&facts(), &choices), Err(PlanError::SuffixOfTheServer { .. })), "{name}");
    }
    for name in ["c=germany", "o=", "o=#04024869"] {
        let mut choices = choices();
        choices.user_suffix = dn(name);
        assert!(matches!(plan(&facts(), &choices), Err(PlanError::RootEntry { .. })), "{name}");
    }
}

#[test]
fn a_suffix_within_another_new_one_goes_into_its_database() {
    let mut facts = facts();
    hold(&mut facts, &[]);
    facts.entries.clear();
    let mut choices = choices();
    choices.user_suffix = dn("ou=people,o=internet");
    let plan = planned(&facts, &choices);
    let databases = made(&plan).into_iter().filter(|dn| dn.contains("ldbm")).count();
    assert_eq!(databases, 3, "{:?}", made(&plan));
}
