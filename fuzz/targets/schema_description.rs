//! Whatever reads as a description prints to one that reads as the same element, and prints the same again.

use ldif::schema::{AttributeType, ObjectClass};

pub(crate) fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(mut first) = AttributeType::parse(text) {
        let again = AttributeType::parse(&first.to_string()).expect("what is printed can be read");
        first.extensions.retain(|extension| !extension.values.is_empty());
        assert_eq!(first, again);
        assert!(first.differences(&again).is_empty());
    }
    if let Ok(mut first) = ObjectClass::parse(text) {
        let again = ObjectClass::parse(&first.to_string()).expect("what is printed can be read");
        first.extensions.retain(|extension| !extension.values.is_empty());
        assert_eq!(first, again);
        assert!(first.differences(&again).is_empty());
    }
}
