//! Attribute types and object classes are two kinds: each has its own names and identifiers, and they may be the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use clap::Parser;
use command::{Context, StateLocation, ToolError};
use commdssetup::cli::Args;
use commdssetup::ldap::{Directory, LdapError, Password, Target};
use commdssetup::program::Program;
use ldif::schema::{AttributeType, ObjectClass};
use proptest::prelude::*;
use testkit::sweep::Shared;
use testkit::tree::Tree;
use upgrade_engine::fs::memory::MemoryFs;
use upgrade_engine::fs::{FileSystem, RootPath};

use crate::support::TEXT;
use crate::support::fake_directory::{Content, FakeDirectory};

const SILENT: [&str; 19] = [
    "commdssetup",
    "-i",
    "no",
    "-R",
    "no",
    "-u",
    "o=usergroup",
    "-s",
    "yes",
    "-b",
    "no",
    "-t",
    "2",
    "-m",
    "yes",
    "-D",
    "cn=Directory Manager",
    "--ldap-url",
    "ldap://fake",
];

/// A disk with a directory that has these definitions, and with a site's schema file.
fn disk(server: &Schema, site: &Schema) -> Arc<MemoryFs> {
    let file = format!("dn: cn=schema\n{}", site.ldif());
    let tree = Tree::new()
        .directory("state")
        .mode(0o700)
        .directory("directory")
        .directory("var/tmp")
        .directory("site")
        .file("site/60site.ldif", file.as_bytes());
    let fs = Arc::new(tree.disk());
    FakeDirectory::begin_with(Arc::<MemoryFs>::clone(&fs), &server.attributes, &server.classes);
    fs
}

fn call(fs: &Arc<MemoryFs>, arguments: &[&str], at: i64) -> Result<String, String> {
    let shared: Arc<dyn FileSystem> = Arc::<MemoryFs>::clone(fs);
    let args = Args::try_parse_from([arguments, &["-w", "word", "--yes"]].concat()).unwrap();
    let state = StateLocation { fs: Shared::boxed(&shared), path: RootPath::new("/state").unwrap() };
    let context = Context {
        now: jiff::Timestamp::from_second(1_700_000_000 + at).unwrap(),
        ..Context::new("commdssetup", &args.common, &*shared, &*shared, &state)
    };
    let connect = |_: &Target, _: Option<&Password>| -> Result<Box<dyn Directory>, LdapError> {
        Ok(Box::new(FakeDirectory::new(Arc::clone(&shared))))
    };
    let done = Program::new(&args, &context, &connect).carry_out();
    done.map(|completion| format!("{:?}", completion.report.outcome))
        .map_err(|error| error.lines(&context.invocation()).join("; "))
}

fn content(fs: &Arc<MemoryFs>) -> Content {
    FakeDirectory::new(Arc::<MemoryFs>::clone(fs)).content()
}

/// Definitions of both kinds, as text.
#[derive(Clone, Debug, Default)]
struct Schema {
    attributes: Vec<String>,
    classes: Vec<String>,
}

impl Schema {
    fn ldif(&self) -> String {
        let attributes = self.attributes.iter().map(|text| format!("attributeTypes: {text}\n"));
        attributes.chain(self.classes.iter().map(|text| format!("objectClasses: {text}\n"))).collect()
    }
}

/// Identifiers of a kind.
fn oids(content: &Content, kind: &str) -> BTreeSet<String> {
    let (_, schema) = &content["cn=schema"];
    let oid = |text: &String| text.split_whitespace().nth(1).unwrap().to_ascii_lowercase();
    schema[kind].iter().map(oid).collect()
}

/// What is wrong with a schema: what a server would not take.
fn faults(content: &Content) -> Vec<String> {
    let (_, schema) = &content["cn=schema"];
    let attributes: Vec<_> = schema["attributetypes"].iter().map(|text| AttributeType::parse(text).unwrap()).collect();
    let classes: Vec<_> = schema["objectclasses"].iter().map(|text| ObjectClass::parse(text).unwrap()).collect();
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    let words = attributes.iter().map(|one| ('a', &one.oid, &one.names));
    for (kind, oid, names) in words.chain(classes.iter().map(|one| ('c', &one.oid, &one.names))) {
        for word in names.iter().chain([oid]).map(|word| word.to_ascii_lowercase()).collect::<BTreeSet<_>>() {
            if !seen.insert((kind, word.clone())) {
                faults.push(format!("{kind} {word} is there twice"));
            }
        }
    }
    let mut refer = |kind: char, word: &String, from: &str| {
        if !seen.contains(&(kind, word.to_ascii_lowercase())) {
            faults.push(format!("{from} refers to {kind} {word}, which is not there"));
        }
    };
    for attribute in &attributes {
        attribute.sup.iter().for_each(|sup| refer('a', sup, attribute.name()));
    }
    for class in &classes {
        class.must.iter().chain(&class.may).for_each(|name| refer('a', name, class.name()));
        class.sup.iter().for_each(|sup| refer('c', sup, class.name()));
    }
    faults
}

/// Runs with a site's file, again, and undoes. Returns whether the run was refused.
fn run_again_and_undo(server: &Schema, site: &Schema) -> bool {
    let fs = disk(server, site);
    let before = content(&fs);
    let run = [&SILENT[..], &["-S", "/site"]].concat();
    if let Err(refused) = call(&fs, &run, 1) {
        assert!(refused.contains("the server's schema conflicts with"), "{refused}");
        assert_eq!(content(&fs), before);
        return true;
    }
    let after = content(&fs);
    assert_ne!(after, before);
    assert_eq!(faults(&after), Vec::<String>::new());
    // What was added has an identifier of its own, over both kinds: 389 DS adds no other.
    let shared = |content: &Content| &oids(content, "attributetypes") & &oids(content, "objectclasses");
    assert_eq!(shared(&after), shared(&before));
    let second = call(&fs, &run, 2).unwrap();
    assert!(second.contains("NothingToDo"), "{second}");
    assert_eq!(content(&fs), after);
    call(&fs, &["commdssetup", "--undo"], 3).unwrap();
    assert_eq!(content(&fs), before);
    false
}

fn schema(attributes: &[String], classes: &[&str]) -> Schema {
    Schema { attributes: attributes.to_vec(), classes: classes.iter().map(|text| (*text).to_owned()).collect() }
}

#[test]
fn an_attribute_and_a_class_of_one_name_or_one_identifier_leave_no_run_half_way() {
    let word = |oid: &str, name: &str| format!("( {oid} NAME '{name}' SYNTAX {TEXT} )");
    // What the server has, what the site's file has.
    for (server, site) in [
        (
            schema(&[], &[]),
            schema(&[word("1.9.1", "siteWord")], &["( 1.9.1 NAME 'siteWord' SUP top AUXILIARY MAY siteWord )"]),
        ),
        (
            schema(&[], &["( 1.9.1 NAME 'siteWord' SUP top AUXILIARY MAY cn )"]),
            schema(&[word("1.9.1", "siteWord")], &[]),
        ),
        (
            schema(&[word("1.9.1", "siteWord")], &[]),
            schema(&[], &["( 1.9.1 NAME 'siteWord' SUP top AUXILIARY MAY siteWord )"]),
        ),
        // A class of the server's names an attribute as the class is called that comes.
        (
            schema(&[word("1.9.1", "siteWord")], &["( 1.9.2 NAME 'siteThing' SUP top AUXILIARY MAY siteWord )"]),
            schema(&[], &["( 1.9.3 NAME 'siteWord' SUP top AUXILIARY MAY cn )"]),
        ),
        // Names and identifiers of what is built in, for the other kind.
        (
            schema(&[word("1.9.6", "inetMailUser")], &[]),
            schema(&[], &["( 2.16.840.1.113730.3.1.18 NAME 'mailHost' SUP top AUXILIARY MAY inetMailUser )"]),
        ),
        // A superior and a class below it both grow.
        (
            schema(
                &[],
                &["( 1.9.4 NAME 'siteAbove' SUP top AUXILIARY )", "( 1.9.5 NAME 'siteBelow' SUP siteAbove AUXILIARY )"],
            ),
            schema(
                &[],
                &[
                    "( 1.9.4 NAME 'siteAbove' SUP top AUXILIARY MAY cn )",
                    "( 1.9.5 NAME 'siteBelow' SUP 1.9.4 AUXILIARY MAY sn )",
                ],
            ),
        ),
    ] {
        assert!(!run_again_and_undo(&server, &site), "{server:?} {site:?}");
    }
}

#[test]
fn an_identifier_that_the_other_kind_has_is_seen_before_anything_is_sent() {
    let word = |oid: &str, name: &str| format!("( {oid} NAME '{name}' SYNTAX {TEXT} )");
    let site = schema(&[word("1.9.1", "siteWord")], &["( 1.9.1 NAME 'siteThing' SUP top AUXILIARY MAY siteWord )"]);
    let mut choices = crate::support::choices();
    let file = format!("dn: cn=schema\n{}", site.ldif());
    choices.site_schema = vec![commdssetup::choices::SiteFile { path: "60x.ldif".to_owned(), content: file.into() }];
    let plan = crate::support::planned(&crate::support::facts(), &choices);
    let left = plan.left_out.iter().find(|left| left.name == "siteThing").unwrap();
    assert_eq!(
        left.reason,
        "its identifier 1.9.1 is that of the attribute siteWord, and a server adds an identifier only once"
    );
    // Of a class and of an attribute that are built in: the products need them.
    for (attributes, classes, name, difference) in [
        (
            vec![word("2.16.840.1.113730.3.2.146", "siteWord")],
            vec![],
            "inetMailUser",
            "is the attribute siteWord on the server",
        ),
        (
            vec![],
            vec!["( 2.16.840.1.113730.3.1.18 NAME 'siteThing' SUP top AUXILIARY )"],
            "mailHost",
            "is the class siteThing on the server",
        ),
    ] {
        let mut facts = crate::support::facts();
        let attributes: Vec<&str> = attributes.iter().map(String::as_str).collect();
        crate::support::user_defined(&mut facts, &attributes, &classes);
        let plan = crate::support::planned(&facts, &crate::support::choices());
        let found = crate::support::conflict(&plan, name);
        assert!(found.difference.ends_with(difference), "{}", found.difference);
        assert!(plan.is_empty() && plan.refusals().count() == 1);
    }
}

/// Names that both kinds may have; the last two are of built-in elements of the other kind.
const ATTRIBUTE_NAMES: [&str; 8] =
    ["siteA", "siteB", "siteC", "siteD", "siteE", "siteF", "inetMailUser", "icsCalendarUser"];
const CLASS_NAMES: [&str; 8] = ["siteA", "siteB", "siteC", "siteD", "siteE", "siteF", "mailHost", "icsCalendar"];
const ATTRIBUTE_OIDS: [&str; 7] =
    ["1.9.1", "1.9.2", "1.9.3", "1.9.4", "siteA-oid", "oid-siteB", "2.16.840.1.113730.3.2.146"];
const CLASS_OIDS: [&str; 7] =
    ["1.9.1", "1.9.2", "1.9.3", "1.9.4", "siteA-oid", "oid-siteB", "2.16.840.1.113730.3.1.18"];

/// One definition as numbers: identifier, name, alias, superior, attributes.
type Choice = (usize, usize, Option<usize>, Option<usize>, Vec<usize>);

fn choice() -> impl Strategy<Value = Choice> {
    let some = || prop::option::weighted(0.4, 0..8_usize);
    (0..7_usize, 0..8_usize, some(), some(), prop::collection::vec(0..8_usize, 0..3))
}

/// Definitions that a file may hold: names and identifiers once within a kind where `is_server`, and what they refer to there.
fn made(attributes: &[Choice], classes: &[Choice], is_server: bool) -> Schema {
    let mut schema = Schema::default();
    let mut known: BTreeMap<char, BTreeSet<String>> = BTreeMap::new();
    let add = |kind: char, words: &[&str], known: &mut BTreeMap<char, BTreeSet<String>>| {
        let words: BTreeSet<String> = words
            .iter()
            .map(|word| word.strip_prefix("oid-").map_or_else(|| (*word).to_owned(), |name| format!("{name}-oid")))
            .collect();
        let of_kind = known.entry(kind).or_default();
        let is_new = words.is_disjoint(of_kind) || !is_server;
        if is_new {
            of_kind.extend(words);
        }
        is_new
    };
    let quoted = |names: &[&str]| names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(" ");
    for (oid, name, alias, sup, _) in attributes {
        let names: Vec<&str> = [Some(name), alias.as_ref()]
            .into_iter()
            .flatten()
            .map(|at| ATTRIBUTE_NAMES[*at])
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let sup = sup.map(|at| ATTRIBUTE_NAMES[at]).filter(|sup| !names.contains(sup));
        let is_there = |sup: &&str| !is_server || known.get(&'a').is_some_and(|words| words.contains(*sup));
        let sup = sup.filter(is_there).map_or(String::new(), |sup| format!(" SUP {sup}"));
        let oid = ATTRIBUTE_OIDS[*oid];
        if add('a', &[&names[..], &[oid]].concat(), &mut known) {
            schema.attributes.push(format!("( {oid} NAME ( {} ){sup} SYNTAX {TEXT} )", quoted(&names)));
        }
    }
    for (oid, name, alias, sup, may) in classes {
        let names: Vec<&str> = [Some(name), alias.as_ref()]
            .into_iter()
            .flatten()
            .map(|at| CLASS_NAMES[*at])
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let has = |kind: char, word: &str| known.get(&kind).is_some_and(|words| words.contains(word));
        let sup = sup.map(|at| CLASS_NAMES[at]).filter(|sup| !names.contains(sup) && (!is_server || has('c', sup)));
        let may: Vec<&str> =
            may.iter().map(|at| ATTRIBUTE_NAMES[*at]).filter(|name| !is_server || has('a', name)).collect();
        let may = if may.is_empty() { String::new() } else { format!(" MAY ( {} )", may.join(" $ ")) };
        let oid = CLASS_OIDS[*oid];
        if add('c', &[&names[..], &[oid]].concat(), &mut known) {
            let sup = sup.unwrap_or("top");
            schema.classes.push(format!("( {oid} NAME ( {} ) SUP {sup} AUXILIARY{may} )", quoted(&names)));
        }
    }
    schema
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 50, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn whatever_the_kinds_share_a_run_is_refused_whole_or_can_be_repeated_and_undone(
        server in (prop::collection::vec(choice(), 0..4), prop::collection::vec(choice(), 0..4)),
        site in (prop::collection::vec(choice(), 0..5), prop::collection::vec(choice(), 0..5)),
    ) {
        run_again_and_undo(&made(&server.0, &server.1, true), &made(&site.0, &site.1, false));
    }
}
