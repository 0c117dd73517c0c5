//! Whatever parses as a file of the MTA prints back, and an edit reads back as the new value and leaves the other entries alone.

use documents::{Document, Key, apply};

pub(crate) fn run<D: Document>(section: &[u8], name: &str, prefix: &[u8], data: &[u8]) {
    let Ok(document) = D::parse(data.to_vec()) else { return };
    assert_eq!(document.to_bytes(), data);
    let key = Key { section: Some(section.to_vec().into()), ..Key::new(name) };
    let value = [prefix, data.get(..data.len().min(20)).unwrap_or_default()].concat();
    let others = |document: &D| -> Vec<_> {
        let entries = document.entries().iter().filter(|entry| entry.key != key);
        entries.map(|entry| (entry.key.clone(), entry.value.clone())).collect()
    };
    if let Ok(edits) = document.set(&key, &value) {
        let edited = apply(data, &edits).expect("edits fit their document");
        let after = D::parse(edited).expect("an edited document is one");
        let now = after.effective(&key).and_then(|entry| entry.value.clone());
        assert_eq!(now.as_deref(), Some(value.as_slice()));
        assert_eq!(others(&document), others(&after));
    }
    for entry in document.entries().iter().take(20) {
        let removed = apply(data, &[document.remove(entry)]).expect("a removal fits its document");
        let after = D::parse(removed).expect("without an entry it is a document");
        assert_eq!(after.entries().len() + 1, document.entries().len());
    }
}
