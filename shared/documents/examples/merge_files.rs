//! Merges three files of a dialect and writes the result, or parses one and says how fast: `cargo xtask bench merge` runs this.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "works for developers on files of its own, never on an administrator's data"
)]

use documents::Dialect;
use documents::dialect::Versions;
use documents::merge::{Base, Rules};
use std::error::Error;
use std::io::Write;
use std::time::Instant;

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// Takes a dialect and the base, the site's and the new file; or a dialect and one file.
fn main() -> Result {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (dialect, files) = arguments.split_first().ok_or("usage: merge_files DIALECT FILE | BASE SITE NEW")?;
    let dialect = Dialect::named(dialect).ok_or_else(|| format!("no such dialect: {dialect}"))?;
    let read = |path: &String| std::fs::read(path);
    if let [file] = files {
        let bytes = read(file)?;
        let start = Instant::now();
        dialect.check(&bytes)?;
        let seconds = start.elapsed().as_secs_f64();
        println!("{:.0} MB/s", bytes.len() as f64 / seconds / 1e6);
        return Ok(());
    }
    let [base, site, new] = files else { return Err("three files are merged".into()) };
    let [base, site, new] = [read(base)?, read(site)?, read(new)?];
    let versions = Versions { base: Base::Known(Some(&base)), site: Some(&site), new: Some(&new) };
    let merged = dialect.merge(&versions, &Rules::default())?;
    std::io::stdout().write_all(merged.bytes().unwrap_or_default())?;
    Ok(())
}
