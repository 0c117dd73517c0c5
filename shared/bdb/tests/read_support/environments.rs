//! Unpacks `data/environments.xz`: genuine environments, and what their releases' own recovery made of them.

use std::collections::BTreeMap;
use std::path::Path;

/// Files by path below their environment.
pub(crate) type Environment = BTreeMap<String, Vec<u8>>;

/// The environments by name, and two tables about them.
pub(crate) struct Environments {
    /// One per release and way to end.
    pub(crate) all: BTreeMap<String, Environment>,
    /// One row per database.
    #[allow(dead_code, reason = "not all tests compare contents")]
    pub(crate) endings: Vec<BTreeMap<String, String>>,
    /// One row per environment.
    pub(crate) details: Vec<BTreeMap<String, String>>,
}

/// Unpacks them. The archive holds for each file its path, a newline, its length, a newline, and its bytes.
pub(crate) fn environments() -> Environments {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(crate::DATA).join("environments.xz");
    let mut packed = std::io::BufReader::new(std::fs::File::open(path).unwrap());
    let mut bytes = Vec::new();
    lzma_rs::xz_decompress(&mut packed, &mut bytes).unwrap();
    let mut rest = bytes.as_slice();
    let (mut all, mut tables) = (BTreeMap::<String, Environment>::new(), BTreeMap::new());
    while let Some(path) = line(&mut rest) {
        let length: usize = line(&mut rest).unwrap().parse().unwrap();
        let (file, after) = rest.split_at(length);
        rest = after;
        match path.split_once('/') {
            Some((environment, path)) => {
                all.entry(environment.to_owned()).or_default().insert(path.to_owned(), file.to_vec());
            }
            None => drop(tables.insert(path, table(std::str::from_utf8(file).unwrap()))),
        }
    }
    let mut table = |name: &str| tables.remove(name).unwrap();
    Environments { all, endings: table("endings.tsv"), details: table("details.tsv") }
}

fn line(rest: &mut &[u8]) -> Option<String> {
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let (text, after) = rest.split_at(end);
    *rest = &after[1..];
    Some(String::from_utf8(text.to_vec()).unwrap())
}

fn table(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut lines = text.lines().map(|line| line.split('\t').map(str::to_owned));
    let names: Vec<String> = lines.next().unwrap().collect();
    lines.map(|fields| names.iter().cloned().zip(fields).collect()).collect()
}
