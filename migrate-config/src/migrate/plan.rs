//! The plan of a move: each file that names the old root is edited in place, then the new root gets its three links. Pure.

use command::Error;
use documents::Dialect;
use serde_json::{Value, json};
use upgrade_engine::digest::Digest;
use upgrade_engine::fs::path::escape;
use upgrade_engine::fs::{Name, RelPath, RootPath};
use upgrade_engine::place::{Anchor, Place};
use upgrade_engine::plan::Plan;
use upgrade_engine::step::{Attributes, LinkState, NewContent, ReplaceFile, SetLink, SpanEdit, Step, WriteFile};

use super::detect::Configuration;
use super::detect::content::{Outcome, Surveyed};
use super::rewrite::{Change, Moves};
use super::{ldap_settings, produce};

/// The anchor of the configuration directory.
pub const CONFIG: &str = "config";
/// The anchor of the new root.
pub const NEW_ROOT: &str = "new-root";

/// A link that the new root gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLink {
    /// `config`, `data` or `log`.
    pub name: Name,
    /// The directory that it leads to.
    pub target: RootPath,
    /// Its owner and time.
    pub attributes: Attributes,
}

/// `msg.conf`, made from an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MsgConf {
    /// How.
    pub recipe: ldap_settings::Recipe,
    /// Its digest.
    pub after: Digest,
    /// How long it is.
    pub size: u64,
    /// What it is like where there is none yet.
    pub attributes: Attributes,
}

/// What a plan is made from.
pub struct Facts {
    /// The new root.
    pub new_root: Anchor,
    /// Its links.
    pub links: Vec<NewLink>,
    /// The configuration.
    pub configuration: Configuration,
    /// What moves in it.
    pub moves: Moves,
    /// The settings from LDAP.
    pub msg_conf: Option<MsgConf>,
}

/// Returns the plan of a move in place.
///
/// # Errors
/// [`Error::Internal`] when a name is none.
pub fn linking(facts: &Facts, request: Value) -> Result<Plan, Error> {
    let mut plan = Plan::new(crate::TOOL, request);
    plan.anchors.insert(CONFIG.to_owned(), facts.configuration.tree.anchor.clone());
    plan.anchors.insert(NEW_ROOT.to_owned(), facts.new_root.clone());
    let msg_conf = msg_conf_path()?;
    let is_made = |file: &Surveyed| facts.msg_conf.is_some() && file.names.all().any(|name| *name == msg_conf);
    let files = facts.configuration.files.iter();
    // It is made from `local.conf` as that is now, so it comes first.
    if let Some(made) = &facts.msg_conf {
        let there = files.clone().find(|file| is_made(file));
        plan.steps.push(settings(made, &msg_conf, there));
    }
    plan.steps.extend(files.clone().filter(|file| !is_made(file)).filter_map(|file| replaced(file, &facts.moves)));
    plan.steps.extend(links(&facts.links));
    Ok(plan)
}

/// Returns the steps that make the links of the new root.
pub fn links(links: &[NewLink]) -> impl Iterator<Item = Step> {
    links.iter().map(|link| {
        let after = LinkState { target: escape(link.target.as_bytes()), attributes: link.attributes.clone() };
        Step::SetLink(SetLink { at: Place::anchor(NEW_ROOT).join(&link.name), before: None, after: Some(after) })
    })
}

/// Returns the path of `msg.conf` below the configuration directory.
///
/// # Errors
/// Never.
pub fn msg_conf_path() -> Result<RelPath, Error> {
    RelPath::new("msg.conf").map_err(|e| Error::Internal(e.to_string()))
}

fn in_config(path: &RelPath) -> Place {
    Place::anchor(CONFIG).below(path)
}

fn replaced(file: &Surveyed, moves: &Moves) -> Option<Step> {
    let Outcome::Rewritten { before, after, change, .. } = &file.outcome else { return None };
    let content = match change {
        Change::Edits(edits) => {
            let edit = |edit: &documents::SpanEdit| SpanEdit {
                offset: edit.offset,
                remove: edit.remove,
                insert: escape(&edit.insert),
            };
            NewContent::Edits(edits.iter().map(edit).collect())
        }
        Change::Anew => {
            let request = recipe(file, before, moves);
            NewContent::Produced { by: produce::PRODUCER.to_owned(), request }
        }
    };
    let links = file.names.others.iter().map(in_config).collect();
    Some(Step::ReplaceFile(ReplaceFile {
        at: in_config(&file.names.path),
        links,
        before: *before,
        after: *after,
        content,
        attributes: None,
    }))
}

/// Returns how a rewritten file is made, for a producer.
pub fn recipe(file: &Surveyed, before: &Digest, moves: &Moves) -> Value {
    let dialect: Dialect = file.class.dialect();
    json!(produce::Recipe {
        from: in_config(&file.names.path),
        before: *before,
        dialect: dialect.name().to_owned(),
        moves: moves.clone(),
    })
}

fn settings(made: &MsgConf, path: &RelPath, there: Option<&Surveyed>) -> Step {
    let content = NewContent::Produced { by: ldap_settings::PRODUCER.to_owned(), request: json!(made.recipe) };
    match (there, &made.recipe.msg_conf) {
        (Some(file), Some(source)) => Step::ReplaceFile(ReplaceFile {
            at: in_config(&file.names.path),
            links: file.names.others.iter().map(in_config).collect(),
            before: source.digest,
            after: made.after,
            content,
            attributes: None,
        }),
        _ => Step::WriteFile(WriteFile {
            at: in_config(path),
            digest: made.after,
            content,
            attributes: made.attributes.clone(),
        }),
    }
}
