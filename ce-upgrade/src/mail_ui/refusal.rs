//! Why customisations are not moved. Nothing was changed then.

use upgrade_engine::fs::RootPath;

/// Why customisations are not moved.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The deployed release has no mail pages of its own.
    #[error("{0} is not a directory: only 6.3 and later have the mail pages there")]
    NoWebmail(RootPath),
    /// There is no saved tree.
    #[error("no saved mail pages were found: there is no {0}")]
    NoSaved(String),
    /// Several saved trees are there.
    #[error("several directories may hold the saved mail pages: {0}")]
    SeveralSaved(String),
    /// What was named is no directory.
    #[error("{option} {path}: it is not a directory")]
    NoDirectory {
        /// The option that names it.
        option: &'static str,
        /// What was named.
        path: String,
    },
    /// The saved tree is the deployed one, or lies within it, or holds it.
    #[error("{0} and the deployed mail pages are one tree")]
    OneTree(RootPath),
    /// A run that is in effect moved them already.
    #[error("the customisations of {deployed} were moved already, by run {run}")]
    AlreadyMoved {
        /// What is deployed.
        deployed: RootPath,
        /// The run.
        run: String,
    },
    /// A resolution is about a file that is no conflict.
    #[error("--resolve {0}: it is not FILE:<file>=site or FILE:<file>=new with a file that is in conflict")]
    Resolution(String),
}

impl Refusal {
    /// Returns what can be done about it.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoWebmail(_) => {
                "Upgrade and deploy Communications Express 6.3 first, or name what is deployed with --deployed DIR."
                    .to_owned()
            }
            Self::NoSaved(_) | Self::SeveralSaved(_) => {
                "Name the copy of the mail server's config/html with --from DIR.".to_owned()
            }
            Self::NoDirectory { option, .. } => format!("Name a directory with {option} DIR."),
            Self::OneTree(_) => "Name the copy that the upgrade of Messaging Server saved with --from DIR.".to_owned(),
            Self::AlreadyMoved { run, .. } => {
                format!("To move them again, undo that run first: ce-upgrade --undo {run}.")
            }
            Self::Resolution(_) => "The files in conflict are in the report.".to_owned(),
        })
    }
}
