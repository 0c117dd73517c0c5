//! Files that the administrator named.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, missing_docs)]

use std::os::unix::fs::{MetadataExt, chown};

use upgrade_engine::new_files::write_file;

#[test]
fn a_file_that_is_replaced_keeps_its_owner_and_its_mode() {
    testkit::peers::need("@root");
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("out");
    write_file(&path, b"old", 0o600).unwrap();
    chown(&path, Some(65534), Some(65533)).unwrap();
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o640)).unwrap();
    write_file(&path, b"new", 0o600).unwrap();
    let found = path.metadata().unwrap();
    assert_eq!((found.uid(), found.gid(), found.mode() & 0o7777), (65534, 65533, 0o640));
    assert_eq!(std::fs::read(&path).unwrap(), b"new");
}
