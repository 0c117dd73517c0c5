//! Which open file each number stands for, in each process.

use std::collections::BTreeMap;

use super::trace::{Call, Event};

/// An open file or directory; copies of a handle are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Handle(pub(super) usize);

/// What the threads of one process share.
#[derive(Clone, Default)]
struct Process {
    open: BTreeMap<u32, Handle>,
    cwd: Vec<u8>,
    /// Whether it runs another program by now.
    is_foreign: bool,
}

/// The handles of all processes.
pub(super) struct Handles {
    processes: Vec<Process>,
    threads: BTreeMap<u32, usize>,
    /// Calls by which a process or thread is made, and that have not ended, the newest last.
    making: Vec<Call>,
    known: usize,
}

impl Handles {
    pub(super) fn new(cwd: &[u8]) -> Self {
        let first = Process { cwd: cwd.to_vec(), ..Process::default() };
        Self { processes: vec![first], threads: BTreeMap::new(), making: Vec::new(), known: 0 }
    }

    /// Follows what makes processes; returns the call if it ended in one that is judged.
    pub(super) fn follow<'e>(&mut self, event: &'e Event) -> Option<&'e Call> {
        let (Event::Began(call) | Event::Ended(call)) = event;
        let process = self.process_of(call.thread);
        let makes = matches!(call.name.as_str(), "clone" | "clone3" | "fork" | "vfork");
        if makes {
            self.making.retain(|begun| begun.thread != call.thread);
            if matches!(event, Event::Began(_)) {
                self.making.push(call.clone());
            } else if let Ok(child) = call.result.parse() {
                self.add(child, call);
            }
        }
        if matches!(event, Event::Began(_)) || self.processes[process].is_foreign { None } else { Some(call) }
    }

    fn process_of(&mut self, thread: u32) -> usize {
        if self.threads.is_empty() {
            self.threads.insert(thread, 0);
        }
        if !self.threads.contains_key(&thread)
            && let Some(maker) = self.making.last().cloned()
        {
            self.add(thread, &maker);
        }
        self.threads.get(&thread).copied().unwrap_or_else(|| panic!("nobody made the thread {thread}"))
    }

    fn add(&mut self, child: u32, maker: &Call) {
        if self.threads.contains_key(&child) {
            return;
        }
        let process = self.threads[&maker.thread];
        if maker.has_anywhere("CLONE_FILES") {
            self.threads.insert(child, process);
        } else {
            self.processes.push(self.processes[process].clone());
            self.threads.insert(child, self.processes.len() - 1);
        }
    }

    fn process(&mut self, call: &Call) -> &mut Process {
        let process = self.threads[&call.thread];
        &mut self.processes[process]
    }

    /// Notes that another program runs from here on; the first one is the program that is judged.
    pub(super) fn executed(&mut self, call: &Call) {
        if self.threads[&call.thread] != 0 {
            self.process(call).is_foreign = true;
        }
    }

    /// Returns what is open under a number.
    pub(super) fn get(&mut self, call: &Call, number: u32) -> Option<Handle> {
        self.process(call).open.get(&number).copied()
    }

    /// Notes an open file that nobody had before.
    pub(super) fn opened(&mut self, call: &Call, number: u32) -> Handle {
        let handle = Handle(self.known);
        self.known += 1;
        self.process(call).open.insert(number, handle);
        handle
    }

    /// Notes a copy of a handle.
    pub(super) fn copied(&mut self, call: &Call, from: u32, to: u32) {
        let process = self.process(call);
        match process.open.get(&from).copied() {
            Some(handle) => process.open.insert(to, handle),
            None => process.open.remove(&to),
        };
    }

    pub(super) fn closed(&mut self, call: &Call, first: u32, last: u32) {
        self.process(call).open.retain(|number, _| *number < first || *number > last);
    }

    pub(super) fn cwd(&mut self, call: &Call) -> Vec<u8> {
        self.process(call).cwd.clone()
    }

    pub(super) fn entered(&mut self, call: &Call, path: Vec<u8>) {
        self.process(call).cwd = path;
    }
}
