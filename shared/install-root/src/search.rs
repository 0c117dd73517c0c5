//! The search that all products share: which of the places where one may be are there, and what shows its version.

use std::collections::BTreeSet;
use std::io;

use upgrade_engine::fs::FileSystem;

use crate::installation::{Evidence, Installation, Kind, Layout, Part, Product};
use crate::look::{below, exists, is_directory, path};
use crate::package;
use crate::version::{Claim, Release};

/// A place where a product may be.
pub(crate) struct Candidate {
    pub(crate) layout: Layout,
    /// Whether its other parts say nothing without its home: other layouts have them, too.
    pub(crate) needs_home: NeedsHome,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum NeedsHome {
    Yes,
    No,
}

impl Candidate {
    pub(crate) fn new(kind: Kind, [home, config, data]: [&str; 3], needs_home: NeedsHome) -> io::Result<Self> {
        let layout = Layout { kind, home: path(home)?, config: path(config)?, data: path(data)? };
        Ok(Self { layout, needs_home })
    }
}

/// What shows the version of a product.
pub(crate) struct Signs {
    /// Solaris packages.
    pub(crate) packages: &'static [PackageSign],
    /// Patches of them, from a revision on.
    pub(crate) patches: &'static [(&'static str, u32, Claim)],
    /// Files and directories.
    pub(crate) files: &'static [FileSign],
    /// What the layout of Communications Suite 6 says.
    pub(crate) suite6: Claim,
}

pub(crate) struct PackageSign {
    pub(crate) name: &'static str,
    /// Where the home may be below the package's `BASEDIR`.
    pub(crate) homes: &'static [&'static str],
    pub(crate) version: VersionOf,
}

/// What the `VERSION` of a package means.
#[derive(Clone, Copy)]
pub(crate) enum VersionOf {
    /// The product's version.
    Product,
    /// The version that was installed first; patches do not change it.
    FirstInstalled,
    /// Nothing.
    Nothing,
}

pub(crate) struct FileSign {
    pub(crate) part: Part,
    pub(crate) path: &'static str,
    /// It says nothing where this one is there as well.
    pub(crate) unless: Option<&'static str>,
    pub(crate) claim: Claim,
}

/// Returns the candidates that are there. One counts when it has a part that none before it has.
pub(crate) fn among(
    fs: &dyn FileSystem,
    product: Product,
    candidates: Vec<Candidate>,
    signs: &Signs,
) -> io::Result<Vec<Installation>> {
    let mut found = Vec::new();
    let mut known = BTreeSet::new();
    for Candidate { layout, needs_home } in candidates {
        let parts = parts(fs, &layout)?;
        let counts = needs_home == NeedsHome::No || parts.contains(&Part::Home);
        if !counts || parts.iter().all(|part| known.contains(layout.part(*part))) {
            continue;
        }
        known.extend(parts.iter().map(|part| layout.part(*part).clone()));
        found.push(look_at(fs, product, layout, signs)?);
    }
    Ok(found)
}

/// Looks at one place, whatever is there.
pub(crate) fn look_at(
    fs: &dyn FileSystem,
    product: Product,
    layout: Layout,
    signs: &Signs,
) -> io::Result<Installation> {
    let directory = |part: Part| Evidence::Directory { part, path: layout.part(part).clone() };
    let mut evidence: Vec<Evidence> = parts(fs, &layout)?.into_iter().map(directory).collect();
    let version = version(fs, &layout, signs, &mut evidence)?;
    Ok(Installation { product, layout, version, evidence })
}

fn parts(fs: &dyn FileSystem, layout: &Layout) -> io::Result<Vec<Part>> {
    let mut parts = Vec::new();
    for part in [Part::Home, Part::Config, Part::Data] {
        if is_directory(fs, layout.part(part))? {
            parts.push(part);
        }
    }
    Ok(parts)
}

fn version(fs: &dyn FileSystem, layout: &Layout, signs: &Signs, evidence: &mut Vec<Evidence>) -> io::Result<Release> {
    let mut release = Release::default();
    if layout.kind == Kind::Suite6 {
        release.claim(signs.suite6);
    }
    // The package system of Linux has no records that are text.
    for sign in signs.packages.iter().filter(|_| layout.kind != Kind::Linux) {
        let Some(package) = package::read(fs, sign.name)?.filter(|package| package.is_of(&layout.home, sign.homes))
        else {
            continue;
        };
        match sign.version {
            VersionOf::Product => release.is_exactly(&package.version),
            VersionOf::FirstInstalled => release.is_from(&package.version),
            VersionOf::Nothing => {}
        }
        for (number, revision, claim) in signs.patches {
            if package.revision_of(number).is_some_and(|installed| installed >= *revision) {
                release.claim(*claim);
            }
        }
        evidence.push(Evidence::Package(package));
    }
    for sign in signs.files {
        let top = layout.part(sign.part);
        let contradicted = sign.unless.map(|other| exists(fs, &below(top, other)?)).transpose()?;
        let path = below(top, sign.path)?;
        if contradicted != Some(true) && exists(fs, &path)? {
            release.claim(sign.claim);
            evidence.push(Evidence::File { path });
        }
    }
    Ok(release.without_contradiction())
}
