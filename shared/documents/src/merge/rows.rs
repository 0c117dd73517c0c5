//! One row per key of the three files, with its decision.

use std::collections::{BTreeMap, HashSet};

use super::decide::{Take, Verdict, Word, decide};
use super::index::{Index, Name};
use super::part::{Part, Side};
use super::{Base, Choice, Obsolete, Rules, Shipped, root};
use crate::{Document, Key};

/// What the three files say about a key, and what was decided.
pub(super) struct Row {
    pub(super) name: Name,
    /// The key as reports show it.
    pub(super) shown: String,
    /// What the files say.
    pub(super) base: Side,
    pub(super) site: Side,
    pub(super) new: Side,
    /// What they say after the root move; the new file has none.
    moved_base: Side,
    moved_site: Side,
    /// The numbered list that the key belongs to, by its place in the rules.
    pub(super) list: Option<usize>,
    pub(super) verdict: Verdict,
    pub(super) choice: Option<Choice>,
}

impl Row {
    /// Returns what the result says about the key.
    pub(super) fn target(&self) -> Side {
        match &self.choice {
            Some(Choice::Value(value)) => Part::Present(Some(value.clone())),
            Some(Choice::Site) => self.moved_site.clone(),
            Some(Choice::New) => self.new.clone(),
            None => match self.verdict.1 {
                Take::Site => self.moved_site.clone(),
                Take::New => self.new.clone(),
            },
        }
    }
}

/// The indexes of the three files.
pub(super) struct Files<'a, D> {
    pub(super) base: Base<Index<'a, D>>,
    pub(super) site: Index<'a, D>,
    pub(super) new: Index<'a, D>,
}

/// Returns a row for every key on which there is something to decide: in the order of the new file, then what only the site
/// has in its order, then what only the old release had.
pub(super) fn rows<D: Document>(files: &Files<'_, D>, rules: &Rules) -> Vec<Row> {
    let base_order = files.base.document().map(|base| base.order.as_slice()).unwrap_or_default();
    let mut seen = HashSet::new();
    let names = files.new.order.iter().chain(&files.site.order).chain(base_order).filter(|name| seen.insert(*name));
    let mut rows: Vec<_> = names.map(|name| (row(files, rules, name), None)).collect();
    for (row, verdict) in &mut rows {
        *verdict = decide(&row.moved_base, &row.moved_site, &row.new);
    }
    for list in 0..rules.lists.len() {
        decide_list(&mut rows, list, &files.base);
    }
    let decided = rows.into_iter().filter_map(|(row, verdict)| Some(Row { verdict: verdict?, ..row }));
    decided.map(|row| Row { verdict: special_rules(&row, rules), ..row }).collect()
}

fn row<D: Document>(files: &Files<'_, D>, rules: &Rules, name: &Name) -> Row {
    let base = match &files.base {
        Base::Known(base) => base.side(name),
        // A file that holds only some of the defaults says nothing by not holding a key.
        Base::Partial(base) if base.entry(name).is_some() => base.side(name),
        Base::Partial(_) | Base::Unknown => Part::Unknown,
    };
    let (site, new) = (files.site.side(name), files.new.side(name));
    let moved = |side: &Side| side.map(|value| value.as_ref().map(|value| root::rewrite(value, &rules.roots)));
    let spelled =
        [&files.site, &files.new].into_iter().chain(files.base.document()).find_map(|index| index.entry(name));
    Row {
        shown: shown::<D>(spelled.map_or(&name.key, |entry| &entry.key), name.occurrence),
        list: rules.lists.iter().position(|prefix| is_member(&name.key, prefix)),
        moved_base: moved(&base),
        moved_site: moved(&site),
        base,
        site,
        new,
        name: name.clone(),
        verdict: (Word::Same, Take::Site),
        choice: None,
    }
}

/// Returns a key as reports show it, and as a resolution names it.
fn shown<D: Document>(key: &Key, occurrence: usize) -> String {
    let section = key.section.as_ref().map(|section| format!("[{}]", D::notation(section))).unwrap_or_default();
    let number = if occurrence > 1 { format!("#{occurrence}") } else { String::new() };
    format!("{section}{}{number}", D::notation(&key.name))
}

fn is_member(key: &Key, prefix: &[u8]) -> bool {
    let number = key.name.strip_prefix(prefix);
    key.section.is_none() && number.is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
}

/// Decides about a numbered list as a unit: its members that differ anywhere are compared together.
fn decide_list<D: Document>(rows: &mut [(Row, Option<Verdict>)], list: usize, base: &Base<Index<'_, D>>) {
    let members: Vec<&Row> = rows.iter().map(|(row, _)| row).filter(|row| row.list == Some(list)).collect();
    let base_tells = match base {
        Base::Known(_) => true,
        Base::Partial(_) => members.iter().any(|row| row.base.present().is_some()),
        Base::Unknown => false,
    };
    let differs = |row: &&Row| {
        let (site, new) = (row.moved_site.present(), row.new.present());
        site != new || (base_tells && row.moved_base.present() != new)
    };
    let differing: Vec<&Row> = members.into_iter().filter(differs).collect();
    let together = |side: fn(&Row) -> &Side| {
        let values: BTreeMap<_, _> =
            differing.iter().filter_map(|row| Some((&row.name.key, side(row).present()?))).collect();
        if values.is_empty() { Part::Absent } else { Part::Present(values) }
    };
    let base = if base_tells { together(|row| &row.moved_base) } else { Part::Unknown };
    let Some(verdict) = decide(&base, &together(|row| &row.moved_site), &together(|row| &row.new)) else { return };
    let names: HashSet<Name> = differing.iter().map(|row| row.name.clone()).collect();
    for (row, own) in rows {
        if names.contains(&row.name) {
            *own = Some(verdict);
        }
    }
}

/// Returns the verdict after the rules that only some files have.
fn special_rules(row: &Row, rules: &Rules) -> Verdict {
    let (word, take) = row.verdict;
    let shipped = rules.shipped == Shipped::Stands && row.new.present().is_some();
    match word {
        Word::ObsoleteCustomised if rules.obsolete == Obsolete::OnlyReport => (word, Take::New),
        Word::KeepSite | Word::StaysDeleted | Word::Conflict if shipped => (Word::Conflict, Take::New),
        Word::Unproven if shipped => (word, Take::New),
        Word::Same | Word::KeepSite if row.site.present() != row.moved_site.present() => (Word::RewriteRoot, take),
        _ => (word, take),
    }
}
