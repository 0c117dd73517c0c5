//! The rules that a configuration must meet (docs/reference/outlook-connector.md sections 2.2, 4 and 9). Nothing is opened here.

mod windows;

use serde::Serialize;

use crate::configuration::{Configuration, Origin};
use crate::filter::Filter;
use crate::schema::Setting;
use crate::vlv::Index;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The package or the profiles will not work.
    Error,
    /// It works, but perhaps not as meant.
    Warning,
}

/// What a rule found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// The rule, as one word.
    pub rule: &'static str,
    /// What is wrong, and what can be done.
    pub text: String,
}

impl Finding {
    /// Returns an error.
    pub fn error(rule: &'static str, text: impl Into<String>) -> Self {
        Self { severity: Severity::Error, rule, text: text.into() }
    }

    /// Returns a warning.
    pub fn warning(rule: &'static str, text: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, rule, text: text.into() }
    }
}

/// Applies all rules.
pub fn findings(configuration: &Configuration) -> Vec<Finding> {
    let mut found: Vec<Finding> =
        configuration.wrong_values().into_iter().map(|text| Finding::error("value", text)).collect();
    let rules: [fn(&Configuration, &mut Vec<Finding>); 8] =
        [processes, upgraded_profiles, silent_mode, pushed, rights, servers, directory, passwords];
    rules.iter().for_each(|rule| rule(configuration, &mut found));
    found.extend(windows::findings(configuration));
    if let Origin::Vendor(map) = &configuration.origin {
        let unknown: Vec<_> = Setting::ALL.iter().filter(|s| !map.settings.contains_key(s)).map(|s| s.id()).collect();
        if !unknown.is_empty() {
            found.push(Finding::warning(
                "map",
                format!("not checked, because the map does not name them: {}", unknown.join(", ")),
            ));
        }
    }
    found.sort_by_key(|finding| finding.severity);
    found
}

fn processes(c: &Configuration, found: &mut Vec<Finding>) {
    if c.is(Setting::Install, "No") && c.is(Setting::Profiles, "No") {
        found.push(Finding::error("processes", "no process is selected: the package would do nothing"));
    }
}

fn upgraded_profiles(c: &Configuration, found: &mut Vec<Finding>) {
    if !c.is(Setting::Profiles, "Yes") || c.is(Setting::ProfileSettings, "Create new") {
        return;
    }
    let servers = [Setting::MailHost, Setting::SmtpHost, Setting::CalendarHost, Setting::LdapHost];
    let set: Vec<_> = servers.into_iter().filter(|s| c.get(*s).is_some()).map(Setting::key).collect();
    if !set.is_empty() {
        let text = format!(
            "the wizard ignores server settings for profiles that it upgrades, except the Address Book Server ({}): they count for \
             converted profiles only. To change servers for upgraded users, make another package with `Create new`",
            set.join(", ")
        );
        found.push(Finding::warning("upgraded-profiles", text));
    }
}

fn silent_mode(c: &Configuration, found: &mut Vec<Finding>) {
    if !c.is(Setting::UserMode, "Silent") || !c.is(Setting::Profiles, "Yes") {
        return;
    }
    let text = "Silent mode cannot convert .psts that are protected by a password: they stay as they are and are reported. Have \
                users remove these passwords first";
    found.push(Finding::warning("protected-psts", text));
    if let Some(size) = c.get(Setting::ConvertBelow) {
        let text = format!("in Silent mode a .pst of {size} MB or more is skipped without a question");
        found.push(Finding::warning("silent-thresholds", text));
    }
    if c.get(Setting::MinimizeAbove).is_some() {
        let text = "the total size for conversion in the background is ignored in Silent mode";
        found.push(Finding::warning("silent-thresholds", text));
    }
}

fn pushed(c: &Configuration, found: &mut Vec<Finding>) {
    if !c.is(Setting::Delivery, "Push") {
        return;
    }
    for folder in [Setting::LogFolder, Setting::KitFolder, Setting::PublishingFolder] {
        match c.get(folder) {
            Some(path) if is_unc(path) => {}
            Some(path) => {
                let text = format!("a pushed package needs `{}` as \\\\server\\share: `{path}` is none", folder.key());
                found.push(Finding::error("unc-paths", text));
            }
            None if matches!(c.origin, Origin::Own) => {
                let text = format!("a pushed package needs `{}` as \\\\server\\share: it is empty", folder.key());
                found.push(Finding::error("unc-paths", text));
            }
            None => {}
        }
    }
    if c.is(Setting::UserMode, "Interactive") {
        found.push(Finding::warning("push-mode", "a pushed package has no user to ask: choose Silent"));
    }
    if c.is(Setting::Profiles, "Yes") {
        let text = "a pushed package runs in no user's context: clear `Create/convert/upgrade user profile`, and make a second \
                    package for the profiles that each user runs";
        found.push(Finding::error("two-packages", text));
    }
}

/// Returns whether a path is `\\server\share`, perhaps with more behind it.
pub fn is_unc(path: &str) -> bool {
    let mut parts = path.strip_prefix(r"\\").unwrap_or_default().split('\\');
    let is_name = |part: Option<&str>| {
        part.is_some_and(|name| !name.is_empty() && !name.contains(['/', ':', '*', '?', '"', '<', '>', '|']))
    };
    is_name(parts.next()) && is_name(parts.next())
}

fn rights(c: &Configuration, found: &mut Vec<Finding>) {
    if !c.is(Setting::MayInstall, "No") || !c.is(Setting::Install, "Yes") || c.is(Setting::Delivery, "Push") {
        return;
    }
    let text = if c.is(Setting::Profiles, "Yes") {
        "users may not install software, so the install part would fail and the conversion after it: make two packages, one that \
         only installs and is pushed, and one that only handles profiles and is run by each user"
    } else {
        "users may not install software: a package that installs must be pushed (Delivery=Push)"
    };
    found.push(Finding::error("two-packages", text));
}

fn servers(c: &Configuration, found: &mut Vec<Finding>) {
    if c.is(Setting::Profiles, "Yes")
        && c.is(Setting::ProfileSettings, "Create new")
        && c.get(Setting::MailHost).is_none()
    {
        found.push(Finding::error("servers", "new profiles need a mail server, and `Mail server` is empty"));
    }
    for (security, port, plain, secure) in [
        (Setting::MailSecurity, Setting::MailPort, "143", "993"),
        (Setting::SmtpSecurity, Setting::SmtpPort, "25", "465"),
        (Setting::LdapSecurity, Setting::LdapPort, "389", "636"),
    ] {
        let (with, value) = (c.is(security, "SSL"), c.get(port).unwrap_or_default());
        if with && value == plain {
            let text = format!("`{}` is {plain} although `{}` is SSL: usual is {secure}", port.key(), security.key());
            found.push(Finding::warning("ports", text));
        } else if !with && value == secure {
            let text =
                format!("`{}` is {secure}, the port of SSL, although `{}` is not SSL", port.key(), security.key());
            found.push(Finding::warning("ports", text));
        }
    }
}

fn directory(c: &Configuration, found: &mut Vec<Finding>) {
    let base = c.get(Setting::SearchBase);
    if base.is_none() && (matches!(c.origin, Origin::Own) || c.get(Setting::LdapHost).is_some()) {
        let text = "`Search base (root of LDAP directory)` is empty; it has no default";
        found.push(Finding::error("search-base", text));
    }
    match c.get(Setting::UserDn) {
        Some(pattern) => user_dn(pattern, base, found),
        None if c.is(Setting::RequireLogin, "Yes") => {
            found.push(Finding::error("user-dn", "the directory requires a login, and `User DN pattern` is empty"));
        }
        None => {}
    }
    if let Some(filter) = c.get(Setting::AdvancedFilter).filter(|filter| filter.starts_with('('))
        && let Err(error) = Filter::parse(filter)
    {
        found.push(Finding::error("filter", format!("`{}` is no LDAP filter: {error}", Setting::AdvancedFilter.key())));
    }
}

fn user_dn(pattern: &str, base: Option<&str>, found: &mut Vec<Finding>) {
    let count = pattern.matches("%s").count();
    if count != 1 || pattern.matches('%').count() != 1 {
        let text = format!("`User DN pattern` must hold %s exactly once, for the login name: `{pattern}`");
        found.push(Finding::error("user-dn", text));
        return;
    }
    let dn = match ldif::Dn::parse(&pattern.replace("%s", "x")) {
        Ok(dn) => dn,
        Err(error) => {
            found.push(Finding::error("user-dn", format!("`User DN pattern`: {error}")));
            return;
        }
    };
    if let Some(Ok(base)) = base.map(ldif::Dn::parse)
        && !dn.is_below(&base)
    {
        let text = format!("`User DN pattern` is not below the search base {base}: use the same names in both");
        found.push(Finding::warning("user-dn", text));
    }
}

fn passwords(c: &Configuration, found: &mut Vec<Finding>) {
    if c.is(Setting::SavePassword, "Yes") {
        found.push(Finding::warning("passwords", "the wizard would save the passwords of users in their profiles"));
    }
}

/// Compares the settings of the browsing index with indexes that a server has.
pub fn compare_index(c: &Configuration, wanted: &Index, indexes: &[Index], place: &str) -> Vec<Finding> {
    if indexes.iter().any(|index| index.is_same(wanted)) {
        return Vec::new();
    }
    let near = indexes.iter().min_by_key(|index| index.differences(wanted).len());
    let text = match near {
        None => format!("{place} has no browsing index: make one with `occ-upgrade vlv {}`", c.path),
        Some(index) => format!(
            "{place}: no browsing index is the one of this file; the nearest, {}, differs in {}",
            index.name,
            index.differences(wanted).join("; ")
        ),
    };
    vec![Finding::error("browsing-index", text)]
}
