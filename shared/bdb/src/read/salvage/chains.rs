//! Pages of duplicates of versions 6 and 7 by their links: where a link to the next page is lost, that page's link back tells which
//! it is, and where a link back is lost, whether any other page or leaf calls the page its own.

use super::super::error::{ReadError, unless_damaged};
use super::super::hash_page::{HashItem, HashItems};
use super::super::page::{Body, Items, Page};
use super::super::pages::Pages;
use crate::format::{PageNo, PageType};
use crate::io::ReadAt;

/// The links of all pages of duplicates, collected when they are first asked for: 20 bytes per such page.
#[derive(Default)]
pub(super) struct Chains(Option<Links>);

#[derive(Default)]
struct Links {
    /// Pages with those that they call the previous one, which comes first.
    back: Vec<(u32, u32)>,
    /// Pages with those that they call the next one, which comes first.
    forth: Vec<(u32, u32)>,
    /// The first page of each set, as the leaves say.
    roots: Vec<u32>,
}

impl Chains {
    /// Returns the only page that calls a page the previous one, and that nothing else calls its own.
    pub(super) fn behind<R: ReadAt>(
        &mut self,
        pages: &mut Pages<'_, R>,
        number: PageNo,
    ) -> Result<Option<PageNo>, ReadError> {
        let links = self.links(pages)?;
        let mut found = with(&links.back, number).filter(|page| links.is_free(*page, number) && !pages.is_used(*page));
        Ok(found.next().filter(|_| found.next().is_none()))
    }

    /// Tells whether no leaf calls a page the first of a set, and no page but `from` calls it the next.
    pub(super) fn is_free<R: ReadAt>(
        &mut self,
        pages: &mut Pages<'_, R>,
        page: PageNo,
        from: PageNo,
    ) -> Result<bool, ReadError> {
        Ok(self.links(pages)?.is_free(page, from))
    }

    fn links<R: ReadAt>(&mut self, pages: &mut Pages<'_, R>) -> Result<&Links, ReadError> {
        let links = match self.0.take() {
            Some(links) => links,
            None => Links::collect(pages)?,
        };
        Ok(self.0.insert(links))
    }
}

/// Returns the pages that have a link to `number`.
fn with(links: &[(u32, u32)], number: PageNo) -> impl Iterator<Item = PageNo> {
    let from = links.partition_point(|(target, _)| *target < number.0);
    links.iter().skip(from).take_while(move |(target, _)| *target == number.0).map(|(_, page)| PageNo(*page))
}

impl Links {
    fn collect<R: ReadAt>(pages: &mut Pages<'_, R>) -> Result<Self, ReadError> {
        let (mut links, mut items, mut hash_items) = (Self::default(), Items::default(), HashItems::default());
        for number in (1..pages.meta.pages).map(PageNo) {
            let Some(page) = unless_damaged(pages.peek(number, PageNo(0)))? else { continue };
            match page.kind() {
                Some(PageType::OldDuplicate) => {
                    links.back.push((page.previous().0, number.0));
                    links.forth.push((page.next().0, number.0));
                }
                Some(PageType::BtreeLeaf) => links.add_roots_of_leaf(&page, &mut items),
                Some(PageType::HashUnsorted) => links.add_roots_of_bucket(&page, &mut hash_items),
                _ => {}
            }
        }
        links.back.sort_unstable();
        links.forth.sort_unstable();
        links.roots.sort_unstable();
        Ok(links)
    }

    fn add_roots_of_leaf(&mut self, page: &Page, items: &mut Items) {
        if items.read_pairs(page).is_ok() {
            let data = (1..items.len()).step_by(2).filter_map(|index| items.get(index));
            self.roots.extend(data.filter_map(|item| match item.body {
                Body::Duplicates(root) => Some(root.0),
                _ => None,
            }));
        }
    }

    fn add_roots_of_bucket(&mut self, page: &Page, items: &mut HashItems) {
        if items.read(page).is_ok() {
            let data = (1..page.entries()).step_by(2).filter_map(|index| items.get(index.into()));
            self.roots.extend(data.filter_map(|item| match item {
                HashItem::OffPage(root) => Some(root.0),
                _ => None,
            }));
        }
    }

    fn is_free(&self, page: PageNo, from: PageNo) -> bool {
        self.roots.binary_search(&page.0).is_err() && with(&self.forth, page).all(|other| other == from)
    }
}
