//! A running server is found by the files that it runs or holds, below any product root.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use migrate_config::running::servers;
use migrate_config::server_root::ServerRoot;
use tempfile::TempDir;
use upgrade_engine::fs::real::RealFs;

use super::support::{configured, path};

fn site() -> TempDir {
    let site = TempDir::new().unwrap();
    let tree = configured(testkit::tree::Tree::new(), "/opt/SUNWmsgsr")
        .file("/var/opt/SUNWmsgsr/store/mboxlist/folder.db", "x");
    tree.build_at(site.path());
    site
}

fn found(site: &Path) -> String {
    let fs = RealFs::open(site).unwrap();
    let root = ServerRoot::look(&fs, &path("/opt/SUNWmsgsr")).unwrap();
    servers(&fs, &[&root]).join("\n")
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn started(command: &mut Command) -> Running {
    Running(testkit::process::start(command.stdin(Stdio::piped()).stdout(Stdio::null())))
}

#[test]
fn nothing_runs_at_a_site_that_is_at_rest() {
    assert_eq!(found(site().path()), "");
}

#[test]
fn a_program_of_the_root_that_runs_is_found() {
    let site = site();
    let program = site.path().join("opt/SUNWmsgsr/lib/imapd");
    fs::copy(Path::new("/bin/cat"), &program).unwrap();
    let running = started(&mut Command::new(&program));
    let text = found(site.path());
    let expected = format!("/opt/SUNWmsgsr/lib/imapd is in use by process {}", running.0.id());
    assert!(text.contains(&expected), "{text}");
}

#[test]
fn a_program_from_elsewhere_that_holds_the_database_is_found() {
    let site = site();
    let database = File::open(site.path().join("var/opt/SUNWmsgsr/store/mboxlist/folder.db")).unwrap();
    let running = started(Command::new("sleep").arg("600").stderr(Stdio::from(database)));
    let text = found(site.path());
    assert!(text.contains("folder.db is in use by process") && text.contains(&running.0.id().to_string()), "{text}");
}
