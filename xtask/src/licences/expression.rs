//! SPDX licence expressions (SPDX specification 2.3, annex D): names, `WITH`, `AND`, `OR`, parentheses, and the `/` of old manifests.

/// Returns whether the expression can be met with allowed licences alone. A name with its exception (`A WITH B`) is one name.
pub(super) fn is_satisfied(expression: &str, is_allowed: &dyn Fn(&str) -> bool) -> Result<bool, String> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words = Words { words: spaced.split_whitespace().collect(), at: 0, is_allowed };
    let satisfied = words.any()?;
    match words.next() {
        None => Ok(satisfied),
        Some(word) => Err(format!("{word} is out of place")),
    }
}

struct Words<'a> {
    words: Vec<&'a str>,
    at: usize,
    is_allowed: &'a dyn Fn(&str) -> bool,
}

impl<'a> Words<'a> {
    fn next(&mut self) -> Option<&'a str> {
        let word = self.words.get(self.at).copied();
        self.at += 1;
        word
    }

    /// Takes the next word if it is this one.
    fn takes(&mut self, word: &str) -> bool {
        let found = self.words.get(self.at) == Some(&word);
        self.at += usize::from(found);
        found
    }

    fn any(&mut self) -> Result<bool, String> {
        let mut satisfied = self.all()?;
        while self.takes("OR") {
            satisfied |= self.all()?;
        }
        Ok(satisfied)
    }

    fn all(&mut self) -> Result<bool, String> {
        let mut satisfied = self.one()?;
        while self.takes("AND") {
            satisfied &= self.one()?;
        }
        Ok(satisfied)
    }

    fn one(&mut self) -> Result<bool, String> {
        match self.next() {
            None => Err("ends too early".to_owned()),
            Some("(") => {
                let satisfied = self.any()?;
                if self.takes(")") { Ok(satisfied) } else { Err("a parenthesis is not closed".to_owned()) }
            }
            Some(word @ (")" | "AND" | "OR" | "WITH")) => Err(format!("{word} is out of place")),
            Some(name) if self.takes("WITH") => {
                let exception = self.next().ok_or("ends too early")?;
                Ok((self.is_allowed)(&format!("{name} WITH {exception}")))
            }
            Some(name) => Ok((self.is_allowed)(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meets(expression: &str) -> Result<bool, String> {
        is_satisfied(expression, &|name| ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"].contains(&name))
    }

    #[test]
    fn one_of_alternatives_and_all_of_a_sum_must_be_allowed() {
        for allowed in ["MIT", "GPL-2.0 OR MIT", "GPL-2.0/MIT", "MIT AND ISC", "(GPL-2.0 OR MIT) AND ISC"] {
            assert_eq!(meets(allowed), Ok(true), "{allowed}");
        }
        for refused in ["GPL-2.0", "MIT AND GPL-2.0", "MIT AND (GPL-2.0 OR LGPL-2.1)", "Apache-2.0"] {
            assert_eq!(meets(refused), Ok(false), "{refused}");
        }
    }

    #[test]
    fn and_binds_closer_than_or() {
        assert_eq!(meets("MIT OR ISC AND GPL-2.0"), Ok(true));
        assert_eq!(meets("GPL-2.0 AND ISC OR GPL-3.0"), Ok(false));
    }

    #[test]
    fn an_exception_belongs_to_the_name_before_it() {
        assert_eq!(meets("Apache-2.0 WITH LLVM-exception"), Ok(true));
        assert_eq!(meets("MIT WITH LLVM-exception"), Ok(false));
    }

    #[test]
    fn what_is_no_expression_is_an_error() {
        for wrong in ["", "MIT OR", "MIT ISC", "(MIT", "MIT)", "AND MIT", "MIT WITH"] {
            assert!(meets(wrong).is_err(), "{wrong}");
        }
    }
}
