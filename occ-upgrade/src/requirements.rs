//! The component requirements of Connector 7.3, as the upgrade guide's table has them (docs/reference/outlook-connector.md section 5).

use install_root::Version;
use serde::Serialize;

/// A component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Component {
    /// Messaging Server.
    Messaging,
    /// Calendar Server.
    Calendar,
    /// Directory Server.
    Directory,
    /// Convergence.
    Convergence,
    /// Communications Express.
    CommunicationsExpress,
}

impl Component {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Messaging, Self::Calendar, Self::Directory, Self::Convergence, Self::CommunicationsExpress];

    /// Returns the name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Messaging => "Messaging Server",
            Self::Calendar => "Calendar Server",
            Self::Directory => "Directory Server",
            Self::Convergence => "Convergence",
            Self::CommunicationsExpress => "Communications Express",
        }
    }

    fn role(self) -> &'static str {
        match self {
            Self::Messaging => "required to provide mail service",
            Self::Calendar => "required to provide calendar service",
            Self::Directory => "required for the Global Address List",
            Self::Convergence => "optional, recommended: address book, mail filters, out of office",
            Self::CommunicationsExpress => "optional: address book, mail filters, out of office",
        }
    }

    /// Returns the listed releases: a version, and the suite that it is of.
    fn listed(self) -> &'static [(&'static str, u8)] {
        match self {
            Self::Messaging => &[("6.3", 5), ("7.0", 6)],
            Self::Calendar => &[("6.3", 5), ("6.3.1", 5)],
            Self::Directory => &[("5.2", 4), ("6.0", 5), ("6.3", 6)],
            Self::Convergence => &[("1.0", 6)],
            Self::CommunicationsExpress => &[("6.3", 6)],
        }
    }

    fn is_required(self) -> bool {
        matches!(self, Self::Messaging | Self::Calendar | Self::Directory)
    }
}

/// How a component fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The table lists it.
    Listed,
    /// It is newer than what the table lists.
    Newer,
    /// It does not meet the table.
    Unmet,
    /// It is optional and absent.
    Absent,
    /// It is required, and its version is not known.
    Unknown,
}

/// A line of the result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Which component.
    pub component: Component,
    /// Its version, as it was given or found.
    pub version: Option<String>,
    /// How it fares.
    pub verdict: Verdict,
    /// Why.
    pub reason: String,
}

/// The versions of a site.
#[derive(Clone, Debug, Default)]
pub struct Site {
    /// The version of each component that is known.
    pub versions: Vec<(Component, Version)>,
    /// The first Calendar Server of the site.
    pub first_calendar: Option<Version>,
    /// Whether recurring events of older releases were converted.
    pub recurring_converted: bool,
    /// Databases of an older Calendar Server that were found.
    pub old_databases: Vec<String>,
}

/// Judges a site; also returns what needs a human.
pub fn judge(site: &Site) -> (Vec<Line>, Vec<String>) {
    let lines: Vec<Line> = Component::ALL.into_iter().map(|component| line(site, component)).collect();
    let mut findings: Vec<String> = lines
        .iter()
        .filter(|line| !matches!(line.verdict, Verdict::Listed | Verdict::Absent))
        .map(|line| format!("{}: {}", line.component.name(), line.reason))
        .collect();
    let version = |wanted| site.versions.iter().find(|(component, _)| *component == wanted).map(|(_, version)| version);
    let at_least = |found: Option<&Version>, text: &str| {
        found.zip(Version::parse(text)).is_some_and(|(found, wanted)| *found >= wanted)
    };
    let directory = version(Component::Directory);
    if at_least(version(Component::Messaging), "7.0") && at_least(directory, "6.0") && !at_least(directory, "6.3") {
        findings.push(
            "Directory Server: with Communications Suite 6 (Messaging Server 7.0) version 6 must be 6.3 or higher"
                .to_owned(),
        );
    }
    if version(Component::Convergence).is_none() && version(Component::CommunicationsExpress).is_none() {
        findings.push(
            "neither Convergence nor Communications Express: one of them provides address book service, mail filters and out of \
             office messages"
                .to_owned(),
        );
    }
    findings.extend(recurring(site));
    (lines, findings)
}

fn line(site: &Site, component: Component) -> Line {
    let found = site.versions.iter().find(|(one, _)| *one == component).map(|(_, version)| version);
    let listed: Vec<_> =
        component.listed().iter().filter_map(|(text, suite)| Some((Version::parse(text)?, *suite))).collect();
    let names: Vec<_> = listed.iter().map(|(version, _)| version.to_string()).collect();
    let open_ended = component == Component::Directory;
    let names = if open_ended { "5.2, or at least 6.0".to_owned() } else { names.join(" or ") };
    let Some(version) = found else {
        let (verdict, reason) = if component.is_required() {
            (Verdict::Unknown, format!("its version is not known; {names} is {}", component.role()))
        } else {
            (Verdict::Absent, component.role().to_owned())
        };
        return Line { component, version: None, verdict, reason };
    };
    // A build behind the release (6.3-7.03) is that release.
    let release = release_of(version);
    let same = listed.iter().find(|(one, _)| *one == release);
    let newest = listed.last().is_some_and(|(newest, _)| release > *newest);
    let past_six = open_ended && Version::parse("6.0").is_some_and(|six| release >= six);
    let of_5_2 = open_ended && version.to_string().trim().starts_with("5.2");
    let (verdict, reason) = if let Some((_, suite)) = same {
        (Verdict::Listed, format!("{}; Communications Suite {suite}", component.role()))
    } else if past_six || of_5_2 {
        (Verdict::Listed, component.role().to_owned())
    } else if newest {
        let reason = format!("{version} is newer than what the guide lists ({names}); {}", component.role());
        (Verdict::Newer, reason)
    } else {
        (Verdict::Unmet, format!("{version} does not meet the guide ({names}); {}", component.role()))
    };
    Line { component, version: Some(version.to_string()), verdict, reason }
}

fn release_of(version: &Version) -> Version {
    let text = version.to_string();
    let text = text.split(['-', ',']).next().unwrap_or_default();
    Version::parse(text).unwrap_or_else(|| version.clone())
}

/// Sites that began with Calendar Server 6 2004Q2 or later need no conversion.
fn recurring(site: &Site) -> Option<String> {
    let began_new = site.first_calendar.as_ref().zip(Version::parse("6.1")).is_some_and(|(first, new)| *first >= new);
    if site.recurring_converted || began_new {
        return None;
    }
    let seen = match site.old_databases.as_slice() {
        [] => String::new(),
        paths => format!(" (an older database is in {})", paths.join(", ")),
    };
    Some(format!(
        "recurring events: a site that ran Calendar Server before 6 2004Q2 must convert them before Outlook is used{seen}: \
         cs5migrate -r (cs5migrate_recurring), with the LDAP attribute mail on all user and resource calendars before. Give \
         --recurring-converted, or --first-calendar VERSION, when that is settled"
    ))
}

/// Reads the version of the first Calendar Server: `6 2004Q2` is 6.1 for this purpose.
pub fn first_calendar(text: &str) -> Option<Version> {
    let lower = text.to_ascii_lowercase();
    match lower.split_whitespace().last() {
        Some(quarter) if quarter.len() == 6 && quarter.get(4..5) == Some("q") => {
            let is_new = quarter >= "2004q2";
            Version::parse(if is_new { "6.1" } else { "6.0" })
        }
        _ => Version::parse(text),
    }
}
