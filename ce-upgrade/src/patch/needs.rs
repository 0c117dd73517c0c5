//! New keys that need a value of the site's, because there is no old one (`reference/communications-express.md` section 11).

use std::collections::BTreeSet;

use config_merge::{Merges, Method};
use documents::merge::{Decision, Presence, Word};

/// The file with the keys of the proxy login.
const MAIN: &str = "config/uwcconfig.properties";
/// The keys of the proxy login begin with this. Without them mail does not work, and what is shipped fits by accident only.
const PROXY: &str = "webmail.proxyadmin";
/// The password of the proxy login: the manuals have both spellings.
const SPELLINGS: [&str; 2] = ["webmail.proxyadminpass", "webmail.proxyadminpasswd"];

/// Returns a line for each such key.
pub(super) fn lines(merges: &Merges<'_, Method>) -> Vec<String> {
    let mut lines = Vec::new();
    for merged in &merges.merged {
        let (name, decisions) = (&merged.file.name, &merged.merge.decisions);
        if !name.ends_with(".properties") {
            continue;
        }
        let spelled = if name == MAIN { two_spellings(decisions) } else { None };
        let said: BTreeSet<&str> = spelled.iter().map(|(_, other)| *other).collect();
        if let Some((kept, other)) = spelled {
            lines.push(format!(
                "{name}: {kept} is kept; the manuals also write {other}: where mail login fails, give it the same value"
            ));
        }
        for decision in decisions.iter().filter(|decision| !said.contains(decision.key.as_str())) {
            if decision.word != Word::AddNew {
                continue;
            }
            let key = &decision.key;
            match &decision.outcome {
                Presence::Present(value) if is_empty(value.as_deref()) => {
                    lines.push(format!("{name}: {key} needs a value: it is new and has none"));
                }
                Presence::Present(_) if name == MAIN && key.starts_with(PROXY) => {
                    lines.push(format!("{name}: {key} needs a value: it is new and has what is shipped"));
                }
                _ => {}
            }
        }
    }
    lines
}

/// Returns which spelling of the password the site uses, and the other one; nothing where it uses none or both.
fn two_spellings(decisions: &[Decision]) -> Option<(&'static str, &'static str)> {
    let is_used = |spelling: &str| {
        let used = decisions.iter().find(|decision| decision.key == spelling);
        used.and_then(|decision| decision.site.present()).is_some_and(|value| !is_empty(value.as_deref()))
    };
    match SPELLINGS {
        [one, other] if is_used(one) && !is_used(other) => Some((one, other)),
        [one, other] if is_used(other) && !is_used(one) => Some((other, one)),
        _ => None,
    }
}

fn is_empty(value: Option<&[u8]>) -> bool {
    value.is_none_or(|value| value.trim_ascii().is_empty())
}
