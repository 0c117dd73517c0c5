//! What `check` looks at.

use command::{Context, ToolError};
use config_merge::FileSystems;
use documents::{Dialect, State};
use upgrade_engine::survey::read_file;

use super::facts::{Facts, Stock};
use super::run::preview;
use super::site::to_save;
use super::tree::SUFFIX;
use crate::cli;
use crate::error::Error;
use crate::release;
use crate::server::{Instance, below, kind};
use crate::service::{self, Action, How};

/// Returns the lines of a check, and what stands in the way of an upgrade.
///
/// # Errors
/// When there is no installation, or something cannot be read.
pub fn check_lines(args: &cli::Upgrade, context: &Context<'_>) -> Result<(Vec<String>, Vec<String>), Error> {
    let fs = context.fs;
    let (mut lines, mut findings) = (Vec::new(), Vec::new());
    let stock = Stock::named(FileSystems::of(context), &args.stock)?;
    let facts = match Facts::look(context, args, &stock) {
        // Everything else is said all the same.
        Err(error @ Error::Cluster { .. }) => {
            findings.push(sentence(&error));
            let service = cli::ServiceOptions { no_service: true, ha: None, ..args.service.clone() };
            Facts::look(context, &cli::Upgrade { service, ..args.clone() }, &stock)?
        }
        other => other?,
    };
    match release::refuse_other(fs, &facts.old_base, args.release.as_deref()) {
        Ok(known) => lines.push(format!("{}: {known}", facts.old_base)),
        Err(error) => findings.push(sentence(&error)),
    }
    lines.push(match (&facts.old_base, &facts.new_base) {
        (old, new) if old == new => format!("7.3 takes the place of 7.2 in {old}, or comes with the package step"),
        (old, new) => format!("The programs move from {old} to {new}"),
    });
    lines.push("The IM API must be upgraded with Instant Messaging: answer Yes when commpkg upgrade asks".to_owned());
    match &facts.control.how {
        How::Cluster { resource, .. } => lines.push(format!(
            "The server is the cluster resource {resource}: scswitch disables and enables it, imadmin is not used"
        )),
        How::Imadmin => {
            for instance in &facts.server.instances {
                for base in [&facts.old_base, &facts.new_base] {
                    match instance.imadmin(fs, base) {
                        Ok(imadmin) => lines.push(format!("{}: {imadmin} stops and starts it", instance.name)),
                        Err(error) => findings.push(sentence(&error)),
                    }
                }
            }
            if let Err(error) = facts.control.refuse_unsafe(context, &facts.server, &facts.old_base)
                && !matches!(error, Error::NoImadmin { .. })
            {
                findings.push(sentence(&error));
            }
        }
        How::NotAtAll => {}
    }
    lines.extend(facts.control.by_hand(fs, &facts.server, &facts.old_base, Action::Stop).unwrap_or_default());
    for instance in &facts.server.instances {
        of_instance(context, instance, &mut lines, &mut findings)?;
    }
    match (&stock.base, &stock.new) {
        (Some(base), Some(new)) => {
            let conflicts = preview(context, &facts, base, new)?;
            lines.push(format!("Conflicts of a merge now: {conflicts}; `upgrade --dry-run` shows every decision"));
        }
        _ => lines
            .push("With the stock files of both releases (--base DIR, --new DIR) the merge is checked, too".to_owned()),
    }
    lines.dedup();
    findings.dedup();
    Ok((lines, findings))
}

fn of_instance(
    context: &Context<'_>,
    instance: &Instance,
    lines: &mut Vec<String>,
    findings: &mut Vec<String>,
) -> Result<(), Error> {
    let (fs, name) = (context.fs, &instance.name);
    let runtime = instance.runtime()?;
    lines.push(format!("{name}: configuration {}, runtime data {runtime}", instance.config));
    lines.push(match service::users_of(fs, &runtime).first() {
        Some(first) => format!("{name}: it runs: {first}"),
        None => format!("{name}: no process uses its runtime data"),
    });
    match instance.refuse_unreadable(fs) {
        Ok(warning) => lines.extend(warning),
        Err(error) => findings.push(sentence(&error)),
    }
    let files = to_save(fs, instance, |_| false)?;
    lines.push(format!("{name}: {} files will be saved as NAME{SUFFIX}", files.len()));
    for found in files.values() {
        let Some((directory, file)) = found.path.split_last() else { continue };
        let copy = below(&directory, &format!("{}{SUFFIX}", upgrade_engine::fs::RelPath::from(file)))?;
        if kind(fs, &copy)?.is_some() {
            lines.push(format!("{copy} is there already and is kept"));
        }
    }
    gateway_domains(context, instance, findings)
}

/// Looks whether each domain of the HTTP gateway says what it is for: `ID.domain` and `ID.domains` are both documented.
fn gateway_domains(context: &Context<'_>, instance: &Instance, findings: &mut Vec<String>) -> Result<(), Error> {
    let path = below(&instance.config, "httpbind.conf")?;
    let Some(bytes) = read_file(context.fs, &path).map_err(|e| Error::io("read", &path, e))? else { return Ok(()) };
    let entries = match Dialect::Httpbind.entries(bytes) {
        Ok(entries) => entries,
        Err(e) => {
            findings.push(format!("{path}: {e}"));
            return Ok(());
        }
    };
    let active: Vec<_> = entries.into_iter().filter(|listed| listed.entry.state == State::Active).collect();
    let ids = active.iter().rev().find(|listed| listed.shown == "httpbind.config").and_then(|l| l.entry.value.clone());
    let ids = ids.map(|ids| String::from_utf8_lossy(&ids).into_owned()).unwrap_or_default();
    for id in ids.split(',').map(str::trim).filter(|id| !id.is_empty()) {
        let (one, several) = (format!("{id}.domain"), format!("{id}.domains"));
        if !active.iter().any(|listed| listed.shown == one || listed.shown == several) {
            findings.push(format!("{path}: {id} has neither {one} nor {several}"));
        }
    }
    Ok(())
}

/// Returns an error with what to do about it.
fn sentence(error: &Error) -> String {
    error.hint().map_or_else(|| error.to_string(), |hint| format!("{error}. {hint}"))
}
