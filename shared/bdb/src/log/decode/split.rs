//! Splits of pages, of which releases wrote different things.

use crate::ReadAt;
use crate::format::Lsn;

use crate::log::body::Touch;
use crate::log::fields::Fields;

use super::{Decoded, existing, page_and_lsn, pages};

/// What releases wrote of a split beside its three pages.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Split {
    /// 2.x, 3.0: the root was split when the image is not of the left page.
    WithoutRoot,
    /// 3.1 to 4.7: the root's number when the root was split.
    WithRoot,
    /// 4.8: the parent, which is the image's page when the root was split; flags last.
    WithParentAndLateFlags,
    /// From 5.0 on flags come first.
    WithParent,
}

pub(super) fn split<R: ReadAt>(fields: &mut Fields<'_, '_, R>, split: Split) -> Decoded {
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
