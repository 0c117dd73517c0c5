//! Schema elements that stay missing, by product: classes by name, attributes as a number. The whole list is in the JSON report.

use std::collections::BTreeMap;

use command::layout::two_columns;

use super::counted;
use crate::plan::{ElementKind, LeftOut, Plan};

/// So many elements with one reason are shown by name.
const NAMED: usize = 3;

/// Returns the tables of what is left out; nothing where nothing is.
pub(super) fn lines(plan: &Plan) -> Vec<String> {
    if plan.left_out.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![format!("Left out of the schema: {}", counts(&plan.left_out))];
    let rows: Vec<(String, String)> = by_product(plan.left_out.iter())
        .into_iter()
        .flat_map(|(product, elements)| {
            let mut by_reason: BTreeMap<&str, Vec<&LeftOut>> = BTreeMap::new();
            for element in elements {
                by_reason.entry(&element.reason).or_default().push(element);
            }
            by_reason.into_iter().enumerate().map(move |(at, (reason, elements))| {
                let product = if at == 0 { product.to_owned() } else { String::new() };
                (product, format!("{}: {reason}", shown(&elements)))
            })
        })
        .collect();
    lines.extend(two_columns(&rows));
    let classes = missing_classes(plan);
    if !classes.is_empty() {
        lines.push("Missing classes".to_owned());
        lines.extend(two_columns(&classes));
    }
    lines.push("The whole list is in the report (--report FILE).".to_owned());
    lines
}

/// Returns the classes that stay missing, by product. Entries that products make may need them.
pub(super) fn missing_classes(plan: &Plan) -> Vec<(String, String)> {
    let classes = plan.left_out.iter().filter(|element| element.kind == ElementKind::Class);
    let names = |elements: Vec<&LeftOut>| elements.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ");
    by_product(classes).into_iter().map(|(product, elements)| (product.to_owned(), names(elements))).collect()
}

/// Returns one short line about the missing classes of a product.
pub(super) fn finding(product: &str, classes: &str) -> String {
    let names: Vec<&str> = classes.split(", ").collect();
    match names.as_slice() {
        [first, second, rest @ ..] if rest.len() > 1 => {
            format!("{product}: missing classes: {first}, {second} and {} more", rest.len())
        }
        _ => format!("{product}: missing classes: {classes}"),
    }
}

fn by_product<'a>(elements: impl Iterator<Item = &'a LeftOut>) -> BTreeMap<&'a str, Vec<&'a LeftOut>> {
    let mut by_product: BTreeMap<&str, Vec<&LeftOut>> = BTreeMap::new();
    for element in elements {
        by_product.entry(&element.product).or_default().push(element);
    }
    by_product
}

/// Returns the number of elements; a few of them with their names.
fn shown(elements: &[&LeftOut]) -> String {
    let counts = counts(elements.iter().copied());
    if elements.len() > NAMED {
        return counts;
    }
    let named = elements.iter().map(|element| match element.classes_without_it.as_slice() {
        [] => element.name.clone(),
        classes => format!("{} (classes without it: {})", element.name, classes.join(", ")),
    });
    format!("{counts}: {}", named.collect::<Vec<_>>().join(", "))
}

fn counts<'a>(elements: impl IntoIterator<Item = &'a LeftOut>) -> String {
    let (classes, attributes): (Vec<_>, Vec<_>) =
        elements.into_iter().partition(|element| element.kind == ElementKind::Class);
    let classes = match classes.len() {
        0 => None,
        1 => Some("1 class".to_owned()),
        count => Some(format!("{count} classes")),
    };
    let attributes = (!attributes.is_empty()).then(|| counted(attributes.len(), "attribute"));
    classes.into_iter().chain(attributes).collect::<Vec<_>>().join(", ")
}
