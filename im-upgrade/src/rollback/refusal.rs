//! Why a rollback is refused. Nothing was changed then.

use upgrade_engine::fs::RootPath;

use super::SUFFIX;

/// Why a rollback is refused.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Nothing says what 7.2 was configured like.
    #[error("instance {instance} cannot be rolled back: there is no {path}, and no run of im-upgrade that changed it")]
    NoSavedFiles {
        /// The instance.
        instance: String,
        /// The file that has to be among the saved ones.
        path: RootPath,
    },
    /// Some of the saved files are missing or damaged.
    #[error("the saved configuration of 7.2 is not complete:\n{}", .0.join("\n"))]
    Incomplete(Vec<String>),
    /// The site edited files after the upgrade.
    #[error("these files are newer than what was saved of them, and the rollback would replace them:\n{}", .0.join("\n"))]
    EditedSince(Vec<String>),
    /// 7.2 is not installed.
    #[error("7.2 is not installed: there is no {0}")]
    NotBack(RootPath),
    /// 7.3 is still installed.
    #[error("7.3 is still installed: there is {0}")]
    StillThere(RootPath),
    /// It is not known where 7.2 was.
    #[error("it is not known where 7.2 is installed")]
    BaseUnknown,
    /// `--finish` without a first part.
    #[error("there is no rollback to finish")]
    NothingToFinish,
    /// A first part that was not finished.
    #[error("a rollback was begun already: its files are in {0}")]
    BegunAlready(RootPath),
    /// `--finish` for other instances than the first part.
    #[error("the rollback that was begun is about {begun}")]
    OtherInstances {
        /// What it is about.
        begun: String,
    },
    /// Others can write where the copies are to be.
    #[error("users other than root can change {0}, and the copies hold passwords")]
    OpenToOthers(RootPath),
    /// The first part cannot be undone any more.
    #[error(
        "{gone} is gone: the packages were removed since, so the undo cannot bring back what was before; the copies in {copies} stay"
    )]
    PackagesChanged {
        /// The directory.
        gone: RootPath,
        /// Where the copies are.
        copies: RootPath,
    },
    /// A file that is to be put back has a name that is no file.
    #[error("{path} is in the way: {what}")]
    InTheWay {
        /// The path.
        path: RootPath,
        /// What it is.
        what: &'static str,
    },
}

impl Refusal {
    /// Returns what can be done.
    pub fn hint(&self) -> String {
        match self {
            Self::NoSavedFiles { .. } => format!(
                "Restore the configuration of 7.2 from a backup. A rollback needs files named *{SUFFIX}, or the run that upgraded."
            ),
            Self::Incomplete(_) => {
                "Restore these files from a backup; or undo the run that upgraded: im-upgrade --undo".to_owned()
            }
            Self::EditedSince(_) => {
                "Note what was changed, then use --force: the replaced files are saved with the run, and --undo brings them back."
                    .to_owned()
            }
            Self::NotBack(_) => "Install the packages of 7.2 from its media, then repeat the command.".to_owned(),
            Self::StillThere(_) => {
                "Remove the packages of 7.3 (commpkg uninstall --components=IM --silent=NONE), install those of 7.2, then repeat \
                 the command."
                    .to_owned()
            }
            Self::BaseUnknown => "Name its directory with --im-base DIR.".to_owned(),
            Self::NothingToFinish => {
                "Begin with im-upgrade rollback; or roll back without packages: im-upgrade rollback --skip-packages".to_owned()
            }
            Self::BegunAlready(_) => {
                "Finish it with im-upgrade rollback --finish, or undo it with im-upgrade --undo.".to_owned()
            }
            Self::PackagesChanged { gone, .. } => format!(
                "To go on to 7.2: install its packages, then im-upgrade rollback --finish. To go back to 7.3: install its packages, put its \
                 configuration back into {gone} from a backup, then repeat the command."
            ),
            Self::OtherInstances { .. } => "Use --finish without --instance.".to_owned(),
            Self::OpenToOthers(path) => format!("Make it yours: chown root {path}; chmod 700 {path}"),
            Self::InTheWay { .. } => "Move it away, then repeat the command.".to_owned(),
        }
    }
}
