//! See [`mta`].

#[path = "mta.rs"]
mod mta;

use documents::ImtaCnf;

pub(crate) fn run(data: &[u8]) {
    mta::run::<ImtaCnf>(b"channel", "new_channel", b"new_channel ", data);
    mta::run::<ImtaCnf>(b"rewrite", "new.example", b"", data);
}
