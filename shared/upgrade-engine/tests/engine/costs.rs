//! What a run and its undo ask of the file system grows with the number of files, not with its square.

use std::fmt::Write as _;
use std::sync::Arc;

use upgrade_engine::digest::Digest;
use upgrade_engine::fs::faulty::{Faults, FaultyFs};
use upgrade_engine::fs::{Attribute, FileSystem};
use upgrade_engine::plan::Plan;
use upgrade_engine::step::{RemoveFile, ReplaceFile, Step};

use crate::fixture::{apply, disk, empty_plan, path, place, read, root, undo, write};

/// A plan that edits as many files as it removes, each in a directory of its own.
fn plan(fs: &dyn FileSystem, files: usize) -> Plan {
    let dir = root(fs);
    let mut plan = empty_plan(fs, "everything");
    for number in 0..files {
        let directory = format!("conf/{number}");
        let [edited, removed] = ["edited", "removed"].map(|name| format!("{directory}/{name}"));
        let content = read(&*dir, &edited);
        let edit = documents::SpanEdit { offset: 0, remove: 1, insert: b"new".to_vec() };
        let replace = ReplaceFile::editing(place(&edited), Vec::new(), &content, &[edit]).unwrap().unwrap();
        plan.steps.push(Step::ReplaceFile(replace));
        let digest = Digest::of(&read(&*dir, &removed));
        plan.steps.push(Step::RemoveFile(RemoveFile { at: place(&removed), digest }));
    }
    plan
}

/// Returns the calls and the listed names of a run, and those of its undo.
fn costs(files: usize) -> [(usize, usize); 2] {
    let disk = disk();
    let dir = root(&disk);
    for number in 0..files {
        let directory = format!("conf/{number}");
        dir.make_dir(&path(&directory)).unwrap();
        dir.hold(&path(&directory)).unwrap().set(&Attribute::Mode(0o750)).unwrap();
        for name in ["edited", "removed"] {
            write(&*dir, &format!("{directory}/{name}"), name.as_bytes());
        }
    }
    let plan = plan(&disk, files);
    let counted = |work: &dyn Fn(&Arc<dyn FileSystem>)| {
        let faults = Faults::default();
        work(&(Arc::new(FaultyFs::new(Arc::new(disk.clone()), &faults)) as Arc<dyn FileSystem>));
        (faults.calls(), faults.listed())
    };
    let run = counted(&|fs| apply(fs, &|_| plan.clone()).unwrap());
    [run, counted(&|fs| undo(fs).unwrap())]
}

#[test]
fn twice_as_many_files_take_at_most_twice_as_many_calls_and_listed_names() {
    let (few, many) = (costs(40), costs(80));
    let mut wrong = String::new();
    for (what, (few, many)) in ["run", "undo"].into_iter().zip(few.into_iter().zip(many)) {
        for (of, few, many) in [("calls", few.0, many.0), ("names", few.1, many.1)] {
            if many > 2 * few {
                writeln!(wrong, "{what}: {few} {of} for 40 files, {many} for 80").unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
