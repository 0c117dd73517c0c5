//! The decisions of a merge, where somebody is going to read them.

use command::{Context, Report};
use documents::changes::{Changes, Secrets};
use serde_json::Value;
use upgrade_engine::redact;

use crate::error::Error;

/// What nobody is to see in a report.
pub const SECRETS: Secrets = Secrets { key: redact::is_secret_key, value: redact::has_secret };

/// Puts the decisions into the report that is written to a file, and returns the JSON contract of a merge for `--json`. Each is made
/// only where it was asked for.
///
/// # Errors
/// None in practice: strings and numbers have a JSON form.
pub fn changes_as_json(
    context: &Context<'_>,
    changes: &Changes<'_>,
    report: &mut Report,
    details: impl Fn(&Changes<'_>) -> Value,
) -> Result<Option<String>, Error> {
    if context.options.report.is_some() {
        report.details = details(changes);
    }
    let json = context.options.json.then(|| changes.to_json()).transpose();
    json.map_err(|e| Error::io("write", "the report", e.into()))
}
