//! Reads descriptions.

use std::collections::HashSet;

use super::lexer::{Token, error, tokens};
use super::{AttributeType, ClassKind, Extension, ObjectClass, SchemaError, Syntax};

/// Most extensions of one description; known ones have three at most.
const MOST_EXTENSIONS: usize = 64;

impl AttributeType {
    /// Reads the description of an attribute type.
    ///
    /// # Errors
    /// [`SchemaError`].
    pub fn parse(text: &str) -> Result<Self, SchemaError> {
        let (mut parser, oid) = Parser::begin(text)?;
        let mut found = Self {
            oid,
            names: Vec::new(),
            desc: None,
            obsolete: false,
            sup: None,
            equality: None,
            ordering: None,
            substr: None,
            syntax: None,
            single_value: false,
            collective: false,
            no_user_modification: false,
            usage: None,
            extensions: Vec::new(),
        };
        while let Some((at, keyword)) = parser.keyword()? {
            match keyword.as_str() {
                "NAME" => found.names = parser.list()?,
                "DESC" => found.desc = Some(parser.one()?),
                "OBSOLETE" => found.obsolete = true,
                "SUP" => found.sup = Some(parser.oid()?),
                "EQUALITY" => found.equality = Some(parser.oid()?),
                "ORDERING" => found.ordering = Some(parser.oid()?),
                "SUBSTR" => found.substr = Some(parser.oid()?),
                "SYNTAX" => found.syntax = Some(syntax(at, &parser.one()?)?),
                "SINGLE-VALUE" => found.single_value = true,
                "COLLECTIVE" => found.collective = true,
                "NO-USER-MODIFICATION" => found.no_user_modification = true,
                "USAGE" => found.usage = Some(parser.oid()?),
                _ => parser.extension(at, keyword, &mut found.extensions)?,
            }
        }
        Ok(found)
    }
}

impl ObjectClass {
    /// Reads the description of an object class.
    ///
    /// # Errors
    /// [`SchemaError`].
    pub fn parse(text: &str) -> Result<Self, SchemaError> {
        let (mut parser, oid) = Parser::begin(text)?;
        let mut kind = None;
        let mut found = Self {
            oid,
            names: Vec::new(),
            desc: None,
            obsolete: false,
            sup: Vec::new(),
            kind: ClassKind::Structural,
            must: Vec::new(),
            may: Vec::new(),
            extensions: Vec::new(),
        };
        while let Some((at, keyword)) = parser.keyword()? {
            let named = match keyword.as_str() {
                "ABSTRACT" => Some(ClassKind::Abstract),
                "STRUCTURAL" => Some(ClassKind::Structural),
                "AUXILIARY" => Some(ClassKind::Auxiliary),
                _ => None,
            };
            match keyword.as_str() {
                _ if named.is_some() => {
                    if kind.is_some() {
                        return Err(error(at, "a class is of one kind"));
                    }
                    kind = named;
                }
                "NAME" => found.names = parser.list()?,
                "DESC" => found.desc = Some(parser.one()?),
                "OBSOLETE" => found.obsolete = true,
                "SUP" => found.sup = parser.oids()?,
                "MUST" => found.must = parser.oids()?,
                "MAY" => found.may = parser.oids()?,
                _ => parser.extension(at, keyword, &mut found.extensions)?,
            }
        }
        found.kind = kind.unwrap_or(ClassKind::Structural);
        Ok(found)
    }
}

struct Parser {
    tokens: std::iter::Peekable<std::vec::IntoIter<(usize, Token)>>,
    end: usize,
    seen: HashSet<String>,
}

impl Parser {
    fn begin(text: &str) -> Result<(Self, String), SchemaError> {
        let mut parser = Self { tokens: tokens(text)?.into_iter().peekable(), end: text.len(), seen: HashSet::new() };
        match parser.tokens.next() {
            Some((_, Token::Open)) => {}
            Some((at, _)) => return Err(error(at, "a description begins with `(`")),
            None => return Err(error(0, "there is no description")),
        }
        match parser.tokens.next() {
            Some((at, Token::Word(oid) | Token::Quoted(oid))) => {
                check_oid(at, &oid)?;
                if matches!(oid.to_ascii_uppercase().as_str(), "NAME" | "DESC" | "SUP" | "MUST" | "MAY" | "SYNTAX") {
                    return Err(error(at, "the object identifier is missing"));
                }
                Ok((parser, oid))
            }
            Some((at, _)) => Err(error(at, "the object identifier is missing")),
            None => Err(error(parser.end, "the object identifier is missing")),
        }
    }

    /// Returns the next keyword in upper case; nothing after the closing parenthesis.
    fn keyword(&mut self) -> Result<Option<(usize, String)>, SchemaError> {
        match self.tokens.next() {
            Some((at, Token::Word(word))) => {
                let word = word.to_ascii_uppercase();
                // Extensions may be repeated: their values are joined.
                if !word.starts_with("X-") && !self.seen.insert(word.clone()) {
                    return Err(error(at, format!("`{word}` is there twice")));
                }
                Ok(Some((at, word)))
            }
            Some((_, Token::Close)) => match self.tokens.next() {
                None => Ok(None),
                Some((at, _)) => Err(error(at, "something follows the closing `)`")),
            },
            Some((at, _)) => Err(error(at, "a keyword is missing")),
            None => Err(error(self.end, "the closing `)` is missing")),
        }
    }

    /// Returns one value, which may stand in parentheses.
    fn one(&mut self) -> Result<String, SchemaError> {
        let at = self.tokens.peek().map_or(self.end, |(at, _)| *at);
        let mut values = self.list()?.into_iter();
        match (values.next(), values.next()) {
            (Some(value), None) => Ok(value),
            (None, _) => Err(error(at, "a value is missing")),
            (Some(_), Some(_)) => Err(error(at, "only one value is possible here")),
        }
    }

    /// Returns values: one, or several in parentheses, with or without `$` between them.
    fn list(&mut self) -> Result<Vec<String>, SchemaError> {
        match self.tokens.next() {
            Some((_, Token::Word(value) | Token::Quoted(value))) => Ok(vec![value]),
            Some((_, Token::Open)) => {
                let mut values = Vec::new();
                loop {
                    match self.tokens.next() {
                        Some((_, Token::Word(value) | Token::Quoted(value))) => values.push(value),
                        Some((_, Token::Dollar)) => {}
                        Some((_, Token::Close)) => return Ok(values),
                        Some((at, Token::Open)) => return Err(error(at, "a list within a list")),
                        None => return Err(error(self.end, "a `)` is missing")),
                    }
                }
            }
            Some((at, _)) => Err(error(at, "a value is missing")),
            None => Err(error(self.end, "a value is missing")),
        }
    }

    /// Returns one name or identifier.
    fn oid(&mut self) -> Result<String, SchemaError> {
        let at = self.tokens.peek().map_or(self.end, |(at, _)| *at);
        let oid = self.one()?;
        check_oid(at, &oid)?;
        Ok(oid)
    }

    /// Returns names or identifiers.
    fn oids(&mut self) -> Result<Vec<String>, SchemaError> {
        let at = self.tokens.peek().map_or(self.end, |(at, _)| *at);
        let oids = self.list()?;
        oids.iter().try_for_each(|oid| check_oid(at, oid))?;
        Ok(oids)
    }

    /// Reads the values of an extension; those of a repeated one are joined.
    fn extension(&mut self, at: usize, name: String, known: &mut Vec<Extension>) -> Result<(), SchemaError> {
        if !name.starts_with("X-") {
            return Err(error(at, format!("`{name}` is not a keyword")));
        }
        let values = self.list()?;
        let is_full = known.len() >= MOST_EXTENSIONS;
        match known.iter_mut().find(|extension| extension.name == name) {
            Some(extension) => extension.values.extend(values),
            None if is_full => return Err(error(at, "there are too many extensions")),
            None => known.push(Extension { name, values }),
        }
        Ok(())
    }
}

fn check_oid(at: usize, oid: &str) -> Result<(), SchemaError> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ';');
    if oid.is_empty() || !oid.chars().all(is_part) {
        return Err(error(at, format!("`{oid}` is not an object identifier")));
    }
    Ok(())
}

fn syntax(at: usize, text: &str) -> Result<Syntax, SchemaError> {
    let (oid, length) = match text.split_once('{') {
        Some((oid, rest)) => {
            let length = rest.strip_suffix('}').filter(|digits| !digits.is_empty());
            let length = length.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
            (oid, Some(length.ok_or_else(|| error(at, "the length of the syntax is wrong"))?.to_owned()))
        }
        None => (text, None),
    };
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if oid.is_empty() || !oid.chars().all(is_part) {
        return Err(error(at, format!("`{oid}` is not a syntax")));
    }
    Ok(Syntax { oid: oid.to_owned(), length })
}
