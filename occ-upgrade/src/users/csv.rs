//! CSV as RFC 4180 has it, read strictly: a mistake in quoting shifts fields from one user to the next, so it is an error.

use std::collections::BTreeMap;
use std::io::BufRead;

use super::{User, UsersError};

/// Most bytes of a record: more is a quotation mark that was not closed.
const LARGEST_RECORD: usize = 1 << 20;

/// Where text is no CSV.
pub type CsvError = UsersError;

/// The records of a file, with their lines.
pub struct Records<R> {
    file: R,
    line: u64,
    ended: bool,
}

enum State {
    FieldStart,
    Unquoted,
    Quoted,
    QuoteInQuoted,
    AfterReturn,
}

impl<R: BufRead> Records<R> {
    /// Reads from a file.
    pub fn new(file: R) -> Self {
        Self { file, line: 1, ended: false }
    }

    /// Returns the next record and its line; nothing at the end.
    fn record(&mut self) -> Result<Option<(u64, Vec<String>)>, CsvError> {
        let start = self.line;
        let mut fields: Vec<Vec<u8>> = Vec::new();
        let mut field = Vec::new();
        let mut size = 0_usize;
        let mut state = State::FieldStart;
        let mut quote_line = start;
        let error = |line, reason: &str| Err(CsvError::Line { line, reason: reason.to_owned() });
        loop {
            let Some(byte) = self.byte()? else {
                return match state {
                    State::Quoted => error(quote_line, "a quoted field is not closed"),
                    State::AfterReturn => error(self.line, "a carriage return without a line feed"),
                    State::FieldStart if fields.is_empty() => Ok(None),
                    _ => {
                        fields.push(field);
                        texts(start, fields).map(Some)
                    }
                };
            };
            size = size.saturating_add(1);
            if size > LARGEST_RECORD {
                return error(start, &format!("a record of more than {LARGEST_RECORD} bytes"));
            }
            let line = self.line;
            if byte == b'\n' {
                self.line = self.line.saturating_add(1);
            }
            state = match (state, byte) {
                (State::Quoted, b'"') => State::QuoteInQuoted,
                (State::Quoted, other) => {
                    field.push(other);
                    State::Quoted
                }
                (State::QuoteInQuoted, b'"') => {
                    field.push(b'"');
                    State::Quoted
                }
                (State::AfterReturn, b'\n') | (State::FieldStart | State::Unquoted | State::QuoteInQuoted, b'\n') => {
                    fields.push(field);
                    return texts(start, fields).map(Some);
                }
                (State::AfterReturn, _) => return error(line, "a carriage return without a line feed"),
                (State::FieldStart, b'"') => {
                    quote_line = line;
                    State::Quoted
                }
                (_, b',') => {
                    fields.push(std::mem::take(&mut field));
                    State::FieldStart
                }
                (_, b'\r') => State::AfterReturn,
                (State::QuoteInQuoted, _) => return error(line, "text behind a quoted field"),
                (State::Unquoted, b'"') => return error(line, "a quotation mark inside an unquoted field"),
                (State::FieldStart | State::Unquoted, other) => {
                    field.push(other);
                    State::Unquoted
                }
            };
        }
    }

    fn byte(&mut self) -> Result<Option<u8>, CsvError> {
        let byte = self.file.fill_buf()?.first().copied();
        if byte.is_some() {
            self.file.consume(1);
        }
        Ok(byte)
    }
}

fn texts(line: u64, fields: Vec<Vec<u8>>) -> Result<(u64, Vec<String>), CsvError> {
    let text = |bytes| {
        String::from_utf8(bytes).map_err(|_| CsvError::Line { line, reason: "this is not UTF-8 text".to_owned() })
    };
    Ok((line, fields.into_iter().map(text).collect::<Result<_, _>>()?))
}

impl<R: BufRead> Iterator for Records<R> {
    type Item = Result<(u64, Vec<String>), CsvError>;

    /// Blank lines are no records. After an error there are none.
    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            let record = self.record().transpose();
            self.ended = !matches!(record, Some(Ok(_)));
            let is_blank =
                matches!(&record, Some(Ok((_, fields))) if matches!(fields.as_slice(), [one] if one.is_empty()));
            if !is_blank {
                return record;
            }
        }
        None
    }
}

/// Returns the users of a file whose first record names the fields.
pub(super) fn users<R: BufRead>(file: R) -> impl Iterator<Item = Result<User, UsersError>> {
    let mut records = Records::new(file);
    let mut names: Option<Vec<String>> = None;
    let mut failed = false;
    std::iter::from_fn(move || {
        if failed {
            return None;
        }
        let user = next_user(&mut records, &mut names).transpose();
        failed = matches!(user, Some(Err(_)));
        user
    })
}

fn next_user<R: BufRead>(
    records: &mut Records<R>,
    names: &mut Option<Vec<String>>,
) -> Result<Option<User>, UsersError> {
    if names.is_none() {
        let missing = || UsersError::Line { line: 1, reason: "there is no header line".to_owned() };
        let (line, header) = records.next().ok_or_else(missing)??;
        *names = Some(checked_header(line, header)?);
    }
    let (Some(record), Some(names)) = (records.next(), names) else { return Ok(None) };
    let (line, fields) = record?;
    if fields.len() != names.len() {
        let (count, s) = (fields.len(), if fields.len() == 1 { "" } else { "s" });
        return Err(UsersError::Line { line, reason: format!("{count} field{s}, but the header has {}", names.len()) });
    }
    let fields: BTreeMap<_, _> = names.iter().cloned().zip(fields).collect();
    User::new(line, fields).map(Some)
}

fn checked_header(line: u64, header: Vec<String>) -> Result<Vec<String>, UsersError> {
    let wrong = |reason| UsersError::Line { line, reason };
    let mut names = Vec::new();
    for (number, name) in header.into_iter().enumerate() {
        // Spreadsheets write the mark of UTF-8.
        let name = if number == 0 { name.trim_start_matches('\u{feff}').to_owned() } else { name };
        let name = name.trim().to_ascii_lowercase();
        if names.contains(&name) {
            return Err(wrong(format!("the column `{name}` is there twice")));
        }
        names.push(name);
    }
    if !names.iter().any(|name| name == "mail") {
        return Err(wrong("there is no column `mail`".to_owned()));
    }
    Ok(names)
}
