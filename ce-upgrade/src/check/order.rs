//! In which order products are upgraded (`reference/communications-express.md` section 1): Messaging Server 6.3 or later first, and for
//! 6.3 patch 21 Messaging Server 7.0-0.03, Calendar Server 6.3-7.03 and Comms DSSetup 6.4-1.04. Pure.
//!
//! What is not known is said to be unknown: it is no reason to stop, and none to go on without a look.

use std::fmt;

use install_root::{Release, Version};
use serde::Serialize;

use super::finding::Finding;

/// A product that comes before Communications Express.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Needed {
    /// Messaging Server.
    Messaging,
    /// Calendar Server.
    Calendar,
    /// The directory preparation tool.
    Dssetup,
}

impl Needed {
    /// All of them, in the order in which they are upgraded (section 10).
    pub const ALL: [Self; 3] = [Self::Dssetup, Self::Messaging, Self::Calendar];

    /// Returns the option that says its version.
    pub fn option(self) -> &'static str {
        match self {
            Self::Messaging => "--messaging",
            Self::Calendar => "--calendar",
            Self::Dssetup => "--dssetup",
        }
    }

    /// Returns the least versions, the lowest first, each with what needs it.
    fn least(self) -> &'static [(&'static str, &'static str)] {
        const PATCH: &str = "6.3 patch 21";
        match self {
            Self::Messaging => &[("6.3", "6.3"), ("7.0-0.03", PATCH)],
            Self::Calendar => &[("6.3-7.03", PATCH)],
            Self::Dssetup => &[("6.4-1.04", PATCH)],
        }
    }

    /// Returns why it comes first.
    fn reason(self) -> &'static str {
        match self {
            Self::Messaging => "upgrade the message store, then the webmail server, before Communications Express",
            Self::Calendar => "upgrade Calendar Server before Communications Express",
            Self::Dssetup => "run comm_dssetup.pl of that version before Communications Express is upgraded",
        }
    }
}

impl fmt::Display for Needed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Messaging => "Messaging Server",
            Self::Calendar => "Calendar Server",
            Self::Dssetup => "Comms DSSetup",
        })
    }
}

/// A version of a product, and where it was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// `/opt/SUNWmsgsr`, or `--messaging`.
    pub at: String,
    /// The version, as far as it is known.
    pub release: Release,
    /// What shows it.
    pub evidence: Vec<String>,
}

/// Returns a line for each version that was seen, and what is not in order.
pub fn judge(product: Needed, seen: &[Seen]) -> (Vec<String>, Vec<Finding>) {
    let lines = seen.iter().map(|seen| {
        let evidence =
            if seen.evidence.is_empty() { String::new() } else { format!(" ({})", seen.evidence.join("; ")) };
        format!("{product} {} in {}{evidence}", seen.release, seen.at)
    });
    let lines = lines.collect();
    let named = format!("Name its version with {} VERSION", product.option());
    if seen.is_empty() {
        let what = "no version is known: it is not installed below the root, and may be on another host";
        return (lines, vec![Finding::warning(product, what, named)]);
    }
    for (least, what_needs_it) in product.least() {
        let Some(wanted) = Version::parse(least) else { continue };
        let answers: Vec<_> = seen.iter().map(|seen| (seen, seen.release.reaches(&wanted))).collect();
        let needs = format!("Communications Express {what_needs_it} needs {least} or later");
        let finding = |seen: &Seen, answer: Option<bool>| {
            let it = format!("{product} in {}", seen.at);
            let version = &seen.release;
            match answer {
                None => Finding::warning(
                    it,
                    format!("{needs}, and what is known of this one is: {version}"),
                    format!("Look which it is. {named}"),
                ),
                _ => Finding::error(it, format!("{needs}, and this one is {version}"), capitalised(product.reason())),
            }
        };
        let unfit: Vec<_> = answers.iter().filter(|(_, answer)| *answer != Some(true)).collect();
        if unfit.is_empty() {
            continue;
        }
        let some_fit = unfit.len() < answers.len();
        let findings = unfit.into_iter().map(|(seen, answer)| match answer {
            // Another one is new enough: the old one may be what is left of an upgrade side by side.
            Some(false) if some_fit => Finding::warning(
                format!("{product} in {}", seen.at),
                format!("{needs}, and this one is {}; another one here is new enough", seen.release),
                "Make sure that the new one is in service",
            ),
            answer => finding(seen, *answer),
        });
        // Where the lower version is not reached, the higher one says nothing more.
        return (lines, findings.collect());
    }
    (lines, Vec::new())
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_ascii_uppercase().to_string() + characters.as_str()).unwrap_or_default()
}
