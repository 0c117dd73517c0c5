//! What tools ask of any dialect: a root, or a host's name, that moves and moves back leaves every entry as it was, and any three versions merge or
//! are refused with a reason. The first byte chooses the dialect; the rest is cut at its first two bytes 0xff for the merge.

use documents::dialect::Versions;
use documents::merge::{Base, RootMove, Rules};
use documents::{Dialect, NameMove, SpanEdit, apply};

const OLD: &[u8] = b"/opt/OLD";
const NEW: &[u8] = b"/new/place";
const OLD_NAME: &str = "host.old";
const NEW_NAME: &str = "mail.new.example";

pub(crate) fn run(data: &[u8]) {
    let (first, rest) = data.split_first().unwrap_or((&0, &[]));
    let names: Vec<_> = Dialect::names().collect();
    let name = names.get(usize::from(*first) % names.len()).expect("there are dialects");
    let dialect = Dialect::named(name).expect("a name is one of a dialect");
    roots(dialect, rest);
    host_names(dialect, rest);
    let mut parts = rest.splitn(3, |byte| *byte == 0xff);
    let [base, site, new] = [(); 3].map(|()| parts.next());
    let rules = Rules { roots: vec![RootMove { from: OLD.into(), to: NEW.into() }], ..Rules::default() };
    for base in [Base::Known(base), Base::Unknown] {
        let Ok(merged) = dialect.merge(&Versions { base, site, new }, &rules) else { continue };
        let carried = apply(site.unwrap_or_default(), &merged.merge.edits).expect("edits fit the site's file");
        assert_eq!(merged.bytes().unwrap_or_default(), carried);
    }
}

fn roots(dialect: Dialect, before: &[u8]) {
    let step = |from: &[u8], to: &[u8]| [RootMove { from: from.into(), to: to.into() }];
    let rewrite = |bytes: &[u8], moves: &[RootMove]| dialect.rewrite_roots(bytes, moves).ok();
    let occurs = |text: &[u8]| text.windows(NEW.len()).any(|part| part == NEW);
    moves_back(
        dialect,
        before,
        occurs,
        |bytes| rewrite(bytes, &step(OLD, NEW)),
        |bytes| rewrite(bytes, &step(NEW, OLD)),
        |text| text,
    );
}

/// The case of a name is not kept, and does not count.
fn host_names(dialect: Dialect, before: &[u8]) {
    let step = |from, to| [NameMove::new(from, to)];
    let rewrite = |bytes: &[u8], moves: &[NameMove]| dialect.rewrite_names(bytes, moves).ok();
    let occurs = |text: &[u8]| text.windows(3).any(|part| part.eq_ignore_ascii_case(b"new"));
    let there = |bytes: &[u8]| {
        let edits = rewrite(bytes, &step(OLD_NAME, NEW_NAME))?;
        let after = apply(bytes, &edits).expect("edits fit their file");
        let left = dialect.find_names(&after, OLD_NAME).expect("a file whose names moved is one");
        assert_eq!(left, []);
        Some(edits)
    };
    moves_back(
        dialect,
        before,
        occurs,
        there,
        |bytes| rewrite(bytes, &step(NEW_NAME, OLD_NAME)),
        |text| text.to_ascii_lowercase(),
    );
}

fn moves_back(
    dialect: Dialect,
    before: &[u8],
    is_new: impl Fn(&[u8]) -> bool,
    there: impl Fn(&[u8]) -> Option<Vec<SpanEdit>>,
    back: impl Fn(&[u8]) -> Option<Vec<SpanEdit>>,
    compared: fn(Vec<u8>) -> Vec<u8>,
) {
    let entries = |bytes: &[u8]| {
        let listed = dialect.entries(bytes.to_vec()).ok()?;
        let says = |listed: documents::dialect::Listed| {
            let section = listed.entry.key.section.map(|section| section.to_vec());
            let name = compared(listed.entry.key.name.to_vec());
            (section, name, listed.entry.value.map(|value| compared(value.to_vec())), listed.entry.state)
        };
        Some(listed.into_iter().map(says).collect::<Vec<_>>())
    };
    let Some(were) = entries(before) else { return };
    if were.iter().any(|(_, key, value, _)| is_new(key) || value.as_ref().is_some_and(|value| is_new(value))) {
        return;
    }
    let Some(edits) = there(before) else { return };
    let moved = apply(before, &edits).expect("edits fit their file");
    let now = entries(&moved).expect("a file in which something moved is one");
    assert_eq!(now.len(), were.len());
    let Some(edits) = back(&moved) else { return };
    let returned = apply(&moved, &edits).expect("edits fit their file");
    assert_eq!(entries(&returned), Some(were));
}
