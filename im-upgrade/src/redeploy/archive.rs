//! Web archives (`.war`): the client resources, and the HTTP gateway. The same files give the same bytes: names in order, one fixed
//! time, nothing compressed.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use documents::xml::Xml;
use serde::{Deserialize, Serialize};
use upgrade_engine::fs::RootPath;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::sources::Sources;
use crate::error::Error;
use crate::server::below;
use crate::upgrade::is_copy;

/// How long an archive may be: what the engine replaces and saves.
const LARGEST: usize = 60 << 20;
/// What the name of a file that was kept aside ends with, before its number.
pub(super) const ASIDE: &str = ".before-redeploy";
/// What the name of a template ends with.
pub(super) const TEMPLATE: &str = ".template";
/// The description of a web application.
const DESCRIPTION: &str = "WEB-INF/web.xml";
/// The parameter that the gateway's description has (`reference/instant-messaging.md` section 8).
const GATEWAY: &str = "httpbind.config.file";
/// Programs in the directory of the client resources (`reference/instant-messaging.md` section 11).
const PROGRAMS: [&str; 2] = ["redeploy", "iwadmin"];
/// The description of an application of client resources that has none: a client is started by the type of its file.
const OF_RESOURCES: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<web-app xmlns="http://java.sun.com/xml/ns/j2ee" version="2.4">
  <display-name>Instant Messaging client resources</display-name>
  <mime-mapping>
    <extension>jnlp</extension>
    <mime-type>application/x-java-jnlp-file</mime-type>
  </mime-mapping>
  <mime-mapping>
    <extension>jar</extension>
    <mime-type>application/java-archive</mime-type>
  </mime-mapping>
  <welcome-file-list>
    <welcome-file>index.html</welcome-file>
  </welcome-file-list>
</web-app>
"#;

/// What an archive is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Contents {
    /// The client resources in this directory.
    Resources(RootPath),
    /// The application in this directory: all of it but copies.
    Application(RootPath),
}

/// Returns whether a file of the client resources is for clients.
pub(super) fn is_for_clients(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or(name);
    let is_hidden = name.split('/').any(|part| part.starts_with('.'));
    !(is_hidden || last.ends_with(TEMPLATE) || PROGRAMS.contains(&name) || is_copy(name) || last.contains(ASIDE))
}

/// Returns the files of an archive.
///
/// # Errors
/// As `open` and `read`; [`Error::TooLarge`].
pub(super) fn files(sources: &Sources<'_>, contents: &Contents) -> Result<BTreeMap<String, Vec<u8>>, Error> {
    let (Contents::Resources(top) | Contents::Application(top)) = contents;
    let mut files = BTreeMap::new();
    let mut size = 0_usize;
    for name in sources.files(top)?.files {
        let is_left_out = match contents {
            Contents::Resources(_) => !is_for_clients(&name),
            Contents::Application(_) => is_copy(&name),
        };
        if is_left_out {
            continue;
        }
        let Some(content) = sources.read(&below(top, &name)?)? else { continue };
        size = size.saturating_add(content.len()).saturating_add(name.len());
        if size > LARGEST {
            return Err(Error::TooLarge(top.clone()));
        }
        files.insert(name, content);
    }
    if matches!(contents, Contents::Resources(_)) {
        files.entry(DESCRIPTION.to_owned()).or_insert_with(|| OF_RESOURCES.as_bytes().to_vec());
    }
    Ok(files)
}

/// Returns an archive.
///
/// # Errors
/// As [`files`].
pub(super) fn make(sources: &Sources<'_>, contents: &Contents) -> Result<Vec<u8>, Error> {
    let (Contents::Resources(top) | Contents::Application(top)) = contents;
    let failed = |e: std::io::Error| Error::io("make an archive of", top, e);
    // The default time is the first one that the format has.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files(sources, contents)? {
        zip.start_file(name, options).map_err(|e| failed(e.into()))?;
        zip.write_all(&content).map_err(failed)?;
    }
    Ok(zip.finish().map_err(|e| failed(e.into()))?.into_inner())
}

/// Returns the directories of the HTTP gateway below an installation: applications whose description has its parameter.
///
/// # Errors
/// As `open` and `read`.
pub(super) fn gateways(sources: &Sources<'_>, base: &RootPath) -> Result<Vec<RootPath>, Error> {
    let mut found = Vec::new();
    for name in ["work", "lib"] {
        let top = below(base, name)?;
        for file in sources.files(&top)?.files {
            let Some(directory) = file.strip_suffix(DESCRIPTION).and_then(|name| name.strip_suffix('/')) else {
                continue;
            };
            let Some(bytes) = sources.read(&below(&top, &file)?)? else { continue };
            // What is no XML is not the gateway's.
            let Ok(xml) = Xml::parse(bytes) else { continue };
            if xml.elements().any(|element| xml.name(element) == "param-name" && xml.text(element).trim() == GATEWAY) {
                found.push(below(&top, directory)?);
            }
        }
    }
    Ok(found)
}
