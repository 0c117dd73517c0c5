//! Structure that the MTA needs and that a rewriter could do without: it is checked all the same, because a configuration that is broken
//! before a move would be found broken only when the new server starts (`reference/messaging.md` section 3.2).

use documents::{Dialect, Entry};

/// The blocks of `imta.cnf` that have one line.
const ONE_LINE: [&[u8]; 2] = [b"defaults", b"nodefaults"];

/// Returns what is wrong with a file of the MTA, with its line; nothing where all is well.
pub fn fault(dialect: Dialect, bytes: &[u8]) -> Option<String> {
    if let Err(error) = dialect.check(bytes) {
        return Some(error.to_string());
    }
    match dialect {
        Dialect::Mappings => table_without_blank(bytes),
        Dialect::ImtaCnf => channel_block(bytes),
        _ => None,
    }
}

fn at(line: usize, what: &str) -> String {
    format!("line {line}, column 1: {what}")
}

fn is_blank(line: &[u8]) -> bool {
    line.trim_ascii().is_empty()
}

/// A blank line stands between the name of a table and its entries.
fn table_without_blank(bytes: &[u8]) -> Option<String> {
    let mut table = None;
    let mut is_continued = false;
    for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if line.starts_with(b"!") && !is_continued {
            continue;
        }
        if let Some(header) = table.take()
            && !is_blank(line)
        {
            return Some(at(header, "a table whose name is not followed by a blank line"));
        }
        let is_entry = is_continued || line.first().is_none_or(|first| matches!(first, b' ' | b'\t' | b'<' | b'\r'));
        if !is_entry {
            table = Some(number.saturating_add(1));
        }
        is_continued = line.trim_ascii_end().ends_with(b"\\");
    }
    None
}

/// Behind the rewrite rules and a blank line there are channel blocks: a line with the channel, then its host names.
fn channel_block(bytes: &[u8]) -> Option<String> {
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    let entries = Dialect::ImtaCnf.entries(bytes.to_vec()).ok()?;
    let is_channel = |entry: &&Entry| entry.key.section.as_deref() == Some(b"channel");
    let channels: Vec<&Entry> = entries.iter().map(|listed| &listed.entry).filter(is_channel).collect();
    let first_blank = lines.iter().position(|line| is_blank(line)).unwrap_or(lines.len());
    let includes_blocks = lines.iter().skip(first_blank).any(|line| line.starts_with(b"<"));
    if channels.is_empty() && !includes_blocks {
        return Some(at(
            first_blank.saturating_add(1),
            "no channel block: they come behind a blank line after the rewrite rules",
        ));
    }
    channels.into_iter().find_map(|entry| {
        let block = bytes.get(entry.lines.clone()).unwrap_or_default();
        let of_block = block.split(|byte| *byte == b'\n').filter(|line| !is_blank(line) && !line.starts_with(b"!"));
        let is_short = of_block.clone().count() < 2 && !of_block.clone().any(|line| line.starts_with(b"<"));
        let is_named = |name: &[u8]| entry.key.name.as_ref() == name;
        let is_broken = is_short && !ONE_LINE.iter().any(|name| is_named(name));
        is_broken.then(|| {
            at(usize::try_from(entry.line).unwrap_or(usize::MAX), "a channel block without its official host name")
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_blank_line_behind_a_table_s_name_is_missed() {
        let sound = "! c\nONE\n\n  a  b\\\nc\n\nTWO\n! c\n\n  a  $Y\n</x\n\nEMPTY\n\n";
        assert_eq!(fault(Dialect::Mappings, sound.as_bytes()), None);
        let broken = "ONE\n\n  a  b\n\nTWO\n  a  b\n";
        assert!(fault(Dialect::Mappings, broken.as_bytes()).unwrap().contains("line 5"), "{broken}");
        assert!(fault(Dialect::Mappings, b"  a b\n").unwrap().contains("line 1"));
    }

    #[test]
    fn channel_blocks_are_missed_and_so_are_their_hosts() {
        let sound = "a $U@b\n\n! c\ndefaults x\n\nl subdirs\nhost\n\ntcp smtp\nhost2\nhost3\n";
        assert_eq!(fault(Dialect::ImtaCnf, sound.as_bytes()), None);
        assert_eq!(fault(Dialect::ImtaCnf, b"a $U@b\n\n</channels\n"), None);
        assert!(fault(Dialect::ImtaCnf, b"a $U@b\nl x\nhost\n").unwrap().contains("no channel block"));
        let alone = "a $U@b\n\nl subdirs\nhost\n\ntcp smtp\n\nx\nhost\n";
        assert!(fault(Dialect::ImtaCnf, alone.as_bytes()).unwrap().contains("line 6"));
    }
}
