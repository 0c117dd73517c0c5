//! Whether a server's account may write where the server keeps its files, and whether there is space: on disks that are made up.

use std::sync::Arc;

use commdssetup::facts::{Storage, StorageKind, StoragePlace};
use commdssetup::ldap::{Bind, Target};
use commdssetup::plan::{PlanError, plan};
use commdssetup::stored::Files;
use testkit::tree::Tree;
use upgrade_engine::fs::FileSystem;
use upgrade_engine::fs::memory::MemoryFs;

use crate::support::fake_directory::FakeDirectory;
use crate::support::{choices, facts};

const SERVER: u32 = 389;

/// A directory with owner, group and mode.
#[derive(Clone, Copy)]
struct Owned(u32, u32, u32);

/// Returns what is seen of a server with this schema directory, this file in it, and this directory above the instance.
fn storage(schema: Owned, file_owner: u32, above: Owned, access_list: Option<&[u8]>, configuration: &str) -> Storage {
    let tree = Tree::new()
        .directory("directory")
        .directory("etc")
        .file("etc/passwd", "root:x:0:0:::\nsite:x:500:500:::\ndirsrv:x:389:389:::\n")
        .file("etc/group", "dirsrv:x:389:\nadmins:x:700:site,dirsrv\n")
        .directory("etc/dirsrv")
        .mode(above.2)
        .owner(above.0, above.1)
        .directory("etc/dirsrv/slapd-x")
        .mode(0o770)
        .owner(SERVER, SERVER)
        .file("etc/dirsrv/slapd-x/dse.ldif", configuration)
        .directory("etc/dirsrv/slapd-x/schema")
        .mode(schema.2)
        .owner(schema.0, schema.1);
    let tree = match access_list {
        Some(list) => tree.extended("system.posix_acl_access", list),
        None => tree,
    };
    let tree = tree.file("etc/dirsrv/slapd-x/schema/99user.ldif", "dn: cn=schema\n").owner(file_owner, 0);
    let fs: Arc<dyn FileSystem> = Arc::<MemoryFs>::new(tree.disk());
    FakeDirectory::begin(Arc::clone(&fs));
    for (name, value) in [
        ("nsslapd-localuser", "dirsrv"),
        ("nsslapd-schemadir", "/etc/dirsrv/slapd-x/schema"),
        ("nsslapd-localhost", "a.example.com"),
        ("nsslapd-port", "389"),
    ] {
        FakeDirectory::set(&fs, "cn=config", name, value);
    }
    let bind = Bind::Simple { dn: "cn=Directory Manager".to_owned() };
    let target = Target::new("ldap://localhost", false, None, bind).unwrap();
    Files { fs: &*fs, target, instance: None }.storage(&FakeDirectory::new(Arc::clone(&fs))).unwrap()
}

const CONFIGURATION: &str = "dn: cn=config\ncn: config\nnsslapd-localhost: a.example.com\nnsslapd-port: 389\n";
const ABOVE: Owned = Owned(0, 0, 0o755);

fn refused(storage: &Storage) -> Option<String> {
    storage.place(StorageKind::Schema).unwrap().refused.clone()
}

#[test]
fn the_servers_account_may_write_by_owner_group_or_others_and_not_where_the_sticky_bit_forbids_it() {
    for (schema, file_owner, may) in [
        (Owned(SERVER, SERVER, 0o700), 0, true),
        (Owned(0, SERVER, 0o770), 0, true),
        (Owned(0, 700, 0o770), 0, true),
        (Owned(0, 0, 0o777), 0, true),
        (Owned(0, 0, 0o755), SERVER, false),
        (Owned(500, 500, 0o770), SERVER, false),
        // The first that fits counts, not the best.
        (Owned(SERVER, 0, 0o577), 0, false),
        (Owned(0, SERVER, 0o757), 0, false),
        // To write without passing through is of no use.
        (Owned(SERVER, SERVER, 0o600), 0, false),
        (Owned(0, 0, 0o1777), 0, false),
        (Owned(0, 0, 0o1777), SERVER, true),
        (Owned(SERVER, 0, 0o1755), 0, true),
    ] {
        let seen = refused(&storage(schema, file_owner, ABOVE, None, CONFIGURATION));
        let Owned(user, group, mode) = schema;
        assert_eq!(seen.is_none(), may, "{user}:{group} {mode:o}, the file of {file_owner}: {seen:?}");
    }
    let seen = refused(&storage(Owned(500, 500, 0o755), 0, ABOVE, None, CONFIGURATION)).unwrap();
    assert!(seen.contains("account dirsrv cannot write there: /etc/dirsrv/slapd-x/schema belongs to site"), "{seen}");
    let above = Owned(0, 0, 0o750);
    let seen = refused(&storage(Owned(SERVER, SERVER, 0o700), 0, above, None, CONFIGURATION)).unwrap();
    assert!(seen.contains("/etc/dirsrv belongs to root (mode 0750)"), "{seen}");
    // An access control list may say anything: what is stored is compared afterwards.
    let seen = refused(&storage(Owned(0, 0, 0o755), 0, ABOVE, Some(b"list"), CONFIGURATION));
    assert_eq!(seen, None);
}

#[test]
fn files_of_another_server_or_none_are_not_taken_for_those_of_the_server() {
    let own = Owned(SERVER, SERVER, 0o700);
    for (configuration, why) in [
        (CONFIGURATION.replace("a.example", "b.example"), "of another server: nsslapd-localhost"),
        (CONFIGURATION.replace("389", "390"), "of another server: nsslapd-port"),
        ("dn: cn=other\ncn: other\n".to_owned(), "no entry cn=config"),
        ("nothing\n".to_owned(), "dse.ldif, line 1"),
    ] {
        let Storage::Unseen(said) = storage(own, 0, ABOVE, None, &configuration) else { panic!("{why}") };
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn what_does_not_fit_on_the_disk_is_refused_with_what_is_free_and_what_is_needed() {
    let place =
        |kind, free: u64| StoragePlace { kind, path: "/there".to_owned(), refused: None, free: Some(free), size: 5000 };
    for (kind, free, is_refused) in [
        (StorageKind::Schema, 100 << 10, true),
        (StorageKind::Schema, 100 << 20, false),
        (StorageKind::Configuration, 100 << 10, true),
        (StorageKind::Databases, 10 << 20, true),
        (StorageKind::Databases, 100 << 20, false),
    ] {
        let mut facts = facts();
        facts.storage = Storage::Seen(vec![place(kind, free)]);
        match plan(&facts, &choices()) {
            Err(PlanError::NoSpace { path, free: said, needed }) => {
                assert!(is_refused && path == "/there" && said == free >> 10 && needed > said, "{kind:?} {free}");
            }
            other => assert!(!is_refused && other.is_ok(), "{kind:?} {free}: {other:?}"),
        }
    }
}
