//! Why a move is refused. Every sentence names the file, the cause, and what to do; nothing was changed then.

use upgrade_engine::fs::{Name, RootPath};

/// Why a configuration is not moved, or a move is not undone.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The old root is typed as a relative path.
    #[error("{0} is a relative path: name the old server root with its absolute path, such as /opt/SUNWmsgsr")]
    Relative(String),
    /// Both roots are one directory.
    #[error("{}: the new release is installed beside the old one", same(old, new))]
    SameRoot {
        /// The old root.
        old: RootPath,
        /// The new root.
        new: RootPath,
    },
    /// One root lies in the other.
    #[error("{inner} lies in {outer}: the two releases need directories beside each other")]
    Nested {
        /// The root that lies in the other.
        inner: RootPath,
        /// The other one.
        outer: RootPath,
    },
    /// The old root has the layout of release 5.
    #[error("{root} is a Messaging Server 5.x server root: it has the instance {instance}")]
    Layout5 {
        /// The old root.
        root: RootPath,
        /// The directory of an instance.
        instance: String,
    },
    /// The old root has no configuration.
    #[error("{root} is not a configured Messaging Server root: it has no {missing}")]
    NotConfigured {
        /// The old root.
        root: RootPath,
        /// What it lacks.
        missing: &'static str,
    },
    /// The directory is no configuration.
    #[error("{0} holds none of the files of a Messaging Server configuration")]
    NoConfiguration(RootPath),
    /// The new root has a configuration.
    #[error("{root} is configured already: it has {}", names.join(", "))]
    Configured {
        /// The new root.
        root: RootPath,
        /// Which of the three names it has.
        names: Vec<&'static str>,
    },
    /// It was moved before.
    #[error("the configuration of {from} was moved to {to} already, by run {run}")]
    Moved {
        /// The old root.
        from: RootPath,
        /// The new root.
        to: RootPath,
        /// The run.
        run: Name,
    },
    /// The guide does not support this pair.
    #[error("{0}")]
    Pair(String),
    /// The pair is supported, but not in this way.
    #[error("{0}")]
    FreshInstall(String),
    /// A server is running.
    #[error("a Messaging Server is running:\n{}", .0.join("\n"))]
    Running(Vec<String>),
    /// The settings lie in LDAP.
    #[error("{0} keeps its settings in LDAP: it has local.conf and no msg.conf.defaults, as releases 6.0 to 6.2 do")]
    SettingsInLdap(RootPath),
    /// An export is of no use.
    #[error("{path}: {what}")]
    Export {
        /// The file.
        path: String,
        /// What is wrong with it.
        what: String,
    },
    /// A configuration file is broken.
    #[error("{path}: {what}")]
    Broken {
        /// The file.
        path: String,
        /// Where, and what is wrong.
        what: String,
    },
    /// Others may replace configuration files, and `--strict` was given.
    #[error("other users can replace configuration files:\n{}", .0.join("\n"))]
    Swappable(Vec<String>),
    /// The place of a copy is not free.
    #[error("{path} {what}")]
    DataRoot {
        /// The place.
        path: RootPath,
        /// What is wrong with it.
        what: String,
    },
    /// A backup of the store is needed.
    #[error("{0}")]
    StoreBackup(String),
    /// There is no move to undo.
    #[error("no move of a configuration to {0} by this program is in effect")]
    NoMove(RootPath),
    /// The move came from another root.
    #[error("the configuration of {to} came from {from}, not from {named}")]
    OtherRoot {
        /// The new root.
        to: RootPath,
        /// The old root of the run.
        from: RootPath,
        /// The old root that was typed.
        named: RootPath,
    },
    /// The new server worked on the store.
    #[error("the message store was used since the move:\n{}", .0.join("\n"))]
    StoreTouched(Vec<String>),
}

/// Says that two names mean one directory.
fn same(old: &RootPath, new: &RootPath) -> String {
    if old == new {
        format!("{old} is the root of the new release itself")
    } else {
        format!("{old} and {new} are the same directory")
    }
}

impl Refusal {
    /// Returns what the administrator can do.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Layout5 { .. } => {
                "Release 5.2 is not migrated: make a fresh install of 7.0, configure it, and move the mailboxes with imsbackup \
                 and imsrestore."
                    .to_owned()
            }
            Self::NotConfigured { .. } | Self::NoConfiguration(_) => {
                "Name the server root of the release that is in use, such as /opt/SUNWmsgsr.".to_owned()
            }
            Self::Configured { .. } => {
                "Name a root that was installed and never configured: neither with `configure` nor with this program.".to_owned()
            }
            Self::Moved { from, .. } => format!("To undo the move: migrate-config -u {from}"),
            Self::Pair(_) => "To go on without the guide's support: --force-path.".to_owned(),
            Self::Running(_) => "Stop it first, with stop-msg of its own root.".to_owned(),
            Self::SettingsInLdap(_) => {
                "Export the settings with `configutil` of the old release into a file (`configutil > FILE`, while the Directory \
                 Server runs), and name it: --configutil-export FILE."
                    .to_owned()
            }
            Self::Swappable(_) => "Correct the modes, or leave out --strict.".to_owned(),
            Self::StoreBackup(_) => {
                "There is no way back to the old format of the store but its backup: use --store-backup DIR, --store-backup \
                 snapshot:NAME, or --store-backup none if there is none."
                    .to_owned()
            }
            Self::OtherRoot { from, .. } => format!("To undo the move: migrate-config -u {from}"),
            Self::NoMove(_) => "migrate-config --list-runs shows the runs; --new-root names another new root.".to_owned(),
            Self::StoreTouched(_) => {
                "The old server cannot read what the new one wrote. In this order: stop the new server; restore the store from \
                 its backup (mail that came since the backup may be lost); repeat this command with --store-restored; start the \
                 old server."
                    .to_owned()
            }
            _ => return None,
        })
    }
}
