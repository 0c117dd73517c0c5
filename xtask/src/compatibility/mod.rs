//! Checks the COMPATIBILITY.md files, one at the top and one beside each tool: each entry is proven by tests that ran and were ok.
//!
//! An entry is a level-3 heading below one of the [`KINDS`], a sentence, for documented behaviour a line `Source:`, and a
//! paragraph that starts with `Tests:` (see [`entries()`]). A named file must hold the function and be compiled into the binary in
//! which the test ran.

mod entries;

use crate::test_output::{Binary, Test, TestOutput, TestResult};
use entries::{Link, entries};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Its entries need a source.
const DOCUMENTED: &str = "documented behaviour";
/// How the level-2 headings begin, in any case.
const KINDS: &[&str] = &[DOCUMENTED, "our choice", "known difference"];

/// What a check found; each text names the entry.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Findings {
    /// Entries looked at.
    pub(crate) entries: usize,
    /// Broken rules.
    pub(crate) problems: Vec<String>,
    /// Tests that could not run here because a program is missing.
    pub(crate) unproven: Vec<String>,
}

/// Checks a document's text against the tests that ran; `directory` is the document's, below `top`.
pub(crate) fn check(document: &str, top: &Path, directory: &Path, output: &TestOutput) -> Findings {
    let mut findings = Findings::default();
    let entries = entries(document, directory);
    if entries.is_empty() {
        findings.problems.push("no entries (level-3 headings)".to_owned());
    }
    findings.entries = entries.len();
    let binaries: Vec<_> = output
        .binaries
        .iter()
        .map(|binary| Sources { binary, files: binary.sources().into_iter().collect() })
        .collect();
    for entry in entries {
        let kind = entry.kind.to_lowercase();
        if !KINDS.iter().any(|known| kind.starts_with(known)) {
            findings.problems.push(format!("{}: stands below none of: {}", entry.title, KINDS.join(", ")));
        }
        if kind.starts_with(DOCUMENTED) && !entry.has_source {
            findings.problems.push(format!("{}: names no source", entry.title));
        }
        if entry.links.is_empty() {
            findings.problems.push(format!("{}: names no test", entry.title));
        }
        for link in &entry.links {
            match judge(link, top, &binaries) {
                Ok(None) => {}
                Ok(Some(program)) => {
                    findings.unproven.push(format!("{}: {} needs {program}", entry.title, link.test));
                }
                Err(problem) => findings.problems.push(format!("{}: {}: {problem}", entry.title, link.test)),
            }
        }
    }
    findings
}

struct Sources<'a> {
    binary: &'a Binary,
    files: BTreeSet<PathBuf>,
}

/// Returns the missing program where the test was left out for it, and the broken rule as the error.
fn judge(link: &Link, top: &Path, binaries: &[Sources<'_>]) -> Result<Option<&'static str>, String> {
    let file = link.file.display();
    let source = std::fs::read_to_string(top.join(&link.file)).map_err(|error| format!("{file}: {error}"))?;
    if !has_function(&source, &link.test) {
        return Err(format!("{file} has no such function"));
    }
    let mut ran = false;
    let mut missing = None;
    for test in runs_of(link, binaries) {
        match test.outcome {
            TestResult::Ok => ran = true,
            TestResult::Skipped(program) => missing = Some(program),
            TestResult::Failed => return Err("failed".to_owned()),
            TestResult::Ignored => return Err("is ignored".to_owned()),
            TestResult::Listed => {}
        }
    }
    if ran || missing.is_some() { Ok(missing) } else { Err("did not run".to_owned()) }
}

fn runs_of<'a>(link: &'a Link, binaries: &'a [Sources<'_>]) -> impl Iterator<Item = &'a Test> {
    let binaries = binaries.iter().filter(|sources| sources.files.contains(&link.file));
    let tests = binaries.flat_map(|sources| &sources.binary.tests);
    tests.filter(|test| test.path.rsplit("::").next() == Some(&link.test))
}

fn has_function(source: &str, name: &str) -> bool {
    let declaration = format!("fn {name}");
    source.match_indices(&declaration).any(|(at, found)| {
        matches!(source.get(at + found.len()..).and_then(|rest| rest.chars().next()), Some('(' | '<'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "#[test]\nfn undo_restores_the_owner() {}\n#[test]\nfn names_are_kept() {}\n";

    /// A tree with `csmigrate/tests/main.rs`, and a test run of the binary built from it.
    struct Site {
        top: tempfile::TempDir,
        output: TestOutput,
    }

    impl Site {
        fn new(tests: &[(&str, TestResult)]) -> Self {
            let top = tempfile::tempdir().unwrap();
            std::fs::create_dir_all(top.path().join("csmigrate/tests")).unwrap();
            std::fs::write(top.path().join("csmigrate/tests/main.rs"), SOURCE).unwrap();
            let mut output = TestOutput::default();
            output.binaries.push(binary(top.path(), "main-01", "csmigrate/tests/main.rs", tests));
            Self { top, output }
        }

        fn check(&self, entry: &str) -> Findings {
            self.check_below("Our choices", entry)
        }

        fn check_below(&self, kind: &str, entry: &str) -> Findings {
            let document = format!("# Compatibility\n\n## {kind}\n\n{entry}\n");
            check(&document, self.top.path(), Path::new(""), &self.output)
        }

        fn problems(&self, entry: &str) -> Vec<String> {
            self.check(entry).problems
        }
    }

    fn binary(top: &Path, name: &str, source: &str, tests: &[(&str, TestResult)]) -> Binary {
        std::fs::write(top.join(format!("{name}.d")), format!("{name}: {source}\n\n{source}:\n")).unwrap();
        let tests =
            tests.iter().map(|(path, outcome)| Test { path: (*path).to_owned(), outcome: outcome.clone(), time: None });
        Binary { name: "main".to_owned(), executable: Some(top.join(name)), tests: tests.collect(), passed: Some(0) }
    }

    const ENTRY: &str =
        "### Owners come back\n\nText.\n\nTests: [undo_restores_the_owner](csmigrate/tests/main.rs), more.";

    #[test]
    fn an_entry_whose_test_was_ok_is_proven() {
        let site = Site::new(&[("undo::undo_restores_the_owner", TestResult::Ok)]);
        assert_eq!(site.check(ENTRY), Findings { entries: 1, ..Findings::default() });
    }

    #[test]
    fn a_link_to_a_missing_file_is_a_problem() {
        let site = Site::new(&[("undo_restores_the_owner", TestResult::Ok)]);
        let problems = site.problems("### Owners\nTests: [undo_restores_the_owner](csmigrate/tests/gone.rs)");
        let expected =
            "Owners: undo_restores_the_owner: csmigrate/tests/gone.rs: No such file or directory (os error 2)";
        assert_eq!(problems, [expected]);
    }

    #[test]
    fn a_link_to_a_function_that_the_file_lacks_is_a_problem() {
        let site = Site::new(&[("undo_restores", TestResult::Ok)]);
        let problems = site.problems("### Owners\nTests: [undo_restores](csmigrate/tests/main.rs)");
        assert_eq!(problems, ["Owners: undo_restores: csmigrate/tests/main.rs has no such function"]);
    }

    #[test]
    fn an_ignored_test_is_a_problem() {
        let site = Site::new(&[("undo_restores_the_owner", TestResult::Ignored)]);
        assert_eq!(site.problems(ENTRY), ["Owners come back: undo_restores_the_owner: is ignored"]);
    }

    #[test]
    fn a_failed_test_is_a_problem() {
        let site = Site::new(&[("undo_restores_the_owner", TestResult::Failed)]);
        assert_eq!(site.problems(ENTRY), ["Owners come back: undo_restores_the_owner: failed"]);
    }

    #[test]
    fn a_test_that_did_not_run_is_a_problem() {
        let site = Site::new(&[("names_are_kept", TestResult::Ok)]);
        assert_eq!(site.problems(ENTRY), ["Owners come back: undo_restores_the_owner: did not run"]);
    }

    #[test]
    fn a_test_of_that_name_in_another_file_proves_nothing() {
        let mut site = Site::new(&[]);
        let tests = [("undo_restores_the_owner", TestResult::Ok)];
        site.output.binaries.push(binary(site.top.path(), "main-02", "im-upgrade/tests/main.rs", &tests));
        assert_eq!(site.problems(ENTRY), ["Owners come back: undo_restores_the_owner: did not run"]);
    }

    #[test]
    fn an_entry_without_tests_is_a_problem() {
        let site = Site::new(&[]);
        let entry = "### Owners\nSee [names_are_kept](csmigrate/tests/main.rs).\n\n```\nTests: [x](y)\n```";
        assert_eq!(site.problems(entry), ["Owners: names no test"]);
    }

    #[test]
    fn each_link_of_a_wrapped_line_is_checked() {
        let site = Site::new(&[("undo_restores_the_owner", TestResult::Ok)]);
        let problems = site.problems(&format!("{ENTRY}\n[`names_are_kept`](./csmigrate/tests/main.rs#L3)\n\n[a](b)"));
        assert_eq!(problems, ["Owners come back: names_are_kept: did not run"]);
    }

    #[test]
    fn an_entry_below_an_unknown_kind_is_a_problem() {
        let site = Site::new(&[("undo_restores_the_owner", TestResult::Ok)]);
        let problems = site.problems(&format!("## Notes\n\n{ENTRY}"));
        let expected = "Owners come back: stands below none of: documented behaviour, our choice, known difference";
        assert_eq!(problems, [expected]);
    }

    #[test]
    fn a_document_without_entries_is_a_problem() {
        assert_eq!(Site::new(&[]).problems(""), ["no entries (level-3 headings)"]);
    }

    #[test]
    fn a_test_left_out_for_a_missing_program_is_unproven_but_no_problem() {
        let site = Site::new(&[("strace::undo_restores_the_owner", TestResult::Skipped("strace"))]);
        let unproven = vec!["Owners come back: undo_restores_the_owner needs strace".to_owned()];
        assert_eq!(site.check(ENTRY), Findings { entries: 1, unproven, ..Findings::default() });
    }

    #[test]
    fn paths_are_relative_to_the_document() {
        let site = Site::new(&[("undo_restores_the_owner", TestResult::Ok), ("names_are_kept", TestResult::Ok)]);
        let entry = "## Our choices\n### Owners\nTests: [main](tests/main.rs): undo_restores_the_owner;\n\
                     [main](../csmigrate/tests/main.rs): names_are_kept.";
        let findings = check(entry, site.top.path(), Path::new("csmigrate"), &site.output);
        assert_eq!(findings, Findings { entries: 1, ..Findings::default() });
    }

    #[test]
    fn documented_behaviour_without_a_source_is_a_problem() {
        let site = Site::new(&[("undo_restores_the_owner", TestResult::Ok)]);
        let problems = |entry: &str| site.check_below("Documented behaviour", entry).problems;
        assert_eq!(problems(ENTRY), ["Owners come back: names no source"]);
        assert_eq!(problems(&ENTRY.replace("Text.", "Text.\n\nSource: RFC 2849.")), [""; 0]);
    }
}
