//! Berkeley DB files: reads every version that the suite ever wrote (2.6 to 4.7, both byte orders), bulk-writes version 9,
//! and judges log files.
//!
//! Nothing here trusts the file: a page number is checked before it is followed, a page is visited once, and a length is
//! compared with the page before it is used. Damage is reported with the page it was found on and never ends the process.
//! Nothing here opens a file or knows a product: input is [`ReadAt`], output is [`WriteAt`].

pub mod checksum;
pub mod format;
pub mod hash;
pub mod io;
pub mod log;
pub mod read;
pub mod record;
pub mod verify;
pub mod write;

pub use io::{ReadAt, WriteAt};
pub use read::{Database, Meta, ReadError, Records, Survey};
pub use record::{Chunks, Data, Record};
