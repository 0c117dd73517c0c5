//! Reads the entries of an export one by one: version line, comments, folded lines, base64, LF or CRLF.

use std::io::{self, BufRead, Read};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::{Attribute, Dn, Entry};

/// Most bytes of one entry: more is no entry, and would be kept in memory.
pub(crate) const LARGEST_ENTRY: usize = 64 << 20;

/// Why a file is not what it should be. Values are left out: they may be passwords.
#[derive(Debug, thiserror::Error)]
pub enum LdifError {
    /// The text is wrong.
    #[error("line {line}: {reason}")]
    Syntax {
        /// Line, counted from 1.
        line: u64,
        /// What is wrong there.
        reason: String,
    },
    /// It cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Returns the entries of an export, in their order. After an error there are none.
///
/// Changes (`changetype:`) and values that are elsewhere (`:<`), which an export has not, are errors.
pub fn entries(file: impl BufRead) -> impl Iterator<Item = Result<Entry, LdifError>> {
    let mut reader = Some(Reader { lines: Lines::new(file), is_first: true });
    std::iter::from_fn(move || {
        let next = reader.as_mut()?.entry().transpose();
        if !matches!(next, Some(Ok(_))) {
            reader = None;
        }
        next
    })
}

struct Reader<R> {
    lines: Lines<R>,
    is_first: bool,
}

impl<R: BufRead> Reader<R> {
    fn entry(&mut self) -> Result<Option<Entry>, LdifError> {
        let mut entry: Option<Entry> = None;
        let mut size = 0_usize;
        while let Some(line) = self.lines.unfolded()? {
            if line.bytes.is_empty() {
                if entry.is_some() {
                    break;
                }
                continue;
            }
            let error = |reason: &str| syntax(line.number, reason);
            size = size.saturating_add(line.bytes.len());
            if size > LARGEST_ENTRY {
                return Err(error("the entry is too large"));
            }
            let (name, value) = split(&line)?;
            if std::mem::take(&mut self.is_first) && name.eq_ignore_ascii_case("version") {
                if value.trim_ascii() != b"1" {
                    return Err(error("only version 1 is known"));
                }
                continue;
            }
            let is_name = name.eq_ignore_ascii_case("dn");
            match &mut entry {
                None if is_name => {
                    let text = String::from_utf8(value).map_err(|_| error("the name is not UTF-8"))?;
                    let dn = Dn::parse(&text).map_err(|e| error(&e.to_string()))?;
                    entry = Some(Entry { dn, attributes: Vec::new(), line: line.number });
                }
                None => return Err(error("an entry begins with `dn:`")),
                Some(_) if is_name => return Err(error("there is no blank line before this entry")),
                Some(_) if name.eq_ignore_ascii_case("changetype") => {
                    return Err(error("this is a change, not an entry: an export of the directory is needed"));
                }
                Some(entry) => entry.attributes.push(Attribute { name, value }),
            }
        }
        Ok(entry)
    }
}

pub(crate) fn syntax(line: u64, reason: &str) -> LdifError {
    LdifError::Syntax { line, reason: reason.to_owned() }
}

/// A line without its end.
pub(crate) struct Line {
    pub(crate) number: u64,
    pub(crate) bytes: Vec<u8>,
}

pub(crate) struct Lines<R> {
    file: R,
    number: u64,
    /// The line that was read ahead, because it may continue the one before.
    ahead: Option<Line>,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(file: R) -> Self {
        Self { file, number: 0, ahead: None }
    }

    /// Returns the next line with its continuations joined; comments are left out.
    pub(crate) fn unfolded(&mut self) -> Result<Option<Line>, LdifError> {
        loop {
            let Some(mut line) = self.ahead.take().map_or_else(|| self.physical(), |line| Ok(Some(line)))? else {
                return Ok(None);
            };
            if line.bytes.starts_with(b" ") {
                return Err(syntax(
                    line.number,
                    "a line begins with a blank, but there is no line before it to continue",
                ));
            }
            while !line.bytes.is_empty()
                && let Some(next) = self.physical()?
            {
                let Some(rest) = next.bytes.strip_prefix(b" ") else {
                    self.ahead = Some(next);
                    break;
                };
                if line.bytes.len().saturating_add(rest.len()) > LARGEST_ENTRY {
                    return Err(syntax(next.number, "the value is too large"));
                }
                line.bytes.extend_from_slice(rest);
            }
            if !line.bytes.starts_with(b"#") {
                return Ok(Some(line));
            }
        }
    }

    fn physical(&mut self) -> Result<Option<Line>, LdifError> {
        let mut bytes = Vec::new();
        let limit = u64::try_from(LARGEST_ENTRY).unwrap_or(u64::MAX);
        if self.file.by_ref().take(limit).read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        self.number = self.number.saturating_add(1);
        match bytes.pop_if(|last| *last == b'\n') {
            Some(_) => drop(bytes.pop_if(|last| *last == b'\r')),
            None if bytes.len() >= LARGEST_ENTRY => return Err(syntax(self.number, "the line is too long")),
            None => {}
        }
        Ok(Some(Line { number: self.number, bytes }))
    }
}

/// Returns name and value of a line.
pub(crate) fn split(line: &Line) -> Result<(String, Vec<u8>), LdifError> {
    let error = |reason: &str| syntax(line.number, reason);
    let colon = line.bytes.iter().position(|byte| *byte == b':').ok_or_else(|| error("there is no `:`"))?;
    let (name, rest) = line.bytes.split_at(colon);
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"-.;_".contains(byte);
    if name.is_empty() || !name.iter().all(is_name) {
        return Err(error("the text before `:` is not an attribute"));
    }
    let name = String::from_utf8_lossy(name).into_owned();
    let value = match rest {
        [b':', b':', value @ ..] => {
            STANDARD.decode(value.trim_ascii()).map_err(|_| error("the value is not base64"))?
        }
        [b':', b'<', ..] => return Err(error("the value is in another file, which is not read")),
        // Only blanks are fill: a value may begin with a tab.
        [b':', value @ ..] => {
            let blanks = value.iter().take_while(|byte| **byte == b' ').count();
            value.get(blanks..).unwrap_or_default().to_vec()
        }
        _ => Vec::new(),
    };
    Ok((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(file: &str) -> Vec<(String, Vec<(String, String)>)> {
        let attribute = |a: &Attribute| (a.name.clone(), String::from_utf8_lossy(&a.value).into_owned());
        let entry = |e: Entry| (e.dn.to_string(), e.attributes.iter().map(attribute).collect());
        entries(file.as_bytes()).map(|read| entry(read.unwrap())).collect()
    }

    fn error(file: &str) -> String {
        entries(file.as_bytes()).find_map(Result::err).unwrap().to_string()
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn entries_of_an_export() {
        let file = "version: 1\r\n# made by\r\n  nobody: knows\r\ndn: cn=Barbara,dc=airius,\r\n dc=com\r\nobjectclass: top\r\n\
                    description:Babs is a big\r\n  sailing fan\r\njpegphoto;x:: aGk=\r\nempty:\r\n\r\n\r\ndn:: bz114w==\n";
        assert_eq!(error(file), "line 13: the name is not UTF-8");
        let file = file.replace("bz114w==", "bz14");
        assert_eq!(
            shown(&file),
            [
                (
                    "cn=Barbara,dc=airius,dc=com".to_owned(),
                    vec![
                        pair("objectclass", "top"),
                        pair("description", "Babs is a big sailing fan"),
                        pair("jpegphoto;x", "hi"),
                        pair("empty", ""),
                    ]
                ),
                ("o=x".to_owned(), vec![])
            ]
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (file, message) in [
            ("cn: x\n", "line 1: an entry begins with `dn:`"),
            ("version: 2\n", "line 1: only version 1 is known"),
            ("dn: o=x\ndn: o=y\n", "line 2: there is no blank line before this entry"),
            (
                "dn: o=x\nchangetype: delete\n",
                "line 2: this is a change, not an entry: an export of the directory is needed",
            ),
            ("dn: o=x\nphoto:< file:///etc/passwd\n", "line 2: the value is in another file, which is not read"),
            ("dn: o=x\nphoto:: ???\n", "line 2: the value is not base64"),
            ("dn: o=x\nnothing\n", "line 2: there is no `:`"),
            ("dn: o=x\na b: c\n", "line 2: the text before `:` is not an attribute"),
            ("dn: o=x\n\n more\n", "line 3: a line begins with a blank, but there is no line before it to continue"),
        ] {
            assert_eq!(error(file), message);
        }
    }
}
