//! The umask decides no mode. Alone in its file: the umask belongs to the whole process.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use rustix::{fs::Mode, process::umask};
use upgrade_engine::fs::{FileSystem, RelPath, RootPath, real::RealFs};

#[test]
fn modes_do_not_come_from_the_umask() {
    let place = tempfile::tempdir().unwrap();
    let root = RealFs::open(place.path()).unwrap().open_dir(&RootPath::new("/").unwrap()).unwrap();
    let at = |name: &str| RelPath::new(name).unwrap();
    umask(Mode::from_raw_mode(0o277));
    root.create(&at("file")).unwrap();
    root.append(&at("log"), b"x").unwrap();
    root.make_dir(&at("dir")).unwrap();
    let modes = ["file", "log", "dir"].map(|name| root.stat(&at(name)).unwrap().mode);
    assert_eq!(modes, [0o600, 0o640, 0o700]);
}
