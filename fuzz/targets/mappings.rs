//! See [`mta`]. The includes of any bytes are read without a file.

#[path = "mta.rs"]
mod mta;

use documents::Mappings;
use documents::includes::{self, Continuation};

pub(crate) fn run(data: &[u8]) {
    mta::run::<Mappings>(b"PORT_ACCESS", "new|pattern", b"", data);
    // Each file includes the same ones: a loop, or four levels.
    let found = includes::read(b"/main", data.to_vec(), Continuation::Backslash, |_| Ok::<_, &str>(data.to_vec()));
    if includes::lines(&data.to_vec().into(), Continuation::Backslash).is_empty() {
        assert_eq!(found, Ok(Vec::new()));
    } else {
        assert!(found.is_err());
    }
}
