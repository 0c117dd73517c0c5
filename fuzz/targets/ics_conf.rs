//! Whatever parses as ics.conf prints back, and an edit reads back as the new value and leaves the other entries alone.

use documents::{Document, IcsConf, Key, apply};

pub(crate) fn run(data: &[u8]) {
    let Ok(document) = IcsConf::parse(data.to_vec()) else { return };
    assert_eq!(document.to_bytes(), data);
    let key = Key::new("caldb.berkeleydb.homedir.path");
    let value = data.get(..data.len().min(20)).unwrap_or_default();
    let Ok(edits) = document.set(&key, value) else { return };
    let edited = apply(data, &edits).expect("edits fit their document");
    let after = IcsConf::parse(edited).expect("an edited document is one");
    let now = after.effective(&key).and_then(|entry| entry.value.clone());
    assert_eq!(now.as_deref(), Some(value));
    let others = |document: &IcsConf| -> Vec<_> {
        let entries = document.entries().iter().filter(|entry| entry.key != key);
        entries.map(|entry| (entry.key.clone(), entry.value.clone(), entry.state)).collect()
    };
    assert_eq!(others(&document), others(&after));
}
