//! What is still removed after somebody asked to stop.

use std::time::{Duration, Instant};

use super::{StepContext, StepError};

/// Most entries: the staging tree of nearly every run.
const MOST: u32 = 10_000;
/// And for how long: a disk may take milliseconds for each. A run that is cut off while it removes a tree tries once more.
const LONGEST: Duration = Duration::from_millis(700);

/// Lets a removal come to its end although somebody asked to stop, unless that would take long. A run of which nothing is left is over;
/// any other one has to be resumed or undone.
pub(super) struct AfterStop<'a, 'w> {
    world: &'a StepContext<'w>,
    left: u32,
    until: Option<Instant>,
}

impl<'a, 'w> AfterStop<'a, 'w> {
    /// Begins a removal.
    pub(super) fn new(world: &'a StepContext<'w>) -> Self {
        Self { world, left: MOST, until: None }
    }

    /// Counts an entry that is about to be removed.
    pub(super) fn go_on(&mut self) -> Result<(), StepError> {
        if self.world.go_on().is_ok() {
            return Ok(());
        }
        let now = Instant::now();
        let until = *self.until.get_or_insert(now.checked_add(LONGEST).unwrap_or(now));
        self.left = self.left.checked_sub(1).filter(|_| now <= until).ok_or(StepError::Interrupted)?;
        Ok(())
    }
}
