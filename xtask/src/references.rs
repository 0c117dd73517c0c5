//! The step "links and citations": relative links of our documents lead to files, and each `reference/NAME.md section N` in code
//! and documents names a sheet of `docs/reference/` that has such a section.

use crate::process::Result;
use crate::tools::TOOLS;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const SHEETS: &str = "docs/reference";
/// Where code and documents lie; the tools are added. The tests of this module cite sheets that do not exist, so xtask is not among them.
const DIRECTORIES: &[&str] = &["docs", "shared", "fuzz", "examples"];
const DOCUMENTS: &[&str] = &["README.md", "ARCHITECTURE.md", "COMPATIBILITY.md"];
const CITES: &str = "reference/";

/// Checks all files of the project; prints each problem, and fails with their number.
pub(crate) fn check() -> Result {
    let mut files: Vec<PathBuf> = DOCUMENTS.iter().map(PathBuf::from).collect();
    for directory in TOOLS.iter().chain(DIRECTORIES) {
        collect(Path::new(directory), &mut files)?;
    }
    let sheets = sheets(Path::new(SHEETS))?;
    let (mut problems, mut citations) = (Vec::new(), 0);
    for file in &files {
        let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let found = cited(&text);
        citations += found.len();
        let mut found: Vec<String> = found.iter().filter_map(|citation| problem(citation, &sheets)).collect();
        if file.extension().is_some_and(|extension| extension == "md") {
            found.extend(broken_links(&text, file.parent().unwrap_or(Path::new(""))));
        }
        problems.extend(found.into_iter().map(|problem| format!("{}: {problem}", file.display())));
    }
    problems.iter().for_each(|problem| println!("{problem}"));
    println!("{citations} citations");
    if problems.is_empty() { Ok(()) } else { Err(format!("problems: {}", problems.len()).into()) }
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) -> Result {
    for entry in std::fs::read_dir(directory).map_err(|error| format!("{}: {error}", directory.display()))? {
        let entry = entry?;
        let path = entry.path();
        let is_text =
            path.extension().is_some_and(|extension| ["rs", "md", "toml"].iter().any(|known| extension == *known));
        if entry.file_type()?.is_dir() {
            // Build products of the fuzz targets, which lie outside the workspace.
            if entry.file_name() != "target" {
                collect(&path, files)?;
            }
        } else if is_text {
            files.push(path);
        }
    }
    Ok(())
}

/// Returns the sections of each sheet, by its name.
fn sheets(directory: &Path) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let mut sheets = BTreeMap::new();
    for entry in std::fs::read_dir(directory).map_err(|error| format!("{}: {error}", directory.display()))? {
        let entry = entry?;
        let text = std::fs::read_to_string(entry.path())?;
        sheets.insert(entry.file_name().to_string_lossy().into_owned(), sections(&text));
    }
    Ok(sheets)
}

/// Returns the numbers of the headings: `2` of `## 2. Places`, `3.1` of `### 3.1 Files`.
fn sections(sheet: &str) -> BTreeSet<String> {
    let headings = sheet.lines().filter_map(|line| line.strip_prefix("##"));
    let words = headings.filter_map(|rest| rest.trim_start_matches('#').split_whitespace().next());
    words.map(|word| word.trim_end_matches('.').to_owned()).collect()
}

/// A place of a sheet that a text names.
#[derive(Debug, PartialEq, Eq)]
struct Citation {
    sheet: String,
    sections: Vec<String>,
}

/// Finds the citations of a text: a sheet's name, and the sections named behind it up to the end of the sentence.
fn cited(text: &str) -> Vec<Citation> {
    // A citation may be broken over lines of a comment.
    let text = text.lines().map(|line| line.trim().trim_start_matches(['/', '!'])).collect::<Vec<_>>().join(" ");
    let mut citations = Vec::new();
    for rest in text.split(CITES).skip(1) {
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(rest.len());
        let (name, behind) = rest.split_at(end);
        let name = name.trim_end_matches('.');
        if [".md", ".tsv", ".txt"].iter().any(|ending| name.ends_with(ending)) {
            let sentence = [". ", ")", ";", "|"].iter().filter_map(|stop| behind.find(stop)).min();
            let sections = numbers(behind.split_at(sentence.unwrap_or(behind.len())).0);
            citations.push(Citation { sheet: name.to_owned(), sections });
        }
    }
    citations
}

/// Returns the numbers behind the words `section` and `sections`: `5 and 13`, `1 to 3`, `2, 7`.
fn numbers(sentence: &str) -> Vec<String> {
    let mut numbers = Vec::new();
    let mut expected = false;
    for word in sentence.split_whitespace() {
        let word = word.trim_matches(['`', ',', ':', '.']);
        if word == "section" || word == "sections" {
            expected = true;
        } else if expected && word.starts_with(|c: char| c.is_ascii_digit()) {
            numbers.push(word.to_owned());
        } else if !matches!(word, "and" | "to") {
            expected = false;
        }
    }
    numbers
}

fn problem(citation: &Citation, sheets: &BTreeMap<String, BTreeSet<String>>) -> Option<String> {
    let Citation { sheet, sections } = citation;
    let Some(present) = sheets.get(sheet) else { return Some(format!("{SHEETS}/{sheet} does not exist")) };
    let missing = sections.iter().find(|section| !present.contains(*section))?;
    Some(format!("{SHEETS}/{sheet} has no section {missing}"))
}

/// Returns the relative links that lead nowhere.
fn broken_links(text: &str, directory: &Path) -> Vec<String> {
    let mut broken = Vec::new();
    let mut in_code = false;
    for line in text.lines() {
        in_code ^= line.trim_start().starts_with("```");
        if in_code {
            continue;
        }
        // What stands between two backquotes is an example.
        let prose: String = line.split('`').step_by(2).collect();
        for rest in prose.split("](").skip(1) {
            let target = rest.split([')', '#', ' ']).next().unwrap_or_default();
            let is_elsewhere = target.is_empty() || target.contains("://");
            if !is_elsewhere && !directory.join(target).exists() {
                broken.push(format!("the link to {target} leads nowhere"));
            }
        }
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::*;

    fn citation(sheet: &str, sections: &[&str]) -> Citation {
        Citation { sheet: sheet.to_owned(), sections: sections.iter().map(|section| (*section).to_owned()).collect() }
    }

    #[test]
    fn a_citation_is_found_with_all_its_sections_also_over_lines_of_a_comment() {
        let text = "//! Rules: `reference/calendar.md` section 5 for places, section 1.7 for packages. See section 9.\n\
                    /// (`reference/berkeley-db.md`\n/// sections 1 to 3, 7 and 11); section 12\n\
                    //! `docs/reference/a.md` section 6 and `reference/b.md` section 3.6.";
        let expected = [
            citation("calendar.md", &["5", "1.7"]),
            citation("berkeley-db.md", &["1", "3", "7", "11"]),
            citation("a.md", &["6"]),
            citation("b.md", &["3.6"]),
        ];
        assert_eq!(cited(text), expected);
    }

    #[test]
    fn a_sheet_or_a_section_that_is_not_there_is_a_problem() {
        let sheets = BTreeMap::from([("a.md".to_owned(), sections("# A\n## 2. Places\n### 3.1 Files\n"))]);
        assert_eq!(problem(&citation("a.md", &["2", "3.1"]), &sheets), None);
        assert_eq!(problem(&citation("a.md", &["3"]), &sheets).unwrap(), "docs/reference/a.md has no section 3");
        assert_eq!(problem(&citation("b.md", &[]), &sheets).unwrap(), "docs/reference/b.md does not exist");
    }

    #[test]
    fn a_relative_link_that_leads_nowhere_is_a_problem() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("there.md"), "").unwrap();
        let text =
            "[a](there.md#part) [b](https://example.com) [c](#here) `[x](path)` [d](gone.md)\n```\n[e](code)\n```";
        assert_eq!(broken_links(text, directory.path()), ["the link to gone.md leads nowhere"]);
    }
}
