//! Files and directories that are made beside their place under a hidden name, piece by piece, and appear there by one rename.
//!
//! What was never published is removed again. Where the place is taken, the old file or directory is kept under another name.

use std::collections::BTreeSet;
use std::io::{self, Seek, SeekFrom, Write};

use super::hidden;
use crate::digest::{Piece, for_each_piece};
use crate::fs::{Attribute, Dir, Durable, Existing, File, FileSystem, Name, RelPath, RootPath};
use crate::removal::remove_tree;

/// What to do where the place is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IfTaken {
    /// Fail with [`io::ErrorKind::AlreadyExists`].
    Refuse,
    /// Keep what is there under this name, beside it.
    KeepOldAs(Name),
}

/// A directory that is being made. It appears when it is published, else it goes away.
pub struct NewTree {
    staged: Staged,
    /// The directory itself, whatever its name leads to by now.
    top: Box<dyn Dir>,
    directories: BTreeSet<RelPath>,
    /// Files that are written and not yet durable.
    unsynced: Vec<RelPath>,
}

/// Files that are made durable together.
const BATCH: usize = 65_536;

/// A file that is being made. It appears when it is published, else it goes away.
pub struct NewFileWriter {
    staged: Staged,
    file: Box<dyn File>,
    at: u64,
    length: u64,
}

struct Staged {
    dir: Box<dyn Dir>,
    hidden: RelPath,
    name: Name,
    is_published: bool,
}

impl NewTree {
    /// Begins a directory (mode 0755).
    ///
    /// # Errors
    /// As `mkdir`.
    pub fn begin(fs: &dyn FileSystem, path: &RootPath) -> io::Result<Self> {
        let staged = Staged::new(fs, path)?;
        let top = staged.dir.make_dir(&staged.hidden)?;
        Ok(Self { staged, top, directories: BTreeSet::new(), unsynced: Vec::new() })
    }

    /// Writes a file, with the directories above it.
    ///
    /// # Errors
    /// As `open` and `write`.
    pub fn write(&mut self, path: &RelPath, content: &[u8], mode: u32) -> io::Result<()> {
        let file = self.create(path)?;
        file.write_all_at(content, 0)?;
        file.set(&Attribute::Mode(mode))?;
        self.unsynced.push(path.clone());
        if self.unsynced.len() < BATCH { Ok(()) } else { self.sync() }
    }

    /// Copies a file, with the directories above it, and shows each piece to `observe`. What was never written stays a hole.
    ///
    /// # Errors
    /// As `read`, `open` and `write`.
    pub fn copy(
        &mut self,
        path: &RelPath,
        from: &dyn File,
        mode: u32,
        mut observe: impl FnMut(&[u8]),
    ) -> io::Result<()> {
        let made = self.create(path)?;
        let (mut at, mut written) = (0_u64, 0_u64);
        for_each_piece(from, |piece| {
            if let Piece::Bytes(bytes) = piece {
                made.write_all_at(bytes, at)?;
                written = at.saturating_add(piece.length());
            }
            at = at.saturating_add(piece.length());
            piece.for_each_chunk(&mut |bytes| {
                observe(bytes);
                Ok(())
            })
        })?;
        if written < at {
            made.set_len(at)?;
        }
        made.set(&Attribute::Mode(mode))?;
        made.sync(Durable::StagedFile)
    }

    /// Takes over a file of the directory that is replaced: another name of the same file, which is not written.
    ///
    /// # Errors
    /// As `link`; where the file system has no links, [`io::ErrorKind::Unsupported`] or [`io::ErrorKind::PermissionDenied`].
    pub fn take_over(&mut self, path: &RelPath) -> io::Result<()> {
        let old = RelPath::from(self.staged.name.clone()).below(path);
        self.make_directories(path)?;
        self.staged.dir.hard_link(&old, &self.staged.hidden.below(path))
    }

    /// Puts the directory into its place.
    ///
    /// # Errors
    /// As `rename`; the place is as it was then.
    pub fn publish(mut self, if_taken: &IfTaken) -> io::Result<()> {
        self.sync()?;
        let here = RelPath::here();
        for directory in self.directories.iter().rev().chain([&here]) {
            self.top.hold(directory)?.set(&Attribute::Mode(0o755))?;
            self.top.sync(directory, Durable::StagedDirectory)?;
        }
        self.staged.publish(if_taken, Durable::PublishedTree)
    }

    fn create(&mut self, path: &RelPath) -> io::Result<Box<dyn File>> {
        self.make_directories(path)?;
        self.top.create(path)
    }

    /// Makes the files durable that were written.
    fn sync(&mut self) -> io::Result<()> {
        let files = std::mem::take(&mut self.unsynced);
        self.top.sync_files(&files, Durable::StagedFile)
    }

    fn make_directories(&mut self, path: &RelPath) -> io::Result<()> {
        let mut at = RelPath::here();
        for name in path.split_last().map(|(above, _)| above).iter().flat_map(|above| above.names()) {
            at = at.join(name);
            if self.directories.insert(at.clone()) {
                self.top.make_dir(&at)?;
            }
        }
        Ok(())
    }
}

impl NewFileWriter {
    /// Begins a file.
    ///
    /// # Errors
    /// As `open`.
    pub fn begin(fs: &dyn FileSystem, path: &RootPath) -> io::Result<Self> {
        let staged = Staged::new(fs, path)?;
        let file = staged.dir.create(&staged.hidden)?;
        Ok(Self { staged, file, at: 0, length: 0 })
    }

    /// Puts the file into its place.
    ///
    /// # Errors
    /// As `fsync` and `rename`; the place is as it was then.
    pub fn publish(mut self, mode: u32, if_taken: &IfTaken) -> io::Result<()> {
        self.file.set(&Attribute::Mode(mode))?;
        self.file.sync(Durable::ReplacementFile)?;
        self.staged.publish(if_taken, Durable::WrittenFile)
    }
}

impl Write for NewFileWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write_all_at(bytes, self.at)?;
        self.at = self.at.saturating_add(bytes.len() as u64);
        self.length = self.length.max(self.at);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for NewFileWriter {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(offset) => self.length.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.at.checked_add_signed(offset),
        };
        self.at = place.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

impl Staged {
    fn new(fs: &dyn FileSystem, path: &RootPath) -> io::Result<Self> {
        let (parent, name) = path.split_last().ok_or(io::ErrorKind::IsADirectory)?;
        let dir = fs.open_dir(&parent)?;
        Ok(Self { dir, hidden: hidden(&name)?, name, is_published: false })
    }

    fn publish(&mut self, if_taken: &IfTaken, durable: Durable) -> io::Result<()> {
        let at = RelPath::from(self.name.clone());
        let is_taken = self.dir.stat(&at).is_ok();
        match if_taken {
            IfTaken::KeepOldAs(kept) if is_taken => {
                let kept = RelPath::from(kept.clone());
                self.dir.rename(&at, &kept, Existing::Refuse)?;
                if let Err(error) = self.dir.rename(&self.hidden, &at, Existing::Refuse) {
                    self.dir.rename(&kept, &at, Existing::Refuse)?;
                    return Err(error);
                }
            }
            IfTaken::Refuse | IfTaken::KeepOldAs(_) => self.dir.rename(&self.hidden, &at, Existing::Refuse)?,
        }
        self.is_published = true;
        self.dir.sync(&RelPath::here(), durable)
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.is_published && remove_tree(&*self.dir, &self.hidden).is_err() {
            let _ = self.dir.remove_file(&self.hidden);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::fs::faulty::{Fault, Faults, FaultyFs};
    use crate::fs::memory::MemoryFs;
    use crate::step::read_whole;

    fn rel(path: &str) -> RelPath {
        RelPath::new(path).unwrap()
    }

    fn top(fs: &dyn FileSystem) -> Box<dyn Dir> {
        fs.open_dir(&RootPath::new("/").unwrap()).unwrap()
    }

    fn content(fs: &dyn FileSystem, path: &str) -> Option<String> {
        let file = top(fs).open(&rel(path)).ok()?;
        Some(String::from_utf8(read_whole(&*file).unwrap()).unwrap())
    }

    fn replace(fs: &dyn FileSystem) -> io::Result<()> {
        let mut tree = NewTree::begin(fs, &RootPath::new("/out").unwrap())?;
        tree.write(&rel("a"), b"new", 0o644)?;
        tree.take_over(&rel("b"))?;
        tree.write(&rel("sub/c"), b"new", 0o644)?;
        tree.publish(&IfTaken::KeepOldAs(Name::new("out.before").unwrap()))
    }

    fn old() -> MemoryFs {
        let fs = MemoryFs::new();
        let dir = top(&fs);
        dir.make_dir(&rel("out")).unwrap();
        for name in ["out/a", "out/b"] {
            dir.create(&rel(name)).unwrap().write_all_at(b"old", 0).unwrap();
        }
        fs
    }

    #[test]
    fn a_directory_is_replaced_and_the_old_one_is_kept() {
        let fs = old();
        replace(&fs).unwrap();
        let found = ["out/a", "out/b", "out/sub/c", "out.before/a"].map(|path| content(&fs, path));
        assert_eq!(found, ["new", "old", "new", "old"].map(|text| Some(text.to_owned())));
        assert_eq!(top(&fs).list(&RelPath::here()).unwrap().len(), 2, "nothing hidden is left");
    }

    #[test]
    fn a_taken_place_is_refused_and_nothing_is_left() {
        let fs = old();
        let mut tree = NewTree::begin(&fs, &RootPath::new("/out").unwrap()).unwrap();
        tree.write(&rel("a"), b"new", 0o644).unwrap();
        assert_eq!(tree.publish(&IfTaken::Refuse).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(content(&fs, "out/a").as_deref(), Some("old"));
        assert_eq!(top(&fs).list(&RelPath::here()).unwrap().len(), 1);
    }

    #[test]
    fn stopped_at_any_call_the_place_holds_the_old_directory_or_the_new_one_or_the_old_one_is_beside_it() {
        for at in 1.. {
            let fs = Arc::new(old());
            let faults = Faults::new([Fault::Stop { at }]);
            let result = replace(&FaultyFs::new(fs.clone(), &faults));
            let is_new = content(&*fs, "out/a").as_deref() == Some("new");
            assert!(!is_new || content(&*fs, "out/sub/c").as_deref() == Some("new"), "half-written at call {at}");
            let has_old = ["out/b", "out.before/b"].iter().any(|path| content(&*fs, path).as_deref() == Some("old"));
            assert!(has_old, "lost at call {at}");
            if result.is_ok() {
                assert!(is_new && at > 10);
                break;
            }
        }
    }

    #[test]
    fn a_file_is_written_in_pieces_and_appears_when_it_is_published() {
        let fs = MemoryFs::new();
        let mut file = NewFileWriter::begin(&fs, &RootPath::new("/f").unwrap()).unwrap();
        file.write_all(b"xxcd").unwrap();
        file.seek(SeekFrom::Start(0)).unwrap();
        file.write_all(b"ab").unwrap();
        file.seek(SeekFrom::End(0)).unwrap();
        file.write_all(b"e").unwrap();
        assert_eq!(content(&fs, "f"), None);
        file.publish(0o644, &IfTaken::Refuse).unwrap();
        assert_eq!(content(&fs, "f").as_deref(), Some("abcde"));
        let again = NewFileWriter::begin(&fs, &RootPath::new("/f").unwrap()).unwrap();
        assert_eq!(again.publish(0o644, &IfTaken::Refuse).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(top(&fs).list(&RelPath::here()).unwrap().len(), 1);
    }
}
