//! Writes the man pages and shell completions; `cargo xtask man` runs it.

fn main() -> std::process::ExitCode {
    manual::main([ce_upgrade::cli::command()])
}
