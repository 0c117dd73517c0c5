//! The plan of an independent copy: one new tree with the configuration, empty directories for the rest, and the new root's links to it.
//! The old configuration is only read. Pure.

use serde_json::{Value, json};
use upgrade_engine::fs::{FileKind, Name, RelPath};
use upgrade_engine::place::{Anchor, Place};
use upgrade_engine::plan::Plan;
use upgrade_engine::step::{Attributes, BuildTree, Content, Node, Step, TreeEntry};

use super::detect::content::{Outcome, Surveyed};
use super::ldap_settings;
use super::plan::{CONFIG, Facts, NEW_ROOT, links, msg_conf_path, recipe};
use super::produce;

/// The anchor of the directory above the copy.
const ABOVE: &str = "data-root-parent";

/// What is known of the copy's place and of what it is like.
pub struct CopyFacts {
    /// The directory above the copy.
    pub above: Anchor,
    /// The name of the copy there.
    pub name: Name,
    /// What the old data root is like.
    pub attributes: Attributes,
    /// The directories that the copy gets empty, with what the old ones are like. `log` is among them.
    pub empty: Vec<(Name, Attributes)>,
    /// What the configuration directory is like.
    pub config: Attributes,
    /// What each directory, link and pipe of the configuration is like; links with their targets.
    pub entries: Vec<(RelPath, FileKind, Attributes, Option<String>)>,
}

/// Returns the plan of a copy.
///
/// # Errors
/// [`command::Error::Internal`] when a file was not surveyed as it must be.
pub fn copying(facts: &Facts, copy: &CopyFacts, request: Value) -> Result<Plan, command::Error> {
    let mut plan = Plan::new(crate::TOOL, request);
    plan.anchors.insert(CONFIG.to_owned(), facts.configuration.tree.anchor.clone());
    plan.anchors.insert(NEW_ROOT.to_owned(), facts.new_root.clone());
    plan.anchors.insert(ABOVE.to_owned(), copy.above.clone());
    let config = RelPath::from(Name::new("config").map_err(|e| command::Error::Internal(e.to_string()))?);
    let directory = |path: RelPath, attributes: &Attributes| TreeEntry {
        path,
        node: Node::Directory,
        attributes: attributes.clone(),
    };
    let mut entries = vec![directory(config.clone(), &copy.config)];
    for (path, kind, attributes, target) in &copy.entries {
        let node = match (kind, target) {
            (FileKind::Directory, _) => Node::Directory,
            (FileKind::Symlink, Some(target)) => Node::Symlink(target.clone()),
            (FileKind::Fifo, _) => Node::Fifo,
            _ => continue,
        };
        entries.push(TreeEntry { path: config.below(path), node, attributes: attributes.clone() });
    }
    let msg_conf = msg_conf_path()?;
    let mut hard_links = Vec::new();
    for file in &facts.configuration.files {
        let path = &file.names.path;
        let attributes = &file.attributes;
        let content = if *path == msg_conf && facts.msg_conf.is_some() { continue } else { content(file, facts)? };
        entries.push(TreeEntry { path: config.below(path), node: Node::File(content), attributes: attributes.clone() });
        hard_links.extend(file.names.others.iter().map(|other| TreeEntry {
            path: config.below(other),
            node: Node::HardLink(config.below(path)),
            attributes: attributes.clone(),
        }));
    }
    if let Some(made) = &facts.msg_conf {
        let content =
            Content::Produced { by: ldap_settings::PRODUCER.to_owned(), request: json!(made.recipe), size: made.size };
        let there = facts.configuration.files.iter().find(|file| file.names.path == msg_conf);
        let attributes = there.map_or(&made.attributes, |there| &there.attributes).clone();
        entries.push(TreeEntry { path: config.below(&msg_conf), node: Node::File(content), attributes });
    }
    entries.extend(hard_links);
    entries.extend(copy.empty.iter().map(|(name, attributes)| directory(RelPath::from(name.clone()), attributes)));
    let at = Place::anchor(ABOVE).join(&copy.name);
    plan.steps.push(Step::BuildTree(BuildTree { at, attributes: copy.attributes.clone(), entries }));
    plan.steps.extend(links(&facts.links));
    Ok(plan)
}

fn content(file: &Surveyed, facts: &Facts) -> Result<Content, command::Error> {
    if let Outcome::Rewritten { before, size, .. } = &file.outcome {
        let request = recipe(file, before, &facts.moves);
        return Ok(Content::Produced { by: produce::PRODUCER.to_owned(), request, size: *size });
    }
    let path = &file.names.path;
    let digest = file.digest.ok_or_else(|| command::Error::Internal(format!("{path} has no digest")))?;
    Ok(Content::CopyOf { from: Place::anchor(CONFIG).below(path), digest, size: file.names.stat.size })
}
