//! Span edits: what a change replaces, as offsets into the original bytes.

/// Replaces a span of the original bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpanEdit {
    /// Where the span begins in the original.
    pub offset: u64,
    /// How many bytes of the original go.
    pub remove: u64,
    /// What comes in their place.
    pub insert: Vec<u8>,
}

/// Why edits do not fit the bytes they are applied to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// An edit begins before the one ahead of it ends.
    #[error("the edit at byte {offset} overlaps the one before it, or is out of order")]
    OutOfOrder {
        /// Where the edit begins.
        offset: u64,
    },
    /// An edit reaches beyond the end: these are not the bytes it was made for.
    #[error("the edit at byte {offset} reaches beyond the end of the {size} bytes")]
    BeyondEnd {
        /// Where the edit begins.
        offset: u64,
        /// Length of the bytes.
        size: usize,
    },
}

/// Returns the bytes after the edits, which are in order and all refer to the original. Two insertions at one place keep their order.
///
/// # Errors
/// When the edits overlap, or reach beyond the end.
pub fn apply(original: &[u8], edits: &[SpanEdit]) -> Result<Vec<u8>, ApplyError> {
    let mut result = Vec::with_capacity(original.len());
    let mut done = 0;
    for edit in edits {
        let beyond = ApplyError::BeyondEnd { offset: edit.offset, size: original.len() };
        let span = usize::try_from(edit.offset).ok().zip(usize::try_from(edit.remove).ok());
        let (start, end) = match span.and_then(|(start, length)| Some((start, start.checked_add(length)?))) {
            Some(span) if span.1 <= original.len() => span,
            _ => return Err(beyond),
        };
        let kept = original.get(done..start).ok_or(ApplyError::OutOfOrder { offset: edit.offset })?;
        result.extend_from_slice(kept);
        result.extend_from_slice(&edit.insert);
        done = end;
    }
    result.extend_from_slice(original.get(done..).unwrap_or_default());
    Ok(result)
}

/// Sorts edits and placed lines. At one place lines come ahead of a change of what stands there, except behind the last byte,
/// where such a change completes the last line.
pub(crate) fn in_order(edits: Vec<SpanEdit>, placed: Vec<SpanEdit>, end: u64) -> Vec<SpanEdit> {
    let changes = edits.into_iter().map(|edit| ((edit.offset, if edit.offset == end { 0 } else { 1 }), edit));
    let placed = placed.into_iter().map(|edit| ((edit.offset, if edit.offset == end { 1 } else { 0 }), edit));
    let mut all: Vec<_> = changes.chain(placed).collect();
    all.sort_by_key(|(place, _)| *place);
    all.into_iter().map(|(_, edit)| edit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(offset: u64, remove: u64, insert: &str) -> SpanEdit {
        SpanEdit { offset, remove, insert: insert.into() }
    }

    #[test]
    fn edits_refer_to_the_original_bytes() {
        let edits = [edit(1, 2, "longer"), edit(4, 0, "X"), edit(4, 0, "Y"), edit(5, 1, "")];
        assert_eq!(apply(b"abcdef", &edits).unwrap(), b"alongerdXYe");
    }

    #[test]
    fn overlapping_edits_are_refused() {
        let edits = [edit(1, 2, ""), edit(2, 1, "")];
        assert_eq!(apply(b"abcdef", &edits), Err(ApplyError::OutOfOrder { offset: 2 }));
    }

    #[test]
    fn an_edit_made_for_a_longer_file_is_refused() {
        for (offset, remove) in [(5, 2), (7, 0), (u64::MAX, 1), (1, u64::MAX)] {
            assert_eq!(
                apply(b"abcdef", &[edit(offset, remove, "")]),
                Err(ApplyError::BeyondEnd { offset, size: 6 }),
                "{offset} {remove}"
            );
        }
    }
}
