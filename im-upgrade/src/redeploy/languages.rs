//! `LANG/*.jnlp` and `LANG/*.html` from `*.template`, for each language (`reference/instant-messaging.md` section 11).

use std::collections::{BTreeMap, BTreeSet};

use upgrade_engine::fs::{FileKind, RootPath};
use upgrade_engine::plan::Plan;

use super::address::{Codebase, Server};
use super::archive::TEMPLATE;
use super::content::Recipe;
use super::files;
use super::sources::Sources;
use super::templates::{self, Held, Placeholders, Values};
use crate::error::Error;
use crate::rollback::places::Places;
use crate::server::below;

/// What the administrator and the configuration say.
pub(super) struct Wanted<'a> {
    pub(super) codebase: Option<&'a Codebase>,
    pub(super) server: Option<&'a Server>,
}

/// The client resources of an installation, as far as they are made.
pub(super) struct Languages {
    html: RootPath,
    /// The directories of the languages.
    names: Vec<String>,
    /// What each template is for: `im.jnlp`, `de_DE/im.jnlp`.
    templates: BTreeSet<String>,
    placeholders: Placeholders,
    /// Templates, by what they are for, that are malformed.
    malformed: BTreeMap<String, String>,
    /// What the templates hold.
    in_templates: BTreeMap<String, Held>,
    /// What the resources hold now; those that are malformed or no files are not among them.
    held: BTreeMap<String, Held>,
}

/// Returns whether a name, or that of a template, is a JNLP file's.
pub(super) fn is_jnlp(name: &str) -> bool {
    name.strip_suffix(TEMPLATE).unwrap_or(name).ends_with(".jnlp")
}

/// Returns whether a directory is named like a language: `de`, `en_US`, `zh-Hans`.
fn is_language(name: &str) -> bool {
    let mut parts = name.split(['_', '-']);
    let first = parts.next().unwrap_or_default();
    let is_word = |word: &str| (2..=8).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (2..=3).contains(&first.len()) && first.bytes().all(|byte| byte.is_ascii_lowercase()) && parts.all(is_word)
}

impl Languages {
    /// Looks.
    ///
    /// # Errors
    /// [`Error::NoTemplates`], [`Error::NoLanguage`]; as `open` and `read`.
    pub(super) fn look(plan: &mut Plan, sources: &Sources<'_>, html: &RootPath) -> Result<Self, Error> {
        let files = sources.files(html)?.files;
        let of = |name: &String| name.strip_suffix(TEMPLATE).map(str::to_owned);
        let is_made =
            |name: &String| (name.ends_with(".jnlp") || name.ends_with(".html")) && name.matches('/').count() < 2;
        let templates: BTreeSet<String> = files.iter().filter_map(of).filter(is_made).collect();
        let Some(first) = templates.first() else { return Err(Error::NoTemplates(html.clone())) };
        let is_of_language = |directory: &String| {
            let has = |name: &String| {
                let last = name.rsplit('/').next().unwrap_or(name);
                files.contains(&format!("{directory}/{last}"))
            };
            is_language(directory) || templates.iter().any(has)
        };
        let mut names = sources.directories(html)?;
        names.retain(is_of_language);
        if names.is_empty() {
            return Err(Error::NoLanguage { template: format!("{first}{TEMPLATE}"), html: html.clone() });
        }
        let mut all = Self {
            html: html.clone(),
            names,
            templates,
            placeholders: Placeholders::default(),
            malformed: BTreeMap::new(),
            in_templates: BTreeMap::new(),
            held: BTreeMap::new(),
        };
        all.read_templates(sources)?;
        all.read_resources(plan, sources)?;
        Ok(all)
    }

    fn read_templates(&mut self, sources: &Sources<'_>) -> Result<(), Error> {
        for name in &self.templates {
            let bytes = sources.read(&self.template(name)?)?.unwrap_or_default();
            if !is_jnlp(name) {
                self.in_templates.insert(name.clone(), templates::held_by_html(&bytes));
                continue;
            }
            match templates::held_by_jnlp(&bytes) {
                Ok(held) => {
                    self.placeholders.learn(&held);
                    self.in_templates.insert(name.clone(), held);
                }
                Err(what) => {
                    self.malformed.insert(name.clone(), what);
                }
            }
        }
        Ok(())
    }

    fn read_resources(&mut self, plan: &mut Plan, sources: &Sources<'_>) -> Result<(), Error> {
        for (resource, template) in self.resources() {
            let path = below(&self.html, &resource)?;
            if let Some(what) = self.malformed.get(&template) {
                let template = self.template(&template)?;
                plan.findings.push(format!("{path} is kept as it is: its template {template} is malformed: {what}"));
                continue;
            }
            let held = match sources.kind(&path)? {
                None => Held::default(),
                Some(FileKind::Regular) => {
                    let bytes = sources.read(&path)?.unwrap_or_default();
                    let held = if is_jnlp(&resource) {
                        templates::held_by_jnlp(&bytes)
                    } else {
                        Ok(templates::held_by_html(&bytes))
                    };
                    match held {
                        Ok(held) => held,
                        Err(what) => {
                            plan.findings.push(format!("{path} is kept as it is: it is malformed: {what}"));
                            continue;
                        }
                    }
                }
                Some(_) => {
                    plan.findings.push(format!("{path} is kept as it is: it is not a regular file"));
                    continue;
                }
            };
            self.held.insert(resource, held);
        }
        Ok(())
    }

    /// Returns each resource with its template: the language's own, else the common one.
    fn resources(&self) -> Vec<(String, String)> {
        let mut found = BTreeMap::new();
        for language in &self.names {
            for template in &self.templates {
                match template.split_once('/') {
                    Some((owner, _)) if owner == language => {
                        found.insert(template.clone(), template.clone());
                    }
                    Some(_) => {}
                    None => {
                        found.entry(format!("{language}/{template}")).or_insert_with(|| template.clone());
                    }
                }
            }
        }
        found.into_iter().collect()
    }

    fn template(&self, name: &str) -> Result<RootPath, Error> {
        below(&self.html, &format!("{name}{TEMPLATE}"))
    }

    /// Adds the steps that make the resources. Returns a line about each that is kept aside.
    ///
    /// # Errors
    /// [`Error::NoCodebase`], [`Error::NoServer`].
    pub(super) fn make(
        &self,
        (plan, places): (&mut Plan, &mut Places<'_>),
        sources: &mut Sources<'_>,
        wanted: &Wanted<'_>,
    ) -> Result<Vec<String>, Error> {
        let mut lines = Vec::new();
        for (resource, template) in self.resources() {
            let Some(held) = self.held.get(&resource) else { continue };
            let path = below(&self.html, &resource)?;
            let source = self.template(&template)?;
            let values = self.values(&path, (&resource, &template), held, wanted)?;
            let recipe = self.recipe(&source, &values);
            let made = match recipe.make(sources) {
                Ok(made) => made,
                Err(Error::Configuration { what, .. }) => {
                    plan.findings.push(format!("{path} is kept as it is: it cannot be made from {source}: {what}"));
                    continue;
                }
                Err(error) => return Err(error),
            };
            let current = sources.read(&path)?;
            if current.as_ref() == Some(&made) {
                continue;
            }
            let like = match &current {
                Some(current) => {
                    let own = Values {
                        codebase: held.codebase.clone().or_else(|| values.codebase.clone()),
                        server: held.server.clone().or_else(|| values.server.clone()),
                    };
                    if self.recipe(&source, &own).make(sources).ok().as_ref() != Some(current) {
                        let copy = files::keep_aside((plan, places), sources, &path)?;
                        lines.push(format!("{path} holds more than its template and is kept as {copy}"));
                    }
                    // It is replaced, and stays what it is.
                    files::own(0o644)
                }
                None => files::attributes_of(sources, &source)?,
            };
            files::write((plan, places), sources, &path, &recipe, &like)?;
        }
        Ok(lines)
    }

    fn recipe(&self, template: &RootPath, values: &Values) -> Recipe {
        Recipe::Resource {
            template: template.clone(),
            codebase: values.codebase.clone(),
            server: values.server.clone(),
            placeholders: (self.placeholders.codebase.clone(), self.placeholders.server.clone()),
        }
    }

    /// Returns what a resource is to hold.
    fn values(
        &self,
        path: &RootPath,
        (resource, template): (&str, &str),
        held: &Held,
        wanted: &Wanted<'_>,
    ) -> Result<Values, Error> {
        let in_template = self.in_templates.get(template).cloned().unwrap_or_default();
        let codebase = match wanted.codebase {
            Some(codebase) => Some(codebase.as_str().to_owned()),
            None => self.known_codebase(resource),
        };
        if codebase.is_none() && is_jnlp(resource) {
            return Err(Error::NoCodebase(path.clone()));
        }
        let is_server = |text: &&String| Server::parse(text).is_some();
        let known = [&held.server, &in_template.server].into_iter().flatten().find(is_server);
        let known = known.or_else(|| self.held.values().filter_map(|held| held.server.as_ref()).find(is_server));
        let server = match wanted.server {
            Some(server) => server.beside(known.map(String::as_str)),
            None => known.cloned(),
        };
        if server.is_none() && in_template.server.is_some() {
            return Err(Error::NoServer(path.clone()));
        }
        Ok(Values { codebase, server })
    }

    /// Returns the codebase of a resource where none was given: that of its template, its own, its language's, any language's.
    fn known_codebase(&self, resource: &str) -> Option<String> {
        let is_one = |held: &Held| held.codebase.clone().filter(|text| Codebase::parse(text).is_ok());
        let of_templates = self.in_templates.values().filter_map(is_one).next();
        let language = resource.split_once('/').map_or("", |(language, _)| language);
        let of_language = |name: &&String| name.split_once('/').is_some_and(|(first, _)| first == language);
        let own = self.held.get(resource).and_then(is_one);
        let in_language = || self.held.iter().filter(|(name, _)| of_language(name)).find_map(|(_, held)| is_one(held));
        let anywhere = || self.held.values().find_map(is_one);
        of_templates.or(own).or_else(in_language).or_else(anywhere)
    }

    /// Returns the addresses that the JNLP files will have, each once.
    ///
    /// # Errors
    /// [`Error::NoCodebase`].
    pub(super) fn codebases(&self, wanted: &Wanted<'_>) -> Result<BTreeSet<String>, Error> {
        if let Some(codebase) = wanted.codebase {
            return Ok(BTreeSet::from([codebase.as_str().to_owned()]));
        }
        let resources = self.held.keys().filter(|name| is_jnlp(name));
        let found: BTreeSet<String> = resources.filter_map(|name| self.known_codebase(name)).collect();
        if found.is_empty() { Err(Error::NoCodebase(self.html.clone())) } else { Ok(found) }
    }
}

#[cfg(test)]
mod tests {
    use super::is_language;

    #[test]
    fn directories_of_languages_are_known_by_their_names() {
        for name in ["en_US", "fr_FR", "jp", "de", "zh-Hans", "zh_Hans_CN"] {
            assert!(is_language(name), "{name}");
        }
        for name in ["html", "images", "WEB-INF", "Da", "e", "en_", "e_US"] {
            assert!(!is_language(name), "{name}");
        }
    }
}
