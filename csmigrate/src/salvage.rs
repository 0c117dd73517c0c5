//! What `--salvage` says: what is damaged, what could not be read of it, what is left to do.

use bdb::read::salvage::Loss;
use serde_json::{Value, json};
use upgrade_engine::fs::path::escape;
use upgrade_engine::fs::{PathError, RelPath};

use crate::detect::Facts;
use crate::detect::database::{Cause, Salvaged};
use crate::detect::environment::Environment;

/// Bytes of a key that are shown.
const KEY_SHOWN: usize = 200;

/// Returns what a human has to look at when it is done: one line per database.
///
/// # Errors
/// None for the names of a surveyed source.
pub fn findings(facts: &Facts) -> Result<Vec<String>, PathError> {
    let directory = facts.salvaged_name()?;
    let mut findings = Vec::new();
    for (entry, database) in facts.source.databases() {
        let Some(Salvaged { cause, why, losses }) = &database.salvaged else { continue };
        let read = plural(database.survey.records, "record");
        let lost = match (losses.list().len() as u64).saturating_add(losses.more()) {
            0 => "no loss was found".to_owned(),
            count => format!("{} could not be read, see csmigrateError.log", plural(count, "place")),
        };
        let path = &entry.path;
        if *cause == Cause::Log {
            findings.push(format!(
                "{path} does not agree with its log: {read} could be read and go to {directory}/{path} in the target. Judge \
                 whether they can be used, then move that file to its place in the target"
            ));
            continue;
        }
        findings.push(format!(
            "{path} is damaged ({why}): {read} could be read and go to {directory}/{path} in the target; {lost}. Review what is lost, then move that file to its place in the target"
        ));
    }
    findings.extend(facts.source.hopeless().map(|(entry, why)| format!("{}: {why}; it is only backed up", entry.path)));
    if let Environment::Damaged(what) = &facts.environment {
        findings.push(what.clone());
    }
    Ok(findings)
}

/// Returns all that was lost, for the error log: one line per place.
pub fn lines(facts: &Facts) -> Vec<String> {
    let mut lines = Vec::new();
    for (entry, database) in facts.source.databases() {
        let Some(Salvaged { cause, why, losses }) = &database.salvaged else { continue };
        lines.push(match cause {
            Cause::Damage => format!("{} is damaged: {why}", entry.path),
            Cause::Log => format!("{} does not agree with its log: {why}", entry.path),
        });
        lines.extend(losses.list().iter().map(|loss| line(&entry.path, loss)));
        if losses.more() > 0 {
            lines.push(format!("{}: {} more could not be read", entry.path, plural(losses.more(), "place")));
        }
    }
    lines.extend(facts.source.hopeless().map(|(entry, why)| format!("{}: {why}", entry.path)));
    lines
}

fn line(path: &RelPath, loss: &Loss) -> String {
    let database = loss.database.as_ref().map(|name| format!(" of {}", key(name))).unwrap_or_default();
    let range = match (&loss.after, &loss.before) {
        (Some(after), Some(before)) => format!(", between the keys {} and {}", key(after), key(before)),
        (Some(after), None) => format!(", at or after the key {}", key(after)),
        (None, Some(before)) => format!(", before the key {}", key(before)),
        (None, None) => String::new(),
    };
    // Most reasons begin with their page.
    let page = format!("page {}: ", loss.page);
    let what = loss.what.strip_prefix(&page).unwrap_or(&loss.what);
    format!("{path}{database}: lost: {page}{what}{range}")
}

/// Returns a key in quotes, not all of a long one.
fn key(bytes: &[u8]) -> String {
    match bytes.get(..KEY_SHOWN) {
        Some(shown) if bytes.len() > KEY_SHOWN => format!("\"{}\" ({} bytes)", escape(shown), bytes.len()),
        _ => format!("\"{}\"", escape(bytes)),
    }
}

fn plural(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// Returns what is wrong with a database, as JSON.
pub fn json(salvaged: &Salvaged) -> Value {
    let text = |bytes: &Option<Vec<u8>>| bytes.as_deref().map(escape);
    let losses = salvaged.losses.list().iter().map(|loss| {
        json!({
            "page": loss.page.0,
            "database": text(&loss.database),
            "why": loss.what,
            "after_key": text(&loss.after),
            "before_key": text(&loss.before),
        })
    });
    json!({
        "cause": match salvaged.cause {
            Cause::Damage => "damage",
            Cause::Log => "log",
        },
        "damage": salvaged.why,
        "losses": losses.collect::<Vec<_>>(),
        "more_losses": salvaged.losses.more(),
    })
}
