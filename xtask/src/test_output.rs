//! Reads what `cargo test` prints, so that it is known which tests ran in which binary and how each ended.

use std::path::PathBuf;

/// How a test ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Ok,
    Failed,
    /// `#[ignore]`.
    Ignored,
    /// Left out because this program is missing.
    Skipped(&'static str),
    /// Only listed.
    Listed,
}

/// One test, identified by its binary and its path in it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Test {
    pub(crate) path: String,
    pub(crate) outcome: Outcome,
}

/// The tests of one crate or test binary.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Binary {
    /// The name of the crate or test binary.
    pub(crate) name: String,
    /// The executable; none for documentation tests.
    pub(crate) executable: Option<PathBuf>,
    pub(crate) tests: Vec<Test>,
    /// Tests passed by the closing line; none when it was not seen because the binary crashed. Documentation tests may
    /// have several closing lines.
    pub(crate) passed: Option<usize>,
}

impl Binary {
    /// Returns the source files the executable was built from, as the compiler listed them.
    pub(crate) fn sources(&self) -> Vec<PathBuf> {
        let Some(executable) = &self.executable else { return Vec::new() };
        let Ok(listing) = std::fs::read_to_string(executable.with_extension("d")) else { return Vec::new() };
        listing.lines().filter_map(|line| line.strip_suffix(':')).map(PathBuf::from).collect()
    }
}

/// Collects the output of `cargo test` line by line.
#[derive(Debug, Default)]
pub(crate) struct TestOutput {
    pub(crate) binaries: Vec<Binary>,
    /// A test whose result was not on its line: with one thread, what its children print stands in between.
    open: Option<String>,
}

impl TestOutput {
    /// Takes the next line, without its line end.
    pub(crate) fn line(&mut self, line: &str) {
        if let Some(binary) = binary_start(line) {
            self.open = None;
            self.binaries.push(binary);
            return;
        }
        let Some(binary) = self.binaries.last_mut() else { return };
        if let Some((path, result)) = line.strip_prefix("test ").and_then(|rest| rest.split_once(" ... ")) {
            let path = path.split(" - should panic").next().unwrap_or(path).to_owned();
            match outcome(result) {
                Some(outcome) => binary.tests.push(Test { path, outcome }),
                None => self.open = Some(path),
            }
        } else if let Some(path) = line.strip_suffix(": test") {
            binary.tests.push(Test { path: path.to_owned(), outcome: Outcome::Listed });
        } else if let Some(counts) = line.strip_prefix("test result: ") {
            let passed = counts.split(&[';', '.', ' ']).zip(counts.split(&[';', '.', ' ']).skip(1));
            let passed = passed.filter(|(_, word)| *word == "passed").find_map(|(count, _)| count.parse().ok());
            binary.passed = Some(binary.passed.unwrap_or(0) + passed.unwrap_or(0));
        } else if let Some(outcome) = outcome(line)
            && let Some(path) = self.open.take()
        {
            binary.tests.push(Test { path, outcome });
        }
    }

    /// Returns the names (`binary::path`) of the tests with that outcome, and of the binaries that ended too early
    /// when failures are asked for.
    pub(crate) fn names(&self, wanted: &Outcome) -> Vec<String> {
        let mut names = Vec::new();
        for binary in &self.binaries {
            let tests = binary.tests.iter().filter(|test| test.outcome == *wanted);
            names.extend(tests.map(|test| format!("{}::{}", binary.name, test.path)));
            if *wanted == Outcome::Failed && binary.passed.is_none() {
                names.push(format!("{} (ended without a result)", binary.name));
            }
        }
        names
    }
}

/// Reads `     Running unittests src/lib.rs (target/debug/deps/bdb-0123456789abcdef)` and `   Doc-tests bdb`.
fn binary_start(line: &str) -> Option<Binary> {
    let line = line.trim_start();
    if let Some(name) = line.strip_prefix("Doc-tests ") {
        return Some(Binary { name: name.to_owned(), ..Binary::default() });
    }
    let (_, executable) = line.strip_prefix("Running ")?.strip_suffix(')')?.rsplit_once(" (")?;
    let executable = PathBuf::from(executable);
    let file_name = executable.file_name()?.to_str()?;
    let name = file_name.rsplit_once('-').map_or(file_name, |(name, _hash)| name).to_owned();
    Some(Binary { name, executable: Some(executable), ..Binary::default() })
}

fn outcome(result: &str) -> Option<Outcome> {
    match result {
        "ok" => Some(Outcome::Ok),
        "FAILED" => Some(Outcome::Failed),
        _ if result == "ignored" || result.starts_with("ignored, ") => Some(Outcome::Ignored),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> TestOutput {
        let mut output = TestOutput::default();
        text.lines().for_each(|line| output.line(line));
        output
    }

    #[test]
    fn a_test_is_named_after_its_binary_and_its_path() {
        let output = read(
            "   Compiling bdb v0.1.0
     Running unittests src/lib.rs (target/debug/deps/bdb-6b2e5ae9d8a5a4a1)

running 4 tests
test read::tests::a_cycle_is_an_error ... ok
test read::tests::slow ... ignored, takes an hour
test read::tests::stops - should panic ... ok
test read::tests::wrong ... FAILED
test result: FAILED. 2 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s

     Running tests/main.rs (/t/debug/deps/main-0011223344556677)
test undo::restores_the_owner ... ok
test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
   Doc-tests bdb
test shared/bdb/src/lib.rs - Page (line 3) ... ok
test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        );
        assert_eq!(
            output.names(&Outcome::Ok),
            [
                "bdb::read::tests::a_cycle_is_an_error",
                "bdb::read::tests::stops",
                "main::undo::restores_the_owner",
                "bdb::shared/bdb/src/lib.rs - Page (line 3)",
            ]
        );
        assert_eq!(output.names(&Outcome::Ignored), ["bdb::read::tests::slow"]);
        assert_eq!(output.names(&Outcome::Failed), ["bdb::read::tests::wrong"]);
    }

    #[test]
    fn a_result_below_what_a_child_printed_belongs_to_the_open_test() {
        let output = read(
            "     Running tests/main.rs (target/debug/deps/main-0011223344556677)
test one ... csmigrate: nothing to do
ok
test two ... FAILED
ok
test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        );
        assert_eq!(output.names(&Outcome::Ok), ["main::one"]);
        assert_eq!(output.names(&Outcome::Failed), ["main::two"]);
    }

    #[test]
    fn a_binary_that_crashed_is_a_failure() {
        let output = read(
            "     Running tests/main.rs (target/debug/deps/main-0011223344556677)
test one ... ok
error: test failed, to rerun pass `-p csmigrate --test main`",
        );
        assert_eq!(output.names(&Outcome::Failed), ["main (ended without a result)"]);
    }

    #[test]
    fn a_listing_names_tests_without_running_them() {
        let output = read(
            "     Running tests/main.rs (target/debug/deps/main-0011223344556677)
strace::stops_at_every_call: test
2 tests, 0 benchmarks",
        );
        assert_eq!(output.names(&Outcome::Listed), ["main::strace::stops_at_every_call"]);
    }

    #[test]
    fn the_compiler_says_which_files_an_executable_was_built_from() {
        let directory = tempfile::tempdir().unwrap();
        let executable = directory.path().join("main-0011");
        let listing = format!("{0}: tests/main.rs tests/undo.rs\n\ntests/main.rs:\ntests/undo.rs:\n", "main-0011");
        std::fs::write(directory.path().join("main-0011.d"), listing).unwrap();
        let binary = Binary { executable: Some(executable), ..Binary::default() };
        assert_eq!(binary.sources(), [PathBuf::from("tests/main.rs"), PathBuf::from("tests/undo.rs")]);
    }
}
