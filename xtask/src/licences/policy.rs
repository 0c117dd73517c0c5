//! Reads `deny.toml`, as far as this check goes. What it does not understand is an error: a rule must not be dropped silently.

/// What becomes of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Allow,
    Warn,
    Deny,
}

/// The rules of `deny.toml`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Policy {
    /// Target triples; without any, all.
    pub(super) targets: Vec<String>,
    pub(super) all_features: bool,
    /// SPDX names, exceptions included.
    pub(super) licences: Vec<String>,
    pub(super) multiple_versions: Level,
    pub(super) wildcards: Level,
    pub(super) allow_wildcard_paths: bool,
    pub(super) unknown_registry: Level,
    pub(super) unknown_git: Level,
}

impl Policy {
    /// Reads the file's text: sections, and settings that are a string, a Boolean, a number or a list of strings.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut policy = Self {
            targets: Vec::new(),
            all_features: false,
            licences: Vec::new(),
            multiple_versions: Level::Warn,
            wildcards: Level::Allow,
            allow_wildcard_paths: false,
            unknown_registry: Level::Warn,
            unknown_git: Level::Warn,
        };
        let mut section = String::new();
        let mut lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
        while let Some(line) = lines.next() {
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                section = name.to_owned();
            } else if let Some((key, value)) = line.split_once('=') {
                let mut value = value.trim().to_owned();
                while value.starts_with('[') && !value.ends_with(']') {
                    value.push_str(lines.next().ok_or(format!("{}: the list does not end", key.trim()))?);
                }
                let name = format!("{section}.{}", key.trim());
                policy.set(&name, &value).map_err(|error| format!("{name}: {error}"))?;
            } else if !line.is_empty() {
                return Err(format!("not understood: {line}"));
            }
        }
        Ok(policy)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "graph.targets" => self.targets = list(value)?,
            "graph.all-features" => self.all_features = boolean(value)?,
            "licenses.allow" => self.licences = list(value)?,
            // Both concern what only cargo-deny looks at: texts of licence files, and names on the list that nobody uses.
            "licenses.confidence-threshold" | "licenses.unused-allowed-license" => {}
            "bans.multiple-versions" => self.multiple_versions = level(value)?,
            "bans.wildcards" => self.wildcards = level(value)?,
            "bans.allow-wildcard-paths" => self.allow_wildcard_paths = boolean(value)?,
            "sources.unknown-registry" => self.unknown_registry = level(value)?,
            "sources.unknown-git" => self.unknown_git = level(value)?,
            _ => return Err("this check does not know the setting".to_owned()),
        }
        Ok(())
    }
}

fn string(value: &str) -> Result<String, String> {
    let inner = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.filter(|inner| !inner.contains(['"', '\\'])).map(str::to_owned).ok_or(format!("no plain string: {value}"))
}

fn list(value: &str) -> Result<Vec<String>, String> {
    let inner = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).ok_or(format!("no list: {value}"))?;
    inner.split(',').map(str::trim).filter(|item| !item.is_empty()).map(string).collect()
}

fn boolean(value: &str) -> Result<bool, String> {
    value.parse().map_err(|_| format!("neither true nor false: {value}"))
}

fn level(value: &str) -> Result<Level, String> {
    match string(value)?.as_str() {
        "allow" => Ok(Level::Allow),
        "warn" => Ok(Level::Warn),
        "deny" => Ok(Level::Deny),
        other => Err(format!("none of allow, warn, deny: {other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_of_the_project_are_read_whole() {
        let policy = Policy::read(include_str!("../../../deny.toml")).unwrap();
        assert_eq!((policy.unknown_git, policy.unknown_registry), (Level::Deny, Level::Deny));
        assert_eq!((policy.wildcards, policy.allow_wildcard_paths), (Level::Deny, true));
        assert_eq!((policy.targets.len(), policy.all_features), (2, true));
        assert!(policy.licences.iter().any(|name| name == "Apache-2.0 WITH LLVM-exception"));
    }

    #[test]
    fn a_rule_that_is_not_understood_is_an_error() {
        let error = |text| Policy::read(text).unwrap_err();
        assert_eq!(error("[bans]\ndeny = []"), "bans.deny: this check does not know the setting");
        assert_eq!(error("[bans]\nwildcards = \"never\""), "bans.wildcards: none of allow, warn, deny: never");
        assert_eq!(error("[licenses]\nallow = [\n\"MIT\","), "allow: the list does not end");
        assert_eq!(error("[licenses]\nallow = MIT"), "licenses.allow: no list: MIT");
        assert_eq!(error("wrong"), "not understood: wrong");
    }
}
