//! Candidates: merged files in a work directory, for a later command to install. Nothing live is touched while they are made.
//!
//! ```text
//! candidates.json      what was merged: where each file goes, what was there, digest of the candidate, open conflicts
//! changes.json         every decision, in the JSON contract of a merge
//! changes/NAME.CHANGES the decisions about one file, for people
//! merged/NAME          the candidate
//! proposals/NAME       what a merge by line would make of a file of no known form that is in conflict, for people
//! resolutions.json     what was said about conflicts
//! ```
//! The record and the reports hold no secrets; the candidates, the proposals and the resolutions may.
//!
//! A candidate is installed by digest: one that somebody edited, or whose live file changed since, is refused. Conflicts are resolved
//! when the candidates are made, so that the decisions, the reports and the files agree.

use std::io;

use documents::changes::Changes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use upgrade_engine::digest::Digest;
use upgrade_engine::fs::{File, FileSystem, RelPath, RootPath};
use upgrade_engine::new_files::{self, NewFile};
use upgrade_engine::plan::Plan;
use upgrade_engine::step::{Attributes, NewContent, Producer, StepContext};

use crate::error::Error;
use crate::files::{FileSystems, Source, Where};
use crate::layout::Directory;
use crate::merges::{Live, Merger, Merges};
use crate::resolutions::ResolutionLines;
use crate::{own_files, recipe};

/// The file that says what a work directory holds.
pub const RECORD: &str = "candidates.json";
/// The file with all decisions.
pub const DECISIONS: &str = "changes.json";
/// Where the candidates are.
pub const MERGED: &str = "merged";
/// Where the reports are.
pub const CHANGES: &str = "changes";
/// Where the proposals are.
pub const PROPOSALS: &str = "proposals";
/// The file with what was said about conflicts.
pub const RESOLUTIONS: &str = "resolutions.json";
/// Version of the record's form.
const VERSION: u32 = 1;
/// The producer's name in plans.
const PRODUCER: &str = "candidate";

/// What a work directory holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Version of this form.
    pub version: u32,
    /// What was asked for.
    pub request: Value,
    /// The merged files.
    pub files: Vec<Candidate>,
    /// Files that were not merged, and why.
    pub findings: Vec<String>,
    /// Digest of this record without it: a record that somebody edited is refused.
    pub digest: Option<Digest>,
}

impl Record {
    /// Returns the digest of all else in the record.
    fn own_digest(&self) -> Result<Digest, serde_json::Error> {
        Ok(Digest::of(&serde_json::to_vec(&Self { digest: None, ..self.clone() })?))
    }
}

/// A merged file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Candidate {
    /// Its name in reports.
    pub name: String,
    /// Where it goes, below the product root.
    pub target: RootPath,
    /// Digest of what was there; nothing when there was no file.
    pub before: Option<Digest>,
    /// What a new file gets, and one that something else wrote over the site's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attributes: Option<Attributes>,
    /// Digest of the candidate; nothing when the file is to go.
    pub after: Option<Digest>,
    /// The unresolved conflicts that keep it from being installed: `FILE:KEY`.
    pub blocking: Vec<String>,
    /// Other unresolved conflicts.
    pub reported: Vec<String>,
}

/// Writes candidates, their reports and a record as a new directory, which only its owner can look into: whole or not at all.
///
/// # Errors
/// [`command::Error::Io`] when the name is taken, or the system refuses.
pub fn write<M: Merger>(
    fs: &dyn FileSystem,
    path: &RootPath,
    merger: &M,
    merges: &Merges<'_, M::Method>,
    request: Value,
) -> Result<(), Error> {
    let files = files(path, merger, merges, request)?;
    new_files::write_tree(fs, path, &files).map(drop).map_err(|e| Error::io("make", path, e))
}

/// As [`write()`], in the place of earlier candidates, or of none: the old ones or the new ones are there, each whole. Who may do this at
/// the same time is kept away by the caller.
///
/// # Errors
/// [`Error::Files`] when the place is taken by something else; [`command::Error::Io`].
pub fn replace<M: Merger>(
    directory: (FileSystems<'_>, Where, &RootPath),
    merger: &M,
    merges: &Merges<'_, M::Method>,
    request: Value,
) -> Result<(), Error> {
    let (systems, on, path) = directory;
    let fs = systems.on(on);
    new_files::settle_tree(fs, path).map_err(|e| Error::io("clear up beside", path, e))?;
    work_directory(systems, on, path)?;
    let files = files(path, merger, merges, request)?;
    new_files::replace_tree(fs, path, &files).map(drop).map_err(|e| Error::io("make", path, e))
}

/// Returns what was said about conflicts when the candidates of a work directory were made; nothing where there are none. An earlier
/// [`replace`] that was interrupted is seen through.
///
/// # Errors
/// [`Error::Files`] when there is something else than a work directory.
pub fn earlier_resolutions(systems: FileSystems<'_>, on: Where, path: &RootPath) -> Result<ResolutionLines, Error> {
    let beside = new_files::left_beside(systems.on(on), path).map_err(|e| Error::io("look beside", path, e))?;
    for path in std::iter::once(path).chain(&beside) {
        if let Some(directory) = work_directory(systems, on, path)? {
            let lines = own_files::read(directory.fs(), &own_files::below(path, RESOLUTIONS)?)?;
            let wrong = |e: serde_json::Error| directory.wrong(format!("{RESOLUTIONS}: {e}"));
            let lines: Vec<String> = serde_json::from_slice(&lines).map_err(wrong)?;
            return ResolutionLines::parse(lines.iter().map(String::as_str));
        }
    }
    Ok(ResolutionLines::default())
}

/// Opens a work directory; nothing where there is nothing.
///
/// # Errors
/// [`Error::Files`] when there is something else.
fn work_directory<'a>(systems: FileSystems<'a>, on: Where, path: &RootPath) -> Result<Option<Directory<'a>>, Error> {
    if matches!(systems.on(on).open_dir(path), Err(e) if e.kind() == io::ErrorKind::NotFound) {
        return Ok(None);
    }
    let directory = Directory::open(systems, on, path.clone())?;
    match own_files::read_if_there(directory.fs(), &own_files::below(path, RECORD)?)? {
        Some(_) => Ok(Some(directory)),
        None => Err(directory.wrong("it is there already and holds no candidates")),
    }
}

/// Returns the files of a work directory.
fn files<M: Merger>(
    path: &RootPath,
    merger: &M,
    merges: &Merges<'_, M::Method>,
    request: Value,
) -> Result<Vec<NewFile>, Error> {
    let failed = |e| Error::io("make", path, e);
    let mut files = Vec::new();
    let mut add = |name: String, content: Vec<u8>| {
        let path = RelPath::new(&name).map_err(|e| Error::io("use", &name, io::Error::other(e)))?;
        files.push(NewFile { path, content, attributes: None });
        Ok::<_, Error>(())
    };
    let mut candidates = Vec::new();
    for merged in &merges.merged {
        let name = &merged.file.name;
        if let Some(result) = merged.result() {
            add(format!("{MERGED}/{name}"), result.to_vec())?;
        }
        let mut changes = Changes::default();
        changes.add(name, &merged.merge, merged.secrets);
        add(format!("{CHANGES}/{name}.CHANGES"), changes.to_string().into_bytes())?;
        let open: Vec<String> = merged.open_conflicts().collect();
        if !open.is_empty()
            && let Some(proposal) = merger.proposal(name, &merged.file.method, &merged.file.versions)
        {
            add(format!("{PROPOSALS}/{name}"), proposal)?;
        }
        let (blocking, reported) =
            if merger.blocks(name, &merged.file.method) { (open, Vec::new()) } else { (Vec::new(), open) };
        candidates.push(Candidate {
            name: name.clone(),
            target: merged.file.target.clone(),
            before: merged.file.live.digest(),
            attributes: match &merged.file.live {
                Live::Nothing(attributes) | Live::Overwritten(_, attributes) => Some(attributes.clone()),
                Live::File(_) => None,
            },
            after: merged.result().map(Digest::of),
            blocking,
            reported,
        });
    }
    add(DECISIONS.to_owned(), merges.changes().to_json().map_err(|e| failed(e.into()))?.into_bytes())?;
    let lines: Vec<String> = merges.lines.typed().collect();
    add(RESOLUTIONS.to_owned(), serde_json::to_vec_pretty(&lines).map_err(|e| failed(e.into()))?)?;
    let findings = merges.findings.clone();
    let mut record = Record { version: VERSION, request, files: candidates, findings, digest: None };
    record.digest = Some(record.own_digest().map_err(|e| failed(e.into()))?);
    add(RECORD.to_owned(), serde_json::to_vec_pretty(&record).map_err(|e| failed(e.into()))?)?;
    Ok(files)
}

/// A work directory, read back: every candidate is as it was made.
pub struct Candidates {
    /// What it holds.
    pub record: Record,
    sources: Vec<Option<Source>>,
}

impl Candidates {
    /// Reads a work directory.
    ///
    /// # Errors
    /// [`Error::Files`] when it is none; [`Error::ChangedSince`] when somebody edited the record or a candidate.
    pub fn read(directory: &Directory<'_>) -> Result<Self, Error> {
        let path = own_files::below(directory.path(), RECORD)?;
        let bytes = own_files::read_if_there(directory.fs(), &path)?;
        let bytes = bytes.ok_or_else(|| directory.wrong("it holds no candidates"))?;
        let wrong = |what| Error::Files { path: path.to_string(), what };
        let record: Record = serde_json::from_slice(&bytes).map_err(|e| wrong(e.to_string()))?;
        if record.version != VERSION {
            return Err(wrong(format!("it has version {}, this program reads version {VERSION}", record.version)));
        }
        if record.digest != Some(record.own_digest().map_err(|e| wrong(e.to_string()))?) {
            return Err(Error::ChangedSince { path: path.to_string() });
        }
        let source = |candidate: &Candidate| match candidate.after {
            None => Ok(None),
            Some(after) => {
                let path = own_files::below(directory.path(), format!("{MERGED}/{}", candidate.name))?;
                let source = directory.version(path.clone(), own_files::read(directory.fs(), &path)?).source;
                let is_same = source.digest == after;
                if is_same { Ok(Some(source)) } else { Err(Error::ChangedSince { path: path.to_string() }) }
            }
        };
        let sources = record.files.iter().map(source).collect::<Result<_, _>>()?;
        Ok(Self { record, sources })
    }

    /// Refuses candidates with conflicts that have to be resolved first.
    ///
    /// # Errors
    /// [`Error::Unresolved`].
    pub fn refuse_unresolved(&self) -> Result<(), Error> {
        let keys: Vec<String> = self.record.files.iter().flat_map(|file| file.blocking.clone()).collect();
        if keys.is_empty() { Ok(()) } else { Err(Error::Unresolved { keys }) }
    }

    /// Plans the installation of every candidate that differs from its live file; one that is installed already needs nothing. The other names of a hard-linked file are looked for
    /// in its directory, then `within` these.
    ///
    /// # Errors
    /// [`Error::ChangedSince`] when a live file is neither as it was nor like its candidate; as for directories that cannot be
    /// looked at.
    pub fn plan_installation(&self, plan: &mut Plan, fs: &dyn FileSystem, within: &[RootPath]) -> Result<(), Error> {
        for (candidate, source) in self.record.files.iter().zip(&self.sources) {
            let now = own_files::read_if_there(fs, &candidate.target)?;
            let now = now.as_deref().map(Digest::of);
            if now == candidate.after {
                // Installed already, or never changed.
                continue;
            }
            if now != candidate.before {
                return Err(Error::ChangedSince { path: candidate.target.to_string() });
            }
            let live = match (candidate.before, &candidate.attributes) {
                (Some(before), None) => Live::File(before),
                (Some(before), Some(attributes)) => Live::Overwritten(before, attributes.clone()),
                (None, Some(attributes)) => Live::Nothing(attributes.clone()),
                (None, None) => {
                    let what = format!("it does not say what {} is to be like", candidate.name);
                    return Err(Error::Files { path: RECORD.to_owned(), what });
                }
            };
            let change = recipe::Change {
                name: &candidate.name,
                target: &candidate.target,
                live: &live,
                after: candidate.after,
                content: NewContent::Produced { by: PRODUCER.to_owned(), request: json!(source) },
            };
            recipe::add(plan, fs, within, change)?;
        }
        Ok(())
    }
}

/// Copies candidates, each as it was when its installation was planned.
pub struct CandidateProducer<'a> {
    /// Where they are.
    pub files: FileSystems<'a>,
}

impl CandidateProducer<'_> {
    fn content(&self, request: &Value) -> Result<Vec<u8>, String> {
        let source = Source::deserialize(request).map_err(|e| format!("the plan cannot be understood: {e}"))?;
        self.files.read_as_surveyed(&source).map_err(|e| e.to_string())
    }
}

impl Producer for CandidateProducer<'_> {
    fn name(&self) -> &str {
        PRODUCER
    }

    fn check(&self, request: &Value) -> Result<(), String> {
        self.content(request).map(drop)
    }

    fn produce(&self, _: &StepContext<'_>, request: &Value, made: &dyn File) -> Result<Value, String> {
        made.write_all_at(&self.content(request)?, 0).map_err(|e| e.to_string())?;
        Ok(Value::Null)
    }

    /// The step compares the digest with the planned one.
    fn verify(&self, _: &StepContext<'_>, _: &Value, _: &dyn File, _: Option<&Value>) -> Result<(), String> {
        Ok(())
    }
}
