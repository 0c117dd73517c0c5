//! The layouts of record bodies. Up to log version 3 (Berkeley DB 3.2) some type numbers mean something else than from 4.0 on.

mod new;
mod old;
mod split;

use crate::ReadAt;
use crate::format::{ByteOrder, Lsn};

use crate::log::body::{Body, Head, ItemChange, Obscure, Register, Touch};
use crate::log::fields::{Fields, Stop};
use crate::log::window::Window;
use crate::log::{LogError, Writer};

use new::new;
use old::old;

/// Names and identities longer than this are in no log.
const LONGEST_NAME: u32 = 4096;
/// More pages than this are in no record.
const MOST_PAGES: u32 = 1 << 20;

/// Log versions in which layouts changed.
const V4_0: u32 = 5;
const V4_3: u32 = 10;
const V4_4: u32 = 11;
const V4_7: u32 = 14;
const V4_8: u32 = 15;
const V5_0: u32 = 17;

/// Reads the body of the record of `length` bytes at `record`.
///
/// # Errors
/// [`LogError::Io`]. Within: why the body is not understood.
pub(in crate::log) fn decode<R: ReadAt>(
    window: &mut Window<'_, R>,
    order: ByteOrder,
    head: Head,
    (record, length): (u64, u32),
) -> Result<Result<Body, Obscure>, LogError> {
    // Behind header, type, transaction and its previous record.
    let (start, end) = (record + 28, record + u64::from(length));
    let mut attempt = |head: Head| -> Result<Result<Body, Obscure>, LogError> {
        let mut fields = Fields::new(window, order, start, end);
        let body = if head.version < V4_0 { old(head, &mut fields) } else { new(head, &mut fields) };
        let body = body.and_then(|body| fields.finish().map(|()| body));
        match body {
            Ok(Some(body)) => Ok(body),
            Ok(None) => Ok(Err(Obscure::UnknownType)),
            Err(Stop::Misfit) => Ok(Err(Obscure::Misfit)),
            Err(Stop::Log(error)) => Err(error),
        }
    };
    match head.writer {
        Writer::Unknown if head.version < V4_0 => match attempt(Head { writer: Writer::Bits32, ..head })? {
            Err(Obscure::Misfit) => attempt(Head { writer: Writer::Bits64, ..head }),
            body => Ok(body),
        },
        _ => attempt(head),
    }
}

/// A body, or why it is not understood; nothing for a type that is not known.
type Decoded = Result<Option<Result<Body, Obscure>>, Stop>;

fn pages(file: u32, touched: Vec<Touch>) -> Decoded {
    Ok(Some(Ok(Body::Pages { file, touched, change: None })))
}

fn changed(file: u32, touched: Touch, change: Option<ItemChange>) -> Decoded {
    Ok(Some(Ok(Body::Pages { file, touched: vec![touched], change })))
}

fn body(body: Body) -> Decoded {
    Ok(Some(Ok(body)))
}

/// What has been the same in all releases.
fn common<R: ReadAt>(head: Head, fields: &mut Fields<'_, '_, R>) -> Decoded {
    match head.kind {
        12 => body(Body::Child { child: fields.number()?, last: fields.lsn()? }),
        43 => {
            let operation = fields.number()?;
            // From 5.0 on the page's type is in the lowest byte.
            let operation = if head.version >= V5_0 { operation >> 8 } else { operation };
            let (file, page, previous, next) = (fields.number()?, fields.number()?, fields.number()?, fields.number()?);
            fields.data()?;
            let page = Touch::page(page, fields.lsn()?);
            let (previous, next) = (Touch::page(previous, fields.lsn()?), Touch::page(next, fields.lsn()?));
            let adds = matches!(operation, 0x30 | 3);
            let removes = matches!(operation, 0x40 | 4) && next.before != Lsn::default();
            let neighbour = if adds { Some(previous) } else { Some(next).filter(|_| removes) };
            pages(file, existing([page], neighbour))
        }
        44 => {
            let (file, page) = (fields.number()?, fields.number()?);
            fields.skip_numbers(1)?;
            pages(file, vec![Touch::page(page, fields.lsn()?)])
        }
        47 => {
            fields.data()?;
            fields.skip_numbers(1)?;
            fields.data()?;
            fields.data()?;
            fields.skip_numbers(1)?;
            body(Body::Nothing)
        }
        48 => one_page(fields, 0),
        63 => {
            let (file, page, image, root) = (fields.number()?, fields.number()?, fields.data()?, fields.number()?);
            let before = fields.image(image)?.lsn;
            fields.skip_numbers(1)?;
            fields.data()?;
            pages(file, vec![Touch::page(root, fields.lsn()?), Touch::page(page, before)])
        }
        // Another index of a shared key comes or goes.
        55 => {
            let file = fields.number()?;
            let page = page_and_lsn(fields)?;
            let at = fields.number()?;
            fields.skip_numbers(1)?;
            let change = match fields.number()? {
                0 => ItemChange::Remove { at, count: 1 },
                _ => ItemChange::Add { at, count: 1 },
            };
            changed(file, page, Some(change))
        }
        56 => one_page(fields, 3),
        57 => {
            let file = fields.number()?;
            let page = page_and_lsn(fields)?;
            changed(file, page, Some(ItemChange::Mark { at: fields.number()? }))
        }
        58 => {
            let file = fields.number()?;
            let page = page_and_lsn(fields)?;
            fields.skip_numbers(2)?;
            fields.data()?;
            fields.data()?;
            fields.skip_numbers(2)?;
            pages(file, vec![page])
        }
        59 => {
            let (file, meta, _root) = (fields.number()?, fields.number()?, fields.number()?);
            pages(file, vec![Touch::page(meta, fields.lsn()?)])
        }
        // Cursors; nothing of them is in the file.
        64 | 65 | 33 | 34 => {
            fields.skip_to_end();
            body(Body::Nothing)
        }
        21 => insert_delete(fields, 0),
        22 => {
            fields.skip_numbers(1)?;
            let file = fields.number()?;
            let (previous, new, next) = (page_and_lsn(fields)?, page_and_lsn(fields)?, page_and_lsn(fields)?);
            pages(file, existing([new], [previous, next]))
        }
        24 => {
            let file = fields.number()?;
            fields.skip_numbers(1)?;
            let page = fields.number()?;
            fields.data()?;
            pages(file, vec![Touch::page(page, fields.lsn()?)])
        }
        25 => {
            let (file, page) = (fields.number()?, fields.number()?);
            fields.skip_numbers(1)?;
            let before = fields.lsn()?;
            fields.skip_numbers(1)?;
            fields.data()?;
            fields.data()?;
            fields.skip_numbers(1)?;
            pages(file, vec![Touch::page(page, before)])
        }
        28 => {
            let file = fields.number()?;
            let (page, next, after) = (page_and_lsn(fields)?, page_and_lsn(fields)?, page_and_lsn(fields)?);
            fields.data()?;
            pages(file, existing([page], [next, after]))
        }
        142 => {
            let (file, page) = (fields.number()?, fields.number()?);
            fields.data()?;
            pages(file, vec![Touch::page(page, fields.lsn()?)])
        }
        // Later releases', and those of applications, which begin at 10,000.
        _ => Ok(None),
    }
}

/// Returns touches, and of `if_any` those of pages that exist: 0 stands for none.
fn existing(touched: impl IntoIterator<Item = Touch>, if_any: impl IntoIterator<Item = Touch>) -> Vec<Touch> {
    let none = Touch::page(0, Lsn::default()).page;
    touched.into_iter().chain(if_any.into_iter().filter(|touch| touch.page != none)).collect()
}

fn page_and_lsn<R: ReadAt>(fields: &mut Fields<'_, '_, R>) -> Result<Touch, Stop> {
    Ok(Touch::page(fields.number()?, fields.lsn()?))
}

/// File, page and its number, then other numbers.
fn one_page<R: ReadAt>(fields: &mut Fields<'_, '_, R>, others: u64) -> Decoded {
    let file = fields.number()?;
    let page = page_and_lsn(fields)?;
    fields.skip_numbers(others)?;
    pages(file, vec![page])
}

fn committed(operation: u32, time: Option<u32>) -> Decoded {
    const COMMIT: u32 = 1;
    const PREPARE: u32 = 2;
    match operation {
        PREPARE => body(Body::Prepare),
        _ => body(Body::Commit { committed: operation == COMMIT, time }),
    }
}

fn commit<R: ReadAt>(fields: &mut Fields<'_, '_, R>, times: u32) -> Decoded {
    let operation = fields.number()?;
    let time = if times == 0 { None } else { Some(fields.number()?) };
    committed(operation, time)
}

fn checkpoint<R: ReadAt>(fields: &mut Fields<'_, '_, R>, others: u64) -> Decoded {
    let (start, previous) = (fields.lsn()?, fields.lsn()?);
    fields.skip_numbers(others)?;
    body(Body::Checkpoint { start, previous })
}

/// The number of words behind the type of the database differs: none, the meta page, the transaction too.
fn register<R: ReadAt>(fields: &mut Fields<'_, '_, R>, words: u32) -> Decoded {
    // Closed, closed by a recovery, or open at a checkpoint: it was opened before.
    const WAS_OPEN: [u32; 4] = [1, 2, 5, 7];
    let operation = fields.number()?;
    let (name, file_id) = (fields.data()?, fields.data()?);
    let number = fields.number()?;
    fields.skip_numbers(1)?;
    let meta = if words > 0 { fields.number()? } else { 0 };
    if words > 1 {
        fields.skip_numbers(1)?;
    }
    let name = name_of(fields.bytes(name, LONGEST_NAME)?);
    let file_id = fields.bytes(file_id, LONGEST_NAME)?;
    // Higher bits say how the file was opened.
    let was_open = WAS_OPEN.contains(&(operation & 0xf));
    body(Body::Register(Register { was_open, name, file_id, number, meta }))
}

fn name_of(mut name: Vec<u8>) -> Vec<u8> {
    while name.last() == Some(&0) {
        name.pop();
    }
    name
}

fn add_remove<R: ReadAt>(fields: &mut Fields<'_, '_, R>, shift: u32, [adds, removes]: [u32; 2], word: u64) -> Decoded {
    let operation = fields.number()? >> shift;
    let (file, page, at) = (fields.number()?, fields.number()?, fields.number()?);
    fields.skip(word)?;
    fields.data()?;
    fields.data()?;
    let change = match operation {
        _ if operation == adds => Some(ItemChange::Add { at, count: 1 }),
        _ if operation == removes => Some(ItemChange::Remove { at, count: 1 }),
        _ => None,
    };
    changed(file, Touch::page(page, fields.lsn()?), change)
}

/// A pair that is put into a bucket's page or deleted from it; from 5.0 on each item has its type ahead of it.
fn insert_delete<R: ReadAt>(fields: &mut Fields<'_, '_, R>, types: u64) -> Decoded {
    let operation = fields.number()?;
    let (file, page, at) = (fields.number()?, fields.number()?, fields.number()?);
    let before = fields.lsn()?;
    for _ in 0..2 {
        fields.skip_numbers(types)?;
        fields.data()?;
    }
    // The lowest bits say where the key and the data are.
    let change = match operation & !0xf {
        0x20 => Some(ItemChange::Add { at, count: 2 }),
        0x30 => Some(ItemChange::Remove { at, count: 2 }),
        _ => None,
    };
    changed(file, Touch::page(page, before), change)
}

/// The page itself, and its neighbours where it was removed; where it was added only the next one.
fn relink<R: ReadAt>(fields: &mut Fields<'_, '_, R>, removes: u32) -> Decoded {
    let (operation, file) = (fields.number()?, fields.number()?);
    let page = page_and_lsn(fields)?;
    let (previous, next) = (page_and_lsn(fields)?, page_and_lsn(fields)?);
    if operation == removes {
        return pages(file, existing([page], [previous, next]));
    }
    pages(file, existing([], [next]))
}
