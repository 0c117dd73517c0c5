//! Names that the vendor defined under several identifiers: it changed the identifier when it changed a class.
//!
//! A directory holds one of them, and any of them is the vendor's. The built-in files hold the newest. Identifiers of words
//! (`NAME-oid`, which documents write `oid-NAME`) need no list: they name their element.

/// Older identifiers of attribute types, the oldest first (`reference/commdssetup.md` sections 2A and 3.1).
const ATTRIBUTES: [(&str, &[&str]); 4] = [
    ("icsDWPHost", &["2.16.840.1.113730.3.1.2029"]),
    ("icsDomainNames", &["2.16.840.1.113730.3.1.2031"]),
    ("icsPartition", &["2.16.840.1.113730.3.1.2033"]),
    ("icsRegularExpressions", &["2.16.840.1.113730.3.1.2032"]),
];

/// Older identifiers of object classes, the oldest first (`reference/commdssetup.md` sections 2A and 3.1).
const CLASSES: [(&str, &[&str]); 6] = [
    ("icsCalendarDomain", &["2.16.840.1.113730.3.2.144", "1.3.6.1.4.1.42.2.27.9.2.4"]),
    ("icsCalendarGroup", &["1.3.6.1.4.1.42.2.27.9.2.5"]),
    ("icsCalendarResource", &["2.16.840.1.113730.3.2.143", "1.3.6.1.4.1.42.2.27.9.2.45"]),
    ("icsCalendarUser", &["2.16.840.1.113730.3.2.141", "1.3.6.1.4.1.42.2.27.9.2.44"]),
    ("inetDomainAuthInfo", &["2.16.840.1.113730.3.2.133"]),
    ("inetMailGroup", &["1.3.6.1.4.1.42.2.27.2.2.2"]),
];

/// Returns the older identifiers of an attribute type.
#[must_use]
pub fn older_of_attribute(name: &str) -> &'static [&'static str] {
    older(&ATTRIBUTES, name)
}

/// Returns the older identifiers of an object class.
#[must_use]
pub fn older_of_class(name: &str) -> &'static [&'static str] {
    older(&CLASSES, name)
}

fn older(table: &[(&str, &'static [&'static str])], name: &str) -> &'static [&'static str] {
    table.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or(&[], |(_, older)| older)
}

/// Returns an identifier as servers keep it: 389 DS keeps `oid-NAME` as `NAME-oid`, which is the same to it.
pub(crate) fn as_servers_keep_it(oid: String) -> String {
    match oid.split_at_checked(4) {
        Some((head, name)) if head.eq_ignore_ascii_case("oid-") && !name.is_empty() => format!("{name}-oid"),
        _ => oid,
    }
}
