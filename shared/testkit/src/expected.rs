//! Tables of what a merge is expected to decide: `expected.tsv` and `files.tsv` of a product's test data.
//!
//! Columns of `expected.tsv`: file, key, base, site, new, decision, final. Values are printable ASCII: `\t`, `\n`, `\r`,
//! `\\`, `\xNN` (a byte, or a code point below 0x100), `\uXXXX` (a UTF-16 unit); a blank at either end is `\x20`.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// A line of `expected.tsv`, or what a tool decided, in the notation of the table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// The file, by the name that the table has for it.
    pub file: String,
    /// The key: `FILE NAME:KEY`.
    pub key: String,
    /// The value of the old release.
    pub base: String,
    /// The value of the site.
    pub site: String,
    /// The value of the new release.
    pub new: String,
    /// The decision: `take-new`, `keep-site`, ...
    pub decision: String,
    /// The value afterwards.
    pub outcome: String,
}

/// The columns that are compared, behind file and key.
const COLUMNS: [&str; 5] = ["base", "site", "new", "decision", "final"];

impl Row {
    /// Makes a row of its seven columns.
    pub fn new(columns: [&str; 7]) -> Self {
        let [file, key, base, site, new, decision, outcome] = columns.map(str::to_owned);
        Self { file, key, base, site, new, decision, outcome }
    }

    fn values(&self) -> [&str; 5] {
        [&self.base, &self.site, &self.new, &self.decision, &self.outcome]
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = COLUMNS.iter().zip(self.values()).map(|(name, value)| format!("{name} {value:?}"));
        write!(f, "{} {}: {}", self.file, self.key, values.collect::<Vec<_>>().join(", "))
    }
}

/// Reads `expected.tsv` of a directory.
///
/// # Panics
/// When it is missing, has no rows, or a row has not seven columns.
pub fn rows(directory: &Path) -> Vec<Row> {
    let row = |(place, columns): (String, Vec<String>)| {
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        Row::new(columns.try_into().unwrap_or_else(|_| panic!("{place}: not seven columns")))
    };
    table(&directory.join("expected.tsv")).into_iter().map(row).collect()
}

/// A line of `files.tsv`: where a configuration file is in the three trees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRow {
    /// The file, by the name that `expected.tsv` has for it.
    pub file: String,
    /// Its dialect, with further words such as `base unknown`.
    pub dialect: String,
    /// Its path in the trees `stock-old`, `site` and `stock-new`; nothing where a tree has none.
    pub paths: [Option<String>; 3],
}

/// Reads `files.tsv` of a directory.
///
/// # Panics
/// When it is missing, has no rows, or a row has not five columns.
pub fn files(directory: &Path) -> Vec<FileRow> {
    let row = |(place, columns): (String, Vec<String>)| {
        let [file, dialect, paths @ ..]: [String; 5] =
            columns.try_into().unwrap_or_else(|_| panic!("{place}: not five columns"));
        FileRow { file, dialect, paths: paths.map(|path| (path != "-").then_some(path)) }
    };
    table(&directory.join("files.tsv")).into_iter().map(row).collect()
}

fn table(path: &Path) -> Vec<(String, Vec<String>)> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let lines = text.lines().enumerate().skip(1).filter(|(_, line)| !line.is_empty());
    let row = |(number, line): (usize, &str)| {
        (format!("{}:{}", path.display(), number + 1), line.split('\t').map(str::to_owned).collect())
    };
    let rows: Vec<_> = lines.map(row).collect();
    assert!(!rows.is_empty(), "{}: no rows", path.display());
    rows
}

/// Returns a line for every row that is missing, too many, or different, and says in which column.
pub fn differences(expected: &[Row], found: &[Row]) -> Vec<String> {
    let by_key = |rows: &[Row]| {
        let mut all: BTreeMap<(String, String), Vec<Row>> = BTreeMap::new();
        for row in rows {
            all.entry((row.file.clone(), row.key.clone())).or_default().push(row.clone());
        }
        all
    };
    let (expected, mut found) = (by_key(expected), by_key(found));
    let mut lines = Vec::new();
    for (key, rows) in expected {
        let others = found.remove(&key).unwrap_or_default();
        for (row, other) in rows.iter().zip(&others) {
            let columns = COLUMNS.iter().zip(row.values().into_iter().zip(other.values()));
            let differing = columns.filter(|(_, (expected, found))| expected != found);
            lines.extend(differing.map(|(column, (expected, found))| {
                format!("{} {}: {column} is {found:?}, not {expected:?}", row.file, row.key)
            }));
        }
        lines.extend(rows.iter().skip(others.len()).map(|row| format!("missing: {row}")));
        lines.extend(others.iter().skip(rows.len()).map(|row| format!("not expected: {row}")));
    }
    lines.extend(found.values().flatten().map(|row| format!("not expected: {row}")));
    lines
}

/// Fails unless a tool decided exactly what is expected; the order of the rows does not count.
///
/// # Panics
/// With the number of differences, and all of them one below the other.
#[track_caller]
pub fn assert_decided(expected: &[Row], found: &[Row]) {
    assert!(!expected.is_empty(), "nothing is expected");
    let lines = differences(expected, found);
    assert!(lines.is_empty(), "{} differences in {} rows:\n{}", lines.len(), expected.len(), lines.join("\n"));
}

/// What a value of the table stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// `<absent>`: no active entry.
    Absent,
    /// `<unknown>`: there is no base file.
    Unknown,
    /// `<commented>V`: present, but commented out.
    Commented(&'a str),
    /// `sha256:...`: a whole file.
    Digest(&'a str),
    /// Any other value, still in the notation: see [`bytes`] and `text`.
    Written(&'a str),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(written: &'a str) -> Self {
        match written {
            "<absent>" => Self::Absent,
            "<unknown>" => Self::Unknown,
            _ => match (written.strip_prefix("<commented>"), written.strip_prefix("sha256:")) {
                (Some(value), _) => Self::Commented(value),
                (_, Some(digest)) => Self::Digest(digest),
                _ => Self::Written(written),
            },
        }
    }
}

/// Reads a written value of a dialect of bytes.
///
/// # Panics
/// When it is not in the notation, or holds `\uXXXX`.
pub fn bytes(written: &str) -> Vec<u8> {
    units(written).into_iter().map(|unit| u8::try_from(unit).unwrap_or_else(|_| panic!("{written}"))).collect()
}

/// Reads a written value of a dialect of characters (`.properties`), as UTF-16 units.
///
/// # Panics
/// When it is not in the notation.
pub fn units(written: &str) -> Vec<u16> {
    let mut rest = written;
    let mut units = Vec::new();
    while let Some(first) = rest.chars().next() {
        assert!(first.is_ascii_graphic() || first == ' ', "{written}");
        let (unit, length) = match rest.as_bytes() {
            [b'\\', b't', ..] => (0x09, 2),
            [b'\\', b'n', ..] => (0x0a, 2),
            [b'\\', b'r', ..] => (0x0d, 2),
            [b'\\', b'\\', ..] => (0x5c, 2),
            [b'\\', b'x', ..] => (hexadecimal(rest.get(2..4), written), 4),
            [b'\\', b'u', ..] => (hexadecimal(rest.get(2..6), written), 6),
            [b'\\', ..] => panic!("{written}: unknown escape"),
            _ => (first as u16, 1),
        };
        units.push(unit);
        rest = &rest[length..];
    }
    units
}

fn hexadecimal(digits: Option<&str>, written: &str) -> u16 {
    digits.and_then(|digits| u16::from_str_radix(digits, 16).ok()).unwrap_or_else(|| panic!("{written}"))
}

/// Writes bytes in the notation.
pub fn written(bytes: &[u8]) -> String {
    written_units(&bytes.iter().map(|byte| u16::from(*byte)).collect::<Vec<_>>())
}

/// Writes UTF-16 units in the notation.
pub fn written_units(units: &[u16]) -> String {
    let last = units.len().saturating_sub(1);
    let one = |(at, unit): (usize, &u16)| match unit {
        0x09 => "\\t".to_owned(),
        0x0a => "\\n".to_owned(),
        0x0d => "\\r".to_owned(),
        0x5c => "\\\\".to_owned(),
        0x20 if at == 0 || at == last => "\\x20".to_owned(),
        0x20..=0x7e => char::from_u32(u32::from(*unit)).unwrap().to_string(),
        0..=0xff => format!("\\x{unit:02x}"),
        _ => format!("\\u{unit:04x}"),
    };
    units.iter().enumerate().map(one).collect()
}
