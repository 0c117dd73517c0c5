//! Command lines that are wrong end with 2 and change nothing.

use crate::support::Site;
use crate::support::site::assert_same;

#[test]
fn wrong_commands_and_options_are_named() {
    let site = Site::reset();
    for (arguments, text) in [
        (&["mrege"][..], "'mrege'"),
        (&["merge", "--bsae", "x"], "--bsae"),
        (&["merge", "--base"], "--base"),
        (&["merge", "operand"], "operand"),
        (&["deploy", "--container", "tomcat"], "wbsvr7x"),
        (&["undo", "one", "two"], "two"),
        (&["service-packages", "--suffix", "o=x"], "--from"),
        (&["--list-runs", "--resume"], "cannot be used together"),
        (&["--list-runs", "status"], "--list-runs is used without a command"),
        (&["--resume", "status"], "--resume is used without a command"),
        (&[], "a command is missing"),
    ] {
        let outcome = site.refused(arguments).exits(2);
        assert!(outcome.stderr.contains(text), "{arguments:?}: {outcome}");
    }
}

#[test]
fn a_near_name_is_suggested() {
    let site = Site::bare();
    site.refused(&["mrege"]).says("similar subcommand exists: 'merge'");
    site.refused(&["merge", "--resolvee", "x"]).says("--resolve");
}

#[test]
fn without_arguments_the_help_is_shown() {
    let site = Site::bare();
    let mut command = std::process::Command::new(site.command(&[""]).get_program());
    site.surround(&mut command);
    site.outcome(command).exits(2).says("snapshot").says("service-packages").says("undo");
}

#[test]
fn help_and_version_are_no_errors() {
    let site = Site::bare();
    site.run(&["--help"]).succeeded().says("Exit status:");
    site.run(&["--version"]).succeeded().says("config-commda-merge ");
    site.run(&["file", "--help"]).succeeded().says("git merge driver");
}

#[test]
fn without_a_terminal_a_missing_yes_is_an_error_that_names_the_option() {
    let site = Site::reset();
    let before = site.product();
    let merge = site.outcome(site.unconfirmed(&["merge"])).exits(2);
    merge.says("Replace").says("Use --yes").says("Nothing was changed.");
    assert_same(&before, &site.product());
    site.outcome(site.unconfirmed(&["merge", "--dry-run"])).exits(3);
    site.run(&["merge"]).exits(3);
    let merged = site.product();
    for undo in [&["undo"][..], &["--undo"]] {
        site.outcome(site.unconfirmed(undo)).exits(2).says("Undo run").says("Use --yes");
    }
    assert_same(&merged, &site.product());
    site.run(&["--undo"]).succeeded().says("Everything is as it was before run");
}
