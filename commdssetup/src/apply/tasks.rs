//! The task of the server that builds indexes: begun, watched, waited for.

use std::time::{Duration, Instant};

use upgrade_engine::step::{Observer, StepError};

use crate::facts::Values;
use crate::ldap::{Directory, Entry, LdapError};
use crate::plan::ReindexTask;

const TASKS: &str = "cn=index,cn=tasks,cn=config";
/// The entry of a task that is over stays for a while; so many of them are passed by.
const MOST_ENTRIES: u32 = 100;
/// How long between two looks: short at first, as the indexes of a small directory are built at once.
const FIRST_WAIT: Duration = Duration::from_millis(20);
const LONGEST_WAIT: Duration = Duration::from_millis(500);

/// The state of a task.
enum State {
    Running,
    Done,
    Failed(String),
}

/// Returns whether the indexes were built by a task that is still to be seen.
pub(super) fn is_done(directory: &dyn Directory, task: &ReindexTask) -> Result<bool, StepError> {
    for number in 1..=MOST_ENTRIES {
        let Some(entry) = read(directory, &dn(task, number))? else { return Ok(false) };
        if is_same(&entry, task)? && matches!(state(&entry)?, State::Done) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Has the indexes built and waits for the end. One that is being built by the same task is waited for.
pub(super) fn run(
    directory: &dyn Directory,
    task: &ReindexTask,
    observer: &dyn Observer,
    say: &dyn Fn(&str),
) -> Result<(), StepError> {
    let dn = begin(directory, task)?;
    let (mut wait, mut said, mut last) = (FIRST_WAIT, String::new(), Instant::now());
    loop {
        if observer.stop_requested() {
            return Err(StepError::Interrupted);
        }
        let Some(entry) = read(directory, &dn)? else {
            return Err(StepError::Service(format!("{dn} is gone: it is not known whether the indexes were built")));
        };
        let now = progress(&entry)?;
        let is_over = entry.text("nsTaskExitCode")?.is_some();
        if now != said && (is_over || last.elapsed() >= Duration::from_secs(1)) {
            say(&now);
            (said, last) = (now, Instant::now());
        }
        match state(&entry)? {
            State::Running => std::thread::sleep(wait),
            State::Done => return Ok(()),
            State::Failed(how) => {
                return Err(StepError::Service(format!("the indexes of {} are not built: {how}", task.backend)));
            }
        }
        wait = wait.saturating_mul(2).min(LONGEST_WAIT);
    }
}

fn dn(task: &ReindexTask, number: u32) -> String {
    match number {
        1 => format!("cn=commdssetup_{},{TASKS}", task.backend),
        _ => format!("cn=commdssetup_{}_{number},{TASKS}", task.backend),
    }
}

/// Adds the task, or finds the one that is running.
fn begin(directory: &dyn Directory, task: &ReindexTask) -> Result<String, StepError> {
    for number in 1..=MOST_ENTRIES {
        let dn = dn(task, number);
        let cn = dn.split_once(',').map_or("", |(rdn, _)| rdn).trim_start_matches("cn=").to_owned();
        let names = task.attributes.iter().map(|indexed| indexed.attribute.clone()).collect();
        let attributes = [
            Values::new("objectClass", ["top", "extensibleObject"]),
            Values { attribute: "cn".to_owned(), values: vec![cn] },
            Values { attribute: "nsInstance".to_owned(), values: vec![task.backend.clone()] },
            Values { attribute: "nsIndexAttribute".to_owned(), values: names },
        ];
        match directory.add(&dn, &attributes) {
            Ok(()) => return Ok(dn),
            Err(error) if error.code() == Some(68) => {
                let running = read(directory, &dn)?;
                if let Some(entry) = running
                    && is_same(&entry, task)?
                    && matches!(state(&entry)?, State::Running)
                {
                    return Ok(dn);
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(StepError::Service(format!("there are {MOST_ENTRIES} tasks of earlier runs below {TASKS}")))
}

fn read(directory: &dyn Directory, dn: &str) -> Result<Option<Entry>, StepError> {
    Ok(directory.entry(dn, &["*"])?)
}

fn is_same(entry: &Entry, task: &ReindexTask) -> Result<bool, StepError> {
    let there = entry.texts("nsIndexAttribute")?;
    let mut wanted = task.attributes.iter().map(|indexed| &indexed.attribute);
    Ok(wanted.all(|name| there.iter().any(|known| known.eq_ignore_ascii_case(name))))
}

fn state(entry: &Entry) -> Result<State, StepError> {
    let code = entry.text("nsTaskExitCode")?;
    Ok(match code.as_deref().map(str::trim) {
        None => State::Running,
        Some("0") => State::Done,
        Some(code) => State::Failed(format!("the task ended with {code}. {}", progress(entry)?)),
    })
}

/// Returns what the server says about a task: its last line, and how far it is.
fn progress(entry: &Entry) -> Result<String, StepError> {
    let text = |name: &str| -> Result<String, LdapError> { Ok(entry.text(name)?.unwrap_or_default()) };
    let read = || -> Result<String, LdapError> {
        let status = text("nsTaskStatus")?;
        let line = status.lines().next_back().unwrap_or_default().trim().to_owned();
        let (now, all) = (text("nsTaskCurrentItem")?, text("nsTaskTotalItems")?);
        let is_count = all.trim().parse::<u64>().is_ok_and(|all| all > 1);
        Ok(if is_count { format!("{line} ({now} of {all})") } else { line })
    };
    Ok(read()?)
}
