//! A file with one database, or with several under their names.

use super::btree::Btree;
use super::error::WriteError;
use super::hash::Hash;
use super::meta::{self, Place, Role};
use super::output::Output;
use super::overflow::ChainWriter;
use super::{BtreeOptions, DatabaseOptions, Duplicates, FileOptions, RecordNumbers, Written};
use crate::format::{ByteOrder, PageNo};
use crate::io::WriteAt;
use crate::record::{Data, Record};

/// How the tree of names is made.
const NAMES: BtreeOptions = BtreeOptions {
    fill_percent: 90,
    duplicates: Duplicates::None,
    minkey: 2,
    re_len: 0,
    re_pad: 0x20,
    record_numbers: RecordNumbers::None,
};

/// Writes a new file: of one database, or of sub-databases one after the other.
#[derive(Debug)]
pub struct FileWriter<W> {
    options: FileOptions,
    output: Output<W>,
    chains: ChainWriter,
    open: Option<Open>,
    /// The sub-databases, each with its meta page.
    names: Vec<(Vec<u8>, PageNo)>,
    written: Written,
    progress: Progress,
}

/// The database being written.
#[derive(Debug)]
struct Open {
    role: Role,
    meta: PageNo,
    builder: Builder,
}

#[derive(Debug)]
enum Builder {
    Btree { options: BtreeOptions, root: PageNo, tree: Box<Btree> },
    Hash { options: super::HashOptions, hash: Box<Hash> },
}

/// Whether the output can still become a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Sound,
    Broken,
}

impl<W: WriteAt> FileWriter<W> {
    /// Begins a file without a database.
    ///
    /// # Errors
    /// When the options are impossible.
    pub fn new(out: W, options: FileOptions) -> Result<Self, WriteError> {
        options.check()?;
        let page_size = options.page_size as usize;
        Ok(Self {
            output: Output::new(out, page_size),
            chains: ChainWriter::new(page_size, options.byte_order),
            open: None,
            names: Vec::new(),
            written: Written::default(),
            progress: Progress::Sound,
            options,
        })
    }

    /// Begins a database: the only one of the file without a name, or one of several.
    ///
    /// # Errors
    /// When the options or the name are impossible, or the one before cannot be completed.
    pub fn begin(&mut self, name: Option<&[u8]>, options: DatabaseOptions) -> Result<(), WriteError> {
        self.begin_step()?;
        self.close()?;
        let is_empty = self.output.next_page()?.0 == 0;
        let role = match name {
            None if is_empty => Role::Only,
            Some(name) if is_empty || !self.names.is_empty() => {
                let is_taken = self.names.iter().any(|(taken, _)| taken == name);
                if is_taken || name.is_empty() || name.contains(&0) {
                    return Err(WriteError::Name(name.to_vec()));
                }
                if is_empty {
                    // The meta page and the root of the tree of names, which is written when all names are known.
                    self.output.set_aside()?;
                    self.output.set_aside()?;
                }
                Role::Sub
            }
            None | Some(_) => return Err(WriteError::Name(name.unwrap_or_default().to_vec())),
        };
        let meta = self.output.set_aside()?;
        let FileOptions { page_size, byte_order, .. } = self.options;
        let builder = match options {
            DatabaseOptions::Btree(options) => {
                let tree = Box::new(Btree::new(options.clone(), page_size, byte_order)?);
                Builder::Btree { options, root: self.output.set_aside()?, tree }
            }
            DatabaseOptions::Hash(options) => {
                let hash = Box::new(Hash::new(options.clone(), &mut self.output, page_size, byte_order)?);
                Builder::Hash { options, hash }
            }
        };
        self.open = Some(Open { role, meta, builder });
        if let Some(name) = name {
            self.names.push((name.to_vec(), meta));
        }
        self.progress = Progress::Sound;
        Ok(())
    }

    /// Adds a record to the database behind all others; the same key as the one before makes it a duplicate.
    ///
    /// # Errors
    /// See [`WriteError`]; the output is then lost, and every further call fails.
    pub fn push(&mut self, record: Record<'_>) -> Result<(), WriteError> {
        self.begin_step()?;
        match self.open.as_mut().map(|open| &mut open.builder) {
            None => return Err(WriteError::NoDatabase),
            Some(Builder::Btree { tree, .. }) => tree.push(&mut self.output, &mut self.chains, record)?,
            Some(Builder::Hash { hash, .. }) => hash.push(&mut self.output, &mut self.chains, record)?,
        }
        self.progress = Progress::Sound;
        Ok(())
    }

    /// Completes the file and returns it.
    ///
    /// # Errors
    /// When the output cannot be written, there is no database in it, or an earlier call failed.
    pub fn finish(mut self) -> Result<(W, Written), WriteError> {
        self.begin_step()?;
        let first = match self.open.take() {
            None => return Err(WriteError::NoDatabase),
            Some(open) if open.role == Role::Only => self.complete(open)?,
            Some(open) => {
                let (place, page) = self.complete(open)?;
                self.output.patch(place, 0, &page)?;
                self.names()?
            }
        };
        // Only a file that has all other pages gets the one that makes it a database.
        self.output.flush()?;
        let (meta, page) = first;
        self.output.patch(meta, 0, &page)?;
        let last = self.output.last_page();
        self.written.pages = u64::from(last.0).saturating_add(1);
        self.written.overflow_pages = self.chains.pages;
        let written = self.written;
        Ok((self.output.finish()?, written))
    }

    fn begin_step(&mut self) -> Result<(), WriteError> {
        match std::mem::replace(&mut self.progress, Progress::Broken) {
            Progress::Sound => Ok(()),
            Progress::Broken => Err(WriteError::Incomplete),
        }
    }

    /// Completes the open sub-database, if there is one.
    fn close(&mut self) -> Result<(), WriteError> {
        let Some(open) = self.open.take() else { return Ok(()) };
        if open.role == Role::Only {
            return Err(WriteError::Name(Vec::new()));
        }
        let (meta, page) = self.complete(open)?;
        self.output.patch(meta, 0, &page)
    }

    /// Completes a database but for its meta page, and returns that.
    fn complete(&mut self, open: Open) -> Result<(PageNo, Vec<u8>), WriteError> {
        let Open { role, meta, builder } = open;
        let (output, chains, written) = (&mut self.output, &mut self.chains, &mut self.written);
        let mut place = Place { meta, first: PageNo(0), last: PageNo(0), role };
        let page = match builder {
            Builder::Btree { options, root, mut tree } => {
                tree.finish(output, chains, root)?;
                count_btree(written, &tree);
                place.first = root;
                place.last = if role == Role::Sub { PageNo(0) } else { output.last_page() };
                meta::btree(&self.options, &options, place)
            }
            Builder::Hash { options, mut hash } => {
                hash.finish(output, chains)?;
                written.bucket_pages = written.bucket_pages.saturating_add(hash.bucket_pages);
                written.duplicate_pages = written.duplicate_pages.saturating_add(hash.duplicate_pages);
                written.records = written.records.saturating_add(hash.records);
                written.keys = written.keys.saturating_add(hash.keys);
                place.first = hash.first;
                place.last = if role == Role::Sub { PageNo(0) } else { output.last_page() };
                let keys = u32::try_from(hash.keys).unwrap_or(u32::MAX);
                meta::hash(&self.options, &options, keys, place)
            }
        };
        Ok((meta, page))
    }

    /// Writes the tree of names, and returns page 0.
    fn names(&mut self) -> Result<(PageNo, Vec<u8>), WriteError> {
        let FileOptions { page_size, byte_order, .. } = self.options;
        let mut tree = Btree::new(NAMES, page_size, byte_order)?;
        for (name, meta) in std::mem::take(&mut self.names) {
            // Whatever the byte order of the file.
            let number = ByteOrder::Big.u32_bytes(meta.0);
            let record = Record { key: &name, data: Data::Whole(&number) };
            tree.push(&mut self.output, &mut self.chains, record)?;
        }
        let root = PageNo(1);
        tree.finish(&mut self.output, &mut self.chains, root)?;
        let place = Place { meta: PageNo(0), first: root, last: self.output.last_page(), role: Role::Names };
        Ok((PageNo(0), meta::btree(&self.options, &NAMES, place)))
    }
}

fn count_btree(written: &mut Written, tree: &Btree) {
    let (main, duplicates) = (tree.main.written, tree.off_page.written);
    written.leaf_pages = written.leaf_pages.saturating_add(main.leaves);
    written.internal_pages = written.internal_pages.saturating_add(main.internals);
    written.levels = written.levels.max(main.levels);
    let pages = duplicates.leaves.saturating_add(duplicates.internals);
    written.duplicate_pages = written.duplicate_pages.saturating_add(pages);
    written.records = written.records.saturating_add(tree.records);
    written.keys = written.keys.saturating_add(tree.keys);
}
