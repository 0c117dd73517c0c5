//! Which formats each release writes: the guide's table of component versions (`reference/messaging.md` section 5.1).

use install_root::{Release, Version};

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Formats {
    /// Its releases, as the guide names them.
    pub(super) releases: &'static str,
    from: &'static str,
    below: Option<&'static str>,
    pub(super) mailbox: &'static str,
    pub(super) berkeley_db: &'static str,
    pub(super) btree: u32,
    pub(super) log: u32,
}

const fn row(
    releases: &'static str,
    [from, below]: [&'static str; 2],
    mailbox: &'static str,
    berkeley_db: &'static str,
    btree: u32,
    log: u32,
) -> Formats {
    Formats { releases, from, below: Some(below), mailbox, berkeley_db, btree, log }
}

/// All rows, oldest first.
pub(super) const TABLE: [Formats; 7] = [
    row("4.15", ["4.15", "5.0"], "1_1", "2.6", 6, 2),
    row("5.x", ["5.0", "6.0"], "1_2", "2.6", 6, 2),
    row("6.0", ["6.0", "6.1"], "1_2", "3.2.9", 8, 3),
    row("6.1, 6.2", ["6.1", "6.3"], "1_2", "4.2", 9, 8),
    row("6.3", ["6.3", "7.0"], "1_2", "4.4", 9, 11),
    row("7.0", ["7.0", "7 Update 1"], "1_3", "4.4", 9, 11),
    Formats {
        releases: "7 Update 1 and later",
        from: "7 Update 1",
        below: None,
        mailbox: "1_3",
        berkeley_db: "4.7.25",
        btree: 9,
        log: 14,
    },
];

/// Returns the rows that a release may be in. One that is in none, such as one that is not known at all, may be in every row
/// from 6.0 on.
pub(super) fn possible(release: &Release) -> Vec<&'static Formats> {
    let at_least = |version: &str| Version::parse(version).and_then(|version| release.is_at_least(&version));
    let may_be = |row: &&Formats| {
        at_least(row.from) != Some(false) && row.below.is_none_or(|below| at_least(below) != Some(true))
    };
    TABLE.iter().filter(may_be).collect()
}

/// Returns the row of 7.0, which these programs upgrade to.
pub(super) fn seven() -> Option<&'static Formats> {
    TABLE.iter().find(|row| row.from == "7.0")
}

/// Returns which releases write a log version: from one on, and before another.
pub(super) fn writers_of_log(version: u32) -> Option<(&'static str, Option<&'static str>)> {
    let mut rows = TABLE.iter().filter(|row| row.log == version);
    let first = rows.next()?;
    Some((first.from, rows.next_back().unwrap_or(first).below))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_version_says_which_releases_wrote_it() {
        assert_eq!(writers_of_log(2), Some(("4.15", Some("6.0"))));
        assert_eq!(writers_of_log(3), Some(("6.0", Some("6.1"))));
        assert_eq!(writers_of_log(8), Some(("6.1", Some("6.3"))));
        assert_eq!(writers_of_log(11), Some(("6.3", Some("7 Update 1"))));
        assert_eq!(writers_of_log(14), Some(("7 Update 1", None)));
        assert_eq!(writers_of_log(19), None);
    }

    #[test]
    fn a_release_is_in_the_rows_that_it_may_be_in() {
        let rows = |release: &Release| possible(release).iter().map(|row| row.releases).collect::<Vec<_>>();
        assert_eq!(rows(&Release::of(Version::parse("6.2-10.28").unwrap())), ["6.1, 6.2"]);
        assert_eq!(rows(&Release::of(Version::parse("7.0-0.04").unwrap())), ["7.0"]);
        assert_eq!(rows(&Release::of(Version::parse("7u2").unwrap())), ["7 Update 1 and later"]);
        let before_63 = Release::default().within(Version::parse("6.0"), Version::parse("6.3"));
        assert_eq!(rows(&before_63), ["6.0", "6.1, 6.2"]);
        assert_eq!(rows(&Release::default()).len(), 7);
    }
}
