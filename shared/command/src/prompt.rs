//! Questions at the terminal, and passwords that are not shown.

use std::io::{self, BufRead, IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use rustix::io::{read, retry_on_intr};
use rustix::process;
use rustix::termios::{self, LocalModes, OptionalActions, Termios};
use zeroize::Zeroizing;

use upgrade_engine::shown;

use crate::error::Error;
use crate::interrupt;

/// What the terminal was like before it was told to hide what is typed; nothing while it hides nothing.
static SHOWN: Mutex<Option<Termios>> = Mutex::new(None);

/// Somebody who can be asked.
pub trait Console {
    /// Shows a prompt and reads a line, without its end; nothing at the end of the input.
    ///
    /// # Errors
    /// As reading.
    fn line(&self, prompt: &str) -> io::Result<Option<String>>;
    /// As [`Console::line`], without showing what is typed. It is overwritten when it is dropped.
    ///
    /// # Errors
    /// As reading.
    fn secret(&self, prompt: &str) -> io::Result<Option<Zeroizing<String>>>;
    /// Shows text of lines that are our own.
    fn show(&self, text: &str);
}

/// The terminal of this process.
#[derive(Debug)]
pub struct TerminalConsole {
    /// What is printed when a signal ends the program at a question.
    last_words: String,
}

impl TerminalConsole {
    /// Returns the terminal when there is one. `unchanged` is the sentence that says so of the system.
    #[must_use]
    pub fn open(program: &str, unchanged: &str) -> Option<Self> {
        let unchanged = unchanged.trim_end_matches('.');
        let last_words = format!("\n{program}: interrupted\n  {unchanged} by this call.\n");
        (io::stdin().is_terminal() && io::stderr().is_terminal()).then_some(Self { last_words })
    }

    /// Has Ctrl-C and its like give the terminal back as it was before they end the program: a shell would be left without an echo.
    fn restore_before_the_end(&self) -> io::Result<()> {
        static ONCE: Once = Once::new();
        let mut result = Ok(());
        ONCE.call_once(|| {
            let last_words = self.last_words.clone();
            result = interrupt::before_the_end(move || {
                let mut shown = shown();
                // In the background the terminal is the shell's, and setting it would stop the process instead of ending it.
                if is_in_foreground() {
                    let _ = show_again(&mut shown);
                }
                write(&last_words);
                // Whoever wants to hide it again waits for this until the end.
                shown
            });
        });
        result
    }
}

impl Console for TerminalConsole {
    fn line(&self, prompt: &str) -> io::Result<Option<String>> {
        write(&shown::line(prompt));
        let mut line = String::new();
        let length = io::stdin().lock().read_line(&mut line)?;
        Ok((length > 0).then(|| line.trim_end_matches(['\n', '\r']).to_owned()))
    }

    fn secret(&self, prompt: &str) -> io::Result<Option<Zeroizing<String>>> {
        self.restore_before_the_end()?;
        let gives = hide()?;
        write(&shown::line(prompt));
        let line = match gives {
            TerminalGives::Lines => secret_line(),
            // The standard library has what was read ahead, and a copy of it.
            TerminalGives::Pieces => {
                let mut line = Zeroizing::new(String::new());
                io::stdin().lock().read_line(&mut line).map(|length| (length > 0).then_some(line))
            }
        };
        show_again(&mut shown())?;
        write("\n");
        Ok(line?.map(|line| Zeroizing::new(line.trim_end_matches(['\n', '\r']).to_owned())))
    }

    fn show(&self, text: &str) {
        write(&text.split('\n').map(shown::line).collect::<Vec<_>>().join("\n"));
    }
}

/// Longer than any line that a terminal takes (`termios(3)`): a password is read at once, and nothing grows and leaves a piece of it behind.
const LONGEST_LINE: usize = 64 << 10;

/// Reads a line past the buffer of the standard library, which would keep it.
fn secret_line() -> io::Result<Option<Zeroizing<String>>> {
    let mut bytes = Zeroizing::new(vec![0; LONGEST_LINE]);
    let mut length = 0;
    while let Some(free) = bytes.get_mut(length..).filter(|free| !free.is_empty()) {
        let count = retry_on_intr(|| read(io::stdin(), &mut *free))?;
        length = length.saturating_add(count);
        if count == 0 || bytes.get(..length).is_some_and(|read| read.ends_with(b"\n")) {
            break;
        }
    }
    let text = std::str::from_utf8(bytes.get(..length).unwrap_or_default());
    let text = text.map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8"))?;
    Ok((length > 0).then(|| Zeroizing::new(text.to_owned())))
}

/// What a read from a terminal returns.
enum TerminalGives {
    /// A line at most.
    Lines,
    /// Whatever was typed, as on a terminal that another program has set so.
    Pieces,
}

fn write(text: &str) {
    let mut stderr = io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

fn shown() -> MutexGuard<'static, Option<Termios>> {
    SHOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn hide() -> io::Result<TerminalGives> {
    // Held until it is done: a signal in between finds either nothing to restore, or all that it needs.
    let mut shown = shown();
    let now = termios::tcgetattr(io::stdin())?;
    let mut hidden = now.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    // What was typed ahead stays: a program that answers may be faster than the question.
    termios::tcsetattr(io::stdin(), OptionalActions::Now, &hidden)?;
    let gives = if now.local_modes.contains(LocalModes::ICANON) { TerminalGives::Lines } else { TerminalGives::Pieces };
    *shown = Some(now);
    Ok(gives)
}

fn show_again(shown: &mut Option<Termios>) -> io::Result<()> {
    match shown.take() {
        Some(before) => Ok(termios::tcsetattr(io::stdin(), OptionalActions::Now, &before)?),
        None => Ok(()),
    }
}

/// Gives the terminal back as it was, before the process ends at a question.
pub(crate) fn give_back() {
    let mut shown = shown();
    if is_in_foreground() {
        let _ = show_again(&mut shown);
    }
}

fn is_in_foreground() -> bool {
    termios::tcgetpgrp(io::stdin()).is_ok_and(|foreground| foreground == process::getpgrp())
}

/// Asks until there is an answer that `parse` takes; an empty one stands for the default.
///
/// # Errors
/// [`Error::NotConfirmed`] at the end of the input; [`Error::Io`].
pub fn ask<T>(
    console: &dyn Console,
    question: &str,
    default: Option<&str>,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<T, Error> {
    let shown = default.map(|default| format!(" [{default}]")).unwrap_or_default();
    loop {
        let line = console.line(&format!("{question}{shown}: ")).map_err(|e| Error::io("read", "the answer", e))?;
        let line = line.ok_or(Error::NotConfirmed)?;
        let text = match (line.trim(), default) {
            ("", Some(default)) => default,
            (text, _) => text,
        };
        match parse(text) {
            Ok(answer) => return Ok(answer),
            Err(what) => console.show(&format!("{}\n", shown::line(&what))),
        }
    }
}

/// Asks for yes or no; `default` is what an empty answer stands for.
///
/// # Errors
/// As [`ask`].
pub fn ask_yes_no(console: &dyn Console, question: &str, default: &str) -> Result<bool, Error> {
    ask(console, question, Some(default), |text| match text.to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(true),
        "n" | "no" => Ok(false),
        _ => Err("Please answer yes or no.".to_owned()),
    })
}
