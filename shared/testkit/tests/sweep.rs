//! The sweep must catch a careless engine, and must have nothing to say against a careful one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::{io, sync::Arc};

use testkit::{
    manifest::Options,
    sweep::{LOST, Sweep, SweepResult},
    unsafe_control::{self, FILE, SAVED},
};
use upgrade_engine::fs::{
    Attribute, Dir, Durable, Existing, FileSystem, RelPath, RootPath, Time,
    memory::{Lost, MemoryFs},
};

const OLD: &[u8] = b"version=1\n";
const NEW: &[u8] = b"version=2\n";

fn to(path: &str) -> RelPath {
    RelPath::new(path).unwrap()
}

fn root(disk: &dyn FileSystem) -> io::Result<Box<dyn Dir>> {
    disk.open_dir(&RootPath::new("/").unwrap())
}

fn start() -> MemoryFs {
    let disk = MemoryFs::new();
    let dir = root(&disk).unwrap();
    dir.make_dir(&to("etc")).unwrap();
    dir.make_dir(&to("state")).unwrap();
    let file = dir.create(&to(FILE)).unwrap();
    file.write_all_at(OLD, 0).unwrap();
    file.set(&Attribute::Modified(Time { seconds: 1, nanoseconds: 0 })).unwrap();
    dir.hold(&to("etc")).unwrap().set(&Attribute::Modified(Time { seconds: 2, nanoseconds: 0 })).unwrap();
    disk
}

/// Replaces a file as it should be done. The time of `etc` goes with it, so that the undo can be complete.
fn replace(dir: &dyn Dir, bytes: &[u8], seconds: i64) -> io::Result<()> {
    let temporary = to("etc/app.conf.new");
    match dir.remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let file = dir.create(&temporary)?;
    file.write_all_at(bytes, 0)?;
    file.set(&Attribute::Modified(Time { seconds, nanoseconds: 0 }))?;
    file.sync(Durable::ReplacementFile)?;
    dir.rename(&temporary, &to(FILE), Existing::Replace)?;
    dir.hold(&to("etc"))?.set(&Attribute::Modified(Time { seconds: 2, nanoseconds: 0 }))?;
    dir.sync(&to("etc"), Durable::ReplacedFile)
}

fn careful(bytes: &'static [u8], seconds: i64) -> impl Fn(&Arc<dyn FileSystem>) -> Result<(), String> {
    move |disk| {
        root(disk.as_ref()).and_then(|dir| replace(dir.as_ref(), bytes, seconds)).map_err(|error| error.to_string())
    }
}

fn all(sweep: &Sweep<'_>) -> [SweepResult; 3] {
    [sweep.stops(), sweep.errors(), sweep.power_cuts()]
}

fn observe() -> Options {
    Options { leave_out: vec![to("state")], ..Options::default() }
}

#[test]
fn a_careful_engine_passes_and_needs_each_of_its_syncs() {
    let (run, undo) = (careful(NEW, 3), careful(OLD, 1));
    let sweep = Sweep { start: start(), run: &run, resume: &run, undo: &undo, observe: observe(), stride: 1 };
    // Each leg: open_dir, remove_file that finds nothing, hold, and seven calls that do the work.
    let calls = 10;
    let changing = calls - 2;
    let [stops, errors, cuts] = all(&sweep);
    for outcome in [&stops, &errors, &cuts] {
        outcome.assert_clean();
    }
    assert_eq!(stops.runs, 2 * (changing + 1), "and in the middle of one write");
    assert_eq!(errors.runs, 2 * calls * 3);
    assert_eq!(cuts.runs, 2 * (changing + 1) * LOST.len(), "and after the end");
    let left_out = sweep.syncs_left_out();
    let kinds: Vec<Durable> = left_out.iter().map(|found| found.what).collect();
    assert_eq!(kinds, [Durable::ReplacementFile, Durable::ReplacedFile]);
    for found in left_out {
        assert!(found.lost.is_some(), "{:?} is not needed", found.what);
    }
}

#[test]
fn a_sync_that_is_not_needed_is_told() {
    let once_more = |bytes, seconds| {
        let act = careful(bytes, seconds);
        move |disk: &Arc<dyn FileSystem>| {
            act(disk)?;
            let sync = |dir: Box<dyn Dir>| dir.sync(&to("etc"), Durable::ModifiedTime);
            root(disk.as_ref()).and_then(sync).map_err(|error| error.to_string())
        }
    };
    let (run, undo) = (once_more(NEW, 3), once_more(OLD, 1));
    let sweep = Sweep { start: start(), run: &run, resume: &run, undo: &undo, observe: observe(), stride: 1 };
    let not_needed: Vec<Durable> =
        sweep.syncs_left_out().iter().filter(|found| found.lost.is_none()).map(|found| found.what).collect();
    // Either of two syncs of the same directory would do: without the first the second makes up for it.
    assert_eq!(not_needed, [Durable::ReplacedFile, Durable::ModifiedTime]);
}

#[test]
fn the_careless_engine_is_caught_by_every_sweep() {
    // It cannot even keep times: that is done for it, so that the undisturbed undo passes.
    let undo = |disk: &Arc<dyn FileSystem>| {
        unsafe_control::undo(disk)?;
        let time = Attribute::Modified(Time { seconds: 1, nanoseconds: 0 });
        let set = |dir: Box<dyn Dir>| dir.open_to_write(&to(FILE))?.set(&time);
        root(disk.as_ref()).and_then(set).map_err(|error| error.to_string())
    };
    let run = &unsafe_control::run;
    let sweep = Sweep { start: start(), run, resume: run, undo: &undo, observe: observe(), stride: 1 };
    let [stops, errors, cuts] = all(&sweep);
    assert!(!stops.violations.is_empty());
    assert!(!errors.violations.is_empty());
    assert!(!cuts.violations.is_empty());
    let message = stops.violations.iter().find(|text| text.contains("PartialWrite")).unwrap();
    assert!(message.contains("etc/app.conf: digest is"), "{message}");
    assert!(message.contains(" write_all_at /"), "{message}");
    let lost = cuts.violations.iter().filter(|text| text.contains("once the power failed again")).count();
    assert!(lost > 0, "what it reported as done was not durable");
    let failed = std::panic::catch_unwind(|| stops.assert_clean()).unwrap_err();
    let text = failed.downcast_ref::<String>().unwrap();
    assert!(text.contains(&format!("{} of {} points", stops.violations.len(), stops.points)), "{text}");
}

#[test]
fn the_careless_engine_loses_the_original_for_good() {
    let disk = start();
    disk.sync_all();
    let shared: Arc<dyn FileSystem> = Arc::new(disk.clone());
    unsafe_control::run(&shared).unwrap();
    let after = disk.power_cut(Lost::Everything);
    assert_eq!(root(&after).unwrap().stat(&to(SAVED)).unwrap_err().kind(), io::ErrorKind::NotFound);
}

#[test]
fn a_stride_takes_fewer_points_and_still_counts_them() {
    let (run, undo) = (careful(NEW, 3), careful(OLD, 1));
    let sweep = Sweep { start: start(), run: &run, resume: &run, undo: &undo, observe: observe(), stride: 4 };
    let outcome = sweep.errors();
    assert_eq!((outcome.points, outcome.runs), (2 * 8, 2 * 8));
}

#[test]
fn a_panic_is_a_violation_and_not_the_end_of_the_sweep() {
    let run = careful(NEW, 3);
    let resume = |_: &Arc<dyn FileSystem>| -> Result<(), String> { panic!("cannot resume") };
    let undo = careful(OLD, 1);
    let sweep = Sweep { start: start(), run: &run, resume: &resume, undo: &undo, observe: observe(), stride: 1 };
    let outcome = sweep.stops();
    assert_eq!(outcome.violations.len(), outcome.runs / 2, "each point of the first leg");
    assert!(outcome.violations[0].contains("panicked: cannot resume"), "{}", outcome.violations[0]);
}
