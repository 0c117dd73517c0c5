//! What the kernel of the machine at hand never makes happen: the way to rename without `RENAME_NOREPLACE`.

use super::*;

fn rename(place: &Path, from: &str, to: &str) -> io::Result<()> {
    let root = RealFs::open(place).unwrap().root;
    rename_without_noreplace(root.as_fd(), from.as_bytes(), root.as_fd(), to.as_bytes())
}

#[test]
fn a_rename_without_the_kernels_help_replaces_nothing() {
    let place = tempfile::tempdir().unwrap();
    let at = |name: &str| place.path().join(name);
    fs::write(at("file"), "old").unwrap();
    fs::write(at("taken"), "precious").unwrap();
    fs::create_dir(at("dir")).unwrap();
    fs::create_dir(at("empty")).unwrap();
    std::os::unix::fs::symlink("nowhere", at("dangling")).unwrap();
    for (from, to) in
        [("file", "taken"), ("file", "dangling"), ("file", "empty"), ("dir", "empty"), ("dir", "dangling")]
    {
        assert_eq!(rename(place.path(), from, to).unwrap_err().kind(), ErrorKind::AlreadyExists, "{from} to {to}");
    }
    assert_eq!(fs::read(at("taken")).unwrap(), b"precious");
    for (from, to) in [("file", "new file"), ("dir", "new dir"), ("dangling", "new link")] {
        rename(place.path(), from, to).unwrap();
        assert!(at(from).symlink_metadata().is_err() && at(to).symlink_metadata().is_ok(), "{from} to {to}");
    }
    assert_eq!(fs::read_link(at("new link")).unwrap(), Path::new("nowhere"));
}
