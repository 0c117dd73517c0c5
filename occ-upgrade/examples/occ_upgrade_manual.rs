//! Writes the man pages and shell completions; `cargo xtask man` runs it.

fn main() -> std::process::ExitCode {
    manual::main([occ_upgrade::cli::command()])
}
