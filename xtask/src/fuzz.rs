//! `cargo xtask fuzz`: runs the fuzz targets one after another; needs the nightly compiler and cargo-fuzz.

use crate::process::{self, Result};
use std::process::Command;

const HOW_TO_GET_IT: &str =
    "cargo-fuzz is not installed: `rustup toolchain install nightly`, then `cargo install cargo-fuzz --locked`";

/// Options of `cargo xtask fuzz`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The target to fuzz; without it, each one in turn
    target: Option<String>,
    /// How long each target runs
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

/// Fuzzes the chosen targets; the first crash ends the run.
pub(crate) fn run(args: &Args) -> Result {
    if !process::is_installed("cargo-fuzz") {
        return Err(HOW_TO_GET_IT.into());
    }
    let manifest = std::fs::read_to_string("fuzz/Cargo.toml").map_err(|error| format!("fuzz/Cargo.toml: {error}"))?;
    let targets = targets(&manifest);
    let chosen: Vec<_> =
        targets.iter().filter(|target| args.target.as_ref().is_none_or(|wanted| wanted == *target)).collect();
    if chosen.is_empty() {
        return Err(format!("no such target; fuzz/Cargo.toml has: {}", targets.join(", ")).into());
    }
    for target in chosen {
        // rustup's own cargo understands `+nightly`; the toolchain's, which runs this program, does not.
        let mut command = Command::new("cargo");
        command.args(["+nightly", "fuzz", "run", target, "--"]);
        process::run(command.arg(format!("-max_total_time={}", args.seconds)))?;
    }
    Ok(())
}

/// Returns the names of the manifest's `[[bin]]` sections.
fn targets(manifest: &str) -> Vec<String> {
    let mut in_binary = false;
    let mut targets = Vec::new();
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            in_binary = line == "[[bin]]";
        } else if in_binary
            && let Some((key, value)) = line.split_once('=')
            && key.trim() == "name"
        {
            targets.push(value.trim().trim_matches('"').to_owned());
        }
    }
    targets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_names_of_binaries_are_targets() {
        let manifest = "[package]\nname = \"fuzz\"\n\n[[bin]]\nname = \"page\"\npath = \"targets/page.rs\"\n\n\
                        [[bin]]\npath = \"targets/log.rs\"\nname=\"log\"\n[dependencies]\nname = \"x\"\n";
        assert_eq!(targets(manifest), ["page", "log"]);
    }
}
