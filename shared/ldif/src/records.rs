//! Reads records: entries and changes, also mixed in one file.

use std::io::BufRead;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::reader::{LARGEST_ENTRY, LdifError, Lines, split, syntax};
use crate::record::{Action, Control, Modification, ModificationKind, OldRdn, Record};
use crate::{Attribute, Dn, Rdn};

/// Returns the records of a file, in their order. After an error there are none.
///
/// Values that are elsewhere (`:<`) are errors: no file that a record names is ever opened.
pub fn records(file: impl BufRead) -> impl Iterator<Item = Result<Record, LdifError>> {
    let mut reader = Some((Lines::new(file), true));
    std::iter::from_fn(move || {
        let (lines, is_first) = reader.as_mut()?;
        let next = block(lines, is_first).and_then(|block| block.map(record).transpose()).transpose();
        if !matches!(next, Some(Ok(_))) {
            reader = None;
        }
        next
    })
}

/// A logical line of a file: `name: value` with its continuations joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The line on which it begins, counted from 1.
    pub line: u64,
    /// What stands before the colon.
    pub name: String,
    /// The value.
    pub value: Vec<u8>,
}

/// Returns the logical lines of a file, wherever records begin and end: for files that are not quite in the form, such as schema
/// files, and to say in which line a value is wrong. Comments, blank lines and `-` are left out. After an error there are none.
pub fn pairs(file: impl BufRead) -> impl Iterator<Item = Result<Pair, LdifError>> {
    let mut lines = Some(Lines::new(file));
    std::iter::from_fn(move || {
        let next = loop {
            match lines.as_mut()?.unfolded() {
                Ok(Some(line)) if line.bytes.is_empty() || line.bytes.trim_ascii_end() == b"-" => {}
                Ok(Some(line)) => {
                    break Some(split(&line).map(|(name, value)| Pair { line: line.number, name, value }));
                }
                Ok(None) => break None,
                Err(error) => break Some(Err(error)),
            }
        };
        if !matches!(next, Some(Ok(_))) {
            lines = None;
        }
        next
    })
}

/// A line of a record.
enum RecordLine {
    /// `-`
    Separator,
    Pair(String, Vec<u8>),
}

struct Block {
    line: u64,
    dn: Dn,
    parts: std::vec::IntoIter<(u64, RecordLine)>,
    last: u64,
}

fn block<R: BufRead>(lines: &mut Lines<R>, is_first: &mut bool) -> Result<Option<Block>, LdifError> {
    let mut head: Option<(u64, Dn)> = None;
    let mut parts = Vec::new();
    let mut size = 0_usize;
    let mut last = 0;
    while let Some(line) = lines.unfolded()? {
        if line.bytes.is_empty() {
            if head.is_some() {
                break;
            }
            continue;
        }
        size = size.saturating_add(line.bytes.len()).saturating_add(1);
        if size > LARGEST_ENTRY {
            return Err(syntax(line.number, "the record is too large"));
        }
        last = line.number;
        if line.bytes.trim_ascii_end() == b"-" && head.is_some() {
            parts.push((line.number, RecordLine::Separator));
            continue;
        }
        let (name, value) = split(&line)?;
        if std::mem::take(is_first) && name.eq_ignore_ascii_case("version") {
            if value.trim_ascii() != b"1" {
                return Err(syntax(line.number, "only version 1 is known"));
            }
            continue;
        }
        let is_name = name.eq_ignore_ascii_case("dn");
        match head {
            None if is_name => head = Some((line.number, dn(line.number, value)?)),
            None => return Err(syntax(line.number, "a record begins with `dn:`")),
            Some(_) if is_name => return Err(syntax(line.number, "there is no blank line before this record")),
            Some(_) => parts.push((line.number, RecordLine::Pair(name, value))),
        }
    }
    Ok(head.map(|(line, dn)| Block { line, dn, parts: parts.into_iter(), last }))
}

fn dn(line: u64, value: Vec<u8>) -> Result<Dn, LdifError> {
    Dn::parse(&text(line, value)?).map_err(|error| syntax(line, &error.to_string()))
}

fn text(line: u64, value: Vec<u8>) -> Result<String, LdifError> {
    String::from_utf8(value).map_err(|_| syntax(line, "the value is not UTF-8"))
}

fn record(mut block: Block) -> Result<Record, LdifError> {
    let mut controls = Vec::new();
    let mut first = block.parts.next();
    while let Some((line, RecordLine::Pair(name, value))) = &first
        && name.eq_ignore_ascii_case("control")
    {
        controls.push(control(*line, value)?);
        first = block.parts.next();
    }
    let action = match first {
        Some((line, RecordLine::Pair(name, value))) if name.eq_ignore_ascii_case("changetype") => {
            let kind = text(line, value)?.trim().to_ascii_lowercase();
            match kind.as_str() {
                "add" => Action::Add(attributes(None, block.parts)?),
                "delete" => match block.parts.next() {
                    None => Action::Delete,
                    Some((line, _)) => return Err(syntax(line, "nothing follows `changetype: delete`")),
                },
                "modify" => Action::Modify(modifications(block.parts)?),
                "modrdn" | "moddn" => rename(block.last, block.parts)?,
                _ => return Err(syntax(line, "this `changetype` is not known")),
            }
        }
        _ if !controls.is_empty() => return Err(syntax(block.line, "controls need a `changetype`")),
        first => Action::Entry(attributes(first, block.parts)?),
    };
    Ok(Record { dn: block.dn, controls, action, line: block.line })
}

fn attributes(
    first: Option<(u64, RecordLine)>,
    rest: impl Iterator<Item = (u64, RecordLine)>,
) -> Result<Vec<Attribute>, LdifError> {
    let parts = first.into_iter().chain(rest);
    let attribute = |(line, part)| match part {
        RecordLine::Separator => Err(syntax(line, "`-` is allowed only in a modification")),
        RecordLine::Pair(name, _)
            if name.eq_ignore_ascii_case("changetype") || name.eq_ignore_ascii_case("control") =>
        {
            Err(syntax(line, &format!("`{name}:` is expected before the values")))
        }
        RecordLine::Pair(name, value) => Ok(Attribute { name, value }),
    };
    parts.map(attribute).collect()
}

fn modifications(parts: impl Iterator<Item = (u64, RecordLine)>) -> Result<Vec<Modification>, LdifError> {
    let mut done = Vec::new();
    let mut current: Option<Modification> = None;
    for (line, part) in parts {
        match (part, &mut current) {
            (RecordLine::Separator, Some(_)) => done.extend(current.take()),
            // Some writers put a separator too much.
            (RecordLine::Separator, None) => {}
            (RecordLine::Pair(name, value), Some(modification)) => {
                if !name.eq_ignore_ascii_case(&modification.attribute) {
                    let wanted = &modification.attribute;
                    return Err(syntax(line, &format!("a value of `{wanted}` or `-` is expected here")));
                }
                modification.values.push(value);
            }
            (RecordLine::Pair(name, value), None) => {
                let kind = match name.to_ascii_lowercase().as_str() {
                    "add" => ModificationKind::Add,
                    "delete" => ModificationKind::Delete,
                    "replace" => ModificationKind::Replace,
                    _ => return Err(syntax(line, "`add:`, `delete:` or `replace:` is expected here")),
                };
                let attribute = text(line, value)?.trim().to_owned();
                if !is_description(&attribute) {
                    return Err(syntax(line, "the name after `add:`, `delete:` or `replace:` is not an attribute"));
                }
                current = Some(Modification { kind, attribute, values: Vec::new() });
            }
        }
    }
    // The last separator may be missing in vendors' files.
    done.extend(current);
    Ok(done)
}

fn rename(last: u64, parts: impl Iterator<Item = (u64, RecordLine)>) -> Result<Action, LdifError> {
    let (mut new_rdn, mut old_rdn, mut new_superior) = (None, None, None);
    for (line, part) in parts {
        let RecordLine::Pair(name, value) = part else {
            return Err(syntax(line, "`-` is allowed only in a modification"));
        };
        let is_again = match name.to_ascii_lowercase().as_str() {
            "newrdn" => {
                let rdn = text(line, value)?;
                Rdn::parse(&rdn).map_err(|error| syntax(line, &error.to_string()))?;
                new_rdn.replace(rdn).is_some()
            }
            "deleteoldrdn" => {
                let word = match value.trim_ascii() {
                    b"0" => OldRdn::Keep,
                    b"1" => OldRdn::Delete,
                    _ => return Err(syntax(line, "`deleteoldrdn` is 0 or 1")),
                };
                old_rdn.replace(word).is_some()
            }
            "newsuperior" => new_superior.replace(dn(line, value)?).is_some(),
            _ => return Err(syntax(line, "`newrdn`, `deleteoldrdn` or `newsuperior` is expected here")),
        };
        if is_again {
            return Err(syntax(line, &format!("`{name}` is there twice")));
        }
    }
    match (new_rdn, old_rdn) {
        (Some(new_rdn), Some(old_rdn)) => Ok(Action::Rename { new_rdn, old_rdn, new_superior }),
        _ => Err(syntax(last, "a renamed entry needs `newrdn` and `deleteoldrdn`")),
    }
}

fn control(line: u64, value: &[u8]) -> Result<Control, LdifError> {
    let colon = value.iter().position(|byte| *byte == b':').unwrap_or(value.len());
    let (head, rest) = value.split_at(colon);
    let mut words = head.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    let oid = words.next().filter(|oid| oid.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.'));
    let critical = match words.next() {
        None => Some(false),
        Some(word) if word.eq_ignore_ascii_case(b"true") => Some(true),
        Some(word) if word.eq_ignore_ascii_case(b"false") => Some(false),
        Some(_) => None,
    };
    let (Some(oid), Some(critical), None) = (oid, critical, words.next()) else {
        return Err(syntax(line, "the control is wrong"));
    };
    let value = match rest {
        [] => None,
        [b':', b':', value @ ..] => {
            Some(STANDARD.decode(value.trim_ascii()).map_err(|_| syntax(line, "the value is not base64"))?)
        }
        [b':', b'<', ..] => return Err(syntax(line, "the value is in another file, which is not read")),
        [_, value @ ..] => {
            let blanks = value.iter().take_while(|byte| **byte == b' ').count();
            Some(value.get(blanks..).unwrap_or_default().to_vec())
        }
    };
    Ok(Control { oid: String::from_utf8_lossy(oid).into_owned(), critical, value })
}

fn is_description(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.;_".contains(&byte))
}
