//! Writes the man pages and shell completions; `cargo xtask man` runs it.

use clap::CommandFactory;

fn main() -> std::process::ExitCode {
    manual::main([
        migrate_config::migrate::cli::command(),
        migrate_config::patch::cli::command(),
        migrate_config::install::cli::Args::command(),
        migrate_config::install::cli::UninstallArgs::command(),
        migrate_config::useconfig::cli::command(),
        migrate_config::ha_ip_config::cli::command(),
    ])
}
