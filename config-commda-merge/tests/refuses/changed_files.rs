//! Files that are not what they were when the merge was planned, and a new file that needs no merge.

use std::path::Path;

use clap::Parser;
use command::{CommonOptions, Console, Context, Exit, StateLocation, ToolError};
use config_commda_merge::cli::Args;
use config_commda_merge::program::Program;
use upgrade_engine::fs::RootPath;
use upgrade_engine::fs::real::RealFs;

use crate::support::Site;
use crate::support::site::{RESOURCE, USRPREFS, assert_same, data};

#[test]
fn a_new_file_that_holds_everything_already_is_said_and_left_alone() {
    let site = Site::customised();
    site.run(&["snapshot"]).succeeded();
    let before = site.all_but_the_lock();
    let base = data("stock-old");
    let outcome = site.run(&["merge", "--base", base.to_str().unwrap()]).succeeded();
    outcome.says("The files already hold everything from").says("there is nothing to do");
    assert_same(&before, &site.all_but_the_lock());
}

#[test]
fn a_second_merge_has_nothing_to_do() {
    let site = Site::reset();
    site.run(&["merge"]).exits(3);
    let before = site.all_but_the_lock();
    site.run(&["merge"]).succeeded().says("there is nothing to do");
    assert_same(&before, &site.all_but_the_lock());
}

fn lines_of(error: &config_commda_merge::Error) -> Vec<String> {
    error.lines(&CommonOptions::default().invocation("config-commda-merge"))
}

/// Somebody who edits a file before saying yes.
struct Editing<'a>(&'a dyn Fn());

impl Console for Editing<'_> {
    fn line(&self, _: &str) -> std::io::Result<Option<String>> {
        (self.0)();
        Ok(Some("y".to_owned()))
    }

    fn secret(&self, _: &str) -> std::io::Result<Option<command::Zeroizing<String>>> {
        unreachable!()
    }

    fn show(&self, _: &str) {}
}

/// Merges in this process, and edits a file at the moment when the program asks whether it is to begin.
fn merge_with_an_edit_before_it_begins(site: &Site, edit: impl Fn()) -> config_commda_merge::Error {
    let root = site.path("");
    let arguments = ["config-commda-merge", "--root", root.to_str().unwrap(), "merge"];
    let args = Args::try_parse_from(arguments).unwrap();
    let fs = args.common.product_root().unwrap();
    let own = RealFs::open(Path::new("/")).unwrap();
    let state = site.state();
    let state = StateLocation {
        fs: Box::new(RealFs::open(Path::new("/")).unwrap()),
        path: RootPath::new(state.to_str().unwrap()).unwrap(),
    };
    let console = Editing(&edit);
    let context =
        Context { console: Some(&console), ..Context::new("config-commda-merge", &args.common, &fs, &own, &state) };
    let program = Program { args: &args, context: &context };
    program.carry_out().unwrap_err()
}

#[test]
fn an_edit_of_the_new_file_between_plan_and_apply_is_noticed() {
    let site = Site::reset();
    let edit = || site.write(USRPREFS, "edited=meanwhile\n");
    let error = merge_with_an_edit_before_it_begins(&site, edit);
    let lines = lines_of(&error).join("\n");
    assert!(lines.contains("cli-usrprefs.properties") && lines.contains("Nothing was changed."), "{lines}");
    assert_eq!(error.exit(), Exit::NothingChanged);
    assert_eq!(site.text(USRPREFS), "edited=meanwhile\n");
    let stock = std::fs::read(data("stock-new").join(RESOURCE.trim_start_matches('/'))).unwrap();
    assert_eq!(site.read(RESOURCE), stock);
}

#[test]
fn an_edit_of_the_saved_file_between_plan_and_apply_is_noticed() {
    let site = Site::reset();
    let saved = site.snapshot().join("tree/var/opt/SUNWcomm/config/cli-usrprefs.properties");
    let before = site.product();
    let error = merge_with_an_edit_before_it_begins(&site, || std::fs::write(&saved, "edited=meanwhile\n").unwrap());
    let lines = lines_of(&error).join("\n");
    assert!(lines.contains("cli-usrprefs.properties was changed since the merge was planned"), "{lines}");
    assert!(lines.contains("Nothing was changed."), "{lines}");
    assert_same(&before, &site.product());
}
