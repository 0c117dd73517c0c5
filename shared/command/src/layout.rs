//! Lines that fit a terminal: prose is wrapped between words, and what comes in pairs is set in two columns.

use upgrade_engine::shown;

/// How wide a line may be. Wider terminals are common, but logs and mail are read at this width as well.
pub const WIDTH: usize = 80;

/// Wraps a line between words. Further lines are indented by two blanks more than the first one.
///
/// A word that is longer than the line stays whole: a path or a name must be found when it is searched for.
#[must_use]
pub fn wrapped(line: &str) -> String {
    let text = line.trim_start_matches(' ');
    let indent = line.len().saturating_sub(text.len());
    fill(&" ".repeat(indent), &" ".repeat(indent.saturating_add(2)), text)
}

/// Returns pairs in two columns below each other, indented by two blanks. The second column is wrapped.
#[must_use]
pub fn two_columns(rows: &[(String, String)]) -> Vec<String> {
    let longest = rows.iter().map(|(left, _)| left.chars().count()).max().unwrap_or(0);
    let rest = " ".repeat(longest.saturating_add(4));
    let row = |(left, right): &(String, String)| {
        let left = shown::line(left);
        let gap = longest.saturating_sub(left.chars().count()).saturating_add(2);
        fill(&format!("  {left}{}", " ".repeat(gap)), &rest, right)
    };
    rows.iter().map(row).collect()
}

fn fill(first: &str, others: &str, text: &str) -> String {
    // The line breaks of the result are our own, and no others.
    let text = &*shown::line(text);
    let mut out = first.to_owned();
    let mut width = first.chars().count();
    let mut is_at_start = true;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let length = word.chars().count();
        if !is_at_start && width.saturating_add(1).saturating_add(length) > WIDTH {
            out.push('\n');
            out.push_str(others);
            width = others.chars().count();
            is_at_start = true;
        }
        if !is_at_start {
            out.push(' ');
            width = width.saturating_add(1);
        }
        out.push_str(word);
        width = width.saturating_add(length);
        is_at_start = false;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_a_terminal_and_no_word_is_lost() {
        let text = format!("  {}", "a line with words of several lengths, ".repeat(9).trim_end());
        let lines = wrapped(&text);
        assert!(lines.lines().count() > 3);
        assert!(lines.lines().all(|line| line.chars().count() <= WIDTH), "{lines}");
        assert!(lines.lines().skip(1).all(|line| line.starts_with("    ") && !line.starts_with("     ")));
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(&lines), words(&text));
    }

    #[test]
    fn a_line_that_fits_and_a_word_that_does_not_stay_as_they_are() {
        assert_eq!(wrapped("schema: 3 attributes"), "schema: 3 attributes");
        let name = "x".repeat(200);
        assert_eq!(wrapped(&format!("in {name} here")), format!("in\n  {name}\n  here"));
    }

    #[test]
    fn a_second_column_begins_at_one_place() {
        let names = "name, ".repeat(20);
        let rows = [("Calendar".to_owned(), "one".to_owned()), ("Instant Messaging".to_owned(), names)];
        let lines = two_columns(&rows).join("\n");
        assert!(lines.starts_with("  Calendar           one\n  Instant Messaging  name,"), "{lines}");
        assert!(lines.lines().skip(2).all(|line| line.starts_with(&format!("{}name,", " ".repeat(21)))), "{lines}");
        assert!(lines.lines().all(|line| line.chars().count() <= WIDTH), "{lines}");
    }
}
