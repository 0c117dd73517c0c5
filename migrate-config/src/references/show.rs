//! A line of somebody else's file, as it can be shown: without secrets, without control characters, and short.

use upgrade_engine::redact;

/// Longest line that is shown, in characters.
const LONGEST: usize = 200;

/// Options of command lines whose next word is a password.
const PASSWORD_OPTIONS: [&str; 2] = ["-w", "-W"];

pub(super) fn line(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let text: String = text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let text = redact::text(&without_passwords(&text));
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// Hides what follows an option for a password, and what follows `password:`, as in files of Networker.
fn without_passwords(line: &str) -> String {
    let is_secret_option =
        |word: &str| PASSWORD_OPTIONS.contains(&word) || word.starts_with('-') && redact::is_secret_key(word);
    let mut hide = false;
    let words = line.split(' ').map(|word| {
        if hide && !word.is_empty() {
            hide = false;
            return redact::SECRET;
        }
        let is_key = word.strip_suffix(':').is_some_and(redact::is_secret_key);
        hide |= is_key || is_secret_option(word);
        word
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn secrets_control_characters_and_long_lines_are_not_shown() {
        for (text, shown) in [
            ("0 3 * * * /opt/SUNWmsgsr/sbin/x -w hunter2 -D a", "0 3 * * * /opt/SUNWmsgsr/sbin/x -w <secret> -D a"),
            ("/opt/SUNWmsgsr/sbin/x --password  hunter2", "/opt/SUNWmsgsr/sbin/x --password  <secret>"),
            ("local.ugldapbindcred = hunter2", "local.ugldapbindcred =<secret>"),
            ("password: hunter2; path: /opt", "password: <secret> path: /opt"),
            ("\ta\x1b[31mb\r\n", "a [31mb"),
        ] {
            assert_eq!(line(text.as_bytes()), shown);
        }
        assert_eq!(line(&[b'x'; 500]).chars().count(), 203);
        assert_eq!(line(b"caf\xe9"), "caf\u{fffd}");
    }
}
