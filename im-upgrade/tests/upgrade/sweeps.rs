//! Every call that an upgrade makes to the file system stopped, failed, or followed by a power cut, on a disk in memory: running it again
//! or `--resume` gives the tree of an undisturbed run, `--undo` the old one.

use std::sync::Arc;

use clap::Parser;
use command::{Context, Program, StateLocation, ToolError};
use im_upgrade::ImUpgrade;
use im_upgrade::cli::Args;
use testkit::manifest::Options;
use testkit::sweep::{Shared, Tool, Way};
use testkit::tree::Tree;
use upgrade_engine::fs::{FileSystem, RelPath, RootPath};

/// A client resource, or its template.
pub(crate) fn jnlp(release: &str, codebase: &str, server: &str) -> String {
    format!(
        "<jnlp codebase=\"{codebase}\"><!-- {release} --><application-desc><argument>-server</argument><argument>{server}</argument></application-desc></jnlp>\n"
    )
}

/// A small site: a file that both sides changed, an instance, a runtime directory that moves, client resources.
fn disk() -> Tree {
    let conf = |memory: u32, smtp: &str, vardir: &str| {
        format!(
            "! banner\niim.instancevardir = \"{vardir}\"\niim.jvm.maxmemorysize = \"{memory}\"\niim.smtpserver = \"{smtp}\"\n"
        )
    };
    let start =
        Tree::new().directory("state").mode(0o700).directory("opt/SUNWiim/sbin").directory("opt/sun/comms/im/sbin");
    start
        .file("etc/opt/SUNWiim/default/config/iim.conf", conf(256, "mail", "/run"))
        .owner(70, 71)
        .mode(0o600)
        .file("etc/opt/SUNWiim/default/config/acls/sysAdmin.acl", "# admins\nd:none\nu:me\n")
        .file("etc/opt/SUNWiim/sales/config/iim.conf", conf(300, "localhost", "/run2"))
        .owner(70, 71)
        .file("etc/opt/SUNWiim/sales/imadmin", "#!/bin/sh\nexec /opt/SUNWiim/sbin/x\n")
        .mode(0o755)
        .file("run/db/alerts", "an alert\n")
        .file("stock/old/etc/opt/SUNWiim/default/config/iim.conf", conf(256, "localhost", "/run"))
        .file("stock/old/etc/opt/SUNWiim/default/config/acls/sysAdmin.acl", "# admins\nd:none\n")
        .file("stock/new/etc/opt/SUNWiim/default/config/iim.conf", conf(512, "localhost", "/var/run/im"))
        .file("stock/new/etc/opt/SUNWiim/default/config/acls/sysAdmin.acl", "# admins\nd:none\nd:some\n")
        .file("opt/SUNWiim/html/im.jnlp.template", jnlp("7.2", "@BASE@", "@SERVER@"))
        .file("opt/SUNWiim/html/en_US/im.jnlp", jnlp("edited", "http://im/im/", "im:5222"))
        .file(
            "opt/sun/comms/im/lib/httpbind/WEB-INF/web.xml",
            "<a><b><param-name>httpbind.config.file</param-name><param-value>/opt/SUNWiim/c</param-value></b></a>",
        )
        .file("stock/new/opt/sun/comms/im/html/en_US/im.jnlp", jnlp("7.3", "http://host/im/", "host:5222"))
        .file("stock/new/opt/sun/comms/im/html/index.html", "<html>7.3</html>\n")
        .file("stock/new/opt/sun/comms/im/html/im.jnlp.template", jnlp("7.3", "@BASE@", "@SERVER@"))
        .directory("var/run")
}

pub(crate) fn call(fs: &Arc<dyn FileSystem>, words: &[&str]) -> Result<(), String> {
    let args = Args::try_parse_from(words).unwrap_or_else(|error| panic!("{error}"));
    let state = StateLocation { fs: Shared::boxed(fs), path: RootPath::new("/state").unwrap() };
    let context = Context::new(ImUpgrade::NAME, &args.common, &**fs, &**fs, &state);
    ImUpgrade::run(&args, &context).map(drop).map_err(|error| error.lines(&context.invocation()).join("; "))
}

fn tool<'a>() -> Tool<'a> {
    let with = |more: &[&'a str]| [&["im-upgrade", "--root", "/", "--yes"], more].concat();
    let upgrade = ["upgrade", "--no-service", "--base", "/stock/old", "--new", "/stock/new"];
    Tool {
        start: disk().disk(),
        call: &call,
        run: with(&upgrade),
        resume: with(&["--resume"]),
        undo: with(&["--undo"]),
        observe: Options { leave_out: vec![RelPath::new("state").unwrap()], ..Options::default() },
    }
}

#[test]
fn the_site_of_the_sweeps_is_redeployed() {
    let (tool, fs): (_, Arc<dyn FileSystem>) = (tool(), Arc::new(disk().disk()));
    (tool.call)(&fs, &tool.run).unwrap();
    let root = fs.open_dir(&RootPath::new("/opt/sun/comms/im").unwrap()).unwrap();
    for name in ["work/im.war", "work/httpbind.war", "html/en_US/im.jnlp.before-redeploy"] {
        assert!(root.stat(&RelPath::new(name).unwrap()).is_ok(), "{name}");
    }
}

#[test]
fn an_upgrade_stopped_at_any_call_is_run_again_or_undone() {
    tool().run_again(14, Way::Stops);
}

#[test]
fn an_upgrade_stopped_at_any_call_is_resumed_or_undone() {
    tool().resumed(14, Way::Stops);
}

#[test]
fn an_upgrade_with_any_call_failing_is_run_again_or_undone() {
    tool().run_again(40, Way::Errors);
}

#[test]
fn an_upgrade_cut_off_by_a_power_failure_is_run_again_or_undone() {
    tool().run_again(30, Way::PowerCuts);
}
