//! What is found: a product, where it is, what is known of its version, and what shows that.

use std::fmt;

use upgrade_engine::fs::RootPath;

use crate::package::Package;
use crate::version::Release;

/// A product of the suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Product {
    /// Messaging Server.
    Messaging,
    /// Calendar Server.
    Calendar,
    /// Instant Messaging.
    InstantMessaging,
    /// Communications Express.
    CommunicationsExpress,
    /// Delegated Administrator.
    DelegatedAdministrator,
}

impl Product {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Messaging,
        Self::Calendar,
        Self::InstantMessaging,
        Self::CommunicationsExpress,
        Self::DelegatedAdministrator,
    ];
}

impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Messaging => "Messaging Server",
            Self::Calendar => "Calendar Server",
            Self::InstantMessaging => "Instant Messaging",
            Self::CommunicationsExpress => "Communications Express",
            Self::DelegatedAdministrator => "Delegated Administrator",
        })
    }
}

/// Which of the default layouts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Communications Suite 6 and later, below `/opt/sun/comms`.
    Suite6,
    /// Solaris, up to Communications Suite 5.
    Solaris,
    /// Linux, up to Communications Suite 5.
    Linux,
}

impl Kind {
    /// All of them, in the order in which they are looked for.
    ///
    /// The first two are in the order of the vendor's own diagnostic collector; the Linux layout comes last, which is our choice.
    pub const ALL: [Self; 3] = [Self::Suite6, Self::Solaris, Self::Linux];
}

/// A part of an installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// [`Layout::home`].
    Home,
    /// [`Layout::config`].
    Config,
    /// [`Layout::data`].
    Data,
}

/// Where an installation keeps its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Which default layout it is.
    pub kind: Kind,
    /// The product's own directory, with its programs.
    pub home: RootPath,
    /// The site's configuration.
    pub config: RootPath,
    /// What the product writes.
    pub data: RootPath,
}

impl Layout {
    /// Returns where a part is.
    pub fn part(&self, part: Part) -> &RootPath {
        match part {
            Part::Home => &self.home,
            Part::Config => &self.config,
            Part::Data => &self.data,
        }
    }
}

/// Something that shows an installation or its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// A part that is there.
    Directory {
        /// Which one.
        part: Part,
        /// Where.
        path: RootPath,
    },
    /// A record of the package system. There is none on Linux.
    Package(Package),
    /// A file or directory that not every version has.
    File {
        /// Where.
        path: RootPath,
    },
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory { path, .. } | Self::File { path } => write!(f, "{path}"),
            Self::Package(package) => package.fmt(f),
        }
    }
}

/// An installation, or what is left of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    /// What it is.
    pub product: Product,
    /// Where it is.
    pub layout: Layout,
    /// What is known of its version.
    pub version: Release,
    /// What shows that; never empty.
    pub evidence: Vec<Evidence>,
}

impl Installation {
    /// Returns the parts that are there.
    pub fn parts(&self) -> Vec<Part> {
        let part = |evidence: &Evidence| match evidence {
            Evidence::Directory { part, .. } => Some(*part),
            Evidence::Package(_) | Evidence::File { .. } => None,
        };
        self.evidence.iter().filter_map(part).collect()
    }

    /// Returns the packages that belong to it.
    pub fn packages(&self) -> impl Iterator<Item = &Package> {
        self.evidence.iter().filter_map(|evidence| match evidence {
            Evidence::Package(package) => Some(package),
            Evidence::Directory { .. } | Evidence::File { .. } => None,
        })
    }
}
