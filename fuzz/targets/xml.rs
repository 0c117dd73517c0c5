//! Whatever parses as XML prints back, and every value that is set reads back and leaves the other values alone.

use documents::{AddressBooks, Document, Xml, apply};

pub(crate) fn run(data: &[u8]) {
    books(data);
    let Ok(xml) = Xml::parse(data.to_vec()) else { return };
    assert_eq!(xml.to_bytes(), data);
    let value = "<&>\"']]>\r\n\t\u{e9}";
    for element in xml.elements().take(8) {
        let edit = xml.set_attribute(element, "fuzz", value).expect("XML has these characters");
        let after = Xml::parse(apply(data, &[edit]).expect("an edit fits")).expect("a spliced file is XML");
        assert_eq!(after.attribute(element, "fuzz").as_deref(), Some(value));
        let Ok(edit) = xml.set_text(element, value) else { continue };
        let after = Xml::parse(apply(data, &[edit]).expect("an edit fits")).expect("a spliced file is XML");
        assert_eq!(after.text(element), value);
        let others = |xml: &Xml| -> Vec<_> { xml.elements().filter(|e| *e != element).map(|e| xml.name(e)).collect() };
        assert_eq!(others(&xml), others(&after));
    }
}

fn books(data: &[u8]) {
    let Ok(document) = AddressBooks::parse(data.to_vec()) else { return };
    assert_eq!(document.to_bytes(), data);
    for (at, entry) in document.entries().iter().enumerate().take(8) {
        let edit = document.respell(entry, b"a & b").expect("XML has these characters");
        let after = AddressBooks::parse(apply(data, &[edit]).expect("an edit fits")).expect("an edited file is one");
        assert_eq!(after.entries().len(), document.entries().len());
        for (index, (now, before)) in after.entries().iter().zip(document.entries()).enumerate() {
            let expected = if index == at { Some(&b"a & b"[..]) } else { before.value.as_deref() };
            assert_eq!((&now.key, now.value.as_deref()), (&before.key, expected));
        }
    }
}
