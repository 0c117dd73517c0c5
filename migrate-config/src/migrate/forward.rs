//! The move: what is looked at first, what is refused, what is told, what is done.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use command::{Completion, Runs, Start, Touched};
use install_root::{Release, Version};
use serde_json::json;
use upgrade_engine::digest::Digest;
use upgrade_engine::fs::RootPath;
use upgrade_engine::run_list::list_runs;
use upgrade_engine::step::{Attributes, Observer};
use upgrade_engine::survey;

use super::detect::content::Digests;
use super::detect::roots::{self, Root};
use super::detect::{Configuration, configuration, hosts, places};
use super::ldap_settings::{Made, Recipe, SettingsFromLdap};
use super::moves::moves;
use super::plan::{Facts, MsgConf};
use super::program::Program;
use super::refusal::Refusal;
use super::rewrite::Moves;
use super::{copy, plan, report};
use crate::compatibility::{self, Strategy, Verdict};
use crate::error::Error;
use crate::release::{self, Bits, Found};
use crate::request::{Move, Request, move_to};
use crate::running;
use crate::store::{self, Backup, Store};

impl Program<'_> {
    pub(super) fn forward(&self, old: &RootPath) -> Result<Completion, Error> {
        let (context, fs) = (self.context, self.context.fs);
        let (old, new) = roots::both(context, old, self.args.new_root.as_deref())?;
        let request = self.request(&old, &new)?;
        self.refuse_second_run(&request)?;
        let runs = Runs::new(context, self);
        let new_run = match runs.start(&Request::MigrateConfig(request.clone()).to_json(), touched(&old, &request))? {
            Start::Resumed(completion) => return Ok(*completion),
            Start::New(new_run) => new_run,
        };
        roots::refuse_configured(&new)?;
        let config = old.server.config.directory().unwrap_or(&old.server.path).clone();
        let needs_export = self.refuse_settings_in_ldap(&old, &config)?;
        self.refuse_unfit_place(&old, &new, &request)?;
        self.refuse_running(&old, &new, &request)?;
        let mut told = Told::default();
        told.warnings.extend(places::owned_by_old(&old));
        self.look_at_releases(&old, &new, &request, &mut told)?;

        let moves = moves(fs, &old, &request)?;
        let surveyed = self.survey(&old, &request, &moves, &mut told)?;
        self.look_at_writers(&surveyed, &mut told)?;
        let msg_conf = match needs_export {
            true => Some(self.msg_conf(&surveyed, &request, &moves, &mut told)?),
            false => None,
        };
        let new_dir = fs.open_dir(&new.server.path).map_err(|e| Error::io("open", &new.server.path, e))?;
        let new_root = survey::anchor(&*new_dir, &new.server.path).map_err(command::Error::from)?;
        told.findings.extend(report::missing_in_new(fs, &surveyed, &old, &new));
        let (links, copied) = match &request.data_root {
            None => (places::links_to_old(fs, &old, &new)?, None),
            Some(place) => {
                let (copied, left_out) = places::copy(fs, &old, &surveyed.tree, place, &context.interrupt()?)?;
                report::left_out(&left_out, &mut told);
                let not_taken_over = surveyed.files.iter().filter_map(|file| file.not_taken_over.clone());
                told.warnings.extend(not_taken_over);
                (places::links_to_copy(fs, &old, &new, place)?, Some(copied))
            }
        };
        let facts = Facts { new_root, links, configuration: surveyed, moves, msg_conf };
        report::refuse_names_elsewhere(&facts, request.data_root.is_some())?;
        let request_json = Request::MigrateConfig(request.clone()).to_json();
        let mut plan = match &copied {
            None => plan::linking(&facts, request_json)?,
            Some(copied) => copy::copying(&facts, copied, request_json)?,
        };
        plan.warnings = told.warnings;
        plan.findings = told.findings;
        told.notes.iter().for_each(|line| self.say(line));
        plan.warnings.iter().for_each(|line| self.warn(line));
        if context.options.dry_run {
            plan.findings.iter().for_each(|line| self.warn(line));
        }
        let details = json!({
            "old_root": old.server.path,
            "new_root": new.server.path,
            "configuration": facts.configuration.tree.path,
            "files": report::counts(&facts.configuration),
            "notes": told.notes,
        });
        let question = report::question(&facts, &request);
        let mut completion = new_run.carry_out(plan, Some(&question))?;
        completion.report.details = details;
        Ok(completion)
    }

    /// Reads the configuration, and tells what becomes of its files.
    fn survey(&self, old: &Root, request: &Move, moves: &Moves, told: &mut Told) -> Result<Configuration, Error> {
        let fs = self.context.fs;
        let config = old.server.config.directory().unwrap_or(&old.server.path);
        let digests = if request.data_root.is_some() { Digests::Wanted } else { Digests::Unwanted };
        let hosts = match &request.data_root {
            Some(_) if request.names.is_empty() => hosts::names(fs, config),
            _ => request.names.iter().map(|(from, _)| from.clone()).collect(),
        };
        let progress = self.context.progress(0)?;
        let surveyed = configuration(fs, config, moves, digests, &hosts, &progress as &dyn Observer);
        progress.finish();
        let surveyed = surveyed?;
        report::files(&surveyed, old, told);
        match request.names.as_slice() {
            [] => report::hosts(&surveyed, &hosts, told),
            _ => report::hosts_not_found(&surveyed, &hosts, told),
        }
        Ok(surveyed)
    }

    /// Refuses a place where no copy can be made.
    fn refuse_unfit_place(&self, old: &Root, new: &Root, request: &Move) -> Result<(), Error> {
        let Some(place) = &request.data_root else { return Ok(()) };
        let data = old.server.data.directory().unwrap_or(&old.server.path).clone();
        let others = [
            ("the old root", old.server.path.clone()),
            ("the new root", new.server.path.clone()),
            ("the old data root", data),
        ];
        places::refuse_unfit(self.context.fs, place, &others)
    }

    fn request(&self, old: &Root, new: &Root) -> Result<Move, Error> {
        let pair = |old: &Option<String>, new: &Option<String>| Some((old.clone()?, new.clone()?));
        let args = self.args;
        let names = [pair(&args.old_host, &args.new_host), pair(&args.old_ip, &args.new_ip)];
        let product_path =
            |path: &Path| self.context.options.product_path(path).map_err(|e| Error::io("use", path.display(), e));
        let own_path = |path: &Path| {
            let path = std::path::absolute(path).map_err(|e| Error::io("use", path.display(), e))?;
            RootPath::new(path.as_os_str().as_bytes())
                .map_err(|e| Error::io("use", path.display(), std::io::Error::other(e)))
        };
        Ok(Move {
            old_root: old.server.path.clone(),
            new_root: new.server.path.clone(),
            data_root: args.data_root.as_deref().map(product_path).transpose()?,
            configutil_export: args.configutil_export.as_deref().map(own_path).transpose()?,
            names: names.into_iter().flatten().collect(),
        })
    }

    fn refuse_second_run(&self, request: &Move) -> Result<(), Error> {
        let state = self.context.state;
        let runs = list_runs(&*state.fs, &state.path, crate::TOOL).map_err(command::Error::from)?;
        match move_to(&runs, &request.new_root) {
            Some((run, done)) => {
                Err(Refusal::Moved { from: done.old_root, to: done.new_root, run: run.id.clone() }.into())
            }
            None => Ok(()),
        }
    }

    /// Refuses a move while a server runs. The old one may, where its configuration is only copied.
    fn refuse_running(&self, old: &Root, new: &Root, request: &Move) -> Result<(), Error> {
        let both = [&new.server, &old.server];
        let roots = if request.data_root.is_some() { &both[..1] } else { &both[..] };
        let running = running::servers(self.context.fs, roots);
        if running.is_empty() { Ok(()) } else { Err(Refusal::Running(running).into()) }
    }

    /// Refuses what the guide's tables refuse, and tells what the move means for the store.
    fn look_at_releases(&self, old: &Root, new: &Root, request: &Move, told: &mut Told) -> Result<(), Error> {
        let fs = self.context.fs;
        let data = old.server.data.directory().unwrap_or(&old.server.path);
        let config = old.server.config.directory().unwrap_or(&old.server.path);
        let store = store::look_with(fs, data, config);
        let args = self.args;
        let mut old = release::look(fs, &old.server).with_store(&store);
        let mut new = release::look(fs, &new.server);
        if let Some(named) = &args.from_release {
            match old.release.exactly() {
                Some(found) if !is_of(found, named) => {
                    return Err(Error::usage(format!("--from-release {named}: {} holds release {found}", old.root)));
                }
                Some(_) => {}
                None => old.release = Release::of(named.clone()),
            }
        }
        old.bits = self.bits("--from-bits", &old, args.from_bits)?;
        new.bits = self.bits("--to-bits", &new, args.to_bits)?;
        let strategy = if request.data_root.is_some() { Strategy::Coexistent } else { Strategy::SideBySide };
        let answer = compatibility::decide(&old, &new, strategy);
        match answer.verdict {
            Verdict::FreshInstall => return Err(Refusal::FreshInstall(answer.lines.join("\n")).into()),
            Verdict::Refused | Verdict::Unsettled if !args.force_path => {
                return Err(Refusal::Pair(answer.lines.join("\n")).into());
            }
            Verdict::Refused | Verdict::Unsettled => told.warnings.extend(answer.lines),
            Verdict::Allowed => told.notes.extend(answer.lines),
        }
        if request.data_root.is_some() || !store.is_there {
            return Ok(());
        }
        told.notes.extend(store::situation(&store, &old, &new));
        if let Some(backup) = self.store_backup(&store)? {
            let checked = backup.check(self.context, &store)?;
            told.notes.extend(checked.lines);
            told.warnings.extend(checked.warnings);
        } else {
            told.warnings.push("The run needs --store-backup: there is a message store".to_owned());
        }
        Ok(())
    }

    /// Returns the word size of a root: what its programs show, else what is named.
    fn bits(&self, option: &str, found: &Found, named: Option<Bits>) -> Result<Option<Bits>, Error> {
        match (found.bits, named) {
            (Some(bits), Some(named)) if bits != named => {
                Err(Error::usage(format!("{option}: the programs in {} are {bits}", found.root)))
            }
            (bits, named) => Ok(bits.or(named)),
        }
    }

    /// Returns the backup of the store that is named, or asks for it; nothing in a dry run, which does not ask.
    fn store_backup(&self, store: &Store) -> Result<Option<Backup>, Error> {
        if let Some(typed) = &self.args.store_backup {
            return Backup::parse(typed).map(Some).map_err(Error::usage);
        }
        if self.context.options.dry_run {
            return Ok(None);
        }
        let Some(console) = self.context.console else {
            let what = format!("there is a message store in {}, and no backup of it was named", store.root);
            return Err(Refusal::StoreBackup(what).into());
        };
        let question = "Where is the backup of the message store (a directory, snapshot:NAME, or none)?";
        Ok(Some(command::ask(console, question, None, Backup::parse)?))
    }

    /// Returns whether the settings come from an export.
    fn refuse_settings_in_ldap(&self, old: &Root, config: &RootPath) -> Result<bool, Error> {
        let fs = self.context.fs;
        let has = |name: &str| -> Result<bool, Error> {
            let path = config.resolve(name.as_bytes()).map_err(|e| Error::io("use", name, std::io::Error::other(e)))?;
            Ok(survey::follow(fs, &path).is_ok())
        };
        let in_ldap = has("local.conf")? && !has("msg.conf.defaults")?;
        match (in_ldap, &self.args.configutil_export) {
            (true, None) => Err(Refusal::SettingsInLdap(old.server.path.clone()).into()),
            (false, Some(_)) => Err(Error::usage(format!(
                "--configutil-export is for releases 6.0 to 6.2: {config} holds the settings already"
            ))),
            (in_ldap, _) => Ok(in_ldap),
        }
    }

    fn look_at_writers(&self, surveyed: &Configuration, told: &mut Told) -> Result<(), Error> {
        let lines = &surveyed.swappable;
        if self.args.strict && !lines.is_empty() {
            return Err(Refusal::Swappable(lines.clone()).into());
        }
        told.warnings.extend(
            lines.iter().map(|line| format!("{line}: whoever may write there can replace configuration files")),
        );
        Ok(())
    }

    /// Returns how `msg.conf` is made from an export.
    fn msg_conf(
        &self,
        surveyed: &Configuration,
        request: &Move,
        moves: &Moves,
        told: &mut Told,
    ) -> Result<MsgConf, Error> {
        let fs = self.context.fs;
        let Some(path) = &request.configutil_export else {
            return Err(command::Error::Internal("no export".to_owned()).into());
        };
        let wrong = |what: String| Error::from(Refusal::Export { path: path.to_string(), what });
        let export = SettingsFromLdap::source(self.context.own_files, path).map_err(&wrong)?;
        let export = export.ok_or_else(|| wrong("there is no such file".to_owned()))?;
        let below = |name: &str| {
            let path = surveyed.tree.path.resolve(name.as_bytes()).map_err(|e| wrong(e.to_string()))?;
            SettingsFromLdap::source(fs, &path).map_err(&wrong)
        };
        let (local_conf, msg_conf) = (below("local.conf")?, below("msg.conf")?);
        let recipe = Recipe { export, local_conf, msg_conf, moves: moves.clone() };
        let producer = SettingsFromLdap { fs, own_files: self.context.own_files };
        let Made { content, settings, conflicts } =
            producer.make(&recipe).map_err(|what| Refusal::Broken { path: "--configutil-export".to_owned(), what })?;
        told.notes.push(format!("{settings} settings of the export and of local.conf become settings of msg.conf"));
        told.findings.extend(conflicts.into_iter().map(|line| format!("msg.conf: {line}")));
        let local = surveyed.tree.entries.iter().find(|entry| entry.path.to_bytes() == b"local.conf");
        let like = local.map_or_else(upgrade_engine::fs::RelPath::here, |entry| entry.path.clone());
        let attributes = Attributes::of(&*surveyed.tree.dir, &like)
            .map_err(|e| Error::io("look at", surveyed.tree.show(&like), e))?;
        // It holds passwords.
        let attributes = Attributes { mode: 0o600, extended: Vec::new(), ..attributes };
        Ok(MsgConf { recipe, after: Digest::of(&content), size: content.len() as u64, attributes })
    }
}

/// Returns whether a version, such as `6.3-7.03`, is of a release, such as `6.3`.
fn is_of(version: &Version, release: &Version) -> bool {
    let text = version.to_string();
    let without_build = text.split(['-', ',']).next().and_then(Version::parse);
    version == release || without_build.as_ref() == Some(release)
}

/// What the administrator is told before anything happens.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// What is so.
    pub notes: Vec<String>,
    /// What may be wrong.
    pub warnings: Vec<String>,
    /// What has to be looked at after the move.
    pub findings: Vec<String>,
}

/// Returns what a move touches, by name.
fn touched(old: &Root, request: &Move) -> Touched {
    let config = old.server.config.directory().unwrap_or(&old.server.path).to_string();
    let new_root = request.new_root.to_string();
    match &request.data_root {
        None => Touched { changes: vec![new_root, config], reads: vec![old.server.path.to_string()] },
        Some(place) => {
            Touched { changes: vec![new_root, place.to_string()], reads: vec![old.server.path.to_string(), config] }
        }
    }
}
