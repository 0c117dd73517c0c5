//! `package`: makes a directory or a zip file.

use std::io::Write;

use command::Completion;
use serde_json::json;
use sha2::{Digest, Sha256};
use upgrade_engine::digest::for_each_chunk;
use upgrade_engine::fs::{Dir, RelPath};
use upgrade_engine::new_files::{NewFileWriter, NewTree};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::{Program, counted};
use crate::cli;
use crate::configuration::Configuration;
use crate::error::Error;
use crate::files;
use crate::output::Place;
use crate::package::{self, Manifest};

/// Where the files of a package go.
enum Target {
    Directory(NewTree),
    Zip(Box<ZipWriter<NewFileWriter>>),
}

impl Program<'_> {
    pub(super) fn package(&self, args: &cli::Package) -> Result<Completion, Error> {
        let c = Configuration::read(self.context.own_files, &args.file, &args.reading, &["install", "profiles"])?;
        let place = Place::new(self.context, &args.output)?;
        let made = package::files(&c)?;
        let kit = match &args.kit {
            Some(dir) => {
                let opened = files::open_dir(self.context.own_files, dir)?;
                let found = files::files_below(&*opened, dir)?;
                if found.is_empty() {
                    return Err(Error::file(dir.display(), "there are no files in it"));
                }
                Some((opened, found))
            }
            None => None,
        };
        let count = made.len().saturating_add(kit.as_ref().map_or(0, |(_, found)| found.len())).saturating_add(2);
        let details = json!({ "files": count, "kit": args.kit.is_some() });
        self.say(&format!("{}: {}", place.shown(), counted(count, "file")));
        if self.context.options.dry_run {
            place.announce()?;
            return Ok(self.written(details));
        }
        let is_zip = args.output.output.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"));
        let mut target = if is_zip {
            Target::Zip(Box::new(ZipWriter::new(place.begin_file()?)))
        } else {
            Target::Directory(place.begin_tree()?)
        };
        let mut manifest = Manifest::new();
        let failed = |e: std::io::Error| place.failed(e);
        for (path, content) in &made {
            target.write(path, content).map_err(failed)?;
            manifest.add(path, content.len() as u64, hex(&Sha256::digest(content)));
        }
        if let Some((dir, found)) = &kit {
            for path in found {
                let (name, size, digest) = target.copy(&**dir, path).map_err(failed)?;
                manifest.add(&name, size, digest);
            }
        }
        let list = manifest.json().map_err(|e| place.failed(e.into()))?;
        target.write("SHA256SUMS", &manifest.sums()).map_err(failed)?;
        target.write("manifest.json", &list).map_err(failed)?;
        match target {
            Target::Directory(tree) => place.publish_tree(tree)?,
            Target::Zip(zip) => {
                let file = zip.finish().map_err(|e| place.failed(e.into()))?;
                place.publish_file(file, 0o644)?;
            }
        }
        if args.kit.is_none() {
            self.say("Next: put the programs that the Deployment Configuration Program builds into kit (README.txt)");
        }
        Ok(self.written(details))
    }
}

impl Target {
    fn write(&mut self, path: &str, content: &[u8]) -> std::io::Result<()> {
        match self {
            Self::Directory(tree) => tree.write(&RelPath::new(path).map_err(std::io::Error::other)?, content, 0o644),
            Self::Zip(zip) => {
                zip.start_file(path, options())?;
                zip.write_all(content)
            }
        }
    }

    /// Copies a file of the kit; returns its path in the package, its size and its digest.
    fn copy(&mut self, dir: &dyn Dir, path: &RelPath) -> std::io::Result<(String, u64, String)> {
        let name = String::from_utf8(path.to_bytes())
            .map_err(|_| std::io::Error::other(format!("{path} is no UTF-8 name")))?;
        let name = format!("kit/{name}");
        let file = dir.open(path)?;
        let mut hasher = Sha256::new();
        let mut size = 0_u64;
        match self {
            Self::Directory(tree) => {
                tree.copy(&RelPath::new(&name).map_err(std::io::Error::other)?, &*file, 0o644, |piece| {
                    hasher.update(piece);
                    size = size.saturating_add(piece.len() as u64);
                })?
            }
            Self::Zip(zip) => {
                let is_large = file.stat()?.size > u64::from(u32::MAX) / 2;
                zip.start_file(&name, options().large_file(is_large))?;
                for_each_chunk(&*file, |piece| {
                    hasher.update(piece);
                    size = size.saturating_add(piece.len() as u64);
                    zip.write_all(piece)
                })?;
            }
        }
        Ok((name, size, hex(&hasher.finalize())))
    }
}

/// Stored, and without a time: the same files give the same bytes.
fn options() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
