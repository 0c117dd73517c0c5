//! Why the program stops. Each error says what is wrong, what can be done, and in which state the system is.

use std::fmt::Display;
use std::io;

use command::ToolError;
use upgrade_engine::fs::RootPath;
use upgrade_engine::survey::SurveyError;

/// Why the program stops.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no installation.
    #[error("no Communications Express was found: there is neither lib/config-templates nor sbin nor WEB-INF in {0}")]
    NoBase(String),
    /// There are several installations.
    #[error("several directories may be the installation: {0}")]
    SeveralBases(String),
    /// Nothing is deployed.
    #[error("no deployed Communications Express was found: there is no WEB-INF in {0}")]
    NoDeployed(String),
    /// There are several deployments.
    #[error("several directories may be what the web container reads: {0}")]
    SeveralDeployed(String),
    /// The old deployment is the new one.
    #[error("--from {0} is what is deployed now: its files would be merged with themselves")]
    FromDeployed(RootPath),
    /// A patch is named by something else than its id.
    #[error("`{0}` is no id of a patch")]
    PatchId(String),
    /// There are no stock files.
    #[error("{top} holds no stock files: there is no WEB-INF with config, domain or skin in it")]
    NoStock {
        /// Where they were looked for.
        top: RootPath,
        /// The option that names them.
        option: &'static str,
    },
    /// Several directories may be the one with the stock files.
    #[error("several directories may hold the stock files: {paths}")]
    SeveralStocks {
        /// The directories.
        paths: String,
        /// The option that names one.
        option: &'static str,
    },
    /// A file of the configuration lies outside.
    #[error("{link} leads out of the deployed directory, to {target}")]
    LeadsOut {
        /// The link.
        link: RootPath,
        /// Where it leads.
        target: RootPath,
    },
    /// The live files were replaced by the shipped ones.
    #[error("{} again what is shipped, as after config-uwc: {}", if files.len() == 1 { "a live file is" } else { "live files are" }, files.join(", "))]
    StockAgain {
        /// The files.
        files: Vec<String>,
        /// Where the site's values still are.
        work: RootPath,
    },
    /// Candidates were made for another deployment.
    #[error("{work} was made for {made_for}, not for {deployed}")]
    OtherDeployment {
        /// The work directory.
        work: RootPath,
        /// The deployment it was made for.
        made_for: RootPath,
        /// The deployment that it is to be installed in.
        deployed: RootPath,
    },
    /// The record of the work directory cannot be understood.
    #[error("{work}: its record cannot be understood: {what}")]
    Record {
        /// The work directory.
        work: RootPath,
        /// What is wrong.
        what: String,
    },
    /// There is no installation to take back.
    #[error("no installation by install-newconfig is in effect on {0}")]
    NotInstalledConfig(RootPath),
    /// Customised mail pages are not moved.
    #[error(transparent)]
    MailUi(#[from] crate::mail_ui::Refusal),
    /// An error that every merge has.
    #[error(transparent)]
    Merging(#[from] config_merge::Error),
    /// An error that every program has.
    #[error(transparent)]
    Common(#[from] command::Error),
}

impl Error {
    /// Wraps what the operating system said.
    pub fn io(verb: &'static str, path: impl Display, source: io::Error) -> Self {
        command::Error::io(verb, path, source).into()
    }

    /// Returns the error of a wrong command line.
    pub fn usage(what: impl Into<String>) -> Self {
        command::Error::Usage(what.into()).into()
    }
}

impl From<SurveyError> for Error {
    fn from(error: SurveyError) -> Self {
        command::Error::from(error).into()
    }
}

impl ToolError for Error {
    fn common(&self) -> Option<&command::Error> {
        match self {
            Self::Common(error) => Some(error),
            Self::Merging(error) => error.common(),
            _ => None,
        }
    }

    fn hint(&self) -> Option<String> {
        use config_merge::Error as Merging;
        Some(match self {
            Self::NoBase(_) | Self::SeveralBases(_) => "Name the installation with --uwc-base DIR.".to_owned(),
            Self::NoDeployed(_) | Self::SeveralDeployed(_) => {
                "Name the directory that holds WEB-INF with --deployed DIR.".to_owned()
            }
            Self::FromDeployed(_) => {
                "Name what is deployed of the new release with --deployed DIR, or leave out --from.".to_owned()
            }
            Self::PatchId(_) => "It is six digits, a hyphen and two digits or more, such as 122793-21.".to_owned(),
            Self::NoStock { option, .. } => {
                format!("Name an installation, a tree like a root, or a directory WEB-INF, with {option} DIR.")
            }
            Self::SeveralStocks { option, .. } => format!("Name one of them with {option} DIR."),
            Self::LeadsOut { .. } => "Put the file in the place of the link, and repeat the command.".to_owned(),
            Self::StockAgain { work, .. } => format!(
                "The site's values are in {work}/merged, as they were merged before. Put the site's files back and run patch-config again; or, \
                 where the live files are meant as they are, remove {work} first."
            ),
            Self::OtherDeployment { .. } | Self::Record { .. } => "Run patch-config again.".to_owned(),
            Self::NotInstalledConfig(_) => "--list-runs shows what there is.".to_owned(),
            Self::Merging(Merging::Swappable { .. } | Merging::NoPlace(_)) => {
                "Name another directory with --work-dir DIR.".to_owned()
            }
            Self::Merging(Merging::NoCandidates(_)) => {
                "Run patch-config first, or name the directory with --work-dir DIR.".to_owned()
            }
            Self::Merging(Merging::ChangedSince { .. }) => {
                "Run patch-config again. Another value is chosen with patch-config --resolve FILE:KEY=VALUE where there is a conflict, \
                 else in the live file."
                    .to_owned()
            }
            Self::Merging(Merging::Unresolved { .. }) => {
                "Resolve each one with patch-config --resolve FILE:KEY=site|new|VALUE, or use -f to install the site's values.".to_owned()
            }
            Self::MailUi(refusal) => return refusal.hint(),
            Self::Merging(error) => return error.hint(),
            Self::Common(_) => return None,
        })
    }
}
