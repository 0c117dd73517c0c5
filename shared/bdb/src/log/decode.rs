//! The layouts of record bodies. Up to log version 3 (Berkeley DB 3.2) some type numbers mean something else than from 4.0 on.

use crate::ReadAt;
use crate::format::{ByteOrder, Lsn};

use super::body::{Body, Head, ItemChange, Obscure, Register, Touch};
use super::fields::{Fields, Stop};
use super::window::Window;
use super::{LogError, Writer};

/// Names and identities longer than this are in no log.
const LONGEST_NAME: u32 = 4096;
/// More pages than this are in no record.
const MOST_PAGES: u32 = 1 << 20;
/// The first type number of records of applications.
const APPLICATION: u32 = 10_000;

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
pub(super) fn decode<R: ReadAt>(
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

/// Berkeley DB 2.6 to 3.2.
fn old<R: ReadAt>(head: Head, fields: &mut Fields<'_, '_, R>) -> Decoded {
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

/// Berkeley DB 4.0 to 5.3.
fn new<R: ReadAt>(head: Head, fields: &mut Fields<'_, '_, R>) -> Decoded {
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
        APPLICATION.. => Ok(None),
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

/// What releases wrote of a split beside its three pages.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Split {
    /// 2.x, 3.0: the root was split when the image is not of the left page.
    WithoutRoot,
    /// 3.1 to 4.7: the root's number when the root was split.
    WithRoot,
    /// 4.8: the parent, which is the image's page when the root was split; flags last.
    WithParentAndLateFlags,
    /// From 5.0 on flags come first.
    WithParent,
}

fn split<R: ReadAt>(fields: &mut Fields<'_, '_, R>, split: Split) -> Decoded {
    let file = fields.number()?;
    if split == Split::WithParent {
        fields.skip_numbers(1)?;
    }
    let (left, right) = (page_and_lsn(fields)?, page_and_lsn(fields)?);
    fields.skip_numbers(1)?;
    let next = page_and_lsn(fields)?;
    let parent = match split {
        Split::WithoutRoot => None,
        Split::WithRoot => Some(Touch::page(fields.number()?, Lsn::default())),
        Split::WithParent | Split::WithParentAndLateFlags => {
            let parent = page_and_lsn(fields)?;
            fields.skip_numbers(1)?;
            Some(parent)
        }
    };
    let image = fields.data()?;
    let image = fields.image(image)?;
    let split_page = Touch::page(image.page, image.lsn);
    match split {
        Split::WithoutRoot => {}
        Split::WithRoot => fields.skip_numbers(1)?,
        Split::WithParent | Split::WithParentAndLateFlags => {
            fields.data()?;
            fields.data()?;
            if split == Split::WithParentAndLateFlags {
                fields.skip_numbers(1)?;
            }
        }
    }
    let splits_root = split_page.page != left.page;
    let above = match parent {
        _ if splits_root => Some(split_page),
        // Up to 4.7 the parent's new entry is a record of its own.
        _ if split == Split::WithRoot => None,
        parent => parent,
    };
    // Where the root is split, there is no next page.
    let next = Some(next).filter(|_| !splits_root);
    pages(file, existing([left, right], above.into_iter().chain(next)))
}

/// Returns the identity that a first page of Berkeley DB 3.x has.
fn file_id_of_image<R: ReadAt>(fields: &mut Fields<'_, '_, R>, image: super::fields::Span) -> Result<Vec<u8>, Stop> {
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
