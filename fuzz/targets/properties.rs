//! Whatever parses as a properties file prints back, and an edit reads back as the new value and leaves the other entries
//! alone.

use documents::properties::{DisabledKeys, utf16};
use documents::{Document, Key, Properties, State, apply};

pub(crate) fn run(data: &[u8]) {
    for disabled in [DisabledKeys::Ignored, DisabledKeys::Listed] {
        let Ok(document) = Properties::parse_with(data.to_vec(), disabled) else { continue };
        assert_eq!(document.to_bytes(), data);
        let value = data.get(..data.len().min(20)).unwrap_or_default();
        let first = document.entries().first().map(|entry| entry.key.clone());
        for key in [Some(Key::new("jdapi-new")), first].into_iter().flatten() {
            let Ok(edits) = document.set(&key, value) else { continue };
            assert!(utf16::decode(value).is_some());
            let edited = apply(data, &edits).expect("edits fit their document");
            let after = Properties::parse_with(edited, disabled).expect("an edited document is one");
            let now = after.effective(&key).and_then(|entry| entry.value.clone());
            assert_eq!(now.as_deref(), Some(value));
            let others = |document: &Properties| -> Vec<_> {
                let entries =
                    document.entries().iter().filter(|entry| entry.key != key && entry.state == State::Active);
                entries.map(|entry| (entry.key.clone(), entry.value.clone())).collect()
            };
            assert_eq!(others(&document), others(&after));
        }
    }
}
