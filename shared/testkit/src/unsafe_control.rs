//! A careless engine: it writes in place, without a journal and without a single sync.
//!
//! A sweep that finds nothing wrong with it would find nothing wrong with anything.

use std::{io, sync::Arc};

use upgrade_engine::fs::{Dir, Existing, FileSystem, RelPath, RootPath};

/// The file that it changes.
pub const FILE: &str = "etc/app.conf";
/// Where it keeps the old file.
pub const SAVED: &str = "state/app.conf";
const EDIT: &[u8] = b"\nversion=2\n";

/// Saves the file and appends a line to it, in place.
///
/// # Errors
/// As text.
pub fn run(disk: &Arc<dyn FileSystem>) -> Result<(), String> {
    replace(disk, |dir| {
        let saved = read(dir, FILE)?;
        match dir.create(&path(SAVED)) {
            Ok(copy) => copy.write_all_at(&saved, 0)?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        if !saved.ends_with(EDIT) {
            dir.open_to_write(&path(FILE))?.write_all_at(EDIT, saved.len() as u64)?;
        }
        Ok(())
    })
}

/// Writes the saved file back, in place, and forgets it.
///
/// # Errors
/// As text.
pub fn undo(disk: &Arc<dyn FileSystem>) -> Result<(), String> {
    replace(disk, |dir| {
        let saved = match read(dir, SAVED) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            saved => saved?,
        };
        let file = dir.open_to_write(&path(FILE))?;
        file.set_len(0)?;
        file.write_all_at(&saved, 0)?;
        dir.rename(&path(SAVED), &path("state/forgotten"), Existing::Replace)
    })
}

fn replace(disk: &Arc<dyn FileSystem>, act: impl FnOnce(&dyn Dir) -> io::Result<()>) -> Result<(), String> {
    let root = RootPath::new("/").unwrap();
    disk.open_dir(&root).and_then(|dir| act(dir.as_ref())).map_err(|error| error.to_string())
}

fn path(text: &str) -> RelPath {
    RelPath::new(text).unwrap()
}

fn read(dir: &dyn Dir, name: &str) -> io::Result<Vec<u8>> {
    let file = dir.open(&path(name))?;
    let mut bytes = vec![0; usize::try_from(file.stat()?.size).map_err(io::Error::other)?];
    let count = file.read_at(&mut bytes, 0)?;
    bytes.truncate(count);
    Ok(bytes)
}
