//! Splits a description into parentheses, `$`, quoted strings and words.

use super::SchemaError;

/// Longest description that is looked at.
const LONGEST: usize = 4 << 20;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Open,
    Close,
    Dollar,
    Quoted(String),
    Word(String),
}

/// Tokens with the positions at which they begin.
pub(super) fn tokens(text: &str) -> Result<Vec<(usize, Token)>, SchemaError> {
    if text.len() > LONGEST {
        return Err(error(LONGEST, "the description is too long"));
    }
    let mut tokens = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let token = match c {
            c if is_blank(c) => continue,
            '(' => Token::Open,
            ')' => Token::Close,
            '$' => Token::Dollar,
            '\'' => {
                let mut inner = String::new();
                loop {
                    match chars.next() {
                        None => return Err(error(at, "a quote is not closed")),
                        // Vendors forget to escape apostrophes: one inside a word closes nothing.
                        Some((_, '\'')) if chars.peek().is_none_or(|(_, next)| is_delimiter(*next)) => break,
                        Some((_, c)) => inner.push(c),
                    }
                }
                Token::Quoted(unescape(&inner))
            }
            c => {
                let mut word = String::from(c);
                while let Some((_, c)) = chars.next_if(|(_, c)| !is_delimiter(*c)) {
                    word.push(c);
                }
                Token::Word(word)
            }
        };
        tokens.push((at, token));
    }
    Ok(tokens)
}

pub(super) fn error(at: usize, reason: impl Into<String>) -> SchemaError {
    SchemaError { at: at.saturating_add(1), reason: reason.into() }
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

fn is_delimiter(c: char) -> bool {
    is_blank(c) || matches!(c, '(' | ')' | '$' | '\'')
}

/// Resolves `\27` and `\5C`, the only escapes there are; another backslash stands for itself.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        rest = match (after.get(..2), after.get(2..)) {
            (Some("27"), Some(tail)) => {
                out.push('\'');
                tail
            }
            (Some("5c" | "5C"), Some(tail)) => {
                out.push('\\');
                tail
            }
            _ => {
                out.push('\\');
                after
            }
        };
    }
    out.push_str(rest);
    out
}
