//! One row per key of the three files, with its decision.

use std::borrow::Cow;

use super::decide::{Take, Verdict, Word, decide};
use super::index::{Index, Name, Names};
use super::presence::{Presence, Side, View};
use super::{Additions, Base, Choice, Obsolete, Rules, Shipped};
use crate::moving::moved_key;
use crate::{Bytes, Document, Key, roots};

/// What the three files say about a key, and what was decided.
pub(super) struct Row<'a> {
    pub(super) number: usize,
    pub(super) name: &'a Name<'a>,
    /// The key as reports show it.
    pub(super) shown: String,
    /// What the files say.
    pub(super) base: View<'a>,
    pub(super) site: View<'a>,
    pub(super) new: View<'a>,
    /// What base and site say after the root move, where there is one.
    moved: Option<Box<Moved>>,
    /// Whether the root move changes the site's key.
    key_moves: bool,
    /// The numbered list that the key belongs to, by its place in the rules.
    pub(super) list: Option<usize>,
    pub(super) verdict: Verdict,
    pub(super) choice: Option<Choice>,
    /// The value of a choice that is neither the site's nor the new one.
    pub(super) chosen: Option<Bytes>,
}

impl Row<'_> {
    /// Returns what the result says about the key.
    pub(super) fn target(&self) -> View<'_> {
        match (&self.choice, self.verdict.1) {
            (Some(Choice::Value(_)), _) => Presence::Present(&self.chosen),
            (Some(Choice::Site), _) | (None, Take::Site) => self.moved_site(),
            (Some(Choice::New), _) | (None, Take::New) => self.new,
        }
    }

    /// Returns whether the root move changes what the site says.
    fn is_moved(&self) -> bool {
        self.site.present().is_some() && (self.key_moves || self.site.present() != self.moved_site().present())
    }

    fn moved_base(&self) -> View<'_> {
        self.moved.as_ref().map_or(self.base, |moved| moved.base.view())
    }

    fn moved_site(&self) -> View<'_> {
        self.moved.as_ref().map_or(self.site, |moved| moved.site.view())
    }
}

/// What base and site say after the root move.
struct Moved {
    base: Side,
    site: Side,
}

/// The indexes of the three files.
pub(super) struct Files<'a, D> {
    pub(super) base: Base<Index<'a, D>>,
    pub(super) site: Index<'a, D>,
    pub(super) new: Index<'a, D>,
}

/// Returns a row for every key on which there is something to decide: in the order of the new file, then what only the site
/// has in its order, then what only the old release had.
pub(super) fn rows<'a, D: Document>(files: &Files<'a, D>, names: &'a Names<'a>, rules: &Rules) -> Vec<Row<'a>> {
    let base_order = files.base.document().map(|base| base.order.as_slice()).unwrap_or_default();
    let mut seen = vec![false; names.len()];
    let is_first = |number: &&usize| seen.get_mut(**number).is_some_and(|seen| !std::mem::replace(seen, true));
    let numbers = files.new.order.iter().chain(&files.site.order).chain(base_order).filter(is_first);
    let named = numbers.filter_map(|number| Some((*number, names.get(*number)?)));
    let mut rows: Vec<_> = Vec::with_capacity(names.len());
    rows.extend(named.map(|(number, name)| (row(files, rules, number, name), None)));
    for (row, verdict) in &mut rows {
        *verdict = decide(&row.moved_base(), &row.moved_site(), &row.new);
    }
    for list in 0..rules.lists.len() {
        decide_list(&mut rows, list, &files.base);
    }
    if rules.additions == Additions::Leave {
        rows.retain(|(row, _)| row.site.present().is_some());
    }
    let decided = rows.into_iter().filter_map(|(row, verdict)| Some(Row { verdict: verdict?, ..row }));
    decided.map(|row| Row { verdict: special_rules(&row, rules), ..row }).collect()
}

fn row<'a, D: Document>(files: &Files<'a, D>, rules: &Rules, number: usize, name: &'a Name<'a>) -> Row<'a> {
    let base = match &files.base {
        Base::Known(base) => base.side(number),
        // A file that holds only some of the defaults says nothing by not holding a key.
        Base::Partial(base) if base.entry(number).is_some() => base.side(number),
        Base::Partial(_) | Base::Unknown => Presence::Unknown,
    };
    let (site, new) = (files.site.side(number), files.new.side(number));
    let spelled = [&files.site, &files.new]
        .into_iter()
        .chain(files.base.document())
        .find_map(|index| Some((index.document, index.entry(number)?)));
    // What only the new release has is shown as it is there: only base and site are moved.
    let key_moved = spelled
        .filter(|_| files.new.entry(number).is_none() || files.site.entry(number).is_some())
        .and_then(|(document, entry)| moved_key(document, entry, rules.roots.as_slice()));
    let spelled = spelled.map(|(_, entry)| &entry.key);
    Row {
        shown: files.site.document.shown(key_moved.as_ref().or(spelled).unwrap_or(&name.key)) + &name.suffix(),
        key_moves: files
            .site
            .entry(number)
            .is_some_and(|entry| moved_key(files.site.document, entry, rules.roots.as_slice()).is_some()),
        list: rules.lists.iter().position(|prefix| is_member(&name.key, prefix)),
        moved: (!rules.roots.is_empty())
            .then(|| Box::new(Moved { base: moved(base, rules), site: moved(site, rules) })),
        base,
        site,
        new,
        number,
        name,
        verdict: (Word::Same, Take::Site),
        choice: None,
        chosen: None,
    }
}

fn moved(view: View<'_>, rules: &Rules) -> Side {
    view.map(|found| {
        found.as_ref().map(|value| match roots::rewrite(value, &rules.roots) {
            Cow::Owned(moved) => moved.into(),
            Cow::Borrowed(_) => value.clone(),
        })
    })
}

fn is_member(key: &Key, prefix: &[u8]) -> bool {
    let number = key.name.strip_prefix(prefix);
    key.section.is_none() && number.is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
}

/// Decides about a numbered list: as a unit where both the site and the new release changed it, and not alike, so that no list
/// of two origins arises; else each member by the table.
fn decide_list<D: Document>(rows: &mut [(Row<'_>, Option<Verdict>)], list: usize, base: &Base<Index<'_, D>>) {
    let mut members: Vec<_> = rows.iter_mut().filter(|(row, _)| row.list == Some(list)).collect();
    let base_tells = match base {
        Base::Known(_) => true,
        Base::Partial(_) => members.iter().any(|(row, _)| row.base.present().is_some()),
        Base::Unknown => false,
    };
    if !base_tells {
        return;
    }
    let says = |row: &Row<'_>| -> [Option<Option<Bytes>>; 3] {
        [row.moved_base(), row.moved_site(), row.new].map(|view| view.present().copied().cloned())
    };
    let said: Vec<_> = members.iter().map(|(row, _)| says(row)).collect();
    let is_unit = said.iter().any(|[base, site, _]| base != site)
        && said.iter().any(|[base, _, new]| base != new)
        && said.iter().any(|[_, site, new]| site != new);
    for ((row, verdict), [base, site, new]) in members.iter_mut().zip(&said) {
        if is_unit && (base != site || base != new) {
            *verdict = Some((Word::Conflict, Take::Site));
        } else if row.base == Presence::Unknown {
            // A base that knows one member knows the whole list.
            *verdict = decide(&Presence::Absent, &row.moved_site(), &row.new);
        }
    }
}

/// Returns the verdict after the rules that only some files have.
fn special_rules(row: &Row<'_>, rules: &Rules) -> Verdict {
    let (word, take) = row.verdict;
    let shipped = rules.shipped == Shipped::Stands && row.new.present().is_some();
    match word {
        Word::ObsoleteCustomised if rules.obsolete == Obsolete::OnlyReport => (word, Take::New),
        Word::KeepSite | Word::StaysDeleted | Word::Conflict if shipped => (Word::Conflict, Take::New),
        Word::Unproven if shipped => (word, Take::New),
        Word::Same | Word::KeepSite if row.is_moved() => (Word::RewriteRoot, take),
        _ => (word, take),
    }
}
