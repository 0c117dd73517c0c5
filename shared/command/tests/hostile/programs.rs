//! Commands of a product among accounts that would like to have their own run as root.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, lchown, symlink};
use std::path::{Path, PathBuf};

use command::{CommonOptions, Context, ProductCommand, ProductCommands, StateLocation};
use tempfile::TempDir;
use testkit::peers::need;
use upgrade_engine::fs::RootPath;
use upgrade_engine::fs::real::RealFs;

/// The other side.
const NOBODY: u32 = 65534;

/// A product root with a program that says that it was run.
struct Site {
    place: TempDir,
    options: CommonOptions,
}

impl Site {
    fn new(script: &str) -> Self {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("site/root");
        fs::create_dir_all(root.join("sbin")).unwrap();
        for directory in [place.path(), &place.path().join("site"), &root, &root.join("sbin")] {
            fs::set_permissions(directory, Permissions::from_mode(0o755)).unwrap();
        }
        let site = Self { place, options: CommonOptions { root: Some(root), ..CommonOptions::default() } };
        site.write("site/root/sbin/tool", script);
        site
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    fn write(&self, name: &str, script: &str) {
        let path = self.path(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    }

    fn with<T>(&self, work: impl FnOnce(&ProductCommands<'_>, &ProductCommand) -> T) -> T {
        let fs = RealFs::open(self.options.root.as_deref().unwrap()).unwrap();
        let own = RealFs::open("/".as_ref()).unwrap();
        let path = RootPath::new(self.path("state").to_str().unwrap()).unwrap();
        let state = StateLocation { fs: Box::new(RealFs::open("/".as_ref()).unwrap()), path };
        let context = Context::new("tool", &self.options, &fs, &own, &state);
        let command = ProductCommand::new(RootPath::new("/sbin/tool").unwrap(), &[]);
        work(&ProductCommands::new(&context), &command)
    }

    fn refused(&self, says: &str) {
        let error = self.with(|commands, command| commands.run(command)).unwrap_err();
        assert!(error.contains(says), "not said: {says}\n{error}");
        assert!(!self.path("ran").exists(), "it was run");
    }
}

fn marking(site: &Path) -> String {
    format!("touch {}/ran", site.display())
}

#[test]
fn a_root_in_a_directory_of_another_account_runs_nothing_as_root() {
    need("@root");
    let site = Site::new("true");
    site.write("site/root/sbin/tool", &marking(site.place.path()));
    chown(site.path("site"), Some(NOBODY), None).unwrap();
    site.refused("users other than root may change it, by changing");
    chown(site.path("site"), Some(0), None).unwrap();
    fs::set_permissions(site.path("site"), Permissions::from_mode(0o777)).unwrap();
    site.refused("users other than root may change it, by changing");
    // In a sticky directory what root made stays.
    fs::set_permissions(site.path("site"), Permissions::from_mode(0o1777)).unwrap();
    site.with(|commands, command| commands.run(command)).unwrap();
    assert!(site.path("ran").exists());
}

#[test]
fn a_link_to_a_directory_of_another_account_runs_nothing_as_root() {
    need("@root");
    let site = Site::new("true");
    fs::rename(site.path("site/root/sbin"), site.path("site/root/theirs")).unwrap();
    site.write("site/root/theirs/tool", &marking(site.place.path()));
    symlink("/theirs", site.path("site/root/sbin")).unwrap();
    site.with(|commands, command| commands.run(command)).unwrap();
    fs::remove_file(site.path("ran")).unwrap();
    chown(site.path("site/root/theirs"), Some(NOBODY), None).unwrap();
    site.refused("by changing /theirs");
}

#[test]
fn a_program_replaced_while_the_question_waits_is_not_run() {
    let site = Site::new("true");
    site.with(|commands, command| {
        let held = commands.hold(command).unwrap();
        site.write("other", &marking(site.place.path()));
        fs::rename(site.path("other"), site.path("site/root/sbin/tool")).unwrap();
        let error = commands.run_held(command, &held).unwrap_err();
        assert_eq!(error, "it was replaced since it was checked: it is not run");
        // A whole directory, too.
        let held = commands.hold(command).unwrap();
        fs::rename(site.path("site/root/sbin"), site.path("site/root/old")).unwrap();
        fs::create_dir(site.path("site/root/sbin")).unwrap();
        site.write("site/root/sbin/tool", &marking(site.place.path()));
        fs::set_permissions(site.path("site/root/sbin"), Permissions::from_mode(0o755)).unwrap();
        let error = commands.run_held(command, &held).unwrap_err();
        assert_eq!(error, "it was replaced since it was checked: it is not run");
        // Or only who may write it.
        let held = commands.hold(command).unwrap();
        fs::set_permissions(site.path("site/root/sbin/tool"), Permissions::from_mode(0o777)).unwrap();
        let error = commands.run_held(command, &held).unwrap_err();
        assert_eq!(error, "users other than root may change it: it is not run");
    });
    assert!(!site.path("ran").exists());
}

#[test]
fn a_root_named_by_a_link_of_another_account_runs_nothing_as_root() {
    need("@root");
    let mut site = Site::new("true");
    site.write("site/root/sbin/tool", &marking(site.place.path()));
    // Nobody else can remove it there, but its owner can lead it elsewhere.
    fs::set_permissions(site.place.path(), Permissions::from_mode(0o1777)).unwrap();
    symlink(site.path("site/root"), site.path("link")).unwrap();
    site.options.root = Some(site.path("link"));
    site.with(|commands, command| commands.run(command)).unwrap();
    fs::remove_file(site.path("ran")).unwrap();
    lchown(site.path("link"), Some(NOBODY), None).unwrap();
    site.refused("users other than root may change it, by changing");
}

#[test]
fn a_command_has_neither_our_open_files_nor_those_that_the_caller_left_open() {
    let site = Site::new("ls -l /proc/$$/fd | tail -n +2 >fds");
    site.write("secret", "");
    let inherited = fs::File::open(site.path("secret")).unwrap();
    rustix::io::fcntl_setfd(&inherited, rustix::io::FdFlags::empty()).unwrap();
    site.with(|commands, command| commands.run(command)).unwrap();
    let fds = fs::read_to_string(site.path("site/root/sbin/fds")).unwrap();
    let place = site.place.path().to_str().unwrap();
    let ours = fds.lines().filter(|line| line.contains(place) && !line.ends_with("fds") && !line.ends_with("tool"));
    assert_eq!(ours.count(), 0, "{fds}");
}
