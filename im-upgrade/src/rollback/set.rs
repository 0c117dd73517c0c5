//! The files of 7.2 that a rollback puts back, and whether they are all there.
//!
//! Where runs of this program upgraded an instance, their steps say which files those are. Else they are the files with the suffix that
//! the guide names (`reference/instant-messaging.md` sections 1, 2 and 5).

use std::collections::BTreeMap;

use upgrade_engine::digest::Digest;
use upgrade_engine::engine::Session;
use upgrade_engine::fs::{FileSystem, Name, RootPath, Time};
use upgrade_engine::place::Place;
use upgrade_engine::plan::Plan;
use upgrade_engine::run_list::in_effect;
use upgrade_engine::step::{Attributes, NewContent, Step};
use upgrade_engine::{Original, Run, Status};

use super::look::{self, Found};
use super::refusal::Refusal;
use super::{Phase, SUFFIX};
use crate::error::Error;
use crate::request::Request;
use crate::server::{CONF, Instance, below};

/// A file of 7.2.
#[derive(Clone, Debug)]
pub(super) struct SavedFile {
    /// Where it belongs.
    pub live: RootPath,
    /// Its content's digest.
    pub digest: Digest,
    /// Its owner, mode, extended attributes and time.
    pub attributes: Attributes,
    /// Where it is.
    pub source: Source,
}

/// Where a file of 7.2 is.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// Beside its place, under this name; the rename consumes it.
    Beside(RootPath),
    /// In a run, which saved it before it changed it.
    InRun {
        /// How the plan names it.
        saved: NewContent,
        /// What it holds.
        content: Vec<u8>,
    },
    /// In a copy that survives the packages, and perhaps still beside its place.
    CopiedOut {
        /// The copy.
        copy: RootPath,
        /// The name with the suffix.
        beside: RootPath,
    },
}

impl Source {
    /// Returns the name of the saved file in the configuration.
    pub(super) fn beside(&self) -> Option<&RootPath> {
        match self {
            Self::Beside(beside) | Self::CopiedOut { beside, .. } => Some(beside),
            Self::InRun { .. } => None,
        }
    }
}

/// What is put back, and what else there is to know.
#[derive(Debug, Default)]
pub(super) struct Set {
    /// The files, by instance.
    pub files: Vec<(String, SavedFile)>,
    /// Files that are left as they are, a line each.
    pub left: Vec<String>,
    /// Files that the site edited since, a line each.
    pub edited: Vec<String>,
    /// What is missing or damaged, a line each.
    missing: Vec<String>,
}

/// What runs of this program did to files.
#[derive(Default)]
struct History {
    /// Copies with the suffix, by the file that was copied.
    copies: BTreeMap<RootPath, Copied>,
    /// Files that were changed or removed: the first time, and what they were left with.
    changed: BTreeMap<RootPath, Changed>,
    /// Files that were made.
    made: Vec<RootPath>,
    /// The instances of the runs.
    instances: Vec<String>,
}

struct Copied {
    to: RootPath,
    digest: Digest,
    attributes: Attributes,
}

struct Changed {
    run: usize,
    at: Place,
    after: Option<Digest>,
}

impl Set {
    /// Looks for the files of some instances, and proves that they are all there.
    ///
    /// # Errors
    /// [`Refusal::NoSavedFiles`], [`Refusal::Incomplete`]; as `open` and `read`.
    pub(super) fn look(
        fs: &dyn FileSystem,
        session: Option<&Session>,
        config_root: &RootPath,
        instances: &[Instance],
    ) -> Result<Self, Error> {
        let runs = upgrades(session, config_root)?;
        let history = History::of(&runs);
        let mut set = Self::default();
        for instance in instances {
            if history.instances.contains(&instance.name) {
                set.of_runs(fs, session, (&runs, &history), (instance, config_root))?;
            }
            if !set.files.iter().any(|(name, _)| *name == instance.name) {
                set.of_names(fs, instance)?;
            }
        }
        for path in &history.made {
            if crate::server::kind(fs, path)?.is_some() {
                set.left.push(format!("{path} is new in 7.3 and is left as it is"));
            }
        }
        for path in history.changed.keys() {
            let is_put_back = set.files.iter().any(|(_, file)| file.live == *path) || history.made.contains(path);
            if !is_put_back && crate::server::kind(fs, path)?.is_some() {
                set.left.push(format!("{path} was changed by the upgrade and is left as it is"));
            }
        }
        if set.missing.is_empty() { Ok(set) } else { Err(Refusal::Incomplete(set.missing).into()) }
    }

    /// Adds the files of an instance that runs upgraded.
    fn of_runs(
        &mut self,
        fs: &dyn FileSystem,
        session: Option<&Session>,
        (runs, history): (&[Run], &History),
        (instance, config_root): (&Instance, &RootPath),
    ) -> Result<(), Error> {
        for (live, copied) in history.copies.iter().filter(|(_, copied)| is_of(instance, config_root, &copied.to)) {
            let Copied { to, digest, attributes } = copied;
            match look::file(fs, to)? {
                Some(found) if found.digest == *digest => {}
                Some(_) => self.missing.push(format!("  {to} was changed since the upgrade saved it")),
                None => self.missing.push(format!("  {to} is gone")),
            }
            let (digest, attributes) = (*digest, attributes.clone());
            self.add(instance, live, digest, attributes, Source::Beside(to.clone()));
        }
        self.files.extend(history.in_runs(session, runs, instance)?);
        for (live, file) in
            self.files.iter().filter(|(name, _)| *name == instance.name).map(|(_, file)| (&file.live, file))
        {
            let expected = match history.changed.get(live) {
                Some(changed) => changed.after,
                None => Some(file.digest),
            };
            let now = look::file(fs, live)?;
            if now.as_ref().is_some_and(|now| Some(now.digest) != expected) {
                self.edited.push(format!("  {live} was edited since the upgrade"));
            }
        }
        Ok(())
    }

    /// Adds the files of an instance that are named as the guide says.
    fn of_names(&mut self, fs: &dyn FileSystem, instance: &Instance) -> Result<(), Error> {
        let files = look::files(fs, &instance.config)?;
        let mut has_conf = false;
        for (path, modified) in &files {
            let Some(live) = without_suffix(path) else {
                let copy = with_suffix(path)?;
                if !files.iter().any(|(other, _)| *other == copy) {
                    self.left.push(format!("{path} has no {SUFFIX} file and is left as it is"));
                }
                continue;
            };
            let Some(Found { digest, attributes, .. }) = look::file(fs, path)? else { continue };
            has_conf |= live == below(&instance.config, CONF)?;
            if let Some((_, now)) = files.iter().find(|(other, _)| *other == live)
                && now > modified
            {
                let (now, then) = (look::shown(*now), look::shown(*modified));
                self.edited.push(format!("  {live} is of {now}, {path} of {then}"));
            }
            self.add(instance, &live, digest, attributes, Source::Beside(path.clone()));
        }
        if has_conf {
            return Ok(());
        }
        let path = with_suffix(&below(&instance.config, CONF)?)?;
        Err(Refusal::NoSavedFiles { instance: instance.name.clone(), path }.into())
    }

    /// Returns the files of some instances that only the runs hold.
    ///
    /// # Errors
    /// When a saved file cannot be read.
    pub(super) fn in_runs(
        session: Option<&Session>,
        config_root: &RootPath,
        instances: &[Instance],
    ) -> Result<Vec<(String, SavedFile)>, Error> {
        let runs = upgrades(session, config_root)?;
        let history = History::of(&runs);
        let found = instances.iter().map(|instance| history.in_runs(session, &runs, instance));
        Ok(found.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    fn add(&mut self, instance: &Instance, live: &RootPath, digest: Digest, attributes: Attributes, source: Source) {
        self.files.push((instance.name.clone(), SavedFile { live: live.clone(), digest, attributes, source }));
    }
}

impl History {
    fn of(runs: &[Run]) -> Self {
        let mut history = Self::default();
        for (number, run) in runs.iter().enumerate() {
            if let Some(request) = Request::of(&run.plan) {
                history.instances.extend(request.target().instances.clone());
            }
            for step in &run.plan.steps {
                history.note(number, &run.plan, step);
            }
        }
        history
    }

    /// Returns the files of an instance that were changed without a copy beside them: one of an earlier attempt had the name.
    fn in_runs(
        &self,
        session: Option<&Session>,
        runs: &[Run],
        instance: &Instance,
    ) -> Result<Vec<(String, SavedFile)>, Error> {
        let mut files = Vec::new();
        for (live, changed) in self.changed.iter().filter(|(live, _)| is_within(instance, live)) {
            if self.copies.contains_key(live) || self.made.contains(live) {
                continue;
            }
            let (Some(session), Some(run)) = (session, runs.get(changed.run)) else { continue };
            let original = session.original_file(run, &changed.at).map_err(command::Error::from)?;
            let Some(Original { content, attributes, saved }) = original else { continue };
            let (digest, source) = (Digest::of(&content), Source::InRun { saved, content });
            files.push((instance.name.clone(), SavedFile { live: live.clone(), digest, attributes, source }));
        }
        Ok(files)
    }

    fn note(&mut self, run: usize, plan: &Plan, step: &Step) {
        let mut changed = |at: &Place, after: Option<Digest>| {
            let Some(path) = path_of(plan, at) else { return };
            let first = Changed { run, at: at.clone(), after };
            self.changed.entry(path).and_modify(|known| known.after = after).or_insert(first);
        };
        match step {
            Step::ReplaceFile(step) => {
                step.links.iter().chain([&step.at]).for_each(|at| changed(at, Some(step.after)));
            }
            Step::RemoveFile(step) => changed(&step.at, None),
            Step::CopyFile(step) => {
                let (Some(from), Some(to)) = (path_of(plan, &step.from), path_of(plan, &step.at)) else { return };
                if is_saved(&to) {
                    let copied = Copied { to, digest: step.digest, attributes: step.attributes.clone() };
                    // The first copy is the true state of 7.2.
                    self.copies.entry(from).or_insert(copied);
                } else {
                    self.made.push(to);
                }
            }
            Step::WriteFile(step) => {
                let Some(path) = path_of(plan, &step.at) else { return };
                // A file that was removed and written again was there before.
                match self.changed.get_mut(&path) {
                    Some(known) => known.after = Some(step.digest),
                    None => self.made.push(path),
                }
            }
            Step::BuildTree(step) => self.made.extend(path_of(plan, &step.at)),
            _ => {}
        }
    }
}

/// Returns the runs that upgraded instances below a configuration root and were not rolled back, oldest first.
fn upgrades(session: Option<&Session>, config_root: &RootPath) -> Result<Vec<Run>, Error> {
    let Some(session) = session else { return Ok(Vec::new()) };
    let runs = session.runs().map_err(command::Error::from)?;
    let mut upgrades: Vec<Name> = Vec::new();
    for run in in_effect(&runs).into_iter().filter(|run| run.status == Status::Finished && run.plan.undoes.is_none()) {
        match Request::of(&run.plan) {
            Some(request) if request.target().config_root != *config_root => {}
            // What was upgraded before is rolled back.
            Some(Request::Rollback(rollback)) if rollback.phase != Phase::CopyOut => upgrades.clear(),
            None | Some(Request::Rollback(_)) => {}
            // What it replaced belongs to an upgrade before it.
            Some(Request::Redeploy(_)) if upgrades.is_empty() => {}
            Some(_) => upgrades.push(run.id.clone()),
        }
    }
    Ok(runs.into_iter().filter(|run| upgrades.contains(&run.id)).collect())
}

/// Returns where 7.2 was installed before the oldest run that upgraded it; nothing where there is no such run.
///
/// # Errors
/// When the runs cannot be read.
pub(super) fn base_before(session: Option<&Session>, config_root: &RootPath) -> Result<Option<RootPath>, Error> {
    let runs = upgrades(session, config_root)?;
    Ok(runs.first().and_then(|run| Request::of(&run.plan)).map(|request| request.target().base.clone()))
}

/// Returns the path of a place of a plan.
pub(super) fn path_of(plan: &Plan, place: &Place) -> Option<RootPath> {
    let anchor = plan.anchors.get(&place.anchor)?;
    Some(place.path.names().iter().fold(anchor.path.clone(), |path, name| path.join(name)))
}

/// Returns what the times of directories of some instances were before the runs that upgraded them.
///
/// # Errors
/// When the runs cannot be read.
pub(super) fn times(
    session: Option<&Session>,
    config_root: &RootPath,
    instances: &[Instance],
) -> Result<BTreeMap<RootPath, Time>, Error> {
    let mut times = BTreeMap::new();
    for run in upgrades(session, config_root)? {
        for (place, time) in run.times_before() {
            if let Some(path) = path_of(&run.plan, &place)
                && instances
                    .iter()
                    .any(|instance| path == instance.config || path == instance.directory || is_within(instance, &path))
            {
                times.entry(path).or_insert(time);
            }
        }
    }
    Ok(times)
}

/// Returns where each copy of the runs that upgraded belongs.
///
/// # Errors
/// When the runs cannot be read.
pub(super) fn belongs(
    session: Option<&Session>,
    config_root: &RootPath,
) -> Result<BTreeMap<RootPath, RootPath>, Error> {
    let copies = History::of(&upgrades(session, config_root)?).copies;
    Ok(copies.into_iter().map(|(live, copied)| (copied.to, live)).collect())
}

/// Returns whether the name of a copy is one that runs of this program choose: a number follows the suffix where an earlier copy had
/// the name.
fn is_saved(path: &RootPath) -> bool {
    let Some((_, name)) = path.split_last() else { return false };
    let name = name.to_string();
    let digits = name.trim_end_matches(|c: char| c.is_ascii_digit());
    name.ends_with(SUFFIX) || (digits.len() < name.len() && digits.ends_with(&format!("{SUFFIX}.")))
}

/// Returns the name that a file with the suffix had; nothing for another file, nor for one that has the suffix twice.
pub(super) fn without_suffix(path: &RootPath) -> Option<RootPath> {
    let (parent, name) = path.split_last()?;
    let name = name.as_bytes().strip_suffix(SUFFIX.as_bytes())?;
    if name.ends_with(SUFFIX.as_bytes()) {
        return None;
    }
    Some(parent.join(&Name::new(name).ok()?))
}

fn with_suffix(path: &RootPath) -> Result<RootPath, Error> {
    let mut bytes = path.as_bytes().to_vec();
    bytes.extend(SUFFIX.as_bytes());
    RootPath::new(bytes).map_err(|e| Error::io("use", path, std::io::Error::other(e)))
}

/// Returns whether a file belongs to an instance's configuration.
fn is_within(instance: &Instance, path: &RootPath) -> bool {
    is_below(path, &instance.config) || is_below(path, &instance.directory)
}

/// Returns whether a copy is put back with an instance; those of client resources are put back with the default one.
fn is_of(instance: &Instance, config_root: &RootPath, path: &RootPath) -> bool {
    is_within(instance, path) || (instance.is_default() && !is_below(path, config_root))
}

fn is_below(path: &RootPath, directory: &RootPath) -> bool {
    let mut names = path.components();
    directory.components().all(|name| names.next() == Some(name)) && names.next().is_some()
}
