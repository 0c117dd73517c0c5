//! What is read of a store, what is said of an upgrade, and what shows that the new server was started.

use bdb::format::ByteOrder::{self, Big, Little};
use migrate_config::release::Bits::{Bits32, Bits64};
use migrate_config::release::Found;
use migrate_config::store::{self, Cleanup, Content, DATABASES, cleanup, situation, touched_since};
use testkit::tree::Tree;
use upgrade_engine::fs::Time;

use super::support::{btree, known, log, path};

const DATA: &str = "/var/opt/SUNWmsgsr";
const MBOXLIST: &str = "/var/opt/SUNWmsgsr/store/mboxlist";

/// Returns a store as a release writes it.
fn store(btree_version: u32, log_version: u32, order: ByteOrder) -> Tree {
    let tree = DATABASES.iter().fold(Tree::new().directory(DATA), |tree, name| {
        tree.file(&format!("{MBOXLIST}/{name}"), btree(btree_version, order))
    });
    tree.file(&format!("{MBOXLIST}/log.0000000002"), log(log_version, order))
        .file(&format!("{MBOXLIST}/log.0000000010"), log(log_version, order))
}

fn look(tree: &Tree) -> store::Store {
    store::look(&tree.disk(), &path(DATA))
}

fn lines(tree: &Tree, old: &Found, new: &Found) -> String {
    situation(&look(tree), old, new).join("\n")
}

/// The order of this machine, as no program of the new server says more.
const OURS: ByteOrder = ByteOrder::native();

#[test]
fn versions_partitions_and_cache_files_are_found() {
    let tree = store(9, 11, Big)
        .file(
            "/var/opt/SUNWmsgsr/config/msg.conf",
            "store.partition.archive.path = /export/archive\nstore.dbtmpdir = /tmp/mboxlist\n",
        )
        .file("/var/opt/SUNWmsgsr/config/local.conf", "store.partition.archive.path = /hidden\n")
        .file("/tmp/mboxlist/__db.001", "")
        .file("/var/opt/SUNWmsgsr/lock/__db.002", "")
        .directory("/export/archive");
    let store = look(&tree);
    assert!(store.is_there);
    assert_eq!(store.databases.len(), 5);
    assert_eq!(store.databases[0].content, Content::Btree { version: 9, byte_order: Big });
    assert_eq!(store.logs[1].content, Content::Log { version: 11, byte_order: Big });
    assert_eq!(store.logs[1].name.to_string(), "log.0000000010");
    let partitions: Vec<_> =
        store.partitions.iter().map(|p| (p.name.as_str(), p.path.to_string(), p.is_there)).collect();
    let primary = "/var/opt/SUNWmsgsr/store/partition/primary".to_owned();
    assert_eq!(partitions, [("archive", "/export/archive".to_owned(), true), ("primary", primary, false)]);
    let caches: Vec<_> = store.cache_files.iter().map(ToString::to_string).collect();
    assert_eq!(caches, ["/tmp/mboxlist/__db.001", "/var/opt/SUNWmsgsr/lock/__db.002"]);
}

#[test]
fn hostile_files_in_a_store_are_named_and_stop_nothing() {
    let tree = store(9, 11, Big)
        .file(&format!("{MBOXLIST}/folder.db"), "stub")
        .file(&format!("{MBOXLIST}/quota.db"), "")
        .symlink(&format!("{MBOXLIST}/lright.db"), "lright.db")
        .file("/var/opt/SUNWmsgsr/config/msg.conf", vec![b'x'; 2 << 20]);
    let store = look(&tree);
    let contents: Vec<_> = store.databases.iter().map(|file| format!("{}: {}", file.name, file.content)).collect();
    assert_eq!(contents[..2], ["folder.db: no Berkeley DB file", "peruser.db: Btree version 9, big-endian"]);
    assert_eq!(contents[2], "quota.db: empty");
    assert_eq!(store.unreadable.len(), 2, "{:?}", store.unreadable);
}

#[test]
fn without_a_mailbox_database_there_is_nothing_to_do() {
    let tree = Tree::new().directory(DATA);
    assert_eq!(cleanup(&look(&tree), &known("6.3", Some(Bits32)), &known("7.0", Some(Bits64))), Cleanup::NoStore);
    assert_eq!(lines(&tree, &known("6.3", None), &known("7.0", None)).lines().count(), 1);
}

#[test]
fn stored_r_is_mandatory_when_the_log_version_changes_or_32_bits_become_64() {
    let needed = |tree: &Tree, old: &Found, new: &Found| cleanup(&look(tree), old, new);
    let (old_log, same_log) = (store(9, 8, OURS), store(9, 11, OURS));
    let (seven_32, seven_64) = (known("7.0", Some(Bits32)), known("7.0", Some(Bits64)));
    assert!(
        matches!(needed(&old_log, &known("6.2", Some(Bits32)), &seven_32), Cleanup::Mandatory(why) if why.contains("from 8 to 11"))
    );
    assert!(
        matches!(needed(&same_log, &known("6.3", Some(Bits32)), &seven_64), Cleanup::Mandatory(why) if why.contains("64 bits"))
    );
    assert_eq!(needed(&same_log, &known("6.3", Some(Bits32)), &seven_32), Cleanup::Advised);
    assert_eq!(needed(&same_log, &known("6.3", Some(Bits64)), &seven_64), Cleanup::Advised);
    assert!(matches!(needed(&same_log, &known("6.3", None), &seven_64), Cleanup::MayBeMandatory(_)));
    let no_logs =
        DATABASES.iter().fold(Tree::new(), |tree, name| tree.file(&format!("{MBOXLIST}/{name}"), btree(9, OURS)));
    assert!(
        matches!(needed(&no_logs, &known("6.2", Some(Bits32)), &seven_32), Cleanup::Mandatory(_)),
        "the table says it"
    );
    assert!(matches!(needed(&no_logs, &known("", Some(Bits32)), &seven_32), Cleanup::MayBeMandatory(_)));
    let to_update_1 = known("7 Update 1", Some(Bits32));
    assert!(
        matches!(needed(&same_log, &known("6.3", Some(Bits32)), &to_update_1), Cleanup::Mandatory(why) if why.contains("11 to 14"))
    );
}

#[test]
fn from_62_the_formats_that_change_and_the_watcher_are_named() {
    let text = lines(&store(9, 8, OURS), &known("6.2", Some(Bits32)), &known("7.0", Some(Bits32)));
    for words in [
        "Mailboxes change from format 1_2 to 1_3",
        "there is no way back",
        "the log version changes from 8 to 11",
        "the Btree version stays 9",
        "`/opt/SUNWmsgsr/lib/stored -r` must run before",
        "On 6.2 the watcher process must be running",
        "ims_db_upgrade is not needed",
        "Never delete the old log files",
        "There are no cache files",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("6.0 has no"), "{text}");
}

#[test]
fn sixty_has_its_manual_substitute() {
    let text = lines(&store(8, 3, OURS), &known("6.0", Some(Bits32)), &known("7.0", Some(Bits32)));
    for words in
        ["6.0 has no `stored -r`", "store/mboxlist/folderlock/*", "/var/opt/SUNWmsgsr/lock/__db*", "from 3 to 11"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("watcher"), "{text}");
}

#[test]
fn only_btree_6_and_7_need_ims_db_upgrade() {
    let text = |version| lines(&store(version, 2, OURS), &known("6.0", Some(Bits32)), &known("7.0", Some(Bits32)));
    for version in [6, 7] {
        assert!(text(version).contains("Run ims_db_upgrade before"), "{version}");
    }
    assert!(text(8).contains("ims_db_upgrade is not needed"));
}

#[test]
fn a_store_of_the_other_byte_order_can_only_be_moved_with_imsbackup() {
    let other = if OURS == Little { Big } else { Little };
    let advice = "Move the mailboxes with imsbackup and imsrestore";
    let old = known("6.3", Some(Bits64));
    assert!(lines(&store(9, 11, other), &old, &known("7.0", None)).contains(advice));
    assert!(!lines(&store(9, 11, OURS), &old, &known("7.0", None)).contains(advice));
    let new = Found { byte_order: Some(other), ..known("7.0", None) };
    assert!(!lines(&store(9, 11, other), &old, &new).contains(advice), "the new programs have that order");
    assert!(lines(&store(9, 11, OURS), &old, &new).contains(advice));
}

#[test]
fn logs_newer_than_the_new_release_are_said_to_stop_it() {
    let text = lines(&store(9, 14, OURS), &known("6.3", Some(Bits32)), &known("7.0", Some(Bits32)));
    assert!(text.contains("newer than 7.0 can read"), "{text}");
}

const THEN: Time = Time { seconds: 1_200_000_000, nanoseconds: 0 };
const LATER: Time = Time { seconds: 1_300_000_000, nanoseconds: 0 };

fn touched(tree: &Tree) -> String {
    touched_since(&tree.disk(), &path(DATA), THEN).join("\n")
}

#[test]
fn an_untouched_store_shows_nothing() {
    let tree = store(9, 11, OURS).file(&format!("{DATA}/log/imap"), "").modified(LATER);
    assert_eq!(touched(&tree), "");
    assert_eq!(touched(&Tree::new()), "");
}

#[test]
fn changed_databases_mailboxes_and_newer_logs_are_found() {
    let primary = "/var/opt/SUNWmsgsr/store/partition/primary/=user/53/53/=mack1";
    let tree = store(9, 11, OURS)
        .file(&format!("{MBOXLIST}/folder.db"), btree(9, OURS))
        .modified(LATER)
        .file(&format!("{primary}/store.idx"), "x")
        .modified(LATER)
        .file(&format!("{primary}/00/1.msg"), "x")
        .modified(LATER);
    let text = touched(&tree);
    assert!(text.contains(&format!("{MBOXLIST}/folder.db was changed")), "{text}");
    assert!(text.contains(&format!("{primary}/store.idx was changed")) && !text.contains("1.msg"), "{text}");
    assert!(text.contains("not documented"), "{text}");
    let newer = store(9, 8, OURS).file(&format!("{MBOXLIST}/log.0000000011"), log(11, OURS)).modified(LATER);
    assert!(touched(&newer).contains("log.0000000011 has log version 11, newer"), "{}", touched(&newer));
}
