//! What attribute types and object classes have in common.

use ldif::schema::{AttributeType, ObjectClass};

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
