//! Reads the entries of a COMPATIBILITY.md file.
//!
//! The tests of an entry are grouped by file, `[label](path.rs): test_name, test_name; [label](other.rs): test_name.`; a link without a
//! colon behind it names one test itself, `[test_name](path.rs)`. Paths are relative to the document.

use std::path::{Component, Path, PathBuf};

/// One level-3 heading and what stands below it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The level-2 heading above it.
    pub(super) kind: String,
    pub(super) title: String,
    pub(super) has_source: bool,
    pub(super) links: Vec<Link>,
}

/// One test and the file that holds it, below the project's top directory.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) test: String,
    pub(super) file: PathBuf,
}

/// Returns the entries of a document that lies in `directory`.
pub(super) fn entries(document: &str, directory: &Path) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut kind = String::new();
    let mut in_code = false;
    // Links below a kind's own heading, before its first entry, belong to no entry.
    let mut in_entry = false;
    let mut tests = String::new();
    for line in document.lines().chain([""]) {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        let ends = line.trim().is_empty() || line.starts_with('#');
        if ends && let Some(entry) = entries.last_mut() {
            entry.links.extend(links(&std::mem::take(&mut tests), directory));
        }
        if let Some(title) = line.strip_prefix("## ") {
            kind = title.trim().to_owned();
            in_entry = false;
        } else if let Some(title) = line.strip_prefix("### ") {
            let title = title.trim().to_owned();
            entries.push(Entry { kind: kind.clone(), title, has_source: false, links: Vec::new() });
            in_entry = true;
        } else if in_entry && (line.starts_with("Tests:") || !tests.is_empty()) && !ends {
            tests.push_str(line);
            tests.push(' ');
        } else if in_entry
            && line.strip_prefix("Source:").is_some_and(|source| !source.trim().is_empty())
            && let Some(entry) = entries.last_mut()
        {
            entry.has_source = true;
        }
    }
    entries
}

fn links(text: &str, directory: &Path) -> Vec<Link> {
    let mut links = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("](") {
        let Some((target, tail)) = after.split_once(')') else { break };
        let Some((_, label)) = before.rsplit_once('[') else { break };
        let file = below_top(directory, target.split('#').next().unwrap_or(target));
        match tail.strip_prefix(':') {
            Some(names) => {
                let names = names.split('[').next().unwrap_or(names);
                let names = names.split([',', ';', '.']).map(|name| name.trim().trim_matches('`'));
                links.extend(names.filter(|name| !name.is_empty()).map(|name| link(name, &file)));
            }
            None => links.push(link(label.trim_matches('`'), &file)),
        }
        rest = tail;
    }
    links
}

fn link(test: &str, file: &Path) -> Link {
    Link { test: test.to_owned(), file: file.to_owned() }
}

/// Resolves `.` and `..` in a path relative to the document's directory.
fn below_top(directory: &Path, target: &str) -> PathBuf {
    let mut path = PathBuf::new();
    for component in directory.join(target).components() {
        match component {
            Component::ParentDir => {
                path.pop();
            }
            Component::CurDir => {}
            other => path.push(other),
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(tests: &str) -> Vec<(String, String)> {
        let document = format!("## Our choices\n### Title\nA sentence.\n\nTests: {tests}\n\n[no](test.rs)\n");
        let entries = entries(&document, Path::new("csmigrate"));
        let links = entries.into_iter().flat_map(|entry| entry.links);
        links.map(|link| (link.file.display().to_string(), link.test)).collect()
    }

    #[test]
    fn tests_are_grouped_by_file_over_several_lines() {
        let tests = found("[undo](tests/undo.rs): one,\n`two`;\n[bdb](../shared/bdb/tests/a.rs): three.");
        let expected = [
            ("csmigrate/tests/undo.rs", "one"),
            ("csmigrate/tests/undo.rs", "two"),
            ("shared/bdb/tests/a.rs", "three"),
        ];
        assert_eq!(tests, expected.map(|(file, test)| (file.to_owned(), test.to_owned())));
    }

    #[test]
    fn a_link_without_a_colon_names_one_test() {
        let tests = found("[`one`](./src/cli.rs#L3)\n[two](src/cli.rs), more");
        let expected = [("csmigrate/src/cli.rs", "one"), ("csmigrate/src/cli.rs", "two")];
        assert_eq!(tests, expected.map(|(file, test)| (file.to_owned(), test.to_owned())));
    }
}
