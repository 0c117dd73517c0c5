//! The tables as data, in the order and with the notes of the guide (`reference/messaging.md` section 6.1).

use std::fmt;

use install_root::Version;

use super::Strategy;
use crate::release::{Bits, Found};

/// What a cell says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The upgrade is possible.
    Yes,
    /// It is possible, and is just a fresh install.
    FreshInstall,
    /// It is not.
    No,
}

/// A cell of the tables.
#[derive(Clone, Copy, Debug)]
pub struct Cell {
    /// Yes or no.
    pub reply: Reply,
    /// What the guide adds.
    pub note: &'static str,
}

/// A row of the tables.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The first column.
    pub from: &'static str,
    /// The releases that it names.
    pub releases: &'static [&'static str],
    /// The word size that it names; nothing where it names none.
    pub bits: Option<Bits>,
    /// Which of the two tables: to 7.0 32-bit, or 64-bit.
    pub to: Bits,
    /// The second column.
    pub coexistent: Cell,
    /// The third column.
    pub side_by_side: Cell,
    /// The fourth column.
    pub in_place: Cell,
}

const fn yes(note: &'static str) -> Cell {
    Cell { reply: Reply::Yes, note }
}

const NO: Cell = Cell { reply: Reply::No, note: "" };
const FOR_STORE: &str = "recommended for the store";
const ALTERNATIVE: &str = "an alternative for the store";
const NO_WAY_BACK: &str = "an alternative for the store; there is no way back to the old data format";
const IN_PLACE: &str = "by packages; recommended for MTA relay, MMP and webmail server";

/// All rows of table 1, then those of table 2.
pub const TABLE: [Row; 5] = [
    Row {
        from: "5.2",
        releases: &["5.2"],
        bits: None,
        to: Bits::Bits32,
        coexistent: yes("recommended for all Messaging Server components"),
        side_by_side: Cell {
            reply: Reply::FreshInstall,
            note: "an alternative for all Messaging Server components; 5.2 did not use SVR4 packages, so this is just a fresh \
                   install",
        },
        in_place: NO,
    },
    Row {
        from: "6.0, 6.1, 6.2, 6.3 (32-bit)",
        releases: &["6.0", "6.1", "6.2", "6.3"],
        bits: Some(Bits::Bits32),
        to: Bits::Bits32,
        coexistent: yes(FOR_STORE),
        side_by_side: yes(NO_WAY_BACK),
        in_place: yes(IN_PLACE),
    },
    Row {
        from: "6.3 (64-bit)",
        releases: &["6.3"],
        bits: Some(Bits::Bits64),
        to: Bits::Bits32,
        coexistent: yes(FOR_STORE),
        side_by_side: yes(NO_WAY_BACK),
        in_place: NO,
    },
    Row {
        from: "6.3 (32-bit)",
        releases: &["6.3"],
        bits: Some(Bits::Bits32),
        to: Bits::Bits64,
        coexistent: yes(FOR_STORE),
        side_by_side: yes(ALTERNATIVE),
        in_place: NO,
    },
    Row {
        from: "6.3 (64-bit)",
        releases: &["6.3"],
        bits: Some(Bits::Bits64),
        to: Bits::Bits64,
        coexistent: yes(FOR_STORE),
        side_by_side: yes(ALTERNATIVE),
        in_place: yes(IN_PLACE),
    },
];

impl Cell {
    /// Returns the cell as a sentence.
    pub(super) fn line(&self, row: &Row, strategy: Strategy) -> String {
        let Row { from, to, .. } = row;
        let word = match self.reply {
            Reply::Yes => "possible",
            Reply::FreshInstall => "a fresh install",
            Reply::No => "not possible",
        };
        let note = if self.note.is_empty() { String::new() } else { format!(" ({})", self.note) };
        format!("From {from} to 7.0 {to}, a {strategy} upgrade is {word}{note}.")
    }
}

impl Row {
    /// Returns the cell of a strategy.
    pub fn cell(&self, strategy: Strategy) -> Cell {
        match strategy {
            Strategy::SideBySide => self.side_by_side,
            Strategy::Coexistent => self.coexistent,
        }
    }

    pub(super) fn is_fresh_install(&self) -> bool {
        self.side_by_side.reply == Reply::FreshInstall
    }

    pub(super) fn covers(&self, source: &Source) -> bool {
        self.releases.contains(&source.release) && self.bits.is_none_or(|bits| bits == source.bits)
    }
}

/// A release that the tables are about, with its word size. The next one begins where it ends.
pub(super) struct Source {
    pub(super) release: &'static str,
    pub(super) bits: Bits,
    from: &'static str,
    below: &'static str,
}

const fn source(release: &'static str, bits: Bits, from: &'static str, below: &'static str) -> Source {
    Source { release, bits, from, below }
}

/// All of them. There is no 64-bit release before 6.3.
pub(super) const SOURCES: [Source; 6] = [
    source("5.2", Bits::Bits32, "5.2", "6.0"),
    source("6.0", Bits::Bits32, "6.0", "6.1"),
    source("6.1", Bits::Bits32, "6.1", "6.2"),
    source("6.2", Bits::Bits32, "6.2", "6.3"),
    source("6.3", Bits::Bits32, "6.3", "7.0"),
    source("6.3", Bits::Bits64, "6.3", "7.0"),
];

impl Source {
    /// Returns whether a root may hold this release.
    pub(super) fn may_be(&self, root: &Found) -> bool {
        let at_least = |version: &str| Version::parse(version).and_then(|version| root.release.is_at_least(&version));
        let is_wanted_size = root.bits.is_none_or(|bits| bits == self.bits);
        is_wanted_size && at_least(self.from) != Some(false) && at_least(self.below) != Some(true)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.release, self.bits)
    }
}
