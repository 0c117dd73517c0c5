//! `check`: what there is to know before an upgrade. The server may run meanwhile; nothing is changed.

use command::{Completion, Context, ReportStatus};

use crate::cli;
use crate::error::Error;
use crate::upgrade::check_lines;

/// Shows it. What stands in the way of an upgrade is a finding.
///
/// # Errors
/// When there is no installation, or something cannot be read.
pub(crate) fn show(args: &cli::Upgrade, context: &Context<'_>) -> Result<Completion, Error> {
    let (lines, findings) = check_lines(args, context)?;
    lines.iter().for_each(|line| context.say(line));
    findings.iter().for_each(|line| context.warn(line));
    let mut report = context.report(ReportStatus::Inspected);
    report.findings = findings;
    report.details = serde_json::json!({ "checks": lines });
    Ok(Completion::of(report))
}
