//! Whatever parses prints back, and an edit reads back as the new value and leaves the other entries alone: for each dialect
//! whose lines end in LF or CRLF.

use documents::{
    Aliases, Document, Key, Mmp, OptionValues, ParseError, Sectioned, SslPassword, WholeLines, apply, mmp, whole_lines,
};

pub(crate) fn option_values(data: &[u8]) {
    check(OptionValues::parse, None, data);
}

pub(crate) fn sectioned(data: &[u8]) {
    check(Sectioned::parse, None, data);
    check(Sectioned::parse, Some("SERVICE=SMTP"), data);
}

pub(crate) fn mmp(data: &[u8]) {
    check(Mmp::parse, Some("default"), data);
    check(|bytes| Mmp::parse_as(mmp::Flavour::Certmap, bytes), Some("default"), data);
}

pub(crate) fn aliases(data: &[u8]) {
    check(Aliases::parse, None, data);
}

pub(crate) fn sslpassword(data: &[u8]) {
    check(SslPassword::parse, None, data);
}

pub(crate) fn whole_lines(data: &[u8]) {
    check(WholeLines::parse, None, data);
    check(|bytes| WholeLines::parse_as(whole_lines::Flavour::Conversions, bytes), None, data);
}

fn check<D: Document>(parse: fn(Vec<u8>) -> Result<D, ParseError>, section: Option<&str>, data: &[u8]) {
    let Ok(document) = parse(data.to_vec()) else { return };
    assert_eq!(document.to_bytes(), data);
    // A new key, and the first one that is there, which takes the beginning of the data.
    let new = Key { section: section.map(|name| name.to_owned().into()), ..Key::new("new.key") };
    let first = document.entries().first().map(|entry| entry.key.clone());
    let value = data.get(..data.len().min(20)).unwrap_or_default();
    for key in first.iter().chain([&new]) {
        for value in [value, &key.name] {
            let Ok(edits) = document.set(key, value) else { continue };
            let after =
                parse(apply(data, &edits).expect("edits fit their document")).expect("an edited document is one");
            let now = after.effective(key).and_then(|entry| entry.value.clone());
            assert_eq!(now.as_deref(), Some(value));
            let others = |document: &D| -> Vec<_> {
                let entries = document.entries().iter().filter(|entry| entry.key != *key);
                entries.map(|entry| (entry.key.clone(), entry.value.clone(), entry.state)).collect()
            };
            assert_eq!(others(&document), others(&after));
        }
    }
}
