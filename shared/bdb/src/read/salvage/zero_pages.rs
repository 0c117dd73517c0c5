//! Pages of zeros that nothing leads to.
//!
//! In a sound file they were set aside and never written. In a damaged one nobody can know: what led to them may be what is
//! damaged, and the damage may be the zeros.

use super::{LOSS_LIMIT, Losses};
use crate::format::{PageNo, PageType};
use crate::io::ReadAt;
use crate::read::error::{ReadError, unless_damaged};
use crate::read::pages::Pages;

/// The list of free pages.
pub(super) struct FreeList {
    /// Where it leads to a page that is not a free one, or was on it before.
    broken_at: Option<PageNo>,
}

impl FreeList {
    /// Follows the list as far as it leads to free pages, which are then used.
    pub(super) fn follow<R: ReadAt>(pages: &mut Pages<'_, R>) -> Result<Self, ReadError> {
        let mut next = pages.meta.free;
        while next.0 != 0 && !pages.was_never_written(next) {
            match unless_damaged(pages.peek(next, PageNo(0)))? {
                Some(page) if page.kind() == Some(PageType::Free) && pages.take(next, PageNo(0)).is_ok() => {
                    next = page.next();
                }
                _ => return Ok(Self { broken_at: Some(next) }),
            }
        }
        Ok(Self { broken_at: None })
    }

    pub(super) fn is_broken(&self) -> bool {
        self.broken_at.is_some()
    }
}

/// Pages of zeros, as ranges of those that follow one another.
#[derive(Default)]
pub(super) struct ZeroPages {
    ranges: Vec<(PageNo, PageNo)>,
    more: u64,
}

impl ZeroPages {
    /// Adds a page behind those before, unless it was a free one before it became zeros.
    pub(super) fn add(&mut self, number: PageNo, free: &FreeList) {
        if free.broken_at == Some(number) {
            return;
        }
        let are_kept = self.ranges.len() < LOSS_LIMIT;
        match self.ranges.last_mut() {
            Some((_, last)) if last.0.checked_add(1) == Some(number.0) => *last = number,
            _ if are_kept => self.ranges.push((number, number)),
            _ => self.more = self.more.saturating_add(1),
        }
    }

    /// Adds them to what is lost.
    pub(super) fn tell(self, losses: &mut Losses) {
        for (first, last) in self.ranges {
            let are_zeros = match first == last {
                true => format!("page {first}: it is all zeros"),
                false => format!("page {first}: it and those up to page {last} are all zeros"),
            };
            losses.place(
                first,
                format!("{are_zeros}, and no list of free pages has them: never written, or lost"),
                None,
            );
        }
        losses.add_more(self.more);
    }
}
