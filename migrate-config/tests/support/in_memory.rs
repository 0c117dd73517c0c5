//! A small site on a disk in memory, and the programs called on it in this process.

use std::sync::Arc;

use clap::Parser;
use command::{Context, Program, StateLocation, ToolError};
use migrate_config::install::{InstallNewconfig, UninstallNewconfig};
use migrate_config::migrate::MigrateConfig;
use migrate_config::patch::PatchConfig;
use testkit::sweep::Shared;
use testkit::tree::Tree;
use upgrade_engine::fs::memory::MemoryFs;
use upgrade_engine::fs::{FileSystem, RootPath};

/// Two releases and a site: a file that both sides changed, one with two names, one that is new, one that is obsolete.
fn tree() -> Tree {
    let mut tree = Tree::new().directory("state").mode(0o700);
    for directory in ["old/sbin", "old/lib", "new/sbin", "new/lib", "data/log", "new/install"] {
        tree = tree.directory(directory);
    }
    let files = [
        ("msg.conf.defaults", ["a = 1\ndir = /old/log\n", "a = 1\ndir = /old/log\n", "a = 2\ndir = /new/log\n"]),
        ("option.dat", ["A=1\nB=1\nC=1\n", "A=5\nB=5\nC=1\n", "A=2\nB=2\nC=2\n"]),
        ("aliases", ["", "root: me@x\n", "postmaster: root\n"]),
        ("imta.cnf", ["a $U@b\n\nl x\nhost\n", "a $U@b\n\nl x\nhost\n", "a $U@b\n\nl x y\nhost\n"]),
        ("sms_option", ["", "", "PORT=1\n"]),
        ("old_option", ["X=1\n", "X=1\n", ""]),
    ];
    for (name, texts) in files {
        let places = ["old/install/factory", "data/config", "new/install/factory"];
        for (place, text) in places.iter().zip(texts).filter(|(_, text)| !text.is_empty()) {
            tree = tree.file(&format!("{place}/{name}"), text).owner(70, 71).mode(0o640);
        }
    }
    tree.hard_link("data/config/second", "data/config/option.dat")
        .symlink("old/config", "/data/config")
        .symlink("old/data", "/data")
        .symlink("old/log", "/data/log")
}

/// The site after migrate-config.
pub(crate) fn moved() -> MemoryFs {
    after(&tree().disk(), &[&["migrate-config", "--store-backup", "none", "/old"]])
}

/// Returns the disk after some calls, each of which has to succeed.
pub(crate) fn after(disk: &MemoryFs, calls: &[&[&str]]) -> MemoryFs {
    let disk = Arc::new(disk.fork());
    let fs: Arc<dyn FileSystem> = disk.clone();
    for words in calls {
        call(&fs, words).unwrap_or_else(|error| panic!("{words:?}: {error}"));
    }
    disk.fork()
}

/// Calls a program by its name; an error is all that it says.
pub(crate) fn call(fs: &Arc<dyn FileSystem>, words: &[&str]) -> Result<(), String> {
    let (name, rest) = words.split_first().unwrap();
    let words: Vec<&str> = [&[*name, "--root", "/", "--yes", "--new-root", "/new"], rest].concat();
    match *name {
        "migrate-config" => run::<MigrateConfig>(fs, &words),
        "patch-config" => run::<PatchConfig>(fs, &words),
        "install-newconfig" => run::<InstallNewconfig>(fs, &words),
        _ => run::<UninstallNewconfig>(fs, &words),
    }
}

fn run<P: Program>(fs: &Arc<dyn FileSystem>, words: &[&str]) -> Result<(), String> {
    let args = P::Args::try_parse_from(words).unwrap_or_else(|error| panic!("{error}"));
    let state = StateLocation { fs: Shared::boxed(fs), path: RootPath::new("/state").unwrap() };
    let context = Context::new(P::TOOL, P::options(&args), &**fs, &**fs, &state);
    P::run(&args, &context).map(drop).map_err(|error| error.lines(&context.invocation()).join("; "))
}
