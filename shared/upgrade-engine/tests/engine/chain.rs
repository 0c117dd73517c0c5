//! Several runs undone as one plan: what two of them did to the same files comes back as it was before the first.

use std::sync::Arc;

use serde_json::{Value, json};
use testkit::manifest::{Manifest, Options};
use testkit::sweep::Sweep;
use upgrade_engine::digest::Digest;
use upgrade_engine::engine::{EngineError, Pending};
use upgrade_engine::fs::{FileSystem, RootPath};
use upgrade_engine::place::{Anchor, Place};
use upgrade_engine::plan::{Plan, Undone};
use upgrade_engine::run_list::in_effect;
use upgrade_engine::scope::Scope;
use upgrade_engine::step::{
    BuildTree, Content, LinkState, MakeDir, NewContent, Node, RemoveFile, ReplaceFile, SetLink, Step, TreeEntry,
    WriteFile,
};
use upgrade_engine::{Run, Status};

use crate::fixture::{attributes, disk, empty_plan, path, place, read, resources, root, session, set_link};

fn manifest(fs: &dyn FileSystem) -> Manifest {
    Manifest::with(&*root(fs), &Options { leave_out: vec![path("state")], ..Options::default() }).unwrap()
}

fn edit(at: Place, links: Vec<Place>, original: &[u8], mark: &str) -> Step {
    let edit = documents::SpanEdit { offset: 0, remove: 0, insert: mark.as_bytes().to_vec() };
    Step::ReplaceFile(ReplaceFile::editing(at, links, original, &[edit]).unwrap().unwrap())
}

/// Edits a file with two names, makes a link, writes a file, makes a tree and an empty directory.
fn first(fs: &dyn FileSystem) -> Plan {
    let mut plan = empty_plan(fs, "first");
    let dir = root(fs);
    let of_old = attributes(fs, "old");
    let content = read(&*dir, "old/a.db");
    let copy = Content::CopyOf { from: place("old/a.db"), digest: Digest::of(&content), size: content.len() as u64 };
    let entry = |name: &str, like: &str, node| TreeEntry { path: path(name), node, attributes: attributes(fs, like) };
    let entries = vec![
        TreeEntry { path: path("conf"), node: Node::Directory, attributes: of_old.clone() },
        entry("conf/a.db", "old/a.db", Node::File(copy)),
        entry("conf/link", "conf/data", Node::Symlink("a.db".to_owned())),
    ];
    plan.steps = vec![
        edit(place("conf/app.conf"), vec![place("conf/app.also")], &read(&*dir, "conf/app.conf"), "first "),
        set_link(fs, "live/config", None, Some("../conf")),
        set_link(fs, "live/way", None, Some("../conf")),
        Step::WriteFile(WriteFile {
            at: place("conf/fresh"),
            digest: Digest::of(&[0x43; 700]),
            content: NewContent::Produced { by: "repeat".to_owned(), request: json!({ "byte": 0x43, "count": 700 }) },
            attributes: attributes(fs, "conf/stale"),
        }),
        Step::BuildTree(BuildTree { at: place("live/tree"), attributes: of_old.clone(), entries }),
        Step::MakeDir(MakeDir { at: place("live/empty"), attributes: of_old }),
    ];
    plan
}

/// Edits the same file again, points the link elsewhere, removes the file, and replaces a file in the tree. It calls the tree's
/// directory by the name that the first run has for the root.
fn second(fs: &dyn FileSystem) -> Plan {
    let mut plan = empty_plan(fs, "second");
    let dir = root(fs);
    let anchor = |at: &str, below: &str| {
        let id = dir.stat(&path(below)).unwrap().id;
        Anchor { path: RootPath::new(at).unwrap(), device: id.device, inode: id.inode }
    };
    plan.anchors = [
        ("root".to_owned(), anchor("/live/tree/conf", "live/tree/conf")),
        // Through a link that the first run made.
        ("conf".to_owned(), anchor("/live/way", "conf")),
        ("live".to_owned(), anchor("/live", "live")),
    ]
    .into();
    let at = |anchor: &str, name: &str| Place::anchor(anchor).below(&path(name));
    let link = LinkState::of(&*dir, &path("live/config")).unwrap();
    let tree_link = LinkState::of(&*dir, &path("live/tree/conf/link")).unwrap();
    plan.steps = vec![
        edit(at("conf", "app.conf"), vec![at("conf", "app.also")], &read(&*dir, "conf/app.conf"), "second "),
        Step::SetLink(SetLink {
            at: at("live", "config"),
            before: Some(link.clone()),
            after: Some(LinkState { target: "../old".to_owned(), ..link }),
        }),
        Step::RemoveFile(RemoveFile { at: at("conf", "fresh"), digest: Digest::of(&[0x43; 700]) }),
        edit(at("root", "a.db"), Vec::new(), &read(&*dir, "live/tree/conf/a.db"), "second "),
        Step::SetLink(SetLink {
            at: at("root", "link"),
            before: Some(tree_link.clone()),
            after: Some(LinkState { target: "elsewhere".to_owned(), ..tree_link }),
        }),
        Step::MakeDir(MakeDir { at: at("live", "empty/more"), attributes: attributes(fs, "old") }),
    ];
    plan
}

/// Applies both runs, or what is left of them.
fn apply(fs: &Arc<dyn FileSystem>) -> Result<(), EngineError> {
    type Make = fn(&dyn FileSystem) -> Plan;
    for (request, make) in [("first", first as Make), ("second", second)] {
        let session = session(&**fs)?;
        if let Pending::Same(run) | Pending::Other(run) = session.pending(&json!(request), &Scope::default())? {
            session.resume(&run, &resources(&**fs))?;
        } else if session.newest("", |run| run.plan.request == json!(request)).is_err() {
            session.apply(&make(&**fs), &resources(&**fs))?;
        }
    }
    Ok(())
}

/// Undoes both runs as one plan, or finishes that.
fn undo(fs: &Arc<dyn FileSystem>) -> Result<(), EngineError> {
    let session = session(&**fs)?;
    if let Pending::Same(run) | Pending::Other(run) = session.pending(&Value::Null, &Scope::default())?
        && run.plan.undoes.is_some()
    {
        return session.resume(&run, &resources(&**fs)).map(|_| ());
    }
    let chain = forward_runs(session.runs()?);
    if chain.is_empty() {
        return Ok(());
    }
    let undo = session.plan_undo_all(chain, &resources(&**fs))?;
    assert_eq!(undo.kept, Vec::<String>::new(), "nobody changed anything");
    session.apply(&undo.plan, &resources(&**fs)).map(|_| ())
}

/// The runs in effect that are no undo, oldest first.
fn forward_runs(runs: Vec<Run>) -> Vec<Run> {
    let effective: Vec<_> = in_effect(&runs).iter().map(|run| run.id.clone()).collect();
    runs.into_iter().filter(|run| effective.contains(&run.id) && run.plan.undoes.is_none()).collect()
}

fn applied() -> Arc<dyn FileSystem> {
    let fs: Arc<dyn FileSystem> = Arc::new(disk());
    apply(&fs).unwrap();
    fs
}

fn sweep<'a>() -> Sweep<'a> {
    Sweep {
        start: disk(),
        run: &|fs| apply(fs).map_err(|e| e.to_string()),
        resume: &|fs| apply(fs).map_err(|e| e.to_string()),
        undo: &|fs| undo(fs).map_err(|e| e.to_string()),
        observe: Options { leave_out: vec![path("state")], ..Options::default() },
        stride: testkit::ordinary_or_full(5, 1),
    }
}

#[test]
fn two_runs_that_changed_the_same_places_are_undone_as_one() {
    let fs: Arc<dyn FileSystem> = Arc::new(disk());
    let before = manifest(&*fs);
    apply(&fs).unwrap();
    assert!(read(&*root(&*fs), "conf/app.conf").starts_with(b"second first home"));
    undo(&fs).unwrap();
    assert_eq!(before.difference(&manifest(&*fs)), Vec::<String>::new());
    let session = session(&*fs).unwrap();
    let runs = session.runs().unwrap();
    assert_eq!(runs.len(), 3, "one run undoes both");
    let undone = runs[2].plan.undoes.as_ref().unwrap();
    assert_eq!(undone.runs(), [runs[1].id.to_string(), runs[0].id.to_string()]);
    let effective: Vec<_> = in_effect(&runs).iter().map(|run| run.id.clone()).collect();
    assert_eq!(effective, [runs[2].id.clone()], "both count as undone");
    assert!(session.newest("", |_| true).is_err(), "nothing is left to undo");
}

#[test]
fn the_undo_of_a_chain_is_undone_like_any_run() {
    let fs = applied();
    let after = manifest(&*fs);
    undo(&fs).unwrap();
    let session = session(&*fs).unwrap();
    let undo = session.runs().unwrap().pop().unwrap();
    let redo = session.plan_undo(undo, &resources(&*fs)).unwrap();
    assert_eq!(redo.kept, Vec::<String>::new());
    session.apply(&redo.plan, &resources(&*fs)).unwrap();
    assert_eq!(after.difference(&manifest(&*fs)), Vec::<String>::new());
    assert_eq!(forward_runs(session.runs().unwrap()).len(), 2, "both count again");
}

#[test]
fn a_directory_that_an_older_run_made_has_no_anchor_of_its_own_in_the_undo() {
    let fs = applied();
    let session = session(&*fs).unwrap();
    let undo = session.plan_undo_all(session.runs().unwrap(), &resources(&*fs)).unwrap();
    let anchors: Vec<_> =
        undo.plan.anchors.iter().map(|(name, anchor)| (name.as_str(), anchor.path.to_string())).collect();
    assert_eq!(anchors, [("root", "/".to_owned())]);
    let lines = undo.plan.lines();
    assert!(lines.contains(&"point the link /live/tree/conf/link to a.db (now elsewhere)".to_owned()), "{lines:#?}");
}

#[test]
fn a_chain_stopped_at_any_call_is_resumed_or_undone() {
    sweep().stops().assert_clean();
}

#[test]
fn a_chain_with_any_call_failing_is_resumed_or_undone() {
    sweep().errors().assert_clean();
}

#[test]
fn a_chain_cut_off_by_a_power_failure_is_resumed_or_undone() {
    sweep().power_cuts().assert_clean();
}

#[test]
fn what_somebody_changed_since_is_kept_and_the_rest_of_the_chain_is_undone() {
    let fs = applied();
    let dir = root(&*fs);
    dir.remove_file(&path("live/config")).unwrap();
    dir.symlink(b"mine", &path("live/config")).unwrap();
    let file = dir.open_to_write(&path("conf/app.conf")).unwrap();
    file.set_len(0).unwrap();
    file.write_all_at(b"mine", 0).unwrap();
    let session = session(&*fs).unwrap();
    let newest = session.runs().unwrap()[1].id.to_string();
    let undo = session.plan_undo_all(session.runs().unwrap(), &resources(&*fs)).unwrap();
    assert!(undo.kept.iter().any(|line| line.contains("/conf/app.conf was changed since the run")), "{:#?}", undo.kept);
    session.apply(&undo.plan, &resources(&*fs)).unwrap();
    assert!(undo.kept.iter().any(|line| line.contains("it is a link to mine")), "{:#?}", undo.kept);
    assert_eq!(read(&*dir, "conf/app.conf"), b"mine");
    let old = read(&*dir, &format!("conf/app.conf.before-{newest}"));
    assert!(old.starts_with(b"first home"), "the content before the second run is beside it");
    assert!(dir.stat(&path("live/tree")).is_err() && dir.stat(&path("conf/fresh")).is_err(), "the rest is undone");
}

#[test]
fn a_chain_that_leaves_out_a_newer_run_is_refused() {
    let fs = applied();
    let session = session(&*fs).unwrap();
    let mut third = empty_plan(&*fs, "third");
    third.steps = vec![Step::MakeDir(MakeDir { at: place("live/third"), attributes: attributes(&*fs, "old") })];
    session.apply(&third, &resources(&*fs)).unwrap();
    let before = manifest(&*fs);
    let mut chain = session.runs().unwrap();
    chain.pop();
    let error = session.plan_undo_all(chain, &resources(&*fs)).unwrap_err();
    assert!(matches!(error, EngineError::Overtaken { .. }), "{error}");
    assert_eq!(before.difference(&manifest(&*fs)), Vec::<String>::new());
}

#[test]
fn an_unfinished_newest_run_is_undone_with_the_chain() {
    use upgrade_engine::fs::faulty::{Fault, Faults, FaultyFs};
    let start = disk();
    let before = manifest(&start);
    let calls = {
        let faults = Faults::default();
        let fs: Arc<dyn FileSystem> = Arc::new(FaultyFs::new(Arc::new(start.fork()), &faults));
        apply(&fs).unwrap();
        faults.calls()
    };
    let mut unfinished = 0;
    for back in [20, 60, 100] {
        let disk = start.fork();
        let faults = Faults::new([Fault::Stop { at: calls - back }]);
        let faulty: Arc<dyn FileSystem> = Arc::new(FaultyFs::new(Arc::new(disk.clone()), &faults));
        apply(&faulty).unwrap_err();
        drop(faulty);
        let fs: Arc<dyn FileSystem> = Arc::new(disk);
        let runs = session(&*fs).unwrap().runs().unwrap();
        unfinished += runs.iter().filter(|run| matches!(run.status, Status::Unfinished { .. })).count();
        undo(&fs).unwrap();
        assert_eq!(before.difference(&manifest(&*fs)), Vec::<String>::new(), "{back} calls before the end");
    }
    assert_eq!(unfinished, 3);
}

#[test]
fn the_plan_of_an_undo_from_before_there_were_chains_is_read() {
    let text = r#"{"version":1,"tool":"t","request":null,"undoes":"20240101T000000Z-1","anchors":{},"steps":[],"warnings":[]}"#;
    let plan: Plan = serde_json::from_str(text).unwrap();
    assert_eq!(plan.undoes, Some(Undone::One("20240101T000000Z-1".to_owned())));
    assert_eq!(serde_json::to_value(&plan).unwrap()["undoes"], json!("20240101T000000Z-1"), "and written as it was");
}

#[test]
fn the_content_from_before_a_run_can_be_read_as_long_as_the_run_is_kept() {
    let fs: Arc<dyn FileSystem> = Arc::new(disk());
    let old = read(&*root(&*fs), "conf/app.conf");
    apply(&fs).unwrap();
    let identity = || upgrade_engine::Identity { pid: 1, host: "host".to_owned(), now: jiff::Timestamp::UNIX_EPOCH };
    let state = RootPath::new(crate::fixture::STATE).unwrap();
    let session = upgrade_engine::engine::Session::look(&*fs, &state, "test", identity()).unwrap().unwrap();
    let runs = session.runs().unwrap();
    let original =
        |run: &Run, anchor: &str, name: &str| session.original(run, &Place::anchor(anchor).below(&path(name))).unwrap();
    assert_eq!(original(&runs[0], "root", "conf/app.conf"), Some(old.clone()));
    assert_eq!(original(&runs[0], "root", "conf/app.also"), Some(old.clone()), "its other name");
    assert_eq!(original(&runs[1], "conf", "app.conf"), Some([b"first ".as_slice(), &old].concat()));
    assert_eq!(original(&runs[1], "conf", "fresh"), Some(vec![0x43; 700]), "a removed file");
    assert_eq!(original(&runs[0], "root", "conf/fresh"), None, "a new file had no content before");
    assert_eq!(original(&runs[0], "root", "live/config"), None);
    drop(session);
    undo(&fs).unwrap();
    let session = crate::fixture::session(&*fs).unwrap();
    let runs = session.runs().unwrap();
    assert_eq!(session.original(&runs[0], &place("conf/app.conf")).unwrap(), Some(old), "also of an undone run");
}
