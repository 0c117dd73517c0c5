//! Gives a live file new content: saved original, new file beside it, synced, one rename. Owner, mode, extended attributes
//! and time stay. Every surveyed name of the file is linked anew; a name that was not surveyed is a reason to stop.

use serde::{Deserialize, Serialize};

use super::ahead::{Ahead, Held, Look, Seen};
use super::new_file::{before_run, beside, digest_of, finish_new, refuse_taken, write_new};
use super::privileges::not_taken_over;
use super::saved::{Original, attributes_before, content_before, read_saved, save, saved_attributes};
use super::tree_content::produce_error;
use super::{Action, Attributes, Inverse, Known, Recovered, Step, StepContext, StepError, WriteFile};
use crate::digest::Digest;
use crate::fs::path::{escape, unescape};
use crate::fs::{Durable, Existing, FileId, Name, PathError, Stat};
use crate::place::Place;

/// A change of one span of a file's bytes, as [`documents::SpanEdit`], in a form for JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpanEdit {
    /// Offset in the original bytes.
    pub offset: u64,
    /// How many of them go.
    pub remove: u64,
    /// What comes in their place, as escaped text.
    pub insert: String,
}

/// Where the new content comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum NewContent {
    /// The old content with these edits, in order of their offsets.
    Edits(Vec<SpanEdit>),
    /// Bytes that a run saved.
    Saved {
        /// The run.
        run: Name,
        /// Name of the saved file in it.
        name: Name,
    },
    /// Made by one of the tool's [`super::Producer`]s: for content that a plan must not hold, such as passwords.
    Produced {
        /// The producer's name.
        by: String,
        /// What it is asked for.
        request: serde_json::Value,
    },
}

/// Gives a live file new content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplaceFile {
    /// The file.
    pub at: Place,
    /// Its other names.
    pub links: Vec<Place>,
    /// Digest of the content it has.
    pub before: Digest,
    /// Digest of the content it shall have.
    pub after: Digest,
    /// The new content.
    pub content: NewContent,
    /// What the file shall be like, where that changes, too: owner, mode and time in one step with the content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attributes: Option<Attributes>,
}

/// Name of the saved original in the run.
type Saved = Name;

impl ReplaceFile {
    fn refuse_two_anchors(&self) -> Result<(), StepError> {
        if self.links.iter().all(|link| link.anchor == self.at.anchor) {
            return Ok(());
        }
        Err(StepError::Broken(format!("the names of {} are not below one directory", self.at)))
    }

    /// Refuses another content than the surveyed one, and other names; `id` looks at one of them.
    fn refuse_changed(
        &self,
        world: &StepContext<'_>,
        now: Digest,
        stat: &Stat,
        id: impl Fn(&Place) -> Result<Option<FileId>, StepError>,
    ) -> Result<(), StepError> {
        if now != self.before {
            return Err(world.changed(&self.at, "its content has changed since it was read"));
        }
        let known = self.links.len().saturating_add(1);
        if stat.links != known as u64 {
            return Err(world.changed(&self.at, format!("it has {} names, {known} are known", stat.links)));
        }
        for link in &self.links {
            if id(link)? != Some(stat.id) {
                return Err(world.changed(link, "it is no longer the same file"));
            }
        }
        Ok(())
    }

    /// Returns the new content, made from the old one; nothing when a producer is to make it.
    fn new_content(&self, world: &StepContext<'_>, old: &[u8]) -> Result<Option<Vec<u8>>, StepError> {
        let content = match &self.content {
            NewContent::Edits(edits) => edited(old, edits)?,
            NewContent::Saved { run, name } => read_saved(world, run, name)?,
            NewContent::Produced { .. } => return Ok(None),
        };
        self.check_made(world, Digest::of(&content))?;
        Ok(Some(content))
    }

    fn check_made(&self, world: &StepContext<'_>, made: Digest) -> Result<(), StepError> {
        if made == self.after {
            return Ok(());
        }
        Err(StepError::Broken(format!("the new content of {} is not what was planned", world.show(&self.at))))
    }

    /// Writes the new content under the temporary name.
    fn write(&self, world: &StepContext<'_>, temporary: &Place, saved: &Saved) -> Result<Vec<String>, StepError> {
        let (attributes, dropped) = match &self.attributes {
            Some(attributes) => (attributes.clone(), None),
            None => self.attributes_of_replaced(world, saved)?,
        };
        let mut unset = self.write_with(world, temporary, &attributes, saved)?;
        unset.extend(dropped.map(|dropped| not_taken_over(&world.show(&self.at), &dropped)));
        Ok(unset)
    }

    /// Returns the attributes that the saved file had, for other bytes than its own; and what they do not get.
    fn attributes_of_replaced(
        &self,
        world: &StepContext<'_>,
        saved: &Saved,
    ) -> Result<(Attributes, Option<String>), StepError> {
        let mut attributes = attributes_before(world, saved)?;
        let (parent, _) = world.parent(&self.at)?;
        let holds_it = world.dir(&parent)?.stat(&parent.path).map_err(|e| world.error("look at", &parent, e))?;
        let dropped = attributes.drop_privileges_unless_roots(&holds_it);
        Ok((attributes, dropped))
    }

    fn write_with(
        &self,
        world: &StepContext<'_>,
        temporary: &Place,
        attributes: &Attributes,
        saved: &Saved,
    ) -> Result<Vec<String>, StepError> {
        let dir = world.dir(&self.at)?;
        let NewContent::Produced { by, request } = &self.content else {
            let content = self.new_content(world, &content_before(world, saved)?)?.unwrap_or_default();
            return write_new(world, temporary, &content, attributes, Durable::ReplacementFile);
        };
        let file = dir.create(&temporary.path).map_err(|e| world.error("create", temporary, e))?;
        let made = world.producer(by)?.produce(world, request, &*file);
        made.map_err(|message| produce_error(world, &self.at, message))?;
        let made = world.digest(temporary, &*file)?;
        self.check_made(world, made)?;
        finish_new(world, temporary, &*file, attributes, Durable::ReplacementFile)
    }

    /// Gives the other names to the file that now has the first one.
    fn relink(&self, world: &StepContext<'_>) -> Result<(), StepError> {
        let dir = world.dir(&self.at)?;
        let (parent, _) = world.parent(&self.at)?;
        // Before the other names follow: after a power failure the first one must tell how far this came.
        dir.sync(&parent.path, Durable::ReplacedFile).map_err(|e| world.error("sync", &parent, e))?;
        let id = dir.stat(&self.at.path).map_err(|e| world.error("look at", &self.at, e))?.id;
        for link in &self.links {
            if dir.stat(&link.path).map_err(|e| world.error("look at", link, e))?.id != id {
                let temporary = beside(world, link)?;
                dir.hard_link(&self.at.path, &temporary.path).map_err(|e| world.error("link", &temporary, e))?;
                dir.rename(&temporary.path, &link.path, Existing::Replace)
                    .map_err(|e| world.error("replace", link, e))?;
            }
            let (parent, _) = world.parent(link)?;
            dir.sync(&parent.path, Durable::ReplacedLink).map_err(|e| world.error("sync", &parent, e))?;
        }
        Ok(())
    }

    fn remove_temporaries(&self, world: &StepContext<'_>) -> Result<(), StepError> {
        for place in self.links.iter().chain([&self.at]) {
            let temporary = beside(world, place)?;
            if world.exists(&temporary)? {
                let removed = world.dir(&temporary)?.remove_file(&temporary.path);
                removed.map_err(|e| world.error("remove", &temporary, e))?;
            }
        }
        Ok(())
    }
}

impl Action for ReplaceFile {
    type Prepared = Saved;
    type Done = Vec<String>;

    fn describe(&self, show: &dyn Fn(&Place) -> String) -> String {
        match &self.content {
            NewContent::Edits(edits) => format!("edit {} ({} places)", show(&self.at), edits.len()),
            NewContent::Saved { run, .. } => format!("restore {} from run {run}", show(&self.at)),
            NewContent::Produced { by, .. } => format!("replace {} ({by})", show(&self.at)),
        }
    }

    fn places_mut(&mut self) -> Vec<&mut Place> {
        self.links.iter_mut().chain([&mut self.at]).collect()
    }

    fn touches(&self) -> Vec<Place> {
        self.links.iter().chain([&self.at]).filter_map(|place| Some(place.split_last()?.0)).collect()
    }

    fn check(&self, world: &StepContext<'_>, ahead: &mut Ahead) -> Result<(), StepError> {
        self.refuse_two_anchors()?;
        let names = || self.links.iter().chain([&self.at]);
        let content = match ahead.look(world, &self.at)? {
            Look::Disk(now, _) => {
                let Original { content, stat, .. } = Original::read(world, &now)?;
                self.refuse_changed(world, Digest::of(&content), &stat, |link| match ahead.look(world, link)? {
                    Look::Disk(_, stat) => Ok(Some(stat.id)),
                    Look::Nothing | Look::Planned(_) => Ok(None),
                })?;
                let size = stat.size;
                ahead.saves(world, size)?;
                // The old content goes once the new one is there. What a producer makes is about as long.
                ahead.takes(world, &self.at, size)?;
                ahead.frees(world, &self.at, size)?;
                let (uid, gid) = self.attributes.as_ref().map_or((stat.uid, stat.gid), |to| (to.uid, to.gid));
                if !world.dir(&now)?.can_give(uid, gid) {
                    return Err(StepError::Owner { path: world.show(&self.at), uid, gid });
                }
                Some(content)
            }
            Look::Planned(Seen::File(None)) => None,
            Look::Planned(Seen::File(Some(digest))) if digest == self.before => None,
            Look::Planned(Seen::File(Some(_))) => {
                return Err(world.changed(&self.at, "its content has changed since it was read"));
            }
            Look::Planned(_) => return Err(world.changed(&self.at, "it is not a file")),
            Look::Nothing => return Err(world.changed(&self.at, "it is gone")),
        };
        for place in names() {
            ahead.expect_free(world, &beside(world, place)?)?;
        }
        match (&self.content, content) {
            (NewContent::Edits(edits), Some(content)) => {
                self.check_made(world, Digest::of(&edited(&content, edits)?))?
            }
            (NewContent::Edits(_), None) => {}
            (NewContent::Saved { run, name }, _) => {
                self.check_made(world, Digest::of(&read_saved(world, run, name)?))?
            }
            (NewContent::Produced { by, request }, _) => world.check_producer(by, request, &self.at)?,
        }
        for place in names() {
            ahead.put(place, Seen::File(Some(self.after)));
        }
        Ok(())
    }

    fn prepare(&self, world: &StepContext<'_>) -> Result<Saved, StepError> {
        self.refuse_two_anchors()?;
        let original = Original::read(world, &self.at)?;
        let dir = world.dir(&self.at)?;
        let look = |place: &Place| dir.stat(&place.path).map_err(|e| world.error("look at", place, e));
        self.refuse_changed(world, original.digest(), &original.stat, |link| Ok(Some(look(link)?.id)))?;
        for place in self.links.iter().chain([&self.at]) {
            refuse_taken(world, &beside(world, place)?)?;
        }
        self.new_content(world, &original.content)?;
        save(world, &self.at, &original)
    }

    fn apply(&self, world: &StepContext<'_>, saved: &Saved) -> Result<Vec<String>, StepError> {
        let dir = world.dir(&self.at)?;
        let temporary = beside(world, &self.at)?;
        let unset = self.write(world, &temporary, saved)?;
        dir.rename(&temporary.path, &self.at.path, Existing::Replace)
            .map_err(|e| world.error("replace", &self.at, e))?;
        self.relink(world)?;
        Ok(unset)
    }

    fn recover(&self, world: &StepContext<'_>, _: &Saved) -> Result<Recovered<Vec<String>>, StepError> {
        self.remove_temporaries(world)?;
        let now = digest_of(world, &self.at)?;
        if now == self.before && now != self.after {
            return Ok(Recovered::NotDone);
        }
        if now != self.after {
            return Err(world.changed(&self.at, "it has neither its old nor its new content"));
        }
        self.relink(world)?;
        Ok(Recovered::Done(Vec::new()))
    }

    fn learn(&self, _: &Vec<String>, known: &mut Known) {
        for place in self.links.iter().chain([&self.at]) {
            known.contents.insert(place.clone(), self.after);
        }
    }

    /// A file that somebody edited since is kept, and the old content is written beside it.
    fn inverse(
        &self,
        world: &StepContext<'_>,
        saved: &Saved,
        _: &Vec<String>,
        _: &Known,
        disk: &Ahead,
    ) -> Result<Inverse, StepError> {
        let content = NewContent::Saved { run: world.undone_run()?.clone(), name: saved.clone() };
        let unchanged = match disk.held(world, &self.at)? {
            Held::File(digest, _) => digest.is_none_or(|digest| digest == self.after),
            _ => false,
        };
        if unchanged {
            let before = saved_attributes(world, world.undone_run()?, saved)?;
            // Without attributes of its own the new file has the live one's, but for what other bytes than the old ones do not get.
            let is_otherwise = self.attributes.is_some() || before.clone().drop_privileges().is_some();
            return Ok(Inverse::of(Step::ReplaceFile(Self {
                at: self.at.clone(),
                links: self.links.clone(),
                before: self.after,
                after: self.before,
                content,
                attributes: is_otherwise.then_some(before),
            })));
        }
        let beside = before_run(world, &self.at)?;
        let path = world.show(&self.at);
        let kept =
            format!("{path} was changed since the run and is kept; its old content is in {}", world.show(&beside));
        let attributes = saved_attributes(world, world.undone_run()?, saved)?;
        let write = WriteFile { at: beside, digest: self.before, content, attributes };
        Ok(Inverse { steps: vec![Step::WriteFile(write)], kept: vec![kept] })
    }
}

/// Returns the bytes with the edits made.
fn edited(original: &[u8], edits: &[SpanEdit]) -> Result<Vec<u8>, StepError> {
    let edits: Result<Vec<_>, PathError> = edits
        .iter()
        .map(|edit| {
            let insert = unescape(&edit.insert)?;
            Ok(documents::SpanEdit { offset: edit.offset, remove: edit.remove, insert })
        })
        .collect();
    let edits = edits.map_err(|e| StepError::Broken(e.to_string()))?;
    documents::apply(original, &edits).map_err(|e| StepError::Broken(e.to_string()))
}

impl ReplaceFile {
    /// Returns a step that edits a file whose content is `original`; nothing when the edits change no byte.
    ///
    /// # Errors
    /// [`StepError::Broken`] when an edit lies outside the file.
    pub fn editing(
        at: Place,
        links: Vec<Place>,
        original: &[u8],
        edits: &[documents::SpanEdit],
    ) -> Result<Option<Self>, StepError> {
        let edits: Vec<SpanEdit> = edits
            .iter()
            .map(|edit| SpanEdit { offset: edit.offset, remove: edit.remove, insert: escape(&edit.insert) })
            .collect();
        let after = edited(original, &edits)?;
        if after == original {
            return Ok(None);
        }
        let (before, after) = (Digest::of(original), Digest::of(&after));
        Ok(Some(Self { at, links, before, after, content: NewContent::Edits(edits), attributes: None }))
    }
}
