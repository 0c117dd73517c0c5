//! What attribute types and object classes have in common.

use ldif::schema::{AttributeType, ObjectClass, is_numeric_oid};

use crate::schema_files::Element;
use crate::schema_files::identifiers::as_servers_keep_it;

/// An element with an identifier and names.
pub(super) trait Named {
    fn oid(&self) -> &str;
    fn name(&self) -> &str;
    fn names(&self) -> &[String];
    fn text(&self) -> String;

    /// Returns whether it is called so; case does not count.
    fn is_named(&self, name: &str) -> bool {
        self.names().iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}

macro_rules! named {
    ($kind:ty) => {
        impl Named for $kind {
            fn oid(&self) -> &str {
                &self.oid
            }
            fn name(&self) -> &str {
                Self::name(self)
            }
            fn names(&self) -> &[String] {
                &self.names
            }
            fn text(&self) -> String {
                self.to_string()
            }
        }
    };
}

named!(AttributeType);
named!(ObjectClass);

/// Returns whether an identifier, under which a server has a definition of this name, is one that the vendor gave to it. An
/// identifier of words is: it says no more than the name. Where ours is of words, any number is.
pub(super) fn is_of_vendor<T: Named>(element: &Element<T>, oid: &str) -> bool {
    let ours = element.definition.oid();
    !is_numeric_oid(oid) || !is_numeric_oid(ours) || ours == oid || is_older(element, oid)
}

/// Returns whether an identifier is another one of the vendor for this name.
pub(super) fn is_older<T>(element: &Element<T>, oid: &str) -> bool {
    element.other_oids.iter().any(|other| other == oid)
}

/// Returns whether two identifiers are the same: case does not count, and `oid-NAME` is `NAME-oid`.
pub(super) fn is_same_oid(one: &str, other: &str) -> bool {
    as_servers_keep_it(one.to_owned()).eq_ignore_ascii_case(&as_servers_keep_it(other.to_owned()))
}
