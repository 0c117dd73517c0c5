//! Whether a file that says it holds sub-databases is one database, and only the flag is damaged.

use super::error::{ReadError, unless_damaged};
use super::meta::{Access, Meta};
use super::page::{Body, Items, Page};
use super::pages::Pages;
use super::records::{name, page_number};
use crate::format::{PageNo, PageType};
use crate::io::ReadAt;
use crate::record::Data;

/// More levels no tree has.
const LEVELS_LIMIT: u32 = 64;

/// Tells whether the pages disprove that the keys are names: none of the first ones is, and no database has its meta page in the file.
///
/// Where the tree cannot be read that far it is left open, since names would be taken for records.
pub(super) fn is_one_database<R: ReadAt>(source: &R, meta: &Meta) -> Result<bool, ReadError> {
    let Access::Btree(btree) = &meta.access else { return Ok(false) };
    let mut pages = Pages::new(source, meta);
    let mut items = Items::default();
    match first_leaf(&mut pages, &mut items, btree.root)? {
        Some(leaf) if leaf.entries() > 0 && !has_name(meta, &leaf, &items) => Ok(!has_meta_page(&mut pages)?),
        _ => Ok(false),
    }
}

/// Returns the leaf of the smallest keys, and its items; nothing where no tree leads to it.
fn first_leaf<R: ReadAt>(pages: &mut Pages<'_, R>, items: &mut Items, root: PageNo) -> Result<Option<Page>, ReadError> {
    let mut number = root;
    for _ in 0..LEVELS_LIMIT {
        let Some(page) = unless_damaged(pages.peek(number, PageNo(0)))? else { return Ok(None) };
        match page.kind() {
            Some(PageType::BtreeLeaf) => return Ok(items.read_pairs(&page).is_ok().then_some(page)),
            Some(PageType::BtreeInternal) => {
                let mut first = None;
                let read = items.read_internal(&page, |child, _| {
                    first.get_or_insert(child.page);
                });
                let (Ok(_), Some(child)) = (read, first) else { return Ok(None) };
                number = child;
            }
            _ => return Ok(None),
        }
    }
    Ok(None)
}

/// Tells whether one of the pairs may be the name of a database and its place.
fn has_name(meta: &Meta, leaf: &Page, items: &Items) -> bool {
    let inline = |index: usize| match items.get(index).map(|item| &item.body) {
        Some(Body::Inline(range)) => Some(leaf.slice(range.clone())),
        _ => None,
    };
    (0..items.len()).step_by(2).any(|index| {
        let (Some(key), Some(data)) = (inline(index), inline(index.saturating_add(1))) else { return false };
        let place = page_number(meta, Data::Whole(data), leaf.number);
        name(key, leaf.number).is_ok() && place.is_ok_and(|place| place.0 < meta.pages)
    })
}

fn has_meta_page<R: ReadAt>(pages: &mut Pages<'_, R>) -> Result<bool, ReadError> {
    for number in (1..pages.meta.pages).map(PageNo) {
        let page = unless_damaged(pages.peek(number, PageNo(0)))?;
        if page.is_some_and(|page| matches!(page.kind(), Some(PageType::BtreeMeta | PageType::HashMeta))) {
            return Ok(true);
        }
    }
    Ok(false)
}
