//! Commands of a product as steps of a run: run, failed, run again, undone.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use command::{CommonOptions, Context, ProductCommand, ProductCommands, StateLocation};
use serde_json::json;
use tempfile::TempDir;
use upgrade_engine::Identity;
use upgrade_engine::engine::{EngineError, Pending, Resources, Session, StateAfter};
use upgrade_engine::fs::RootPath;
use upgrade_engine::fs::real::RealFs;
use upgrade_engine::plan::Plan;
use upgrade_engine::scope::Scope;
use upgrade_engine::step::Quiet;

/// A product root with a program, and a state directory.
struct Site {
    place: TempDir,
    options: CommonOptions,
}

impl Site {
    fn new(script: &str) -> Self {
        let place = tempfile::tempdir().unwrap();
        fs::create_dir_all(place.path().join("root/sbin")).unwrap();
        fs::set_permissions(place.path().join("root"), Permissions::from_mode(0o755)).unwrap();
        let options = CommonOptions { root: Some(place.path().join("root")), ..CommonOptions::default() };
        let site = Self { place, options };
        site.script(script, 0o755);
        site
    }

    fn script(&self, text: &str, mode: u32) {
        let path = self.path("root/sbin/tool");
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    fn said(&self) -> String {
        fs::read_to_string(self.path("root/sbin/said")).unwrap_or_default()
    }

    /// Does something with a session, as one process would.
    fn with<T>(&self, work: impl FnOnce(&Session, &Resources<'_>) -> T) -> T {
        let fs = RealFs::open(&self.path("root")).unwrap();
        let own = RealFs::open("/".as_ref()).unwrap();
        let path = RootPath::new(self.path("state").to_str().unwrap()).unwrap();
        let state = StateLocation { fs: Box::new(RealFs::open("/".as_ref()).unwrap()), path: path.clone() };
        let context = Context::new("tool", &self.options, &fs, &own, &state);
        let commands = ProductCommands::new(&context);
        let workers = std::num::NonZeroUsize::MIN;
        let resources = Resources { fs: &fs, producers: &[], services: &[&commands], observer: &Quiet, workers };
        work(&Session::open(&own, &path, "tool", Identity::current()).unwrap(), &resources)
    }

    fn apply(&self) -> Result<(), EngineError> {
        self.with(|session, resources| session.apply(&plan(), resources).map(drop))
    }
}

/// A plan whose first step is a command.
fn plan() -> Plan {
    let tool = |word: &str| ProductCommand::new(RootPath::new("/sbin/tool").unwrap(), &[word]);
    let mut plan = Plan::new("tool", json!("run it"));
    plan.steps = vec![tool("forward").step(Some(&tool("backward"))), tool("once").step(None)];
    plan
}

#[test]
fn commands_are_run_in_their_directory_with_a_clean_environment_and_undone_by_their_inverse() {
    let site = Site::new(r#"read line; echo "$1 home=$HOME path=$PATH line=$line" >>said"#);
    assert_eq!(plan().lines(), ["run /sbin/tool forward", "run /sbin/tool once"]);
    site.apply().unwrap();
    let line = |word: &str| format!("{word} home= path=/usr/sbin:/usr/bin:/sbin:/bin line=\n");
    assert_eq!(site.said(), line("forward") + &line("once"));
    site.with(|session, resources| {
        let undo = session.plan_undo(session.newest("", |_| true).unwrap(), resources).unwrap();
        assert_eq!(undo.plan.lines(), ["run /sbin/tool backward"], "a command without an inverse is left alone");
        session.apply(&undo.plan, resources).unwrap();
    });
    assert_eq!(site.said(), line("forward") + &line("once") + &line("backward"));
}

#[test]
fn a_command_that_fails_leaves_the_run_unfinished_and_is_run_again() {
    let site = Site::new("echo $1 >>said; exit 7");
    let error = site.apply().unwrap_err();
    assert_eq!(error.to_string(), "/sbin/tool: it failed: exit status: 7");
    assert_eq!(error.state_after(), StateAfter::Unfinished, "although it was the first step");
    site.script("echo $1 >>said", 0o755);
    site.with(|session, resources| {
        let Pending::Same(run) = session.pending(&json!("run it"), &Scope::default()).unwrap() else {
            panic!("the run is not pending")
        };
        session.resume(&run, resources).unwrap();
    });
    assert_eq!(site.said(), "forward\nforward\nonce\n");
}

#[test]
fn a_program_that_others_may_change_or_that_is_not_there_is_not_run() {
    let site = Site::new("echo $1 >>said");
    site.script("echo $1 >>said", 0o777);
    let error = site.apply().unwrap_err();
    assert!(error.to_string().contains("users other than root may change it: it is not run"), "{error}");
    assert_eq!(error.state_after(), StateAfter::NothingChanged);
    fs::rename(site.path("root/sbin/tool"), site.path("root/elsewhere")).unwrap();
    std::os::unix::fs::symlink("/elsewhere", site.path("root/sbin/tool")).unwrap();
    let error = site.apply().unwrap_err();
    assert!(error.to_string().contains("it is not a program"), "a link: {error}");
    fs::remove_file(site.path("root/sbin/tool")).unwrap();
    let error = site.apply().unwrap_err();
    assert!(error.to_string().contains("/sbin/tool: it cannot be run: "), "{error}");
    assert_eq!(site.said(), "");
}

#[test]
fn a_command_is_over_when_it_ends_and_not_when_what_it_started_does() {
    let site = Site::new("(sleep 20; echo late >>said) & echo $1 >>said");
    site.apply().unwrap();
    assert_eq!(site.said(), "forward\nonce\n");
}
