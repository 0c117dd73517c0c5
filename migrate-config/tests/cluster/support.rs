//! The sample site, and a program for clusters run on its old root, or called in this process on a disk in memory.

use std::ops::Deref;
use std::sync::Arc;

use clap::Parser;
use command::{Console, Context, Program, StateLocation, ToolError};
use migrate_config::TOOL;
use testkit::manifest::{Manifest, Options};
use testkit::site::manifest;
use testkit::sweep::Shared;
use testkit::tree::Tree;
use upgrade_engine::fs::{FileSystem, RelPath, RootPath};

use crate::support::merging::sample;

/// The root that is configured in the sample site.
pub(crate) const ROOT: &str = "/opt/SUNWmsgsr";
/// The configuration of the sample site.
pub(crate) const CONFIG: &str = "/var/opt/SUNWmsgsr/config";

/// The sample site with one of the programs.
pub(crate) struct Site(testkit::site::Site);

impl Deref for Site {
    type Target = testkit::site::Site;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Site {
    pub(crate) fn new(program: &str, root: &str, add: impl FnOnce(Tree) -> Tree) -> Self {
        let site = testkit::site::Site::new(program);
        let below = site.path("");
        let leading = ["--yes", "--root", below.to_str().unwrap(), "--new-root", root];
        let site = Self(site.with_leading(&leading).with_runs_of(TOOL));
        site.lay_out(&add(sample().directory("var/opt/CommsInstaller")));
        site
    }

    /// Writes down everything but the state of the runs.
    pub(crate) fn product(&self) -> Manifest {
        let leave_out = vec![RelPath::new("var/opt/CommsInstaller").unwrap()];
        manifest(&self.path(""), &Options { leave_out, ..Options::default() })
    }

    pub(crate) fn link(&self, path: &str) -> String {
        std::fs::read_link(self.path(path)).unwrap().to_str().unwrap().to_owned()
    }
}

pub(crate) fn path(text: &str) -> RootPath {
    RootPath::new(text).unwrap()
}

/// Calls a program on a disk; an error is all that it says.
pub(crate) fn call<P: Program>(
    fs: &Arc<dyn FileSystem>,
    words: &[&str],
    console: Option<&dyn Console>,
) -> Result<(), String> {
    let args = P::Args::try_parse_from(words).unwrap_or_else(|error| panic!("{error}"));
    let state = StateLocation { fs: Shared::boxed(fs), path: path("/state") };
    let context = Context { console, ..Context::new(P::TOOL, P::options(&args), &**fs, &**fs, &state) };
    P::run(&args, &context).map(drop).map_err(|error| error.lines(&context.invocation()).join("; "))
}
