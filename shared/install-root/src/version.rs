//! Versions of the suite's products: `6.3`, `6.3-7.03` (with build and revision), `7 Update 1`, `6.0,REV=2003.11.14`.

use std::cmp::Ordering;
use std::fmt;

/// A version, ordered as its numbers are. `7` and `7.0` are the same, `7 Update 1` follows them, `6.3-7.03` follows `6.3`.
#[derive(Clone, Debug)]
pub struct Version {
    text: String,
    /// Numbers of the release, the update, the build, the revision date; zeros at the end of a list do not count.
    numbers: [Vec<u32>; 4],
}

impl Version {
    /// Reads a version; nothing when it does not begin with a number, or a number is missing or too large.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (rest, revision) = text.split_once(",REV=").unwrap_or((text, ""));
        let (rest, build) = rest.split_once('-').unwrap_or((rest, ""));
        let lower = rest.to_ascii_lowercase();
        let (release, update) =
            [" update ", "u"].iter().find_map(|word| lower.split_once(word)).unwrap_or((lower.as_str(), ""));
        let [release, update, build, revision] = [release, update, build, revision].map(numbers);
        Some(Self {
            text: text.to_owned(),
            numbers: [release.filter(|all| !all.is_empty())?, update?, build?, revision?],
        })
    }

    /// Returns whether it is another version or a later one. Nothing where only the build decides and this version names none: `7.0`
    /// may be `7.0-0.03` or not.
    pub fn reaches(&self, other: &Self) -> Option<bool> {
        let [release, update, build, _] = &self.numbers;
        let [other_release, other_update, other_build, _] = &other.numbers;
        let only_the_build_decides = (release, update) == (other_release, other_update) && build.is_empty();
        if only_the_build_decides && !other_build.is_empty() { None } else { Some(self >= other) }
    }
}

fn numbers(text: &str) -> Option<Vec<u32>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    // `0` alone is a number: only zeros behind another one say nothing.
    let numbers: Option<Vec<u32>> = text.split('.').map(|number| number.parse().ok()).collect();
    numbers.map(|mut numbers| {
        while numbers.len() > 1 && numbers.last() == Some(&0) {
            numbers.pop();
        }
        numbers
    })
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers)
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.numbers == other.numbers
    }
}

impl Eq for Version {}

/// What a sign says of a version.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Claim {
    /// It is this one.
    Exactly(&'static str),
    /// It is this one or a later one.
    From(&'static str),
    /// It is an earlier one.
    Below(&'static str),
}

/// What is known of an installation's version: the version itself, or between which ones it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Release {
    exactly: Option<Version>,
    from: Option<Version>,
    below: Option<Version>,
}

impl Release {
    /// Returns a release that is known.
    pub fn of(version: Version) -> Self {
        Self { exactly: Some(version), from: None, below: None }
    }

    /// Returns what is known once it is also known that the version is `from` or later and before `below`. A range that contradicts
    /// what was known adds nothing.
    #[must_use]
    pub fn within(&self, from: Option<Version>, below: Option<Version>) -> Self {
        let narrowed = Self {
            exactly: self.exactly.clone(),
            from: self.from.clone().max(from),
            below: earlier(self.below.clone(), below),
        };
        narrowed.or_where_contradictory(self)
    }

    /// Returns what is known once the version is said to be this one. A version that contradicts what was known adds nothing.
    #[must_use]
    pub fn being(&self, version: Version) -> Self {
        Self { exactly: Some(version), ..self.clone() }.or_where_contradictory(self)
    }

    fn or_where_contradictory(self, other: &Self) -> Self {
        if self.clone().without_contradiction() == self { self } else { other.clone() }
    }

    /// Returns the version, where it is known.
    pub fn exactly(&self) -> Option<&Version> {
        self.exactly.as_ref()
    }

    /// Returns whether it is this version or a later one; nothing when that is not known.
    pub fn is_at_least(&self, version: &Version) -> Option<bool> {
        if let Some(exactly) = &self.exactly {
            return Some(exactly >= version);
        }
        if self.from.as_ref().is_some_and(|from| from >= version) {
            return Some(true);
        }
        self.below.as_ref().is_some_and(|below| below <= version).then_some(false)
    }

    /// Returns what [`Release::is_at_least`] does, but nothing where only the build decides and the version names none
    /// ([`Version::reaches`]).
    pub fn reaches(&self, version: &Version) -> Option<bool> {
        match &self.exactly {
            Some(exactly) => exactly.reaches(version),
            None => self.is_at_least(version),
        }
    }

    pub(crate) fn claim(&mut self, claim: Claim) {
        match claim {
            Claim::Exactly(version) => self.is_exactly(version),
            Claim::From(version) => self.is_from(version),
            Claim::Below(version) => self.below = earlier(self.below.take(), Version::parse(version)),
        }
    }

    pub(crate) fn is_exactly(&mut self, version: &str) {
        self.exactly = Version::parse(version).or(self.exactly.take());
    }

    pub(crate) fn is_from(&mut self, version: &str) {
        self.from = self.from.take().max(Version::parse(version));
    }

    /// Signs that contradict each other, as after a half-done upgrade, say nothing.
    pub(crate) fn without_contradiction(self) -> Self {
        let version = self.exactly.as_ref().or(self.from.as_ref());
        let too_early = self.exactly.is_some() && self.exactly < self.from;
        let too_late = matches!((version, &self.below), (Some(version), Some(below)) if version >= below);
        if too_early || too_late { Self::default() } else { self }
    }
}

fn earlier(one: Option<Version>, other: Option<Version>) -> Option<Version> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.exactly, &self.from, &self.below) {
            (Some(version), ..) => write!(f, "{version}"),
            (None, Some(from), Some(below)) => write!(f, "{from} or later, before {below}"),
            (None, Some(from), None) => write!(f, "{from} or later"),
            (None, None, Some(below)) => write!(f, "before {below}"),
            (None, None, None) => f.write_str("unknown"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    #[test]
    fn versions_are_ordered_by_their_numbers() {
        let ascending = [
            "5.1.1",
            "6.0",
            "6.0,REV=2003.11.14",
            "6.2-10.28",
            "6.3",
            "6.3-7.3",
            "6.3-7.13",
            "6.3.1",
            "6.10",
            "7.0",
            "7.0-0.03",
            "7 Update 1",
            "7u2",
            "7.3",
            "10",
        ];
        for (place, one) in ascending.iter().enumerate() {
            for (other_place, other) in ascending.iter().enumerate() {
                assert_eq!(version(one).cmp(&version(other)), place.cmp(&other_place), "{one}, {other}");
            }
        }
        assert_eq!(version("7"), version("7.0"));
        assert_eq!(version("7 Update 1"), version("7.0u1"));
        assert_eq!(version(" 6.3-7.03 ").to_string(), "6.3-7.03");
    }

    #[test]
    fn a_version_without_its_build_says_nothing_where_the_build_decides() {
        let reaches = |one: &str, other: &str| version(one).reaches(&version(other));
        assert_eq!(reaches("7.0", "7.0-0.03"), None);
        assert_eq!(reaches("6.4,REV=2006.10.01", "6.4-1.04"), None);
        assert_eq!(reaches("7.0-0.04", "7.0-0.03"), Some(true));
        assert_eq!(reaches("7.0-0.02", "7.0-0.03"), Some(false));
        assert_eq!(reaches("7 Update 1", "7.0-0.03"), Some(true));
        assert_eq!(reaches("6.3", "7.0-0.03"), Some(false));
        assert_eq!(reaches("7.0", "7.0"), Some(true));
        assert_eq!(Release::of(version("7.0")).reaches(&version("7.0-0.03")), None);
        let mut release = Release::default();
        release.claim(Claim::From("7.1"));
        assert_eq!(release.reaches(&version("7.0-0.03")), Some(true));
    }

    #[test]
    fn what_is_no_version_is_not_read() {
        for text in ["", "x", "6.", ".3", "6.x", "99999999999", "6.3-x", "-7", "7 Update", "6..3"] {
            assert!(Version::parse(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn what_is_known_of_a_version_decides_what_can_be_decided() {
        let of = |claims: &[Claim]| {
            let mut release = Release::default();
            claims.iter().for_each(|claim| release.claim(*claim));
            release.without_contradiction()
        };
        let at_least_63 = |claims: &[Claim]| of(claims).is_at_least(&version("6.3"));
        assert_eq!(at_least_63(&[]), None);
        assert_eq!(at_least_63(&[Claim::From("6.0")]), None);
        assert_eq!(at_least_63(&[Claim::From("6.0"), Claim::From("6.3")]), Some(true));
        assert_eq!(at_least_63(&[Claim::From("6.0"), Claim::Below("6.3")]), Some(false));
        assert_eq!(at_least_63(&[Claim::Below("7"), Claim::Below("6.2")]), Some(false));
        assert_eq!(at_least_63(&[Claim::From("6.0"), Claim::Exactly("6.3")]), Some(true));
        assert_eq!(of(&[Claim::From("6.3"), Claim::Below("6.3")]), Release::default(), "a contradiction");
        assert_eq!(of(&[Claim::From("7"), Claim::Exactly("6.3")]), Release::default(), "a contradiction");
        assert_eq!(of(&[Claim::From("6.0"), Claim::Below("6.3")]).to_string(), "6.0 or later, before 6.3");
    }

    #[test]
    fn what_contradicts_what_is_known_adds_nothing() {
        let six = Release::default().within(Version::parse("6.0"), Version::parse("6.3"));
        assert_eq!(six.to_string(), "6.0 or later, before 6.3");
        assert_eq!(six.within(Version::parse("6.1"), Version::parse("6.2")).to_string(), "6.1 or later, before 6.2");
        assert_eq!(six.within(Version::parse("6.3"), None), six);
        assert_eq!(six.being(version("6.2")).to_string(), "6.2");
        assert_eq!(six.being(version("6.3")), six);
        assert_eq!(Release::of(version("6.2")).within(Version::parse("6.3"), None).to_string(), "6.2");
    }
}
