//! Layouts of Berkeley DB 4.0 to 5.3 (log versions 5 to 19).

use crate::ReadAt;
use crate::format::Lsn;

use crate::log::body::{Body, Head, Obscure, Touch};
use crate::log::fields::Fields;

use super::{
    Decoded, LONGEST_NAME, MOST_PAGES, V4_3, V4_4, V4_7, V4_8, V5_0, add_remove, body, checkpoint, committed, common,
    existing, insert_delete, name_of, one_page, page_and_lsn, pages, register, relink,
    split::{Split, split},
};

/// Berkeley DB 4.0 to 5.3.
pub(super) fn new<R: ReadAt>(head: Head, fields: &mut Fields<'_, '_, R>) -> Decoded {
    let since = |version| head.version >= version;
    match head.kind {
        10 if since(V4_4) => {
            let (operation, time) = (fields.number()?, fields.number()?);
            fields.skip_numbers(1)?;
            fields.data()?;
            committed(operation, Some(time))
        }
        10 => {
            let (operation, time) = (fields.number()?, fields.number()?);
            fields.data()?;
            committed(operation, Some(time))
        }
        11 => checkpoint(fields, if since(V4_3) { 3 } else { 2 }),
        13 => {
            fields.skip_to_end();
            body(Body::Prepare)
        }
        14 => {
            fields.skip_numbers(2)?;
            body(Body::Nothing)
        }
        2 => register(fields, 2),
        // From 5.0 on the page's type is in the lowest byte of the operation.
        41 => add_remove(fields, if since(V5_0) { 8 } else { 0 }, [1, 2], 4),
        45 => relink(fields, 6),
        49 => {
            let (file, meta) = (fields.number()?, fields.lsn()?);
            fields.skip_numbers(1)?;
            let (before, page) = (fields.lsn()?, fields.number()?);
            fields.skip_numbers(if since(V4_3) { 3 } else { 2 })?;
            pages(file, vec![Touch::list(meta), Touch::page(page, before)])
        }
        50 | 52 | 54 => {
            let (file, page) = (fields.number()?, fields.number()?);
            let (meta, meta_page, header) = (fields.lsn()?, fields.number()?, fields.data()?);
            let before = fields.image(header)?.lsn;
            fields.skip_numbers(if since(V4_3) { 2 } else { 1 })?;
            if head.kind == 52 {
                fields.data()?;
            }
            // During a compaction the list of free pages is sorted, and the page ahead in it takes the place of the meta page.
            let above = if meta_page == 0 { Touch::list(meta) } else { Touch::freed(meta_page, meta) };
            pages(file, vec![above, Touch::freed(page, before)])
        }
        51 => Ok(Some(Err(Obscure::Checksum))),
        53 => {
            fields.skip_numbers(2)?;
            body(Body::Nothing)
        }
        60 => {
            let (file, page, header) = (fields.number()?, fields.number()?, fields.data()?);
            let before = fields.image(header)?.lsn;
            fields.data()?;
            pages(file, vec![Touch::page(page, before)])
        }
        61 | 66 => {
            let file = fields.number()?;
            let meta = page_and_lsn(fields)?;
            let last = page_and_lsn(fields)?;
            fields.skip_numbers(if head.kind == 66 { 2 } else { 1 })?;
            fields.data()?;
            pages(file, existing([Touch { begins_list: true, ..meta }], [Touch { freed: true, ..last }]))
        }
        36 if since(V5_0) => {
            let file = fields.number()?;
            let previous = page_and_lsn(fields)?;
            fields.skip_numbers(2)?;
            let list = fields.data()?;
            // Page, next page of the free list, log sequence number.
            let list = fields.list::<4>(list, MOST_PAGES)?;
            let allocated = list.into_iter().map(|[page, _, file, offset]| Touch::page(page, Lsn { file, offset }));
            pages(file, std::iter::once(previous).chain(allocated).collect())
        }
        62 if since(V5_0) => split(fields, Split::WithParent),
        62 if since(V4_8) => split(fields, Split::WithParentAndLateFlags),
        62 => split(fields, Split::WithRoot),
        147 if since(V4_4) => {
            let file = fields.number()?;
            fields.skip_numbers(2)?;
            let (previous, next) = (page_and_lsn(fields)?, page_and_lsn(fields)?);
            pages(file, existing([], [previous, next]))
        }
        147 => {
            let file = fields.number()?;
            let page = page_and_lsn(fields)?;
            let (previous, next) = (page_and_lsn(fields)?, page_and_lsn(fields)?);
            pages(file, existing([page], [previous, next]))
        }
        148 => {
            let file = fields.number()?;
            let (page, next) = (page_and_lsn(fields)?, page_and_lsn(fields)?);
            fields.data()?;
            fields.data()?;
            if since(V4_7) {
                fields.skip_numbers(1)?
            } else {
                fields.data().map(|_| ())?
            }
            pages(file, vec![page, next])
        }
        149 => one_page(fields, 3),
        67 if since(V5_0) => {
            let file = fields.number()?;
            let page = page_and_lsn(fields)?;
            fields.skip_numbers(2)?;
            for _ in 0..3 {
                fields.data()?;
            }
            pages(file, vec![page])
        }
        21 if since(V5_0) => insert_delete(fields, 1),
        25 if since(V5_0) => {
            let (file, page) = (fields.number()?, fields.number()?);
            fields.skip_numbers(1)?;
            let before = fields.lsn()?;
            fields.skip_numbers(1)?;
            for _ in 0..2 {
                fields.skip_numbers(1)?;
                fields.data()?;
            }
            pages(file, vec![Touch::page(page, before)])
        }
        29 => {
            let (file, bucket) = (fields.number()?, fields.number()?);
            let (master, meta) = (page_and_lsn(fields)?, page_and_lsn(fields)?);
            let (first, before, allocates) = (fields.number()?, fields.lsn()?, fields.number()?);
            if since(V4_3) {
                fields.skip_numbers(1)?;
            }
            // The page marked is the last one of those allocated at once.
            let page = if allocates == 0 { first } else { first.wrapping_add(bucket) };
            let mut touched = vec![meta, Touch::page(page, before)];
            if master.page != meta.page && master.before != Lsn::default() {
                touched.push(master);
            }
            pages(file, touched)
        }
        32 => {
            let (file, meta) = (fields.number()?, fields.lsn()?);
            fields.skip_numbers(if since(V4_3) { 4 } else { 3 })?;
            pages(file, vec![Touch::page(0, meta)])
        }
        35 if since(V5_0) => {
            let (file, meta) = (fields.number()?, fields.lsn()?);
            fields.skip_numbers(3)?;
            pages(file, vec![Touch::meta(meta)])
        }
        37 if since(V5_0) => {
            let file = fields.number()?;
            let meta = page_and_lsn(fields)?;
            fields.skip_numbers(2)?;
            pages(file, vec![meta])
        }
        146 => {
            fields.data()?;
            let name = fields.data()?;
            if since(V4_8) {
                fields.data()?;
            }
            let file_id = fields.data()?;
            fields.skip_numbers(1)?;
            let to = name_of(fields.bytes(name, LONGEST_NAME)?);
            body(Body::Rename { to, file_id: fields.bytes(file_id, LONGEST_NAME)? })
        }
        141 => {
            let (file_id, stand_in) = (fields.data()?, fields.data()?);
            fields.data()?;
            fields.skip_numbers(2)?;
            let file_id = fields.bytes(file_id, LONGEST_NAME)?;
            body(Body::Remove { file_ids: vec![file_id, fields.bytes(stand_in, LONGEST_NAME)?] })
        }
        144 => {
            fields.data()?;
            let file_id = fields.data()?;
            fields.skip_numbers(1)?;
            body(Body::Remove { file_ids: vec![fields.bytes(file_id, LONGEST_NAME)?] })
        }
        // Files that are created or written as a whole, databases in memory, and what stands in the place of a file that is
        // being removed.
        138..=140 | 143 | 145 | 150 => {
            fields.skip_to_end();
            body(Body::Nothing)
        }
        _ => common(head, fields),
    }
}
