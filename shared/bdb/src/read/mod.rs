//! Reads databases of every version that the suite ever wrote: btrees of version 6 to 9, hash databases of version 5 to 9, and
//! files of several such sub-databases; both byte orders, pages of 512 to 65536 bytes.
//!
//! The promise of this module is that a record is never lost without an error. So it reads strictly: everything that a
//! page says twice must agree (level, own number, neighbours, lowest item, lengths of chains), items must fill their page
//! without a gap or an overlap, and at the end each page of the file must have been in the tree, in a chain or free.
//! What can be good although it looks odd, such as keys in an unknown order, is counted in the [`Survey`] instead.
//!
//! Memory: two bits per page of the file, about 1 MiB of file blocks, one overflow key and its predecessor, 8 bytes per key
//! of a bucket, of at most a million.

mod btree;
mod database;
mod duplicates;
mod error;
mod hash;
mod hash_page;
mod lost_meta;
mod meta;
mod no_names;
mod overflow;
mod page;
mod pages;
mod recognise;
mod records;
pub mod salvage;
mod scan;
mod survey;
mod tree;

pub use database::Database;
pub use error::ReadError;
pub use meta::{Access, BtreeMeta, Checksums, DuplicateMode, HashMeta, Meta};
pub use overflow::KEY_LIMIT;
pub use recognise::{HEAD, Recognised, Unsupported, recognise};
pub use records::{KeyIs, Part, Records, SUB_DATABASE_LIMIT};
pub use scan::{PageScan, Scanned};
pub use survey::{Order, PageCounts, Spots, Survey};
