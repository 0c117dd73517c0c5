//! Client resources from their templates: the codebase and the server take their places in the template's bytes, all else stays.
//!
//! A JNLP template has the form of a JNLP file, so the places are known: the `codebase` of the root, the argument behind `-server`. What
//! stands there is a placeholder unless it is an address; what placeholders look like is not public (`reference/instant-messaging.md`
//! section 14). The same placeholders are filled in wherever else they stand, and in the HTML templates.

use documents::jnlp::Jnlp;
use documents::{SpanEdit, apply};

use super::address::{Codebase, Server};

/// What is filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Values {
    pub(super) codebase: Option<String>,
    pub(super) server: Option<String>,
}

/// The placeholders of a release's templates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Placeholders {
    pub(super) codebase: Vec<String>,
    pub(super) server: Vec<String>,
}

/// What a resource holds now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) codebase: Option<String>,
    pub(super) server: Option<String>,
}

/// Returns what a JNLP file, or a template of one, holds.
///
/// # Errors
/// Why it is none.
pub(super) fn held_by_jnlp(bytes: &[u8]) -> Result<Held, String> {
    let jnlp = Jnlp::parse(bytes.to_vec()).map_err(|e| e.to_string())?;
    let codebase = jnlp.codebase().map(|value| value.text);
    let server = jnlp.argument_behind("-server").map(|value| value.text.trim().to_owned());
    Ok(Held { codebase, server })
}

/// Returns what an HTML page holds: the value of its applet's parameter `server`.
pub(super) fn held_by_html(bytes: &[u8]) -> Held {
    let value = server_parameters(bytes).into_iter().next();
    let server = value.and_then(|span| bytes.get(span)).map(|value| unescaped(&String::from_utf8_lossy(value)));
    Held { codebase: None, server }
}

impl Placeholders {
    /// Takes those of a JNLP template.
    pub(super) fn learn(&mut self, held: &Held) {
        // A plain word may stand elsewhere for itself.
        let is_marked = |text: &&String| text.contains(['@', '$', '%', '{']);
        let codebase = held.codebase.iter().filter(is_marked).filter(|text| Codebase::parse(text).is_err());
        self.codebase.extend(codebase.cloned());
        let server = held.server.iter().filter(is_marked).filter(|text| Server::parse(text).is_none());
        self.server.extend(server.cloned());
    }
}

/// Returns a JNLP file.
///
/// # Errors
/// Why it cannot be made.
pub(super) fn jnlp(template: &[u8], values: &Values, placeholders: &Placeholders) -> Result<Vec<u8>, String> {
    let jnlp = Jnlp::parse(template.to_vec()).map_err(|e| e.to_string())?;
    let mut edits = Vec::new();
    if let Some(codebase) = &values.codebase {
        edits.push(jnlp.set_codebase(codebase).map_err(|e| e.to_string())?);
    }
    if let (Some(server), Some(place)) = (&values.server, jnlp.argument_behind("-server")) {
        edits.push(jnlp.set(&place, server).map_err(|e| e.to_string())?);
    }
    let made = filled_in(template, edits, values, placeholders)?;
    // What was filled in elsewhere is seen again by the parser.
    Jnlp::parse(made.clone()).map_err(|e| format!("with its values it would be malformed: {e}"))?;
    Ok(made)
}

/// Returns an HTML page.
///
/// # Errors
/// Never for a template that was read.
pub(super) fn html(template: &[u8], values: &Values, placeholders: &Placeholders) -> Result<Vec<u8>, String> {
    let mut edits = Vec::new();
    if let Some(server) = &values.server {
        edits.extend(server_parameters(template).into_iter().map(|span| edit(span, server)));
    }
    filled_in(template, edits, values, placeholders)
}

/// Applies edits, and fills in the placeholders that stand elsewhere.
fn filled_in(
    template: &[u8],
    mut edits: Vec<SpanEdit>,
    values: &Values,
    placeholders: &Placeholders,
) -> Result<Vec<u8>, String> {
    let pairs = [(&placeholders.codebase, &values.codebase), (&placeholders.server, &values.server)];
    let words = pairs.iter().filter_map(|(words, value)| Some((words, value.as_ref()?)));
    for (word, value) in words.flat_map(|(words, value)| words.iter().map(move |word| (word, value))) {
        for start in found(template, word.as_bytes()) {
            let span = start..start.saturating_add(word.len());
            if !edits.iter().any(|edit| overlaps(edit, &span)) {
                edits.push(self::edit(span, value));
            }
        }
    }
    edits.sort_by_key(|edit| edit.offset);
    apply(template, &edits).map_err(|e| e.to_string())
}

fn overlaps(edit: &SpanEdit, span: &std::ops::Range<usize>) -> bool {
    let end = edit.offset.saturating_add(edit.remove);
    edit.offset < span.end as u64 && (span.start as u64) < end
}

fn edit(span: std::ops::Range<usize>, value: &str) -> SpanEdit {
    SpanEdit { offset: span.start as u64, remove: span.len() as u64, insert: escaped(value).into_bytes() }
}

/// Returns where a word begins, without overlaps.
fn found(bytes: &[u8], word: &[u8]) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut from = 0_usize;
    while let Some(rest) = bytes.get(from..)
        && let Some(at) = rest.windows(word.len().max(1)).position(|window| window == word)
    {
        let start = from.saturating_add(at);
        starts.push(start);
        from = start.saturating_add(word.len().max(1));
    }
    starts
}

/// Returns the values of the parameters `server` of a page's applets, without their quotation marks.
fn server_parameters(page: &[u8]) -> Vec<std::ops::Range<usize>> {
    let lower = page.to_ascii_lowercase();
    let tag = |start: usize| {
        let rest = lower.get(start..)?;
        let end = start.saturating_add(rest.iter().position(|byte| *byte == b'>')?);
        let attributes = attributes(&lower, start.saturating_add(b"<param".len())..end);
        let of = |name: &[u8]| {
            let found = attributes.iter().find(|(known, _)| lower.get(known.clone()) == Some(name))?;
            Some(found.1.clone())
        };
        (lower.get(of(b"name")?)? == b"server").then(|| of(b"value"))?
    };
    found(&lower, b"<param").into_iter().filter_map(tag).collect()
}

/// Returns the names and values of a tag's attributes; values without their quotation marks.
fn attributes(page: &[u8], within: std::ops::Range<usize>) -> Vec<(std::ops::Range<usize>, std::ops::Range<usize>)> {
    let mut attributes = Vec::new();
    let mut at = within.start;
    let byte = |at: usize| page.get(at).copied().filter(|_| at < within.end);
    let run = |mut at: usize, is: &dyn Fn(u8) -> bool| {
        while byte(at).is_some_and(is) {
            at = at.saturating_add(1);
        }
        at
    };
    while byte(at).is_some() {
        at = run(at, &|byte| byte.is_ascii_whitespace() || byte == b'/');
        let name_end = run(at, &|byte| !byte.is_ascii_whitespace() && byte != b'=');
        let name = at..name_end;
        at = run(name_end, &|byte| byte.is_ascii_whitespace());
        if byte(at) != Some(b'=') {
            if name.is_empty() {
                break;
            }
            continue;
        }
        at = run(at.saturating_add(1), &|byte| byte.is_ascii_whitespace());
        let value = match byte(at) {
            Some(quote @ (b'"' | b'\'')) => {
                let start = at.saturating_add(1);
                start..run(start, &|byte| byte != quote)
            }
            _ => at..run(at, &|byte| !byte.is_ascii_whitespace()),
        };
        at = value.end.saturating_add(usize::from(matches!(byte(value.end), Some(b'"' | b'\''))));
        attributes.push((name, value));
    }
    attributes
}

/// Returns a value as it may stand in an attribute, between either quotation marks, and in text.
fn escaped(value: &str) -> String {
    let mut text = String::new();
    for c in value.chars() {
        match c {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\'' => text.push_str("&#39;"),
            other => text.push(other),
        }
    }
    text
}

fn unescaped(text: &str) -> String {
    let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    pairs.iter().fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "<?xml version='1.0'?>\n<!-- 7.3 @CODE@ -->\n<jnlp codebase='@CODE@' href=\"@CODE@im.jnlp\">\r\n\
                            <application-desc><argument>-server</argument><argument>@S@</argument></application-desc></jnlp>\n";

    fn values(codebase: &str, server: &str) -> Values {
        Values { codebase: Some(codebase.to_owned()), server: Some(server.to_owned()) }
    }

    fn placeholders() -> Placeholders {
        let mut known = Placeholders::default();
        known.learn(&held_by_jnlp(TEMPLATE.as_bytes()).unwrap());
        known
    }

    #[test]
    fn only_the_values_change_in_a_jnlp_file() {
        let made = jnlp(TEMPLATE.as_bytes(), &values("http://h/im/", "h:5222"), &placeholders()).unwrap();
        let expected = TEMPLATE.replace("@CODE@", "http://h/im/").replace("@S@", "h:5222");
        assert_eq!(String::from_utf8(made).unwrap(), expected);
    }

    #[test]
    fn markup_in_an_address_is_escaped() {
        let codebase = "http://h/im/?a='1'&b=\"<2>\"";
        let made = jnlp(TEMPLATE.as_bytes(), &values(codebase, "h:1"), &placeholders()).unwrap();
        let parsed = Jnlp::parse(made).unwrap();
        assert_eq!(parsed.codebase().unwrap().text, codebase);
        assert_eq!(parsed.href().unwrap().text, format!("{codebase}im.jnlp"));
    }

    #[test]
    fn a_page_gets_the_server_where_its_parameter_is_and_where_the_placeholder_stands() {
        let page =
            b"<PARAM value='x:1' NAME=\"Server\" ><param name=other value=x:1><a title=\"@S@\" href='@CODE@'>\xe9</a>";
        let made = html(page, &values("http://h/?a&b", "h:5222"), &placeholders()).unwrap();
        let expected =
            b"<PARAM value='h:5222' NAME=\"Server\" ><param name=other value=x:1><a title=\"h:5222\" href='http://h/?a&amp;b'>\xe9</a>";
        assert_eq!(made, expected);
        assert_eq!(held_by_html(page).server.unwrap(), "x:1");
    }

    #[test]
    fn pages_that_end_within_a_tag_are_taken_as_they_are() {
        for page in ["<param", "<param name=server value=", "<param name=\"server\" value=\"x", "<param ==>", "<"] {
            let made = html(page.as_bytes(), &values("http://h/", "h:1"), &placeholders()).unwrap();
            assert!(!made.is_empty(), "{page}");
        }
    }

    #[test]
    fn addresses_in_a_template_are_no_placeholders() {
        let mut known = Placeholders::default();
        let codebase = Some("http://h/im/".to_owned());
        known.learn(&Held { codebase, server: Some("h:5222".to_owned()) });
        assert_eq!(known, Placeholders::default());
    }
}
