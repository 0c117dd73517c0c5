//! The guide's tables 1 and 2 of upgrades to Messaging Server 7.0, row by row, and what they say of one upgrade
//! (`reference/messaging.md` section 6.1).

mod table;

use std::fmt;

use install_root::Version;

use crate::release::{Bits, Found};
pub use table::{Cell, Reply, Row, TABLE};

/// How a host is upgraded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// The new release beside the old one, on the same data.
    SideBySide,
    /// The new release with a configuration of its own, on another host or zone.
    Coexistent,
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SideBySide => "side-by-side",
            Self::Coexistent => "coexistent",
        })
    }
}

/// What the tables say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every row that the roots may be in allows it.
    Allowed,
    /// The old release is 5.2: the new one is installed afresh, and nothing is migrated.
    FreshInstall,
    /// It depends on something that is not known.
    Unsettled,
    /// No row that the roots may be in allows it.
    Refused,
}

/// The answer for one upgrade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What the tables say.
    pub verdict: Verdict,
    /// Why, and the notes of the rows, a sentence each.
    pub lines: Vec<String>,
}

/// Says whether the guide allows an upgrade from the old root to the new one.
pub fn decide(old: &Found, new: &Found, strategy: Strategy) -> Answer {
    let seven = Version::parse("7.0");
    if let Some(instance) = old.layout_5x.first() {
        let row = TABLE.iter().find(|row| row.is_fresh_install());
        let mut lines = vec![format!("{instance} is an instance of a 5.x server, which is not migrated.")];
        lines.extend(row.map(|row| row.side_by_side.line(row, Strategy::SideBySide)));
        lines.push(
            "Install 7.0 afresh, move the users with imsbackup and imsrestore, and follow \"Coexistent Upgrades From iPlanet \
             Messaging Server 5.2\" of the guide."
                .to_owned(),
        );
        return Answer { verdict: Verdict::FreshInstall, lines };
    }
    if seven.as_ref().is_some_and(|seven| new.release.is_at_least(seven) == Some(false)) {
        let line =
            format!("The new root holds release {}, and the guide's tables are about upgrades to 7.0.", new.release);
        return Answer { verdict: Verdict::Refused, lines: vec![line] };
    }
    let targets = match new.bits {
        Some(bits) => vec![bits],
        None => vec![Bits::Bits32, Bits::Bits64],
    };
    let mut cases = Vec::new();
    for target in targets {
        for from in table::SOURCES.iter().filter(|from| from.may_be(old)) {
            let row = TABLE.iter().find(|row| row.to == target && row.covers(from));
            cases.push(Case { target, from, row });
        }
    }
    answer(old, new, strategy, &cases)
}

/// One combination of old release and word sizes that the roots may have.
struct Case {
    target: Bits,
    from: &'static table::Source,
    row: Option<&'static Row>,
}

impl Case {
    fn reply(&self, strategy: Strategy) -> Reply {
        self.row.map_or(Reply::No, |row| row.cell(strategy).reply)
    }

    fn refusal(&self, strategy: Strategy) -> String {
        let (from, target) = (self.from, self.target);
        format!("The guide has no {strategy} upgrade from {from} to 7.0 {target}.")
    }
}

fn answer(old: &Found, new: &Found, strategy: Strategy, cases: &[Case]) -> Answer {
    let mut lines = Vec::new();
    let mut add = |line: String| {
        if !lines.contains(&line) {
            lines.push(line);
        }
    };
    if cases.is_empty() {
        let line = format!("The guide's tables have no row for an upgrade from release {}.", old.release);
        return Answer { verdict: Verdict::Refused, lines: vec![line] };
    }
    let replies: Vec<Reply> = cases.iter().map(|case| case.reply(strategy)).collect();
    for case in cases {
        match case.row {
            Some(row) => add(row.cell(strategy).line(row, strategy)),
            None => add(case.refusal(strategy)),
        }
    }
    let all = |reply: Reply| replies.iter().all(|other| *other == reply);
    let verdict = match () {
        () if all(Reply::Yes) => Verdict::Allowed,
        () if all(Reply::FreshInstall) => Verdict::FreshInstall,
        () if all(Reply::No) => {
            add(instead(cases));
            Verdict::Refused
        }
        () => {
            unknown(old, new, cases).into_iter().for_each(add);
            Verdict::Unsettled
        }
    };
    Answer { verdict, lines }
}

/// Says what the tables allow instead.
fn instead(cases: &[Case]) -> String {
    let allows = |bits: Bits| {
        let rows = |case: &Case| TABLE.iter().any(|row| row.to == bits && row.covers(case.from));
        cases.iter().all(rows)
    };
    if allows(Bits::Bits32) {
        "Upgrade to 7.0 32-bit, or to 6.3 first.".to_owned()
    } else {
        "Upgrade to a release that the tables name first.".to_owned()
    }
}

/// Says what is not known, and how to settle it.
fn unknown(old: &Found, new: &Found, cases: &[Case]) -> Vec<String> {
    let mut lines = Vec::new();
    let first = cases.first();
    let differ =
        |same: fn(&Case, &Case) -> bool| cases.iter().any(|case| first.is_some_and(|first| !same(first, case)));
    if old.release.exactly().is_none() && differ(|one, other| one.from.release == other.from.release) {
        lines.push(format!("The old release is not known exactly ({}): name it with --from-release.", old.release));
    }
    if old.bits.is_none() && differ(|one, other| one.from.bits == other.from.bits) {
        lines.push("It is not known whether the old programs are 32-bit or 64-bit: use --from-bits.".to_owned());
    }
    if new.bits.is_none() {
        lines.push("It is not known whether the new programs are 32-bit or 64-bit: use --to-bits.".to_owned());
    }
    lines
}
