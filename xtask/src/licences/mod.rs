//! The step "licences, bans, sources": what `deny.toml` asks of every dependency, checked over `cargo metadata`.
//!
//! `cargo deny check licenses bans sources` reads the same file and finds more (licence texts). This check needs nothing
//! but cargo, so it runs everywhere and is never left out.

mod expression;
mod policy;

use crate::process::{Result, cargo};
use policy::{Level, Policy};
use serde::Deserialize;
use std::collections::BTreeMap;

const FILE: &str = "deny.toml";
/// What `cargo metadata` calls the one registry that needs no mention in `deny.toml`.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    license_file: Option<String>,
    /// None for a package of this project.
    source: Option<String>,
    dependencies: Vec<Dependency>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    name: String,
    req: String,
    path: Option<String>,
}

/// Checks all dependencies; fails with their number when some break a rule.
pub(crate) fn check() -> Result {
    let text = std::fs::read_to_string(FILE).map_err(|error| format!("{FILE}: {error}"))?;
    let policy = Policy::read(&text).map_err(|error| format!("{FILE}: {error}"))?;
    let mut command = cargo(["metadata", "--format-version", "1", "--locked"]);
    if policy.all_features {
        command.arg("--all-features");
    }
    for target in &policy.targets {
        command.args(["--filter-platform", target]);
    }
    let output = command.stderr(std::process::Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("cargo metadata: {}", output.status).into());
    }
    let metadata: Metadata = serde_json::from_slice(&output.stdout)?;
    let findings = judge(&policy, &metadata.packages);
    findings.warnings.iter().for_each(|warning| println!("warning: {warning}"));
    findings.problems.iter().for_each(|problem| println!("{problem}"));
    println!("{} packages", metadata.packages.len());
    if findings.problems.is_empty() { Ok(()) } else { Err(format!("problems: {}", findings.problems.len()).into()) }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Findings {
    problems: Vec<String>,
    warnings: Vec<String>,
}

impl Findings {
    fn add(&mut self, level: Level, text: String) {
        match level {
            Level::Deny => self.problems.push(text),
            Level::Warn => self.warnings.push(text),
            Level::Allow => {}
        }
    }
}

fn judge(policy: &Policy, packages: &[Package]) -> Findings {
    let mut findings = Findings::default();
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in packages {
        let name = format!("{} {}", package.name, package.version);
        versions.entry(&package.name).or_default().push(&package.version);
        if let Err(problem) = licence(policy, package) {
            findings.problems.push(format!("{name}: {problem}"));
        }
        match package.source.as_deref() {
            None | Some(CRATES_IO) => {}
            Some(source) if source.starts_with("git+") => {
                findings.add(policy.unknown_git, format!("{name}: comes from {source}"));
            }
            Some(source) => findings.add(policy.unknown_registry, format!("{name}: comes from {source}")),
        }
        // What other projects write into their manifests is theirs.
        for dependency in package.dependencies.iter().filter(|_| package.source.is_none()) {
            let is_allowed = policy.allow_wildcard_paths && dependency.path.is_some();
            if dependency.req == "*" && !is_allowed {
                findings.add(policy.wildcards, format!("{name}: takes any version of {}", dependency.name));
            }
        }
    }
    for (name, versions) in versions.iter().filter(|(_, versions)| versions.len() > 1) {
        findings.add(policy.multiple_versions, format!("{name}: several versions: {}", versions.join(", ")));
    }
    findings
}

fn licence(policy: &Policy, package: &Package) -> std::result::Result<(), String> {
    let Some(licence) = &package.license else {
        return Err(match &package.license_file {
            Some(file) => format!("names no licence, only a file ({file})"),
            None => "names no licence".to_owned(),
        });
    };
    match expression::is_satisfied(licence, &|name| policy.licences.iter().any(|allowed| allowed == name)) {
        Ok(true) => Ok(()),
        Ok(false) => Err(format!("licence {licence} is not allowed")),
        Err(error) => Err(format!("licence {licence}: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Policy {
        Policy::read(include_str!("../../../deny.toml")).unwrap()
    }

    fn package(name: &str, version: &str) -> Package {
        Package {
            name: name.to_owned(),
            version: version.to_owned(),
            license: Some("MIT OR Apache-2.0".to_owned()),
            license_file: None,
            source: Some(CRATES_IO.to_owned()),
            dependencies: Vec::new(),
        }
    }

    fn problems(package: Package) -> Vec<String> {
        judge(&policy(), &[package]).problems
    }

    #[test]
    fn a_dependency_of_crates_io_under_an_allowed_licence_is_no_problem() {
        assert_eq!(judge(&policy(), &[package("a", "1.0.0")]), Findings::default());
    }

    #[test]
    fn a_licence_that_is_not_allowed_or_not_named_is_a_problem() {
        let licensed = |license: Option<&str>, file: Option<&str>| {
            let license_file = file.map(str::to_owned);
            problems(Package { license: license.map(str::to_owned), license_file, ..package("a", "1.0.0") })
        };
        assert_eq!(licensed(Some("GPL-3.0"), None), ["a 1.0.0: licence GPL-3.0 is not allowed"]);
        assert_eq!(licensed(None, Some("COPYING")), ["a 1.0.0: names no licence, only a file (COPYING)"]);
        assert_eq!(licensed(None, None), ["a 1.0.0: names no licence"]);
        assert_eq!(licensed(Some("MIT OR"), None), ["a 1.0.0: licence MIT OR: ends too early"]);
    }

    #[test]
    fn a_dependency_from_another_registry_or_from_git_is_a_problem() {
        for source in ["registry+https://example.com/index", "git+https://example.com/a?branch=main#0123"] {
            let found = problems(Package { source: Some(source.to_owned()), ..package("a", "1.0.0") });
            assert_eq!(found, [format!("a 1.0.0: comes from {source}")]);
        }
    }

    #[test]
    fn our_own_packages_name_a_version_of_what_does_not_lie_in_the_tree() {
        let depends = |path: Option<&str>, source: Option<&str>| {
            let dependency = Dependency { name: "b".to_owned(), req: "*".to_owned(), path: path.map(str::to_owned) };
            let source = source.map(str::to_owned);
            problems(Package { dependencies: vec![dependency], source, ..package("a", "1.0.0") })
        };
        assert_eq!(depends(None, None), ["a 1.0.0: takes any version of b"]);
        assert_eq!(depends(Some("/b"), None), [""; 0]);
        assert_eq!(depends(None, Some(CRATES_IO)), [""; 0]);
    }

    #[test]
    fn a_package_that_is_there_twice_is_a_warning() {
        let findings = judge(&policy(), &[package("a", "1.0.0"), package("a", "2.0.0")]);
        assert_eq!(findings.warnings, ["a: several versions: 1.0.0, 2.0.0"]);
        assert_eq!(findings.problems, [""; 0]);
    }
}
