//! What people see of text that somebody else may have written: names of files, values of settings, answers of a server.
//!
//! A terminal obeys control characters, and whoever reads a log takes each line for the program's own. So everything for people goes
//! through [`line()`]: it comes out as one line in which nothing steers a terminal or turns the direction of reading. Messages of several
//! lines are made of such lines.

use std::borrow::Cow;

/// Returns text as one line: control characters, line breaks among them, and marks that change the direction of reading are
/// written `\x1b` or `\u{202e}`. Everything else stays as it is, backslashes too: names are escaped already.
pub fn line(text: &str) -> Cow<'_, str> {
    escaped(text, |character, shown| match u32::from(character) {
        code @ 0..0x80 => shown.push_str(&format!("\\x{code:02x}")),
        code => shown.push_str(&format!("\\u{{{code:x}}}")),
    })
}

/// Returns JSON that is the same to a program, and in which nothing steers a terminal. JSON itself escapes control characters up to
/// U+001F inside strings, and the others can stand nowhere else.
pub fn json(json: &str) -> Cow<'_, str> {
    if json.bytes().all(is_plain_or_break) {
        return Cow::Borrowed(json);
    }
    let lines = json.split('\n').map(|line| {
        escaped(line, |character, shown| {
            for unit in character.encode_utf16(&mut [0; 2]) {
                shown.push_str(&format!("\\u{unit:04x}"));
            }
        })
    });
    Cow::Owned(lines.collect::<Vec<_>>().join("\n"))
}

fn escaped(text: &str, escape: impl Fn(char, &mut String)) -> Cow<'_, str> {
    // Nearly all lines of a long report are plain.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) || !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len().saturating_add(16));
    for character in text.chars() {
        if is_unsafe(character) { escape(character, &mut shown) } else { shown.push(character) }
    }
    Cow::Owned(shown)
}

fn is_plain_or_break(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\n')
}

/// Control characters of ASCII and ISO 6429, separators of lines and paragraphs, and the marks of Unicode's bidirectional algorithm
/// (UAX #9, section 2).
fn is_unsafe(character: char) -> bool {
    let turns =
        matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}') || turns
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What a terminal obeys, and what ends a line, said anew.
    fn is_harmless(text: &str) -> bool {
        text.chars().all(|c| {
            let code = u32::from(c);
            let is_control = code < 0x20 || (0x7f..0xa0).contains(&code);
            let turns = [0x61c, 0x200e, 0x200f].contains(&code) || (0x202a..=0x202e).contains(&code);
            !is_control && !turns && !(0x2066..=0x2069).contains(&code) && code != 0x2028 && code != 0x2029
        })
    }

    fn nasty() -> impl Strategy<Value = String> {
        let character = prop_oneof![
            any::<char>(),
            (0_u8..0x20).prop_map(char::from),
            (0x7f_u8..0xa0).prop_map(char::from),
            prop_oneof![Just('\u{202e}'), Just('\u{2066}'), Just('\u{2028}'), Just('\u{61c}'), Just('\\'), Just('"')],
        ];
        proptest::collection::vec(character, 0..40).prop_map(|characters| characters.into_iter().collect())
    }

    proptest! {
        #[test]
        fn whatever_comes_in_nothing_steers_a_terminal_or_begins_a_line(text in nasty()) {
            let shown = line(&text);
            prop_assert!(is_harmless(&shown), "{shown:?}");
            prop_assert_eq!(line(&shown), shown.clone(), "escaped twice it is the same");
        }

        #[test]
        fn json_is_harmless_and_means_the_same(key in nasty(), value in nasty()) {
            let meant = serde_json::json!({ key: [value] });
            let text = serde_json::to_string_pretty(&meant).unwrap();
            let shown = json(&text);
            prop_assert!(shown.split('\n').all(is_harmless), "{shown:?}");
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), meant);
        }
    }

    #[test]
    fn ordinary_text_stays_as_it_is() {
        for text in ["", "plain", "Zoë ließ 2 €", r"C:\x", "日本語"] {
            assert!(matches!(line(text), Cow::Borrowed(same) if same == text));
        }
        assert_eq!(
            line("a\nSuccessful: b\x1b]0;c\x07\u{9b}d\u{202e}"),
            r"a\x0aSuccessful: b\x1b]0;c\x07\u{9b}d\u{202e}"
        );
    }
}
