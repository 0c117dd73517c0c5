//! Every call that a redeployment makes to the file system stopped, failed, or followed by a power cut, on a disk in memory.

use testkit::manifest::Options;
use testkit::sweep::{Tool, Way};
use testkit::tree::Tree;
use upgrade_engine::fs::RelPath;

use crate::upgrade::sweeps::call;

fn disk() -> Tree {
    let template = "<jnlp codebase='@C@'><application-desc><argument>-server</argument><argument>@S@</argument></application-desc></jnlp>";
    Tree::new()
        .directory("state")
        .mode(0o700)
        .directory("opt/SUNWiim/sbin")
        .directory("srv")
        .file("etc/opt/SUNWiim/default/config/iim.conf", "iim_mux.listenport = \"h:5222\"\n")
        .file("opt/SUNWiim/html/im.jnlp.template", template)
        .file("opt/SUNWiim/html/a.jar", "a jar")
        .file(
            "opt/SUNWiim/html/de/im.jnlp",
            template.replace("@C@", "http://h/im").replace("</jnlp>", "<!-- ours --></jnlp>"),
        )
        .directory("opt/SUNWiim/html/fr")
}

fn tool<'a>() -> Tool<'a> {
    let with = |more: &[&'a str]| [&["im-upgrade", "--root", "/", "--yes"], more].concat();
    Tool {
        start: disk().disk(),
        call: &call,
        run: with(&["redeploy", "--container", "/srv"]),
        resume: with(&["--resume"]),
        undo: with(&["--undo"]),
        observe: Options { leave_out: vec![RelPath::new("state").unwrap()], ..Options::default() },
    }
}

#[test]
fn a_redeployment_stopped_at_any_call_is_run_again_or_undone() {
    tool().run_again(3, Way::Stops);
}

#[test]
fn a_redeployment_stopped_at_any_call_is_resumed_or_undone() {
    tool().resumed(3, Way::Stops);
}

#[test]
fn a_redeployment_with_any_call_failing_is_run_again_or_undone() {
    tool().run_again(7, Way::Errors);
}

#[test]
fn a_redeployment_cut_off_by_a_power_failure_is_run_again_or_undone() {
    tool().run_again(5, Way::PowerCuts);
}
