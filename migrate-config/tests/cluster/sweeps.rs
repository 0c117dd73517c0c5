//! Every call that useconfig and ha_ip_config make to the file system stopped, failed, or followed by a power cut, on a disk in memory:
//! running it again or `--resume` gives the tree of an undisturbed run, `--undo` the old one.

use std::sync::Arc;

use migrate_config::ha_ip_config::HaIpConfig;
use migrate_config::useconfig::UseConfig;
use testkit::manifest::Options;
use testkit::sweep::{Call, Tool, Way};
use testkit::tree::Tree;
use upgrade_engine::fs::{FileSystem, RelPath};

use super::support::call;

/// A root with two of its links, and a second data root.
fn disk() -> Tree {
    let start = Tree::new().directory("state").mode(0o700).directory("msg/sbin").directory("msg/lib");
    let tree = ["one", "two"].iter().fold(start, |tree, data| {
        tree.directory(&format!("{data}/log"))
            .file(
                &format!("{data}/config/dispatcher.cnf"),
                "[SERVICE=SMTP]\nPORT=25\n[SERVICE=SMTP_SUBMIT]\nPORT=587\n",
            )
            .owner(70, 71)
            .mode(0o640)
            .file(&format!("{data}/config/job_controller.cnf"), "tcp_port=27442\n[POOL=DEFAULT]\njob_limit=10\n")
            .file(&format!("{data}/config/msg.conf"), "service.listenaddr = 198.51.100.1\n")
            .mode(0o600)
    });
    tree.hard_link("one/config/second", "one/config/msg.conf")
        // The link of another account leads to what is that account's.
        .directory("one/config")
        .owner(70, 71)
        .symlink("msg/config", "/one/config")
        .owner(70, 71)
        .symlink("msg/data", "/one")
}

fn use_config(fs: &Arc<dyn FileSystem>, words: &[&str]) -> Result<(), String> {
    call::<UseConfig>(fs, words, None)
}

fn ha_ip_config(fs: &Arc<dyn FileSystem>, words: &[&str]) -> Result<(), String> {
    call::<HaIpConfig>(fs, words, None)
}

fn tool<'a>(program: Call<'a>, arguments: &[&'a str]) -> Tool<'a> {
    let with = |more: &[&'a str]| [&["program", "--root", "/", "--yes", "--new-root", "/msg"], more].concat();
    Tool {
        start: disk().disk(),
        call: program,
        run: with(arguments),
        resume: with(&["--resume"]),
        undo: with(&["--undo"]),
        observe: Options { leave_out: vec![RelPath::new("state").unwrap()], ..Options::default() },
    }
}

const TO_TWO: &[&str] = &["/two/config"];
const ADDRESS: &[&str] = &["--ip", "192.0.2.10"];

#[test]
fn a_change_of_links_stopped_at_any_call_is_run_again_or_undone() {
    tool(&use_config, TO_TWO).run_again(1, Way::Stops);
}

#[test]
fn a_change_of_links_stopped_at_any_call_is_resumed_or_undone() {
    tool(&use_config, TO_TWO).resumed(1, Way::Stops);
}

#[test]
fn a_change_of_links_with_any_call_failing_is_run_again_or_undone() {
    tool(&use_config, TO_TWO).run_again(5, Way::Errors);
}

#[test]
fn a_change_of_links_cut_off_by_a_power_failure_is_run_again_or_undone() {
    tool(&use_config, TO_TWO).run_again(7, Way::PowerCuts);
}

#[test]
fn a_change_of_the_address_stopped_at_any_call_is_run_again_or_undone() {
    tool(&ha_ip_config, ADDRESS).run_again(1, Way::Stops);
}

#[test]
fn a_change_of_the_address_stopped_at_any_call_is_resumed_or_undone() {
    tool(&ha_ip_config, ADDRESS).resumed(1, Way::Stops);
}

#[test]
fn a_change_of_the_address_with_any_call_failing_is_run_again_or_undone() {
    tool(&ha_ip_config, ADDRESS).run_again(7, Way::Errors);
}

#[test]
fn a_change_of_the_address_cut_off_by_a_power_failure_is_run_again_or_undone() {
    tool(&ha_ip_config, ADDRESS).run_again(9, Way::PowerCuts);
}
