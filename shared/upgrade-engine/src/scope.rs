//! What a run is about: an unfinished run is in the way of runs about the same things, and of no others.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// What a run is about, by name. It is compared before anything is surveyed, so it holds what was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// The product root, as a real path; nothing when it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// What the run changes: paths below the root, or names such as the address of a server. Empty when that is not known: then it
    /// is in the way of every run on its root.
    pub changes: Vec<String>,
    /// What it reads and does not change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reads: Vec<String>,
}

impl Scope {
    /// Returns what several runs together are about. Where one of them is in the way of every run, so are all.
    pub(crate) fn of_all<'s>(scopes: impl Iterator<Item = &'s Self> + Clone) -> Self {
        let mut all = scopes.clone();
        let root = all.next().and_then(|first| first.root.clone()).filter(|root| {
            let root = Some(root);
            all.all(|other| other.root.as_ref() == root)
        });
        let is_known = scopes.clone().all(|scope| !scope.changes.is_empty());
        let distinct = |names: fn(&Self) -> &Vec<String>| {
            let names: BTreeSet<String> = scopes.clone().flat_map(names).cloned().collect();
            names.into_iter().collect()
        };
        let changes = if is_known { distinct(|scope| &scope.changes) } else { Vec::new() };
        Self { root, changes, reads: distinct(|scope| &scope.reads) }
    }

    /// Returns whether nothing is known about the run.
    pub fn is_unknown(&self) -> bool {
        *self == Self::default()
    }

    /// Returns whether a run may be on this product root.
    pub fn may_be_on(&self, root: &str) -> bool {
        self.root.as_deref().is_none_or(|own| own == root)
    }

    /// Returns whether one of two runs changes what the other changes or reads.
    pub fn overlaps(&self, other: &Self) -> bool {
        let same_root = match (&self.root, &other.root) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        };
        if self.changes.is_empty() || other.changes.is_empty() {
            return same_root;
        }
        // Only paths depend on the root.
        let meet = |one: &String, other: &String| match one.starts_with('/') && other.starts_with('/') {
            true => same_root && (is_within(one, other) || is_within(other, one)),
            false => one == other,
        };
        let any =
            |ones: &[String], others: &[String]| ones.iter().any(|one| others.iter().any(|other| meet(one, other)));
        any(&self.changes, &other.changes) || any(&self.changes, &other.reads) || any(&self.reads, &other.changes)
    }
}

/// Returns whether a path is a directory or lies below it.
fn is_within(path: &str, directory: &str) -> bool {
    let rest = path.strip_prefix(directory.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::Scope;

    fn scope(root: Option<&str>, changes: &[&str], reads: &[&str]) -> Scope {
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Scope { root: root.map(str::to_owned), changes: own(changes), reads: own(reads) }
    }

    #[test]
    fn runs_about_the_same_thing_overlap_and_others_do_not() {
        let one = scope(Some("/r"), &["/db/new", "/db/old/backup"], &["/db/old"]);
        for (other, expected) in [
            (scope(Some("/r"), &["/db/new"], &[]), true),
            (scope(Some("/r"), &["/db/new/deeper"], &[]), true),
            (scope(Some("/r"), &["/db"], &[]), true),
            (scope(Some("/r"), &["/"], &[]), true),
            (scope(Some("/r"), &["/db/newer"], &[]), false),
            (scope(Some("/r"), &["/db/other"], &["/db/new"]), true),
            (scope(Some("/r"), &["/db/other"], &["/db/old/backup"]), true),
            (scope(Some("/r"), &["/db/old"], &[]), true),
            (scope(Some("/s"), &["/db/new"], &[]), false),
            (scope(None, &["/db/new"], &[]), true),
            (scope(Some("/r"), &[], &[]), true),
            (scope(Some("/s"), &[], &[]), false),
            (Scope::default(), true),
        ] {
            assert_eq!(one.overlaps(&other), expected, "{other:?}");
            assert_eq!(other.overlaps(&one), expected, "{other:?} the other way round");
        }
    }

    #[test]
    fn two_runs_that_only_read_the_same_do_not_overlap() {
        let one = scope(Some("/r"), &["/a"], &["/old"]);
        assert!(!one.overlaps(&scope(Some("/r"), &["/b"], &["/old"])));
    }

    #[test]
    fn a_server_is_the_same_from_every_root() {
        let one = scope(Some("/r"), &["ldap://host"], &[]);
        assert!(one.overlaps(&scope(Some("/s"), &["ldap://host"], &[])));
        assert!(!one.overlaps(&scope(Some("/r"), &["ldap://host2"], &[])));
    }
}
