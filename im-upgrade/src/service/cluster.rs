//! Whether the server is a resource of a cluster (`reference/instant-messaging.md` section 3): the agent's package, and what the
//! repository of Sun Cluster holds about resources of the type `SUNW.iim`. Where the repository is, and that each table names its
//! resources in lines `RS_NAME`, is our own knowledge of Sun Cluster.

use std::io::Read as _;

use config_merge::own_files;
use upgrade_engine::fs::{FileKind, FileSystem, RelPath, RootPath};
use upgrade_engine::survey::is_absent;

use crate::error::Error;
use crate::server::{kind, path};

/// The program that switches resources.
pub const SCSWITCH: &str = "/usr/cluster/bin/scswitch";
/// The agent of Instant Messaging: a resource of its type can be declared only where it is installed.
const AGENT: [&str; 2] = ["/var/sadm/pkg/SUNWiimsc", "/opt/SUNWiimsc"];
/// The type of its resources.
const TYPE: &str = "SUNW.iim";
/// The repository of the cluster.
const REPOSITORY: &str = "/etc/cluster/ccr";
/// How much of a table is read, and how many tables.
const LONGEST_TABLE: u64 = 4 << 20;
const MOST_TABLES: usize = 2000;

/// What shows that the server is a resource of a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cluster {
    /// A line for each sign; empty where there is none.
    pub signs: Vec<String>,
    /// Resources of the product's type.
    pub resources: Vec<String>,
}

impl Cluster {
    /// Looks at a host.
    ///
    /// # Errors
    /// As `open` and `read`.
    pub fn look(fs: &dyn FileSystem) -> Result<Self, Error> {
        let mut found = Self::default();
        for agent in AGENT {
            if kind(fs, &path(agent)?)?.is_some() {
                found.signs.push(format!("the agent is installed: {agent}"));
            }
        }
        found.read_repository(fs, &path(REPOSITORY)?)?;
        Ok(found)
    }

    /// Newer releases of Sun Cluster keep the tables in a directory below.
    fn read_repository(&mut self, fs: &dyn FileSystem, repository: &RootPath) -> Result<(), Error> {
        let mut open = vec![(repository.clone(), 0_u8)];
        let mut count = 0_usize;
        while let Some((directory, depth)) = open.pop() {
            let names = match fs.open_dir(&directory).and_then(|dir| dir.list(&RelPath::here())) {
                Ok(names) => names,
                Err(e) if is_absent(&e) => continue,
                Err(e) => return Err(Error::io("read", &directory, e)),
            };
            for name in names {
                let at = directory.join(&name);
                match kind(fs, &at)? {
                    Some(FileKind::Directory) if depth < 2 => open.push((at, depth.saturating_add(1))),
                    Some(FileKind::Regular) if count < MOST_TABLES => {
                        count = count.saturating_add(1);
                        self.read_table(fs, &at)?;
                    }
                    _ => {}
                }
            }
        }
        self.resources.sort();
        self.resources.dedup();
        Ok(())
    }

    fn read_table(&mut self, fs: &dyn FileSystem, table: &RootPath) -> Result<(), Error> {
        let mut bytes = Vec::new();
        let read = own_files::open(fs, table)?.take(LONGEST_TABLE).read_to_end(&mut bytes);
        read.map_err(|e| Error::io("read", table, e))?;
        let text = String::from_utf8_lossy(&bytes);
        if text.lines().any(names_type) {
            self.signs.push(format!("{table} has a resource of the type {TYPE}"));
        }
        for line in text.lines().filter(|line| names_type(line)) {
            let name = line.split_whitespace().next().and_then(|word| word.strip_prefix("RS_"));
            self.resources.extend(name.map(str::to_owned));
        }
        Ok(())
    }
}

/// Returns whether a line names the product's type, with or without a version.
fn names_type(line: &str) -> bool {
    line.match_indices(TYPE).any(|(at, _)| {
        let behind = line.get(at.saturating_add(TYPE.len())..).and_then(|rest| rest.chars().next());
        behind.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '_' && c != '-')
    })
}

/// Returns where `scswitch` is; nothing where it is not on this host.
///
/// # Errors
/// As `lstat`.
pub(super) fn scswitch(fs: &dyn FileSystem) -> Result<Option<RootPath>, Error> {
    let program = path(SCSWITCH)?;
    Ok(kind(fs, &program)?.map(|_| program))
}
