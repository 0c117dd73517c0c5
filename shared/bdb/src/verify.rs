//! Says everything that is wrong with a database file, or odd about it.
//!
//! The strict reader already compares all that a file says twice: trees with the chains of their leaves, levels, buckets with
//! the keys in them, record counts, the free list, and at the end that no page was left out. This module adds what does not
//! decide whether records can be read, but whether they are found: the order of keys and of sorted duplicates, the keys of internal pages, and the
//! counts in meta pages. Where the reader stops at damage, the places that salvage cannot read are listed as well, so that all of the damage is
//! known and not only the first.

use std::fmt;

use crate::format::PageNo;
use crate::hash::is_default;
use crate::io::ReadAt;
use crate::read::{Access, Database, DuplicateMode, Part, ReadError, Records, Survey};
use crate::record::Record;

/// Most findings that can be there before losses are listed.
const KNOWN: usize = 8;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Harmless, or the application's own way.
    Oddity,
    /// A record cannot be read, or not be found by its key.
    Damage,
}

/// Something about a file that is not as the library writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where; page 0 for what concerns the file as a whole.
    pub page: PageNo,
    /// What.
    pub what: What,
}

/// What a finding is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A page does not say what others say of it, or not what a page must say.
    Structure(String),
    /// Internal keys that do not divide the keys below them.
    Separators(u64),
    /// Keys that are there twice, each with records of its own.
    RepeatedKeys(u64),
    /// Equal data among sorted duplicates.
    RepeatedData(u64),
    /// Keys in another order than that of their bytes.
    KeyOrder(u64),
    /// Sorted duplicates in another order than that of their bytes.
    DataOrder(u64),
    /// The last page, as the meta page has it.
    LastPage {
        /// What it says.
        found: PageNo,
        /// What the length of the file says.
        expected: PageNo,
    },
    /// The number of keys, as the meta page has it.
    KeyCount {
        /// What it says.
        found: u64,
        /// How many there are.
        expected: u64,
    },
    /// Buckets that were never written, or are lost.
    DoubtfulBuckets(u64),
    /// Numbers of records that internal pages have.
    RecordCounts(u64),
    /// A hash function of the application, by what it makes of a known text: whether keys are in their buckets is not known.
    HashFunction(u32),
    /// The length of records, in a database that has no fixed one.
    RecordLength(u32),
    /// Items that are marked as deleted.
    Deleted(u64),
    /// Empty pages that the free list does not have.
    Unlisted(u64),
}

impl What {
    /// Returns how much it matters.
    pub fn severity(&self) -> Severity {
        match self {
            Self::Structure(_) | Self::Separators(_) | Self::RepeatedKeys(_) | Self::RepeatedData(_) => {
                Severity::Damage
            }
            Self::KeyOrder(_)
            | Self::DataOrder(_)
            | Self::LastPage { .. }
            | Self::KeyCount { .. }
            | Self::DoubtfulBuckets(_)
            | Self::RecordCounts(_)
            | Self::HashFunction(_)
            | Self::RecordLength(_)
            | Self::Deleted(_)
            | Self::Unlisted(_) => Severity::Oddity,
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Structure(what) => f.write_str(what),
            Self::Separators(count) => {
                let keys = counted(*count, "key of an internal page does", "keys of internal pages do");
                write!(f, "{keys} not divide the keys below: a search misses some")
            }
            Self::RepeatedKeys(count) => {
                write!(
                    f,
                    "{} there twice: a search finds only the records of one",
                    counted(*count, "key is", "keys are")
                )
            }
            Self::RepeatedData(count) => {
                write!(f, "{} there twice", counted(*count, "sorted duplicate is", "sorted duplicates are"))
            }
            Self::KeyOrder(count) => {
                let keys = counted(*count, "key is", "keys are");
                write!(f, "{keys} not in byte order: the application may have its own")
            }
            Self::DataOrder(count) => {
                let data = counted(*count, "sorted duplicate is", "sorted duplicates are");
                write!(f, "{data} not in byte order: the application may have its own")
            }
            Self::LastPage { found, expected } => {
                write!(f, "by the meta page the last page is {found}, but it is {expected}")
            }
            Self::KeyCount { found, expected } => write!(f, "the meta page counts {found} keys, there are {expected}"),
            Self::DoubtfulBuckets(count) => {
                let buckets = counted(*count, "bucket is", "buckets are");
                write!(
                    f,
                    "{buckets} all zeros, and the meta page counts more keys than there are: never written, or lost"
                )
            }
            Self::RecordCounts(count) => {
                let pages = counted(*count, "internal page has", "internal pages have");
                write!(f, "{pages} a wrong number of records below")
            }
            Self::HashFunction(charkey) => {
                write!(f, "a hash function of the application ({charkey:#010x}): its buckets cannot be checked")
            }
            Self::RecordLength(length) => {
                write!(f, "the meta page has a record length, {length}, which has no meaning here")
            }
            Self::Deleted(count) => write!(f, "{} marked as deleted", counted(*count, "item is", "items are")),
            Self::Unlisted(count) => {
                write!(f, "{} not on the free list", counted(*count, "empty page is", "empty pages are"))
            }
        }
    }
}

fn counted(count: u64, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

/// What was found in a file.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// Everything that was found.
    pub findings: Vec<Finding>,
    /// How many places there are beyond those, in a file with very much damage.
    pub more: u64,
    /// What the strict reader saw, up to the first damage.
    pub survey: Survey,
}

impl Verdict {
    /// Returns the worst of the findings.
    pub fn severity(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.what.severity()).max()
    }

    fn add(&mut self, page: PageNo, what: What) {
        self.findings.push(Finding { page, what });
    }
}

/// What is read on the way.
pub enum Seen<'a> {
    /// The next database of the file.
    Part(&'a Part),
    /// The next record of that database.
    Record(Record<'a>),
}

/// Verifies a database file; what is read goes to `visit` as well, so that the file is read once.
///
/// # Errors
/// [`ReadError::Io`] or [`ReadError::Ended`] when the file cannot be read, and whatever `visit` returns. Damage is no error here.
pub fn verify<R: ReadAt>(
    database: &Database<R>,
    visit: impl FnMut(Seen<'_>) -> Result<(), ReadError>,
) -> Result<Verdict, ReadError> {
    let mut verdict = Verdict::default();
    for error in database.damage() {
        verdict.add(error.page().unwrap_or(PageNo(0)), What::Structure(error.to_string()));
    }
    let mut walk = Walk { visit, visited: Ok(()), counts: Vec::new(), parts: Vec::new() };
    let mut records = database.records();
    let walked = walk.all(&mut records);
    verdict.survey = records.survey().clone();
    walk.visited?;
    match walked {
        Err(error @ (ReadError::Io { .. } | ReadError::Ended { .. })) => return Err(error),
        Err(error) => {
            verdict.add(error.page().unwrap_or(PageNo(0)), What::Structure(error.to_string()));
            add_losses(database, &mut verdict)?;
        }
        Ok(()) => walk.counts.into_iter().for_each(|count| verdict.findings.push(count)),
    }
    judge(database, &walk.parts, &mut verdict);
    Ok(verdict)
}

/// One walk over a file.
struct Walk<V> {
    visit: V,
    visited: Result<(), ReadError>,
    counts: Vec<Finding>,
    parts: Vec<Part>,
}

impl<V: FnMut(Seen<'_>) -> Result<(), ReadError>> Walk<V> {
    fn all<R: ReadAt>(&mut self, records: &mut Records<'_, R>) -> Result<(), ReadError> {
        while let Some(part) = records.next_part()? {
            let before = records.survey().keys;
            self.see(Seen::Part(&part))?;
            while let Some(record) = records.next()? {
                self.see(Seen::Record(record))?;
            }
            if let Access::Hash(hash) = &part.meta.access {
                let (found, expected) = (u64::from(hash.keys), records.survey().keys.saturating_sub(before));
                if found != expected {
                    self.counts.push(Finding { page: PageNo(0), what: What::KeyCount { found, expected } });
                }
            }
            self.parts.push(part);
        }
        Ok(())
    }

    /// What the visitor returns is kept apart from what the file is like.
    fn see(&mut self, seen: Seen<'_>) -> Result<(), ReadError> {
        (self.visit)(seen).map_err(|error| {
            self.visited = Err(error);
            ReadError::Stopped
        })
    }
}

/// Lists what cannot be read beside the first damage.
fn add_losses<R: ReadAt>(database: &Database<R>, verdict: &mut Verdict) -> Result<(), ReadError> {
    let mut salvage = database.salvage();
    while salvage.next_part()?.is_some() {
        while salvage.next()?.is_some() {}
    }
    for loss in salvage.losses().list() {
        let what = What::Structure(loss.what.clone());
        // The first damage, and that of the meta page, are known.
        if !verdict.findings.iter().take(KNOWN).any(|finding| finding.what == what) {
            verdict.add(loss.page, what);
        }
    }
    verdict.more = salvage.losses().more();
    Ok(())
}

fn judge<R: ReadAt>(database: &Database<R>, parts: &[Part], verdict: &mut Verdict) {
    let survey = verdict.survey.clone();
    let place = |page: Option<PageNo>| page.unwrap_or(PageNo(0));
    let is_sorted = parts.iter().any(|part| part.meta.duplicates() == DuplicateMode::Sorted);
    let (keys, data, separators) = (&survey.key_order, &survey.duplicate_order, &survey.separators);
    if keys.descending > 0 {
        verdict.add(place(keys.first_page), What::KeyOrder(keys.descending));
    } else if separators.count > 0 {
        // Where the application has its own order, nobody but it can judge its internal keys.
        verdict.add(place(separators.first_page), What::Separators(separators.count));
    }
    if keys.equal > 0 {
        verdict.add(place(keys.first_page), What::RepeatedKeys(keys.equal));
    }
    if is_sorted && data.descending > 0 {
        verdict.add(place(data.first_page), What::DataOrder(data.descending));
    } else if is_sorted && data.equal > 0 {
        verdict.add(place(data.first_page), What::RepeatedData(data.equal));
    }
    if survey.doubtful_buckets.count > 0 {
        verdict.add(place(survey.doubtful_buckets.first_page), What::DoubtfulBuckets(survey.doubtful_buckets.count));
    }
    if survey.record_counts.count > 0 {
        verdict.add(place(survey.record_counts.first_page), What::RecordCounts(survey.record_counts.count));
    }
    for part in parts {
        match &part.meta.access {
            Access::Btree(btree) if btree.re_len != 0 => verdict.add(PageNo(0), What::RecordLength(btree.re_len)),
            Access::Hash(hash) if !is_default(hash.charkey) => {
                verdict.add(PageNo(0), What::HashFunction(hash.charkey));
            }
            Access::Btree(_) | Access::Hash(_) => {}
        }
    }
    let expected = PageNo(database.meta().pages.saturating_sub(1));
    if let Some(found) = database.meta().last_page.filter(|found| *found != expected) {
        verdict.add(PageNo(0), What::LastPage { found, expected });
    }
    if survey.deleted > 0 {
        verdict.add(PageNo(0), What::Deleted(survey.deleted));
    }
    if survey.unlisted > 0 && survey.buckets == 0 {
        verdict.add(PageNo(0), What::Unlisted(survey.unlisted));
    }
}
