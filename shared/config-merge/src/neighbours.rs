//! What a new configuration file is like: like the others of the site, and closed where it holds a secret.

use std::collections::BTreeMap;

use documents::dialect::Dialect;
use upgrade_engine::fs::{Stat, Time};
use upgrade_engine::redact;
use upgrade_engine::step::Attributes;

/// Mode of a new file with secrets.
const PRIVATE: u32 = 0o600;

/// What the configuration files of a site are like.
#[derive(Clone, Debug)]
pub struct Neighbours {
    usual: Attributes,
}

impl Neighbours {
    /// Takes the owner and the mode that most of the files have, else those of their directory.
    pub fn of(files: impl IntoIterator<Item = Stat>, directory: &Stat) -> Self {
        let mut counts: BTreeMap<(u32, u32, u32), usize> = BTreeMap::new();
        for stat in files {
            *counts.entry((stat.uid, stat.gid, stat.mode)).or_default() += 1;
        }
        let usual = counts.into_iter().max_by_key(|(_, count)| *count).map(|(of, _)| of);
        let (uid, gid, mode) = usual.unwrap_or((directory.uid, directory.gid, 0o644));
        Self { usual: Attributes { uid, gid, mode, modified: directory.modified, extended: Vec::new() } }
    }

    /// Returns the attributes of a new file. One that holds a secret is for its owner only.
    pub fn of_new(&self, dialect: Dialect, content: &[u8], modified: Option<Time>) -> Attributes {
        let mode = if holds_secret(dialect, content) { PRIVATE } else { self.usual.mode & 0o666 };
        Attributes { mode, modified: modified.unwrap_or(self.usual.modified), ..self.usual.clone() }
    }
}

fn holds_secret(dialect: Dialect, content: &[u8]) -> bool {
    let is_secret = dialect.secret_keys();
    let entries = dialect.entries(content.to_vec()).unwrap_or_default();
    dialect == Dialect::Binary
        || entries.iter().any(|listed| is_secret(&listed.shown))
        || String::from_utf8_lossy(content).lines().any(redact::has_secret)
}
