//! Databases written by genuine releases: `shared/bdb/tests/data` and its manifest, and `tests/data` for those that were
//! never closed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// What the releases' own tools said of a database.
pub(crate) struct Row {
    /// Its path below the data directory.
    pub(crate) file: String,
    pub(crate) big_endian: bool,
    pub(crate) page_size: u32,
    pub(crate) flags: u32,
    pub(crate) records: usize,
    /// SHA-256 over the lines `hexkey hexvalue` in database order.
    pub(crate) digest: String,
}

pub(crate) fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/bdb/tests/data")
}

fn never_closed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

/// Returns the databases whose content is known.
pub(crate) fn manifest() -> Vec<Row> {
    let text = fs::read_to_string(data().join("manifest.tsv")).unwrap();
    let row = |line: &str| {
        let fields: Vec<_> = line.split('\t').collect();
        Row {
            file: fields[0].to_owned(),
            big_endian: fields[1] == "be",
            page_size: fields[2].parse().unwrap(),
            flags: u32::from_str_radix(&fields[3][2..], 16).unwrap(),
            records: fields[4].parse().unwrap(),
            digest: fields[6].to_owned(),
        }
    };
    text.lines().skip(1).map(row).collect()
}

/// Returns the names of the environments that were never closed.
pub(crate) fn unclean_environments() -> Vec<String> {
    super::site::names_in(&never_closed()).into_iter().filter(|name| name.starts_with("env-")).collect()
}

/// Copies a file, or the files of a directory, into a directory.
#[track_caller]
pub(crate) fn copy(name: &str, into: &Path) {
    let from = data().join(name);
    if !from.is_dir() {
        return copy_as(name, &into.join(from.file_name().unwrap()));
    }
    for directory in [from, never_closed().join(name)] {
        for file in super::site::names_in(&directory) {
            write(&into.join(&file), &fs::read(directory.join(&file)).unwrap());
        }
    }
}

/// Copies a file under another name.
#[track_caller]
pub(crate) fn copy_as(name: &str, to: &Path) {
    write(to, &fs::read(data().join(name)).unwrap_or_else(|error| panic!("{name}: {error}")));
}

fn write(to: &Path, content: &[u8]) {
    super::process::while_none_begins(|| fs::write(to, content)).unwrap();
    fs::set_permissions(to, fs::Permissions::from_mode(0o644)).unwrap();
}
