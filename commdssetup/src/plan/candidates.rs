//! Which definition of each element is to be in the directory: the built-in one, or the site's (`-S`).
//!
//! A site's file is a copy of what the vendor shipped, so it knows more than the published documents: with the same identifier, or
//! where the built-in definition has none or one of words, it prevails. Where it has an older identifier, the built-in one stays.

use ldif::schema::{AttributeType, ObjectClass, is_numeric_oid};

use super::named::{Named, is_older, is_same_oid};
use crate::schema_files::{Definitions, Element, Open, Origin};

/// Merges built-in and site definitions; remarks go to `notices`.
pub(super) fn choose(built_in: Definitions, site: Definitions, notices: &mut Vec<String>) -> Definitions {
    Definitions {
        attributes: merge::<AttributeType>(built_in.attributes, site.attributes, notices),
        classes: merge::<ObjectClass>(built_in.classes, site.classes, notices),
    }
}

fn merge<T: Named + Clone>(
    built_in: Vec<Element<T>>,
    site: Vec<Element<T>>,
    notices: &mut Vec<String>,
) -> Vec<Element<T>> {
    let mut all = built_in;
    for mut element in site {
        let Origin::Site { path, line } = &element.origin else { continue };
        let place = format!("{path}, line {line}");
        let theirs = &element.definition;
        let same_name = all.iter_mut().find(|known| theirs.names().iter().any(|name| known.definition.is_named(name)));
        if let Some(known) = same_name {
            let ours_is_open = known.open.contains(&Open::Oid);
            let is_from_site = matches!(known.origin, Origin::Site { .. });
            let is_number_new = !is_numeric_oid(known.definition.oid()) && is_numeric_oid(theirs.oid());
            let is_same = is_same_oid(known.definition.oid(), theirs.oid());
            if is_from_site {
                if known.definition.text() != theirs.text() {
                    notices.push(format!(
                        "{place}: {} is defined twice by the site; the first one counts.",
                        theirs.name()
                    ));
                }
            } else if ours_is_open || is_same || is_number_new {
                element.other_oids.clone_from(&known.other_oids);
                *known = element;
            } else {
                let is_old = is_older(known, theirs.oid()) || !is_numeric_oid(theirs.oid());
                let why = if is_old { "an identifier of old releases" } else { "another identifier" };
                notices.push(format!(
                    "{place}: {} has {why}, {}; {} is used.",
                    theirs.name(),
                    theirs.oid(),
                    known.definition.oid()
                ));
            }
            continue;
        }
        if let Some(known) = all.iter().find(|known| is_same_oid(known.definition.oid(), theirs.oid())) {
            notices.push(format!(
                "{place}: {} has the identifier {} of {}; it is left out.",
                theirs.name(),
                theirs.oid(),
                known.definition.name()
            ));
            continue;
        }
        all.push(element);
    }
    all
}
