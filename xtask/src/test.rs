//! `cargo xtask test`: every check and every test, step by step; what the README names and CI calls.

use crate::compatibility;
use crate::demo;
use crate::licences;
use crate::man;
use crate::peers::{self, Peer};
use crate::process::{self, Result, cargo};
use crate::readme;
use crate::references;
use crate::test_output::{Test, TestOutput, TestResult};
use crate::tools::TOOLS;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, ExitCode, ExitStatus};
use std::time::Instant;

/// How many tests are named at the end for the time they took.
const SLOWEST: usize = 10;

/// Options of `cargo xtask test`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Runs the long sweeps at every point instead of in strides (COMMSUITE_FULL=1)
    #[arg(long)]
    full: bool,
    /// Runs only the steps whose name contains this word, such as `demo`
    #[arg(long)]
    step: Option<String>,
}

/// How a step ended.
enum Step {
    Passed,
    Skipped(String),
    /// Ran tests, which are counted one by one in place of the step.
    Tests(TestOutput),
}

/// Counts steps and tests alike, and keeps what failed for the end.
#[derive(Default)]
struct Tally {
    /// Part of the name of the steps that are run; none for all.
    chosen: Option<String>,
    passed: usize,
    failed: Vec<String>,
    skipped: usize,
    tests: TestOutput,
}

impl Tally {
    /// Announces, runs and counts one step.
    fn step(&mut self, name: &str, step: impl FnOnce() -> Result<Step>) {
        if self.chosen.as_ref().is_some_and(|chosen| !name.contains(chosen.as_str())) {
            return;
        }
        println!("==> {name}");
        let start = Instant::now();
        let end = match step() {
            Ok(Step::Passed) => {
                self.passed += 1;
                "ok".to_owned()
            }
            Ok(Step::Skipped(reason)) => {
                self.skipped += 1;
                format!("skipped: {reason}")
            }
            Ok(Step::Tests(output)) => {
                let failed = self.failed.len();
                self.count(&output);
                self.tests = output;
                if self.failed.len() == failed { "ok".to_owned() } else { "FAILED".to_owned() }
            }
            Err(error) => {
                self.failed.push(format!("{name}: {error}"));
                format!("FAILED: {error}")
            }
        };
        println!("==> {name}: {end} ({:.1} s)", start.elapsed().as_secs_f64());
    }

    fn count(&mut self, output: &TestOutput) {
        self.passed += output.binaries.iter().filter_map(|binary| binary.passed).sum::<usize>();
        self.failed.extend(output.names(&TestResult::Failed));
        for binary in &output.binaries {
            for test in &binary.tests {
                let reason = match test.outcome {
                    TestResult::Ignored => "is ignored".to_owned(),
                    TestResult::Skipped(program) => format!("needs {program}"),
                    TestResult::Ok | TestResult::Failed | TestResult::Listed => continue,
                };
                self.skipped += 1;
                println!("skipped: {}::{} {reason}", binary.name, test.path);
            }
        }
    }

    /// Prints the failures and, as the last line, the counts.
    fn close(&self) -> ExitCode {
        for failure in &self.failed {
            println!("failed: {failure}");
        }
        println!("{} passed, {} failed, {} skipped", self.passed, self.failed.len(), self.skipped);
        if self.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// Runs all steps, also after a failed one.
pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let mut tally = Tally { chosen: args.step.clone(), ..Tally::default() };
    let mut missing = Vec::new();
    tally.step("peers", || {
        missing = peers::provide();
        judge_missing(&missing)
    });
    tally.step("formatting", || passed(&mut cargo(["fmt", "--all", "--check"])));
    tally.step("clippy", || {
        passed(&mut cargo(["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]))
    });
    tally.step("documentation", || {
        passed(cargo(["doc", "--workspace", "--no-deps", "--locked"]).env("RUSTDOCFLAGS", "-D warnings"))
    });
    tally.step("man pages", || man::check().map(|()| Step::Passed));
    tally.step("tests", || tests(args, &missing));
    let output = std::mem::take(&mut tally.tests);
    tally.step("COMPATIBILITY.md", || compatibility_step(&output));
    tally.step("licences, bans, sources", || licences::check().map(|()| Step::Passed));
    tally.step("links and citations", || references::check().map(|()| Step::Passed));
    tally.step("demo, and the sessions of the README", || {
        let transcript = demo::play(&demo::Args::default())?;
        readme::check_sessions(&transcript).map(|()| Step::Passed)
    });
    tally.step("installation of the README", || readme::check_installation(TOOLS).map(|()| Step::Passed));
    print_slowest(&output);
    Ok(tally.close())
}

fn passed(command: &mut Command) -> Result<Step> {
    process::run(command).map(|()| Step::Passed)
}

/// A missing program leaves out the tests that need it; under CI it is a failure, as nobody would notice.
fn judge_missing(missing: &[&Peer]) -> Result<Step> {
    if missing.is_empty() {
        return Ok(Step::Passed);
    }
    for peer in missing {
        let way = if peer.is_right() { "granted where this succeeds:" } else { "Debian package" };
        let tests = peer.tests.join("*, *");
        println!("{} is missing ({way} {}): tests named *{tests}* are left out", peer.program, peer.package);
    }
    let programs = missing.iter().map(|peer| peer.program).collect::<Vec<_>>().join(", ");
    if std::env::var("CI").is_ok_and(|ci| ci == "true") && !missing.iter().all(|peer| peer.is_right()) {
        return Err(format!("missing: {programs}").into());
    }
    Ok(Step::Skipped(format!("missing: {programs}")))
}

fn tests(args: &Args, missing: &[&Peer]) -> Result<Step> {
    let mut command = test_command();
    if args.full {
        command.env("COMMSUITE_FULL", "1");
    }
    let words = words(missing);
    if !words.is_empty() {
        command.arg("--");
        words.iter().for_each(|(word, _)| {
            command.args(["--skip", word]);
        });
    }
    println!("$ {}", process::shown(&command));
    let mut output = TestOutput::default();
    let status = collect(&mut command, Echo::Yes, &mut output)?;
    if !status.success() && output.names(&TestResult::Failed).is_empty() {
        return Err(format!("cargo test: {status}").into());
    }
    if !words.is_empty() {
        let mut listing = TestOutput::default();
        collect(test_command().args(["--", "--list"]), Echo::No, &mut listing)?;
        add_left_out(&mut output, listing, &words);
    }
    Ok(Step::Tests(output))
}

/// Colours would hide the words that the reader of the output looks for.
fn test_command() -> Command {
    let mut command = cargo(["test", "--workspace", "--locked", "--no-fail-fast"]);
    command.env("CARGO_TERM_COLOR", "never");
    command
}

fn words(missing: &[&Peer]) -> Vec<(&'static str, &'static str)> {
    missing.iter().flat_map(|peer| peer.tests.iter().map(|word| (*word, peer.program))).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Echo {
    Yes,
    No,
}

/// Runs the command with stdout and stderr in one pipe: only so do the `Running` lines (stderr) and the results
/// (stdout) keep their order.
fn collect(command: &mut Command, echo: Echo, output: &mut TestOutput) -> Result<ExitStatus> {
    let (reader, writer) = std::io::pipe()?;
    command.stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn()?;
    // The command holds the pipe's writing end as well; while it is open the reader would wait for ever.
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        if echo == Echo::Yes {
            std::io::stdout().write_all(&line)?;
        }
        output.line(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']), Instant::now());
        line.clear();
    }
    Ok(child.wait()?)
}

/// Adds the tests that were left out by `--skip` to the run, with the program each one lacked.
fn add_left_out(output: &mut TestOutput, listing: TestOutput, words: &[(&str, &'static str)]) {
    for listed in listing.binaries {
        let ran = output
            .binaries
            .iter_mut()
            .find(|binary| binary.executable == listed.executable && binary.name == listed.name);
        let Some(ran) = ran else { continue };
        for test in listed.tests {
            if let Some((_, program)) = words.iter().find(|(word, _)| test.path.contains(word)) {
                ran.tests.push(Test { path: test.path, outcome: TestResult::Skipped(program), time: None });
            }
        }
    }
}

fn compatibility_step(output: &TestOutput) -> Result<Step> {
    let (mut problems, mut unproven) = (0, 0);
    for directory in TOOLS.iter().copied().chain([""]) {
        let file = Path::new(directory).join("COMPATIBILITY.md");
        let name = file.display();
        let document = std::fs::read_to_string(&file).map_err(|error| format!("{name}: {error}"))?;
        let findings = compatibility::check(&document, Path::new(""), Path::new(directory), output);
        findings.problems.iter().for_each(|problem| println!("{name}: {problem}"));
        findings.unproven.iter().for_each(|entry| println!("{name}: not proven here: {entry}"));
        println!("{name}: {} entries", findings.entries);
        problems += findings.problems.len();
        unproven += findings.unproven.len();
    }
    if problems > 0 {
        return Err(format!("problems: {problems}").into());
    }
    if unproven > 0 {
        return Ok(Step::Skipped(format!("tests that could not run here: {unproven}")));
    }
    Ok(Step::Passed)
}

fn print_slowest(output: &TestOutput) {
    let slowest = output.slowest(SLOWEST);
    if !slowest.is_empty() {
        println!("the slowest tests:");
    }
    for (name, time) in slowest {
        println!("{:7.1} s  {name}", time.as_secs_f64());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run_of(lines: &str) -> TestOutput {
        let mut output = TestOutput::default();
        lines.lines().for_each(|line| output.line(line, Instant::now()));
        output
    }

    #[test]
    fn a_test_left_out_for_a_missing_program_is_counted_as_skipped() {
        let running = "     Running tests/main.rs (target/debug/deps/main-01)\n";
        let mut output = run_of(&format!("{running}test undo ... ok\ntest result: ok. 1 passed; 0 failed"));
        let listing = run_of(&format!("{running}undo: test\nstrace::kill: test\nsweep_db5_3: test\n"));
        let strace: Vec<_> = peers::PEERS.iter().filter(|peer| peer.program == "strace").collect();
        add_left_out(&mut output, listing, &words(&strace));
        assert_eq!(output.names(&TestResult::Skipped("strace")), ["main::strace::kill"]);

        let mut tally = Tally::default();
        tally.count(&output);
        assert_eq!((tally.passed, tally.failed.len(), tally.skipped), (1, 0, 1));
    }

    #[test]
    fn both_streams_of_a_command_are_read_in_the_order_of_writing() {
        let script = "echo '     Running a (d/a-1)' >&2; echo 'test one ... ok'; echo 'test result: ok.';
            echo '     Running b (d/b-2)' >&2; echo 'test two ... FAILED'; echo 'test result: FAILED.'; exit 101";
        let mut output = TestOutput::default();
        let status = collect(Command::new("sh").args(["-c", script]), Echo::No, &mut output).unwrap();
        assert_eq!(status.code(), Some(101));
        assert_eq!(output.names(&TestResult::Ok), ["a::one"]);
        assert_eq!(output.names(&TestResult::Failed), ["b::two"]);
    }
}
