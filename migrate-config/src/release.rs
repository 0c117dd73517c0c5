//! Which release a server root holds, and whether its programs are of 32 or 64 bits. Every conclusion has its evidence as text.
//!
//! Signs, the most reliable first: the package records, the version in the first line of shipped files, the files of the
//! configuration (`reference/messaging.md` sections 3.1 and 4.1). Word size and byte order come from the programs' ELF headers;
//! scripts have none. What cannot be read, or is no program, shows nothing and stops nothing.

mod programs;

use std::fmt;

use bdb::format::ByteOrder;
use install_root::{Evidence, Release, Version, messaging};
use upgrade_engine::fs::{FileSystem, RelPath, RootPath};

use crate::server_root::ServerRoot;
use crate::store::Store;

/// Word size of the programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bits {
    /// 32 bits.
    Bits32,
    /// 64 bits.
    Bits64,
}

impl Bits {
    /// Reads `32` or `64`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "32" => Some(Self::Bits32),
            "64" => Some(Self::Bits64),
            _ => None,
        }
    }
}

impl fmt::Display for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bits32 => "32-bit",
            Self::Bits64 => "64-bit",
        })
    }
}

/// What is known of a root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where it is.
    pub root: RootPath,
    /// The release.
    pub release: Release,
    /// The word size of its programs.
    pub bits: Option<Bits>,
    /// The byte order that its programs are made for.
    pub byte_order: Option<ByteOrder>,
    /// What shows that, a line each.
    pub evidence: Vec<String>,
    /// The instance directories of a 5.x server root; empty for every other root.
    pub layout_5x: Vec<RootPath>,
}

impl Found {
    /// Adds what the transaction logs of the root's own store say about the release that wrote them
    /// (`reference/messaging.md` section 5.1). Not for a root that shares another root's store.
    #[must_use]
    pub fn with_store(mut self, store: &Store) -> Self {
        let Some((file, from, below)) = store.writer() else { return self };
        let narrowed = self.release.within(Version::parse(from), below.and_then(Version::parse));
        if narrowed != self.release {
            self.evidence.push(format!("{file} was written by release {narrowed}"));
            self.release = narrowed;
        }
        self
    }
}

/// Default places, which show the word size where no program and no package does (`reference/messaging.md` section 4.1).
const PLACES: [(&str, Bits); 2] =
    [("/opt/sun/comms/messaging64", Bits::Bits64), ("/opt/sun/comms/messaging", Bits::Bits32)];

/// Packages by word size.
const PACKAGES: [(&str, Bits); 3] =
    [("SUNWmessaging-server-64", Bits::Bits64), ("SUNWmessaging-server", Bits::Bits32), ("SUNWmsgco", Bits::Bits32)];

/// Looks at a root.
pub fn look(fs: &dyn FileSystem, root: &ServerRoot) -> Found {
    let mut evidence = Vec::new();
    let mut packages = Vec::new();
    let mut release = Release::default();
    match messaging::look_at(fs, &root.path) {
        Ok(installation) => {
            release = installation.version.clone();
            packages.extend(installation.packages().map(|package| package.name.clone()));
            let is_sign = |sign: &&Evidence| !matches!(sign, Evidence::Directory { .. });
            evidence.extend(installation.evidence.iter().filter(is_sign).map(ToString::to_string));
        }
        Err(e) => evidence.push(format!("not looked at: {e}")),
    }
    let layout_5x = layout_5x(fs, &root.path);
    if layout_5x.is_empty() && root.is_configured() {
        // Only 6.0 and later have one root with sbin, lib and a configuration of its own.
        release = release.within(Version::parse("6.0"), None);
    }
    if release.exactly().is_none()
        && let Some((file, version)) = messaging::shipped_version(fs, &root.path)
    {
        evidence.push(format!("{file} is shipped with {version}"));
        release = release.being(version);
    }
    let (bits, byte_order) = word_size(fs, root, &packages, &release, &mut evidence);
    Found { root: root.path.clone(), release, bits, byte_order, evidence, layout_5x }
}

/// Returns the instance directories below a 5.x server root, or the directory itself where it is one: `msg-INSTANCE`, as in
/// `/usr/iplanet/server5/msg-store` (`reference/messaging.md` section 4.1). Empty for a root of 6.0 or later.
pub fn layout_5x(fs: &dyn FileSystem, path: &RootPath) -> Vec<RootPath> {
    let Ok(dir) = fs.open_dir(path) else { return Vec::new() };
    let is_dir = |below: &str| path.resolve(below.as_bytes()).is_ok_and(|below| fs.open_dir(&below).is_ok());
    if is_dir("sbin") && is_dir("lib") {
        return Vec::new();
    }
    let is_instance = |name: &[u8]| name.strip_prefix(b"msg-").is_some_and(|name| !name.is_empty());
    let is_one = path.split_last().is_some_and(|(_, name)| is_instance(name.as_bytes()));
    if is_one && (is_dir("config") || is_dir("store")) {
        return vec![path.clone()];
    }
    let names = dir.list(&RelPath::here()).unwrap_or_default().into_iter();
    names
        .filter(|name| is_instance(name.as_bytes()))
        .map(|name| path.join(&name))
        .filter(|instance| fs.open_dir(instance).is_ok())
        .collect()
}

fn word_size(
    fs: &dyn FileSystem,
    root: &ServerRoot,
    packages: &[String],
    release: &Release,
    evidence: &mut Vec<String>,
) -> (Option<Bits>, Option<ByteOrder>) {
    let programs = programs::look(fs, &root.path);
    evidence.extend(programs.evidence);
    if programs.bits.is_some() || programs.disagree {
        return (programs.bits, programs.byte_order);
    }
    let by_package = PACKAGES.iter().find(|(name, _)| packages.iter().any(|package| package == name));
    if let Some((name, bits)) = by_package {
        evidence.push(format!("package {name} is the {bits} server"));
        return (Some(*bits), None);
    }
    // The first 64-bit server is a 6.3 (reference/messaging.md section 1.1 row 14).
    if Version::parse("6.3").and_then(|first| release.is_at_least(&first)) == Some(false) {
        evidence.push("every release before 6.3 is 32-bit".to_owned());
        return (Some(Bits::Bits32), None);
    }
    let by_place = PLACES.iter().find(|(path, _)| path.as_bytes() == root.path.as_bytes());
    if let Some((path, bits)) = by_place {
        evidence
            .push(format!("{path} is the default place of the {bits} server; no program was found that shows more"));
    }
    (by_place.map(|(_, bits)| *bits), None)
}
