//! What tools ask of any dialect: a root that moves and moves back leaves every entry as it was, and any three versions merge or
//! are refused with a reason. The first byte chooses the dialect; the rest is cut at its first two bytes 0xff for the merge.

use documents::dialect::Versions;
use documents::merge::{Base, RootMove, Rules};
use documents::{Dialect, State, apply};

const OLD: &[u8] = b"/opt/OLD";
const NEW: &[u8] = b"/new/place";

pub(crate) fn run(data: &[u8]) {
    let (first, rest) = data.split_first().unwrap_or((&0, &[]));
    let names: Vec<_> = Dialect::names().collect();
    let name = names.get(usize::from(*first) % names.len()).expect("there are dialects");
    let dialect = Dialect::named(name).expect("a name is one of a dialect");
    roots(dialect, rest);
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
    let occurs = |text: &[u8], root: &[u8]| text.windows(root.len()).any(|part| part == root);
    let step = |from: &[u8], to: &[u8]| [RootMove { from: from.into(), to: to.into() }];
    let entries = |bytes: &[u8]| {
        let listed = dialect.entries(bytes.to_vec()).ok()?;
        let says = |listed: documents::dialect::Listed| (listed.entry.key, listed.entry.value, listed.entry.state);
        Some(listed.into_iter().map(says).collect::<Vec<_>>())
    };
    let Some(were) = entries(before) else { return };
    let is_new = |(key, value, _): &(documents::Key, Option<documents::Bytes>, State)| {
        occurs(&key.name, NEW) || value.as_ref().is_some_and(|value| occurs(value, NEW))
    };
    if were.iter().any(is_new) {
        return;
    }
    let Ok(edits) = dialect.rewrite_roots(before, &step(OLD, NEW)) else { return };
    let there = apply(before, &edits).expect("edits fit their file");
    let now = entries(&there).expect("a file whose root moved is one");
    assert_eq!(now.len(), were.len());
    let Ok(edits) = dialect.rewrite_roots(&there, &step(NEW, OLD)) else { return };
    let back = apply(&there, &edits).expect("edits fit their file");
    assert_eq!(entries(&back), Some(were));
}
