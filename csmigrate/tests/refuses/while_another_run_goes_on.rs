//! Two runs at the same time: the second one is refused and told who holds the lock.

use std::fs::File;
use std::os::unix::fs::PermissionsExt;

use insta::assert_snapshot;
use rustix::fs::{FlockOperation, flock};
use upgrade_engine::fs::FileSystem;
use upgrade_engine::fs::real::RealFs;

use crate::support::Site;
use crate::support::site::{NEW, OLD};

#[test]
fn a_second_run_on_the_same_root_names_the_holder() {
    let site = Site::calendar();
    let state = "/var/opt/CommsInstaller/upgrade";
    let own = format!("csmigrate, process {} on calhost", std::process::id());
    site.write(&format!("{state}/lock"), &own);
    let lock = File::open(site.path(&format!("{state}/lock"))).unwrap();
    flock(&lock, FlockOperation::LockExclusive).unwrap();
    let refused = |arguments: &[&str]| site.refused(arguments).to_string().replace(&own, "[HOLDER]");
    assert_snapshot!(refused(&["--state-dir", site.path(state).to_str().unwrap(), OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: another run is active: [HOLDER]
      Wait until it has ended.
      Nothing was changed.
    "#);
    assert_snapshot!(refused(&["--state-dir", site.path(state).to_str().unwrap(), "--undo", NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: another run is active: [HOLDER]
      Wait until it has ended.
      Nothing was changed.
    "#);
    flock(&lock, FlockOperation::Unlock).unwrap();
    site.migrate(&["-q", "--state-dir", site.path(state).to_str().unwrap()]);
}

#[test]
fn a_run_leaves_its_name_in_the_lock() {
    let site = Site::calendar();
    site.migrate(&["--state-dir", site.beside("state").to_str().unwrap()]);
    let holder = std::fs::read_to_string(site.beside("state/lock")).unwrap();
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let pid = holder.strip_prefix("csmigrate, process ").and_then(|rest| rest.strip_suffix(&format!(" on {host}\n")));
    assert!(pid.is_some_and(|pid| pid.parse::<u32>().is_ok()), "{holder}");
}

#[test]
fn a_run_with_another_state_directory_on_the_same_target_is_refused() {
    let site = Site::calendar();
    std::fs::create_dir(site.path(NEW)).unwrap();
    let root = upgrade_engine::fs::RootPath::default();
    let target = RealFs::open(&site.path(NEW)).unwrap().open_dir(&root).unwrap();
    let _held = target.lock().unwrap();
    let outcome = site.refused(&["--state-dir", site.beside("state").to_str().unwrap(), OLD, NEW]).to_string();
    let name = std::fs::read_to_string("/proc/self/comm").unwrap();
    let this = format!("process {} ({})", std::process::id(), name.trim_end());
    assert_snapshot!(outcome.replace(&this, "[THIS PROCESS]"), @r#"
    exit 255
    --- stdout
    Scanning events database...
    200 events scanned
    Scanning todos database...
    205 todos scanned
    --- stderr
    csmigrate: another run is active: [THIS PROCESS] holds /db/new
      Wait until it has ended.
      Nothing was changed.
    "#);
}

#[test]
fn a_backup_beside_the_runs_does_not_wait_for_itself() {
    let site = Site::calendar();
    let state = site.path("/state");
    std::fs::create_dir(&state).unwrap();
    std::fs::set_permissions(&state, std::fs::Permissions::from_mode(0o700)).unwrap();
    site.migrate(&["--state-dir", state.to_str().unwrap(), "-b", "/state/backup"]);
    assert!(site.path("/state/backup/ics50events.db").is_file());
}
