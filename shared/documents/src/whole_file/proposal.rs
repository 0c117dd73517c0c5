//! A merge by line, as a proposal: somebody has to look at it, always.

use std::collections::HashMap;
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::Content;

/// How many lines a file may have: a comparison takes at worst as many steps as the product of two files' lines.
const MOST_LINES: usize = 20_000;

/// What a merge by line makes of three texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The merged text; where both sides changed the same lines, both stand between the usual marks.
    pub text: Vec<u8>,
    /// How many such places there are.
    pub conflicts: usize,
}

/// Returns what a merge by line makes of three texts; nothing where one of them is no text or has more than 20,000 lines.
pub fn proposal(base: &[u8], site: &[u8], new: &[u8]) -> Option<Proposal> {
    let (lines, numbers) = numbered([base, site, new])?;
    let [of_base, of_site, of_new] = &numbers;
    let changes = [changes(of_base, of_site), changes(of_base, of_new)];
    Some(merged(&lines, &numbers, &changes))
}

/// As [`proposal`], where nothing is known of the old release's file: each place where the two differ is one to decide.
pub fn proposal_without_base(site: &[u8], new: &[u8]) -> Option<Proposal> {
    let ([site, new], [of_site, of_new]) = numbered([site, new])?;
    let mut result = Proposal { text: Vec::new(), conflicts: 0 };
    let mut at = 0;
    for Change { base: in_site, side: in_new } in changes(&of_site, &of_new) {
        append(&mut result.text, site.get(at..in_site.start));
        at = in_site.end;
        conflict(&mut result, site.get(in_site), new.get(in_new));
    }
    append(&mut result.text, site.get(at..));
    Some(result)
}

/// The lines of some texts, and a number for each line.
type Numbered<'t, const N: usize> = ([Vec<&'t [u8]>; N], [Vec<usize>; N]);

/// Returns the lines of texts, and a number for each that equal lines share: numbers are compared, not lines.
fn numbered<const N: usize>(texts: [&[u8]; N]) -> Option<Numbered<'_, N>> {
    if texts.iter().any(|text| Content::of(text) == Content::Binary) {
        return None;
    }
    let lines = texts.map(|text| text.split_inclusive(|byte| *byte == b'\n').collect::<Vec<_>>());
    if lines.iter().any(|lines| lines.len() > MOST_LINES) {
        return None;
    }
    let mut known: HashMap<&[u8], usize> = HashMap::new();
    let numbers = lines.each_ref().map(|lines| {
        let mut numbers = Vec::with_capacity(lines.len());
        for line in lines {
            let next = known.len();
            numbers.push(*known.entry(line).or_insert(next));
        }
        numbers
    });
    Some((lines, numbers))
}

/// A change of a side: which lines of the base became which lines of the side.
#[derive(Clone, Debug)]
struct Change {
    base: Range<usize>,
    side: Range<usize>,
}

/// Returns what is between the lines that both have.
fn changes(base: &[usize], side: &[usize]) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut at = (0, 0);
    let equal = capture_diff_slices(Algorithm::Myers, base, side).into_iter().filter_map(|op| match op {
        DiffOp::Equal { old_index, new_index, len } => Some((old_index, new_index, len)),
        _ => None,
    });
    for (in_base, in_side, count) in equal.chain([(base.len(), side.len(), 0)]) {
        if at != (in_base, in_side) {
            changes.push(Change { base: at.0..in_base, side: at.1..in_side });
        }
        at = (in_base + count, in_side + count);
    }
    changes
}

/// Goes along the base; changes that touch each other are one place.
fn merged(lines: &[Vec<&[u8]>; 3], numbers: &[Vec<usize>; 3], changes: &[Vec<Change>; 2]) -> Proposal {
    let [base_lines, site_lines, new_lines] = lines;
    let [_, site_numbers, new_numbers] = numbers;
    let [of_site, of_new] = changes;
    let mut result = Proposal { text: Vec::new(), conflicts: 0 };
    let (mut at, mut next_site, mut next_new) = (0, 0, 0);
    loop {
        let starts =
            [of_site.get(next_site), of_new.get(next_new)].map(|change| change.map(|change| change.base.start));
        let Some(start) = starts.into_iter().flatten().min() else { break };
        let mut end = start;
        let first = (next_site, next_new);
        loop {
            let touches = |change: &&Change| change.base.start <= end;
            if let Some(change) = of_site.get(next_site).filter(touches) {
                end = end.max(change.base.end);
                next_site += 1;
            } else if let Some(change) = of_new.get(next_new).filter(touches) {
                end = end.max(change.base.end);
                next_new += 1;
            } else {
                break;
            }
        }
        append(&mut result.text, base_lines.get(at..start));
        let site = side_range(of_site, first.0..next_site, &(start..end));
        let new = side_range(of_new, first.1..next_new, &(start..end));
        if first.1 == next_new || site_numbers.get(site.clone()) == new_numbers.get(new.clone()) {
            append(&mut result.text, site_lines.get(site));
        } else if first.0 == next_site {
            append(&mut result.text, new_lines.get(new));
        } else {
            conflict(&mut result, site_lines.get(site), new_lines.get(new));
        }
        at = end;
    }
    append(&mut result.text, base_lines.get(at..));
    result
}

/// Returns the lines of a side that stand for lines of the base: what changed, and what did not between and around it.
fn side_range(changes: &[Change], of: Range<usize>, base: &Range<usize>) -> Range<usize> {
    let changed = changes.get(of.clone()).unwrap_or_default();
    match (changed.first(), changed.last()) {
        (Some(first), Some(last)) => {
            first.side.start - (first.base.start - base.start)..last.side.end + (base.end - last.base.end)
        }
        _ => {
            // The side has these lines as the base has them, moved by what changed ahead of them.
            let before = of.start.checked_sub(1).and_then(|last| changes.get(last));
            let (was, is) = before.map_or((0, 0), |change| (change.base.end, change.side.end));
            base.start - was + is..base.end - was + is
        }
    }
}

/// Both sides of a place that somebody has to decide.
fn conflict(result: &mut Proposal, site: Option<&[&[u8]]>, new: Option<&[&[u8]]>) {
    result.conflicts += 1;
    mark(&mut result.text, b"<<<<<<< site\n");
    append(&mut result.text, site);
    mark(&mut result.text, b"=======\n");
    append(&mut result.text, new);
    mark(&mut result.text, b">>>>>>> new release\n");
}

fn append(text: &mut Vec<u8>, lines: Option<&[&[u8]]>) {
    lines.unwrap_or_default().iter().for_each(|line| text.extend_from_slice(line));
}

/// A mark has a line for itself.
fn mark(text: &mut Vec<u8>, mark: &[u8]) {
    if !text.is_empty() && !text.ends_with(b"\n") {
        text.push(b'\n');
    }
    text.extend_from_slice(mark);
}
