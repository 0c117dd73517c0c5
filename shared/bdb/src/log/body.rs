//! What a record's body says: the transaction manager's records, and which pages a record changes.
//!
//! Layouts: `reference/berkeley-db.md` section 13, and for 4.8 to 5.3 the releases' descriptions of their log records. A body must
//! be taken to its last byte: a record that is longer or shorter than its layout is not understood.

use crate::format::Lsn;

use super::Writer;

/// What a record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// The end of a transaction.
    Commit {
        /// Whether it was committed; otherwise it was taken back.
        committed: bool,
        /// Seconds since 1970; before Berkeley DB 3.1 nobody wrote them down.
        time: Option<u32>,
    },
    /// A transaction that waits for a coordinator.
    Prepare,
    /// A checkpoint.
    Checkpoint {
        /// Its `ckp_lsn`: where recovery begins.
        start: Lsn,
        /// The checkpoint before it.
        previous: Lsn,
    },
    /// A child transaction ended, in its parent's chain.
    Child {
        /// The child.
        child: u32,
        /// Its last record; (0,0) when it has none.
        last: Lsn,
    },
    /// This transaction is another one's child (Berkeley DB 3.0 and 3.1).
    ChildOf {
        /// The parent.
        parent: u32,
    },
    /// A database file was opened, closed, or was open at a checkpoint.
    Register(Register),
    /// Pages of a file changed.
    Pages {
        /// The number that the last [`Register`] of it gave to the file.
        file: u32,
        /// The pages.
        touched: Vec<Touch>,
        /// What happens to the items of the only page, where it is no more than this.
        change: Option<ItemChange>,
    },
    /// A file got another name, which is the last step of its creation.
    Rename {
        /// Its new name.
        to: Vec<u8>,
        /// Its identity.
        file_id: Vec<u8>,
    },
    /// Files were removed: one, or one and what stood in its place until then.
    Remove {
        /// Their identities.
        file_ids: Vec<Vec<u8>>,
    },
    /// A new file's first page was written (Berkeley DB 3.x).
    FirstPage {
        /// The file's identity, as far as the page has one.
        file_id: Vec<u8>,
    },
    /// Something that changes no page of a database that can be migrated.
    Nothing,
}

/// A file's opening or closing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register {
    /// Whether other records of this file came before this one.
    pub was_open: bool,
    /// The file's name, without the zero at its end.
    pub name: Vec<u8>,
    /// Its identity.
    pub file_id: Vec<u8>,
    /// The number by which records call it until it is closed.
    pub number: u32,
    /// The meta page of the database in it.
    pub meta: u32,
}

/// A page that a record changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touch {
    /// Which.
    pub page: TouchedPage,
    /// Its log sequence number before the change.
    pub before: Lsn,
    /// Whether the page is on the list of free pages afterwards.
    pub freed: bool,
    /// Whether it is the meta page, of which only the beginning of that list changes.
    pub begins_list: bool,
}

/// Items of a page that come or go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemChange {
    /// So many are added at an index.
    Add {
        /// The index.
        at: u32,
        /// How many.
        count: u32,
    },
    /// So many are removed at an index.
    Remove {
        /// The index.
        at: u32,
        /// How many.
        count: u32,
    },
    /// None: the page is the meta page, and only the list of free pages changes, which begins there.
    FreeList,
    /// The item at an index, or the pair that begins there, is marked as deleted.
    Mark {
        /// The index.
        at: u32,
    },
}

/// Which page a record changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TouchedPage {
    /// The page of this number.
    Number(u32),
    /// The meta page of the database.
    Meta,
}

/// What is known of a record before its body is read.
#[derive(Clone, Copy)]
pub(super) struct Head {
    pub(super) version: u32,
    pub(super) kind: u32,
    pub(super) writer: Writer,
}

impl Touch {
    pub(super) fn page(page: u32, before: Lsn) -> Self {
        Self { page: TouchedPage::Number(page), before, freed: false, begins_list: false }
    }

    pub(super) fn freed(page: u32, before: Lsn) -> Self {
        Self { freed: true, ..Self::page(page, before) }
    }

    /// The file's first page, where the list of free pages begins.
    pub(super) fn list(before: Lsn) -> Self {
        Self { begins_list: true, ..Self::page(0, before) }
    }

    pub(super) fn meta(before: Lsn) -> Self {
        Self { page: TouchedPage::Meta, before, freed: false, begins_list: false }
    }
}

/// Why a body is not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obscure {
    /// No release has such a type in this version.
    UnknownType,
    /// It is longer or shorter than records of its type.
    Misfit,
    /// A page was found damaged: only a recovery from a backup helps.
    Checksum,
}
