//! `deploy`: the documented script of each changed file, with its argument, and what the copies are afterwards.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;

use crate::support::Site;
use crate::support::site::{CONSOLE, RESOURCE, USRPREFS, WEB_SERVER, assert_same, data, is_root};

/// A script that notes how it was called and copies the originals to where the container runs them.
fn script(site: &Site, name: &str, body: &str) {
    let path = format!("/opt/SUNWcomm/sbin/{name}");
    site.write(
        &path,
        format!("#!/bin/sh\necho \"$PWD $(basename \"$0\") $*\" >> '{}'\n{body}\n", site.beside("called").display()),
    );
    fs::set_permissions(site.path(&path), Permissions::from_mode(0o755)).unwrap();
}

fn copying(site: &Site, below: &str, original: &str) -> String {
    let to = site.path(&format!("{WEB_SERVER}{below}"));
    format!("cp '{}'/*.properties '{}'", site.path(original).display(), to.display())
}

fn with_scripts(site: &Site) {
    let server = "/commcli/WEB-INF/classes/sun/comm/cli/server/servlet";
    let console = "/da/WEB-INF/classes/com/sun/comm/da/resources";
    let original = RESOURCE.rsplit_once('/').unwrap().0;
    script(site, "config-wbsvr7x-commcli", &copying(site, server, original));
    script(site, "config-wbsvr7x-da", &copying(site, console, CONSOLE));
}

fn called(site: &Site) -> String {
    site.plain(&fs::read_to_string(site.beside("called")).unwrap_or_default())
}

/// A merged site whose deployed copies are still those of before.
fn merged() -> Site {
    let site = Site::reset();
    site.run(&["merge", "--base", data("stock-old").to_str().unwrap()]).exits(3);
    site
}

#[test]
fn the_scripts_of_the_changed_files_are_run_in_their_directory_and_the_copies_are_compared() {
    let site = merged();
    with_scripts(&site);
    site.run(&["deploy", "--run-commands"])
        .succeeded()
        .says("/opt/SUNWcomm/sbin/config-wbsvr7x-commcli   # resource.properties")
        .says("/opt/SUNWcomm/sbin/config-wbsvr7x-da   # daconfig.properties, Resources.properties, Security.properties, logger.properties")
        .says("The copies deployed in Web Server 7 are the same as the originals")
        .says("A restart of Web Server 7 may be needed");
    assert_eq!(
        called(&site),
        "[TEMP]/root/opt/SUNWcomm/sbin config-wbsvr7x-commcli \n[TEMP]/root/opt/SUNWcomm/sbin config-wbsvr7x-da \n"
    );
    site.run(&["deploy", "--run-commands"]).succeeded().says("there is nothing to do");
}

#[test]
fn a_program_leaves_no_core_and_the_commands_that_it_runs_have_the_limit_of_the_administrator() {
    let site = merged();
    let limit = site.beside("limit");
    for name in ["config-wbsvr7x-commcli", "config-wbsvr7x-da"] {
        script(&site, name, &format!("ulimit -c > '{}'\nkill -ILL $PPID", limit.display()));
    }
    let unlimited = ["sh", "-c", "ulimit -c unlimited && exec \"$@\"", "sh"];
    let status = site.command_below(&unlimited, &["deploy", "--run-commands"]).output().unwrap().status;
    assert_eq!(status.signal(), Some(4), "{status:?}");
    let left = testkit::site::names_in(&site.beside("cwd"));
    assert!(!status.core_dumped() && left.is_empty(), "its memory is in a file: {status:?} {left:?}");
    assert_eq!(fs::read_to_string(limit).unwrap(), "unlimited\n");
}

#[test]
fn only_the_component_that_differs_is_deployed() {
    let site = Site::customised();
    with_scripts(&site);
    site.edit(&format!("{CONSOLE}/logger.properties"), "da.log.level=INFO", "da.log.level=FINE");
    site.run(&["deploy", "--run-commands"]).succeeded();
    assert_eq!(called(&site), "[TEMP]/root/opt/SUNWcomm/sbin config-wbsvr7x-da \n");
}

#[test]
fn the_file_of_the_utility_is_never_deployed() {
    let site = Site::customised();
    site.write(USRPREFS, "default.amhost=changed\n");
    site.run(&["deploy", "--dry-run"]).succeeded().says("there is nothing to do");
}

#[test]
fn each_container_has_its_scripts_and_arguments() {
    let site = Site::customised();
    for (container, server, console) in [
        ("wbsvr", "config-wbsvr-commcli ", "config-wbsvr-da "),
        ("wbsvr7x", "", ""),
        ("appsvr", "config-appsvr-commcli deploy ", "config-appsvr-da deploy "),
        ("appsvr8x", "config-appsvr8x-commcli deploy ", "config-appsvr8x-da deploy "),
    ] {
        let outcome = site.run(&["deploy", "--container", container, "--dry-run"]).succeeded();
        for script in [server, console].iter().filter(|script| !script.is_empty()) {
            assert!(outcome.stdout.contains(&format!("/opt/SUNWcomm/sbin/{script}")), "{container}: {outcome}");
        }
    }
}

#[test]
fn commands_of_another_root_are_printed_unless_they_are_asked_for() {
    let site = merged();
    with_scripts(&site);
    site.run(&["deploy"]).succeeded().says("Nothing was run").says("--run-commands");
    assert_eq!(called(&site), "");
}

#[test]
fn copies_that_still_differ_afterwards_are_named() {
    let site = merged();
    script(&site, "config-wbsvr7x-commcli", "true");
    script(&site, "config-wbsvr7x-da", "true");
    site.run(&["deploy", "--run-commands"]).exits(3).says("resource.properties is still not the same as its original");
}

#[test]
fn a_script_that_fails_or_is_not_there_is_named() {
    let site = merged();
    site.refused_deploy("config-wbsvr7x-commcli");
    script(&site, "config-wbsvr7x-commcli", "exit 7");
    script(&site, "config-wbsvr7x-da", "true");
    let outcome = site.run(&["deploy", "--run-commands"]).exits(1);
    outcome.says("config-wbsvr7x-commcli: it failed: exit status: 7").says("The originals are as they were");
}

#[test]
fn a_script_that_others_may_change_is_not_run() {
    let site = merged();
    with_scripts(&site);
    let program = site.path("/opt/SUNWcomm/sbin/config-wbsvr7x-da");
    let refused = |what: &Path, mode: u32, sound: u32| {
        fs::set_permissions(what, Permissions::from_mode(mode)).unwrap();
        site.refused_deploy("users other than root may change it");
        fs::set_permissions(what, Permissions::from_mode(sound)).unwrap();
    };
    refused(&program, 0o775, 0o755);
    refused(&program, 0o757, 0o755);
    for directory in ["/opt/SUNWcomm/sbin", "/opt/SUNWcomm", "/opt"] {
        refused(&site.path(directory), 0o777, 0o755);
    }
    if is_root() {
        std::os::unix::fs::chown(&program, Some(70), None).unwrap();
        site.refused_deploy("users other than root may change it");
        std::os::unix::fs::chown(&program, Some(0), None).unwrap();
        std::os::unix::fs::chown(site.path("/opt/SUNWcomm"), Some(70), None).unwrap();
        site.refused_deploy("users other than root may change it");
        std::os::unix::fs::chown(site.path("/opt/SUNWcomm"), Some(0), None).unwrap();
    }
    site.run(&["deploy", "--run-commands"]).succeeded();
}

#[test]
fn a_script_that_is_a_link_or_no_program_is_not_run() {
    let site = merged();
    with_scripts(&site);
    let program = site.path("/opt/SUNWcomm/sbin/config-wbsvr7x-da");
    fs::set_permissions(&program, Permissions::from_mode(0o644)).unwrap();
    site.refused_deploy("it is not a program");
    fs::remove_file(&program).unwrap();
    std::os::unix::fs::symlink("/bin/true", &program).unwrap();
    site.refused_deploy("it is not a program");
}

#[test]
fn the_container_has_to_be_named_where_it_is_not_clear() {
    let site = Site::customised();
    let other = "/var/opt/SUNWappserver/domains/domain1/applications/j2ee-modules/commcli/WEB-INF/classes/sun/comm/cli/server/servlet/resource.properties";
    site.write(other, "a=1\n");
    site.refused(&["deploy"])
        .exits(1)
        .says("several containers hold deployed copies: Web Server 7 (wbsvr7x), Application Server 8 (appsvr8x)")
        .says("--container");
    let site = Site::bare();
    site.write(RESOURCE, "a=1\n");
    site.refused(&["deploy"]).exits(1).says("no container holds deployed copies in the documented places");
}

impl Site {
    #[track_caller]
    fn refused_deploy(&self, says: &str) {
        let before = self.all_but_the_lock();
        let outcome = self.run(&["deploy", "--run-commands"]).exits(1);
        assert_same(&before, &self.all_but_the_lock());
        assert!(outcome.stderr.contains(says), "not said: {says}\n{outcome}");
    }
}
