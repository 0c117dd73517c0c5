//! A server that is made up: the standard schema by name, and whatever a test adds. It can be changed by a plan, as a real one is.

pub(crate) mod fake_directory;
pub(crate) mod published;

use commdssetup::choices::{Answer, Choices, Holds, OldIcsOids, SchemaType, UnpublishedOids};
use commdssetup::facts::{
    Access, Backend, ExistingEntry, Facts, IndexEntry, LARGEST_REQUEST, MappingNode, Marker, SchemaUpdates, Server,
    Storage, Subschema, Values, Vendor,
};
use commdssetup::plan::{Conflict, DirectoryChange, EditKind, Operation, Plan, plan};
use ldif::Dn;

pub(crate) const TEXT: &str = "1.3.6.1.4.1.1466.115.121.1.15";
pub(crate) const IA5: &str = "1.3.6.1.4.1.1466.115.121.1.26";
pub(crate) const NAME: &str = "1.3.6.1.4.1.1466.115.121.1.12";

/// A silent run that does everything, but for the server and the name.
pub(crate) const SILENT: [&str; 16] = [
    "-i",
    "yes",
    "-R",
    "yes",
    "-r",
    "o=internet",
    "-u",
    "o=usergroup",
    "-s",
    "yes",
    "-b",
    "yes",
    "-t",
    "1.5",
    "-m",
    "yes",
];

/// Attributes that every directory has and that our classes name.
const STANDARD: &str = "objectClass aci cn commonName sn uid userPassword mail owner businessCategory description o ou seeAlso \
    userCertificate c givenName labeledURL telephoneNumber facsimileTelephoneNumber postalAddress audio carLicense \
    departmentNumber employeeNumber employeeType homePhone homePostalAddress initials jpegPhoto labeledURI manager mobile pager \
    photo roomNumber secretary x500uniqueIdentifier userSMIMECertificate userPKCS12 associatedDomain organizationName uniqueMember \
    co member dc title";

pub(crate) fn dn(text: &str) -> Dn {
    Dn::parse(text).unwrap()
}

pub(crate) fn choices() -> Choices {
    Choices {
        schema: Answer::Yes,
        indexes: Answer::Yes,
        reindex: Answer::Yes,
        holds: Holds::UsersAndGroups,
        schema_type: SchemaType::OneAndHalf,
        dc_suffix: dn("o=internet"),
        user_suffix: dn("o=usergroup"),
        modify: Answer::Yes,
        instance: None,
        bind_dn: "cn=Directory Manager".to_owned(),
        site_schema: Vec::new(),
        unpublished_oids: UnpublishedOids::LeaveOut,
        old_ics_oids: OldIcsOids::Keep,
    }
}

pub(crate) fn index(of: &str, attribute: &str, types: &[&str]) -> IndexEntry {
    IndexEntry {
        dn: format!("cn={attribute},{of}"),
        attribute: attribute.to_owned(),
        types: types.iter().map(|kind| (*kind).to_owned()).collect(),
        raw: Vec::new(),
    }
}

pub(crate) fn backend(name: &str, suffix: &str) -> Backend {
    let of = format!("cn={name},cn=ldbm database,cn=plugins,cn=config");
    let indexes = vec![index(&format!("cn=index,{of}"), "mail", &["pres", "eq", "sub"])];
    Backend { name: name.to_owned(), dn: of, suffix: dn(suffix), indexes, access: Access::ReadWrite }
}

/// What says that a suffix is answered from a database.
pub(crate) fn mapping(database: &str, suffix: &str) -> MappingNode {
    MappingNode {
        dn: format!("cn={},cn=mapping tree,cn=config", suffix.replace('=', "\\3D")),
        suffix: dn(suffix),
        state: "backend".to_owned(),
        backends: vec![database.to_owned()],
        referrals: Vec::new(),
    }
}

/// Has the server hold these suffixes in these databases, and no others.
pub(crate) fn hold(facts: &mut Facts, databases: &[(&str, &str)]) {
    facts.backends = databases.iter().map(|(name, suffix)| backend(name, suffix)).collect();
    facts.mapping_tree = databases.iter().map(|(name, suffix)| mapping(name, suffix)).collect();
}

/// A server with one database for `o=usergroup`.
pub(crate) fn facts() -> Facts {
    let standard = STANDARD.split_whitespace().enumerate();
    let attribute_types =
        standard.map(|(at, name)| format!("( 0.9.1.{at} NAME '{name}' SYNTAX {TEXT} X-ORIGIN 'RFC' )")).collect();
    let classes = ["top", "person", "organizationalPerson", "organizationalUnit", "groupOfUniqueNames", "alias"];
    let object_classes = classes.iter().enumerate().map(|(at, name)| {
        let sup = if *name == "top" { "ABSTRACT MUST objectClass" } else { "SUP top STRUCTURAL MAY ( cn $ ou )" };
        format!("( 0.9.2.{at} NAME '{name}' {sup} X-ORIGIN 'RFC' )")
    });
    Facts {
        server: Server {
            vendor: Vendor::Ds389,
            version: "389-Directory/2.3.1".to_owned(),
            url: "ldap://localhost:389".to_owned(),
            instance: None,
            schema_updates: SchemaUpdates::On,
            largest_request: LARGEST_REQUEST,
        },
        subschema: Subschema {
            dn: "cn=schema".to_owned(),
            attribute_types,
            object_classes: object_classes.collect(),
            syntaxes: Vec::new(),
        },
        backends: vec![backend("userRoot", "o=usergroup")],
        taken_names: Vec::new(),
        default_indexes: vec![index("cn=default indexes", "mail", &["pres", "eq", "sub"])],
        mapping_tree: vec![mapping("userRoot", "o=usergroup")],
        entries: vec![ExistingEntry { dn: dn("o=usergroup") }],
        marker: None,
        replicas: Vec::new(),
        storage: Storage::Unseen("made up".to_owned()),
    }
}

pub(crate) fn planned(facts: &Facts, choices: &Choices) -> Plan {
    plan(facts, choices).unwrap()
}

/// Adds definitions as a server shows those that came over LDAP.
pub(crate) fn user_defined(facts: &mut Facts, attributes: &[&str], classes: &[&str]) {
    let mark = |text: &&str| stored(text);
    facts.subschema.attribute_types.extend(attributes.iter().map(mark));
    facts.subschema.object_classes.extend(classes.iter().map(mark));
}

/// Adds definitions as a server shows those of its schema files.
pub(crate) fn shipped(facts: &mut Facts, attributes: &[&str], classes: &[&str]) {
    let own = |text: &&str| (*text).to_owned();
    facts.subschema.attribute_types.extend(attributes.iter().map(own));
    facts.subschema.object_classes.extend(classes.iter().map(own));
}

/// Values that a plan adds to an attribute of an entry.
pub(crate) fn added(plan: &Plan, attribute: &str) -> Vec<String> {
    let edits = plan.changes.iter().filter_map(|change| match &change.operation {
        Operation::Modify { edits } => Some(edits),
        Operation::Add { .. } | Operation::Delete { .. } => None,
    });
    let of = edits.flatten().filter(|edit| edit.kind == EditKind::Add && edit.attribute == attribute);
    of.flat_map(|edit| edit.values.clone()).collect()
}

/// The class of this name that a plan sends.
pub(crate) fn class_sent(plan: &Plan, name: &str) -> Option<ldif::schema::ObjectClass> {
    let sent = added(plan, "objectClasses").into_iter().map(|text| ldif::schema::ObjectClass::parse(&text).unwrap());
    sent.into_iter().find(|class| class.is(name))
}

/// The attribute type of this name that a plan sends.
pub(crate) fn attribute_sent(plan: &Plan, name: &str) -> Option<ldif::schema::AttributeType> {
    let sent = added(plan, "attributeTypes").into_iter().map(|text| ldif::schema::AttributeType::parse(&text).unwrap());
    sent.into_iter().find(|attribute| attribute.is(name))
}

pub(crate) fn conflict<'a>(plan: &'a Plan, name: &str) -> &'a Conflict {
    plan.conflicts.iter().find(|conflict| conflict.name == name).unwrap_or_else(|| panic!("no conflict of {name}"))
}

/// Does to the facts what a server does when it takes the changes.
pub(crate) fn apply(facts: &mut Facts, changes: &[DirectoryChange]) {
    for change in changes {
        match &change.operation {
            Operation::Modify { edits } if change.dn == "cn=schema" => {
                for edit in edits {
                    let of_attributes = edit.attribute == "attributeTypes";
                    let schema = &mut facts.subschema;
                    let values = if of_attributes { &mut schema.attribute_types } else { &mut schema.object_classes };
                    for value in &edit.values {
                        let oid = |text: &str| text.split_whitespace().nth(1).unwrap().to_owned();
                        values.retain(|known| oid(known) != oid(value));
                        if edit.kind == EditKind::Add {
                            values.push(stored(value));
                        }
                    }
                }
            }
            Operation::Modify { edits } => {
                let mut entries = facts.backends.iter_mut().flat_map(|backend| &mut backend.indexes);
                let entry = entries.find(|entry| entry.dn.eq_ignore_ascii_case(&change.dn));
                let entry = entry.unwrap_or_else(|| panic!("{} does not exist", change.dn));
                for edit in edits {
                    assert_eq!(edit.attribute, "nsIndexType");
                    for value in &edit.values {
                        match edit.kind {
                            EditKind::Add => {
                                assert!(!entry.types.contains(value), "one value twice fails the whole request")
                            }
                            EditKind::Delete => assert!(entry.types.contains(value)),
                        }
                        entry.types.retain(|kind| kind != value);
                        if edit.kind == EditKind::Add {
                            entry.types.push(value.clone());
                        }
                    }
                }
            }
            Operation::Add { attributes } => add(facts, &change.dn, attributes),
            Operation::Delete { .. } => delete(facts, &change.dn),
        }
    }
}

/// A definition as 389 DS stores it: the origins end with `user defined`.
pub(crate) fn stored(text: &str) -> String {
    if text.contains("'user defined'") {
        return text.to_owned();
    }
    match text.split_once(" X-ORIGIN ") {
        Some((head, rest)) => {
            let origin = rest.strip_suffix(" )").unwrap();
            let inner = origin.strip_prefix("( ").and_then(|list| list.strip_suffix(" )")).unwrap_or(origin);
            format!("{head} X-ORIGIN ( {inner} 'user defined' ) )")
        }
        None => format!("{} X-ORIGIN 'user defined' )", text.strip_suffix(" )").unwrap()),
    }
}

fn values<'a>(attributes: &'a [Values], name: &str) -> &'a [String] {
    attributes.iter().find(|values| values.attribute == name).map_or(&[], |values| values.values.as_slice())
}

fn add(facts: &mut Facts, name: &str, attributes: &[Values]) {
    if values(attributes, "objectClass").iter().any(|class| class == "nsBackendInstance") {
        let mut new = backend(&values(attributes, "cn")[0], &values(attributes, "nsslapd-suffix")[0]);
        new.indexes = facts.default_indexes.clone();
        for index in &mut new.indexes {
            index.dn = format!("cn={},cn=index,{}", index.attribute, new.dn);
        }
        facts.backends.push(new);
    } else if name.ends_with("cn=mapping tree,cn=config") {
        assert!(facts.backends.iter().any(|backend| backend.name == values(attributes, "nsslapd-backend")[0]));
    } else if let Some((_, of)) = name.split_once(",cn=index,") {
        let holder = facts.backends.iter_mut().find(|backend| backend.dn == of).expect("the database of the index");
        assert!(!holder.indexes.iter().any(|known| known.dn.eq_ignore_ascii_case(name)), "{name} exists");
        let types = values(attributes, "nsIndexType");
        holder.indexes.push(IndexEntry {
            dn: name.to_owned(),
            attribute: values(attributes, "cn")[0].clone(),
            types: types.to_vec(),
            raw: Vec::new(),
        });
    } else if name == commdssetup::plan::marker::DN {
        facts.marker = Some(Marker { descriptions: values(attributes, "description").to_vec() });
    } else {
        facts.entries.push(ExistingEntry { dn: dn(name) });
    }
}

fn delete(facts: &mut Facts, name: &str) {
    facts.backends.retain(|backend| backend.dn != name);
    for backend in &mut facts.backends {
        backend.indexes.retain(|index| index.dn != name);
    }
    facts.entries.retain(|entry| entry.dn != dn(name));
    if name == commdssetup::plan::marker::DN {
        facts.marker = None;
    }
}
