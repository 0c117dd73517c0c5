//! `check`: what has to be put right before an upgrade. It only reads.
//!
//! Three questions: do the parts of each remote address book agree, are the other products upgraded already, and which files of the user
//! interface did the site change.

pub mod address_books;
pub mod finding;
pub mod order;
mod read;
mod releases;

use command::{Completion, Context, Exit, ReportStatus};
use serde_json::json;

use crate::cli;
use crate::deployment;
use crate::error::Error;
use crate::ui_trees::{self, Top};
use finding::{Finding, Severity};
use order::Needed;
pub use read::address_books as read_address_books;

/// Shows it. An error is what the upgrade must not begin with.
///
/// # Errors
/// When there is no deployment, or something cannot be read.
pub(crate) fn show(args: &cli::Check, context: &Context<'_>) -> Result<Completion, Error> {
    let fs = context.fs;
    let mut lines = Vec::new();
    let mut findings = Vec::new();
    for product in Needed::ALL {
        let typed = match product {
            Needed::Messaging => &args.messaging,
            Needed::Calendar => &args.calendar,
            Needed::Dssetup => &args.dssetup,
        };
        let seen = match typed {
            Some(typed) => vec![releases::named(product, typed)?],
            None => releases::installed(fs, product)?,
        };
        let (more, found) = order::judge(product, &seen);
        lines.extend(more);
        findings.extend(found);
    }
    let deployed = deployment::deployed(context, &args.place, None)?;
    let (found, count) = address_books::judge(&read::address_books(fs, &deployed)?);
    lines.push(format!("Remote address books in {deployed}: {count}"));
    findings.extend(found);
    let copies = match deployment::base(context, &args.place) {
        Ok(base) => ui_trees::copies(fs, &base)?,
        Err(_) => Vec::new(),
    };
    let trees = ui_trees::compare(&Top { fs, path: deployed }, &copies)?;
    lines.push(format!("Files of the user interface that are not as shipped: {}", trees.changed.len()));
    lines.extend(trees.lines());
    lines.iter().for_each(|line| context.say(line));
    Ok(completed(context, findings, lines, &trees))
}

fn completed(
    context: &Context<'_>,
    findings: Vec<Finding>,
    lines: Vec<String>,
    trees: &ui_trees::UiTrees,
) -> Completion {
    for finding in &findings {
        context.say(&format!("{}: {finding}", finding.severity));
    }
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    let warnings = findings.len().saturating_sub(errors);
    context.say(&format!("{}, {}", counted(errors, "error"), counted(warnings, "warning")));
    let exit = match (errors, warnings) {
        (0, 0) => Exit::Done,
        (0, _) => Exit::NeedsReview,
        _ => Exit::ChecksFailed,
    };
    let mut report = context.report(ReportStatus::Inspected);
    report.findings = findings.iter().map(ToString::to_string).collect();
    report.details = json!({ "checks": lines, "findings": findings, "user_interface": trees });
    Completion { exit, report, json: None }
}

/// Returns `1 error`, `2 errors`.
fn counted(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}
