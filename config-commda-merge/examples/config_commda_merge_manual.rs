//! Writes the man pages and shell completions; `cargo xtask man` runs it.

fn main() -> std::process::ExitCode {
    manual::main([config_commda_merge::cli::command()])
}
