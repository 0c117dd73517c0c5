//! Reads the command line: what is wrong with it is said as every error is.

use clap::Parser;

use crate::options::Color;
use crate::terminal::{Talk, Terminal};

/// Why there are no arguments to go on with. It was said already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Help or the version was asked for.
    Shown,
    /// The command line is wrong.
    WrongUsage,
}

/// Reads the arguments of this process. `unchanged` is the sentence that ends an error.
///
/// # Errors
/// [`Ended`].
pub fn parse<A: Parser>(tool: &str, unchanged: &str) -> Result<A, Ended> {
    A::try_parse().map_err(|error| {
        if !error.use_stderr() {
            // A closed pipe is no failure.
            let _ = error.print();
            return Ended::Shown;
        }
        let text = error.to_string();
        let text = text.strip_prefix("error: ").unwrap_or(&text);
        let lines = text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty());
        let lines: Vec<String> = lines.chain([unchanged.to_owned()]).collect();
        Terminal::new(Color::Auto, Talk::Normal).error(tool, &lines);
        Ended::WrongUsage
    })
}
