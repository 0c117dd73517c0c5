//! The published facts about the schema, as the two searches found them.

/// The three tables of published facts: the first search, the second, and where they differ.
pub(crate) const FIRST: &str = include_str!("../facts/schema.tsv");
pub(crate) const FOUND: &str = include_str!("../facts/schema-found.tsv");
pub(crate) const DIFFERENCES: &str = include_str!("../facts/schema-differences.tsv");

pub(crate) struct Row {
    pub(crate) kind: &'static str,
    pub(crate) oid: &'static str,
    pub(crate) name: &'static str,
    pub(crate) names: Vec<&'static str>,
    pub(crate) syntax: &'static str,
    pub(crate) contents: &'static str,
    pub(crate) source: &'static str,
}

pub(crate) fn cells(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().skip(1).map(|line| line.split('\t').collect())
}

/// The rows that are to be built in: all but definitions that others made of the same identifiers (the IETF, OpenSSO, what a server
/// ships), Netscape Calendar 3 and 4, the standard attribute `mail`, and a name that was misprinted.
pub(crate) fn wanted() -> Vec<Row> {
    let all = cells(FIRST).chain(cells(FOUND));
    let is_of_others = |cells: &Vec<&str>| {
        let (names, product, source) = (cells[2], cells[6], cells[7]);
        product.contains("conflict reference")
            || product.contains("Netscape Calendar 3/4")
            || product == "Access Manager" && source.starts_with("OpenSSO")
            || source == "funambol schema.ldif"
            || ["mail|rfc822mailbox", "piStoreRoot"].contains(&names)
    };
    all.filter(|cells| !is_of_others(cells)).map(row).collect()
}

fn row(cells: Vec<&'static str>) -> Row {
    Row {
        kind: cells[0],
        oid: cells[1],
        name: cells[2].split('|').next().unwrap(),
        names: cells[2].split('|').collect(),
        syntax: cells[3],
        contents: cells[4],
        source: cells[7],
    }
}

/// All rows of a table.
pub(crate) fn rows(table: &'static str) -> impl Iterator<Item = Row> {
    cells(table).map(row)
}

impl Row {
    /// Lists of the mandatory and of the allowed attributes of a class.
    pub(crate) fn attributes(&self) -> (&'static str, &'static str) {
        self.contents.strip_prefix("MUST ").unwrap().split_once("; MAY ").unwrap()
    }

    /// The superior and the kind of a class, as they are published.
    pub(crate) fn superior_and_kind(&self) -> (&'static str, &'static str) {
        let (sup, kind) = self.syntax.strip_prefix("SUP ").unwrap().rsplit_once(' ').unwrap();
        (sup.trim_end_matches("(implicit)"), kind.trim_end_matches("(default)"))
    }
}

pub(crate) fn names(list: &str) -> Vec<String> {
    list.split(',').filter(|name| !matches!(*name, "" | "-" | "...")).map(str::to_ascii_lowercase).collect()
}
