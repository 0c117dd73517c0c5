//! Runs a scenario once for every point at which it can go wrong, and looks at what an administrator would find.
//!
//! All points run on copies of a disk in memory. Two legs are disturbed: the run, after which resuming must reach the end
//! and undoing must reach the start; and the undo of a finished run, after which undoing again must reach the start.
//!
//! A point that only reads is left out where the process is stopped or the power cut: the disk is then the same as at the
//! next call that changes it.
//!
//! [`Tool`] is a program with a command line as a sweep calls it: all that the sweeps of a new tool need.

mod tool;

use std::{
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use upgrade_engine::fs::{
    Durable, FileSystem, RootPath,
    faulty::{CallKind, Failure, Fault, Faults, FaultyFs},
    memory::{Lost, MemoryFs},
};

use crate::manifest::{Manifest, Options};

pub use tool::{Call, Shared, Tool, Way};

/// One thing that the tool under test does with a disk; an error is its text.
pub type Step<'a> = &'a dyn Fn(&Arc<dyn FileSystem>) -> Result<(), String>;

/// How the power fails in [`Sweep::power_cuts`].
pub const LOST: &[Lost] = &[
    Lost::Everything,
    Lost::Content,
    Lost::Some(1),
    Lost::Some(2),
    Lost::Some(3),
    Lost::Some(4),
    Lost::Some(5),
    Lost::Some(6),
    Lost::Some(7),
    Lost::Some(8),
    Lost::Some(9),
    Lost::Some(10),
    Lost::Some(11),
    Lost::Some(12),
    Lost::Some(13),
    Lost::Some(14),
];

const SHOWN: usize = 5;

/// A scenario and how to disturb it.
pub struct Sweep<'a> {
    /// The disk before the run. All of it is taken as durable; it is copied for each point.
    pub start: MemoryFs,
    /// The run.
    pub run: Step<'a>,
    /// Brings any interrupted state to the end: resumes what was begun, runs what was not, does nothing after the end.
    pub resume: Step<'a>,
    /// Brings any state to the start, and does nothing when there is nothing to undo.
    pub undo: Step<'a>,
    /// What is compared: usually everything except the state directory.
    pub observe: Options,
    /// Takes each point (1), each second one (2), ...
    pub stride: usize,
}

/// What a sweep found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SweepResult {
    /// Points that there were to visit.
    pub points: usize,
    /// Points that were visited.
    pub runs: usize,
    /// What was wrong, with the calls before it.
    pub violations: Vec<String>,
}

impl SweepResult {
    /// Asserts that nothing was wrong, and that every point was visited.
    ///
    /// # Panics
    /// With the first violations.
    pub fn assert_clean(&self) {
        assert_eq!(self.points, self.runs, "points that there were, and points that were visited");
        assert!(self.points > 0, "the scenario never called the file system");
        let first: Vec<&str> = self.violations.iter().take(SHOWN).map(String::as_str).collect();
        assert!(first.is_empty(), "{} of {} points:\n{}", self.violations.len(), self.points, first.join("\n"));
    }

    fn add(&mut self, other: Self) {
        self.points += other.points;
        self.runs += other.runs;
        self.violations.extend(other.violations);
    }
}

/// What leaving out one kind of sync did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The sync that was left out.
    pub what: Durable,
    /// The first thing that was lost for want of it; nothing means that the sync may as well go.
    pub lost: Option<String>,
}

/// The part of a scenario that is disturbed, and what must be reached from there.
struct Leg<'a> {
    name: &'static str,
    start: MemoryFs,
    act: Step<'a>,
    faults: Faults,
    then: Vec<(&'static str, Step<'a>, Manifest)>,
}

/// One way to disturb a leg.
#[derive(Clone, Copy)]
struct Point {
    fault: Option<Fault>,
    lost: Option<Lost>,
    /// A sync that is never done, in the leg and in what follows.
    ignored: Option<Durable>,
}

impl Point {
    fn faults(self) -> Faults {
        Faults::new(self.fault.into_iter().chain(self.ignored.map(Fault::IgnoreSync)))
    }
}

impl<'a> Sweep<'a> {
    /// Stops at every call that changes the disk, and in the middle of every write; then resumes, or undoes.
    ///
    /// # Panics
    /// When the undisturbed scenario fails.
    pub fn stops(&self) -> SweepResult {
        self.visit(|leg| {
            let writes = (1..=leg.faults.writes()).map(|at| Fault::PartialWrite { at });
            let faults = changing(&leg.faults).map(|at| Fault::Stop { at }).chain(writes);
            faults.map(|fault| Point { fault: Some(fault), lost: None, ignored: None }).collect()
        })
    }

    /// Lets every call fail once, with each error that a disk can give; then resumes, or undoes.
    ///
    /// # Panics
    /// When the undisturbed scenario fails.
    pub fn errors(&self) -> SweepResult {
        self.visit(|leg| {
            let errors = |at| Failure::ALL.map(|error| Fault::Error { at, error });
            let faults = (1..=leg.faults.calls()).flat_map(errors);
            faults.map(|fault| Point { fault: Some(fault), lost: None, ignored: None }).collect()
        })
    }

    /// Cuts the power at every call that changes the disk and after the last one; then resumes, or undoes, and cuts the
    /// power once more: what was reported as done must be durable.
    ///
    /// # Panics
    /// When the undisturbed scenario fails.
    pub fn power_cuts(&self) -> SweepResult {
        self.visit(|leg| power_cuts(leg, None))
    }

    /// Leaves out each kind of sync that the scenario makes, and looks whether a power cut then loses something.
    ///
    /// # Panics
    /// When the undisturbed scenario fails.
    pub fn syncs_left_out(&self) -> Vec<LeftOut> {
        let legs = self.legs();
        let made: BTreeSet<Durable> = legs.iter().flat_map(|leg| leg.faults.synced()).collect();
        let first_loss = |what| {
            let points = |leg| power_cuts(leg, Some(what)).into_iter().step_by(self.stride.max(1));
            legs.iter().flat_map(|leg| points(leg).map(move |point| (leg, point))).find_map(|(leg, point)| {
                let found = self.visit_point(leg, point);
                found.into_iter().next()
            })
        };
        made.into_iter().map(|what| LeftOut { what, lost: first_loss(what) }).collect()
    }

    fn visit(&self, points: impl Fn(&Leg<'a>) -> Vec<Point>) -> SweepResult {
        let mut outcome = SweepResult::default();
        for leg in self.legs() {
            let chosen: Vec<Point> = points(&leg).into_iter().step_by(self.stride.max(1)).collect();
            let mut of_leg = SweepResult { points: chosen.len(), ..SweepResult::default() };
            for point in chosen {
                of_leg.violations.extend(self.visit_point(&leg, point));
                of_leg.runs += 1;
            }
            outcome.add(of_leg);
        }
        assert_eq!(outcome.points, outcome.runs);
        outcome
    }

    /// Runs both legs undisturbed.
    fn legs(&self) -> Vec<Leg<'a>> {
        let start = self.start.fork();
        start.sync_all();
        let before = self.manifest(&start);
        let end = start.fork();
        let run = Faults::default();
        act(self.run, &end, &run).unwrap_or_else(|error| panic!("the undisturbed run: {error}"));
        let after = self.manifest(&end);
        let undone = end.fork();
        let undo = Faults::default();
        act(self.undo, &undone, &undo).unwrap_or_else(|error| panic!("the undisturbed undo: {error}"));
        let difference = before.difference(&self.manifest(&undone));
        assert!(difference.is_empty(), "the undisturbed undo:\n{}", difference.join("\n"));
        let to_start = ("undo", self.undo, before);
        vec![
            Leg {
                name: "run",
                start,
                act: self.run,
                faults: run,
                then: vec![("resume", self.resume, after), to_start.clone()],
            },
            Leg { name: "undo", start: end, act: self.undo, faults: undo, then: vec![to_start] },
        ]
    }

    fn manifest(&self, disk: &MemoryFs) -> Manifest {
        let options = Options { new_after: Some(self.start.now()), ..self.observe.clone() };
        let root = RootPath::new("/").unwrap();
        disk.open_dir(&root).and_then(|dir| Manifest::with(dir.as_ref(), &options)).unwrap()
    }

    fn visit_point(&self, leg: &Leg<'a>, point: Point) -> Vec<String> {
        let disk = leg.start.fork();
        let faults = point.faults();
        let reported = act(leg.act, &disk, &faults);
        let disk = point.lost.map_or_else(|| disk.fork(), |lost| disk.power_cut(lost));
        let mut wrong = Vec::new();
        for (name, step, expected) in &leg.then {
            let disk = disk.fork();
            // Here too the calls are counted: a message shows the last ones of both.
            let after = Point { fault: None, ..point }.faults();
            let problem = act(*step, &disk, &after).err().map(|error| vec![error]).or_else(|| {
                let durable = point.lost.map(|_| disk.power_cut(Lost::Everything));
                std::iter::once(("", disk))
                    .chain(durable.map(|disk| (" (once the power failed again)", disk)))
                    .map(|(when, disk)| (when, expected.difference(&self.manifest(&disk))))
                    .find(|(_, lines)| !lines.is_empty())
                    .map(|(when, lines)| lines.iter().map(|line| format!("{line}{when}")).collect())
            });
            if let Some(lines) = problem {
                wrong.push(describe(leg, point, &reported, &faults, name, &lines));
            }
        }
        wrong
    }
}

fn changing(faults: &Faults) -> impl Iterator<Item = usize> + use<> {
    faults.trace().into_iter().filter(|call| call.kind == CallKind::Changing).map(|call| call.number)
}

fn power_cuts(leg: &Leg<'_>, ignored: Option<Durable>) -> Vec<Point> {
    let after_the_end = leg.faults.calls() + 1;
    let stops = changing(&leg.faults).chain([after_the_end]).map(|at| Fault::Stop { at });
    let cuts = |fault| LOST.iter().map(move |lost| Point { fault: Some(fault), lost: Some(*lost), ignored });
    stops.flat_map(cuts).collect()
}

fn act(step: Step<'_>, disk: &MemoryFs, faults: &Faults) -> Result<(), String> {
    let disk: Arc<dyn FileSystem> = Arc::new(FaultyFs::new(Arc::new(disk.clone()), faults));
    catch_unwind(AssertUnwindSafe(|| step(&disk))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(format!("panicked: {}", text.unwrap_or_default()))
    })
}

fn describe(
    leg: &Leg<'_>,
    point: Point,
    reported: &Result<(), String>,
    faults: &Faults,
    then: &str,
    lines: &[String],
) -> String {
    let fault = point.fault.map(|fault| format!("{fault:?}")).unwrap_or_default();
    let lost = point.lost.map(|lost| format!(", power cut losing {lost:?}")).unwrap_or_default();
    let ignored = point.ignored.map(|what| format!(", without syncing {what:?}")).unwrap_or_default();
    let reported = reported.as_ref().map_or_else(Clone::clone, |()| "success".to_owned());
    let trace = faults.trace();
    let hit = match point.fault {
        Some(Fault::Stop { at } | Fault::Error { at, .. } | Fault::Full { at }) => at.min(trace.len()),
        Some(Fault::PartialWrite { at }) => {
            trace.iter().filter(|call| call.writes).nth(at.saturating_sub(1)).map_or(trace.len(), |call| call.number)
        }
        Some(Fault::IgnoreSync(_)) | None => trace.len(),
    };
    let calls: Vec<String> =
        trace.iter().take(hit).skip(hit.saturating_sub(SHOWN)).map(|call| format!("      {call}")).collect();
    let more = lines.len().saturating_sub(SHOWN);
    let mut text = format!("  {} with {fault}{lost}{ignored} (it reported: {reported}), then {then}:", leg.name);
    for line in lines.iter().take(SHOWN) {
        text.push_str(&format!("\n    {line}"));
    }
    if more > 0 {
        text.push_str(&format!("\n    and {more} more"));
    }
    format!("{text}\n    last calls:\n{}", calls.join("\n"))
}
