//! Layouts of Berkeley DB 2.6 to 3.2 (log versions 2 and 3).

use crate::ReadAt;

use crate::log::Writer;
use crate::log::body::{Body, Head, Touch};
use crate::log::fields::{Fields, Span, Stop};

use super::{
    Decoded, add_remove, body, checkpoint, commit, common, page_and_lsn, pages, register, relink,
    split::{Split, split},
};

/// Berkeley DB 2.6 to 3.2.
pub(super) fn old<R: ReadAt>(head: Head, fields: &mut Fields<'_, '_, R>) -> Decoded {
    match head.kind {
        6 if head.version == 2 => commit(fields, 0),
        10 => commit(fields, 1),
        7 if head.version == 2 => checkpoint(fields, 0),
        11 => checkpoint(fields, 1),
        9 => {
            fields.skip_numbers(1)?;
            body(Body::ChildOf { parent: fields.number()? })
        }
        1 if head.version == 2 => register(fields, 0),
        2 => register(fields, 1),
        41 => add_remove(fields, 0, [0x10, 0x20], if head.writer == Writer::Bits64 { 8 } else { 4 }),
        42 => {
            fields.skip_numbers(1)?;
            let (file, page) = (fields.number()?, fields.number()?);
            fields.data()?;
            pages(file, vec![Touch::page(page, fields.lsn()?)])
        }
        45 => relink(fields, 0x80),
        46 => {
            let file = fields.number()?;
            let first = page_and_lsn(fields)?;
            pages(file, vec![first, page_and_lsn(fields)?])
        }
        51 | 60 => {
            let (file, meta) = (fields.number()?, fields.lsn()?);
            if head.kind == 60 {
                fields.lsn()?;
            }
            let (before, page) = (fields.lsn()?, fields.number()?);
            fields.skip_numbers(2)?;
            pages(file, vec![Touch::list(meta), Touch::page(page, before)])
        }
        52 | 61 => {
            let (file, page, meta) = (fields.number()?, fields.number()?, fields.lsn()?);
            if head.kind == 61 {
                fields.lsn()?;
            }
            let header = fields.data()?;
            let before = fields.image(header)?.lsn;
            fields.skip_numbers(1)?;
            pages(file, vec![Touch::list(meta), Touch::freed(page, before)])
        }
        53 => split(fields, Split::WithoutRoot),
        62 => split(fields, Split::WithRoot),
        54 => {
            let (file, page, image) = (fields.number()?, fields.number()?, fields.data()?);
            let before = fields.image(image)?.lsn;
            fields.skip_numbers(1)?;
            fields.data()?;
            // Before Berkeley DB 3.1 a file holds one tree, and page 1 is its root.
            pages(file, vec![Touch::page(1, fields.lsn()?), Touch::page(page, before)])
        }
        23 => {
            let file = fields.number()?;
            fields.skip_numbers(3)?;
            pages(file, vec![Touch::page(0, fields.lsn()?)])
        }
        26 => {
            fields.skip_numbers(1)?;
            let (file, page) = (fields.number()?, fields.number()?);
            fields.skip_numbers(4)?;
            let before = fields.lsn()?;
            pages(file, vec![Touch::page(page, before), Touch::page(0, fields.lsn()?)])
        }
        27 => {
            let file = fields.number()?;
            fields.skip_numbers(4)?;
            pages(file, vec![Touch::page(0, fields.lsn()?)])
        }
        29 => {
            let (file, bucket, page) = (fields.number()?, fields.number()?, fields.number()?);
            let meta = fields.lsn()?;
            // A doubling allocates all its pages at once, and marks the last one.
            let doubles = bucket.wrapping_add(1).is_power_of_two();
            let page = if doubles { page.wrapping_add(bucket) } else { page };
            pages(file, vec![Touch::meta(meta), Touch::page(page, fields.lsn()?)])
        }
        30 => {
            let (file, page) = (fields.number()?, fields.number()?);
            let (meta, master) = (fields.lsn()?, fields.lsn()?);
            fields.skip_numbers(2)?;
            let touched = if page == 0 { vec![] } else { vec![Touch::page(page, meta)] };
            pages(file, [touched, vec![Touch::page(0, master)]].concat())
        }
        31 | 32 => {
            let (file, meta) = (fields.number()?, fields.lsn()?);
            if head.kind == 31 {
                fields.lsn()?;
            }
            fields.skip_numbers(3)?;
            pages(file, vec![Touch::page(0, meta)])
        }
        141 => {
            fields.data()?;
            fields.skip_numbers(1)?;
            body(Body::Nothing)
        }
        143 => {
            fields.skip_numbers(1)?;
            fields.data()?;
            fields.skip_numbers(1)?;
            let image = fields.data()?;
            let file_id = file_id_of_image(fields, image)?;
            body(Body::FirstPage { file_id })
        }
        _ => common(head, fields),
    }
}

/// Returns the identity that a first page of Berkeley DB 3.x has.
fn file_id_of_image<R: ReadAt>(fields: &mut Fields<'_, '_, R>, image: Span) -> Result<Vec<u8>, Stop> {
    const VERSION_AT: usize = 16;
    let head = fields.head(image, 72)?;
    // Version 7 is Berkeley DB 3.0; of hash databases it is 6, and 7 is that of 3.1.
    let is_3_0 = head.get(VERSION_AT - 4..VERSION_AT + 4).is_some_and(|bytes| {
        let word = |at| fields.order().u32_at(bytes, at);
        matches!(
            (word(0), word(4)),
            (Some(crate::format::BTREE_MAGIC), Some(7)) | (Some(crate::format::HASH_MAGIC), Some(6))
        )
    });
    let at = if is_3_0 { 36 } else { 52 };
    Ok(head.get(at..at + 20).unwrap_or_default().to_vec())
}
