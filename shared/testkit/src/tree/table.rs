//! Trees that a table describes: `tree.tsv` beside the files themselves.
//!
//! Its columns are tree, type, path, mode, owner, argument. Types: `file` (its content is below the directory `TREE`), `dir`,
//! `symlink` (argument: the target), `hardlink` (argument: the other name), `dirmode` (what a directory that was made for its
//! files is like). For files and directories the argument is a time (`2007-05-25T03:04:05Z`) or `-`. Lines that begin
//! with `#` are comments.

use std::fs;
use std::path::Path;

use upgrade_engine::fs::Time;

use super::Tree;

impl Tree {
    /// Reads `tree.tsv` of a directory: all trees, or those that are named. Where two hold a path, the row that stands later
    /// in the table wins.
    ///
    /// # Panics
    /// When a row cannot be understood or a file is missing; with the number of its line.
    pub fn from_table(directory: &Path, trees: &[&str]) -> Self {
        let table = directory.join("tree.tsv");
        let text = fs::read_to_string(&table).unwrap_or_else(|error| panic!("{}: {error}", table.display()));
        let rows = text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let rows: Vec<(String, Vec<&str>)> = rows
            .map(|(number, line)| (format!("{}:{}", table.display(), number + 1), line.split('\t').collect()))
            .filter(|(_, row): &(_, Vec<&str>)| trees.is_empty() || trees.contains(&row[0]))
            .collect();
        assert!(!rows.is_empty(), "{}: no rows of {trees:?}", table.display());
        let add = |tree: Self, (place, row): &(String, Vec<&str>)| {
            let [source, kind, path, mode, owner, argument] = row[..] else { panic!("{place}: not six columns") };
            let tree = match kind {
                "dir" | "dirmode" => tree.directory(path),
                "file" => {
                    let content = fs::read(directory.join(source).join(path));
                    tree.file(path, content.unwrap_or_else(|error| panic!("{place}: {error}")))
                }
                "symlink" => tree.symlink(path, argument),
                "hardlink" => return tree.hard_link(path, argument),
                _ => panic!("{place}: unknown type {kind}"),
            };
            let (user, group) = owner.split_once(':').unwrap_or_else(|| panic!("{place}: owner {owner}"));
            let tree = tree.owner(number(place, user, 10), number(place, group, 10));
            if kind == "symlink" {
                return tree;
            }
            let tree = tree.mode(number(place, mode, 8));
            if argument == "-" { tree } else { tree.modified(time(place, argument)) }
        };
        rows.iter().fold(Self::new(), add)
    }
}

fn number(place: &str, text: &str, radix: u32) -> u32 {
    u32::from_str_radix(text, radix).unwrap_or_else(|error| panic!("{place}: {text}: {error}"))
}

fn time(place: &str, text: &str) -> Time {
    let time: jiff::Timestamp = text.parse().unwrap_or_else(|error| panic!("{place}: {text}: {error}"));
    Time { seconds: time.as_second(), nanoseconds: 0 }
}
