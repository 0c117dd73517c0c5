//! What a migration does not take over: what makes a file a program of somebody's, and what a directory lets others do in it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use testkit::hostile::access_list;
use testkit::peers;

use crate::support::Site;
use crate::support::site::{NEW, OLD};

const BACKUP: &str = "/db/old/backup";
const CONF: &str = "/etc/opt/SUNWics5/config/ics.conf";
const CAPABILITIES: &str = "security.capability";

fn set_extended(path: &Path, name: &str, value: &[u8]) {
    rustix::fs::lsetxattr(path, name, value, rustix::fs::XattrFlags::empty()).unwrap();
}

fn has(path: &Path, name: &str) -> bool {
    rustix::fs::lgetxattr(path, name, &mut [0_u8; 1024]).is_ok()
}

/// Everything below a directory, and the directory.
fn below(directory: &Path) -> Vec<PathBuf> {
    let mut found = vec![directory.to_owned()];
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if fs::symlink_metadata(&path).unwrap().is_dir() {
            found.extend(below(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[test]
fn set_id_bits_and_capabilities_are_not_carried_over_and_the_report_says_so() {
    peers::need("@root");
    let site = Site::calendar();
    let old = site.path(OLD);
    let set_mode = |name: &str, mode| fs::set_permissions(old.join(name), fs::Permissions::from_mode(mode)).unwrap();
    set_mode("ics50caldb.conf", 0o4755);
    set_mode("ics50events.db", 0o2750);
    // CAP_DAC_OVERRIDE, permitted and effective, in the second form of `linux/capability.h`.
    let capabilities = [0x0200_0001_u32, 1 << 1, 0, 0, 0].map(u32::to_le_bytes).concat();
    set_extended(&old.join("ics50todos.db"), CAPABILITIES, &capabilities);
    let told = site.run(&["-d", OLD, NEW]).succeeded();
    let outcome = site.migrate(&[]);
    for directory in [NEW, BACKUP] {
        for path in below(&site.path(directory)).iter().filter(|path| path.is_file()) {
            let mode = fs::metadata(path).unwrap().permissions().mode();
            assert_eq!(mode & 0o6000, 0, "{}", path.display());
            assert!(!has(path, CAPABILITIES), "{}", path.display());
        }
    }
    for (file, what) in
        [("ics50caldb.conf", "set-user-id"), ("ics50events.db", "set-group-id"), ("ics50todos.db", "capabilities")]
    {
        let line = format!("{OLD}/{file}: {what} not carried over");
        assert!(told.stderr.contains(&line), "{line}\n{told}");
        assert!(outcome.stderr.contains(&line), "{line}\n{outcome}");
    }
}

#[test]
fn an_access_list_that_a_directory_gives_opens_no_copy_no_new_file_no_log_and_no_run() {
    peers::need("@root");
    let site = Site::calendar();
    site.write(CONF, "caldb.berkeleydb.homedir.path = \".\"\nservice.admin.calmaster.cred = \"canary\"\n");
    for directory in ["/var/opt/SUNWics5/logs", "/var/opt/commsuite-upgrade"] {
        fs::create_dir_all(site.path(directory)).unwrap();
    }
    fs::set_permissions(site.path("/var/opt/commsuite-upgrade"), fs::Permissions::from_mode(0o700)).unwrap();
    for directory in ["/db", OLD, "/etc/opt/SUNWics5/config", "/var/opt/SUNWics5/logs", "/var/opt/commsuite-upgrade"] {
        set_extended(&site.path(directory), "system.posix_acl_default", &access_list());
    }
    let before = below(&site.path("/"));
    let logs = site.path("/var/opt/SUNWics5/logs");
    site.run(&["--log-dir", logs.to_str().unwrap(), "--ics-conf", CONF, OLD, NEW]).succeeded();
    let after = below(&site.path("/"));
    let made: Vec<_> = after.iter().filter(|path| !before.contains(path)).chain([&site.path(CONF)]).cloned().collect();
    assert!(made.len() > 12, "{made:?}");
    let open: Vec<_> = made.iter().filter(|path| has(path, "system.posix_acl_access")).collect();
    assert!(open.is_empty(), "{open:?}");
    // The list that the source itself gives is one of its own attributes, which its copies keep.
    let like_source = [site.path(NEW), site.path(BACKUP)];
    let is_open = |path: &&PathBuf| has(path, "system.posix_acl_default") && !like_source.contains(path);
    let open: Vec<_> = made.iter().filter(is_open).collect();
    assert!(open.is_empty(), "{open:?}");
}
