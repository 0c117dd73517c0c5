//! A 389 Directory Server of a test's own, on the loopback address, asked and changed with the stock client tools.

use std::collections::BTreeSet;
use std::ops::Deref;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use commdssetup::choices::Choices;
use commdssetup::facts::{
    Access, Backend, ExistingEntry, Facts, IndexEntry, LARGEST_REQUEST, MappingNode, Marker, SchemaUpdates, Server,
    Storage, Subschema, Vendor,
};
use commdssetup::generate::{Script, ldif_file, script};
use commdssetup::plan::{DirectoryChange, Operation, Plan, Scope, entries_to_look_for, marker};
use ldif::{Dn, Entry, Record};
use testkit::directory_server::{DirectoryServer, succeeded};
use testkit::outcome::Outcome;

pub(crate) use testkit::directory_server::MANAGER as ROOT;

const DATABASES: &str = "cn=ldbm database,cn=plugins,cn=config";

pub(crate) struct Live(DirectoryServer);

impl Deref for Live {
    type Target = DirectoryServer;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Live {
    /// Starts a server.
    pub(crate) fn start(test: &str) -> Self {
        Self::start_with(test, "False")
    }

    /// Starts a server that has a certificate, signed by an authority that nobody knows.
    pub(crate) fn start_with_tls(test: &str) -> Self {
        Self::start_with(test, "True")
    }

    fn start_with(test: &str, certificate: &str) -> Self {
        let live = Self(DirectoryServer::start(test, certificate));
        std::fs::create_dir_all(live.path("root/var/tmp")).unwrap();
        live
    }

    /// The program with these arguments, its files and its runs in a place of the test's own.
    pub(crate) fn bare(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_commdssetup"));
        command.arg("--root").arg(self.path("root")).arg("--state-dir").arg(self.path("state")).args(arguments);
        command
    }

    /// The program with these arguments as the Directory Manager of this server.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.bare(arguments);
        command.args(["--ldap-url", &self.url, "-D", ROOT, "--password-file"]).arg(self.path("password"));
        command
    }

    /// Runs the program as the Directory Manager of this server.
    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        Outcome::of(&mut self.command(arguments))
    }

    /// Resumes or undoes a run, with a yes in advance: the run knows its server.
    pub(crate) fn finish(&self, arguments: &[&str]) -> Outcome {
        Outcome::of(self.bare(arguments).arg("--yes").arg("--password-file").arg(self.path("password")))
    }

    /// The directory of the instance.
    pub(crate) fn instance(&self) -> String {
        format!("/etc/dirsrv/slapd-{}", self.name)
    }

    /// Ends the server at once, as a power failure would.
    pub(crate) fn kill(&self) {
        let pid = std::fs::read_to_string(format!("/run/dirsrv/slapd-{}.pid", self.name)).unwrap();
        assert!(Command::new("kill").args(["-9", pid.trim()]).status().unwrap().success());
        while Path::new(&format!("/proc/{}", pid.trim())).exists() && !is_zombie(pid.trim()) {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }

    /// Starts the server again.
    pub(crate) fn start_again(&self) {
        // The dead process may not have been waited for by anybody, and would be taken for a living one.
        let _ = std::fs::remove_file(format!("/run/dirsrv/slapd-{}.pid", self.name));
        let locks = std::fs::read_dir(format!("/run/lock/dirsrv/slapd-{}/server", self.name));
        for lock in locks.into_iter().flatten() {
            std::fs::remove_file(lock.unwrap().path()).unwrap();
        }
        let output = Command::new("dsctl").args([&self.name, "start"]).env("PREFIX", self.path("")).output();
        succeeded(output.unwrap(), "dsctl start");
    }

    /// How many requests of the access log change something.
    pub(crate) fn changes_logged(&self) -> usize {
        let log = self.access_log();
        log.lines().filter(|line| [" MOD dn", " ADD dn", " DEL dn"].iter().any(|word| line.contains(word))).count()
    }

    /// Returns entries; none where the base does not exist.
    pub(crate) fn search(&self, base: &str, scope: &str, filter: &str, attributes: &[&str]) -> Vec<Entry> {
        let mut command = self.client("ldapsearch");
        let output = command
            .args(["-LLL", "-o", "ldif-wrap=no", "-b", base, "-s", scope, filter])
            .args(attributes)
            .output()
            .unwrap();
        if output.status.code() == Some(32) {
            return Vec::new();
        }
        let text = succeeded(output, base);
        ldif::entries(text.as_bytes()).collect::<Result<_, _>>().unwrap()
    }

    pub(crate) fn facts(&self, choices: &Choices) -> Facts {
        let texts = |entry: &Entry, name: &str| -> Vec<String> {
            entry.values(name).map(|value| String::from_utf8(value.to_vec()).unwrap()).collect()
        };
        let schema = self.search("cn=schema", "base", "(objectClass=*)", &["attributeTypes", "objectClasses"]);
        let indexes = self.search(DATABASES, "sub", "(objectClass=nsIndex)", &["cn", "nsIndexType"]);
        let below = |dn: &Dn| -> Vec<IndexEntry> {
            let of = indexes.iter().filter(|entry| entry.dn.is_below(dn));
            of.map(|entry| IndexEntry {
                dn: entry.dn.to_string(),
                attribute: texts(entry, "cn")[0].clone(),
                types: texts(entry, "nsIndexType"),
                raw: Vec::new(),
            })
            .collect()
        };
        let backends = self.search(DATABASES, "one", "(objectClass=nsBackendInstance)", &["cn", "nsslapd-suffix"]);
        let nodes = self.search("cn=mapping tree,cn=config", "one", "(objectClass=*)", &["cn", "nsslapd-state"]);
        let found = |dn: &Dn| !self.search(&dn.to_string(), "base", "(objectClass=*)", &["1.1"]).is_empty();
        let note = self.search(marker::DN, "base", "(objectClass=*)", &["description"]);
        Facts {
            server: Server {
                vendor: Vendor::Ds389,
                version: String::new(),
                url: self.url.clone(),
                instance: None,
                schema_updates: SchemaUpdates::On,
                largest_request: LARGEST_REQUEST,
            },
            subschema: Subschema {
                dn: "cn=schema".to_owned(),
                attribute_types: texts(&schema[0], "attributeTypes"),
                object_classes: texts(&schema[0], "objectClasses"),
                syntaxes: Vec::new(),
            },
            backends: backends
                .iter()
                .map(|entry| Backend {
                    name: texts(entry, "cn")[0].clone(),
                    dn: entry.dn.to_string(),
                    suffix: Dn::parse(&texts(entry, "nsslapd-suffix")[0]).unwrap(),
                    indexes: below(&entry.dn),
                    access: Access::ReadWrite,
                })
                .collect(),
            taken_names: Vec::new(),
            default_indexes: below(&Dn::parse(&format!("cn=default indexes,cn=config,{DATABASES}")).unwrap()),
            mapping_tree: nodes
                .iter()
                .map(|entry| MappingNode {
                    dn: entry.dn.to_string(),
                    suffix: Dn::parse(&texts(entry, "cn")[0]).unwrap(),
                    state: texts(entry, "nsslapd-state").concat(),
                    backends: Vec::new(),
                    referrals: Vec::new(),
                })
                .collect(),
            entries: entries_to_look_for(choices).into_iter().filter(found).map(|dn| ExistingEntry { dn }).collect(),
            marker: note.first().map(|entry| Marker { descriptions: texts(entry, "description") }),
            replicas: Vec::new(),
            storage: Storage::Unseen("read by other tools".to_owned()),
        }
    }

    /// Everything that a run may change, as sets.
    pub(crate) fn state(&self, choices: &Choices) -> BTreeSet<String> {
        let facts = self.facts(choices);
        let mut state: BTreeSet<String> = facts.subschema.attribute_types.into_iter().collect();
        state.extend(facts.subschema.object_classes);
        for backend in facts.backends {
            state.insert(backend.dn);
            for index in backend.indexes {
                let types: BTreeSet<_> = index.types.into_iter().collect();
                state.insert(format!("{} {types:?}", index.dn));
            }
        }
        state.extend(facts.mapping_tree.into_iter().map(|node| node.dn));
        state.extend(facts.entries.into_iter().map(|entry| entry.dn.to_string()));
        let notes = facts.marker.into_iter().flat_map(|note| note.descriptions);
        state.extend(notes.map(|note| format!("noted: {note}")));
        state
    }

    /// Applies a plan by nothing but the generated files, and returns what the script says.
    pub(crate) fn run_generated(&self, plan: &Plan, id: &str) -> String {
        let ldif = self.path(&format!("{id}.ldif"));
        let changes = marker::by_hand(&plan.changes, &plan.reindex);
        std::fs::write(&ldif, ldif_file("Prepares the directory", &changes).unwrap()).unwrap();
        let text = script(Script {
            url: &self.url,
            start_tls: false,
            ca_file: None,
            bind_dn: Some(ROOT),
            ldif: ldif.to_str().unwrap(),
            id,
            reindex: &plan.reindex,
        });
        assert!(!String::from_utf8_lossy(&text).contains("Canary-Word-9"));
        let path = self.path(&format!("{id}.sh"));
        std::fs::write(&path, text).unwrap();
        let run = Command::new("sh").arg(path).env("DSSETUP_PASSWORD_FILE", self.path("password")).output().unwrap();
        succeeded(run, id)
    }

    /// Takes changes back, one request each, subtrees with `ldapdelete -r`.
    pub(crate) fn apply(&self, changes: &[DirectoryChange]) {
        for change in changes {
            if matches!(change.operation, Operation::Delete { scope: Scope::Subtree }) {
                succeeded(self.client("ldapdelete").arg("-r").arg(&change.dn).output().unwrap(), &change.dn);
            } else {
                let file = ldif_file("Undoes", std::slice::from_ref(change)).unwrap();
                succeeded(self.modify(&file), &change.reason);
            }
        }
    }

    /// Sends records with `ldapmodify`, all of which it must take.
    pub(crate) fn take(&self, text: &str) {
        let records: Result<Vec<Record>, _> = ldif::records(text.as_bytes()).collect();
        assert!(records.is_ok());
        succeeded(self.modify(text.as_bytes()), text);
    }

    /// The lines of the access log, with the result of each request in it: the server answers before it writes that line.
    pub(crate) fn access_log(&self) -> String {
        let path = format!("/var/log/dirsrv/slapd-{}/access", self.name);
        let start = Instant::now();
        loop {
            let log = std::fs::read_to_string(Path::new(&path)).unwrap();
            let missing = request_without_result(&log);
            if missing.is_none() {
                return log;
            }
            assert!(start.elapsed() < Duration::from_secs(30), "the access log has no result of {missing:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Writes each line of the access log at once.
    pub(crate) fn log_at_once(&self) {
        self.take("dn: cn=config\nchangetype: modify\nreplace: nsslapd-accesslog-logbuffering\nnsslapd-accesslog-logbuffering: off\n");
    }
}

/// Finds a request in an access log, as its connection and number, that has no result there.
fn request_without_result(log: &str) -> Option<(&str, &str)> {
    // A server that is killed leaves requests without one, and begins with a line of its name again.
    let log = log.rfind("389-Directory/").map_or(log, |start| &log[start..]);
    let of_kind = |kinds: &'static [&str]| {
        log.lines().filter_map(move |line| match line.split_whitespace().collect::<Vec<_>>()[..] {
            [_, _, connection, number, kind, ..] if kinds.contains(&kind) => Some((connection, number)),
            _ => None,
        })
    };
    let done: BTreeSet<_> = of_kind(&["RESULT"]).collect();
    of_kind(&["SRCH", "MOD", "ADD", "DEL"]).find(|request| !done.contains(request))
}

fn is_zombie(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')').next().is_none_or(|rest| rest.trim_start().starts_with('Z'))
}
