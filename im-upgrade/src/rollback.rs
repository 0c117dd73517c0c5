//! `rollback`: from 7.3 back to 7.2, as the guide has it (`reference/instant-messaging.md` section 2).
//!
//! The saved files of 7.2 are proven complete before anything else. Then there are two parts, with the packages between them: the first
//! one stops the server and copies the saved files out, the second one (`--finish`) gives each saved file its proper name by a rename,
//! redeploys and starts the server. With `--skip-packages` both are one run and nothing is copied. Files that are new in 7.3 are left.

mod copies;
mod look;
pub(crate) mod places;
mod put_back;
mod refusal;
mod set;

use command::{Completion, Context, Report, Runs, Start, Touched};
use serde::{Deserialize, Serialize};
use upgrade_engine::engine::Session;
use upgrade_engine::fs::{FileKind, FileSystem, RootPath};
use upgrade_engine::plan::Plan;
use upgrade_engine::run_list::{in_effect, list_runs};
use upgrade_engine::{Identity, Run, Status};

use crate::TOOL;
use crate::cli;
use crate::error::Error;
use crate::handler::AnyRun;
use crate::redeploy::{Part, Sources, reviewed};
use crate::request::{Request, Rollback, Target};
use crate::server::{CONF, Instance, OLD_BASES, Server, Settings, below, path};
use crate::service::{Action, Control};
use copies::Copies;
use places::Places;
use set::{SavedFile, Set};

pub use refusal::Refusal;

/// What the name of a saved file ends with.
pub const SUFFIX: &str = "-pre73";
/// The documented command that removes the packages.
const UNINSTALL: &str = "commpkg uninstall --components=IM --silent=NONE";
/// The program that every release has.
const IMADMIN: &str = "sbin/imadmin";

/// Which part of a rollback a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Before the packages.
    CopyOut,
    /// After the packages.
    Finish,
    /// Both, without packages.
    Whole,
}

/// Does what was asked for.
///
/// # Errors
/// [`Refusal`]; why it was not done, and in which state the system is.
pub(crate) fn carry_out(args: &cli::Rollback, context: &Context<'_>) -> Result<Completion, Error> {
    let control = Control::choose(context.fs, context.options, &args.service)?;
    let part = Part::chosen(context.options, &args.resources, args.service.are_run(context.options))?;
    if !args.finish && !args.skip_packages && !part.request().is_empty() {
        let what = "--codebase, --server, --container and --container-command are for --finish and --skip-packages: the first part \
                    redeploys nothing";
        return Err(Error::usage(what));
    }
    let call = Call { args, context, control, part };
    if args.finish { call.finish() } else { call.begin() }
}

/// One call of the command.
struct Call<'a> {
    args: &'a cli::Rollback,
    context: &'a Context<'a>,
    control: Control,
    part: Part<'a>,
}

impl Call<'_> {
    /// The first part, or both.
    fn begin(&self) -> Result<Completion, Error> {
        let fs = self.context.fs;
        let server = Server::look(fs, self.context.options, &self.args.place)?;
        let present = server.new_base.clone().or_else(|| server.old_base.clone()).ok_or(Refusal::BaseUnknown)?;
        let phase = if self.args.skip_packages { Phase::Whole } else { Phase::CopyOut };
        let target = Target {
            base: present.clone(),
            config_root: server.config_root.clone(),
            instances: server.names(),
            service: self.control.shown(),
        };
        let request = Request::Rollback(Rollback { target: target.clone(), phase, resources: self.part.request() });
        let handler = AnyRun { context: self.context };
        let runs = Runs::new(self.context, &handler);
        let run = match runs.start(&request.to_json(), touched(&target, &self.part))? {
            Start::Resumed(done) => return Ok(*done),
            Start::New(run) => run,
        };
        if let Some(report) = run.already_done(&request.to_json(), |_| true)? {
            return Ok(self.done_before(report));
        }
        let known = self.runs()?;
        if let Some((begun, Rollback { phase: Phase::CopyOut, .. })) = self.newest(&known) {
            let copies = copies::top(&begun.plan).unwrap_or_else(|| target.config_root.clone());
            return Err(Refusal::BegunAlready(copies).into());
        }
        let mut plan = Plan::new(TOOL, request.to_json());
        {
            let looked = if run.session().is_none() { self.look()? } else { None };
            let session = run.session().or(looked.as_ref());
            let set = Set::look(fs, session, &target.config_root, &server.instances)?;
            self.refuse_edited(&mut plan, &set)?;
            plan.warnings.extend(set.left.iter().cloned());
            self.control.refuse_unsafe(self.context, &server, &present)?;
            let mut places = Places::new(fs);
            if phase == Phase::CopyOut {
                self.control.stop(&mut plan, fs, &server, &present)?;
                copies::steps(fs, &mut plan, &mut places, set.files.iter().map(|(_, file)| file))?;
            } else {
                let base = self.base(session, &target.config_root, &server)?;
                self.refuse_not_back(&mut plan, &base, None)?;
                self.control.refuse_unsafe(self.context, &server, &base)?;
                self.control.stop(&mut plan, fs, &server, &present)?;
                let files = set.files.iter().map(|(_, file)| file);
                put_back::steps(fs, &mut plan, &mut places, files, &|_| copies::own_directory(0o755))?;
                let times = set::times(session, &target.config_root, &server.instances)?;
                put_back::times(fs, &mut plan, &mut places, times)?;
                self.redeploy(&mut plan, (&server, &base), set.files.iter().map(|(_, file)| file))?;
                self.control.start(&mut plan, fs, &server, &base)?;
                plan.warnings.extend(self.control.by_hand(fs, &server, &base, Action::Start)?);
            }
            plan.warnings.extend(self.control.by_hand(fs, &server, &present, Action::Stop)?);
        }
        self.warn(&plan);
        let question = format!("Roll {} back to 7.2?", target.shown());
        let findings = plan.findings.clone();
        Ok(reviewed(run.carry_out(plan, Some(&question))?, findings, self.context))
    }

    /// The second part.
    fn finish(&self) -> Result<Completion, Error> {
        let fs = self.context.fs;
        let known = self.runs()?;
        let (begun, first) = self.newest(&known).ok_or(Refusal::NothingToFinish)?;
        if let Some(wanted) = &self.args.place.instance
            && first.target.instances != [wanted.clone()]
        {
            return Err(Refusal::OtherInstances { begun: first.target.shown() }.into());
        }
        let target = Target { service: self.control.shown(), ..first.target };
        let request = Request::Rollback(Rollback {
            target: target.clone(),
            phase: Phase::Finish,
            resources: self.part.request(),
        });
        let handler = AnyRun { context: self.context };
        let runs = Runs::new(self.context, &handler);
        let run = match runs.start(&request.to_json(), touched(&target, &self.part))? {
            Start::Resumed(done) => return Ok(*done),
            Start::New(run) => run,
        };
        if let Some(report) = run.already_done(&request.to_json(), |_| true)? {
            return Ok(self.done_before(report));
        }
        if first.phase != Phase::CopyOut {
            return Err(Refusal::NothingToFinish.into());
        }
        let mut plan = Plan::new(TOOL, request.to_json());
        {
            let looked = if run.session().is_none() { self.look()? } else { None };
            let session = run.session().or(looked.as_ref());
            let belongs = set::belongs(session, &target.config_root)?;
            let copies = copies::of_plan(&begun.plan, &belongs);
            let server = self.server_of(&target, copies.as_ref())?;
            let base = self.base(session, &target.config_root, &server)?;
            self.refuse_not_back(&mut plan, &base, Some(&target.base))?;
            self.control.refuse_unsafe(self.context, &server, &base)?;
            let in_runs = Set::in_runs(session, &target.config_root, &server.instances)?;
            self.control.verify(&mut plan, &server)?;
            let in_runs = in_runs.iter().map(|(_, file)| file);
            let files: Vec<&SavedFile> = copies.iter().flat_map(|copies| &copies.files).chain(in_runs).collect();
            let directory = |path: &RootPath| {
                let held = copies.as_ref().and_then(|copies| copies.directories.get(path));
                held.cloned().unwrap_or_else(|| copies::own_directory(0o755))
            };
            let mut places = Places::new(fs);
            put_back::steps(fs, &mut plan, &mut places, files.iter().copied(), &directory)?;
            let mut times = set::times(session, &target.config_root, &server.instances)?;
            for (directory, attributes) in copies.iter().flat_map(|copies| &copies.directories) {
                if places.makes(directory) {
                    times.entry(directory.clone()).or_insert(attributes.modified);
                }
            }
            put_back::times(fs, &mut plan, &mut places, times)?;
            self.redeploy(&mut plan, (&server, &base), files.into_iter())?;
            self.control.start(&mut plan, fs, &server, &base)?;
            plan.warnings.extend(self.control.by_hand(fs, &server, &base, Action::Start)?);
        }
        self.warn(&plan);
        let question = format!("Finish the rollback of {} to 7.2?", target.shown());
        let findings = plan.findings.clone();
        Ok(reviewed(run.carry_out(plan, Some(&question))?, findings, self.context))
    }

    /// Adds the steps that redeploy the client resources of 7.2, as they will be once `files` are back.
    fn redeploy<'f>(
        &self,
        plan: &mut Plan,
        (server, base): (&Server, &RootPath),
        files: impl Iterator<Item = &'f SavedFile>,
    ) -> Result<(), Error> {
        let fs = self.context.fs;
        let Some(default) = server.instances.iter().find(|instance| instance.is_default()) else {
            let what = "The client resources were not redeployed: they are those of the default instance. To do so: im-upgrade redeploy";
            self.context.say(what);
            return Ok(());
        };
        let mut sources = Sources::new(fs);
        for file in files {
            let content = match &file.source {
                set::Source::Beside(saved) | set::Source::CopiedOut { copy: saved, .. } => {
                    config_merge::own_files::read_if_there(fs, saved)?
                }
                set::Source::InRun { content, .. } => Some(content.clone()),
            };
            sources.plan(&file.live, content);
        }
        let settings =
            match sources.at_last(&default.conf)?.map(|bytes| Settings::parse(&default.conf, bytes)).transpose() {
                Ok(settings) => settings.unwrap_or_else(|| default.settings.clone()),
                // What the site had comes back all the same.
                Err(error) => {
                    plan.findings
                        .push(format!("The client resources were not redeployed: {error}. Next: im-upgrade redeploy"));
                    return Ok(());
                }
            };
        let lines = self.part.plan(plan, &mut sources, base, (&default.conf, &settings))?;
        lines.iter().for_each(|line| self.context.say(line));
        Ok(())
    }

    fn warn(&self, plan: &Plan) {
        plan.warnings.iter().for_each(|line| self.context.warn(line));
    }

    fn runs(&self) -> Result<Vec<Run>, Error> {
        let state = self.context.state;
        Ok(list_runs(&*state.fs, &state.path, self.context.tool).map_err(command::Error::from)?)
    }

    /// Opens the runs without writing anything.
    fn look(&self) -> Result<Option<Session>, Error> {
        let state = self.context.state;
        let session = Session::look(&*state.fs, &state.path, self.context.tool, Identity::current());
        Ok(session.map_err(command::Error::from)?)
    }

    /// Returns the newest rollback on this root, or part of one, that is done.
    fn newest<'r>(&self, runs: &'r [Run]) -> Option<(&'r Run, Rollback)> {
        let root = self.context.options.real_root();
        let mut rollbacks = in_effect(runs).into_iter().rev().filter_map(|run| match Request::of(&run.plan)? {
            Request::Rollback(rollback) => Some((run, rollback)),
            _ => None,
        });
        rollbacks.find(|(run, _)| run.status == Status::Finished && run.plan.scope.may_be_on(&root))
    }

    fn done_before(&self, report: Report) -> Completion {
        self.context.say("This was done already: there is nothing to do");
        Completion::of(report)
    }

    fn refuse_edited(&self, plan: &mut Plan, set: &Set) -> Result<(), Error> {
        if set.edited.is_empty() {
            return Ok(());
        }
        if !self.args.force {
            return Err(Refusal::EditedSince(set.edited.clone()).into());
        }
        let replaced = set.edited.iter().map(|line| format!("{}; --force: it is replaced", line.trim_start()));
        plan.warnings.extend(replaced);
        Ok(())
    }

    /// Returns where 7.2 is: where the run that upgraded found it, else in a documented place.
    fn base(&self, session: Option<&Session>, config_root: &RootPath, server: &Server) -> Result<RootPath, Error> {
        if self.args.place.im_base.is_none()
            && let Some(base) = set::base_before(session, config_root)?
        {
            return Ok(base);
        }
        server.old_base.clone().ok_or_else(|| Refusal::BaseUnknown.into())
    }

    /// Refuses a host without the programs of 7.2, or with those of 7.3.
    fn refuse_not_back(&self, plan: &mut Plan, base: &RootPath, other: Option<&RootPath>) -> Result<(), Error> {
        let is_there = |program: &RootPath| {
            Ok::<_, Error>(match upgrade_engine::survey::follow(self.context.fs, program) {
                Ok(real) => crate::server::kind(self.context.fs, &real)? == Some(FileKind::Regular),
                Err(_) => false,
            })
        };
        let program = below(base, IMADMIN)?;
        if !is_there(&program)? {
            return Err(Refusal::NotBack(program).into());
        }
        match other {
            Some(other) if other != base => {
                let program = below(other, IMADMIN)?;
                if is_there(&program)? {
                    return Err(Refusal::StillThere(program).into());
                }
            }
            Some(_) => plan.warnings.push(format!(
                "7.2 and 7.3 have the same directory: whether 7.2 is back was not checked. To see it: {program} version"
            )),
            None => {}
        }
        Ok(())
    }

    /// Returns the installation as the first part left it, with the settings that 7.2 will have.
    fn server_of(&self, target: &Target, copies: Option<&Copies>) -> Result<Server, Error> {
        let fs = self.context.fs;
        let mut instances = Vec::new();
        for name in &target.instances {
            let directory = below(&target.config_root, name)?;
            let typed = below(&directory, "config")?;
            let config = upgrade_engine::survey::real_path(fs, &typed).unwrap_or(typed);
            let live = below(&config, CONF)?;
            let conf = copies.into_iter().flat_map(|copies| &copies.files).find(|file| file.live == live);
            let readable = match conf.map(|file| &file.source) {
                Some(set::Source::CopiedOut { copy, .. }) => copy.clone(),
                _ => live.clone(),
            };
            let settings = match config_merge::own_files::read_if_there(fs, &readable)? {
                Some(bytes) => Settings::parse(&readable, bytes)?,
                None => Settings::default(),
            };
            instances.push(Instance { name: name.clone(), directory, config, conf: live, settings });
        }
        let mut old_base = None;
        match &self.args.place.im_base {
            Some(typed) => {
                let typed = self.context.options.product_path(typed);
                old_base = Some(typed.map_err(|e| Error::io("use", "--im-base", e))?);
            }
            None => {
                for known in OLD_BASES {
                    if old_base.is_none() {
                        let known = path(known)?;
                        old_base = crate::server::is_base(fs, &known)?.then_some(known);
                    }
                }
            }
        }
        let (config_root, others) = (target.config_root.clone(), Vec::new());
        Ok(Server { old_base, new_base: None, config_root, instances, others })
    }
}

fn touched(target: &Target, part: &Part<'_>) -> Touched {
    let changed = [Some(&target.config_root), part.container()];
    let changes = changed.into_iter().flatten().map(ToString::to_string).collect();
    Touched { changes, reads: vec![target.base.to_string()] }
}

/// Returns where the copies of a first part are.
pub(crate) fn copies_line(plan: &Plan) -> Option<String> {
    match Request::of(plan)? {
        Request::Rollback(Rollback { phase: Phase::CopyOut, .. }) => {
            Some(format!("The saved configuration of 7.2 is in {}", copies::top(plan)?))
        }
        _ => None,
    }
}

/// Returns what comes after a part of a rollback.
pub(crate) fn next_lines(rollback: &Rollback) -> Vec<String> {
    if rollback.phase == Phase::CopyOut {
        let nodes = if rollback.target.service.starts_with("cluster") { ", on every node of the cluster" } else { "" };
        return vec![
            format!("Next{nodes}: {UNINSTALL}"),
            format!("Then{nodes}: install the packages of 7.2 from its media"),
            "Then: im-upgrade rollback --finish".to_owned(),
        ];
    }
    vec![format!("The configuration of 7.2 is back ({})", rollback.target.shown())]
}

/// Refuses the undo of a first part whose directories the packages removed since: nothing of it can be brought back there.
///
/// # Errors
/// [`Refusal::PackagesChanged`].
pub(crate) fn refuse_undo(fs: &dyn FileSystem, run: &Run) -> Result<(), Error> {
    let Some(Request::Rollback(Rollback { phase: Phase::CopyOut, .. })) = Request::of(&run.plan) else { return Ok(()) };
    let Some(copies) = copies::top(&run.plan) else { return Ok(()) };
    for anchor in run.plan.anchors.values() {
        if look::directory(fs, &anchor.path)?.is_none() {
            return Err(Refusal::PackagesChanged { gone: anchor.path.clone(), copies }.into());
        }
    }
    Ok(())
}
