//! A merge of XML by element, as a proposal: somebody has to look at it, always.
//!
//! Which elements of the versions are the same one is only supposed: the name counts, and the first attribute, or the text of a first
//! child that is called a name or an id (`param-name` in `web.xml`); among equal ones the order.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;

use super::{ElementNo, Xml};
use crate::{SpanEdit, apply};

/// What a merge by element makes of three files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ElementProposal {
    /// The site's file with what the new release changed, well-formed.
    pub bytes: Vec<u8>,
    /// How many values both sides changed: there the site's stands.
    pub conflicts: usize,
}

/// Returns what a merge by element makes of three files; nothing where one of them is not well-formed, or their roots differ.
pub fn by_element(base: &[u8], site: &[u8], new: &[u8]) -> Option<ElementProposal> {
    let [base, site, new] = [base, site, new].map(|bytes| Xml::parse(bytes.to_vec()).ok());
    let (base, site, new) = (base?, site?, new?);
    let roots = [&base, &site, &new].map(|xml| xml.name(xml.root()));
    if roots.iter().any(|name| *name != roots[0]) {
        return None;
    }
    let mut merge = Merge { base: &base, site: &site, new: &new, edits: BTreeMap::new(), conflicts: 0 };
    merge.element(Some(base.root()), site.root(), new.root());
    let Merge { edits, conflicts, .. } = merge;
    let edits: Vec<_> =
        edits.into_iter().map(|((offset, remove), insert)| SpanEdit { offset, remove, insert }).collect();
    let bytes = apply(site.to_bytes(), &edits).ok()?;
    Xml::parse(bytes.clone()).ok()?;
    Some(ElementProposal { bytes, conflicts })
}

struct Merge<'a> {
    base: &'a Xml,
    site: &'a Xml,
    new: &'a Xml,
    /// What comes in the place of how many bytes where.
    edits: BTreeMap<(u64, u64), Vec<u8>>,
    conflicts: usize,
}

/// What the new release's value makes of the site's.
enum Change {
    No,
    Take,
    Conflict,
}

impl Change {
    fn of(base: Option<&str>, site: Option<&str>, new: Option<&str>) -> Self {
        if new == site || new == base {
            Self::No
        } else if site == base {
            Self::Take
        } else {
            Self::Conflict
        }
    }
}

impl Merge<'_> {
    fn element(&mut self, base: Option<ElementNo>, site: ElementNo, new: ElementNo) {
        for name in self.new.attribute_names(new) {
            let of_base = base.and_then(|base| self.base.attribute(base, &name));
            let (of_site, of_new) = (self.site.attribute(site, &name), self.new.attribute(new, &name));
            match Change::of(of_base.as_deref(), of_site.as_deref(), of_new.as_deref()) {
                Change::No => {}
                Change::Conflict => self.conflicts += 1,
                Change::Take => {
                    let edit = self.site.set_attribute(site, &name, of_new.as_deref().unwrap_or_default());
                    edit.into_iter().for_each(|edit| self.add(edit));
                }
            }
        }
        let is_leaf = |xml: &Xml, element| xml.children(element).next().is_none();
        if is_leaf(self.site, site) && is_leaf(self.new, new) {
            let of_base = base.filter(|base| is_leaf(self.base, *base)).map(|base| self.base.text(base));
            let (of_site, of_new) = (self.site.text(site), self.new.text(new));
            match Change::of(of_base.as_deref(), Some(&of_site), Some(&of_new)) {
                Change::No => {}
                Change::Conflict => self.conflicts += 1,
                Change::Take => {
                    let edit = self.site.set_text(site, &of_new);
                    edit.into_iter().for_each(|edit| self.add(edit));
                }
            }
            return;
        }
        self.children(base, site, new);
    }

    fn children(&mut self, base: Option<ElementNo>, site: ElementNo, new: ElementNo) {
        let of_base = base.map(|base| known(self.base, base)).unwrap_or_default();
        let (of_site, of_new) = (known(self.site, site), known(self.new, new));
        // Where the site's next new element goes: behind the last one that both have.
        let mut behind = self.site.content(site).start;
        let mut from = self.new.content(new).start;
        let is_empty = self.site.element(site).is_none_or(|element| element.end_tag.is_empty());
        for (identity, child) in in_order(&of_new) {
            let whole = self.new.whole(child);
            match (of_base.get(identity), of_site.get(identity)) {
                (base, Some(same)) => {
                    behind = self.site.whole(*same).end;
                    self.element(base.copied(), *same, child);
                }
                // An element like `<a/>` has no place for it.
                (None, None) if is_empty => self.conflicts += 1,
                (None, None) => {
                    let bytes = self.new.to_bytes().get(from..whole.end).unwrap_or_default();
                    let text = self.new.encoding().decode(bytes).into_owned();
                    let insert = self.site.encoding().encode(&text);
                    self.add(SpanEdit { offset: behind as u64, remove: 0, insert });
                }
                // The site deleted it.
                (Some(deleted), None) => {
                    if self.spelled(self.base, *deleted) != self.spelled(self.new, child) {
                        self.conflicts += 1;
                    }
                }
            }
            from = whole.end;
        }
        for (identity, gone) in in_order(&of_site) {
            let Some(base) = of_base.get(identity).filter(|_| !of_new.contains_key(identity)) else { continue };
            if self.spelled(self.base, *base) == self.spelled(self.site, gone) {
                let span = with_its_line(self.site.to_bytes(), self.site.whole(gone));
                self.add(SpanEdit { offset: span.start as u64, remove: span.len() as u64, insert: Vec::new() });
            } else {
                self.conflicts += 1;
            }
        }
    }

    /// Adds an edit; several that insert at one place become one.
    fn add(&mut self, edit: SpanEdit) {
        match self.edits.entry((edit.offset, edit.remove)) {
            Entry::Occupied(mut known) => known.get_mut().extend_from_slice(&edit.insert),
            Entry::Vacant(place) => drop(place.insert(edit.insert)),
        }
    }

    fn spelled(&self, xml: &Xml, element: ElementNo) -> String {
        xml.encoding().decode(xml.to_bytes().get(xml.whole(element)).unwrap_or_default()).into_owned()
    }
}

/// What tells an element from the others beside it, with a number for equal ones.
type Known = BTreeMap<(String, usize), ElementNo>;

fn known(xml: &Xml, parent: ElementNo) -> Known {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let number = |child: ElementNo| {
        let identity = identity(xml, child);
        let count = counts.entry(identity.clone()).or_default();
        *count += 1;
        ((identity, *count), child)
    };
    xml.children(parent).map(number).collect()
}

fn in_order(known: &Known) -> Vec<(&(String, usize), ElementNo)> {
    let mut all: Vec<_> = known.iter().map(|(identity, element)| (identity, *element)).collect();
    all.sort_by_key(|(_, element)| *element);
    all
}

fn identity(xml: &Xml, element: ElementNo) -> String {
    let name = xml.name(element);
    if let Some(first) = xml.attribute_names(element).into_iter().next() {
        let value = xml.attribute(element, &first).unwrap_or_default();
        return format!("{name} @{first}={value}");
    }
    let names_it = |child: &ElementNo| {
        let child = xml.name(*child).to_ascii_lowercase();
        child.ends_with("name") || child.ends_with("id")
    };
    match xml.children(element).next().filter(names_it) {
        Some(child) => format!("{name} {}", xml.text(child)),
        None => name,
    }
}

/// Returns a span with the blanks ahead of it and the line end before these, where nothing else stands there.
fn with_its_line(bytes: &[u8], span: Range<usize>) -> Range<usize> {
    let ahead = bytes.get(..span.start).unwrap_or_default();
    let text = ahead.iter().rposition(|byte| !matches!(byte, b' ' | b'\t')).map_or(0, |at| at + 1);
    let start = match ahead.get(..text).unwrap_or_default() {
        [.., b'\r', b'\n'] => text - 2,
        [.., b'\n'] => text - 1,
        _ => span.start,
    };
    start..span.end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(base: &str, site: &str, new: &str) -> (String, usize) {
        let proposal = by_element(base.as_bytes(), site.as_bytes(), new.as_bytes()).unwrap();
        (String::from_utf8(proposal.bytes).unwrap(), proposal.conflicts)
    }

    const BASE: &str = "<x>\n  <attr ldap=\"cn\" ab=\"a\"/>\n  <attr ldap=\"sn\" ab=\"b\"/>\n</x>\n";

    #[test]
    fn what_each_side_changed_is_in_the_proposal_and_the_site_s_spelling_stays() {
        let site = BASE.replace("\n</x>", "\n  <attr ldap=\"room\" ab='r'/> <!-- ours -->\n</x>");
        let new = BASE
            .replace("ab=\"b\"", "ab=\"b2\" multi=\"true\"")
            .replace("\n</x>", "\n  <attr ldap=\"mobile\" ab=\"m\"/>\n</x>");
        let expected = "<x>\n  <attr ldap=\"cn\" ab=\"a\"/>\n  <attr ldap=\"sn\" ab=\"b2\" multi=\"true\"/>\n  <attr ldap=\"mobile\" ab=\"m\"/>\n  \
                        <attr ldap=\"room\" ab='r'/> <!-- ours -->\n</x>\n";
        assert_eq!(merged(BASE, &site, &new), (expected.to_owned(), 0));
    }

    #[test]
    fn what_both_changed_stays_the_site_s_and_is_counted() {
        let (site, new) = (BASE.replace("\"b\"", "\"ours\""), BASE.replace("\"b\"", "\"theirs\""));
        assert_eq!(merged(BASE, &site, &new), (site, 1));
    }

    #[test]
    fn an_element_that_the_new_release_dropped_goes_unless_the_site_changed_it() {
        let new = "<x>\n  <attr ldap=\"cn\" ab=\"a\"/>\n</x>\n";
        assert_eq!(merged(BASE, BASE, new), (new.to_owned(), 0));
        let site = BASE.replace("\"b\"", "\"ours\"");
        assert_eq!(merged(BASE, &site, new), (site, 1));
    }

    #[test]
    fn what_the_site_deleted_stays_deleted() {
        let site = "<x>\n  <attr ldap=\"sn\" ab=\"b\"/>\n</x>\n";
        let new = BASE.replace("ab=\"b\"", "ab=\"c\"");
        assert_eq!(merged(BASE, site, &new).0, "<x>\n  <attr ldap=\"sn\" ab=\"c\"/>\n</x>\n");
    }

    #[test]
    fn parameters_are_known_by_their_names_and_a_document_type_is_kept() {
        let doc = |a: &str, b: &str| {
            let param = |name: &str, value: &str| {
                format!("<p><param-name>{name}</param-name><param-value>{value}</param-value></p>")
            };
            format!("<!DOCTYPE w SYSTEM \"w.dtd\">\n<w>{}{}</w>", param("a", a), param("b", b))
        };
        assert_eq!(merged(&doc("1", "1"), &doc("2", "1"), &doc("1", "3")), (doc("2", "3"), 0));
    }

    #[test]
    fn there_is_no_proposal_without_three_well_formed_files_of_one_root() {
        for bad in ["", "<x>", "<y/>", "<!DOCTYPE x [<!ENTITY e \"e\">]><x>&e;</x>"] {
            assert_eq!(by_element(b"<x/>", bad.as_bytes(), b"<x/>"), None, "{bad}");
            assert_eq!(by_element(b"<x/>", b"<x/>", bad.as_bytes()), None, "{bad}");
        }
    }
}
