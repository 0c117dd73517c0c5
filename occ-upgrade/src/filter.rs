//! LDAP filters (RFC 4515), parsed to see whether they are ones, and to compare them.

use std::fmt;

/// Filters that are nested deeper are refused.
const DEEPEST: usize = 50;

/// A filter, as a text that spells equal filters the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter(String);

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a text is no filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("character {at}: {reason}")]
pub struct FilterError {
    /// Counted from 1.
    pub at: usize,
    /// What is wrong there.
    pub reason: &'static str,
}

impl Filter {
    /// Parses a filter.
    ///
    /// # Errors
    /// [`FilterError`].
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let mut parser = Parser { text: text.trim().chars().collect(), at: 0, canonical: String::new() };
        parser.filter(0)?;
        if parser.at < parser.text.len() {
            return Err(parser.error("there is something behind the filter"));
        }
        Ok(Self(parser.canonical))
    }
}

struct Parser {
    text: Vec<char>,
    at: usize,
    canonical: String,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn error(&self, reason: &'static str) -> FilterError {
        FilterError { at: self.at.saturating_add(1), reason }
    }

    fn expect(&mut self, wanted: char, reason: &'static str) -> Result<(), FilterError> {
        if self.peek() != Some(wanted) {
            return Err(self.error(reason));
        }
        self.at = self.at.saturating_add(1);
        self.canonical.push(wanted);
        Ok(())
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(|c| c.is_ascii_whitespace()) {
            self.at = self.at.saturating_add(1);
        }
    }

    fn filter(&mut self, depth: usize) -> Result<(), FilterError> {
        if depth > DEEPEST {
            return Err(self.error("it is nested too deep"));
        }
        self.expect('(', "a `(` is missing")?;
        self.blanks();
        match self.peek() {
            Some(operator @ ('&' | '|')) => {
                self.expect(operator, "")?;
                self.blanks();
                while self.peek() == Some('(') {
                    self.filter(depth.saturating_add(1))?;
                    self.blanks();
                }
            }
            Some('!') => {
                self.expect('!', "")?;
                self.blanks();
                self.filter(depth.saturating_add(1))?;
                self.blanks();
            }
            _ => self.item()?,
        }
        self.expect(')', "a `)` is missing")
    }

    fn item(&mut self) -> Result<(), FilterError> {
        let start = self.at;
        while let Some(c) = self.peek().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | ';' | '.' | ':')) {
            self.canonical.push(c.to_ascii_lowercase());
            self.at = self.at.saturating_add(1);
        }
        if self.at == start {
            return Err(self.error("the name of an attribute is missing"));
        }
        if let Some(c @ ('~' | '<' | '>')) = self.peek() {
            self.expect(c, "")?;
        }
        self.expect('=', "a `=` is missing")?;
        loop {
            match self.peek() {
                None | Some(')') => return Ok(()),
                Some('(') => return Err(self.error("a `(` in a value is spelled \\28")),
                Some('\\') => {
                    self.expect('\\', "")?;
                    for _ in 0..2 {
                        let digit = self.peek().filter(char::is_ascii_hexdigit);
                        let digit = digit.ok_or_else(|| self.error("two hexadecimal digits follow a `\\`"))?;
                        self.canonical.push(digit.to_ascii_lowercase());
                        self.at = self.at.saturating_add(1);
                    }
                }
                Some(c) => {
                    self.canonical.push(c);
                    self.at = self.at.saturating_add(1);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_parsed_and_compared_without_blanks_and_case_of_attributes() {
        let parse = |text| Filter::parse(text).unwrap();
        assert_eq!(parse("(&(mail=*)(cn=*))"), parse(" ( & (MAIL=*) (cn=*) ) "));
        assert_ne!(parse("(cn=a)"), parse("(cn=b)"));
        for text in ["(!(cn=a*b))", "(|(a>=1)(b<=2)(c~=x))", r"(cn=\2a\28)", "(&)", "(cn:dn:2.4.6:=x)", "(cn=ä b)"] {
            parse(text);
        }
    }

    #[test]
    fn what_is_no_filter_is_refused_with_its_place() {
        for (text, error) in [
            ("(&(mail=*)(cn=*)", "character 17: a `)` is missing"),
            ("(&(mail=*)(cn=*)))", "character 18: there is something behind the filter"),
            ("mail=*", "character 1: a `(` is missing"),
            ("(=x)", "character 2: the name of an attribute is missing"),
            ("(mail)", "character 6: a `=` is missing"),
            (r"(cn=\2)", "character 7: two hexadecimal digits follow a `\\`"),
            ("(cn=a(b))", "character 6: a `(` in a value is spelled \\28"),
            ("", "character 1: a `(` is missing"),
        ] {
            assert_eq!(Filter::parse(text).unwrap_err().to_string(), error, "{text}");
        }
        assert!(Filter::parse(&"(!".repeat(100)).unwrap_err().reason.contains("too deep"));
    }
}
