//! What OpenLDAP's `cn=config` writes beside a description: its place among the values, `{N}`, and names for identifiers
//! (`olcObjectIdentifier`).

use std::collections::BTreeMap;

use ldif::Pair;

/// Names for identifiers, in lower case, and what they stand for.
pub(super) type Macros = BTreeMap<String, String>;

/// A name may stand for another one, so many times.
const DEEPEST: usize = 16;

/// Adds the names for identifiers that a file defines.
pub(super) fn collect(pairs: &[Pair], macros: &mut Macros) {
    for pair in pairs.iter().filter(|pair| pair.name.eq_ignore_ascii_case("olcObjectIdentifier")) {
        let text = String::from_utf8_lossy(&pair.value);
        if let Some((name, oid)) = without_place(&text).trim().split_once(char::is_whitespace) {
            macros.insert(name.to_ascii_lowercase(), oid.trim().to_owned());
        }
    }
}

/// Returns a description without its place, and with the identifiers that names stand for.
pub(super) fn plain(text: &str, macros: &Macros) -> String {
    let text = without_place(text);
    if macros.is_empty() {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    let mut is_quoted = false;
    // The word that comes next is an identifier: the first one, and that of the syntax.
    let mut is_oid = false;
    let mut words = 0_usize;
    for part in text.split_inclusive(|c: char| c.is_whitespace() || c == '(') {
        let word = part.trim_end_matches(|c: char| c.is_whitespace() || c == '(');
        let rest = part.get(word.len()..).unwrap_or_default();
        if word.is_empty() || is_quoted {
            plain.push_str(part);
        } else {
            words = words.saturating_add(1);
            if is_oid || words == 1 {
                plain.push_str(&resolved(word, macros))
            } else {
                plain.push_str(word)
            }
            plain.push_str(rest);
            is_oid = word.eq_ignore_ascii_case("SYNTAX");
        }
        is_quoted ^= word.matches('\'').count() % 2 == 1;
    }
    plain
}

fn without_place(text: &str) -> &str {
    let inner = text.trim_start().strip_prefix('{').and_then(|rest| rest.split_once('}'));
    match inner {
        Some((digits, rest)) if digits.bytes().all(|byte| byte.is_ascii_digit()) => rest,
        _ => text,
    }
}

/// Returns the identifier that `NAME` or `NAME:NUMBER` stands for; other words as they are. A syntax may have a length (`{64}`).
fn resolved(word: &str, macros: &Macros) -> String {
    let (name, length) = word.split_at(word.find('{').unwrap_or(word.len()));
    let mut current = name.to_owned();
    for _ in 0..DEEPEST {
        let (name, below) =
            current.split_once(':').map_or((current.as_str(), None), |(name, below)| (name, Some(below)));
        let Some(oid) = macros.get(&name.to_ascii_lowercase()) else { break };
        current = below.map_or_else(|| oid.clone(), |below| format!("{oid}.{below}"));
    }
    current + length
}
