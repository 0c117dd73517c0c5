//! Writes the man pages and shell completions; `cargo xtask man` runs it.

fn main() -> std::process::ExitCode {
    manual::main([im_upgrade::cli::command()])
}
