//! What the old host is called in its configuration: a copy for another host still has that name in many places.

use documents::Dialect;
use upgrade_engine::fs::{FileSystem, RootPath};
use upgrade_engine::survey;

use super::includes::LARGEST;
use crate::settings::Settings;

/// Returns `local.hostname`, and the official host name of the local channel of `imta.cnf` (`reference/messaging.md` section 3.2).
pub fn names(fs: &dyn FileSystem, config: &RootPath) -> Vec<String> {
    let hostname = Settings::read(fs, config).get("local.hostname").map(<[u8]>::to_vec);
    let mut names: Vec<String> = hostname
        .into_iter()
        .chain(local_channel(fs, config))
        .map(|name| String::from_utf8_lossy(name.trim_ascii()).into_owned())
        .filter(|name| !name.is_empty())
        .collect();
    names.sort();
    names.dedup();
    names
}

/// The local channel is `l`: its block is a line with its options, then a line with the host name.
fn local_channel(fs: &dyn FileSystem, config: &RootPath) -> Option<Vec<u8>> {
    let path = config.resolve(b"imta.cnf").ok()?;
    let bytes = survey::read_file_up_to(fs, &path, LARGEST).ok()??;
    let entries = Dialect::ImtaCnf.entries(bytes.clone()).ok()?;
    let is_local = |section: Option<&[u8]>, name: &[u8]| section == Some(b"channel") && name == b"l";
    let entry = entries.into_iter().map(|listed| listed.entry);
    let entry = entry.into_iter().find(|entry| is_local(entry.key.section.as_deref(), &entry.key.name))?;
    let block = bytes.get(entry.lines)?;
    let mut lines =
        block.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty() && !line.starts_with(b"!"));
    let host = lines.nth(1)?.trim_ascii();
    host.split(u8::is_ascii_whitespace).next().map(<[u8]>::to_vec)
}
