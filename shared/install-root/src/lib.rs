//! Where each product lives below the product root, and which version it has. Everything here only reads.
//!
//! [`find`] answers in one shape for every product. A product's own module knows its default places and what its versions leave
//! behind; where that does not settle the version, [`Release`] says what is known and [`Evidence`] what was seen.

pub mod calendar;
mod communications_express;
pub mod delegated_administrator;
mod file_head;
mod installation;
mod instant_messaging;
mod look;
pub mod messaging;
mod package;
mod search;
mod version;

use std::io;

use upgrade_engine::fs::FileSystem;

pub use file_head::read_head;
pub use installation::{Evidence, Installation, Kind, Layout, Part, Product};
pub use package::Package;
pub use upgrade_engine::survey::{MAX_SIZE, follow, read_file};
pub use version::{Release, Version};

/// Looks for installations of all products in their default places.
///
/// A default place counts as soon as one of its parts is there: a data directory alone is worth knowing about.
///
/// # Errors
/// When a directory or a package record is there but cannot be read, or the record is too large; names the path.
pub fn find(fs: &dyn FileSystem) -> io::Result<Vec<Installation>> {
    let mut found = Vec::new();
    for product in Product::ALL {
        found.extend(find_product(fs, product)?);
    }
    Ok(found)
}

/// Reads the record of a Solaris package; nothing when there is none, or when it names no version.
///
/// # Errors
/// When there is a record that cannot be read or is too large; names the path.
pub fn package(fs: &dyn FileSystem, name: &str) -> io::Result<Option<Package>> {
    package::read(fs, name)
}

/// Looks for installations of one product, in the order of [`Kind::ALL`].
///
/// # Errors
/// As [`find`].
pub fn find_product(fs: &dyn FileSystem, product: Product) -> io::Result<Vec<Installation>> {
    let (candidates, signs) = match product {
        Product::Messaging => (messaging::candidates(fs)?, &messaging::SIGNS),
        Product::Calendar => (calendar::candidates()?, &calendar::SIGNS),
        Product::InstantMessaging => (instant_messaging::candidates(fs)?, &instant_messaging::SIGNS),
        Product::CommunicationsExpress => (communications_express::candidates()?, &communications_express::SIGNS),
        Product::DelegatedAdministrator => (delegated_administrator::candidates(fs)?, &delegated_administrator::SIGNS),
    };
    search::among(fs, product, candidates, signs)
}
