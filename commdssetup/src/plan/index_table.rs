//! The published table of indexes (Communications Suite 5 Installation Guide, Attribute Indexes), for the products of the suite.
//!
//! Left out is what the guides only advise to add by hand, and what belongs to later or other products. The table prints
//! `icsCalenarOwned`, which is no attribute; it stands here as `icsCalendarOwned`.

use super::suffixes::Purpose;
use crate::choices::SchemaType;

/// For which layouts a row is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum For {
    /// All.
    Any,
    /// Those with Schema 2 entries: 1.5 and 2.
    Schema2,
    /// Those with a domain component tree: 1 and 1.5.
    DomainTree,
}

impl For {
    pub(super) fn includes(self, schema: SchemaType) -> bool {
        match self {
            Self::Any => true,
            Self::Schema2 => schema != SchemaType::One,
            Self::DomainTree => schema.has_dc_tree(),
        }
    }
}

/// A row: suffix, layouts, attribute, types.
pub(super) type Row = (Purpose, For, &'static str, &'static [&'static str]);

const PRES_EQ: &[&str] = &["pres", "eq"];
const ALL: &[&str] = &["pres", "eq", "approx", "sub"];

/// The table, in the order of the guide.
pub(super) const TABLE: [Row; 21] = [
    (Purpose::Users, For::Any, "mail", ALL),
    (Purpose::Users, For::Any, "mailAlternateAddress", ALL),
    (Purpose::Users, For::Any, "mailEquivalentAddress", ALL),
    (Purpose::Users, For::Any, "member", &["eq"]),
    (Purpose::Users, For::Any, "cosspecifier", &["pres"]),
    (Purpose::Users, For::Schema2, "inetDomainBaseDN", PRES_EQ),
    (Purpose::Users, For::Schema2, "sunPreferredDomain", PRES_EQ),
    (Purpose::Users, For::Schema2, "associatedDomain", PRES_EQ),
    (Purpose::Users, For::Schema2, "o", PRES_EQ),
    (Purpose::Users, For::Schema2, "sunOrganizationAlias", PRES_EQ),
    (Purpose::DomainTree, For::DomainTree, "inetDomainBaseDN", PRES_EQ),
    (Purpose::DomainTree, For::DomainTree, "inetCanonicalDomainName", PRES_EQ),
    (Purpose::OldAddressBooks, For::Any, "memberOfManagedGroup", PRES_EQ),
    (Purpose::OldAddressBooks, For::Any, "memberOfPAB", PRES_EQ),
    (Purpose::OldAddressBooks, For::Any, "memberOfPABGroup", PRES_EQ),
    (Purpose::OldAddressBooks, For::Any, "un", &["eq"]),
    (Purpose::Users, For::Any, "icsCalendar", ALL),
    (Purpose::Users, For::Any, "icsCalendarOwned", ALL),
    (Purpose::AddressBooks, For::Any, "displayname", &["pres", "eq", "sub"]),
    (Purpose::AddressBooks, For::Any, "MemberOfPiBook", &["eq"]),
    (Purpose::AddressBooks, For::Any, "MemberofPiGroup", &["eq"]),
];
