//! Reads a log backwards, record by record, after a [`Scan`](super::scan::Scan) has found it sound.

use crate::ReadAt;
use crate::format::Lsn;

use super::body::{Body, Head, Obscure};
use super::decode::decode;
use super::window::Window;
use super::{Extent, LogError, LogFormat, damaged};

/// A record, read whole.
pub(super) struct Read {
    pub(super) lsn: Lsn,
    pub(super) kind: u32,
    pub(super) transaction: u32,
    /// The transaction's record before this one.
    pub(super) previous: Lsn,
    pub(super) body: Result<Body, Obscure>,
}

/// Visits the records from the last to the first one at or behind `from`.
pub(super) fn backwards<R: ReadAt>(
    extents: &[Extent<'_, R>],
    from: Lsn,
    mut visit: impl FnMut(Read) -> Result<(), LogError>,
) -> Result<(), LogError> {
    for extent in extents.iter().rev().take_while(|extent| extent.file.number >= from.file) {
        let mut window = Window::open(extent.file)?;
        let mut at = extent.last;
        while at > 0 && (Lsn { file: extent.file.number, offset: at }) >= from {
            let (record, before) = record(&mut window, extent.format, at)?;
            visit(record)?;
            at = before;
        }
    }
    Ok(())
}

/// Reads the record at a place; returns it and where the record before it begins.
pub(super) fn record<R: ReadAt>(
    window: &mut Window<'_, R>,
    format: LogFormat,
    at: u32,
) -> Result<(Read, u32), LogError> {
    const HEAD: usize = 28;
    let number = window.number;
    let changed = || damaged(number, at.into(), "not as it was a moment ago");
    let head = window.get(at.into(), HEAD)?;
    let header = format.header(head).filter(|header| header.previous < at).ok_or_else(changed)?;
    let word = |place| format.byte_order.u32_at(head, place).ok_or_else(changed);
    let (kind, transaction) = (word(12)?, word(16)?);
    let previous = Lsn { file: word(20)?, offset: word(24)? };
    let head = Head { version: format.version, kind, writer: format.writer };
    let body = decode(window, format.byte_order, head, (at.into(), header.length))?;
    let lsn = Lsn { file: number, offset: at };
    Ok((Read { lsn, kind, transaction, previous, body }, header.previous))
}
