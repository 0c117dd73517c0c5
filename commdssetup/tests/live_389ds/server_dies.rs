//! The server killed right after each change in turn, before its answer arrives: the run is resumed or undone.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::Parser;
use command::{Context, ToolError};
use commdssetup::cli::Args;
use commdssetup::facts::Values;
use commdssetup::ldap::{Connection, Directory, Entry, LdapError, Password, Search, Target};
use commdssetup::plan::ValueEdit;
use commdssetup::program::Program;
use upgrade_engine::fs::real::RealFs;

use super::choices;
use super::server::{Live, ROOT};
use crate::support::SILENT;

/// A connection to a server that dies after so many changes.
struct Dying {
    connection: Connection,
    live: Arc<Live>,
    left: Arc<AtomicUsize>,
}

impl Dying {
    fn changed(&self, result: Result<(), LdapError>) -> Result<(), LdapError> {
        result?;
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.live.kill();
            return Err(LdapError::Lost { url: self.live.url.clone() });
        }
        Ok(())
    }
}

impl Directory for Dying {
    fn search(&self, search: &Search<'_>) -> Result<Vec<Entry>, LdapError> {
        self.connection.search(search)
    }
    fn add(&self, dn: &str, attributes: &[Values]) -> Result<(), LdapError> {
        self.changed(self.connection.add(dn, attributes))
    }
    fn modify(&self, dn: &str, edits: &[ValueEdit]) -> Result<(), LdapError> {
        self.changed(self.connection.modify(dn, edits))
    }
    fn delete(&self, dn: &str) -> Result<(), LdapError> {
        self.changed(self.connection.delete(dn))
    }
    fn who_am_i(&self) -> Result<Option<String>, LdapError> {
        self.connection.who_am_i()
    }
}

/// Runs the program on a server that dies after `changes` changes; returns whether it died, and what was printed.
fn run(live: &Arc<Live>, arguments: &[&str], changes: usize) -> (bool, Result<(), String>) {
    let (root, state) = (live.path("root"), live.path("state"));
    let words = ["commdssetup", "--root", root.to_str().unwrap(), "--state-dir", state.to_str().unwrap()];
    let password = live.path("password");
    let more = ["--password-file", password.to_str().unwrap()];
    let args = Args::try_parse_from([&words[..], arguments, &more].concat()).unwrap();
    let left = Arc::new(AtomicUsize::new(changes));
    let fs = RealFs::open(&root).unwrap();
    let own = RealFs::open(std::path::Path::new("/")).unwrap();
    let state = args.common.state().unwrap();
    let context = Context::new("commdssetup", &args.common, &fs, &own, &state);
    let connect = |target: &Target, password: Option<&Password>| -> Result<Box<dyn Directory>, LdapError> {
        let connection = Connection::open(target, password)?;
        Ok(Box::new(Dying { connection, live: Arc::clone(live), left: Arc::clone(&left) }))
    };
    let result = Program::new(&args, &context, &connect).carry_out().map(|_| ());
    let result = result.map_err(|error| error.lines(&context.invocation()).join("; "));
    // Below zero it goes round: the server was killed, or so many changes never came.
    (left.load(Ordering::Relaxed) == 0, result)
}

#[test]
fn after_any_change_the_run_is_resumed_or_undone() {
    let live = Arc::new(Live::start("dies"));
    // Everything that is done, with one suffix less than there could be.
    let mut silent = SILENT;
    silent[13] = "2";
    let mut choices = choices();
    choices.schema_type = commdssetup::choices::SchemaType::Two;
    let arguments = [&silent[..], &["--ldap-url", &live.url, "-D", ROOT]].concat();
    let undo = ["--undo", "--yes"];
    let before = live.state(&choices);
    run(&live, &arguments, usize::MAX).1.unwrap();
    let after = live.state(&choices);
    run(&live, &undo, usize::MAX).1.unwrap();
    assert_eq!(live.state(&choices), before);
    let full = testkit::is_full();
    let stride = testkit::ordinary_or_full(6, 1);
    let (mut point, mut visited) = (1, 0);
    loop {
        std::thread::sleep(std::time::Duration::from_millis(1000));
        let (died, result) = run(&live, &arguments, point);
        if !died {
            result.unwrap();
            break;
        }
        let said = result.unwrap_err();
        assert!(said.contains("--resume") && said.contains("--undo"), "change {point}: {said}");
        live.finish(&["--resume"]).exits(5).says("cannot be reached").says("A run is unfinished");
        live.finish(&["--undo"]).exits(5).says("cannot be reached").says("A run is unfinished");
        live.start_again();
        if visited % 2 == 0 || full {
            live.finish(&["--resume"]).exits(0);
            assert_eq!(live.state(&choices), after, "resumed after change {point}");
            // The undo is cut off in the same way, and resumed.
            let (died, result) = run(&live, &undo, point);
            if died {
                assert!(result.is_err());
                live.start_again();
                live.finish(&["--undo"]).exits(0);
            }
        } else {
            live.finish(&["--undo"]).exits(0);
        }
        assert_eq!(live.state(&choices), before, "undone after change {point}");
        visited += 1;
        point += stride;
    }
    assert!(visited >= 3, "only {visited} points");
    run(&live, &undo, usize::MAX).1.unwrap();
    assert_eq!(live.state(&choices), before);
}
