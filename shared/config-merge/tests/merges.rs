//! Many files merged at once: one report, resolutions, and a plan that holds recipes.

use std::path::PathBuf;
use std::sync::Arc;

use command::{CommonOptions, Context, Exit, Report, ReportStatus, StateLocation, ToolError};
use config_merge::{Error, changes_as_json};
use documents::changes;
use documents::merge::{MergeError, Word};
use serde_json::json;
use testkit::manifest::Manifest;
use testkit::sweep::Shared;
use upgrade_engine::fs::FileSystem;

use crate::toy::{Asked, CONFIG, assert_usage, at, by_word, call, exists, lines, product, read, write, yes};

fn disk() -> Arc<dyn FileSystem> {
    Arc::new(product().disk())
}

fn config(fs: &dyn FileSystem) -> Manifest {
    Manifest::of(&*fs.open_dir(&at(CONFIG)).unwrap()).unwrap()
}

#[test]
fn all_files_are_one_report_for_people_and_one_for_programs() {
    let fs = disk();
    let (text, json, open) = call(&fs, &yes(), &Asked::default(), |toy| {
        let files = toy.files()?;
        let merges = toy.merges(&files)?;
        Ok((merges.changes().to_string(), merges.changes().to_json().unwrap(), merges.open_conflicts()))
    })
    .unwrap();
    assert_eq!(open, 2);
    for line in ["app.properties\n", "mta/option.dat\n", "  conflict             mode = b\n", "2 conflicts to resolve"]
    {
        assert!(text.contains(line), "{line}: {text}");
    }
    let decisions = changes::read(&json).unwrap();
    let word =
        |key: &str| decisions.iter().find(|line| line.key == key).map(|line| (line.decision, line.outcome.as_str()));
    assert_eq!(word("app.properties:host"), Some((Word::KeepSite, "mail.example")));
    assert_eq!(word("app.properties:port"), Some((Word::TakeNew, "8080")));
    assert_eq!(word("app.properties:extra"), Some((Word::AddNew, "1")));
    assert_eq!(word("option.dat:MAX"), Some((Word::KeepSite, "9")));
    assert_eq!(word("added.txt:<file>").unwrap().0, Word::AddNew);
    assert_eq!(word("dropped.txt:<file>"), Some((Word::DropObsolete, "<absent>")));
    assert_eq!(word("app.properties:password"), Some((Word::SiteAddition, "<secret>")));
    assert!(!text.contains("Canary") && !json.contains("Canary"));
    assert!(decisions.iter().any(|line| line.file == "mta/option.dat"), "the file's whole name");
}

#[test]
fn the_report_of_a_run_holds_the_decisions_only_where_they_are_asked_for() {
    let fs = disk();
    for (wanted, report) in [(true, None), (false, Some(PathBuf::from("/report")))] {
        let options = CommonOptions { json: wanted, report: report.clone(), ..yes() };
        let state = StateLocation { fs: Shared::boxed(&fs), path: at("/state") };
        let context = Context::new("toy-merge", &options, &*fs, &*fs, &state);
        let mut kept = Report::new("toy-merge", ReportStatus::Done);
        let json = call(&fs, &options, &Asked::default(), |toy| {
            let files = toy.files()?;
            let merges = toy.merges(&files)?;
            changes_as_json(&context, &merges.changes(), &mut kept, |changes| json!({ "changes": changes }))
        });
        assert_eq!(json.unwrap().is_some(), wanted);
        assert_eq!(kept.details["changes"]["version"] == 1, report.is_some());
    }
}

#[test]
fn a_merge_replaces_adds_and_removes_files_and_its_undo_gives_the_same_tree_again() {
    let fs = disk();
    let before = config(&*fs);
    by_word(&fs, &["merge"]).unwrap();
    let properties = "# ours\nhost=mail.example\nport=8080\nmode=b\nextra=1\npassword=Canary-7\n";
    assert_eq!(read(&*fs, "/product/config/app.properties"), properties);
    assert_eq!(read(&*fs, "/product/config/mta/option.dat"), "MAX=9\nMIN=2\n");
    assert_eq!(read(&*fs, "/product/config/added.txt"), "new in this release\n");
    assert!(!exists(&*fs, "/product/config/dropped.txt"));
    by_word(&fs, &["undo"]).unwrap();
    before.assert_same(&config(&*fs));
}

#[test]
fn a_plan_names_files_and_digests_and_holds_no_content() {
    let fs = disk();
    let options = CommonOptions { dry_run: true, ..yes() };
    let plan = call(&fs, &options, &Asked::default(), |toy| toy.merge()).unwrap().report.plan.unwrap();
    assert_eq!(plan.steps.len(), 4, "{:?}", plan.lines());
    let json = serde_json::to_string(&plan).unwrap();
    for content in ["Canary", "mail.example", "8080", "new in this release"] {
        assert!(!json.contains(content), "{content}: {json}");
    }
    assert!(json.contains("/stock/new/app.properties"), "{json}");
}

#[test]
fn a_version_that_changed_between_plan_and_apply_stops_the_run_before_its_first_change() {
    for path in ["/stock/old/mta/option.dat", "/stock/new/mta/option.dat", "/product/config/mta/option.dat"] {
        let fs = disk();
        let before = config(&*fs);
        let error = call(&fs, &yes(), &Asked::default(), |toy| toy.merge_with_an_edit(path)).unwrap_err();
        assert!(lines(&error).contains("option.dat"), "{error}");
        let now = read(&*fs, path);
        assert_eq!(now, "MAX=77\n", "what somebody else wrote is kept");
        let changed = before.difference(&config(&*fs));
        assert!(changed.iter().all(|line| line.starts_with("mta/option.dat: ")), "{changed:?}");
        assert_eq!(error.exit(), Exit::NothingChanged);
    }
}

#[test]
fn conflicts_are_resolved_on_the_command_line_and_in_a_file_by_any_name_that_the_tool_knows() {
    let fs = disk();
    write(&*fs, "/stage/lines", b"# Monday\n\ntemplate.properties:a=site\n");
    let asked = Asked { resolutions: Some("/stage/lines".into()), ..Asked::resolving(&["app.properties:mode=new"]) };
    let completion = call(&fs, &yes(), &asked, |toy| {
        assert_eq!(toy.merges(&toy.files()?)?.open_conflicts(), 0);
        toy.merge()
    });
    assert_eq!(completion.unwrap().exit, Exit::Done);
    assert!(read(&*fs, "/product/config/app.properties").contains("mode=c\n"));
    assert_eq!(read(&*fs, "/product/config/template.properties"), "a=2\n");

    let error = call(&fs, &yes(), &Asked::resolving(&["option.dat:MAX=new"]), |toy| toy.merge()).unwrap_err();
    let Error::Merge { file, error: MergeError::NoConflict { key } } = &error else { panic!("{error}") };
    assert_eq!((file.as_str(), key.as_str()), ("mta/option.dat", "MAX"));
}

#[test]
fn resolutions_that_are_of_no_use_are_refused() {
    let fs = disk();
    let refused = |line: &str| call(&fs, &yes(), &Asked::resolving(&[line]), |toy| toy.merge()).unwrap_err();
    assert_usage(&refused("other.properties:a=new"), "`other.properties:a`: a resolution is FILE:KEY=site|new|VALUE");
    assert_usage(&refused("mode=new"), "`mode`: a resolution is");
    assert_usage(&refused("app.properties:mode"), "`app.properties:mode`: a resolution is");
    let error = refused("app.properties:password=typed");
    assert_usage(&error, "--resolutions");
    assert!(!error.to_string().contains("typed"), "{error}");
    assert!(matches!(refused("app.properties:port=new"), Error::Merge { .. }));
}

#[test]
fn the_lines_of_one_file_may_begin_with_its_name() {
    let fs = disk();
    let asked = Asked::resolving(&["a.properties:x=new", "y=site"]);
    let lines = call(&fs, &yes(), &asked, |toy| {
        let resolutions = config_merge::Resolutions::new(&toy.systems(), &toy.asked.resolve, None)?;
        resolutions.of_one(&toy.systems(), "a.properties")
    });
    assert_eq!(lines.unwrap(), ["x=new", "y=site"]);
}

#[test]
fn a_version_that_is_no_file_of_its_dialect_is_named_by_its_path() {
    for (path, line) in
        [("/stock/old/app.properties", 1), ("/product/config/app.properties", 1), ("/stock/new/app.properties", 2)]
    {
        let fs = disk();
        write(&*fs, path, if line == 1 { b"a=\\u12\n" } else { b"a=1\nb=\\uzz\n" });
        let error = call(&fs, &yes(), &Asked::default(), |toy| toy.merge()).unwrap_err();
        assert!(lines(&error).starts_with(&format!("{path}, line {line}, column ")), "{error}");
    }
}
