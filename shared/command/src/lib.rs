//! What every program does the same way: arguments, prompts, progress, exit codes, reports, and the life of a run.
//!
//! A tool implements [`Program`] (its name, its arguments, its error type, what one call does) and, when it changes something under
//! a journal, [`RunHandler`] (what its runs are about, and what makes the content of their steps). [`main()`] does the rest.
//! ARCHITECTURE.md has "a new tool in ten steps"; `examples/toy.rs` is a whole tool.
//!
//! This is no framework of detect, plan and apply: a command that reads, prints or writes files of its own returns a
//! [`Completion`] and uses as much of [`Context`] as it needs.

mod context;
mod core_dumps;
mod error;
mod exit;
mod interrupt;
pub mod layout;
mod options;
mod product_commands;
mod program;
mod program_home;
mod prompt;
mod report;
mod runs;
mod terminal;

pub use context::{Completion, Context};
pub use core_dumps::CoreDumps;
pub use error::{Error, SystemState, ToolError};
pub use exit::Exit;
pub use interrupt::{Interrupt, Signals};
pub use options::{Color, CommonOptions, Invocation, RunRequest, StateLocation, quoted};
pub use product_commands::{CommandOptions, ProductCommand, ProductCommands};
pub use program::{Program, called_as, main};
pub use program_home::program_home;
pub use prompt::{Console, TerminalConsole, ask, ask_yes_no};
pub use report::{REPORT_VERSION, Report, ReportStatus};
pub use runs::{AfterUndo, Announcement, NewRun, Providers, RunHandler, Runs, Start, Touched, Work};
pub use terminal::{Progress, Terminal, Verbosity};
pub use zeroize::Zeroizing;
