//! Calendar Server installations below a root directory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]
#![allow(clippy::disallowed_methods, reason = "builds the trees that are looked at")]

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::symlink;

use install_root::calendar::{Places, csdb_dir, csdb_value, logs_dir};
use install_root::{Installation, Kind, MAX_SIZE, Part, Product, find_product, read_file};
use tempfile::TempDir;
use upgrade_engine::fs::RootPath;
use upgrade_engine::fs::real::RealFs;

struct Root(TempDir);

impl Root {
    fn new(directories: &[&str]) -> Self {
        let root = Self(TempDir::new().unwrap());
        for directory in directories {
            fs::create_dir_all(root.0.path().join(directory)).unwrap();
        }
        root
    }

    fn with_pkginfo(self, text: &str) -> Self {
        fs::create_dir_all(self.0.path().join("var/sadm/pkg/SUNWics5")).unwrap();
        fs::write(self.0.path().join("var/sadm/pkg/SUNWics5/pkginfo"), text).unwrap();
        self
    }

    fn fs(&self) -> RealFs {
        RealFs::open(self.0.path()).unwrap()
    }

    fn find(&self) -> Vec<Installation> {
        find_product(&self.fs(), Product::Calendar).unwrap()
    }
}

fn path(text: &str) -> RootPath {
    RootPath::new(text).unwrap()
}

fn solaris() -> Places {
    Places::default_of(Kind::Solaris).unwrap()
}

#[test]
fn nothing_installed_is_nothing_found() {
    assert_eq!(Root::new(&["opt", "etc/opt", "var/opt/SUNWmsgsr"]).find(), []);
}

#[test]
fn a_solaris_installation_is_found_with_its_package() {
    let root = Root::new(&["opt/SUNWics5/cal/sbin", "etc/opt/SUNWics5/config", "var/opt/SUNWics5/csdb"]).with_pkginfo(
        "CLASSES=none\nBASEDIR=/opt\nPKGINST=SUNWics5\nNAME=Calendar VERSION=9\nVERSION=6.0,REV=2003.11.14\nPATCHLIST=121657-19 121657-20\n",
    );
    let [found] = root.find().try_into().unwrap();
    assert_eq!((found.product, found.layout.kind), (Product::Calendar, Kind::Solaris));
    assert_eq!(Places::of(&found.layout).unwrap(), solaris());
    assert_eq!(found.parts(), [Part::Home, Part::Config, Part::Data]);
    let [package] = found.packages().collect::<Vec<_>>().try_into().unwrap();
    assert_eq!((package.name.as_str(), package.version.as_str()), ("SUNWics5", "6.0,REV=2003.11.14"));
    assert_eq!(package.patches, ["121657-19", "121657-20"]);
}

#[test]
fn the_places_of_each_layout() {
    let places = |kind| {
        let l = Places::default_of(kind).unwrap();
        [l.home, l.tools, l.config, l.ics_conf, l.var, l.csdb, l.logs, l.tmp].map(|path| path.to_string())
    };
    assert_eq!(
        places(Kind::Solaris),
        [
            "/opt/SUNWics5/cal",
            "/opt/SUNWics5/cal/sbin",
            "/etc/opt/SUNWics5/config",
            "/etc/opt/SUNWics5/config/ics.conf",
            "/var/opt/SUNWics5",
            "/var/opt/SUNWics5/csdb",
            "/var/opt/SUNWics5/logs",
            "/var/opt/SUNWics5/tmp"
        ]
    );
    let linux = places(Kind::Linux);
    assert_eq!(linux[1], "/opt/sun/calendar/sbin");
    assert_eq!(linux[3], "/etc/opt/sun/calendar/config/ics.conf");
    assert_eq!(linux[5], "/var/opt/sun/calendar/csdb");
    let suite6 = places(Kind::Suite6);
    assert_eq!(suite6[1], "/opt/sun/comms/calendar/SUNWics5/cal/sbin");
    assert_eq!(suite6[6], "/var/opt/sun/comms/calendar/SUNWics5/logs");
}

#[test]
fn several_installations_are_found_in_order_and_the_package_belongs_to_one() {
    let root = Root::new(&[
        "opt/sun/calendar",
        "opt/SUNWics5/cal",
        "var/opt/SUNWics5",
        "etc/opt/sun/comms/calendar/SUNWics5/config",
    ])
    .with_pkginfo("BASEDIR='/opt/sun/comms/calendar/'\nVERSION=\"6.3\"\n");
    let found: Vec<_> = root
        .find()
        .into_iter()
        .map(|f| (f.layout.kind, f.parts(), f.packages().next().map(|p| p.version.clone())))
        .collect();
    assert_eq!(
        found,
        [
            (Kind::Suite6, vec![Part::Config], Some("6.3".into())),
            (Kind::Solaris, vec![Part::Home, Part::Data], None),
            (Kind::Linux, vec![Part::Home], None),
        ]
    );
}

#[test]
fn absolute_links_stay_below_the_root() {
    let root = Root::new(&["opt", "var/opt", "export/calendar/cal", "export/data"]);
    symlink("/export/calendar", root.0.path().join("opt/SUNWics5")).unwrap();
    symlink("../../export/data", root.0.path().join("var/opt/SUNWics5")).unwrap();
    symlink("/tmp", root.0.path().join("opt/sun")).unwrap();
    let found: Vec<_> = root.find().into_iter().map(|f| (f.layout.kind, f.parts())).collect();
    assert_eq!(found, [(Kind::Solaris, vec![Part::Home, Part::Data])]);
}

#[test]
fn a_file_in_a_directory_s_place_is_no_installation() {
    let root = Root::new(&["opt"]);
    fs::write(root.0.path().join("opt/SUNWics5"), "").unwrap();
    assert_eq!(root.find(), []);
}

#[test]
fn a_package_record_that_is_too_large_is_refused() {
    let root = Root::new(&["opt/SUNWics5/cal"]).with_pkginfo("VERSION=6.3\n");
    let record = root.0.path().join("var/sadm/pkg/SUNWics5/pkginfo");
    fs::OpenOptions::new().write(true).open(&record).unwrap().set_len(MAX_SIZE + 1).unwrap();
    let error = find_product(&root.fs(), Product::Calendar).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::FileTooLarge);
    assert_eq!(error.to_string(), "/var/sadm/pkg/SUNWics5/pkginfo: larger than 1048576 bytes");
}

#[test]
fn a_file_is_read_through_links_up_to_the_limit() {
    let root = Root::new(&["etc/opt/SUNWics5/config", "shared", "loop"]);
    let content = vec![b'x'; usize::try_from(MAX_SIZE).unwrap()];
    fs::write(root.0.path().join("shared/ics.conf"), &content).unwrap();
    symlink("/shared/ics.conf", root.0.path().join("etc/opt/SUNWics5/config/ics.conf")).unwrap();
    symlink("again", root.0.path().join("loop/again")).unwrap();
    assert!(read_file(&root.fs(), &solaris().ics_conf).unwrap().is_some_and(|read| read == content));
    assert_eq!(read_file(&root.fs(), &path("/shared/none")).unwrap(), None);
    assert_eq!(read_file(&root.fs(), &path("/loop/again")).unwrap_err().kind(), ErrorKind::TooManyLinks);
    assert_eq!(read_file(&root.fs(), &path("/shared")).unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[test]
fn the_logs_directory_follows_its_setting() {
    for (value, directory) in [
        (".", "/var/opt/SUNWics5/logs"),
        ("", "/var/opt/SUNWics5/logs"),
        ("./", "/var/opt/SUNWics5/logs"),
        ("logs", "/var/opt/SUNWics5/logs"),
        ("./other/logs/", "/var/opt/SUNWics5/other/logs"),
        ("/export/logs", "/export/logs"),
        ("/var/opt/SUNWics5", "/var/opt/SUNWics5"),
    ] {
        assert_eq!(logs_dir(&solaris(), value.as_bytes()).unwrap(), path(directory), "{value:?}");
    }
}

#[test]
fn the_setting_of_a_database_directory_is_a_dot_for_the_default_one() {
    for (directory, value) in [
        ("/var/opt/SUNWics5/csdb", "."),
        ("/var/opt/SUNWics5/csdb/", "."),
        ("/var/opt/SUNWics5/csdb63", "/var/opt/SUNWics5/csdb63"),
        ("/export/csdb", "/export/csdb"),
    ] {
        assert_eq!(csdb_value(&solaris(), &path(directory)), value.as_bytes());
        assert_eq!(csdb_dir(&solaris(), value.as_bytes()).unwrap(), path(directory), "{value:?}");
    }
}
