//! Writes a database file anew: records stream from the copy in the backup into version 9 btrees and version 8 hash
//! databases, keys and data untouched.
//!
//! The vendor never published what is inside keys and data, so nothing here looks into them.

use std::io;

use bdb::Record;
use bdb::format::ByteOrder;
use bdb::read::{Access, Database, DuplicateMode, Meta, ReadError};
use bdb::verify::{Seen, Verdict, What, verify};
use bdb::write::{
    BtreeOptions, DatabaseOptions, Duplicates, FileOptions, FileWriter, HashOptions, RecordNumbers, WriteError,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use upgrade_engine::digest::Digest;
use upgrade_engine::fs::{File, RelPath};
use upgrade_engine::place::Place;
use upgrade_engine::step::{Producer, StepContext};

use crate::cursor::{self, Cursor, Damage};
use crate::detect::file_access::{Borrowed, InStep, ReadOnce};
use crate::record_digest::{RecordDigest, Records};
use crate::write_behind::write_behind;

/// The producer's name in plans.
pub const NAME: &str = "database";

/// How full a leaf page gets: like the library after a sorted load, with room for the server's first changes.
const FILL_PERCENT: u8 = 90;

/// What a new database shall be like; the producer's request in a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Migration {
    /// The file below the source.
    pub file: RelPath,
    /// Its copy in the backup.
    pub from: Place,
    /// Digest of that file.
    pub source_digest: Digest,
    /// Count and digest of the records that the survey read from the source.
    pub records: Records,
    /// `little` or `big`.
    pub byte_order: String,
    /// Whether duplicates are to be marked as sorted.
    pub duplicates_sorted: bool,
    /// Whether only part of the source can be read.
    #[serde(default)]
    pub salvaged: bool,
    /// The new file's identity: the same for the same source and name, so that a rerun gives the same file.
    pub file_id: String,
}

impl Migration {
    /// Returns how the source is read.
    pub fn damage(&self) -> Damage {
        if self.salvaged { Damage::Salvaged } else { Damage::Refused }
    }
}

/// Makes new databases.
pub struct Migrate;

/// Returns the identity of the file that is made from a source under a name, as 40 hexadecimal digits.
///
/// Two live files of one environment must not share it, so the name is part of it.
pub fn file_id(source: &Digest, target: &RelPath) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("csmigrate 2026 file id of a migrated database");
    hasher.update(source.as_bytes());
    hasher.update(&target.to_bytes());
    let digest = hasher.finalize();
    digest.as_bytes().iter().take(20).map(|byte| format!("{byte:02x}")).collect()
}

fn parse_file_id(text: &str) -> Option<[u8; 20]> {
    let digits = (0..40).step_by(2).map(|at| text.get(at..at + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok()));
    digits.collect::<Option<Vec<u8>>>()?.try_into().ok()
}

impl Producer for Migrate {
    fn name(&self) -> &str {
        NAME
    }

    fn produce(&self, world: &StepContext<'_>, request: &Value, made: &dyn File) -> Result<Value, String> {
        let migration = parse(request)?;
        let source = world.open(&migration.from).map_err(|e| e.to_string())?;
        rewrite(world, &migration, &*source, made)?;
        Ok(Value::Null)
    }

    /// Compares with what the survey read from the source itself: a copy that somebody changed since gives another result.
    fn verify(
        &self,
        world: &StepContext<'_>,
        request: &Value,
        made: &dyn File,
        _: Option<&Value>,
    ) -> Result<(), String> {
        let expected = parse(request)?.records;
        let (verdict, found) =
            read_back(world, made).map_err(|e| format!("the new file cannot be read back: {}", describe(e)))?;
        if let Some(finding) = verdict.findings.iter().find(|finding| !is_of_the_source(&finding.what)) {
            return Err(format!(
                "verification failed: the new file is damaged: page {}: {}",
                finding.page, finding.what
            ));
        }
        if found == expected {
            return Ok(());
        }
        let (found, expected) = (found.records, expected.records);
        Err(format!("verification failed: records differ from the source ({found} instead of {expected})"))
    }
}

fn parse(request: &Value) -> Result<Migration, String> {
    serde_json::from_value(request.clone()).map_err(|e| format!("the plan cannot be understood: {e}"))
}

fn file_options(migration: &Migration, meta: &Meta) -> Result<FileOptions, String> {
    Ok(FileOptions {
        byte_order: if migration.byte_order == "big" { ByteOrder::Big } else { ByteOrder::Little },
        page_size: meta.page_size,
        file_id: parse_file_id(&migration.file_id).ok_or("the plan holds a broken file id")?,
    })
}

fn database_options(migration: &Migration, meta: &Meta) -> DatabaseOptions {
    let duplicates = match meta.duplicates() {
        DuplicateMode::Forbidden => Duplicates::None,
        DuplicateMode::Sorted => Duplicates::Sorted,
        DuplicateMode::Unsaid if migration.duplicates_sorted => Duplicates::Sorted,
        DuplicateMode::Unsorted | DuplicateMode::Unsaid => Duplicates::Unsorted,
    };
    match &meta.access {
        Access::Btree(btree) => DatabaseOptions::Btree(BtreeOptions {
            fill_percent: FILL_PERCENT,
            duplicates,
            minkey: btree.minkey,
            // Of use only in databases that are not read; what is there by accident is not carried over.
            re_len: 0,
            re_pad: btree.re_pad,
            record_numbers: if meta.has_record_numbers() { RecordNumbers::Kept } else { RecordNumbers::None },
        }),
        // With the same buckets the records come in the order in which they are written.
        Access::Hash(hash) => DatabaseOptions::Hash(HashOptions {
            duplicates,
            max_bucket: hash.max_bucket,
            fill_factor: hash.fill_factor,
        }),
    }
}

fn rewrite(world: &StepContext<'_>, migration: &Migration, source: &dyn File, made: &dyn File) -> Result<(), String> {
    if world.workers().get() == 1 {
        return rewrite_into(world, migration, source, Borrowed(made));
    }
    write_behind(made, |made| rewrite_into(world, migration, source, made))
}

fn rewrite_into(
    world: &StepContext<'_>,
    migration: &Migration,
    source: &dyn File,
    made: impl bdb::WriteAt,
) -> Result<(), String> {
    let source = InStep { world, inner: ReadOnce::new(source) };
    let database = cursor::open(source, migration.damage()).map_err(describe)?;
    let mut writer = FileWriter::new(made, file_options(migration, database.meta())?).map_err(|e| e.to_string())?;
    let mut progress = Progress::new(world);
    let mut records = Cursor::new(&database, migration.damage());
    while let Some(part) = records.next_part().map_err(describe)? {
        let options = database_options(migration, &part.meta);
        writer.begin(part.name.as_deref(), options).map_err(describe_write)?;
        while let Some(record) = records.next().map_err(describe)? {
            progress.add(record.key.len() as u64 + record.data.length()).map_err(|e| e.to_string())?;
            writer.push(record).map_err(describe_write)?;
        }
    }
    writer.finish().map_err(describe_write)?;
    Ok(())
}

/// Tells whether a new file has something because its source has it: the application's own order, which is kept.
fn is_of_the_source(what: &What) -> bool {
    matches!(what, What::KeyOrder(_) | What::DataOrder(_) | What::RepeatedKeys(_) | What::RepeatedData(_))
}

fn read_back(world: &StepContext<'_>, file: &dyn File) -> Result<(Verdict, Records), ReadError> {
    let database = Database::open(InStep { world, inner: Borrowed(file) })?;
    let mut digest = RecordDigest::new();
    let mut progress = Progress::new(world);
    let verdict = verify(&database, |seen| {
        match seen {
            Seen::Part(part) => digest.part(part.name.as_deref()),
            Seen::Record(Record { key, data }) => {
                progress.add(key.len() as u64 + data.length()).map_err(stopped)?;
                digest.record(key, data)?;
            }
        }
        Ok(())
    })?;
    Ok((verdict, digest.finish()))
}

fn stopped(error: upgrade_engine::step::StepError) -> ReadError {
    ReadError::Io { offset: 0, source: io::Error::other(error) }
}

/// Reports bytes from time to time, not for every record.
struct Progress<'a, 'w> {
    world: &'a StepContext<'w>,
    bytes: u64,
}

impl<'a, 'w> Progress<'a, 'w> {
    const INTERVAL: u64 = 1 << 20;

    fn new(world: &'a StepContext<'w>) -> Self {
        Self { world, bytes: 0 }
    }

    fn add(&mut self, bytes: u64) -> Result<(), upgrade_engine::step::StepError> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes < Self::INTERVAL {
            return Ok(());
        }
        self.world.advance(std::mem::take(&mut self.bytes))
    }
}

fn describe(error: ReadError) -> String {
    describe_error(&error)
}

fn describe_write(error: WriteError) -> String {
    describe_error(&error)
}

/// Returns an error with its causes.
fn describe_error(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", describe_error(source)),
        None => error.to_string(),
    }
}
