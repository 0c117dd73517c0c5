//! Forms of lines that programs other than Windows read differently (docs/reference/outlook-connector.md section 7.1).

use documents::windows_ini::FileEncoding;
use documents::{Document, State};

use super::Finding;
use crate::configuration::Configuration;

pub(super) fn findings(c: &Configuration) -> Vec<Finding> {
    let mut found = Vec::new();
    let rule = "windows";
    for entry in c.document.entries() {
        let line = entry.line;
        let name = entry.key.name.escape_ascii();
        if entry.key.section.is_none() {
            let text = format!("line {line}: Windows cannot read `{name}`, which stands before the first section");
            found.push(Finding::warning(rule, text));
        } else if entry.value.is_none() {
            found.push(Finding::warning(
                rule,
                format!("line {line}: Windows reads no value from `{name}`: it has no `=`"),
            ));
        } else if entry.state == State::Shadowed {
            let text = format!("line {line}: `{name}` is there before, and Windows takes the first");
            found.push(Finding::warning(rule, text));
        }
        if entry.value.as_ref().is_some_and(|value| value.len() > 65_535) {
            let text = format!("line {line}: Windows cuts a value of more than 65535 characters");
            found.push(Finding::warning(rule, text));
        }
    }
    if matches!(c.document.encoding(), FileEncoding::Ansi(_)) {
        for line in c.document.to_bytes().split(|byte| matches!(byte, b'\n' | b'\r')) {
            header(line, &mut found);
        }
    }
    found
}

fn header(line: &[u8], found: &mut Vec<Finding>) {
    let line = line.trim_ascii();
    if !line.starts_with(b"[") {
        return;
    }
    let text = line.escape_ascii();
    match line.iter().filter(|byte| **byte == b']').count() {
        0 => found.push(Finding::warning(
            "windows",
            format!("`{text}`: the `]` is missing; Windows opens a section all the same"),
        )),
        1 => {}
        _ => found.push(Finding::warning("windows", format!("`{text}`: Windows ends the name at the first `]`"))),
    }
}
