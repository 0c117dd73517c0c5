//! What an administrator should look at beside the decisions: values of keys that are secrets are never shown.

use documents::merge::{Decision, Merge, Presence, Side};
use documents::{Document, Properties, roots};
use install_root::delegated_administrator::{BASES, ConfigFile, OLD_VAR};
use upgrade_engine::redact;

use crate::defaults;

/// Returns the notes on a merged file. `base` is where Delegated Administrator is now.
pub fn on_merge(file: ConfigFile, merge: &Merge, base: &str) -> Vec<String> {
    let mut notes = Vec::new();
    for decision in &merge.decisions {
        notes.extend(computed(file, decision, merge));
        notes.extend(old_path(file, decision, base, merge.notation));
    }
    if file == ConfigFile::CliUsrprefs {
        let kept = merge.decisions.iter().filter(|d| value(&d.new) != value(&d.outcome) && value(&d.outcome).is_some());
        let kept: Vec<&str> = kept.map(|decision| decision.key.as_str()).collect();
        if !kept.is_empty() {
            notes.push(format!(
                "{file}: config-commda asks for host, port and domain and writes them here; the site's values are kept for {}",
                kept.join(", ")
            ));
        }
    }
    notes
}

/// A value that config-commda was told a minute ago, and that is not the site's.
fn computed(file: ConfigFile, decision: &Decision, merge: &Merge) -> Option<String> {
    let is_computed = defaults::computed(file).contains(&decision.key.as_str());
    let (site, new) = (value(&decision.site)?, value(&decision.new)?);
    (is_computed && site != new).then(|| {
        let [site, new, outcome] =
            [Some(site), Some(new), value(&decision.outcome)].map(|v| v.map(merge.notation).unwrap_or_default());
        let key = &decision.key;
        format!("{file}:{key}: config-commda got {new} in its panels, the site had {site}; the file now has {outcome}")
    })
}

/// A path below a place that Delegated Administrator has left.
fn old_path(file: ConfigFile, decision: &Decision, base: &str, notation: fn(&[u8]) -> String) -> Option<String> {
    let outcome = value(&decision.outcome).filter(|outcome| Some(*outcome) != value(&decision.new))?;
    let left = BASES.into_iter().chain([OLD_VAR]).filter(|place| *place != base);
    let place = left.into_iter().find(|place| roots::occurs(outcome, place.as_bytes()))?;
    let key = &decision.key;
    let shown = shown(key, &notation(outcome));
    Some(format!("{file}:{key}: the site's value {shown} names a path below {place}: check that it is still there"))
}

fn value(side: &Side) -> Option<&[u8]> {
    match side {
        Presence::Present(Some(value)) => Some(value),
        _ => None,
    }
}

fn shown(key: &str, value: &str) -> String {
    if redact::is_secret_key(key) { redact::SECRET.to_owned() } else { redact::text(value) }
}

/// Returns the keys of which two files say something else.
pub fn differing_keys(one: &Properties, other: &Properties) -> Vec<String> {
    let mut keys: Vec<&documents::Key> = one.entries().iter().chain(other.entries()).map(|entry| &entry.key).collect();
    keys.sort();
    keys.dedup();
    let says = |document: &Properties, key| document.effective(key).and_then(|entry| entry.value.clone());
    let differ = keys.into_iter().filter(|key| says(one, key) != says(other, key));
    differ.map(ToString::to_string).collect()
}
