//! What the three commands find before they plan: the installation, the service, both bases, both releases' files, earlier runs.

use std::collections::BTreeMap;

use command::Context;
use config_merge::FileSystems;
use upgrade_engine::fs::{FileSystem, RootPath};
use upgrade_engine::run_list::{in_effect, list_runs};
use upgrade_engine::{Run, Status};

use super::Phase;
use super::saving::{Saved, saved_by};
use super::site::Origin;
use super::stock::StockFiles;
use super::tree::SUFFIX;
use crate::error::Error;
use crate::request::Request;
use crate::rollback;
use crate::server::{CONF, Instance, Server, below, kind};
use crate::service::Control;
use crate::{TOOL, cli};

/// What was found.
pub(super) struct Facts {
    pub(super) server: Server,
    pub(super) control: Control,
    /// Where the programs were.
    pub(super) old_base: RootPath,
    /// Where they are from now on.
    pub(super) new_base: RootPath,
    /// What `prepare` saved, when it ran.
    prepared: Option<BTreeMap<RootPath, Saved>>,
}

/// What a run of `prepare` leaves to `finish`.
struct Prepared {
    /// Where 7.2 was.
    base: RootPath,
    saved: BTreeMap<RootPath, Saved>,
}

/// The stock files of both releases.
pub(super) struct Stock<'a> {
    /// Nothing where it is not known.
    pub(super) base: Option<StockFiles<'a>>,
    pub(super) new: Option<StockFiles<'a>>,
}

impl<'a> Stock<'a> {
    /// Opens what was named.
    ///
    /// # Errors
    /// [`Error::NoStock`].
    pub(super) fn named(files: FileSystems<'a>, args: &cli::StockDirs) -> Result<Self, Error> {
        let open = |typed: &Option<std::path::PathBuf>, option| {
            typed.as_deref().map(|typed| StockFiles::named(files, typed, option)).transpose()
        };
        Ok(Self { base: open(&args.base, "--base")?, new: open(&args.new, "--new")? })
    }
}

impl Facts {
    /// Looks.
    ///
    /// # Errors
    /// As [`Server::look`] and [`Control::choose`].
    pub(super) fn look(context: &Context<'_>, args: &cli::Upgrade, stock: &Stock<'_>) -> Result<Self, Error> {
        let server = Server::look(context.fs, context.options, &args.place)?;
        let control = Control::choose(context.fs, context.options, &args.service)?;
        let prepared = prepared(context, &server)?;
        let present = server.present_base().ok_or_else(|| Error::NoBase(server.config_root.to_string()))?;
        let old_base = match (&server.old_base, &prepared) {
            (Some(base), _) => base.clone(),
            (None, Some(prepared)) => prepared.base.clone(),
            (None, None) => present.clone(),
        };
        let shipped_at = stock.new.as_ref().and_then(|new| new.base.clone());
        let new_base = server.new_base.clone().or(shipped_at).unwrap_or_else(|| old_base.clone());
        Ok(Self { server, control, old_base, new_base, prepared: prepared.map(|prepared| prepared.saved) })
    }

    /// Returns where the site's values come from, and the new release's files where none were named.
    ///
    /// # Errors
    /// [`Error::NoNewStock`].
    pub(super) fn origin<'f>(
        &self,
        fs: &'f dyn FileSystem,
        phase: Phase,
        named: bool,
    ) -> Result<(Origin, Option<StockFiles<'f>>), Error> {
        let default = self.server.instances.iter().find(|instance| instance.is_default());
        let config = match default {
            Some(default) => default.config.clone(),
            None => below(&self.server.config_root, "default/config")?,
        };
        let left = || StockFiles::as_left(fs, &config, &self.new_base).map(Some);
        if phase == Phase::Finish
            && let Some(saved) = &self.prepared
        {
            if !named && !self.is_replaced(fs, saved)? {
                return Err(Error::NoNewStock("every configuration file is as `prepare` saved it".to_owned()));
            }
            let new = if named { None } else { left()? };
            return Ok((Origin::Prepared(saved.clone()), new));
        }
        let copy = below(&config, &format!("{CONF}{SUFFIX}"))?;
        let has_copy = kind(fs, &copy)?.is_some();
        let differs = |default: &Instance| -> Result<bool, Error> {
            let live = config_merge::own_files::read(fs, &default.conf)?;
            Ok(config_merge::own_files::read(fs, &copy)? != live)
        };
        // The package step has been here, without `prepare`.
        let was_replaced = has_copy && default.map(differs).transpose()?.unwrap_or(false);
        match (named, was_replaced) {
            (false, true) => Ok((Origin::FoundCopies, left()?)),
            (false, false) => {
                Err(Error::NoNewStock(format!("nothing shows that the packages of 7.3 replaced {}", config)))
            }
            (true, true) if phase == Phase::Finish => Ok((Origin::FoundCopies, None)),
            (true, _) => Ok((Origin::Live, None)),
        }
    }

    /// Returns whether the package step replaced, or removed, a file that was saved.
    fn is_replaced(&self, fs: &dyn FileSystem, saved: &BTreeMap<RootPath, Saved>) -> Result<bool, Error> {
        for (path, saved) in saved {
            let now = config_merge::own_files::read_if_there(fs, path)?;
            if now.is_none_or(|now| upgrade_engine::digest::Digest::of(&now) != saved.digest) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Returns what the newest run of `prepare` about these instances left.
fn prepared(context: &Context<'_>, server: &Server) -> Result<Option<Prepared>, Error> {
    let state = context.state;
    let runs = list_runs(&*state.fs, &state.path, TOOL).map_err(command::Error::from)?;
    let here = context.options.real_root();
    let effective = in_effect(&runs);
    let is_rolled_back = |run: &&Run| match Request::of(&run.plan) {
        Some(Request::Rollback(rollback)) => {
            rollback.phase != rollback::Phase::CopyOut && rollback.target.config_root == server.config_root
        }
        _ => false,
    };
    let finished = effective.into_iter().rev().filter(|run| run.status == Status::Finished);
    let found = finished.take_while(|run| !is_rolled_back(run)).find_map(|run| {
        let Some(Request::Prepare(target)) = Request::of(&run.plan) else { return None };
        let has_all = server.instances.iter().all(|instance| target.instances.contains(&instance.name));
        let is_it = run.plan.scope.may_be_on(&here) && target.config_root == server.config_root && has_all;
        is_it.then(|| Prepared { base: target.base, saved: saved_by(&run.plan) })
    });
    Ok(found)
}
