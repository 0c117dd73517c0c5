//! The survey: everything that is read before anything is decided. Nothing is written here.

pub mod config;
pub mod data_directory;
pub mod database;
pub mod db_config;
pub mod destination;
pub mod environment;
pub mod file_access;
pub mod holders;
pub mod log_places;
pub mod owner;
pub mod source;

use upgrade_engine::fs::{FileSystem, RootPath};
use upgrade_engine::step::Observer;

use crate::cli::Args;
use crate::cursor::Damage;
use crate::error::Error;
use config::{ConfigFacts, RequestedSettings};
use destination::{BackupFacts, TargetFacts};
use environment::{Environment, LogChoice};
use owner::Owner;
use source::SourceFacts;

/// What the survey found.
pub struct Facts {
    /// The source directory and everything in it.
    pub source: SourceFacts,
    /// What its log files say.
    pub environment: Environment,
    /// Where the new files go.
    pub target: TargetFacts,
    /// Where the copy goes.
    pub backup: BackupFacts,
    /// The configuration file to edit, if one was named.
    pub config: Option<ConfigFacts>,
    /// Which other database the server will open, where it is not the new one.
    pub other_database: Vec<String>,
    /// Who shall own the new files, if that was said.
    pub owner: Option<Owner>,
}

/// The directories as typed, resolved to the product root.
pub struct Directories {
    /// `source_dbdir`.
    pub source: RootPath,
    /// `target_dbdir`.
    pub target: RootPath,
    /// `backup_dir`.
    pub backup: RootPath,
    /// The directory named for log files.
    pub logs: Option<RootPath>,
}

/// Surveys everything that a migration depends on, and refuses what must be refused.
///
/// # Errors
/// The first reason why the migration cannot be done; nothing was changed.
pub fn survey(
    fs: &dyn FileSystem,
    args: &Args,
    directories: &Directories,
    observer: &dyn Observer,
) -> Result<Facts, Error> {
    let source_dir = source::open(fs, &directories.source)?;
    let target = destination::survey_target(fs, directories, &*source_dir)?;
    destination::refuse_overlap(fs, directories, &*source_dir)?;
    let owner = args.owner.as_deref().map(|text| owner::resolve(fs, text)).transpose()?;
    let config = match &args.ics_conf {
        Some(path) => {
            let wanted = RequestedSettings { database: Some(&directories.target), read_only: args.read_only };
            Some(config::survey_edit(fs, &args.common, path, wanted)?)
        }
        None => None,
    };
    let damage = if args.salvage { Damage::Salvaged } else { Damage::Refused };
    let wanted = source::Wanted { backup_all: args.backup_all, damage };
    let mut source = source::survey(fs, source_dir, directories, wanted, observer)?;
    holders::refuse_in_use(&source)?;
    let logs = directories.logs.clone();
    let choice = LogChoice { directory: logs, may_be_missing: args.without_logs };
    // Where a log holds more than the databases, that is why one of them may be unreadable.
    let environment = environment::survey(fs, &mut source, &choice, damage, observer);
    if !matches!(environment, Err(Error::Unclean { .. })) {
        source.refuse()?;
    }
    let environment = environment?;
    if let Some(owner) = owner {
        owner::refuse_giving_away(&mut source, owner, &args.give_away)?;
    }
    let backup = destination::survey_backup(fs, directories, &source, observer)?;
    destination::refuse_lack_of_space(&source, &target, &backup)?;
    let edited = args.ics_conf.as_deref().and_then(|typed| args.common.product_path(typed).ok());
    let other_database = config::other_directories(fs, &directories.target, edited.as_ref());
    Ok(Facts { source, environment, target, backup, config, other_database, owner })
}
