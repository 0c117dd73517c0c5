//! One call of `prepare`, `finish` or `upgrade`.

use std::collections::BTreeSet;

use command::{Completion, Context, Exit, NewRun, Report, ReportStatus, Runs, Start, Touched};
use config_merge::{FileSystems, Merges, Resolutions, own_files};
use documents::changes::Changes;
use documents::merge::{Presence, RootMove, Word};
use documents::roots;
use serde_json::json;
use upgrade_engine::digest::Digest;
use upgrade_engine::fs::{FileKind, FileSystem, RootPath};
use upgrade_engine::plan::Plan;

use super::facts::{Facts, Stock};
use super::files::Trees;
use super::merging::{ImMerger, Method};
use super::site::{HTML, Origin, Site, resources, to_save};
use super::stock::StockFiles;
use super::{Phase, gateway, runtime, saving};
use crate::error::Error;
use crate::handler::AnyRun;
use crate::redeploy::{Part, Sources};
use crate::release;
use crate::request::{Merge, Request, Target};
use crate::server::{Instance, Settings, below, is_base, kind};
use crate::service::{self, Action};
use crate::{TOOL, cli};

/// One call.
pub struct Upgrade<'a> {
    /// What was typed.
    pub args: &'a cli::Upgrade,
    /// What was typed about the client resources, where the command redeploys them.
    pub resources: Option<&'a cli::ResourceOptions>,
    /// Which command.
    pub phase: Phase,
    /// What it works with.
    pub context: &'a Context<'a>,
}

type ImMerges<'f> = Merges<'f, Method>;

impl Upgrade<'_> {
    /// Does what was asked for.
    ///
    /// # Errors
    /// Why it was not done, and in which state the system is.
    pub fn carry_out(&self) -> Result<Completion, Error> {
        let context = self.context;
        let handler = AnyRun { context };
        let runs = Runs::new(context, &handler);
        let stock = Stock::named(FileSystems::of(context), &self.args.stock)?;
        let facts = Facts::look(context, self.args, &stock)?;
        let nothing = cli::ResourceOptions::default();
        let resources = self.resources.unwrap_or(&nothing);
        let part = Part::chosen(context.options, resources, self.args.service.are_run(context.options))?;
        let request = self.request(&facts, &part)?;
        let run = match runs.start(&request.to_json(), touched(&facts, &part))? {
            Start::Resumed(done) => return Ok(*done),
            Start::New(run) => run,
        };
        let mut plan = Plan::new(TOOL, request.to_json());
        self.refuse(&facts, &mut plan)?;
        part.refuse_unsafe(context)?;
        match self.phase {
            Phase::Prepare => self.prepare(&facts, &stock, plan, run),
            _ => self.merge((&facts, &part), stock, plan, &runs, run),
        }
    }

    fn request(&self, facts: &Facts, part: &Part<'_>) -> Result<Request, Error> {
        let target = Target {
            base: facts.old_base.clone(),
            config_root: facts.server.config_root.clone(),
            instances: facts.server.names(),
            service: facts.control.shown(),
        };
        if self.phase == Phase::Prepare {
            return Ok(Request::Prepare(target));
        }
        let typed = |path: &Option<std::path::PathBuf>| {
            path.as_deref().map(|path| own_files::path(path).map(|path| path.to_string())).transpose()
        };
        let merge = Merge {
            target,
            new_base: facts.new_base.clone(),
            base: typed(&self.args.stock.base)?,
            new: typed(&self.args.stock.new)?,
            resolve: self.args.resolve.resolve.clone(),
            resolutions: typed(&self.args.resolve.resolutions)?,
            resources: part.request(),
        };
        Ok(if self.phase == Phase::Finish { Request::Finish(merge) } else { Request::Upgrade(merge) })
    }

    /// Refuses what cannot be upgraded, before anything is planned.
    fn refuse(&self, facts: &Facts, plan: &mut Plan) -> Result<(), Error> {
        let (context, fs) = (self.context, self.context.fs);
        if self.phase != Phase::Finish {
            if self.phase == Phase::Prepare && facts.server.old_base.is_none() {
                return Err(Error::AlreadyNew(facts.old_base.clone()));
            }
            context.say(&format!(
                "{}: {}",
                facts.old_base,
                release::refuse_other(fs, &facts.old_base, self.args.release.as_deref())?
            ));
            facts.control.refuse_unsafe(context, &facts.server, &facts.old_base)?;
        }
        if self.phase != Phase::Prepare {
            if facts.control.runs_imadmin() && !is_base(fs, &facts.new_base)? {
                return Err(Error::NotInstalled(facts.new_base.clone()));
            }
            facts.control.refuse_unsafe(context, &facts.server, &facts.new_base)?;
        }
        for instance in &facts.server.instances {
            plan.warnings.extend(instance.refuse_unreadable(fs)?);
        }
        if !facts.server.others.is_empty() && self.phase != Phase::Finish {
            plan.warnings.push(format!(
                "not chosen, so not stopped, saved or merged: instance {}; it uses the same programs",
                facts.server.others.join(", ")
            ));
        }
        Ok(())
    }

    fn prepare(
        &self,
        facts: &Facts,
        stock: &Stock<'_>,
        mut plan: Plan,
        run: NewRun<'_, AnyRun<'_>>,
    ) -> Result<Completion, Error> {
        let context = self.context;
        self.stop(facts, &mut plan)?;
        let count = self.save(facts, stock.new.as_ref(), Resources::Save, &mut plan)?;
        if let (Some(base), Some(new)) = (&stock.base, &stock.new) {
            let conflicts = preview(context, facts, base, new)?;
            context.say(&format!("The merge that `finish` makes has {} to review now", counted(conflicts, "conflict")));
        }
        plan.warnings.iter().for_each(|line| context.warn(line));
        let question = format!("Stop the server and save {}?", counted(count, "file"));
        let question = if plan.steps.len() == count { format!("Save {}?", counted(count, "file")) } else { question };
        run.carry_out(plan, Some(&question))
    }

    fn stop(&self, facts: &Facts, plan: &mut Plan) -> Result<(), Error> {
        let Facts { server, control, old_base, .. } = facts;
        control.stop(plan, self.context.fs, server, old_base)?;
        let by_hand = control.by_hand(self.context.fs, server, old_base, Action::Stop)?;
        by_hand.iter().for_each(|line| self.context.say(line));
        Ok(())
    }

    /// Adds the copies of the files of 7.2. Returns how many there are.
    fn save(
        &self,
        facts: &Facts,
        new: Option<&StockFiles<'_>>,
        with: Resources,
        plan: &mut Plan,
    ) -> Result<usize, Error> {
        let fs = self.context.fs;
        let before = plan.steps.len();
        let is_shipped = |name: &str| new.is_some_and(|new| new.has(name));
        let mut files = Vec::new();
        for instance in &facts.server.instances {
            files.extend(to_save(fs, instance, is_shipped)?.into_values());
        }
        if with == Resources::Save && facts.server.instances.iter().any(Instance::is_default) {
            files.extend(resources(fs, &facts.old_base)?.into_values());
        }
        for found in &files {
            let warnings = saving::add(plan, fs, found)?;
            plan.warnings.extend(warnings);
        }
        Ok(plan.steps.len().saturating_sub(before))
    }

    fn merge(
        &self,
        (facts, part): (&Facts, &Part<'_>),
        stock: Stock<'_>,
        mut plan: Plan,
        runs: &Runs<'_, AnyRun<'_>>,
        run: NewRun<'_, AnyRun<'_>>,
    ) -> Result<Completion, Error> {
        let (context, fs) = (self.context, self.context.fs);
        let (origin, left) = facts.origin(fs, self.phase, stock.new.is_some())?;
        let new = stock.new.or(left).ok_or_else(|| Error::NoNewStock("none were named".to_owned()))?;
        let site = Site::look(fs, &facts.server, (&facts.old_base, &facts.new_base), &origin)?;
        let bases = (&facts.old_base, &facts.new_base);
        let files = Trees { base: stock.base.as_ref(), site: &site, new: &new, bases }.files()?;
        let mut merges = self.merged(facts, &files)?;
        leave_links(&mut merges, facts);

        let mut changes = Plan::new(TOOL, plan.request.clone());
        let settled = self.settled((facts, part), &merges)?;
        let mut due = merges.clone();
        due.merged.retain(|merged| !settled.contains(&merged.file.name));
        due.plan_replacements(&mut changes, fs, &[facts.server.config_root.clone(), facts.new_base.clone()])?;
        let mut notes = vec![
            format!("Stock files of 7.2: {}", stock.base.as_ref().map_or("not known", |base| base.place.as_str())),
            format!("Stock files of 7.3: {}", new.place),
        ];
        let mut sources = planned(fs, &due);
        notes.extend(self.follow_base((facts, part), &mut sources, &mut changes)?);
        notes.extend(self.carry_runtime(facts, &merges, &mut changes)?);
        notes.extend(redeployed((facts, part), &merges, (&mut changes, &mut sources))?);
        let is_changed = !changes.steps.is_empty();
        let running = self.running(facts)?;
        match (self.phase, running) {
            (Phase::Upgrade, _) if is_changed => self.stop(facts, &mut plan)?,
            (Phase::Finish, Some(running)) if is_changed && !facts.control.is_off() => return Err(running),
            (Phase::Finish, Some(running)) if is_changed => plan.warnings.push(running.to_string()),
            _ => {}
        }
        if is_changed && matches!(origin, Origin::Live) {
            let with = if facts.old_base == facts.new_base { Resources::Save } else { Resources::StayAsTheyAre };
            self.save(facts, Some(&new), with, &mut plan)?;
        }
        plan.anchors.append(&mut changes.anchors);
        plan.steps.append(&mut changes.steps);
        plan.warnings.append(&mut changes.warnings);
        plan.findings.append(&mut changes.findings);
        // Where everything is as it must be, a server that runs is left alone.
        if is_changed || (self.phase == Phase::Finish && self.running(facts)?.is_none()) {
            facts.control.start(&mut plan, fs, &facts.server, &facts.new_base)?;
            notes.extend(facts.control.by_hand(fs, &facts.server, &facts.new_base, Action::Start)?);
        }

        plan.warnings.extend(site.warnings.iter().cloned());
        self.warn_of_unproven(stock.base.is_none(), &merges, &mut plan);
        plan.findings.extend(merges.findings.iter().cloned());
        let open = merges.open_conflicts();
        if open > 0 {
            plan.findings.push(format!(
                "{}: the site's values are kept; review them, and resolve with --resolve FILE:KEY=site|new|VALUE",
                counted(open, "conflict")
            ));
        }
        let changes = merges.changes();
        context.say_lines(changes.to_string().trim_end());
        notes.iter().for_each(|line| context.say(line));
        plan.warnings.iter().for_each(|line| context.warn(line));
        let findings = plan.findings.clone();
        let mut report = self.apply(plan, runs, run)?;
        for finding in findings {
            if !report.findings.contains(&finding) {
                report.findings.push(finding);
            }
        }
        let exit = if report.findings.is_empty() { Exit::Done } else { Exit::NeedsReview };
        let details = |changes: &Changes<'_>| json!({ "changes": changes, "open_conflicts": open });
        let json = config_merge::changes_as_json(context, &changes, &mut report, details)?;
        Ok(Completion { exit, report, json })
    }

    /// Returns the error that a server runs; nothing where none does, as far as this user can see.
    fn running(&self, facts: &Facts) -> Result<Option<Error>, Error> {
        for instance in &facts.server.instances {
            let users = service::users_of(self.context.fs, &instance.runtime()?);
            if let Some(holder) = users.into_iter().next() {
                return Ok(Some(Error::Running { instance: instance.name.clone(), holder }));
            }
        }
        Ok(None)
    }

    fn apply(&self, plan: Plan, runs: &Runs<'_, AnyRun<'_>>, run: NewRun<'_, AnyRun<'_>>) -> Result<Report, Error> {
        let context = self.context;
        if plan.steps.is_empty() {
            context.say("Everything is as it must be: there is nothing to do");
            runs.say_next(&plan);
            return Ok(context.report(ReportStatus::NothingToDo));
        }
        if context.options.dry_run {
            let report = run.dry_run(plan)?;
            report.findings.iter().for_each(|line| context.say(line));
            return Ok(report);
        }
        let what = if self.phase == Phase::Finish { "Finish the upgrade" } else { "Upgrade" };
        context.confirm(&format!("{what} in {}?", counted(plan.steps.len(), "step")))?;
        let applied = plan.clone();
        let report = run.apply(plan, &[])?;
        runs.say_ways_back(&report);
        runs.say_next(&applied);
        Ok(report)
    }

    /// Merges the files. Where 7.2's files are not known, `iim.instancedir` follows the base: nothing else shows that it was not changed.
    fn merged<'f>(&self, facts: &Facts, files: &'f [config_merge::FileToMerge<Method>]) -> Result<ImMerges<'f>, Error> {
        let systems = FileSystems::of(self.context);
        let resolve = &self.args.resolve;
        let merge = |typed: &[String]| -> Result<ImMerges<'f>, Error> {
            let resolutions = Resolutions::new(&systems, typed, resolve.resolutions.as_deref())?;
            Ok(config_merge::merge(&ImMerger, files, resolutions, &systems)?)
        };
        let merges = merge(&resolve.resolve)?;
        let above = facts.old_base.split_last().map(|(above, _)| above.to_string());
        let mut typed = resolve.resolve.clone();
        for merged in &merges.merged {
            for decision in &merged.merge.decisions {
                let Presence::Present(Some(site)) = &decision.site else { continue };
                let is_stale = Some(String::from_utf8_lossy(site).into_owned()) == above;
                let is_open = decision.word == Word::Unproven && decision.choice.is_none();
                if decision.key.ends_with("iim.instancedir") && is_stale && is_open && facts.old_base != facts.new_base
                {
                    typed.push(format!("{}:{}=new", merged.file.name, decision.key));
                }
            }
        }
        if typed.len() == resolve.resolve.len() { Ok(merges) } else { merge(&typed) }
    }

    fn warn_of_unproven(&self, is_base_unknown: bool, merges: &ImMerges<'_>, plan: &mut Plan) {
        let unproven = merges.changes().count(|decision| decision.word == Word::Unproven);
        if is_base_unknown && unproven > 0 {
            plan.warnings.push(format!(
                "{} without a known stock value: the site's values are kept; to decide them, give the stock files of 7.2 (--base DIR)",
                counted(unproven, "decision")
            ));
        }
    }

    /// Returns the client resources that need no step: what the redeployment makes of the merged ones is there already.
    fn settled(&self, (facts, part): (&Facts, &Part<'_>), merges: &ImMerges<'_>) -> Result<BTreeSet<String>, Error> {
        let mut sources = planned(self.context.fs, merges);
        let mut rehearsal = Plan::new(TOOL, json!(null));
        self.follow_base((facts, part), &mut sources, &mut rehearsal)?;
        redeployed((facts, part), merges, (&mut rehearsal, &mut sources))?;
        let mut settled = BTreeSet::new();
        for file in merges.merged.iter().map(|merged| merged.file).filter(|file| file.name.starts_with(HTML)) {
            let made = sources.at_last(&file.target)?;
            if made.as_deref().map(Digest::of) == file.live.digest() {
                settled.insert(file.name.clone());
            }
        }
        Ok(settled)
    }

    /// Rewrites the old base in the instances' own `imadmin` and in the gateway's `web.xml`.
    fn follow_base(
        &self,
        (facts, part): (&Facts, &Part<'_>),
        sources: &mut Sources<'_>,
        plan: &mut Plan,
    ) -> Result<Vec<String>, Error> {
        let fs = self.context.fs;
        if facts.old_base == facts.new_base {
            return Ok(Vec::new());
        }
        let mut lines = vec![format!("The programs move from {} to {}", facts.old_base, facts.new_base)];
        let (from, to) = (facts.old_base.to_string(), facts.new_base.to_string());
        let moves = [RootMove { from: from.as_str().into(), to: to.as_str().into() }];
        for instance in &facts.server.instances {
            let script = below(&instance.directory, "imadmin")?;
            if kind(fs, &script)? != Some(FileKind::Regular) {
                continue;
            }
            let content = own_files::read(fs, &script)?;
            if gateway::replace(plan, fs, &script, &content, &roots::edits(&content, &moves))? {
                lines.push(format!("{script} is about {to} from now on"));
            }
        }
        lines.extend(gateway::follow(plan, sources, (&facts.old_base, &facts.new_base), part.container())?);
        if part.container().is_none() {
            lines.push(format!(
                "An HTTP gateway that a servlet container has already names {} until its archive in {}/work is deployed; --container DIR does so",
                facts.old_base, facts.new_base
            ));
        }
        Ok(lines)
    }

    /// Has the runtime data follow `iim.instancevardir`.
    fn carry_runtime(&self, facts: &Facts, merges: &ImMerges<'_>, plan: &mut Plan) -> Result<Vec<String>, Error> {
        let fs = self.context.fs;
        let mut lines = Vec::new();
        for instance in &facts.server.instances {
            let conf = format!("{}/config/iim.conf", instance.name);
            let Some(merged) = merges.merged.iter().find(|merged| merged.file.name == conf) else { continue };
            let settings = |bytes: &[u8]| Settings::parse(&instance.conf, bytes.to_vec());
            let site = match &merged.file.versions.site {
                Some(site) => settings(&site.content)?,
                None => continue,
            };
            let before = Instance { settings: site, ..instance.clone() }.runtime()?;
            let after = match merged.result() {
                Some(bytes) => Instance { settings: settings(bytes)?, ..instance.clone() }.runtime()?,
                None => continue,
            };
            if before != after && !service::users_of(fs, &before).is_empty() {
                return Err(Error::RuntimeInUse { instance: instance.name.clone(), before, after });
            }
            match runtime::carry(plan, fs, (&instance.name, &before, &after))? {
                Ok(line) => lines.push(line),
                Err(finding) => plan.findings.push(finding),
            }
        }
        Ok(lines)
    }
}

/// Returns the files as the merge will have left them.
fn planned<'f>(fs: &'f dyn FileSystem, merges: &ImMerges<'_>) -> Sources<'f> {
    let mut sources = Sources::new(fs);
    for merged in &merges.merged {
        sources.plan(&merged.file.target, merged.result().map(<[u8]>::to_vec));
    }
    sources
}

/// Adds the steps that redeploy the client resources: they are the default instance's.
fn redeployed(
    (facts, part): (&Facts, &Part<'_>),
    merges: &ImMerges<'_>,
    (plan, sources): (&mut Plan, &mut Sources<'_>),
) -> Result<Vec<String>, Error> {
    let Some(default) = facts.server.instances.iter().find(|instance| instance.is_default()) else {
        return Ok(vec![
            "The client resources were not redeployed: they are those of the default instance. To do so: im-upgrade redeploy"
                .to_owned(),
        ]);
    };
    let conf = merges.merged.iter().find(|merged| merged.file.name == "default/config/iim.conf");
    let settings = match conf.and_then(|merged| merged.result()) {
        Some(bytes) => Settings::parse(&default.conf, bytes.to_vec())?,
        None => default.settings.clone(),
    };
    part.plan(plan, sources, &facts.new_base, (&default.conf, &settings))
}

/// Whether client resources are copied, too.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Resources {
    Save,
    StayAsTheyAre,
}

/// Returns how many conflicts a merge of the files as they are would have.
pub(super) fn preview(
    context: &Context<'_>,
    facts: &Facts,
    base: &StockFiles<'_>,
    new: &StockFiles<'_>,
) -> Result<usize, Error> {
    let bases = (&facts.old_base, &facts.new_base);
    let site = Site::look(context.fs, &facts.server, bases, &Origin::Live)?;
    let files = Trees { base: Some(base), site: &site, new, bases }.files()?;
    let systems = FileSystems::of(context);
    let merges = config_merge::merge(&ImMerger, &files, Resolutions::new(&systems, &[], None)?, &systems)?;
    Ok(merges.open_conflicts())
}

/// Returns what a run changes: a run about another installation is not in its way.
fn touched(facts: &Facts, part: &Part<'_>) -> Touched {
    let mut changes: Vec<RootPath> = facts.server.instances.iter().map(|instance| instance.config.clone()).collect();
    changes.extend([facts.old_base.clone(), facts.new_base.clone()]);
    changes.extend(part.container().cloned());
    changes.sort();
    changes.dedup();
    Touched { changes: changes.iter().map(ToString::to_string).collect(), reads: Vec::new() }
}

/// Leaves out files that are links to files elsewhere, where the merge would change them: what they lead to is not ours.
fn leave_links(merges: &mut ImMerges<'_>, facts: &Facts) {
    let mut places: Vec<RootPath> = facts.server.instances.iter().map(|instance| instance.config.clone()).collect();
    places.extend([facts.server.config_root.clone(), facts.new_base.clone()]);
    let is_within = |target: &RootPath| places.iter().any(|place| super::tree::name_below(place, target).is_some());
    let mut findings = Vec::new();
    merges.merged.retain(|merged| {
        let file = merged.file;
        let is_changed = merged.result().map(Digest::of) != file.live.digest();
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

/// Returns `1 file`, `2 files`.
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
