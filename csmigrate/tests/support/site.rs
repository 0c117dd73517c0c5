//! A product root in a temporary directory with a source, and the program run on it with a cleared environment.

use std::fs;
use std::ops::Deref;
use std::path::Path;

use testkit::manifest::{Manifest, Options};
pub(crate) use testkit::site::{attributes, is_root, names_in, run, set_modified};

use super::{Outcome, genuine};

/// The source, below the root.
pub(crate) const OLD: &str = "/db/old";
/// The target, below the root; it is not there at first.
pub(crate) const NEW: &str = "/db/new";

/// A site with a directory `logs` beside the root.
pub(crate) struct Site(testkit::site::Site);

impl Deref for Site {
    type Target = testkit::site::Site;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Site {
    /// Makes a root with an empty source.
    pub(crate) fn bare() -> Self {
        let site = Self(testkit::site::Site::new(env!("CARGO_BIN_EXE_csmigrate")));
        fs::create_dir(site.beside("logs")).unwrap();
        fs::create_dir_all(site.path(OLD)).unwrap();
        site
    }

    /// Makes a root whose source holds genuine databases.
    pub(crate) fn with(databases: &[&str]) -> Self {
        let site = Self::bare();
        for name in databases {
            genuine::copy(name, &site.path(OLD));
        }
        site
    }

    /// Makes a root whose source is a small calendar database as an administrator would find it: two databases, the version
    /// file, a log, region files and caches.
    pub(crate) fn calendar() -> Self {
        let site = Self::bare();
        let old = site.path(OLD);
        for name in ["ics50events.db", "ics50todos.db", "log.0000000001"] {
            genuine::copy(&format!("csdb-6.2-le/{name}"), &old);
        }
        site.write("/db/old/ics50caldb.conf", "caldb.version= \"1.0.0 [BerkeleyDB]\"\r\n\u{e9}");
        site.write("/db/old/__db.001", "region");
        for cache in ["ldap_cache", "cld_cache"] {
            fs::create_dir(old.join(cache)).unwrap();
            site.write(&format!("/db/old/{cache}/ldapcache.db"), "not looked at");
        }
        site
    }

    /// Runs the program and fails when it fails.
    #[track_caller]
    pub(crate) fn migrate(&self, options: &[&str]) -> Outcome {
        self.run(&[options, &[OLD, NEW]].concat()).succeeded()
    }

    /// Runs the program, which has to fail and to change nothing below the root, and returns what it said.
    #[track_caller]
    pub(crate) fn refused(&self, arguments: &[&str]) -> Outcome {
        let before = self.manifest();
        let outcome = self.run(arguments).failed();
        self.assert_unchanged(&before);
        assert!(outcome.stderr.ends_with("  Nothing was changed.\n"), "{outcome}");
        outcome
    }

    /// Returns the lines of a log below `directory`, without time and process.
    pub(crate) fn log_lines(&self, directory: &Path, name: &str) -> String {
        let text = fs::read_to_string(directory.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let lines = text.lines().map(|line| {
            let (head, rest) = line.split_once("] ").unwrap_or_else(|| panic!("{line}"));
            let (time, process) = head.split_once(' ').unwrap();
            assert!(time.len() == 20 && time.ends_with('Z') && process.starts_with("csmigrate["), "{line}");
            format!("{rest}\n")
        });
        self.plain(&lines.collect::<String>())
    }
}

/// Fails when two trees differ.
#[track_caller]
pub(crate) fn assert_same(expected: &Manifest, found: &Manifest) {
    expected.assert_same(found);
}

/// Writes down a tree.
pub(crate) fn manifest(directory: &Path) -> Manifest {
    testkit::site::manifest(directory, &Options::default())
}
