//! Secrets go nowhere: the passwords of ics.conf, the keys and values of the databases and what a file that is carried over
//! holds are words that occur nowhere else, and after every command all that was printed, logged, reported or kept is
//! searched for them. Only what is meant to hold them is left out: the databases, their backup, the configuration, and the
//! originals that a run saves. csmigrate starts no programs, so there are no arguments of theirs to search.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;

use bdb::format::ByteOrder;
use bdb::write::{BtreeWriter, Duplicates, WriteOptions};
use bdb::{Data, Record, WriteAt};
use testkit::canary::Searched;

use crate::support::genuine;
use crate::support::site::{NEW, OLD};
use crate::support::{Outcome, Site};

const CONF: &str = "/etc/opt/SUNWics5/config/ics.conf";
const EDITS: &[&str] = &["--ics-conf", CONF, "--read-only", "on"];
const PAGE: usize = 512;

/// A site with databases and a configuration full of secrets.
struct Watched(Searched<Site>);

impl Deref for Watched {
    type Target = Searched<Site>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Watched {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl Watched {
    fn site() -> Self {
        let mut watched = Self(Searched::new(Site::bare(), 7, |site, path| {
            [site.path("/db"), site.path("/etc")].iter().any(|exempt| path.components().eq(exempt.components()))
        }));
        for (name, order) in [("ics50events.db", Order::Ascending), ("ics50todos.db", Order::AsMade)] {
            let content = watched.database(name, order);
            watched.site.write(&format!("{OLD}/{name}"), content);
        }
        let carried = watched.canaries.word("file that is carried over");
        watched
            .site
            .write("/db/old/ics50caldb.conf", format!("caldb.version= \"1.0.0\"\nx.password = \"{carried}\"\n"));
        let conf = watched.conf();
        watched.site.write(CONF, conf);
        fs::create_dir_all(watched.site.path("/var/opt/SUNWics5/logs")).unwrap();
        watched
    }

    /// Secrets beside the lines that are edited, in several spellings.
    fn conf(&mut self) -> String {
        let lines = [
            "service.admin.calmaster.cred = \"@\"",
            "caldb.berkeleydb.homedir.path = \".\"",
            "local.authldapbindcred=@",
            "caldb.berkeleydb.readonly = \"no\"",
            "\tlocal.ugldapbindcred\t=  \"@ with blanks\"  ",
            "local.lookupldap.bindpw = \"@\"",
            "!local.old.passwd = \"@\"",
            "local.ldap.url = \"ldap://cn=manager:@@ldap.example.com:389/o=site\"",
            "service.wcap.secret = \"@\"",
        ];
        let secret = |line: &&str| {
            let word = self.canaries.word(line.split_once('=').unwrap().0);
            line.replacen('@', &word, 1) + "\r\n"
        };
        lines.iter().map(secret).collect()
    }

    /// Makes a database of small pages with secret keys and values, short ones and such as need pages of their own.
    fn database(&mut self, name: &str, order: Order) -> Vec<u8> {
        let mut records: Vec<_> = (0..60)
            .map(|number| {
                let fill = "-".repeat(if number % 10 == 0 { 700 } else { 0 });
                let key = self.canaries.word(&format!("key {number} of {name}")) + &fill;
                let value = self.canaries.word(&format!("value {number} of {name}")) + &fill;
                (key, value)
            })
            .collect();
        if order == Order::Ascending {
            records.sort();
        }
        let options = WriteOptions {
            byte_order: ByteOrder::Big,
            page_size: PAGE as u32,
            fill_percent: 70,
            duplicates: Duplicates::None,
            minkey: 2,
            re_len: 0,
            re_pad: 0x20,
            file_id: [7; 20],
        };
        let memory = Memory::default();
        let mut writer = BtreeWriter::new(memory.clone(), options).unwrap();
        for (key, value) in &records {
            writer.push(Record { key: key.as_bytes(), data: Data::Whole(value.as_bytes()) }).unwrap();
        }
        writer.finish().unwrap();
        memory.0.take()
    }

    /// Runs csmigrate and searches all that there is afterwards.
    #[track_caller]
    fn run(&mut self, options: &[&str], operands: &[&str]) -> Outcome {
        self.0.run(&[options, operands].concat())
    }

    #[track_caller]
    fn fails(&mut self, options: &[&str], operands: &[&str], says: &str) {
        let outcome = self.run(options, operands).failed();
        assert!(outcome.stderr.contains(says), "{outcome}");
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Ascending,
    AsMade,
}

#[derive(Clone, Default)]
struct Memory(Rc<RefCell<Vec<u8>>>);

impl WriteAt for Memory {
    fn write_all_at(&mut self, bytes: &[u8], offset: u64) -> std::io::Result<()> {
        let mut memory = self.0.borrow_mut();
        let end = offset as usize + bytes.len();
        let length = memory.len().max(end);
        memory.resize(length, 0);
        memory[end - bytes.len()..end].copy_from_slice(bytes);
        Ok(())
    }
}

#[test]
fn secrets_go_nowhere_in_runs_that_succeed() {
    let mut watched = Watched::site();
    let loud = [&["-l", "max"], EDITS].concat();
    let json = [&["-l", "max", "--json"], EDITS].concat();
    watched.run(&[&["-d"], json.as_slice()].concat(), &[OLD, NEW]).succeeded();
    watched.run(&[&["-d"], loud.as_slice()].concat(), &[OLD, NEW]).succeeded();
    for options in [&loud, &json] {
        watched.run(options, &[OLD, NEW]).succeeded();
        let conf = watched.site.read(CONF);
        assert!(conf.windows(12).any(|bytes| bytes == b"path = \"/db/"), "ics.conf was not edited");
        watched.run(options, &[OLD, NEW]).succeeded();
        for directory in [OLD, NEW] {
            watched.run(&[], &["--inspect", directory]).succeeded();
            watched.run(&["--json"], &["--inspect", directory]).succeeded();
        }
        watched.run(&[], &["--list-runs"]).succeeded();
        watched.run(&["-d", "--json"], &["--undo", NEW]).succeeded();
        watched.run(&["-l", "max"], &["--undo", NEW]).succeeded();
        watched.run(&["--json"], &["--list-runs"]).succeeded();
    }
    watched.run(&["-l", "max"], &["--ics-conf", CONF, "--read-only", "on"]).succeeded();
    let run = watched.site.run_names().pop().unwrap();
    watched.run(&["--json"], &["--undo", &run]).succeeded();
    watched.assert_searched(&["csmigrate.log", "plan.json", "journal", "report.json", "log", "report"]);
}

#[test]
fn secrets_go_nowhere_when_an_undo_leaves_changed_files() {
    let mut watched = Watched::site();
    watched.run(EDITS, &[OLD, NEW]).succeeded();
    let word = watched.canaries.word("password that was added since");
    let conf = [watched.site.read(CONF), format!("late.password = \"{word}\"\n").into_bytes()].concat();
    watched.site.write(CONF, conf);
    let database = watched.database("ics50events.db", Order::Ascending);
    fs::remove_file(watched.site.path("/db/new/ics50events.db")).unwrap();
    watched.site.write("/db/new/ics50events.db", database);
    watched.fails(&["-d", "-l", "max"], &["--undo", NEW], "was changed since");
    watched.fails(&["-d", "-q"], &["--undo", NEW], "was changed since");
    watched.fails(&["-l", "max", "--json"], &["--undo", NEW], "was changed since");
}

#[test]
fn secrets_go_nowhere_when_a_damaged_database_is_refused() {
    let mut watched = Watched::site();
    let sound = watched.database("damaged.db", Order::Ascending);
    // Each byte of two pages in turn, so that every kind of damage is met.
    let mut kinds = BTreeSet::new();
    for at in (PAGE..3 * PAGE).step_by(7) {
        let mut damaged = sound.clone();
        damaged[at] ^= 0x55;
        watched.site.write("/db/old/damaged.db", damaged);
        let outcome = watched.run(&["-d", "-l", "max"], &[OLD, NEW]);
        if outcome.status == Some(255) {
            let line = outcome.stderr.lines().next().unwrap();
            kinds.insert(line.chars().filter(|c| !c.is_ascii_digit()).collect::<String>());
        }
    }
    assert!(kinds.len() > 5, "few kinds of damage: {kinds:?}");
    let mut damaged = sound;
    damaged[PAGE + 25] = 99;
    watched.site.write("/db/old/damaged.db", damaged);
    watched.run(&[], &["--inspect", OLD]).succeeded();
    watched.fails(&["--json", "-l", "max"], &[OLD, NEW], "damaged.db");
    watched.assert_searched(&["csmigrateError.log"]);
}

#[test]
fn secrets_go_nowhere_when_an_unclean_environment_is_refused() {
    let mut watched = Watched::site();
    genuine::copy("env-4.7.25-unclean", &watched.site.path(OLD));
    watched.fails(&["-l", "max"], &[OLD, NEW], "was not closed properly");
    watched.fails(&["-l", "max", "--json"], &[OLD, NEW], "was not closed properly");
    watched.run(&[], &["--inspect", OLD]).succeeded();
}

#[test]
fn secrets_go_nowhere_when_the_configuration_is_odd_or_refused() {
    let mut watched = Watched::site();
    let word = watched.canaries.word("password in an odd line");
    let conf = watched.conf();
    let loud = [&["-l", "max", "--json"], EDITS].concat();
    for odd in [
        format!("local.password = \"{word}\n{conf}"),
        format!("{conf}local.password \"{word}\"\n"),
        format!("{conf}= \"{word}\"\ncaldb.berkeleydb.homedir.path \"{word}\"\n"),
        format!("{conf}caldb.berkeleydb.homedir.path = \".\" local.password = \"{word}\"\n"),
    ] {
        watched.site.write(CONF, odd);
        watched.run(&loud, &[OLD, NEW]).succeeded();
        watched.run(&["-l", "max"], &["--undo", NEW]).succeeded();
    }
    watched.site.write(CONF, format!("{conf}local.password = \"{word}\0\"\n"));
    watched.fails(&loud, &[OLD, NEW], "a NUL byte");
    watched.fails(&["-l", "max"], &["--undo", NEW], "a NUL byte");
}

#[test]
fn the_search_finds_what_is_there() {
    let mut watched = Watched::site();
    let paths = ["/db/old/ics50events.db", "/db/old/ics50todos.db", "/db/old/ics50caldb.conf", CONF];
    let all = paths.map(|path| watched.site.read(path)).concat();
    assert_eq!(watched.canaries.found_in(&all).len(), 60 * 2 * 2 + 1 + 7);
    let word = watched.canaries.word("of this test").into_bytes();
    let hexadecimal = format!("{word:02X?}");
    let dump = hexadecimal.replace([',', ' '], "");
    for shown in
        [hexadecimal, dump, format!("{word:#?}"), format!("{word:?}"), String::from_utf8(word[..10].to_vec()).unwrap()]
    {
        assert_eq!(watched.canaries.leaks("", shown.as_bytes()).len(), 1, "{shown}");
    }
}
