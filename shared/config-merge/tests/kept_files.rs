//! Snapshots, directories that somebody named, and files of one's own.

use std::path::Path;
use std::sync::Arc;

use config_merge::layout::Directory;
use config_merge::snapshot::{self, By, Snapshot};
use config_merge::{Error, FileSystems, Where, kept, own_files};
use serde::{Deserialize, Serialize};
use testkit::tree::Tree;
use upgrade_engine::digest::Digest;
use upgrade_engine::fs::memory::MemoryFs;
use upgrade_engine::fs::{FileSystem, RelPath};
use upgrade_engine::step::Attributes;

use crate::toy::{at, kind, lines, read, write};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Live,
    Stock,
}

fn disk() -> MemoryFs {
    let tree = Tree::new().directory("state").file("/etc/app/a.conf", "a=1\n").owner(7, 8).mode(0o604);
    tree.extended("user.note", b"x").file("/opt/app/stock/a.conf", "a=0\n").owner(0, 3).disk()
}

fn taken(fs: &dyn FileSystem) -> Snapshot<Kind> {
    let mut snapshot = Snapshot::new(at("/opt/app"));
    let mut add = |path: &str, kind, place| {
        let content = own_files::read(fs, &at(path)).unwrap();
        snapshot.add(fs, (at(path), content), kind, place).unwrap();
    };
    add("/etc/app/a.conf", Kind::Live, ("tree", By::Path));
    add("/opt/app/stock/a.conf", Kind::Stock, ("stock", By::Name));
    // The same file under another kind is saved once.
    add("/etc/app/a.conf", Kind::Stock, ("stock", By::Name));
    snapshot
}

#[test]
fn a_snapshot_holds_each_file_once_with_owner_mode_times_and_digest_and_is_read_back() {
    let fs = disk();
    let unset = snapshot::write(&fs, &at("/state/snapshot-1"), taken(&fs)).unwrap();
    assert_eq!(unset, Vec::<String>::new());
    assert_eq!(read(&fs, "/state/snapshot-1/stock/a.conf"), "a=0\n");
    let of = |dir: &str| Attributes::of(&*fs.open_dir(&at(dir)).unwrap(), &RelPath::new("a.conf").unwrap()).unwrap();
    assert_eq!(of("/etc/app"), of("/state/snapshot-1/tree/etc/app"));

    let record = snapshot::read::<Kind>(&fs, &at("/state/snapshot-1")).unwrap().unwrap();
    assert_eq!(record.base, at("/opt/app"));
    let kinds: Vec<Kind> = record.files.iter().map(|saved| saved.kind).collect();
    assert_eq!(kinds, [Kind::Live, Kind::Stock]);
    let live = &record.files[0];
    assert_eq!((live.attributes.uid, live.attributes.gid, live.attributes.mode), (7, 8, 0o604));
    assert_eq!((live.digest, live.attributes.extended.len()), (Digest::of(b"a=1\n"), 1));
}

#[test]
fn a_snapshot_is_never_written_over_another_and_a_record_of_another_form_is_refused() {
    let fs = disk();
    snapshot::write(&fs, &at("/state/snapshot-1"), taken(&fs)).unwrap();
    let error = snapshot::write(&fs, &at("/state/snapshot-1"), taken(&fs)).unwrap_err();
    assert_eq!(kind(&error), std::io::ErrorKind::AlreadyExists);

    let record = "/state/snapshot-1/snapshot.json";
    let text = read(&fs, record);
    for (from, to, what) in [("\"version\": 1", "\"version\": 9", "it has version 9"), ("\"base\"", "\"bass\"", "bass")]
    {
        write(&fs, record, text.replacen(from, to, 1).as_bytes());
        let error = snapshot::read::<Kind>(&fs, &at("/state/snapshot-1")).unwrap_err();
        assert!(lines(&error).starts_with(record) && lines(&error).contains(what), "{error}");
    }
    assert_eq!(snapshot::read::<Kind>(&fs, &at("/etc/app")).unwrap(), None);
}

#[test]
fn the_newest_of_the_kept_directories_is_the_last_by_name() {
    let fs = Tree::new().directory("state/app-2026").directory("state/app-2025").directory("state/other-3").disk();
    assert_eq!(kept::newest(&fs, &at("/state"), "app-").unwrap(), Some(at("/state/app-2026")));
    assert_eq!(kept::newest(&fs, &at("/state"), "none-").unwrap(), None);
    assert_eq!(kept::newest(&fs, &at("/nowhere"), "app-").unwrap(), None);
}

#[test]
fn a_directory_holds_files_by_the_first_of_their_names_or_is_laid_out_like_a_root() {
    let tree = Tree::new().file("/saved/new.conf", "new").file("/saved/old.conf", "old").file("/saved/sub/x", "x");
    let fs: Arc<dyn FileSystem> =
        Arc::new(tree.symlink("/saved/dangling", "nowhere").file("/saved/etc/app/y", "y").disk());
    let systems = FileSystems { product: &*fs, own: &*fs, state: &*fs };
    let directory = Directory::open(systems, Where::State, at("/saved")).unwrap();
    let wanted: [(&str, &[&str]); 3] = [("conf", &["new.conf", "old.conf"]), ("x", &["sub/x"]), ("none", &["sub"])];
    let found = directory.by_name(wanted).unwrap();
    assert_eq!(found.keys().collect::<Vec<_>>(), [&"conf", &"x"]);
    assert_eq!((&found["conf"].content, found["conf"].source.on), (&b"new".to_vec(), Where::State));
    assert!(directory.by_name([("d", &["dangling"][..])]).is_err(), "a link that leads nowhere is no missing file");

    let root = directory.as_root();
    assert_eq!(own_files::read(&root, &at("/etc/app/y")).unwrap(), b"y");
    assert_eq!(root.real(&at("/etc/app/y")).unwrap(), at("/saved/etc/app/y"));
    assert_eq!(root.real(&at("/")).unwrap(), at("/saved"));
    assert_eq!(directory.below("sub").unwrap().path(), &at("/saved/sub"));

    let refused = |path: &str| Directory::open(systems, Where::Own, at(path)).err().unwrap().to_string();
    assert_eq!(refused("/none"), "/none: no such directory");
    assert_eq!(refused("/saved/sub/x"), "/saved/sub/x: it is not a directory");
}

#[test]
fn a_file_that_was_named_is_read_whole_up_to_a_bound_and_from_its_beginning_beyond() {
    let fs = Tree::new().file("/x", "text").symlink("/link", "x").disk();
    assert_eq!(own_files::version(&fs, Path::new("/link")).unwrap().source.digest, Digest::of(b"text"));
    assert_eq!(own_files::read_if_there(&fs, &at("/none")).unwrap(), None);
    assert_eq!(own_files::read_if_there(&fs, &at("/x/below")).unwrap(), None);

    let large = fs.open_dir(&at("/")).unwrap().open_to_write(&RelPath::new("x").unwrap()).unwrap();
    large.set_len((64 << 20) + 1).unwrap();
    assert_eq!(kind(&own_files::read(&fs, &at("/x")).unwrap_err()), std::io::ErrorKind::FileTooLarge);
    let mut begin = [0; 4];
    std::io::Read::read_exact(&mut own_files::open(&fs, &at("/x")).unwrap(), &mut begin).unwrap();
    assert_eq!(&begin, b"text");
    assert!(own_files::path(Path::new("relative")).unwrap().as_bytes().ends_with(b"/relative"));
    assert!(matches!(own_files::read(&fs, &at("/")), Err(Error::Common(_))));
}
