//! Where the data of a record are, and the next ones of those that have pages of their own.

use std::ops::Range;

use super::super::error::ReadError;
use super::super::overflow::{Again, Reader, check_chain};
use super::super::page::{Body, Life, Page};
use super::damaged_set::DamagedSet;
use crate::format::PageNo;
use crate::io::ReadAt;
use crate::record::Data;

/// Where the data of the record at hand are.
pub(super) enum DataPlace {
    OnPage(Range<u32>),
    OnDuplicatePage(Range<u32>),
    Offered,
}

/// Returns the data at a place.
pub(super) fn data<'a, R: ReadAt>(
    place: &DataPlace,
    page: Option<&'a Page>,
    off_page: Option<&'a DamagedSet>,
    reader: &'a mut Reader<'_, R>,
) -> Data<'a> {
    match place {
        DataPlace::OnPage(range) => Data::Whole(page.map_or(&[], |page| page.slice(range.clone()))),
        DataPlace::OnDuplicatePage(range) => Data::Whole(off_page.map_or(&[], |set| set.slice(range.clone()))),
        DataPlace::Offered => Data::Chunked(reader),
    }
}

/// Skips deleted data. The pages of long ones are still theirs, and must be as sound as others.
pub(super) fn skip_deleted<R: ReadAt>(
    reader: &mut Reader<'_, R>,
    from: PageNo,
    body: &Body,
    deleted: &mut u64,
) -> Result<(), ReadError> {
    if let Body::Overflow(reference) = body {
        check_chain(&mut reader.pages, from, *reference, Again::Refused)?;
        reader.offer(from, *reference)?;
        reader.finish_data()?;
    }
    *deleted = deleted.saturating_add(1);
    Ok(())
}

/// Gives the next data of a set that has pages of its own; nothing for deleted ones, which are counted, and where a page ends. Once the
/// set is over, it is taken away; a page that cannot be read does not end it. An error comes with the page that it concerns, where that
/// is one of the set.
pub(super) fn next_off_page<R: ReadAt>(
    off_page: &mut Option<DamagedSet>,
    reader: &mut Reader<'_, R>,
    deleted: &mut u64,
) -> Result<Option<DataPlace>, (Option<PageNo>, ReadError)> {
    let Some(set) = off_page else { return Ok(None) };
    let (number, item) = match set.next(&mut reader.pages) {
        Ok(Some(found)) => found,
        Ok(None) => {
            if set.is_over() {
                *off_page = None;
            }
            return Ok(None);
        }
        Err(error) => return Err((error.page(), error)),
    };
    if item.life == Life::Deleted {
        let skipped = skip_deleted(reader, number, &item.body, deleted);
        return skipped.map(|()| None).map_err(|error| (Some(number), error));
    }
    match item.body {
        Body::Inline(range) => Ok(Some(DataPlace::OnDuplicatePage(range))),
        Body::Overflow(reference) => {
            let offered = check_chain(&mut reader.pages, number, reference, Again::Refused)
                .and_then(|_| reader.offer(number, reference));
            offered.map(|_| Some(DataPlace::Offered)).map_err(|error| (Some(number), error))
        }
        Body::Duplicates(_) => Ok(None),
    }
}
