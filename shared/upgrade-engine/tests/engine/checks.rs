//! Every step is checked before the first one changes anything: what can be known beforehand ends with "Nothing was changed."

use serde_json::json;
use testkit::manifest::{Manifest, Options};
use upgrade_engine::digest::Digest;
use upgrade_engine::engine::{EngineError, StateAfter};
use upgrade_engine::fs::memory::MemoryFs;
use upgrade_engine::fs::{Name, RelPath};
use upgrade_engine::place::{Anchor, Place};
use upgrade_engine::plan::Plan;
use upgrade_engine::step::{
    BuildTree, Content, MakeDir, MoveEntries, NewContent, Node, NotEmpty, RemoveDir, RemoveFile, RemoveTree,
    ReplaceFile, Request, Step, StepError, TreeEntry, WriteFile,
};

use crate::fixture::{attributes, disk, empty_plan, path, place, plan, read, resources, root, session, write};

/// A step that can be done, and before which nothing else is.
fn make_dir(disk: &MemoryFs, at: &str) -> Step {
    Step::MakeDir(MakeDir { at: place(at), attributes: attributes(disk, "live") })
}

fn edit(disk: &MemoryFs, name: &str, links: &[&str]) -> ReplaceFile {
    let edit = documents::SpanEdit { offset: 0, remove: 1, insert: b"new".to_vec() };
    let links = links.iter().map(|link| place(link)).collect();
    ReplaceFile::editing(place(name), links, &read(&*root(disk), name), &[edit]).unwrap().unwrap()
}

fn tree(disk: &MemoryFs, at: &str, entries: &[(&str, Node)]) -> BuildTree {
    let attributes = attributes(disk, "old/a.db");
    let entry = |(name, node): &(&str, Node)| TreeEntry {
        path: path(name),
        node: node.clone(),
        attributes: attributes.clone(),
    };
    BuildTree { at: place(at), attributes: attributes.clone(), entries: entries.iter().map(entry).collect() }
}

fn produced(by: &str, size: u64) -> Node {
    Node::File(Content::Produced { by: by.to_owned(), request: json!({ "byte": 1, "count": size }), size })
}

fn copy(from: &str, content: &[u8], size: u64) -> Node {
    Node::File(Content::CopyOf { from: place(from), digest: Digest::of(content), size })
}

fn moved(from: &str, to: &str, name: &str) -> Step {
    Step::MoveEntries(MoveEntries { from: place(from), to: place(to), names: vec![Name::new(name).unwrap()] })
}

fn remove(name: &str, content: &[u8]) -> Step {
    Step::RemoveFile(RemoveFile { at: place(name), digest: Digest::of(content) })
}

fn remove_dir(disk: &MemoryFs, at: &str) -> Step {
    Step::RemoveDir(RemoveDir { at: place(at), attributes: attributes(disk, "old"), not_empty: NotEmpty::Fail })
}

/// Runs a step after one that could be done, and says why it was refused.
#[track_caller]
fn refused(disk: &MemoryFs, steps: Vec<Step>) -> String {
    let mut plan = empty_plan(disk, "refused");
    plan.steps = [vec![make_dir(disk, "live/first")], steps].concat();
    refused_plan(disk, &plan)
}

#[track_caller]
fn refused_plan(disk: &MemoryFs, plan: &Plan) -> String {
    let options = Options { leave_out: vec![path("state")], ..Options::default() };
    let before = Manifest::with(&*root(disk), &options).unwrap();
    let checked = upgrade_engine::check(plan, &resources(disk), None).unwrap_err();
    let error = session(disk).unwrap().apply(plan, &resources(disk)).unwrap_err();
    assert_eq!(checked.to_string(), error.to_string(), "a dry run agrees with the run");
    assert_eq!(error.state_after(), StateAfter::NothingChanged, "{error}");
    assert!(matches!(&error, EngineError::Step { run: None, .. }), "no run began: {error:?}");
    let after = Manifest::with(&*root(disk), &options).unwrap();
    assert_eq!(before.difference(&after), Vec::<String>::new(), "{error}");
    error.to_string()
}

#[test]
fn a_file_with_another_content_than_the_surveyed_one() {
    for change in ["edited", "removed"] {
        let disk = disk();
        let step = match change {
            "edited" => Step::ReplaceFile(edit(&disk, "conf/stale", &[])),
            _ => remove("conf/stale", b"to be removed"),
        };
        let file = root(&disk).open_to_write(&path("conf/stale")).unwrap();
        file.write_all_at(b"TO BE REMOVED", 0).unwrap();
        let why = refused(&disk, vec![step]);
        assert_eq!(
            why, "/conf/stale was changed by somebody else: its content has changed since it was read",
            "{change}"
        );
    }
}

#[test]
fn a_file_with_more_names_than_were_surveyed() {
    let disk = disk();
    let why = refused(&disk, vec![Step::ReplaceFile(edit(&disk, "conf/app.conf", &[]))]);
    assert!(why.ends_with("it has 2 names, 1 are known"), "{why}");
    let why = refused(&disk, vec![remove("conf/app.also", b"home = \".\"\nother = \"x\"\n")]);
    assert!(why.ends_with("it has 2 names"), "{why}");
    let why = refused(&disk, vec![Step::ReplaceFile(edit(&disk, "conf/app.conf", &["conf/stale"]))]);
    assert!(why.contains("/conf/stale") && why.ends_with("it is no longer the same file"), "{why}");
}

#[test]
fn a_name_that_is_taken() {
    let disk = disk();
    write(&*root(&disk), "conf/.stale.new", b"somebody's");
    write(&*root(&disk), "live/.tree.partial", b"somebody's");
    let write_file = Step::WriteFile(WriteFile {
        at: place("conf/app.conf"),
        digest: Digest::of(b""),
        content: NewContent::Edits(Vec::new()),
        attributes: attributes(&disk, "conf/app.conf"),
    });
    for (step, name) in [
        (make_dir(&disk, "live/first"), "/live/first"),
        (make_dir(&disk, "conf/stale"), "/conf/stale"),
        (Step::BuildTree(tree(&disk, "old/sub", &[])), "/old/sub"),
        (Step::BuildTree(tree(&disk, "live/tree", &[])), "/live/.tree.partial"),
        (moved("old", "conf", "sub"), "/conf/sub"),
        (Step::ReplaceFile(edit(&disk, "conf/stale", &[])), "/conf/.stale.new"),
        (write_file, "/conf/app.conf"),
    ] {
        if name == "/conf/sub" {
            root(&disk).make_dir(&path("conf/sub")).unwrap();
        }
        let why = refused(&disk, vec![step]);
        assert_eq!(why, format!("{name} was changed by somebody else: it exists already"));
    }
}

#[test]
fn what_must_be_there_and_is_not() {
    let disk = disk();
    let gone = ReplaceFile { at: place("conf/gone"), ..edit(&disk, "conf/stale", &[]) };
    for (step, name) in [
        (Step::ReplaceFile(gone), "/conf/gone"),
        (remove("conf/gone", b""), "/conf/gone"),
        (moved("old", "live", "gone"), "/old/gone"),
        (remove_dir(&disk, "live/gone"), "/live/gone"),
        (make_dir(&disk, "live/gone/below"), "/live/gone"),
        (Step::BuildTree(tree(&disk, "live/tree", &[("file", copy("old/gone", b"", 0))])), "/old/gone"),
    ] {
        let why = refused(&disk, vec![step]);
        assert_eq!(why, format!("{name} was changed by somebody else: it is gone"));
    }
}

#[test]
fn an_original_of_another_length_and_a_directory_that_holds_something() {
    let disk = disk();
    let entries = [("file", copy("old/a.db", b"the first database", 17))];
    let why = refused(&disk, vec![Step::BuildTree(tree(&disk, "live/tree", &entries))]);
    assert!(why.ends_with("its content has changed since it was read"), "{why}");
    let why = refused(&disk, vec![remove_dir(&disk, "old")]);
    assert!(why.ends_with("it holds a.db"), "{why}");
}

#[test]
fn a_tree_that_is_to_be_removed_and_holds_something_else() {
    let disk = disk();
    let mut tree = tree(&disk, "old/sub", &[("b.db", copy("old/a.db", b"", 0))]);
    write(&*root(&disk), "old/sub/notes", b"mine");
    let remove = |tree: &BuildTree| vec![Step::RemoveTree(RemoveTree { tree: tree.clone(), produced: [].into() })];
    let why = refused(&disk, remove(&tree));
    assert!(why.ends_with("notes was added to it"), "{why}");
    root(&disk).remove_file(&path("old/sub/notes")).unwrap();
    tree.entries[0].node = Node::Directory;
    let why = refused(&disk, remove(&tree));
    assert!(why.ends_with("b.db was changed since the run"), "{why}");
}

#[test]
fn content_that_the_tool_cannot_make_and_a_service_that_it_does_not_have() {
    let disk = disk();
    let mut replace = edit(&disk, "conf/stale", &[]);
    replace.content = NewContent::Produced { by: "nobody".to_owned(), request: json!(null) };
    let request = Request {
        service: "nobody".to_owned(),
        line: "ask".to_owned(),
        forward: json!(null),
        backward: None,
        backward_line: None,
    };
    for step in [
        Step::BuildTree(tree(&disk, "live/tree", &[("file", produced("nobody", 1))])),
        Step::ReplaceFile(replace),
        Step::Request(request),
    ] {
        let why = refused(&disk, vec![step]);
        assert!(why.contains("`nobody`"), "{why}");
    }
}

#[test]
fn edits_that_do_not_give_the_planned_content() {
    let disk = disk();
    let replace = ReplaceFile { after: Digest::of(b"else"), ..edit(&disk, "conf/stale", &[]) };
    let why = refused(&disk, vec![Step::ReplaceFile(replace)]);
    assert_eq!(why, "the new content of /conf/stale is not what was planned");
}

#[test]
fn more_than_there_is_space_for_in_all_steps_together() {
    let disk = disk();
    disk.set_capacity(Some(4 << 20));
    let step = |at: &str| Step::BuildTree(tree(&disk, at, &[("file", produced("repeat", 3 << 20))]));
    let why = refused(&disk, vec![step("live/one"), step("live/two")]);
    assert_eq!(why, "/live: 6 MiB are needed, 3 MiB are free");
    let mut plan = empty_plan(&disk, "one");
    plan.steps = vec![step("live/one")];
    session(&disk).unwrap().apply(&plan, &resources(&disk)).unwrap();
}

#[test]
fn a_step_may_need_what_an_earlier_one_makes_moves_or_removes() {
    let disk = disk();
    let conf = Anchor { path: upgrade_engine::fs::RootPath::new("/conf").unwrap(), ..anchor(&disk, "conf") };
    let mut plan = plan(&disk);
    plan.anchors.insert("conf".to_owned(), conf);
    // The same directory by another anchor: what the first steps did there is known.
    let in_conf = |name: &str| Place::anchor("conf").below(&path(name));
    plan.steps.extend([
        Step::MakeDir(MakeDir { at: in_conf("stale"), attributes: attributes(&disk, "conf") }),
        moved("live", "conf/stale", "csdb"),
        make_dir(&disk, "conf/stale/csdb/below"),
        make_dir(&disk, "live/csdb"),
    ]);
    assert_eq!(upgrade_engine::check(&plan, &resources(&disk), None).unwrap(), Vec::<String>::new());
    session(&disk).unwrap().apply(&plan, &resources(&disk)).unwrap();

    let twice = [moved("conf/stale/csdb", "old", "new.db"), moved("conf/stale/csdb", "live", "new.db")];
    let why = refused(&disk, twice.to_vec());
    assert!(why.ends_with("it is gone"), "{why}");
    let below = [make_dir(&disk, "live/second"), remove("live/second/file", b"")];
    let why = refused(&disk, below.to_vec());
    assert!(why.ends_with("it is gone"), "{why}");
}

fn anchor(disk: &MemoryFs, name: &str) -> Anchor {
    let id = root(disk).stat(&path(name)).unwrap().id;
    let root = upgrade_engine::fs::RootPath::new("/").unwrap();
    let path = RelPath::new(name).unwrap().names().iter().fold(root, |path, name| path.join(name));
    Anchor { path, device: id.device, inode: id.inode }
}

#[test]
fn an_undo_whose_saved_original_was_changed() {
    let disk = disk();
    let mut made = empty_plan(&disk, "made");
    made.steps = vec![make_dir(&disk, "live/first"), remove("conf/stale", b"to be removed")];
    let done = session(&disk).unwrap().apply(&made, &resources(&disk)).unwrap();
    let held = session(&disk).unwrap();
    let undo = held.plan_undo(held.run(&done.run).unwrap(), &resources(&disk)).unwrap();
    let saved = root(&disk).open_to_write(&path(&format!("state/test/{}/before/000000", done.run))).unwrap();
    saved.write_all_at(b"X", 0).unwrap();
    let error = held.apply(&undo.plan, &resources(&disk)).unwrap_err();
    assert!(matches!(&error, EngineError::Step { error: StepError::Broken(_), run: None, .. }), "{error}");
    assert_eq!(error.state_after(), StateAfter::NothingChanged, "{error}");
}
