//! The files that an MTA file includes: lines of `<` in the first column and a path, up to three levels deep.
//!
//! Nothing here opens a file: the caller gives a function that returns the bytes for a path. Rules:
//! `reference/messaging.md` section 3.2. A comment (`!` in the first column) includes nothing.

use std::collections::HashSet;
use std::fmt;

use crate::Bytes;
use crate::lines::{natural_line, trim};

/// How many levels of files the MTA reads below the first one.
pub const LEVELS: usize = 3;

/// Whether a backslash at a line's end continues it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Continuation {
    /// It does, as in `mappings` and `aliases`: a `<` at the beginning of a continued line's rest includes nothing.
    Backslash,
    /// It does not, as in `imta.cnf`.
    None,
}

/// A line that includes a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Include {
    /// The file's path, as it is spelled.
    pub path: Bytes,
    /// The line, counted from 1.
    pub line: u64,
    /// Where the path begins in the line, as a byte counted from 1.
    pub column: u64,
}

/// A file that is included, at least once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Included {
    /// Its path, as the line spells it that includes it first.
    pub path: Bytes,
    /// What is in it.
    pub bytes: Bytes,
    /// The file that includes it first.
    pub from: Bytes,
    /// The line there, counted from 1.
    pub line: u64,
}

/// Why the files that a file includes cannot be read. The error names the line that includes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: line {line}, column {column}: {problem}", file.escape_ascii())]
pub struct IncludeError<E: fmt::Display> {
    /// The file with the line.
    pub file: Bytes,
    /// The line, counted from 1.
    pub line: u64,
    /// Byte within that line, counted from 1.
    pub column: u64,
    /// What is wrong with it.
    pub problem: Problem<E>,
}

/// What is wrong with a line that includes a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem<E: fmt::Display> {
    /// It names no file.
    #[error("an include that names no file")]
    NoPath,
    /// The file includes itself, at once or through others.
    #[error("`{}` includes itself", path.escape_ascii())]
    Loop {
        /// The file that is to be included.
        path: Bytes,
    },
    /// There are too many levels.
    #[error("`{}` would be the fourth level of included files, and three are the limit", path.escape_ascii())]
    TooDeep {
        /// The file that is to be included.
        path: Bytes,
    },
    /// The file cannot be read.
    #[error("cannot include `{}`: {cause}", path.escape_ascii())]
    Unreadable {
        /// The file that is to be included.
        path: Bytes,
        /// What the caller's function says.
        cause: E,
    },
}

/// Returns the lines of a file that include others. One that names no file has an empty path.
pub fn lines(bytes: &Bytes, continuation: Continuation) -> Vec<Include> {
    let mut includes = Vec::new();
    let (mut at, mut line, mut continued) = (0, 1, false);
    while at < bytes.len() {
        let (content, next) = natural_line(bytes, at);
        let text = bytes.get(content).unwrap_or_default();
        if text.starts_with(b"<") && !continued {
            let mut end = text;
            if continuation == Continuation::Backslash {
                end = end.strip_suffix(b"\\").unwrap_or(end);
            }
            let blanks = end.iter().skip(1).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            let path = trim(end.get(1..).unwrap_or_default());
            let start = at + 1 + blanks;
            includes.push(Include {
                path: bytes.slice(start.min(bytes.len())..(start + path.len()).min(bytes.len())),
                line,
                column: blanks as u64 + 2,
            });
        }
        let is_comment = text.starts_with(b"!") && !continued;
        continued = continuation == Continuation::Backslash && !is_comment && text.ends_with(b"\\");
        at = next;
        line += 1;
    }
    includes
}

/// Returns all files that a file includes, itself left out, each once and in the order in which they are reached.
///
/// Each file is asked for once, whatever the number of lines that include it.
///
/// # Errors
/// When a line names no file, or one that cannot be read, includes itself, or is on the fourth level.
pub fn read<E: fmt::Display>(
    path: &[u8],
    bytes: impl Into<Bytes>,
    continuation: Continuation,
    fetch: impl FnMut(&[u8]) -> Result<Vec<u8>, E>,
) -> Result<Vec<Included>, IncludeError<E>> {
    let mut reader = Reader { continuation, fetch, files: indexmap::IndexMap::new(), done: HashSet::new() };
    let path = Bytes::copy_from_slice(path);
    let includes = lines(&bytes.into(), continuation);
    let mut stack = vec![path.clone()];
    reader.file(&path, &includes, &mut stack)?;
    Ok(reader.files.into_values().map(|(file, _)| file).collect())
}

struct Reader<F> {
    continuation: Continuation,
    fetch: F,
    files: indexmap::IndexMap<Bytes, (Included, std::rc::Rc<[Include]>)>,
    /// Files that are read, each with the level on which they are: no more than three times as many as files.
    done: HashSet<(Bytes, usize)>,
}

impl<F> Reader<F> {
    /// Reads what a file includes, which is the last one on the stack.
    fn file<E: fmt::Display>(
        &mut self,
        file: &Bytes,
        includes: &[Include],
        stack: &mut Vec<Bytes>,
    ) -> Result<(), IncludeError<E>>
    where
        F: FnMut(&[u8]) -> Result<Vec<u8>, E>,
    {
        for include in includes {
            let path = include.path.clone();
            let error =
                |problem| IncludeError { file: file.clone(), line: include.line, column: include.column, problem };
            if path.is_empty() {
                return Err(error(Problem::NoPath));
            }
            if stack.contains(&path) {
                return Err(error(Problem::Loop { path }));
            }
            if stack.len() > LEVELS {
                return Err(error(Problem::TooDeep { path }));
            }
            if !self.done.insert((path.clone(), stack.len())) {
                continue;
            }
            if !self.files.contains_key(&path) {
                let bytes = match (self.fetch)(&path) {
                    Ok(bytes) => Bytes::from(bytes),
                    Err(cause) => return Err(error(Problem::Unreadable { path, cause })),
                };
                let includes = lines(&bytes, self.continuation).into();
                let included = Included { path: path.clone(), bytes, from: file.clone(), line: include.line };
                self.files.insert(path.clone(), (included, includes));
            }
            let Some(includes) = self.files.get(&path).map(|(_, includes)| includes.clone()) else { continue };
            stack.push(path.clone());
            self.file(&path, &includes, stack)?;
            stack.pop();
        }
        Ok(())
    }
}
