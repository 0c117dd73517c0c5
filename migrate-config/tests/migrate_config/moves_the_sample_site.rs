//! The sample site moves to the new root and back.

use crate::support::Site;
use crate::support::site::{OLD};

#[test]
fn x() {
    let site = Site::sample();
    let before = site.product();
    eprintln!("{}", site.run(&["--dry-run", OLD]));
    let done = site.moved(&[]);
    eprintln!("{done}");
    eprintln!("{}", before.difference(&site.product()).join("\n"));
    eprintln!("{}", site.run(&["---u", OLD]));
    eprintln!("{}", before.difference(&site.product()).join("\n"));
}
