//! A directory that lies in one file of a file system of a test, so that a sweep over the file system's calls also stops it, fails it, and
//! cuts its power. Each change is atomic, as those of a real one are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use commdssetup::facts::Values;
use commdssetup::ldap::{Depth, Directory, Entry, LdapError, Search};
use commdssetup::plan::{EditKind, ValueEdit};
use ldif::Dn;
use upgrade_engine::fs::{Attribute, Durable, Existing, FileSystem, RelPath, RootPath, Time};

pub(crate) type Content = BTreeMap<String, (String, BTreeMap<String, Vec<String>>)>;

const PLACE: &str = "/directory";
const DATABASES: &str = "cn=ldbm database,cn=plugins,cn=config";

pub(crate) struct FakeDirectory {
    fs: Arc<dyn FileSystem>,
    /// Tasks, which a server forgets when it goes down; also lets in one request at a time.
    tasks: Mutex<Content>,
}

fn key(dn: &str) -> String {
    Dn::parse(dn).unwrap().to_string().to_ascii_lowercase()
}

fn refused(dn: &str, code: u32) -> LdapError {
    LdapError::Refused { verb: "change", dn: dn.to_owned(), code, name: "test", text: String::new() }
}

fn put(content: &mut Content, dn: &str, attributes: &[(&str, &[&str])]) {
    let owned = attributes
        .iter()
        .map(|(name, values)| (name.to_ascii_lowercase(), values.iter().map(|value| (*value).to_owned()).collect()));
    content.insert(key(dn), (dn.to_owned(), owned.collect()));
}

/// The directory of [`super::facts`].
fn first() -> Content {
    let facts = super::facts();
    let mut content = Content::new();
    put(
        &mut content,
        "",
        &[
            ("vendorName", &["389 Project"]),
            ("vendorVersion", &["389-Directory/2"]),
            ("namingContexts", &["o=usergroup"]),
        ],
    );
    put(&mut content, "cn=config", &[("nsslapd-rootdn", &["cn=Directory Manager"])]);
    put(
        &mut content,
        "cn=o\\3Dusergroup,cn=mapping tree,cn=config",
        &[
            ("objectClass", &["nsMappingTree"]),
            ("cn", &["o=usergroup"]),
            ("nsslapd-state", &["backend"]),
            ("nsslapd-backend", &["userRoot"]),
        ],
    );
    for name in ["config", "monitor"] {
        put(
            &mut content,
            &format!("cn={name},{DATABASES}"),
            &[("objectClass", &["extensibleObject"]), ("cn", &[name])],
        );
    }
    put(&mut content, "o=usergroup", &[("objectClass", &["top", "organization"]), ("o", &["usergroup"])]);
    let texts = |values: &[String]| values.to_vec();
    let schema = BTreeMap::from([
        ("attributetypes".to_owned(), texts(&facts.subschema.attribute_types)),
        ("objectclasses".to_owned(), texts(&facts.subschema.object_classes)),
    ]);
    content.insert(key("cn=schema"), ("cn=schema".to_owned(), schema));
    for place in [format!("cn=userRoot,{DATABASES}"), format!("cn=default indexes,cn=config,{DATABASES}")] {
        let indexes = if place.starts_with("cn=default") { place.clone() } else { format!("cn=index,{place}") };
        if indexes != place {
            put(
                &mut content,
                &place,
                &[("objectClass", &["nsBackendInstance"]), ("cn", &["userRoot"]), ("nsslapd-suffix", &["o=usergroup"])],
            );
        }
        let types: &[&str] = &["pres", "eq", "sub"];
        put(
            &mut content,
            &format!("cn=mail,{indexes}"),
            &[("objectClass", &["nsIndex"]), ("cn", &["mail"]), ("nsIndexType", types)],
        );
    }
    content
}

impl FakeDirectory {
    pub(crate) fn new(fs: Arc<dyn FileSystem>) -> Self {
        Self { fs, tasks: Mutex::new(Content::new()) }
    }

    /// Puts the directory there for the first time.
    pub(crate) fn begin(fs: Arc<dyn FileSystem>) {
        Self::new(fs).write(&first()).unwrap();
    }

    /// Sets one value of an entry, which is made where it is not there.
    pub(crate) fn set(fs: &Arc<dyn FileSystem>, dn: &str, attribute: &str, value: &str) {
        let directory = Self::new(Arc::clone(fs));
        let mut content = directory.read().unwrap();
        let entry = content.entry(key(dn)).or_insert_with(|| (dn.to_owned(), BTreeMap::new()));
        entry.1.insert(attribute.to_ascii_lowercase(), vec![value.to_owned()]);
        directory.write(&content).unwrap();
    }

    /// Adds one value to an entry.
    pub(crate) fn add_value(fs: &Arc<dyn FileSystem>, dn: &str, attribute: &str, value: &str) {
        let directory = Self::new(Arc::clone(fs));
        let mut content = directory.read().unwrap();
        let entry = content.get_mut(&key(dn)).unwrap();
        entry.1.entry(attribute.to_ascii_lowercase()).or_default().push(value.to_owned());
        directory.write(&content).unwrap();
    }

    /// Takes an entry away.
    pub(crate) fn remove(fs: &Arc<dyn FileSystem>, dn: &str) {
        let directory = Self::new(Arc::clone(fs));
        let mut content = directory.read().unwrap();
        content.remove(&key(dn));
        directory.write(&content).unwrap();
    }

    /// Puts the directory there with further definitions, as if they had come over LDAP.
    pub(crate) fn begin_with(fs: Arc<dyn FileSystem>, attributes: &[String], classes: &[String]) {
        let mut content = first();
        let (_, schema) = content.get_mut(&key("cn=schema")).unwrap();
        for (name, more) in [("attributetypes", attributes), ("objectclasses", classes)] {
            schema.get_mut(name).unwrap().extend(more.iter().map(|text| super::stored(text)));
        }
        Self::new(fs).write(&content).unwrap();
    }

    /// All that lies in the directory.
    pub(crate) fn content(&self) -> Content {
        self.read().unwrap()
    }

    fn read(&self) -> Result<Content, LdapError> {
        let read = || -> std::io::Result<Vec<u8>> {
            let dir = self.fs.open_dir(&RootPath::new(PLACE).unwrap())?;
            upgrade_engine::step::read_whole(&*dir.open(&RelPath::new("entries").unwrap())?)
        };
        let bytes = read().map_err(|_| LdapError::Lost { url: "ldap://fake".to_owned() })?;
        Ok(serde_json::from_slice(&bytes).unwrap())
    }

    fn write(&self, content: &Content) -> Result<(), LdapError> {
        // Sets have no order: what is the same is to be the same bytes.
        let mut content = content.clone();
        content.values_mut().flat_map(|(_, attributes)| attributes.values_mut()).for_each(|values| values.sort());
        let time = Attribute::Modified(Time { seconds: 1_100_000_000, nanoseconds: 1 });
        let write = || -> std::io::Result<()> {
            let dir = self.fs.open_dir(&RootPath::new(PLACE).unwrap())?;
            let (new, old) = (RelPath::new("new").unwrap(), RelPath::new("entries").unwrap());
            // What an earlier one that was cut off left behind.
            let _ = dir.remove_file(&new);
            let file = dir.create(&new)?;
            file.write_all_at(&serde_json::to_vec(&content).unwrap(), 0)?;
            file.set(&time)?;
            file.sync(Durable::ReplacementFile)?;
            dir.rename(&new, &old, Existing::Replace)?;
            dir.sync(&RelPath::here(), Durable::ReplacedFile)
        };
        write().map_err(|_| LdapError::Lost { url: "ldap://fake".to_owned() })
    }
}

/// Refuses what a server refuses because of its configuration.
fn check(content: &Content, dn: &str, size: usize) -> Result<(), LdapError> {
    let is = |of: &str, attribute: &str, value: &str| {
        let values = content.get(&key(of)).and_then(|(_, attributes)| attributes.get(attribute));
        values.is_some_and(|values| values.iter().any(|known| known.eq_ignore_ascii_case(value)))
    };
    let limit = content.get("cn=config").and_then(|(_, attributes)| attributes.get("nsslapd-maxbersize"));
    if limit.is_some_and(|limit| limit[0].parse::<usize>().is_ok_and(|limit| limit > 0 && size > limit)) {
        return Err(LdapError::Lost { url: "ldap://fake".to_owned() });
    }
    let is_of_schema = dn.eq_ignore_ascii_case("cn=schema");
    if is("cn=config", "nsslapd-readonly", "on") || is_of_schema && is("cn=config", "nsslapd-schemamod", "off") {
        return Err(refused(dn, 53));
    }
    if is_of_schema || key(dn).ends_with("cn=config") {
        return Ok(());
    }
    let name = Dn::parse(dn).unwrap();
    let suffix = |attributes: &BTreeMap<String, Vec<String>>| {
        attributes.get("nsslapd-suffix").map(|values| Dn::parse(&values[0]).unwrap())
    };
    let databases = content.iter().filter_map(|(of, (_, attributes))| Some((of, suffix(attributes)?)));
    let holder = databases.filter(|(_, suffix)| name == *suffix || name.is_below(suffix));
    let Some((database, suffix)) = holder.max_by_key(|(_, suffix)| suffix.to_string().len()) else {
        return Err(refused(dn, 32));
    };
    let node = content.values().find(|(_, attributes)| {
        let is_node =
            attributes.get("objectclass").is_some_and(|classes| classes.iter().any(|of| of == "nsMappingTree"));
        is_node
            && attributes
                .get("cn")
                .is_some_and(|names| names.iter().any(|of| Dn::parse(of).is_ok_and(|of| of == suffix)))
    });
    match node {
        Some((_, attributes)) if attributes["nsslapd-state"][0] == "backend" => {}
        Some(_) => return Err(refused(dn, 10)),
        None => return Err(refused(dn, 32)),
    }
    if is(database, "nsslapd-readonly", "on") {
        return Err(refused(dn, 53));
    }
    let above = name.split_first().unwrap().1;
    let has_parent = name == suffix || content.contains_key(&above.to_string().to_ascii_lowercase());
    if has_parent { Ok(()) } else { Err(refused(dn, 32)) }
}

fn bytes<'a>(values: impl Iterator<Item = &'a String>) -> usize {
    values.map(String::len).sum()
}

fn oid(definition: &str) -> &str {
    definition.split_whitespace().nth(1).unwrap()
}

impl Directory for FakeDirectory {
    fn search(&self, search: &Search<'_>) -> Result<Vec<Entry>, LdapError> {
        let tasks = self.tasks.lock().unwrap();
        let mut content = self.read()?;
        content.extend(tasks.clone());
        let base = Dn::parse(search.base).unwrap();
        let is_in_scope = |name: &str| {
            let dn = Dn::parse(name).unwrap();
            match search.depth {
                Depth::Base => dn == base,
                Depth::Children => dn.split_first().is_some_and(|(_, above)| above == base),
                Depth::Subtree => dn == base || dn.is_below(&base),
            }
        };
        let wanted: Vec<&str> =
            search.filter.split("objectClass=").skip(1).map(|rest| rest.split(')').next().unwrap()).collect();
        let fits = |attributes: &BTreeMap<String, Vec<String>>| {
            let classes = attributes.get("objectclass").map_or(&[][..], Vec::as_slice);
            wanted.contains(&"*")
                || classes.iter().any(|class| wanted.iter().any(|name| name.eq_ignore_ascii_case(class)))
        };
        // The other parts of a filter are alternatives.
        let parts = search.filter.split('(').filter_map(|part| part.split(')').next()?.split_once('='));
        let others: Vec<_> = parts
            .filter(|(name, _)| !["objectClass", "nsSystemIndex"].contains(name))
            .map(|(name, value)| (name.to_ascii_lowercase(), value))
            .collect();
        let has_other = |attributes: &BTreeMap<String, Vec<String>>| {
            let is = |name: &String, value: &str| {
                let values = attributes.get(name).map_or(&[][..], Vec::as_slice);
                values.iter().any(|known| value == "*" || known.eq_ignore_ascii_case(value))
            };
            others.is_empty() || others.iter().any(|(name, value)| is(name, value))
        };
        let found = content
            .into_values()
            .filter(|(dn, attributes)| is_in_scope(dn) && fits(attributes) && has_other(attributes));
        let entry = |(dn, attributes): (String, BTreeMap<String, Vec<String>>)| {
            let bytes = attributes
                .into_iter()
                .map(|(name, values)| (name, values.into_iter().map(String::into_bytes).collect()));
            Entry { dn, attributes: bytes.collect() }
        };
        Ok(found.map(entry).collect())
    }

    fn add(&self, dn: &str, attributes: &[Values]) -> Result<(), LdapError> {
        let mut tasks = self.tasks.lock().unwrap();
        let mut content = self.read()?;
        if tasks.contains_key(&key(dn)) || content.contains_key(&key(dn)) {
            return Err(refused(dn, 68));
        }
        check(&content, dn, bytes(attributes.iter().flat_map(|values| &values.values)))?;
        let mut own: BTreeMap<String, Vec<String>> =
            attributes.iter().map(|values| (values.attribute.to_ascii_lowercase(), values.values.clone())).collect();
        if dn.ends_with("cn=tasks,cn=config") {
            own.insert("nstaskexitcode".to_owned(), vec!["0".to_owned()]);
            tasks.insert(key(dn), (dn.to_owned(), own));
            return Ok(());
        }
        if own["objectclass"].iter().any(|class| class == "nsBackendInstance") {
            let types: &[&str] = &["pres", "eq", "sub"];
            put(
                &mut content,
                &format!("cn=mail,cn=index,{dn}"),
                &[("objectClass", &["nsIndex"]), ("cn", &["mail"]), ("nsIndexType", types)],
            );
        }
        content.insert(key(dn), (dn.to_owned(), own));
        self.write(&content)
    }

    fn modify(&self, dn: &str, edits: &[ValueEdit]) -> Result<(), LdapError> {
        let _tasks = self.tasks.lock().unwrap();
        let mut content = self.read()?;
        check(&content, dn, bytes(edits.iter().flat_map(|edit| &edit.values)))?;
        let Some((_, attributes)) = content.get_mut(&key(dn)) else { return Err(refused(dn, 32)) };
        for edit in edits {
            let is_schema = dn == "cn=schema";
            let values = attributes.entry(edit.attribute.to_ascii_lowercase()).or_default();
            if is_schema {
                // By identifier, all at once: there are hundreds of definitions.
                let wanted: BTreeSet<&str> = edit.values.iter().map(|value| oid(value)).collect();
                let there: BTreeSet<&str> = values.iter().map(|value| oid(value)).collect();
                if edit.kind == EditKind::Delete && !wanted.is_subset(&there) {
                    return Err(refused(dn, 16));
                }
                values.retain(|known| !wanted.contains(oid(known)));
                if edit.kind == EditKind::Add {
                    values.extend(edit.values.iter().map(|value| super::stored(value)));
                }
                continue;
            }
            for value in &edit.values {
                let is_it = |known: &String| known == value;
                match (edit.kind, values.iter().any(is_it)) {
                    (EditKind::Add, true) => return Err(refused(dn, 20)),
                    (EditKind::Delete, false) => return Err(refused(dn, 16)),
                    _ => {}
                }
                values.retain(|known| !is_it(known));
                if edit.kind == EditKind::Add {
                    values.push(value.clone());
                }
            }
        }
        self.write(&content)
    }

    fn delete(&self, dn: &str) -> Result<(), LdapError> {
        let _tasks = self.tasks.lock().unwrap();
        let mut content = self.read()?;
        let of = Dn::parse(dn).unwrap();
        if content.values().any(|(name, _)| Dn::parse(name).unwrap().is_below(&of)) {
            return Err(refused(dn, 66));
        }
        check(&content, dn, 0)?;
        content.remove(&key(dn)).ok_or_else(|| refused(dn, 32))?;
        self.write(&content)
    }

    fn who_am_i(&self) -> Result<Option<String>, LdapError> {
        Ok(Some("cn=directory manager".to_owned()))
    }
}
