//! Merges three files of a dialect and writes the result, or parses one and says how fast: `cargo xtask bench merge` runs this.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "works for developers on files of its own, never on an administrator's data"
)]

use documents::merge::{Base, Rules, Sides, merge};
use documents::{Document, IcsConf, ImtaCnf, Mappings, Properties, WindowsIni};
use std::error::Error;
use std::io::Write;
use std::time::Instant;

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// Takes a dialect and the base, the site's and the new file; or a dialect and one file.
fn main() -> Result {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (dialect, files) = arguments.split_first().ok_or("usage: merge_files DIALECT FILE | BASE SITE NEW")?;
    match dialect.as_str() {
        "ics" => of::<IcsConf>(files),
        "imta-cnf" => of::<ImtaCnf>(files),
        "mappings" => of::<Mappings>(files),
        "properties" => of::<Properties>(files),
        "windows-ini" => of::<WindowsIni>(files),
        _ => Err(format!("no such dialect: {dialect}").into()),
    }
}

fn of<D: Document>(files: &[String]) -> Result {
    let read = |path: &String| std::fs::read(path);
    if let [file] = files {
        let bytes = read(file)?;
        let size = bytes.len();
        let start = Instant::now();
        let document = D::parse(bytes)?;
        let seconds = start.elapsed().as_secs_f64();
        println!("{} entries, {:.0} MB/s", document.entries().len(), size as f64 / seconds / 1e6);
        return Ok(());
    }
    let [base, site, new] = files else { return Err("three files are merged".into()) };
    let [base, site, new] = [D::parse(read(base)?)?, D::parse(read(site)?)?, D::parse(read(new)?)?];
    let merge = merge(&Sides { base: Base::Known(&base), site: &site, new: &new }, &Rules::default())?;
    std::io::stdout().write_all(&merge.bytes)?;
    Ok(())
}
