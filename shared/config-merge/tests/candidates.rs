//! Candidates: made without touching anything live, kept with their reports, installed only as they were made.

use std::sync::Arc;

use config_merge::Error;
use config_merge::candidates::{CHANGES, DECISIONS, MERGED, RECORD};
use documents::changes;
use testkit::manifest::Manifest;
use upgrade_engine::fs::{FileSystem, RelPath};

use crate::toy::{Asked, CONFIG, Toy, WORK, at, by_word, call, exists, kind, lines, product, read, write, yes};

const RESOLVED: &[&str] = &["app.properties:mode=new"];

fn patched(resolve: &[&str]) -> Arc<dyn FileSystem> {
    let fs: Arc<dyn FileSystem> = Arc::new(product().disk());
    ask(&fs, &Asked::resolving(resolve), |toy| toy.patch()).unwrap();
    fs
}

fn ask<T>(
    fs: &Arc<dyn FileSystem>,
    asked: &Asked,
    work: impl FnOnce(&Toy<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    call(fs, &yes(), asked, work)
}

fn install(fs: &Arc<dyn FileSystem>) -> Result<(), Error> {
    ask(fs, &Asked::default(), |toy| toy.install().map(drop))
}

fn config(fs: &dyn FileSystem) -> Manifest {
    Manifest::of(&*fs.open_dir(&at(CONFIG)).unwrap()).unwrap()
}

#[test]
fn making_candidates_touches_nothing_live_and_leaves_a_report_beside_each() {
    let fs: Arc<dyn FileSystem> = Arc::new(product().disk());
    let before = config(&*fs);
    ask(&fs, &Asked::default(), |toy| toy.patch()).unwrap();
    before.assert_same(&config(&*fs));
    let work = |name: &str| read(&*fs, &format!("{WORK}/{name}"));
    assert_eq!(work(&format!("{MERGED}/mta/option.dat")), "MAX=9\nMIN=2\n");
    let report = work(&format!("{CHANGES}/mta/option.dat.CHANGES"));
    assert!(report.starts_with("mta/option.dat\n") && report.contains("keep-site            MAX = 9"), "{report}");
    assert!(report.contains("MIN = <secret>"), "{report}");
    assert!(work(&format!("{CHANGES}/dropped.txt.CHANGES")).contains("drop-obsolete"));
    assert!(!exists(&*fs, &format!("{WORK}/{MERGED}/dropped.txt")));
    assert!(changes::read(&work(DECISIONS)).unwrap().iter().any(|line| line.key == "app.properties:mode"));
    for name in [RECORD, DECISIONS, "changes/app.properties.CHANGES"] {
        assert!(!work(name).contains("Canary"), "{name} holds a password");
    }
    let dir = fs.open_dir(&at("/stage")).unwrap();
    let mode = |path: &str| dir.stat(&RelPath::new(path).unwrap()).unwrap().mode;
    assert_eq!((mode("candidates"), mode("candidates/merged/app.properties")), (0o700, 0o600));
}

#[test]
fn candidates_are_not_made_over_others() {
    let fs = patched(&[]);
    let error = ask(&fs, &Asked::default(), |toy| toy.patch()).unwrap_err();
    assert_eq!(kind(&error), std::io::ErrorKind::AlreadyExists);
}

#[test]
fn candidates_are_replaced_as_a_whole_and_what_was_said_is_known_the_next_time() {
    let fs = patched(RESOLVED);
    write(&*fs, "/stage/candidates/stray", b"by hand");
    assert_eq!(ask(&fs, &Asked::default(), |toy| toy.earlier()).unwrap(), RESOLVED);
    ask(&fs, &Asked::resolving(&["app.properties:mode=site"]), |toy| toy.patch_again()).unwrap();
    assert!(!exists(&*fs, "/stage/candidates/stray"));
    assert_eq!(ask(&fs, &Asked::default(), |toy| toy.earlier()).unwrap(), ["app.properties:mode=site"]);
    install(&fs).unwrap();
    assert!(read(&*fs, "/product/config/app.properties").contains("mode=b\n"));
}

#[test]
fn only_candidates_are_replaced() {
    let fs: Arc<dyn FileSystem> = Arc::new(product().file("stage/candidates/precious", "ours").disk());
    let error = ask(&fs, &Asked::default(), |toy| toy.patch_again()).unwrap_err();
    assert!(lines(&error).starts_with("/stage/candidates: it is there already and holds no candidates"), "{error}");
    assert!(exists(&*fs, "/stage/candidates/precious"));
}

#[test]
fn a_proposal_is_kept_for_a_file_in_conflict_only() {
    let fs = patched(&[]);
    assert!(exists(&*fs, "/stage/candidates/proposals/app.properties"));
    assert!(!exists(&*fs, "/stage/candidates/proposals/mta"));
}

#[test]
fn a_record_that_somebody_edited_is_refused() {
    let fs = patched(&[]);
    let record = format!("{WORK}/{RECORD}");
    let text = read(&*fs, &record);
    assert!(text.contains("app.properties:mode"));
    write(&*fs, &record, text.replacen("\"app.properties:mode\"", "", 1).as_bytes());
    let error = install(&fs).unwrap_err();
    assert!(matches!(&error, Error::ChangedSince { path } if *path == record), "{error}");
}

#[test]
fn an_unresolved_conflict_is_named_and_blocks_unless_its_file_blocks_nothing() {
    let fs = patched(&[]);
    let before = config(&*fs);
    let error = install(&fs).unwrap_err();
    assert!(lines(&error).starts_with("1 conflict is not resolved: app.properties:mode "), "{}", lines(&error));
    assert!(lines(&error).contains("--resolve FILE:KEY=site|new|VALUE"));
    before.assert_same(&config(&*fs));

    let reported = ask(&fs, &Asked::default(), |toy| Ok(toy.candidates()?.record.files)).unwrap();
    let template = reported.iter().find(|file| file.name == "template.properties").unwrap();
    assert_eq!((template.blocking.len(), template.reported.as_slice()), (0, &["template.properties:a".to_owned()][..]));

    let forced = Asked { force: true, ..Asked::default() };
    ask(&fs, &forced, |toy| toy.install().map(drop)).unwrap();
    assert!(read(&*fs, "/product/config/app.properties").contains("mode=b\n"), "the site's value");
}

#[test]
fn an_installation_and_its_undo_give_the_same_tree_again() {
    let fs = patched(RESOLVED);
    let before = config(&*fs);
    install(&fs).unwrap();
    assert!(read(&*fs, "/product/config/app.properties").contains("mode=c\n"));
    let dir = fs.open_dir(&at(CONFIG)).unwrap();
    let stat = |name: &str| dir.stat(&RelPath::new(name).unwrap());
    let (kept, added) = (stat("app.properties").unwrap(), stat("added.txt").unwrap());
    assert_eq!((kept.uid, kept.gid, kept.mode), (7, 8, 0o640));
    assert_eq!(added.mode, 0o640);
    assert!(stat("dropped.txt").is_err());
    by_word(&fs, &["undo"]).unwrap();
    before.assert_same(&config(&*fs));
}

#[test]
fn a_candidate_that_somebody_edited_is_refused() {
    let fs = patched(RESOLVED);
    let before = config(&*fs);
    write(&*fs, "/stage/candidates/merged/app.properties", b"mode=mine\n");
    let error = install(&fs).unwrap_err();
    assert!(
        lines(&error).starts_with("/stage/candidates/merged/app.properties was changed since the candidates were made")
    );
    assert!(lines(&error).contains("Make the candidates again."));
    before.assert_same(&config(&*fs));
}

#[test]
fn a_live_file_that_changed_appeared_or_went_since_is_refused() {
    for path in ["/product/config/app.properties", "/product/config/template.properties", "/product/config/added.txt"] {
        let fs = patched(RESOLVED);
        write(&*fs, path, b"mode=mine\n");
        let before = config(&*fs);
        let error = install(&fs).unwrap_err();
        assert!(matches!(&error, Error::ChangedSince { path: changed } if changed == path), "{error}");
        before.assert_same(&config(&*fs));
    }
    let fs = patched(RESOLVED);
    fs.open_dir(&at(CONFIG)).unwrap().remove_file(&RelPath::new("app.properties").unwrap()).unwrap();
    assert!(matches!(install(&fs).unwrap_err(), Error::ChangedSince { .. }));
}

#[test]
fn a_directory_without_candidates_and_a_damaged_record_are_refused() {
    let fs: Arc<dyn FileSystem> = Arc::new(product().disk());
    assert!(lines(&install(&fs).unwrap_err()).starts_with("/stage/candidates: no such directory"));
    let fs: Arc<dyn FileSystem> = Arc::new(product().directory("stage/candidates").disk());
    assert!(lines(&install(&fs).unwrap_err()).starts_with("/stage/candidates: it holds no candidates"));
    for (from, to, text) in [
        ("\"version\": 1", "\"version\": 2", "it has version 2, this program reads version 1"),
        ("\"findings\"", "\"finding\"", "unknown field"),
        ("\"attributes\"", "\"attribute\"", "unknown field"),
    ] {
        let fs = patched(RESOLVED);
        let record = format!("{WORK}/{RECORD}");
        let text_before = read(&*fs, &record);
        assert!(text_before.contains(from), "{from}");
        write(&*fs, &record, text_before.replacen(from, to, 1).as_bytes());
        let error = install(&fs).unwrap_err();
        assert!(lines(&error).starts_with(&record) && lines(&error).contains(text), "{error}");
    }
}
