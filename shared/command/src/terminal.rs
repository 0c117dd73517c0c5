//! What people see: the result on standard output, messages and progress on standard error, secrets nowhere.
//!
//! This is the one place that everything for people goes through, so whatever a file, a server or an operand says, it comes out as part
//! of one line and cannot steer the terminal ([`shown`]). Text with line breaks of our own has functions of its own, `*_lines`; the values in
//! such a text must be on one line already.
//!
//! A progress bar appears only on a terminal; elsewhere there is a plain line every ten seconds, so that a log file or a
//! serial console shows that the run lives.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anstream::{AutoStream, ColorChoice};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use upgrade_engine::step::Observer;
use upgrade_engine::{redact, shown};

use crate::interrupt::Interrupt;
use crate::options::Color;

/// How often a line of progress appears where there is no terminal.
const PLAIN_INTERVAL: Duration = Duration::from_secs(10);

/// Set when a part of the result could not be printed.
static LOST: AtomicBool = AtomicBool::new(false);

/// How much is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verbosity {
    /// Results and progress.
    Normal,
    /// Only errors.
    Quiet,
}

/// Standard output and standard error.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    color: ColorChoice,
    verbosity: Verbosity,
}

impl Terminal {
    /// Returns the terminal for these options and the environment (`NO_COLOR`, `TERM=dumb`).
    pub fn new(color: Color, verbosity: Verbosity) -> Self {
        let color = match color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        Self { color, verbosity }
    }

    /// Prints a line of the result.
    pub fn result(&self, line: &str) {
        self.print(&shown_line(line));
    }

    /// Prints text of several lines that are our own.
    pub fn result_lines(&self, lines: &str) {
        self.print(&shown_lines(lines));
    }

    fn print(&self, text: &str) {
        if self.verbosity == Verbosity::Normal {
            let written = AutoStream::new(std::io::stdout(), self.color).lock().write_all(text.as_bytes());
            // Neither a closed pipe nor a full disk must stop a run in the middle. That something is missing is said at the end.
            if written.is_err_and(|e| e.kind() != std::io::ErrorKind::BrokenPipe) {
                LOST.store(true, Ordering::Relaxed);
            }
        }
    }

    /// Returns whether a part of the result could not be printed, because a disk was full or broken.
    pub(crate) fn has_lost(&self) -> bool {
        LOST.load(Ordering::Relaxed)
    }

    /// Prints a result in JSON, also when results are not printed. Its secrets must be gone already ([`redact::json`]).
    ///
    /// # Errors
    /// As writing to standard output.
    pub fn json(&self, json: &str) -> std::io::Result<()> {
        let mut stdout = std::io::stdout().lock();
        writeln!(stdout, "{}", shown::json(json)).and_then(|()| stdout.flush())
    }

    /// Prints an error: the first line with the tool's name, the others below it.
    pub fn error(&self, tool: &str, lines: &[String]) {
        let mut stream = AutoStream::new(std::io::stderr(), self.color).lock();
        for (number, line) in lines.iter().enumerate() {
            let line = shown_line(line);
            let _ = match number {
                0 => write!(stream, "\x1b[31m{tool}:\x1b[0m {line}"),
                _ => write!(stream, "  {line}"),
            };
        }
    }

    /// Prints a line that belongs to a result on standard error, where standard output holds the result itself.
    pub fn message(&self, line: &str) {
        self.print_message(&shown_line(line));
    }

    /// As [`Terminal::message`], for text of several lines that are our own.
    pub fn message_lines(&self, lines: &str) {
        self.print_message(&shown_lines(lines));
    }

    fn print_message(&self, text: &str) {
        if self.verbosity == Verbosity::Normal {
            let _ = AutoStream::new(std::io::stderr(), self.color).lock().write_all(text.as_bytes());
        }
    }

    /// Prints a warning.
    pub fn warning(&self, tool: &str, line: &str) {
        if self.verbosity == Verbosity::Normal {
            let line = shown_line(line);
            let mut stream = AutoStream::new(std::io::stderr(), self.color).lock();
            let _ = write!(stream, "\x1b[33m{tool}: warning:\x1b[0m {line}");
        }
    }

    /// Returns progress over `bytes`, shown on standard error, that also watches for Ctrl-C. Nothing is shown of 0 bytes.
    pub fn progress(&self, bytes: u64, interrupt: Interrupt) -> Progress {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        let show = match self.verbosity {
            _ if bytes == 0 => Show::Nothing,
            Verbosity::Quiet => Show::Nothing,
            Verbosity::Normal if std::io::stderr().is_terminal() && !dumb => Show::Bar(bar(bytes)),
            Verbosity::Normal => Show::Lines(Mutex::new(Lines { total: bytes, done: 0, last: Instant::now() })),
        };
        Progress { show, interrupt }
    }
}

/// Returns text as one line for people, without its secrets and with its end.
fn shown_line(text: &str) -> String {
    let mut line = shown::line(&redact::text(text)).into_owned();
    line.push('\n');
    line
}

/// Returns lines as [`shown_line`], in one piece: a report may have thousands of them.
fn shown_lines(lines: &str) -> String {
    lines.split('\n').map(shown_line).collect()
}

fn bar(bytes: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::stderr());
    let template = "  [{bar:30}] {bytes} of {total_bytes}, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}

enum Show {
    Nothing,
    Bar(ProgressBar),
    Lines(Mutex<Lines>),
}

struct Lines {
    total: u64,
    done: u64,
    last: Instant,
}

/// Shows how far a run is.
pub struct Progress {
    show: Show,
    interrupt: Interrupt,
}

impl Progress {
    /// Takes the bar away.
    pub fn finish(&self) {
        if let Show::Bar(bar) = &self.show {
            bar.finish_and_clear();
        }
    }

    /// Prints a message above the bar.
    pub fn message(&self, terminal: &Terminal, line: &str) {
        match &self.show {
            Show::Bar(bar) => bar.suspend(|| terminal.message(line)),
            Show::Nothing | Show::Lines(_) => terminal.message(line),
        }
    }

    /// Prints a line of the result above the bar.
    pub fn result(&self, terminal: &Terminal, line: &str) {
        match &self.show {
            Show::Bar(bar) => bar.suspend(|| terminal.result(line)),
            Show::Nothing | Show::Lines(_) => terminal.result(line),
        }
    }
}

impl Observer for Progress {
    fn advance(&self, bytes: u64) {
        match &self.show {
            Show::Nothing => {}
            Show::Bar(bar) => bar.inc(bytes),
            Show::Lines(lines) => {
                let mut lines = lines.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                lines.done = lines.done.saturating_add(bytes);
                if lines.last.elapsed() >= PLAIN_INTERVAL {
                    lines.last = Instant::now();
                    let (done, total) = (lines.done >> 20, lines.total >> 20);
                    let _ = writeln!(std::io::stderr(), "  {done} of {total} MiB");
                }
            }
        }
    }

    fn stop_requested(&self) -> bool {
        self.interrupt.is_requested()
    }
}
