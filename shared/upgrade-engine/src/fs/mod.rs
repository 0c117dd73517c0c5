//! The only code of the workspace that changes the file system.
//!
//! A [`FileSystem`] is a product root; a [`Dir`] is a directory of it held open. Every path given to a [`Dir`] is relative,
//! is resolved beneath that handle one name at a time, and never passes through a symbolic link, so that an account that
//! can write into the directory cannot lead us out of it. There are three implementations:
//!
//! * [`real::RealFs`] on the machine's disk;
//! * [`faulty::FaultyFs`], which wraps another one and fails, or stops for good, at the Nth call;
//! * [`memory::MemoryFs`], which forgets everything not synced when the power fails.
//!
//! Each sync names what it makes durable ([`Durable`]), so that a test can leave out one of them and watch the power-loss
//! sweep find what an administrator would have lost.

pub mod faulty;
pub mod memory;
pub mod path;
pub mod real;
mod real_held;
mod real_lock;
pub mod real_program;

use std::io;

pub use path::{Name, PathError, RelPath, RootPath};

/// What a directory entry is; symbolic links are never followed to find out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FileKind {
    /// A regular file.
    Regular,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A named pipe.
    Fifo,
    /// A socket, or a block or character device.
    Special,
}

/// Device and inode number: two names with the same one are the same file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId {
    /// Number of the device that holds the file.
    pub device: u64,
    /// Inode number on that device.
    pub inode: u64,
}

/// A modification time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Time {
    /// Seconds since 1970-01-01T00:00:00Z; negative before.
    pub seconds: i64,
    /// Nanoseconds after that second.
    pub nanoseconds: u32,
}

/// What `lstat` tells of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// File, directory, link, ...
    pub kind: FileKind,
    /// Permission bits with set-id and sticky bits (`07777`).
    pub mode: u32,
    /// Owning user.
    pub uid: u32,
    /// Owning group.
    pub gid: u32,
    /// Length in bytes.
    pub size: u64,
    /// Bytes allocated on the disk; less than `size` for a sparse file.
    pub allocated: u64,
    /// Time of the last change of the content.
    pub modified: Time,
    /// Number of names.
    pub links: u64,
    /// Which file this is.
    pub id: FileId,
}

/// One attribute of a file, directory or link, to be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// User and group. Clears set-id bits, so set it before the mode.
    Owner {
        /// User id.
        uid: u32,
        /// Group id.
        gid: u32,
    },
    /// Permission bits (`07777`); has no meaning for a symbolic link and is refused there.
    Mode(u32),
    /// One extended attribute, with its namespace in the name (`user.x`).
    Extended {
        /// Full name.
        name: Vec<u8>,
        /// New value.
        value: Vec<u8>,
    },
    /// Modification time (the access time is left alone). Set it last: writing changes it.
    Modified(Time),
}

/// What a sync makes durable, one variant for each place in the code that syncs. Leaving out any of them breaks a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Durable {
    /// The directories that hold the runs of all tools.
    StateDirectory,
    /// The name of a new run.
    RunName,
    /// What lies in the directory of a new run.
    RunEntries,
    /// The plan, before the first intent refers to it.
    Plan,
    /// A record of the journal.
    JournalRecord,
    /// Saved bytes, before the intent that names them.
    SavedOriginal,
    /// The directory that names saved bytes.
    SavedName,
    /// A file in a tree that is being built.
    StagedFile,
    /// The entries and attributes of a directory in a tree that is being built.
    StagedDirectory,
    /// The rename that put a finished tree into its place.
    PublishedTree,
    /// The new names of moved entries.
    MovedIn,
    /// The end of the old names of moved entries.
    MovedOut,
    /// The name of a new directory.
    MadeDirectory,
    /// The attributes of a new directory.
    MadeAttributes,
    /// The end of a directory's name.
    RemovedDirectory,
    /// The end of a tree.
    TreeRemoved,
    /// The bytes of a file that is about to be put into place.
    ReplacementFile,
    /// The rename that replaced a live file.
    ReplacedFile,
    /// The rename that replaced another name of a live file.
    ReplacedLink,
    /// The name of a file that was written back.
    WrittenFile,
    /// The name of a copy.
    CopiedFile,
    /// The new name of a renamed file.
    RenamedTo,
    /// The end of the old name of a file that was renamed into another directory.
    RenamedFrom,
    /// The end of a file's name.
    RemovedFile,
    /// The name of a symbolic link, new or re-pointed, and its attributes.
    SetLink,
    /// The end of a symbolic link.
    RemovedLink,
    /// A directory's modification time.
    ModifiedTime,
}

impl Durable {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::StateDirectory,
        Self::RunName,
        Self::RunEntries,
        Self::Plan,
        Self::JournalRecord,
        Self::SavedOriginal,
        Self::SavedName,
        Self::StagedFile,
        Self::StagedDirectory,
        Self::PublishedTree,
        Self::MovedIn,
        Self::MovedOut,
        Self::MadeDirectory,
        Self::MadeAttributes,
        Self::RemovedDirectory,
        Self::TreeRemoved,
        Self::ReplacementFile,
        Self::ReplacedFile,
        Self::ReplacedLink,
        Self::WrittenFile,
        Self::CopiedFile,
        Self::RenamedTo,
        Self::RenamedFrom,
        Self::RemovedFile,
        Self::SetLink,
        Self::RemovedLink,
        Self::ModifiedTime,
    ];
}

/// Whether a rename may take the place of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Fails with [`io::ErrorKind::AlreadyExists`] when the new name is taken.
    Refuse,
    /// Replaces a file (or an empty directory by a directory).
    Replace,
}

/// A product root: the place that is `/` for the product, and everything below it.
pub trait FileSystem: Send + Sync {
    /// Opens a directory as a process would after `chroot`: symbolic links are followed and stay inside the root.
    ///
    /// # Errors
    /// `NotFound`, `NotADirectory`, `PermissionDenied`, or [`io::ErrorKind::FilesystemLoop`] after 40 links.
    fn open_dir(&self, path: &RootPath) -> io::Result<Box<dyn Dir>>;
}

/// A directory held open. Paths are relative to it and never pass through a symbolic link.
///
/// [`RelPath::here`] names the directory itself.
pub trait Dir: Send + Sync {
    // What reads:

    /// Returns what `lstat` tells of an entry.
    ///
    /// # Errors
    /// As `lstat`; a link in the middle of the path is [`io::ErrorKind::NotADirectory`].
    fn stat(&self, path: &RelPath) -> io::Result<Stat>;
    /// Returns the names in a directory, sorted by their bytes, without `.` and `..`.
    ///
    /// # Errors
    /// As `readdir`.
    fn list(&self, path: &RelPath) -> io::Result<Vec<Name>>;
    /// Opens a regular file for reading. Anything else is refused on the open handle, without blocking on a pipe.
    ///
    /// # Errors
    /// As `open`; [`io::ErrorKind::InvalidInput`] when it is not a regular file.
    fn open(&self, path: &RelPath) -> io::Result<Box<dyn File>>;
    /// Opens a regular file that exists for reading and writing, with the same checks as [`Dir::open`].
    ///
    /// # Errors
    /// As [`Dir::open`].
    fn open_to_write(&self, path: &RelPath) -> io::Result<Box<dyn File>>;
    /// Opens a directory below this one.
    ///
    /// # Errors
    /// As `open`.
    fn open_dir(&self, path: &RelPath) -> io::Result<Box<dyn Dir>>;
    /// Returns the target of a symbolic link.
    ///
    /// # Errors
    /// As `readlink`.
    fn read_link(&self, path: &RelPath) -> io::Result<Vec<u8>>;
    /// Holds an entry of any kind, to read and to set its attributes. A link is held itself.
    ///
    /// # Errors
    /// As `open`; [`io::ErrorKind::InvalidInput`] when the name passes to another kind of entry meanwhile.
    fn hold(&self, path: &RelPath) -> io::Result<Box<dyn HeldEntry>>;
    /// Returns the free bytes of the file system that holds this directory, for the calling user.
    ///
    /// # Errors
    /// As `statvfs`.
    fn free_space(&self) -> io::Result<u64>;
    /// Returns whether this user can give a file here to a user and a group.
    fn can_give(&self, _uid: u32, _gid: u32) -> bool {
        true
    }

    // What changes:

    /// Creates an empty regular file (mode 0600), open for reading and writing. Whatever is made has no access list of the directory's.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] when the name is taken, even by a dangling link.
    fn create(&self, path: &RelPath) -> io::Result<Box<dyn File>>;
    /// Appends to a regular file with a single name, in one write; creates it with mode 0640 when it is not there.
    ///
    /// # Errors
    /// As `open` and `write`; [`io::ErrorKind::InvalidInput`] when it is a link, not regular, or has several names.
    fn append(&self, path: &RelPath, bytes: &[u8]) -> io::Result<()>;
    /// Makes a directory (mode 0700) and returns it.
    ///
    /// # Errors
    /// As `mkdir`; [`io::ErrorKind::InvalidInput`] when another entry took its name at once.
    fn make_dir(&self, path: &RelPath) -> io::Result<Box<dyn Dir>>;
    /// Makes a symbolic link that holds `target`, and returns it.
    ///
    /// # Errors
    /// As `symlink`; [`io::ErrorKind::InvalidInput`] when another entry took its name at once.
    fn symlink(&self, target: &[u8], path: &RelPath) -> io::Result<Box<dyn HeldEntry>>;
    /// Makes a named pipe (mode 0600) and returns it.
    ///
    /// # Errors
    /// As `mkfifo`; [`io::ErrorKind::InvalidInput`] when another entry took its name at once.
    fn make_fifo(&self, path: &RelPath) -> io::Result<Box<dyn HeldEntry>>;
    /// Gives an existing file (never what a link points to) a second name.
    ///
    /// # Errors
    /// As `link`.
    fn hard_link(&self, existing: &RelPath, path: &RelPath) -> io::Result<()>;
    /// Renames an entry.
    ///
    /// # Errors
    /// As `renameat2`.
    fn rename(&self, from: &RelPath, to: &RelPath, existing: Existing) -> io::Result<()>;
    /// Removes a name that is not a directory.
    ///
    /// # Errors
    /// As `unlink`.
    fn remove_file(&self, path: &RelPath) -> io::Result<()>;
    /// Removes an empty directory.
    ///
    /// # Errors
    /// As `rmdir`.
    fn remove_dir(&self, path: &RelPath) -> io::Result<()>;
    /// Makes the entries and attributes of a directory durable.
    ///
    /// # Errors
    /// As `fsync`.
    fn sync(&self, path: &RelPath, what: Durable) -> io::Result<()>;
    /// Makes the content and attributes of files durable.
    ///
    /// # Errors
    /// As `open` and `fsync`.
    fn sync_files(&self, files: &[RelPath], what: Durable) -> io::Result<()> {
        files.iter().try_for_each(|file| self.open(file)?.sync(what))
    }
    /// Asks the file system that holds this directory to write what it has not written yet. A hint only: what has to be durable is synced
    /// afterwards.
    fn begin_sync(&self) {}
    /// Takes an exclusive lock on this directory without waiting; it ends when the returned value is dropped.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] when another process (or another handle of this one) holds it.
    fn lock(&self) -> io::Result<Box<dyn Lock>>;
}

/// An entry of any kind held: what is read and set is about this entry, whatever its name leads to by now.
pub trait HeldEntry: Send + Sync {
    /// Returns what `fstat` tells.
    ///
    /// # Errors
    /// As `fstat`.
    fn stat(&self) -> io::Result<Stat>;
    /// Returns the extended attributes of a file or directory, sorted by name; empty where there are none or for another kind.
    ///
    /// # Errors
    /// As `flistxattr`; a file system without them has none.
    fn extended_attributes(&self) -> io::Result<Vec<(Vec<u8>, Vec<u8>)>>;
    /// Returns the target of a symbolic link.
    ///
    /// # Errors
    /// As `readlink`.
    fn link_target(&self) -> io::Result<Vec<u8>>;
    /// Sets an attribute.
    ///
    /// # Errors
    /// As `fchown`, `fchmod`, `futimens`, `fsetxattr`; [`io::ErrorKind::InvalidInput`] for an attribute that the kind does not have.
    fn set(&self, attribute: &Attribute) -> io::Result<()>;
}

/// A regular file held open.
pub trait File: Send + Sync {
    /// Returns what `fstat` tells.
    ///
    /// # Errors
    /// As `fstat`.
    fn stat(&self) -> io::Result<Stat>;
    /// Returns the extended attributes, sorted by name.
    ///
    /// # Errors
    /// As `flistxattr`; a file system without them has none.
    fn extended_attributes(&self) -> io::Result<Vec<(Vec<u8>, Vec<u8>)>>;
    /// Reads at most `buffer.len()` bytes from `offset`; 0 means the end.
    ///
    /// # Errors
    /// As `pread`.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;
    /// Returns where the next bytes are that were ever written, at or after `offset`; the end where there are none. Everything before
    /// them is a hole of zeros, which need not be read. A file system that knows of no holes returns `offset`.
    ///
    /// # Errors
    /// As `lseek`.
    fn next_data(&self, offset: u64) -> io::Result<u64> {
        Ok(offset)
    }
    /// Writes all bytes at `offset`, growing the file as needed.
    ///
    /// # Errors
    /// As `pwrite`.
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;
    /// Sets the length; new bytes are a hole of zeros.
    ///
    /// # Errors
    /// As `ftruncate`.
    fn set_len(&self, length: u64) -> io::Result<()>;
    /// Says that these bytes will not be read again soon, so that the system need not keep them in memory. A hint only.
    fn forget(&self, _offset: u64, _length: u64) {}
    /// Begins to make these bytes durable, so that [`File::sync`] has less to wait for. A hint only.
    fn begin_sync(&self, _offset: u64, _length: u64) {}
    /// Sets an attribute.
    ///
    /// # Errors
    /// As `fchown`, `fchmod`, `futimens`, `fsetxattr`.
    fn set(&self, attribute: &Attribute) -> io::Result<()>;
    /// Makes content and attributes durable.
    ///
    /// # Errors
    /// As `fsync`.
    fn sync(&self, what: Durable) -> io::Result<()>;
    /// Takes an exclusive lock on this file without waiting; it ends when the returned value and the file are dropped.
    ///
    /// # Errors
    /// As [`Dir::lock`].
    fn lock(&self) -> io::Result<Box<dyn Lock>> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// An exclusive lock, held until it is dropped.
pub trait Lock: Send + Sync {}
