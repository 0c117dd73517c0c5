//! What becomes of each saved page: the decisions of every merge, for whole files. Pure.
//!
//! The carrier is the deployed tree, not the saved one: a page that both the site and the new release changed stays as it is deployed,
//! because pages of an older release may not work with the programs of the new one.

use std::collections::BTreeMap;

use documents::changes::Line;
use documents::merge::{Base, Rules, Word};
use documents::whole_file::{self, Content};
use upgrade_engine::fs::RelPath;

use super::facts::{Facts, Found, Look, Page};
use super::refusal::Refusal;

/// What is done with a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing: the site changed nothing, or has it already.
    Nothing,
    /// It is copied to a free name.
    Copy,
    /// It takes the place of the deployed one.
    Replace,
    /// The deployed one is kept, and somebody has to decide.
    Conflict,
}

/// The decision about a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// What is done.
    pub action: Action,
    /// The decision as reports show it.
    pub line: Line,
    /// What else to know, in a sentence.
    pub note: Option<String>,
}

/// What the administrator said of a conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The saved page.
    Site,
    /// The deployed page.
    New,
}

/// The name of a page in reports.
pub fn name(path: &RelPath) -> String {
    format!("webmail/{path}")
}

/// Reads resolutions: `FILE:<file>=site` or `FILE:<file>=new`.
///
/// # Errors
/// [`Refusal::Resolution`].
pub fn resolutions(typed: &[String]) -> Result<BTreeMap<String, Choice>, Refusal> {
    let read = |line: &String| {
        let (file, choice) = line.rsplit_once(":<file>=")?;
        let choice = match choice {
            "site" => Choice::Site,
            "new" => Choice::New,
            _ => return None,
        };
        Some((file.to_owned(), choice))
    };
    typed.iter().map(|line| read(line).ok_or_else(|| Refusal::Resolution(line.clone()))).collect()
}

/// Decides about every page.
///
/// # Errors
/// [`Refusal::Resolution`] for one about a page that is no conflict.
pub fn decide(facts: &Facts, resolutions: &BTreeMap<String, Choice>) -> Result<BTreeMap<RelPath, Decided>, Refusal> {
    let mut unused: Vec<&String> = resolutions.keys().collect();
    let mut all = BTreeMap::new();
    for (path, page) in &facts.pages {
        let name = name(path);
        let mut decided = of_page(path, page);
        if decided.action == Action::Conflict
            && let Some(choice) = resolutions.get(&name)
        {
            unused.retain(|unused| **unused != name);
            resolve(&mut decided, page, *choice)?;
        }
        all.insert(path.clone(), decided);
    }
    match unused.first() {
        Some(unused) => Err(Refusal::Resolution(format!("{unused}:<file>"))),
        None => Ok(all),
    }
}

fn resolve(decided: &mut Decided, page: &Page, choice: Choice) -> Result<(), Refusal> {
    match (choice, &page.deployed) {
        (Choice::New, _) => decided.action = Action::Nothing,
        (Choice::Site, Look::File(_)) => decided.action = Action::Replace,
        (Choice::Site, Look::Nothing) => decided.action = Action::Copy,
        // What is in the way is not removed.
        (Choice::Site, Look::Other(_)) => {
            return Err(Refusal::Resolution(format!("{}:<file>=site", decided.line.file)));
        }
    }
    if decided.action != Action::Nothing {
        decided.line.outcome.clone_from(&page.saved.shown);
    }
    decided.note = None;
    Ok(())
}

fn of_page(path: &RelPath, page: &Page) -> Decided {
    let Page { saved, base, deployed, package } = page;
    let live: Option<&Found> = match deployed {
        Look::File(found) => Some(found),
        Look::Nothing | Look::Other(_) => None,
    };
    // Where the site removed the deployed page, the package still says what the new release ships.
    let new = live.map(|found| &found.shown).or(if *deployed == Look::Nothing { package.as_ref() } else { None });
    let word = word(base.as_ref().map(Option::as_deref), &saved.shown, new.map(String::as_str));
    let (action, note) = match word {
        Word::KeepSite if live.is_some() => (Action::Replace, None),
        Word::KeepSite | Word::SiteAddition => (Action::Copy, None),
        Word::ObsoleteCustomised => {
            (Action::Copy, Some("the new release does not ship it; look whether it is still used".to_owned()))
        }
        // Nothing is known of the old release's pages: a page that only the site has is never lost.
        Word::Unproven if new.is_none() => (Action::Copy, None),
        Word::Unproven | Word::Conflict => (Action::Conflict, conflict_note(page, word)),
        Word::Same | Word::TakeNew | Word::RewriteRoot | Word::AddNew | Word::DropObsolete | Word::StaysDeleted => {
            (Action::Nothing, None)
        }
    };
    let (action, note) = match (action, deployed) {
        (Action::Copy | Action::Replace | Action::Conflict, Look::Other(what)) => {
            (Action::Conflict, Some(what.clone()))
        }
        (action, _) => (action, note),
    };
    let absent = || "<absent>".to_owned();
    let live = live.map_or_else(absent, |found| found.shown.clone());
    let outcome = match action {
        Action::Copy | Action::Replace => saved.shown.clone(),
        Action::Nothing | Action::Conflict => live,
    };
    let last = path.names().last().map(ToString::to_string).unwrap_or_default();
    let line = Line {
        file: name(path),
        key: format!("{last}:{}", whole_file::KEY),
        base: match base {
            None => "<unknown>".to_owned(),
            Some(base) => base.clone().unwrap_or_else(absent),
        },
        site: saved.shown.clone(),
        new: new.cloned().unwrap_or_else(absent),
        decision: word,
        outcome,
    };
    Decided { action, line, note }
}

fn conflict_note(page: &Page, word: Word) -> Option<String> {
    let deployed_is_changed = match (&page.deployed, &page.package) {
        (Look::File(found), Some(package)) => found.shown != *package,
        _ => false,
    };
    Some(match (word, &page.deployed) {
        (_, Look::Nothing) => "the new release ships it, and it is not deployed".to_owned(),
        _ if deployed_is_changed => "the deployed page differs from the package's as well".to_owned(),
        (Word::Unproven, _) => {
            "it is not known whether the site changed it: --base DIR names the old release's pages".to_owned()
        }
        _ => "both the site and the new release changed it".to_owned(),
    })
}

/// Returns the decision of the merge of whole files, which compares contents only: their digests do as well.
fn word(base: Option<Option<&str>>, saved: &str, new: Option<&str>) -> Word {
    let base = match base {
        Some(base) => Base::Known(base.map(str::as_bytes)),
        None => Base::Unknown,
    };
    let merged =
        whole_file::merge(base, Some(saved.as_bytes()), new.map(str::as_bytes), Content::Binary, &Rules::default());
    let first = merged.ok().and_then(|merged| merged.decisions.first().map(|decision| decision.word));
    first.unwrap_or(Word::Unproven)
}
