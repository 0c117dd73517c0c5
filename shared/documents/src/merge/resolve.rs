//! Resolutions: what the administrator says about a conflict.

use super::decide::Word;
use super::rows::Row;
use super::{Choice, MergeError};
use crate::Bytes;

/// Takes each `KEY=site`, `KEY=new` or `KEY=VALUE` to its row. What is said of one member of a list holds for all of it.
pub(super) fn resolve(rows: &mut [Row<'_>], resolutions: &[String]) -> Result<(), MergeError> {
    for resolution in resolutions {
        let (row, choice) = find(rows, resolution)?;
        if row.choice.is_some() {
            return Err(MergeError::ResolvedTwice { key: row.shown.clone() });
        }
        if let Choice::Value(value) = &choice {
            row.chosen = Some(Bytes::copy_from_slice(value));
        }
        row.choice = Some(choice);
    }
    let lists = rows.iter().filter_map(|row| row.list).max().map_or(0, |last| last + 1);
    for list in 0..lists {
        resolve_list(rows, list)?;
    }
    Ok(())
}

/// Returns the row with the longest key that the resolution begins with: a key may hold an equals sign itself.
fn find<'a, 'f>(rows: &'a mut [Row<'f>], resolution: &str) -> Result<(&'a mut Row<'f>, Choice), MergeError> {
    let value_of = |row: &Row<'_>| resolution.strip_prefix(row.shown.as_str())?.strip_prefix('=').map(str::to_owned);
    let found = rows.iter_mut().filter_map(|row| Some((value_of(row)?, row))).max_by_key(|(_, row)| row.shown.len());
    match found {
        Some((value, row)) if matches!(row.verdict.0, Word::Conflict | Word::Unproven) => Ok((row, choice(&value))),
        Some((_, row)) => Err(MergeError::NoConflict { key: row.shown.clone() }),
        None => {
            let key = resolution.split_once('=').map_or(resolution, |(key, _)| key);
            Err(MergeError::NoConflict { key: key.to_owned() })
        }
    }
}

fn choice(value: &str) -> Choice {
    match value {
        "site" => Choice::Site,
        "new" => Choice::New,
        value => Choice::Value(value.into()),
    }
}

fn resolve_list(rows: &mut [Row<'_>], list: usize) -> Result<(), MergeError> {
    let mut open = rows.iter_mut().filter(|row| row.list == Some(list)).collect::<Vec<_>>();
    open.retain(|row| matches!(row.verdict.0, Word::Conflict | Word::Unproven));
    let mut sides = open.iter().filter(|row| matches!(row.choice, Some(Choice::Site | Choice::New)));
    let Some(first) = sides.next() else { return Ok(()) };
    if let Some(other) = sides.find(|row| row.choice != first.choice) {
        return Err(MergeError::MixedList { key: other.shown.clone() });
    }
    let side = first.choice.clone();
    for row in open.into_iter().filter(|row| row.choice.is_none()) {
        row.choice.clone_from(&side);
    }
    Ok(())
}
