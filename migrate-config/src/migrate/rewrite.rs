//! What changes in a file: roots at path boundaries and, in a copy for another host, host names and addresses.

use documents::dialect::ChangeError;
use documents::merge::RootMove;
use documents::names::NameMove;
use documents::roots;
use documents::{Dialect, SpanEdit, apply};
use serde::{Deserialize, Serialize};
use upgrade_engine::fs::RootPath;

/// What is replaced by what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moves {
    /// Roots. The longest one that fits counts.
    pub roots: Vec<(RootPath, RootPath)>,
    /// Host names and addresses, in a copy for another host.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<(String, String)>,
}

/// New content of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// These edits, which hold nothing but bytes of the new roots.
    Edits(Vec<SpanEdit>),
    /// A value is spelled anew: what is spelled may be a secret, so it is made again when it is needed.
    Anew,
}

impl Moves {
    /// Returns the moves as documents take them.
    pub fn root_moves(&self) -> Vec<RootMove> {
        let step =
            |(from, to): &(RootPath, RootPath)| RootMove { from: from.as_bytes().to_vec(), to: to.as_bytes().to_vec() };
        self.roots.iter().map(step).collect()
    }

    /// Returns what a file is searched for: without any of these no root in it moves.
    pub fn needles(&self) -> impl Iterator<Item = &[u8]> {
        self.roots.iter().map(|(from, _)| from.as_bytes())
    }

    /// Returns the bytes after the moves, and how they come about; nothing where no byte changes.
    ///
    /// # Errors
    /// When the bytes are no file of the dialect, or it cannot spell a value.
    pub fn rewritten(&self, dialect: Dialect, bytes: &[u8]) -> Result<Option<(Vec<u8>, Change)>, ChangeError> {
        let moves = self.root_moves();
        let edits = dialect.rewrite_roots(bytes, &moves)?;
        let mut after = applied(bytes, &edits)?;
        let mut change = only_roots(bytes, &edits, &moves).map_or(Change::Anew, Change::Edits);
        let names: Vec<NameMove> = self.names.iter().map(|(from, to)| NameMove::new(from, to)).collect();
        let renamed = if names.is_empty() { Vec::new() } else { dialect.rewrite_names(&after, &names)? };
        if !renamed.is_empty() {
            after = applied(&after, &renamed)?;
            change = Change::Anew;
        }
        Ok((after != bytes).then_some((after, change)))
    }
}

fn applied(bytes: &[u8], edits: &[SpanEdit]) -> Result<Vec<u8>, ChangeError> {
    let overlapping = |_| documents::ParseError { line: 1, column: 1, reason: "its values overlap" };
    Ok(apply(bytes, edits).map_err(overlapping)?)
}

/// Returns edits that insert new roots and nothing else, with the same result; nothing where there are none.
fn only_roots(bytes: &[u8], edits: &[SpanEdit], moves: &[RootMove]) -> Option<Vec<SpanEdit>> {
    let mut trimmed = Vec::new();
    for edit in edits {
        let start = usize::try_from(edit.offset).ok()?;
        let removed = bytes.get(start..start.checked_add(usize::try_from(edit.remove).ok()?)?)?;
        let inside = roots::edits(removed, moves);
        if apply(removed, &inside).ok()? != edit.insert {
            return None;
        }
        trimmed.extend(
            inside.into_iter().map(|inner| SpanEdit { offset: edit.offset.saturating_add(inner.offset), ..inner }),
        );
    }
    Some(trimmed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moves() -> Moves {
        let path = |path: &str| RootPath::new(path).unwrap();
        Moves { roots: vec![(path("/opt/SUNWmsgsr"), path("/opt/sun/comms/messaging"))], names: Vec::new() }
    }

    #[test]
    fn a_host_moves_after_the_roots_and_only_where_it_is_a_whole_name() {
        let moves = Moves { names: vec![("mail.siroe.com".into(), "new.siroe.com".into())], ..moves() };
        let text = b"a=/opt/SUNWmsgsr:mail.siroe.com\nb=mail.siroe.com.example xmail.siroe.com\n";
        let (after, change) = moves.rewritten(Dialect::OptionValues, text).unwrap().unwrap();
        assert_eq!(change, Change::Anew);
        let expected = "a=/opt/sun/comms/messaging:new.siroe.com\nb=mail.siroe.com.example xmail.siroe.com\n";
        assert_eq!(String::from_utf8(after).unwrap(), expected);
    }

    #[test]
    fn edits_hold_nothing_but_the_new_root() {
        let text = b"store.pw = secret/opt/SUNWmsgsr secret:/opt/SUNWmsgsr/x:secret:/opt/SUNWmsgsr\n";
        let (after, change) = moves().rewritten(Dialect::OptionValues, text).unwrap().unwrap();
        let Change::Edits(edits) = change else { panic!("{change:?}") };
        assert_eq!(edits.len(), 2);
        assert!(edits.iter().all(|edit| edit.insert == b"/opt/sun/comms/messaging"), "{edits:?}");
        assert_eq!(apply(text, &edits).unwrap(), after);
        let expected =
            "store.pw = secret/opt/SUNWmsgsr secret:/opt/sun/comms/messaging/x:secret:/opt/sun/comms/messaging\n";
        assert_eq!(String::from_utf8(after).unwrap(), expected);
    }

    #[test]
    fn a_root_that_is_spelled_over_two_lines_is_spelled_anew() {
        let text = b"X=secret,/opt/SUN\\\nWmsgsr/lib\n";
        let (after, change) = moves().rewritten(Dialect::OptionValues, text).unwrap().unwrap();
        assert_eq!(change, Change::Anew);
        assert!(after.windows(24).any(|window| window == b"/opt/sun/comms/messaging"));
    }

    #[test]
    fn look_alikes_and_comments_change_nothing() {
        let text = b"# /opt/SUNWmsgsr/lib\nX=/opt/SUNWmsgsr2 /var/opt/SUNWmsgsr /opt/SUNWmsgsrX/y\n";
        assert_eq!(moves().rewritten(Dialect::OptionValues, text).unwrap(), None);
    }
}
