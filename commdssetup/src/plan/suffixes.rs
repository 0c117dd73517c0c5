//! Suffixes: databases, mapping tree nodes and root entries.

use ldif::Dn;

use crate::choices::{Choices, Holds};

/// What a suffix is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Users,
    DomainTree,
    /// Personal address books of Schema 1 (`o=pab`).
    OldAddressBooks,
    /// Address books of Communications Express (`o=PiServerDb`).
    AddressBooks,
}

/// A suffix that the choices ask for.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) dn: Dn,
    pub(super) purpose: Purpose,
}

/// Returns the suffixes that the choices ask for.
pub(super) fn wanted(choices: &Choices) -> Vec<Wanted> {
    if choices.holds == Holds::ConfigurationOnly {
        return Vec::new();
    }
    let own = |text: &str, purpose| Dn::parse(text).ok().map(|dn| Wanted { dn, purpose });
    let mut wanted = vec![Wanted { dn: choices.user_suffix.clone(), purpose: Purpose::Users }];
    if choices.schema_type.has_dc_tree() {
        wanted.push(Wanted { dn: choices.dc_suffix.clone(), purpose: Purpose::DomainTree });
        wanted.extend(own("o=pab", Purpose::OldAddressBooks));
    }
    wanted.extend(own("o=PiServerDb", Purpose::AddressBooks));
    wanted
}
