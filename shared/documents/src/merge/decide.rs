//! The decision table: what becomes of a key, from what the three files say about it.

use serde::{Deserialize, Serialize};

use super::presence::Presence::{self, CommentedOut, Present, Unknown};

/// What was decided about a key; the words are the report's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// Nothing changes.
    Same,
    /// The site never changed it, the new release did.
    TakeNew,
    /// The site changed it, the new release did not.
    KeepSite,
    /// Nothing changes but the old root inside the value.
    RewriteRoot,
    /// Only the new release has it.
    AddNew,
    /// Only the site has it.
    SiteAddition,
    /// The new release has it no more, and the site never changed it.
    DropObsolete,
    /// The new release has it no more, but the site had changed it.
    ObsoleteCustomised,
    /// The site deleted it, the new release did not change it.
    StaysDeleted,
    /// Both the site and the new release changed it.
    Conflict,
    /// What the old release shipped is not known, and the site's value is not the new one.
    Unproven,
}

impl Word {
    /// Returns the word as reports spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::TakeNew => "take-new",
            Self::KeepSite => "keep-site",
            Self::RewriteRoot => "rewrite-root",
            Self::AddNew => "add-new",
            Self::SiteAddition => "site-addition",
            Self::DropObsolete => "drop-obsolete",
            Self::ObsoleteCustomised => "obsolete-customised",
            Self::StaysDeleted => "stays-deleted",
            Self::Conflict => "conflict",
            Self::Unproven => "unproven",
        }
    }
}

/// Whose state a key has in the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Take {
    Site,
    New,
}

/// A decision: the word, and what follows from it.
pub(super) type Verdict = (Word, Take);

/// Decides about a key from what the old release, the site and the new release say; nothing where it counts in none of them.
pub(super) fn decide<V: PartialEq>(base: &Presence<V>, site: &Presence<V>, new: &Presence<V>) -> Option<Verdict> {
    let verdict = match (site, new) {
        (Present(site), Present(new)) if site == new => (Word::Same, Take::Site),
        (Present(site), Present(new)) => match base {
            Unknown => (Word::Unproven, Take::Site),
            Present(base) if base == site => (Word::TakeNew, Take::New),
            Present(base) if base == new => (Word::KeepSite, Take::Site),
            _ => (Word::Conflict, Take::Site),
        },
        (Present(site), _) => match (base, new) {
            (Unknown, _) => (Word::Unproven, Take::Site),
            (Present(base), _) if base == site => (Word::DropObsolete, Take::New),
            (Present(_), _) => (Word::ObsoleteCustomised, Take::Site),
            // Both releases ship it disabled: to enable it is to customise it.
            (CommentedOut(_), CommentedOut(_)) => (Word::KeepSite, Take::Site),
            _ => (Word::SiteAddition, Take::Site),
        },
        (_, Present(new)) => match (base, site) {
            (Unknown, CommentedOut(_)) => (Word::Unproven, Take::Site),
            (Present(base), _) if base == new => (Word::StaysDeleted, Take::Site),
            (Present(_), _) => (Word::Conflict, Take::Site),
            (CommentedOut(base), CommentedOut(site)) if base == site => (Word::TakeNew, Take::New),
            _ => (Word::AddNew, Take::New),
        },
        (_, _) => {
            base.present()?;
            (Word::Same, Take::Site)
        }
    };
    Some(verdict)
}

#[cfg(test)]
mod tests {
    use super::Presence::Absent;
    use super::*;

    /// `-` absent, `?` unknown, `!x` commented out, anything else a value.
    fn part(text: &str) -> Presence<&str> {
        match text {
            "-" => Absent,
            "?" => Unknown,
            _ => text.strip_prefix('!').map_or(Present(text), CommentedOut),
        }
    }

    #[test]
    fn every_case_of_the_table_has_its_word_and_its_result() {
        for (base, site, new, word, take) in [
            ("a", "a", "a", Word::Same, Take::Site),
            ("a", "b", "b", Word::Same, Take::Site),
            ("-", "b", "b", Word::Same, Take::Site),
            ("a", "-", "-", Word::Same, Take::Site),
            ("a", "!a", "-", Word::Same, Take::Site),
            ("a", "a", "b", Word::TakeNew, Take::New),
            ("a", "b", "a", Word::KeepSite, Take::Site),
            ("!a", "b", "!a", Word::KeepSite, Take::Site),
            ("!a", "a", "!b", Word::KeepSite, Take::Site),
            ("-", "-", "b", Word::AddNew, Take::New),
            ("-", "!b", "b", Word::AddNew, Take::New),
            ("!a", "-", "a", Word::AddNew, Take::New),
            ("!a", "!b", "a", Word::AddNew, Take::New),
            ("!a", "!a", "b", Word::TakeNew, Take::New),
            ("-", "b", "-", Word::SiteAddition, Take::Site),
            ("!a", "b", "-", Word::SiteAddition, Take::Site),
            ("-", "b", "!a", Word::SiteAddition, Take::Site),
            ("a", "a", "-", Word::DropObsolete, Take::New),
            ("a", "a", "!a", Word::DropObsolete, Take::New),
            ("a", "b", "-", Word::ObsoleteCustomised, Take::Site),
            ("a", "b", "!b", Word::ObsoleteCustomised, Take::Site),
            ("a", "-", "a", Word::StaysDeleted, Take::Site),
            ("a", "!a", "a", Word::StaysDeleted, Take::Site),
            ("a", "-", "b", Word::Conflict, Take::Site),
            ("a", "!a", "b", Word::Conflict, Take::Site),
            ("-", "a", "b", Word::Conflict, Take::Site),
            ("!a", "b", "c", Word::Conflict, Take::Site),
            ("a", "b", "c", Word::Conflict, Take::Site),
            ("?", "a", "b", Word::Unproven, Take::Site),
            ("?", "a", "-", Word::Unproven, Take::Site),
            ("?", "a", "!a", Word::Unproven, Take::Site),
            ("?", "!a", "b", Word::Unproven, Take::Site),
            ("?", "a", "a", Word::Same, Take::Site),
            ("?", "-", "b", Word::AddNew, Take::New),
        ] {
            assert_eq!(decide(&part(base), &part(site), &part(new)), Some((word, take)), "{base} {site} {new}");
        }
    }

    #[test]
    fn what_counts_nowhere_is_no_decision() {
        for (base, site, new) in [("-", "-", "-"), ("!a", "-", "!a"), ("-", "!a", "!b"), ("?", "!a", "-")] {
            assert_eq!(decide(&part(base), &part(site), &part(new)), None, "{base} {site} {new}");
        }
    }
}
