//! Whatever parses as an ini file prints back, in every code page and in UTF-16; an edit reads back as the new value and leaves
//! the other entries alone.

use documents::windows_ini::CodePage;
use documents::{Document, Key, WindowsIni, apply};

pub(crate) fn run(data: &[u8]) {
    let utf16 = [b"\xff\xfe", data].concat();
    of(&utf16, CodePage::SINGLE_BYTE);
    for page in ["windows-1252", "windows-1251", "shift_jis"] {
        of(data, CodePage::named(page).expect("a code page of Windows"));
    }
    of(data, CodePage::SINGLE_BYTE);
}

fn of(data: &[u8], page: CodePage) {
    let Ok(document) = WindowsIni::parse_with(data.to_vec(), page) else { return };
    assert_eq!(document.to_bytes(), data);
    let value = data.get(..data.len().min(20)).unwrap_or_default();
    let section = document.entries().first().and_then(|entry| entry.key.section.clone());
    let key = Key { section, ..Key::new("NewKey") };
    let Ok(edits) = document.set(&key, value) else { return };
    let edited = apply(data, &edits).expect("edits fit their document");
    let after = WindowsIni::parse_with(edited, page).expect("an edited document is one");
    let now = after.effective(&key).and_then(|entry| entry.value.clone());
    assert_eq!(now.as_deref(), Some(value));
    let others = |document: &WindowsIni| -> Vec<_> {
        let entries = document.entries().iter().filter(|entry| !entry.key.name.eq_ignore_ascii_case(b"NewKey"));
        entries.map(|entry| (entry.key.clone(), entry.value.clone(), entry.state)).collect()
    };
    assert_eq!(others(&document), others(&after));
}
