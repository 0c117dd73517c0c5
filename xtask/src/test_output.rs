//! Reads what `cargo test` prints, so that it is known which tests ran in which binary and how each ended.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How a test ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TestResult {
    Ok,
    Failed,
    /// Left out by its attribute.
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
    pub(crate) outcome: TestResult,
    /// How long it ran; none when that is not known.
    pub(crate) time: Option<Duration>,
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
    /// When the open binary said how many tests it runs, and when each of its tests ended.
    clock: Clock,
    /// A test whose result was not on its line: with one thread, what its children print stands in between.
    open: Option<String>,
}

impl TestOutput {
    /// Takes the next line, without its line end, and when it came.
    pub(crate) fn line(&mut self, line: &str, now: Instant) {
        if let Some(binary) = binary_start(line) {
            self.open = None;
            self.binaries.push(binary);
            return;
        }
        let Some(binary) = self.binaries.last_mut() else { return };
        if let Some((path, result)) = line.strip_prefix("test ").and_then(|rest| rest.split_once(" ... ")) {
            let path = path.split(" - should panic").next().unwrap_or(path).to_owned();
            match outcome(result) {
                Some(outcome) => {
                    self.clock.ended.push((binary.tests.len(), now));
                    binary.tests.push(Test { path, outcome, time: None });
                }
                None => self.open = Some(path),
            }
        } else if let Some(path) = line.strip_suffix(": test") {
            binary.tests.push(Test { path: path.to_owned(), outcome: TestResult::Listed, time: None });
        } else if line.starts_with("running ") && (line.ends_with(" tests") || line.ends_with(" test")) {
            self.clock = Clock { started: Some(now), ended: Vec::new() };
        } else if let Some(counts) = line.strip_prefix("test result: ") {
            let passed = counts.split(&[';', '.', ' ']).zip(counts.split(&[';', '.', ' ']).skip(1));
            let passed = passed.filter(|(_, word)| *word == "passed").find_map(|(count, _)| count.parse().ok());
            binary.passed = Some(binary.passed.unwrap_or(0) + passed.unwrap_or(0));
            std::mem::take(&mut self.clock).give_times(&mut binary.tests, threads());
        } else if let Some(outcome) = outcome(line)
            && let Some(path) = self.open.take()
        {
            self.clock.ended.push((binary.tests.len(), now));
            binary.tests.push(Test { path, outcome, time: None });
        }
    }

    /// Returns the names of the slowest tests, the slowest first, each with its time.
    pub(crate) fn slowest(&self, count: usize) -> Vec<(String, Duration)> {
        let tests = self.binaries.iter().flat_map(|binary| binary.tests.iter().map(move |test| (binary, test)));
        let timed = tests.filter_map(|(binary, test)| Some((format!("{}::{}", binary.name, test.path), test.time?)));
        let mut timed: Vec<_> = timed.collect();
        timed.sort_by_key(|(_, time)| std::cmp::Reverse(*time));
        timed.truncate(count);
        timed
    }

    /// Returns the names (`binary::path`) of the tests with that outcome, and of the binaries that ended too early
    /// when failures are asked for.
    pub(crate) fn names(&self, wanted: &TestResult) -> Vec<String> {
        let mut names = Vec::new();
        for binary in &self.binaries {
            let tests = binary.tests.iter().filter(|test| test.outcome == *wanted);
            names.extend(tests.map(|test| format!("{}::{}", binary.name, test.path)));
            if *wanted == TestResult::Failed && binary.passed.is_none() {
                names.push(format!("{} (ended without a result)", binary.name));
            }
        }
        names
    }
}

/// What the times of a binary's tests are told from: the harness of the stable compiler prints none.
#[derive(Debug, Default)]
struct Clock {
    started: Option<Instant>,
    /// Index of the test in its binary, and when its result was printed.
    ended: Vec<(usize, Instant)>,
}

impl Clock {
    /// The harness starts tests in the order of their names, as many at once as it has threads, and the next one when one
    /// ends: so the `n`th by name begins when the `n - threads`th result is printed.
    fn give_times(self, tests: &mut [Test], threads: usize) {
        let Some(started) = self.started else { return };
        let path = |index: usize| tests.get(index).map(|test| test.path.clone()).unwrap_or_default();
        let by_name: BTreeSet<_> = self.ended.iter().map(|(index, _)| (path(*index), *index)).collect();
        for (place, (_, index)) in by_name.into_iter().enumerate() {
            let begin = match place.checked_sub(threads) {
                None => Some(started),
                Some(earlier) => self.ended.get(earlier).map(|(_, end)| *end),
            };
            let end = self.ended.iter().find(|(ended, _)| *ended == index).map(|(_, end)| *end);
            if let (Some(begin), Some(end), Some(test)) = (begin, end, tests.get_mut(index)) {
                test.time = Some(end.saturating_duration_since(begin));
            }
        }
    }
}

/// Returns how many tests run at once.
fn threads() -> usize {
    let chosen = std::env::var("RUST_TEST_THREADS").ok().and_then(|number| number.parse().ok());
    chosen.or_else(|| std::thread::available_parallelism().ok().map(usize::from)).unwrap_or(1)
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

fn outcome(result: &str) -> Option<TestResult> {
    match result {
        "ok" => Some(TestResult::Ok),
        "FAILED" => Some(TestResult::Failed),
        _ if result == "ignored" || result.starts_with("ignored, ") => Some(TestResult::Ignored),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> TestOutput {
        let mut output = TestOutput::default();
        text.lines().for_each(|line| output.line(line, Instant::now()));
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
            output.names(&TestResult::Ok),
            [
                "bdb::read::tests::a_cycle_is_an_error",
                "bdb::read::tests::stops",
                "main::undo::restores_the_owner",
                "bdb::shared/bdb/src/lib.rs - Page (line 3)",
            ]
        );
        assert_eq!(output.names(&TestResult::Ignored), ["bdb::read::tests::slow"]);
        assert_eq!(output.names(&TestResult::Failed), ["bdb::read::tests::wrong"]);
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
        assert_eq!(output.names(&TestResult::Ok), ["main::one"]);
        assert_eq!(output.names(&TestResult::Failed), ["main::two"]);
    }

    #[test]
    fn a_binary_that_crashed_is_a_failure() {
        let output = read(
            "     Running tests/main.rs (target/debug/deps/main-0011223344556677)
test one ... ok
error: test failed, to rerun pass `-p csmigrate --test main`",
        );
        assert_eq!(output.names(&TestResult::Failed), ["main (ended without a result)"]);
    }

    #[test]
    fn a_listing_names_tests_without_running_them() {
        let output = read(
            "     Running tests/main.rs (target/debug/deps/main-0011223344556677)
strace::stops_at_every_call: test
2 tests, 0 benchmarks",
        );
        assert_eq!(output.names(&TestResult::Listed), ["main::strace::stops_at_every_call"]);
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

    #[test]
    fn a_test_begins_when_a_thread_is_free_for_it_in_the_order_of_names() {
        let now = Instant::now();
        let at = |seconds| now + Duration::from_secs(seconds);
        let test = |path: &str| Test { path: path.to_owned(), outcome: TestResult::Ok, time: None };
        // Two threads: a and b begin at once, c when b ends after 1 s, d when c ends after 3 s.
        let mut tests = [test("b"), test("c"), test("a"), test("d")];
        let ended = vec![(0, at(1)), (1, at(3)), (2, at(4)), (3, at(9))];
        Clock { started: Some(now), ended }.give_times(&mut tests, 2);
        let seconds = tests.map(|test| (test.path, test.time.unwrap().as_secs()));
        assert_eq!(seconds.map(|(_, seconds)| seconds), [1, 2, 4, 6]);
    }

    #[test]
    fn the_slowest_tests_are_named_with_their_times() {
        let mut output = TestOutput::default();
        let now = Instant::now();
        for (line, seconds) in [
            ("     Running tests/main.rs (target/debug/deps/main-0011223344556677)", 0),
            ("running 2 tests", 1),
            ("test quick ... ok", 2),
            ("test slow ... ok", 9),
            ("test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 8.00s", 9),
        ] {
            output.line(line, now + Duration::from_secs(seconds));
        }
        assert_eq!(output.slowest(1).iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["main::slow"]);
        assert_eq!(output.slowest(9).len(), 2);
    }
}
