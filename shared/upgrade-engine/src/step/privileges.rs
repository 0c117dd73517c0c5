//! What a program gets from its file besides its bytes: set-user-id, set-group-id, capabilities.
//!
//! They belong to the bytes that their owner gave them to. A copy takes them over only where no other account can have chosen the
//! bytes, or the name that they are copied from.

use super::Attributes;
use crate::fs::Stat;

const SET_USER_ID: u32 = 0o4000;
const SET_GROUP_ID: u32 = 0o2000;
const CAPABILITIES: &str = "security.capability";
const WRITABLE_FOR_OTHERS: u32 = 0o022;

impl Attributes {
    /// Takes set-user-id, set-group-id and capabilities off those of a file; returns what was taken off, in words.
    pub fn drop_privileges(&mut self) -> Option<String> {
        let mut dropped = Vec::new();
        for (bit, name) in [(SET_USER_ID, "set-user-id"), (SET_GROUP_ID, "set-group-id")] {
            if self.mode & bit != 0 {
                self.mode &= !bit;
                dropped.push(name);
            }
        }
        if self.extended.iter().any(|(name, _)| name == CAPABILITIES) {
            self.extended.retain(|(name, _)| name != CAPABILITIES);
            dropped.push("capabilities");
        }
        if dropped.is_empty() { None } else { Some(dropped.join(", ")) }
    }

    /// As [`Attributes::drop_privileges`], unless the file and the directory that holds it are root's and nobody else can write there.
    pub fn drop_privileges_unless_roots(&mut self, holds_it: &Stat) -> Option<String> {
        // An access list cannot give more than the bits of the group show.
        let is_roots = self.uid == 0 && holds_it.uid == 0 && holds_it.mode & WRITABLE_FOR_OTHERS == 0;
        if is_roots { None } else { self.drop_privileges() }
    }
}

/// Returns the sentence for what a copy of a file in a configuration does not take over.
pub(crate) fn not_taken_over(path: &str, dropped: &str) -> String {
    format!("{path}: {dropped} not taken over: the file or its directory is not root's alone")
}
