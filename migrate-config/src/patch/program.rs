//! What the program does, on whatever file systems it is given.

use command::{Completion, Context, Exit, NewRun, ReportStatus, Runs, Start, Touched};
use config_merge::{
    FileSystems, Merged, Merger, Merges, Method, ResolutionLines, Resolutions, WorkDirectory, candidates, merge_again,
    summary,
};
use documents::changes::Changes;
use documents::merge::Decision;
use serde_json::json;
use upgrade_engine::engine::Session;
use upgrade_engine::fs::{FileSystem, RootPath};
use upgrade_engine::survey::real_path;
use upgrade_engine::{Identity, Run, redact};

use super::files::{Found, Trees, spelled};
use super::merging::MessagingMerger;
use super::roots::{Moves, spellings};
use super::site::{Origin, Site};
use super::stock::{Release, StockFiles};
use super::{MadeFor, cli, work_directory};
use crate::error::Error;
use crate::handler::AnyRun;
use crate::new_root::new_root;
use crate::request::{Move, move_to};
use crate::server_root::ServerRoot;

/// One call of the program.
pub struct Program<'a> {
    /// What was typed.
    pub args: &'a cli::Args,
    /// What it works with.
    pub context: &'a Context<'a>,
}

/// What was found on the disk.
struct Facts {
    found: Found,
    moves: Moves,
    made_for: MadeFor,
    warnings: Vec<String>,
}

impl Program<'_> {
    /// Does what was asked for.
    ///
    /// # Errors
    /// Why it was not done. Nothing live was changed in any case.
    pub fn carry_out(&self) -> Result<Completion, Error> {
        let (args, context) = (self.args, self.context);
        if args.common.undo == Some(None) {
            return Err(Error::usage(
                "patch-config changes nothing live, so it has no run to undo: name the run, or use uninstall-newconfig or migrate-config -u",
            ));
        }
        let handler = AnyRun::new(context);
        let runs = Runs::new(context, &handler);
        if let Some(done) = runs.requested()? {
            return Ok(done);
        }
        let new_root = new_root(args.new_root.as_deref(), context)?;
        let root = ServerRoot::look(context.fs, &new_root)?;
        let config = root.config.directory().cloned().ok_or_else(|| Error::NotConfigured(new_root.clone()))?;
        let work = work_directory(&new_root, args.work_dir.as_deref())?;
        let work_fs = work.fs(context);
        work.refuse_swappable(work_fs)?;
        let touched = Touched {
            changes: vec![work.path.to_string()],
            reads: vec![new_root.to_string(), config.to_string(), root.path.to_string()],
        };
        let request = json!({ "program": "patch-config", "new_root": new_root });
        let run = match runs.start(&request, touched)? {
            Start::Resumed(done) => return Ok(*done),
            Start::New(run) => run,
        };
        let facts = self.look(&run, &new_root, &config)?;
        let merger = MessagingMerger { roots: facts.moves.roots() };
        let (merges, warnings) = self.merge(&merger, &facts, &work, &config)?;
        self.tell(&merger, &merges, &warnings);
        if !args.common.dry_run {
            let _lock = work.lock(work_fs)?;
            candidates::replace((self.files(), work.on, &work.path), &merger, &merges, json!(facts.made_for))?;
        }
        drop(run);
        let blocking = merges.merged.iter().filter(|merged| blocks(&merger, merged));
        let open = blocking.map(|merged| merged.open_conflicts().count()).sum();
        self.finish(&merges, &work, warnings, open)
    }

    /// Merges the files. Returns also what the administrator should know.
    fn merge<'f>(
        &self,
        merger: &MessagingMerger,
        facts: &'f Facts,
        work: &WorkDirectory,
        config: &RootPath,
    ) -> Result<(Merges<'f, Method>, Vec<String>), Error> {
        let (args, files) = (self.args, self.files());
        let earlier = if args.forget_resolutions {
            ResolutionLines::default()
        } else {
            candidates::earlier_resolutions(files, work.on, &work.path)?
        };
        let now = Resolutions::new(&files, &args.resolve, args.resolutions.as_deref())?.read(&files)?;
        let (mut merges, left_out) = merge_again(merger, &facts.found.files, earlier, &now)?;
        merges.findings.extend(facts.found.findings.iter().cloned());
        let config = real_path(self.context.fs, config).map_err(|e| Error::io("look at", config, e))?;
        leave_links(&mut merges, &config);
        let mut warnings = facts.warnings.clone();
        let forgotten = |key| format!("{key} is not in conflict any more: its resolution is forgotten");
        warnings.extend(left_out.into_iter().map(forgotten));
        warnings.extend(old_names(&merges, &facts.moves));
        Ok((merges, warnings))
    }

    /// Prints what became of each file that is not as it was.
    fn tell(&self, merger: &MessagingMerger, merges: &Merges<'_, Method>, warnings: &[String]) {
        for merged in &merges.merged {
            let lines = summary::lines(merger, merged, |_| "a merge by line");
            lines.iter().for_each(|line| self.context.say(line));
        }
        warnings.iter().for_each(|line| self.context.warn(&redact::text(line)));
    }

    fn files(&self) -> FileSystems<'_> {
        FileSystems::of(self.context)
    }

    /// Finds all files.
    fn look(&self, run: &NewRun<'_, AnyRun<'_>>, new_root: &RootPath, config: &RootPath) -> Result<Facts, Error> {
        let context = self.context;
        let fs = context.fs;
        // A dry run has no session, and writes nothing, not even who holds the lock.
        let looked;
        let session = match run.session() {
            Some(session) => Some(session),
            None => {
                let identity = Identity { now: context.now, ..Identity::current() };
                let state = context.state;
                looked =
                    Session::look(&*state.fs, &state.path, context.tool, identity).map_err(command::Error::from)?;
                looked.as_ref()
            }
        };
        let runs = session.map(Session::runs).transpose().map_err(command::Error::from)?.unwrap_or_default();
        let here = context.options.real_root();
        let runs: Vec<Run> = runs.into_iter().filter(|run| run.plan.scope.may_be_on(&here)).collect();
        let forward = move_to(&runs, new_root);
        let mut warnings = Vec::new();
        let moves = forward.as_ref().map(|(_, request)| Moves::of(fs, request)).transpose()?.unwrap_or_default();
        let base = match (&self.args.base, &forward) {
            (Some(named), _) => StockFiles::named(self.files(), named, Release::Old)?,
            (None, Some((_, request))) => StockFiles::of_root(self.files(), &request.old_root, Release::Old)?,
            (None, None) => return Err(Error::NoMove(new_root.clone())),
        };
        let new = match &self.args.new {
            Some(named) => StockFiles::named(self.files(), named, Release::New)?,
            None => StockFiles::of_root(self.files(), new_root, Release::New)?,
        };
        if forward.is_none() {
            warnings.push(format!(
                "migrate-config has not moved a configuration to {new_root}: the live files are taken as they are, and no root is moved in them"
            ));
        }
        let mut directories = spellings(fs, config)?;
        directories.extend(spellings(fs, &config_merge::own_files::below(new_root, "config")?)?);
        let origin = match (&forward, session) {
            (Some((_, request)), _) if request.data_root.is_some() => {
                let old = old_config(fs, request)?;
                directories.extend(spellings(fs, &old)?);
                Origin::CopyOf { config: old, moves: moves.all.clone() }
            }
            (Some((run, _)), Some(session)) => Origin::originals(fs, session, run, moves.all.clone()),
            _ => Origin::Live,
        };
        if let Some((_, request)) = &forward {
            directories.extend(spellings(fs, &config_merge::own_files::below(&request.old_root, "config")?)?);
        }
        let site = Site::look(fs, config, origin)?;
        warnings.extend(
            site.odd_names.iter().map(|path| format!("{path}: its name is not text in UTF-8; it is left as it is")),
        );
        let directories = spelled(directories);
        let trees = Trees { base: &base, site: &site, new: &new, moves: &moves, directories };
        let found = trees.files(fs)?;
        context.say(&format!("Stock files of the old release: {}", base.path));
        context.say(&format!("Stock files of the new release: {}", new.path));
        context.say(&format!("The site's files: {}", site.config));
        let after = forward.map(|(_, request)| request);
        Ok(Facts { found, moves, made_for: MadeFor { new_root: new_root.clone(), after }, warnings })
    }

    fn finish(
        &self,
        merges: &Merges<'_, Method>,
        work: &WorkDirectory,
        warnings: Vec<String>,
        open: usize,
    ) -> Result<Completion, Error> {
        let context = self.context;
        let dry_run = context.options.dry_run;
        let mut report = context.report(if dry_run { ReportStatus::DryRun } else { ReportStatus::Done });
        report.warnings = warnings;
        report.findings.clone_from(&merges.findings);
        if open > 0 {
            let what = if open == 1 { "conflict is" } else { "conflicts are" };
            report.findings.push(format!(
                "{open} {what} open: resolve with --resolve FILE:KEY=site|new|VALUE and repeat the command"
            ));
        }
        report.findings.iter().for_each(|line| context.say(line));
        if dry_run {
            context.say(&format!("Dry run: nothing was written; the merged files would go to {}", work.path));
        } else {
            context.say(&format!("The merged files and a report about each are in {}", work.path));
            let install = format!("install-newconfig{}", work.option());
            context.say(&match open {
                0 => format!("Next: {install}"),
                _ => format!("Next: patch-config --resolve ..., then {install}"),
            });
        }
        let changes = merges.changes();
        let details =
            |changes: &Changes<'_>| json!({ "changes": changes, "open_conflicts": open, "work_directory": work });
        let json = config_merge::changes_as_json(context, &changes, &mut report, details)?;
        let exit = if report.findings.is_empty() { Exit::Done } else { Exit::NeedsReview };
        Ok(Completion { exit, report, json })
    }
}

/// Returns whether conflicts in a file keep it from being installed.
fn blocks(merger: &MessagingMerger, merged: &Merged<'_, Method>) -> bool {
    merger.blocks(&merged.file.name, &merged.file.method)
}

/// Returns the old root's configuration.
fn old_config(fs: &dyn FileSystem, request: &Move) -> Result<RootPath, Error> {
    let old = ServerRoot::look(fs, &request.old_root)?;
    old.config.directory().cloned().ok_or_else(|| Error::NotConfigured(request.old_root.clone()))
}

/// Leaves out files that are links to files elsewhere, where the merge would change them: what they lead to is not ours.
fn leave_links(merges: &mut Merges<'_, Method>, config: &RootPath) {
    let is_within = |target: &RootPath| {
        target.as_bytes().strip_prefix(config.as_bytes()).is_some_and(|rest| rest.starts_with(b"/"))
    };
    let mut findings = Vec::new();
    merges.merged.retain(|merged| {
        let file = merged.file;
        let is_changed = merged.result().map(upgrade_engine::digest::Digest::of) != file.live.digest();
        if !is_changed || is_within(&file.target) {
            return true;
        }
        findings.push(format!(
            "{}: it is a link to {}, which lies outside the configuration; it was not merged",
            file.name, file.target
        ));
        false
    });
    merges.findings.extend(findings);
}

/// Says which merged files still hold an old root in what they set.
fn old_names(merges: &Merges<'_, Method>, moves: &Moves) -> Vec<String> {
    let (mut lines, old) = (Vec::new(), moves.of_server());
    for merged in &merges.merged {
        let holds = |decision: &&Decision| {
            let documents::merge::Presence::Present(Some(value)) = &decision.outcome else { return false };
            old.iter().any(|step| documents::roots::rewrite(value, std::slice::from_ref(step)) != value.as_ref())
        };
        let is_text = merged.result().is_some_and(|bytes| !bytes.contains(&0));
        let keys: Vec<&str> =
            merged.merge.decisions.iter().filter(holds).map(|decision| decision.key.as_str()).collect();
        if is_text && !keys.is_empty() {
            lines.push(format!("{} still names the old root: {}", merged.file.name, keys.join(", ")));
        }
    }
    lines
}
