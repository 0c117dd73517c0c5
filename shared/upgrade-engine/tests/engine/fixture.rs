//! A small product tree, a plan that uses every kind of step on it, and the three things a user does.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Value, json};
use upgrade_engine::digest::Digest;
use upgrade_engine::engine::{EngineError, Pending, Resources, Session};
use upgrade_engine::fs::memory::MemoryFs;
use upgrade_engine::fs::{Attribute, Dir, File, FileSystem, Name, RelPath, RootPath, Time};
use upgrade_engine::place::{Anchor, Place};
use upgrade_engine::plan::Plan;
use upgrade_engine::scope::Scope;
use upgrade_engine::step::{
    Attributes, BuildTree, Content, CopyFile, LinkState, MakeDir, MoveEntries, NewContent, Node, NotEmpty, Producer,
    Quiet, RemoveDir, RemoveFile, Rename, ReplaceFile, SetLink, SetModified, Step, StepContext, TreeEntry, WriteFile,
};
use upgrade_engine::{Identity, Run, Status};

pub(crate) const STATE: &str = "/state";

pub(crate) fn path(text: &str) -> RelPath {
    RelPath::new(text).unwrap()
}

pub(crate) fn place(text: &str) -> Place {
    Place::anchor("root").below(&path(text))
}

pub(crate) fn root(fs: &dyn FileSystem) -> Box<dyn Dir> {
    fs.open_dir(&RootPath::new("/").unwrap()).unwrap()
}

pub(crate) fn write(dir: &dyn Dir, name: &str, content: &[u8]) {
    let file = dir.create(&path(name)).unwrap();
    file.write_all_at(content, 0).unwrap();
    file.set(&Attribute::Owner { uid: 7, gid: 8 }).unwrap();
    file.set(&Attribute::Mode(0o640)).unwrap();
    file.set(&Attribute::Extended { name: b"user.note".to_vec(), value: vec![0, 255] }).unwrap();
    file.set(&Attribute::Modified(Time { seconds: 1_000_000, nanoseconds: 5 })).unwrap();
}

pub(crate) fn read(dir: &dyn Dir, name: &str) -> Vec<u8> {
    let file = dir.open(&path(name)).unwrap();
    let mut bytes = vec![0; file.stat().unwrap().size as usize];
    let count = file.read_at(&mut bytes, 0).unwrap();
    bytes.truncate(count);
    bytes
}

/// A disk with a little product on it.
pub(crate) fn disk() -> MemoryFs {
    let fs = MemoryFs::new();
    let dir = root(&fs);
    for name in ["state", "old", "old/sub", "live", "conf"] {
        dir.make_dir(&path(name)).unwrap();
        dir.hold(&path(name)).unwrap().set(&Attribute::Owner { uid: 7, gid: 8 }).unwrap();
        dir.hold(&path(name)).unwrap().set(&Attribute::Mode(0o750)).unwrap();
    }
    dir.hold(&path("state")).unwrap().set(&Attribute::Owner { uid: 0, gid: 0 }).unwrap();
    dir.hold(&path("state")).unwrap().set(&Attribute::Mode(0o700)).unwrap();
    write(&*dir, "old/a.db", b"the first database");
    write(&*dir, "old/sub/b.db", &vec![b'b'; 3000]);
    dir.hard_link(&path("old/a.db"), &path("old/a.link")).unwrap();
    dir.symlink(b"../nowhere", &path("old/dangling")).unwrap();
    dir.make_fifo(&path("old/pipe")).unwrap();
    dir.hold(&path("old/pipe")).unwrap().set(&Attribute::Mode(0o622)).unwrap();
    dir.hold(&path("old/pipe"))
        .unwrap()
        .set(&Attribute::Modified(Time { seconds: 1_000_000, nanoseconds: 7 }))
        .unwrap();
    write(&*dir, "conf/app.conf", b"home = \".\"\nother = \"x\"\n");
    dir.hard_link(&path("conf/app.conf"), &path("conf/app.also")).unwrap();
    write(&*dir, "conf/stale", b"to be removed");
    for (name, content) in [("conf/site", "new = 1\n"), ("conf/site-old", "old = 1\n"), ("conf/plain", "x")] {
        write(&*dir, name, content.as_bytes());
    }
    dir.open(&path("conf/site-old")).unwrap().set(&Attribute::Mode(0o600)).unwrap();
    for (name, target) in [("conf/data", "../old"), ("conf/spare", "../nowhere")] {
        dir.symlink(target.as_bytes(), &path(name)).unwrap();
        dir.hold(&path(name)).unwrap().set(&Attribute::Owner { uid: 7, gid: 8 }).unwrap();
        dir.hold(&path(name)).unwrap().set(&Attribute::Modified(Time { seconds: 1_000_000, nanoseconds: 6 })).unwrap();
    }
    for name in ["old/sub", "old", "live", "conf", "state"] {
        dir.hold(&path(name)).unwrap().set(&Attribute::Modified(Time { seconds: 2_000_000, nanoseconds: 9 })).unwrap();
    }
    fs
}

/// Makes files of one byte, many times over.
pub(crate) struct Repeat;

impl Producer for Repeat {
    fn name(&self) -> &str {
        "repeat"
    }

    fn produce(&self, world: &StepContext<'_>, request: &Value, made: &dyn File) -> Result<Value, String> {
        let content = wanted(request);
        world.advance(content.len() as u64).map_err(|e| e.to_string())?;
        made.write_all_at(&content, 0).map_err(|e| e.to_string())?;
        Ok(json!(content.len()))
    }

    fn verify(&self, _: &StepContext<'_>, request: &Value, made: &dyn File, _: Option<&Value>) -> Result<(), String> {
        let mut found = vec![0; wanted(request).len() + 1];
        let count = made.read_at(&mut found, 0).map_err(|e| e.to_string())?;
        if found[..count] == wanted(request) { Ok(()) } else { Err("read back differently".to_owned()) }
    }
}

fn wanted(request: &Value) -> Vec<u8> {
    vec![request["byte"].as_u64().unwrap() as u8; request["count"].as_u64().unwrap() as usize]
}

pub(crate) fn attributes(fs: &dyn FileSystem, name: &str) -> Attributes {
    Attributes::of(&*root(fs), &path(name)).unwrap()
}

fn copy_of(dir: &dyn Dir, name: &str) -> Node {
    let content = read(dir, name);
    let size = content.len() as u64;
    Node::File(Content::CopyOf { from: place(name), digest: Digest::of(&content), size })
}

/// A step that makes a link, points one elsewhere, or removes one; the new one is a second younger than `conf/data`.
pub(crate) fn set_link(fs: &dyn FileSystem, at: &str, before: Option<&str>, after: Option<&str>) -> Step {
    let before = before.map(|target| {
        let state = LinkState::of(&*root(fs), &path(at)).unwrap();
        LinkState { target: target.to_owned(), ..state }
    });
    let after = after.map(|target| {
        let mut attributes = attributes(fs, "conf/data");
        attributes.modified.seconds += 1;
        LinkState { target: target.to_owned(), attributes }
    });
    Step::SetLink(SetLink { at: place(at), before, after })
}

/// A step that copies a file to a free name.
pub(crate) fn copy_file(fs: &dyn FileSystem, from: &str, at: &str) -> Step {
    let digest = Digest::of(&read(&*root(fs), from));
    Step::CopyFile(CopyFile { from: place(from), at: place(at), digest, attributes: attributes(fs, from) })
}

/// A step that renames a file, over the one that is there.
pub(crate) fn rename(fs: &dyn FileSystem, at: &str, to: &str) -> Step {
    let dir = root(fs);
    let replaces = dir.stat(&path(to)).is_ok().then(|| Digest::of(&read(&*dir, to)));
    Step::Rename(Rename { at: place(at), to: place(to), digest: Digest::of(&read(&*dir, at)), replaces })
}

/// A plan with the root directory as its only anchor and no steps.
pub(crate) fn empty_plan(fs: &dyn FileSystem, request: &str) -> Plan {
    let mut plan = Plan::new("test", json!(request));
    let id = root(fs).stat(&RelPath::here()).unwrap().id;
    let anchor = Anchor { path: RootPath::new("/").unwrap(), device: id.device, inode: id.inode };
    plan.anchors.insert("root".to_owned(), anchor);
    plan
}

/// A plan with every kind of step that a survey can ask for; the others appear in its undo.
pub(crate) fn plan(fs: &dyn FileSystem) -> Plan {
    let dir = root(fs);
    let mut plan = empty_plan(fs, "everything");
    let entry = |name: &str, from: &str, node| TreeEntry { path: path(name), node, attributes: attributes(fs, from) };
    let backup = vec![
        entry("a.db", "old/a.db", copy_of(&*dir, "old/a.db")),
        entry("a.link", "old/a.db", Node::HardLink(path("a.db"))),
        entry("dangling", "old/dangling", Node::Symlink("../nowhere".to_owned())),
        entry("pipe", "old/pipe", Node::Fifo),
        entry("sub", "old/sub", Node::Directory),
        entry("sub/b.db", "old/sub/b.db", copy_of(&*dir, "old/sub/b.db")),
    ];
    let produced =
        Content::Produced { by: "repeat".to_owned(), request: json!({ "byte": 0x42, "count": 5000 }), size: 5000 };
    let staged = vec![
        entry("new.db", "old/a.db", Node::File(produced)),
        entry("carried", "old/sub/b.db", copy_of(&*dir, "old/sub/b.db")),
    ];
    let edit = documents::SpanEdit { offset: 8, remove: 1, insert: b"/live/new".to_vec() };
    let original = read(&*dir, "conf/app.conf");
    let links = vec![place("conf/app.also")];
    let replace = ReplaceFile::editing(place("conf/app.conf"), links, &original, &[edit]).unwrap().unwrap();
    let times = attributes(fs, "old").modified;
    let of_old = attributes(fs, "old");
    let names = vec![Name::new("new.db").unwrap(), Name::new("carried").unwrap()];
    plan.steps = vec![
        Step::BuildTree(BuildTree { at: place("old/backup"), attributes: of_old.clone(), entries: backup }),
        Step::SetModified(SetModified { at: place("old"), to: times }),
        Step::MakeDir(MakeDir { at: place("live/csdb"), attributes: of_old.clone() }),
        Step::BuildTree(BuildTree { at: place("live/csdb/stage"), attributes: of_old.clone(), entries: staged }),
        Step::MoveEntries(MoveEntries { from: place("live/csdb/stage"), to: place("live/csdb"), names }),
        Step::RemoveDir(RemoveDir { at: place("live/csdb/stage"), attributes: of_old, not_empty: NotEmpty::Fail }),
        Step::ReplaceFile(replace),
        Step::RemoveFile(RemoveFile { at: place("conf/stale"), digest: Digest::of(b"to be removed") }),
        Step::WriteFile(WriteFile {
            at: place("conf/fresh"),
            digest: Digest::of(&[0x43; 700]),
            content: NewContent::Produced { by: "repeat".to_owned(), request: json!({ "byte": 0x43, "count": 700 }) },
            attributes: attributes(fs, "conf/stale"),
        }),
        set_link(fs, "live/config", None, Some("../conf")),
        set_link(fs, "conf/data", Some("../old"), Some("../live")),
        set_link(fs, "conf/spare", Some("../nowhere"), None),
        copy_file(fs, "conf/site", "conf/site-copy"),
        rename(fs, "conf/site-old", "conf/site"),
        rename(fs, "conf/plain", "live/plain"),
    ];
    plan
}

pub(crate) fn resources(fs: &dyn FileSystem) -> Resources<'_> {
    Resources { fs, producers: &[&Repeat], services: &[], observer: &Quiet, workers: NonZeroUsize::MIN }
}

pub(crate) fn session(fs: &dyn FileSystem) -> Result<Session, EngineError> {
    // Names of runs sort by time, and no two runs begin in the same millisecond.
    static CLOCK: AtomicI64 = AtomicI64::new(1_700_000_000_000);
    let now = CLOCK.fetch_add(1, Ordering::Relaxed);
    let now = now.to_string().parse::<i64>().map(jiff::Timestamp::from_millisecond).unwrap().unwrap();
    let identity = Identity { pid: 1, host: "host".to_owned(), now };
    Session::open(fs, &RootPath::new(STATE).unwrap(), "test", identity)
}

/// Applies the plan that `make` gives, or resumes it, or does nothing once it is done.
pub(crate) fn apply(fs: &Arc<dyn FileSystem>, make: &dyn Fn(&dyn FileSystem) -> Plan) -> Result<(), EngineError> {
    let session = session(&**fs)?;
    if let Pending::Same(run) | Pending::Other(run) = session.pending(&json!("everything"), &Scope::default())? {
        return session.resume(&run, &resources(&**fs)).map(|_| ());
    }
    match session.newest("", |_| true) {
        Ok(_) => Ok(()),
        Err(_) => session.apply(&make(&**fs), &resources(&**fs)).map(|_| ()),
    }
}

/// Takes everything back, or does nothing when there is nothing to take back.
pub(crate) fn undo(fs: &Arc<dyn FileSystem>) -> Result<(), EngineError> {
    let session = session(&**fs)?;
    let unfinished_undo = |run: &Run| matches!(run.status, Status::Unfinished { .. }) && run.plan.undoes.is_some();
    if let Pending::Same(run) | Pending::Other(run) = session.pending(&Value::Null, &Scope::default())?
        && unfinished_undo(&run)
    {
        return session.resume(&run, &resources(&**fs)).map(|_| ());
    }
    let Ok(run) = session.newest("", |_| true) else { return Ok(()) };
    let undo = session.plan_undo(run, &resources(&**fs))?;
    assert_eq!(undo.kept, Vec::<String>::new(), "nobody changed anything");
    session.apply(&undo.plan, &resources(&**fs)).map(|_| ())
}
