//! Names and addresses of hosts, replaced by others: a configuration that is copied to another host.
//!
//! This is the only place that knows where a name begins and ends. Only whole ones count. Letters, digits, `-`, `.` and `_` continue a
//! name, so `mail.siroe.com` is not in `xmail.siroe.com`, `smtp.mail.siroe.com`, `mail.siroe.com.au` or `mail-siroe.com`; a dot at
//! its end, which names the root of all names, does not. The case of ASCII letters does not count. An address is compared by what it
//! says, so that one of version 6 may be spelled in any way.

use std::cmp::Reverse;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use crate::substitution::Substitutions;
use crate::{Document, Entry};

/// Longest text of an address of version 6, such as `0000:0000:0000:0000:0000:ffff:255.255.255.255`.
const LONGEST_ADDRESS: usize = 45;

/// A host's old name or address, and the new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameMove {
    from: Host,
    to: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Host {
    Name(Vec<u8>),
    V4(Ipv4Addr),
    V6(Ipv6Addr),
}

impl NameMove {
    /// Takes a name or an address, and what becomes of it.
    pub fn new(from: &str, to: &str) -> Self {
        let from = from.trim_end_matches('.');
        let from = match (from.parse(), from.parse()) {
            (Ok(address), _) => Host::V4(address),
            (_, Ok(address)) => Host::V6(address),
            _ => Host::Name(from.into()),
        };
        Self { from, to: to.trim_end_matches('.').into() }
    }

    /// Returns where the name or address stands.
    fn places(&self, text: &[u8]) -> Vec<Range<usize>> {
        match &self.from {
            Host::Name(name) => runs(text, is_in_name)
                .map(|run| without_dots_behind(text, run))
                .filter(|run| !name.is_empty() && part(text, run).eq_ignore_ascii_case(name))
                .collect(),
            Host::V4(address) => runs(text, |byte| byte == b'.' || is_word(byte))
                .filter(|run| !is_mapped(text, run.start))
                .map(|run| without_dots_ahead(text, without_dots_behind(text, run)))
                .filter(|run| parsed(part(text, run)) == Some(*address))
                .collect(),
            Host::V6(address) => runs(text, |byte| matches!(byte, b'.' | b':') || is_word(byte))
                .map(|run| address_in(text, run))
                .filter(|run| parsed(part(text, run)) == Some(*address))
                .collect(),
        }
    }
}

impl Substitutions for [NameMove] {
    fn places<'t>(&'t self, text: &'t [u8]) -> impl Iterator<Item = (Range<usize>, &'t [u8])> {
        let mut found: Vec<(Range<usize>, &[u8])> = Vec::new();
        for step in self {
            found.extend(step.places(text).into_iter().map(|place| (place, step.to.as_slice())));
        }
        found.sort_by_key(|(place, _)| (place.start, Reverse(place.end)));
        let mut done = 0;
        found.retain(|(place, _)| {
            let is_free = place.start >= done;
            done = if is_free { place.end } else { done };
            is_free
        });
        found.into_iter()
    }

    fn is_nothing(&self) -> bool {
        self.is_empty()
    }

    fn place_in_key<D: Document>(document: &D, entry: &Entry) -> Option<Range<usize>> {
        document.names_in_key(entry)
    }
}

/// Where a name or an address of a host stands in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundName {
    /// The key of its entry, as reports show it.
    pub key: String,
    /// The line, counted from 1; where it is spelled over several lines, that on which its entry begins.
    pub line: u64,
}

/// Returns the entries of a document that hold one of these names, in a value or a key that counts.
pub(crate) fn find<D: Document>(document: &D, names: &[NameMove]) -> Vec<FoundName> {
    let entries = document.entries().iter().filter(|entry| entry.state != crate::State::CommentedOut);
    let mut found = Vec::new();
    for entry in entries {
        let spelled = |place: Range<usize>| document.to_bytes().get(place).unwrap_or_default();
        let key = document.names_in_key(entry).filter(|_| has_any(names, &entry.key.name));
        let value = entry.value.as_deref().is_some_and(|value| has_any(names, value));
        if key.is_none() && !value {
            continue;
        }
        let start = entry.lines.start;
        let first = names.places(spelled(entry.span.clone())).next().map(|(place, _)| entry.span.start + place.start);
        let at = key.map(|place| place.start).or(first).filter(|at| *at >= start).unwrap_or(start);
        found.push(FoundName { key: document.shown(&entry.key), line: line_at(document.to_bytes(), at) });
    }
    found
}

/// Returns the lines of a text that hold one of these names.
pub(crate) fn find_in_text(text: &[u8], names: &[NameMove], key: &str) -> Vec<FoundName> {
    let mut found: Vec<FoundName> = Vec::new();
    for (number, line) in (1..).zip(text.split(|byte| *byte == b'\n')) {
        if has_any(names, line) {
            found.push(FoundName { key: key.to_owned(), line: number });
        }
    }
    found
}

fn has_any(names: &[NameMove], text: &[u8]) -> bool {
    names.iter().any(|name| !name.places(text).is_empty())
}

fn line_at(bytes: &[u8], offset: usize) -> u64 {
    let before = bytes.get(..offset).unwrap_or(bytes);
    (memchr::memchr_iter(b'\n', before).count() as u64).saturating_add(1)
}

/// A byte beyond ASCII is part of a letter, in whatever encoding.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

fn is_in_name(byte: u8) -> bool {
    is_word(byte) || matches!(byte, b'-' | b'.')
}

/// Returns the longest stretches of bytes of one kind.
fn runs(text: &[u8], is_inside: impl Fn(u8) -> bool) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text.get(at..)?.iter().position(|byte| is_inside(*byte))?;
        let length = text.get(start..)?.iter().take_while(|byte| is_inside(**byte)).count();
        at = start + length;
        Some(start..at)
    })
}

fn part<'t>(text: &'t [u8], place: &Range<usize>) -> &'t [u8] {
    text.get(place.clone()).unwrap_or_default()
}

fn parsed<T: std::str::FromStr>(text: &[u8]) -> Option<T> {
    str::from_utf8(text).ok()?.parse().ok()
}

fn without_dots_behind(text: &[u8], run: Range<usize>) -> Range<usize> {
    let dots = part(text, &run).iter().rev().take_while(|byte| **byte == b'.').count();
    run.start..run.end - dots
}

fn without_dots_ahead(text: &[u8], run: Range<usize>) -> Range<usize> {
    let dots = part(text, &run).iter().take_while(|byte| **byte == b'.').count();
    run.start + dots..run.end
}

/// Returns whether an address of version 4 that begins here is the end of one of version 6.
fn is_mapped(text: &[u8], start: usize) -> bool {
    let before = text.get(..start).unwrap_or_default();
    let Some(before) = before.strip_suffix(b":") else { return false };
    let hex = before.iter().rev().take_while(|byte| byte.is_ascii_hexdigit()).count();
    before.ends_with(b":") || before.get(..before.len() - hex).is_some_and(|before| hex > 0 && before.ends_with(b":"))
}

/// Returns the part of a run that may be an address of version 6: without words ahead of it and behind it, such as `default:`.
fn address_in(text: &[u8], mut run: Range<usize>) -> Range<usize> {
    let is_part = |word: &[u8]| word.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'.') && word.len() <= 15;
    loop {
        let now = part(text, &run);
        if now.len() <= LONGEST_ADDRESS && parsed::<Ipv6Addr>(now).is_some() {
            return run;
        }
        let first = now.split(|byte| *byte == b':').next().unwrap_or_default();
        let last = now.rsplit(|byte| *byte == b':').next().unwrap_or_default();
        if first.len() == now.len() {
            return run.start..run.start;
        }
        if !is_part(first) || (first.is_empty() && !now.starts_with(b"::")) {
            run.start += first.len() + 1;
        } else if !is_part(last) || (last.is_empty() && !now.ends_with(b"::")) {
            run.end -= last.len() + 1;
        } else if last.ends_with(b".") {
            run.end -= 1;
        } else {
            return run.start..run.start;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(text: &str) -> String {
        let moves = [
            NameMove::new("mail.siroe.com", "new.example.com"),
            NameMove::new("10.1.110.13", "10.9.9.9"),
            NameMove::new("2001:db8::1", "2001:db8::9"),
        ];
        String::from_utf8(moves.rewrite(text.as_bytes()).into_owned()).unwrap()
    }

    #[test]
    fn only_a_whole_name_is_replaced() {
        for (text, expected) in [
            ("mail.siroe.com", "new.example.com"),
            ("Mail.Siroe.COM", "new.example.com"),
            ("joe@mail.siroe.com,ldap://mail.siroe.com:389/o=x", "joe@new.example.com,ldap://new.example.com:389/o=x"),
            ("mail.siroe.com.", "new.example.com."),
            ("see mail.siroe.com.\n", "see new.example.com.\n"),
            ("$U%mail.siroe.com@[mail.siroe.com]", "$U%new.example.com@[new.example.com]"),
        ] {
            assert_eq!(moved(text), expected);
        }
        for text in [
            "xmail.siroe.com",
            "smtp.mail.siroe.com",
            "mail.siroe.com.au",
            "mail-siroe.com",
            "a-mail.siroe.com",
            "mail.siroe.com-x",
            "mail.siroe.com_x",
            "mail.siroe.comx",
            ".mail.siroe.com",
            "mail.siroe.co",
            "mailxsiroe.com",
            "\u{e9}mail.siroe.com",
        ] {
            assert_eq!(moved(text), text);
        }
    }

    #[test]
    fn only_a_whole_address_is_replaced() {
        for (text, expected) in [
            ("10.1.110.13", "10.9.9.9"),
            ("TCP|10.1.110.13|25|*|*", "TCP|10.9.9.9|25|*|*"),
            ("$(10.1.110.13/32)", "$(10.9.9.9/32)"),
            ("10.1.110.13-10.1.110.20", "10.9.9.9-10.1.110.20"),
            ("host:10.1.110.13:25", "host:10.9.9.9:25"),
            ("is 10.1.110.13.", "is 10.9.9.9."),
            ("2001:db8::1", "2001:db8::9"),
            ("2001:0DB8:0:0::1", "2001:db8::9"),
            ("[2001:db8::1]:25", "[2001:db8::9]:25"),
            ("default:2001:db8::1", "default:2001:db8::9"),
            ("a 2001:db8::1: b", "a 2001:db8::9: b"),
            ("2001:db8::1.", "2001:db8::9."),
        ] {
            assert_eq!(moved(text), expected);
        }
        for text in [
            "110.1.110.13",
            "10.1.110.130",
            "10.1.110.13.4",
            "4.10.1.110.13",
            "10.1.110.13.siroe.com",
            "v10.1.110.13",
            "::ffff:10.1.110.13",
            "::10.1.110.13",
            "2001:db8::12",
            "2001:db8::1:2",
            "1:2001:db8::1",
            "2001:db8:1",
            "::",
            ":::",
            ":",
        ] {
            assert_eq!(moved(text), text);
        }
    }

    #[test]
    fn nothing_is_replaced_twice_and_an_empty_name_is_nowhere() {
        let swap = [NameMove::new("a.com", "b.com"), NameMove::new("b.com", "a.com")];
        assert_eq!(swap.rewrite(b"a.com b.com").as_ref(), b"b.com a.com");
        assert_eq!([NameMove::new("", "x")].rewrite(b"a. . b").as_ref(), b"a. . b");
    }
}
