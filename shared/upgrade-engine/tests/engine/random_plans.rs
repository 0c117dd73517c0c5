//! Random steps on random trees: undo is the identity, and so is the undo of an undo.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::json;
use testkit::manifest::{Manifest, Options};
use testkit::tree::{Caller, Tree};
use upgrade_engine::digest::Digest;
use upgrade_engine::fs::memory::MemoryFs;
use upgrade_engine::fs::path::escape;
use upgrade_engine::fs::{Dir, FileKind, FileSystem, Name, RelPath, RootPath};
use upgrade_engine::place::Place;
use upgrade_engine::plan::Plan;
use upgrade_engine::step::{
    Attributes, BuildTree, Content, CopyFile, MakeDir, MoveEntries, Node, RemoveFile, Rename, ReplaceFile, Step,
    TreeEntry,
};

use crate::fixture::{empty_plan, path, resources, root, session};

/// A small generator of numbers (xorshift), so that a failing seed can be named.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }
}

struct Planner<'a> {
    fs: &'a MemoryFs,
    numbers: Numbers,
    /// Paths that an earlier step touches; later ones leave them alone, since the plan is made before anything happens.
    taken: BTreeSet<RelPath>,
    steps: Vec<Step>,
}

impl Planner<'_> {
    fn is_free(&self, wanted: &RelPath) -> bool {
        !self.taken.iter().any(|taken| taken.starts_with(wanted) || wanted.starts_with(taken))
    }

    fn pick(&mut self, kind: FileKind) -> Option<RelPath> {
        let dir = root(self.fs);
        let mut found = Vec::new();
        collect(&*dir, &path("tree"), &mut found);
        found.retain(|p| dir.stat(p).unwrap().kind == kind && self.is_free(p) && !p.names().is_empty());
        let index = self.numbers.below(found.len());
        found.get(index).cloned()
    }

    fn free_name(&mut self, number: usize) -> Option<RelPath> {
        let parent = self.pick(FileKind::Directory)?;
        Some(parent.join(&Name::new(format!("added {number}")).unwrap()))
    }

    fn add(&mut self, number: usize) -> Option<()> {
        let dir = root(self.fs);
        match self.numbers.below(7) {
            0 => {
                let at = self.free_name(number)?;
                let attributes = Attributes::of(&*dir, &path("tree")).unwrap();
                self.steps.push(Step::MakeDir(MakeDir { at: Place::anchor("root").below(&at), attributes }));
                self.taken.insert(at);
            }
            1 => {
                let from = self.pick(FileKind::Directory)?;
                let at = self.free_name(number)?;
                if at.starts_with(&from) {
                    return None;
                }
                self.steps.push(Step::BuildTree(copy(&*dir, &from, &at)));
                self.taken.extend([from, at]);
            }
            2 => {
                let file = self.pick(FileKind::Regular)?;
                if dir.stat(&file).unwrap().links > 1 {
                    return None;
                }
                let digest = Digest::of(&read_at(&*dir, &file));
                let at = Place::anchor("root").below(&file);
                self.steps.push(Step::RemoveFile(RemoveFile { at, digest }));
                self.taken.insert(file);
            }
            3 => {
                let file = self.pick(FileKind::Regular)?;
                let names = names_of(&*dir, &file);
                if names.iter().any(|name| !self.is_free(name)) {
                    return None;
                }
                let content = read_at(&*dir, &file);
                let edit = documents::SpanEdit { offset: 0, remove: 0, insert: format!("edit {number}").into() };
                let place = |path: &RelPath| Place::anchor("root").below(path);
                let others = names.iter().filter(|name| **name != file).map(place).collect();
                let step = ReplaceFile::editing(place(&file), others, &content, &[edit]).unwrap()?;
                self.steps.push(Step::ReplaceFile(step));
                self.taken.extend(names);
            }
            4 => {
                let from = self.pick(FileKind::Regular)?;
                let at = self.free_name(number)?;
                self.steps.push(Step::CopyFile(CopyFile {
                    from: Place::anchor("root").below(&from),
                    at: Place::anchor("root").below(&at),
                    digest: Digest::of(&read_at(&*dir, &from)),
                    attributes: Attributes::of(&*dir, &from).unwrap(),
                }));
                self.taken.extend([from, at]);
            }
            5 => {
                let at = self.pick(FileKind::Regular)?;
                let over = if self.numbers.below(2) == 0 { self.pick(FileKind::Regular) } else { None };
                let to = over.clone().or_else(|| self.free_name(number))?;
                let stats = |path: &RelPath| dir.stat(path).unwrap();
                if over.is_some_and(|over| stats(&over).links > 1 || stats(&over).id == stats(&at).id) {
                    return None;
                }
                self.steps.push(Step::Rename(Rename {
                    digest: Digest::of(&read_at(&*dir, &at)),
                    replaces: dir.stat(&to).is_ok().then(|| Digest::of(&read_at(&*dir, &to))),
                    at: Place::anchor("root").below(&at),
                    to: Place::anchor("root").below(&to),
                }));
                self.taken.extend([at, to]);
            }
            _ => {
                let from = self.pick(FileKind::Directory)?;
                let to = self.pick(FileKind::Directory)?;
                let names = dir.list(&from).unwrap();
                let taken = dir.list(&to).unwrap();
                if names.is_empty()
                    || from == to
                    || names.iter().any(|n| taken.contains(n) || to.starts_with(&from.join(n)))
                {
                    return None;
                }
                let place = |path: &RelPath| Place::anchor("root").below(path);
                self.steps.push(Step::MoveEntries(MoveEntries { from: place(&from), to: place(&to), names }));
                self.taken.extend([from, to]);
            }
        }
        Some(())
    }
}

fn collect(dir: &dyn Dir, at: &RelPath, found: &mut Vec<RelPath>) {
    found.push(at.clone());
    if dir.stat(at).unwrap().kind == FileKind::Directory {
        for name in dir.list(at).unwrap() {
            collect(dir, &at.join(&name), found);
        }
    }
}

fn read_at(dir: &dyn Dir, file: &RelPath) -> Vec<u8> {
    let (parent, name) = file.split_last().unwrap();
    let handle = dir.open(&parent.join(name)).unwrap();
    let mut bytes = vec![0; handle.stat().unwrap().size as usize];
    handle.read_at(&mut bytes, 0).unwrap();
    bytes
}

fn names_of(dir: &dyn Dir, file: &RelPath) -> Vec<RelPath> {
    let id = dir.stat(file).unwrap().id;
    let mut found = Vec::new();
    collect(dir, &path("tree"), &mut found);
    found.retain(|path| dir.stat(path).unwrap().id == id);
    found
}

fn copy(dir: &dyn Dir, from: &RelPath, at: &RelPath) -> BuildTree {
    let mut found = Vec::new();
    collect(dir, from, &mut found);
    let mut entries = Vec::new();
    for source in found.iter().skip(1) {
        let stat = dir.stat(source).unwrap();
        let node = match stat.kind {
            FileKind::Directory => Node::Directory,
            FileKind::Symlink => Node::Symlink(escape(&dir.read_link(source).unwrap())),
            FileKind::Regular => Node::File(Content::CopyOf {
                from: Place::anchor("root").below(source),
                digest: Digest::of(&read_at(dir, source)),
                size: stat.size,
            }),
            FileKind::Fifo => Node::Fifo,
            FileKind::Special => continue,
        };
        let below = source.names()[from.names().len()..].iter().fold(RelPath::here(), |path, name| path.join(name));
        entries.push(TreeEntry { path: below, node, attributes: Attributes::of(dir, source).unwrap() });
    }
    BuildTree { at: Place::anchor("root").below(at), attributes: Attributes::of(dir, from).unwrap(), entries }
}

fn random_plan(fs: &MemoryFs, seed: u64) -> Plan {
    let numbers = Numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut planner = Planner { fs, numbers, taken: BTreeSet::new(), steps: Vec::new() };
    for number in 0..12 {
        planner.add(number);
    }
    let mut plan = empty_plan(fs, "random");
    plan.request = json!(seed);
    plan.steps = planner.steps;
    plan
}

fn manifest(fs: &dyn FileSystem) -> Manifest {
    Manifest::with(&*root(fs), &Options { leave_out: vec![path("state")], ..Options::default() }).unwrap()
}

#[test]
fn undo_is_the_identity_on_500_random_trees_and_so_is_its_undo() {
    let mut steps = 0;
    for seed in 1..=500 {
        let memory = MemoryFs::new();
        root(&memory).make_dir(&path("state")).unwrap();
        root(&memory).make_dir(&path("tree")).unwrap();
        let tree = memory.open_dir(&RootPath::new("/tree").unwrap()).unwrap();
        Tree::nasty(seed, Caller::Root).build(&*tree).unwrap();
        let plan = random_plan(&memory, seed);
        steps += plan.steps.len();
        let fs: Arc<dyn FileSystem> = Arc::new(memory);
        let before = manifest(&*fs);

        let session = session(&*fs).unwrap();
        let done = session.apply(&plan, &resources(&*fs)).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        let after = manifest(&*fs);
        assert!(plan.steps.is_empty() || before != after, "seed {seed}: the plan did nothing");

        let undo = session.plan_undo(session.run(&done.run).unwrap(), &resources(&*fs)).unwrap();
        assert!(undo.kept.is_empty(), "seed {seed}: {:?}", undo.kept);
        drop(session);
        let session = crate::fixture::session(&*fs).unwrap();
        let undone = session.apply(&undo.plan, &resources(&*fs)).unwrap_or_else(|e| panic!("seed {seed}: undo: {e}"));
        assert_eq!(before.difference(&manifest(&*fs)), Vec::<String>::new(), "seed {seed}: undo");

        let redo = session.plan_undo(session.run(&undone.run).unwrap(), &resources(&*fs)).unwrap();
        drop(session);
        let session = crate::fixture::session(&*fs).unwrap();
        session.apply(&redo.plan, &resources(&*fs)).unwrap_or_else(|e| panic!("seed {seed}: redo: {e}"));
        assert_eq!(after.difference(&manifest(&*fs)), Vec::<String>::new(), "seed {seed}: undo of undo");
    }
    assert!(steps > 2000, "only {steps} steps were made");
}
