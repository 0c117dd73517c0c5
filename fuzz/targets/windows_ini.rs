//! Whatever parses as an ini file prints back, and an edit reads back as the new value and leaves the other entries alone.

use documents::{Document, Key, WindowsIni, apply};

pub(crate) fn run(data: &[u8]) {
    let Ok(document) = WindowsIni::parse(data.to_vec()) else { return };
    assert_eq!(document.to_bytes(), data);
    let value = data.get(..data.len().min(20)).unwrap_or_default();
    let section = document.entries().first().and_then(|entry| entry.key.section.clone());
    let key = Key { section, ..Key::new("NewKey") };
    let Ok(edits) = document.set(&key, value) else { return };
    let edited = apply(data, &edits).expect("edits fit their document");
    let after = WindowsIni::parse(edited).expect("an edited document is one");
    let now = after.effective(&key).and_then(|entry| entry.value.clone());
    assert_eq!(now.as_deref(), Some(value));
    let others = |document: &WindowsIni| -> Vec<_> {
        let entries = document.entries().iter().filter(|entry| !entry.key.name.eq_ignore_ascii_case(b"NewKey"));
        entries.map(|entry| (entry.key.clone(), entry.value.clone(), entry.state)).collect()
    };
    assert_eq!(others(&document), others(&after));
}
