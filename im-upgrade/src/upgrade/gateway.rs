//! The parameter `httpbind.config.file` in the HTTP gateway's `web.xml`: where the programs moved, a path below the old base is stale
//! (`reference/instant-messaging.md` section 8). Only that value is rewritten.

use std::borrow::Cow;

use config_merge::own_files;
use documents::merge::RootMove;
use documents::roots;
use documents::xml::Xml;
use upgrade_engine::fs::{FileKind, FileSystem, RootPath};
use upgrade_engine::plan::Plan;
use upgrade_engine::step::{ReplaceFile, Step};
use upgrade_engine::survey::{Below, Limits, SurveyError, is_absent, walk};

use super::saving;
use super::tree::Found;
use crate::error::Error;
use crate::redeploy::Sources;
use crate::server::{below, kind};

/// The parameter.
const PARAMETER: &str = "httpbind.config.file";
/// Where a gateway may lie unpacked below the programs.
const DIRECTORIES: [&str; 2] = ["work", "lib"];
const LARGEST: Limits = Limits { entries: 100_000, depth: 16 };

/// Adds the steps that rewrite the parameter, also in the applications that are unpacked in a servlet container. What the files will hold
/// is added to `sources`. Returns a line about each file that names it.
pub(super) fn follow(
    plan: &mut Plan,
    sources: &mut Sources<'_>,
    (from, to): (&RootPath, &RootPath),
    container: Option<&RootPath>,
) -> Result<Vec<String>, Error> {
    let fs = sources.fs();
    let mut lines = Vec::new();
    let moves = [RootMove { from: from.to_string().as_str().into(), to: to.to_string().as_str().into() }];
    let mut found = files(fs, to)?;
    found.extend(container.map(|container| deployed(sources, container)).transpose()?.unwrap_or_default());
    for file in found {
        let content = own_files::read(fs, &file)?;
        // A file that is no XML is not the gateway's.
        let Ok(xml) = Xml::parse(content.clone()) else { continue };
        let mut edits = Vec::new();
        for name in xml.elements().filter(|element| xml.name(*element) == "param-name") {
            if xml.text(name).trim() != PARAMETER {
                continue;
            }
            let Some(parent) = xml.parent(name) else { continue };
            for value in xml.children(parent).filter(|element| xml.name(*element) == "param-value") {
                let text = xml.text(value);
                let rewritten = match roots::rewrite(text.as_bytes(), &moves) {
                    Cow::Borrowed(_) => continue,
                    Cow::Owned(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                };
                let edit = xml.set_text(value, &rewritten);
                edits.push(edit.map_err(|e| Error::Configuration { path: file.clone(), what: e.to_string() })?);
                lines.push(format!("{file}: {PARAMETER} is now {rewritten}"));
            }
        }
        if replace(plan, fs, &file, &content, &edits)? {
            let edited = documents::apply(&content, &edits);
            let failed = |e: documents::ApplyError| Error::Configuration { path: file.clone(), what: e.to_string() };
            sources.plan(&file, Some(edited.map_err(failed)?));
        }
    }
    Ok(lines)
}

/// Adds the steps that copy a file of the site to `NAME-pre73` and edit it; nothing where no byte changes. Returns whether it is edited.
pub(super) fn replace(
    plan: &mut Plan,
    fs: &dyn FileSystem,
    file: &RootPath,
    content: &[u8],
    edits: &[documents::SpanEdit],
) -> Result<bool, Error> {
    if edits.is_empty() {
        return Ok(false);
    }
    let names = upgrade_engine::survey::names_of(fs, file, &[]).map_err(command::Error::from)?;
    let anchor = file.to_string();
    let (at, links) = names.places(&anchor);
    let failed = |e: upgrade_engine::step::StepError| Error::Configuration { path: file.clone(), what: e.to_string() };
    let Some(step) = ReplaceFile::editing(at, links, content, edits).map_err(failed)? else { return Ok(false) };
    let warnings = saving::add(plan, fs, &Found { target: file.clone(), path: file.clone() })?;
    plan.warnings.extend(warnings);
    plan.anchors.insert(anchor, names.anchor);
    plan.steps.push(Step::ReplaceFile(step));
    Ok(true)
}

/// Returns the descriptions of the applications that are unpacked in a servlet container.
fn deployed(sources: &Sources<'_>, container: &RootPath) -> Result<Vec<RootPath>, Error> {
    let container = sources.real_directory(container)?;
    let mut found = Vec::new();
    for name in sources.directories(&container)? {
        let description = below(&container, &format!("{name}/WEB-INF/web.xml"))?;
        if kind(sources.fs(), &description)? == Some(FileKind::Regular) {
            found.push(description);
        }
    }
    Ok(found)
}

fn files(fs: &dyn FileSystem, base: &RootPath) -> Result<Vec<RootPath>, Error> {
    let mut found = Vec::new();
    for name in DIRECTORIES {
        let top = below(base, name)?;
        let dir = match fs.open_dir(&top) {
            Ok(dir) => dir,
            Err(e) if is_absent(&e) => continue,
            Err(e) => return Err(Error::io("open", &top, e)),
        };
        walk(&*dir, &top, LARGEST, |path, stat| {
            let is_it = path.split_last().is_some_and(|(_, name)| name.as_bytes() == b"web.xml");
            if is_it && stat.kind == FileKind::Regular {
                found.push(path.names().iter().fold(top.clone(), |top, name| top.join(name)));
            }
            Ok::<_, SurveyError>(Below::Enter)
        })
        .map_err(command::Error::from)?;
    }
    Ok(found)
}
