//! `DB_CONFIG`: the file in an environment's directory by which every Berkeley DB program that opens it, old or new, finds the
//! directories of its databases, logs and temporary files.

use std::io;

use upgrade_engine::fs::{Dir, Name, RelPath};

/// The file's name.
pub const NAME: &[u8] = b"DB_CONFIG";
/// A larger file is not one of settings.
const LARGEST: usize = 64 << 10;

/// Settings that name a directory, in the spelling of 3.0 and later and that of 2.x.
const LOG_DIRECTORY: [&[u8]; 2] = [b"set_lg_dir", b"DB_LOG_DIR"];
const DATA_DIRECTORY: [&[u8]; 4] = [b"set_data_dir", b"add_data_dir", b"set_create_dir", b"DB_DATA_DIR"];
const OTHER_DIRECTORY: [&[u8]; 3] = [b"set_tmp_dir", b"set_metadata_dir", b"DB_TMP_DIR"];

/// What the file says of directories.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DbConfig {
    /// Where the logs are.
    pub logs: Option<Vec<u8>>,
    /// Where databases are.
    pub data: Vec<Vec<u8>>,
    /// The lines that name directories.
    pub directory_lines: Vec<Vec<u8>>,
}

impl DbConfig {
    /// Reads the file of a directory; nothing said where there is none.
    ///
    /// # Errors
    /// As reading it.
    pub fn read(dir: &dyn Dir) -> io::Result<Self> {
        let name = RelPath::from(Name::new(NAME).map_err(io::Error::other)?);
        let file = match dir.open(&name) {
            Ok(file) => file,
            Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::InvalidInput) => {
                return Ok(Self::default());
            }
            Err(e) => return Err(e),
        };
        let mut bytes = vec![0; LARGEST];
        let mut length = 0;
        while let Some(rest) = bytes.get_mut(length..).filter(|rest| !rest.is_empty()) {
            match file.read_at(rest, length as u64)? {
                0 => break,
                count => length = length.saturating_add(count),
            }
        }
        bytes.truncate(length);
        Ok(Self::parse(&bytes))
    }

    /// Takes it out of the file's bytes.
    pub fn parse(bytes: &[u8]) -> Self {
        let mut config = Self::default();
        for line in lines(bytes) {
            let Some((setting, value)) = setting(line) else { continue };
            if !names_directory(setting) {
                continue;
            }
            config.directory_lines.push(line.trim_ascii().to_vec());
            if LOG_DIRECTORY.contains(&setting) {
                config.logs = Some(value.to_vec());
            } else if DATA_DIRECTORY.contains(&setting) {
                config.data.push(value.to_vec());
            }
        }
        config
    }
}

/// Returns the file without the lines that name directories; every other byte stays.
pub fn without_directories(bytes: &[u8]) -> Vec<u8> {
    let stays = |line: &&[u8]| setting(line).is_none_or(|(setting, _)| !names_directory(setting));
    lines(bytes).filter(stays).collect::<Vec<_>>().concat()
}

/// Returns whether a file holds a setting at all.
pub fn has_settings(bytes: &[u8]) -> bool {
    lines(bytes).any(|line| setting(line).is_some())
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n')
}

fn names_directory(setting: &[u8]) -> bool {
    [&LOG_DIRECTORY[..], &DATA_DIRECTORY, &OTHER_DIRECTORY].concat().contains(&setting)
}

/// Returns a line's first word and what follows it; nothing for blank lines and comments.
fn setting(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = line.trim_ascii();
    if line.is_empty() || line.starts_with(b"#") {
        return None;
    }
    let end = line.iter().position(u8::is_ascii_whitespace).unwrap_or(line.len());
    let (setting, value) = line.split_at(end);
    Some((setting, value.trim_ascii()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &[u8] =
        b"# ours\nset_cachesize 0 1048576 1\n  set_lg_dir\tlogs \r\nset_data_dir /var/a b\nset_data_dir two\n\
        set_tmp_dir /tmp\nDB_LOG_DIR older\n#set_lg_dir x\nset_lg_max 1";

    #[test]
    fn directories_are_found_in_either_spelling() {
        let config = DbConfig::parse(FILE);
        assert_eq!(config.logs.as_deref(), Some(&b"older"[..]));
        assert_eq!(config.data, [b"/var/a b".to_vec(), b"two".to_vec()]);
        assert_eq!(config.directory_lines.len(), 5);
        assert_eq!(DbConfig::parse(b"set_lg_dir logs\n").logs.as_deref(), Some(&b"logs"[..]));
    }

    #[test]
    fn every_other_line_stays() {
        let rest = without_directories(FILE);
        assert_eq!(rest, b"# ours\nset_cachesize 0 1048576 1\n#set_lg_dir x\nset_lg_max 1");
        assert!(has_settings(&rest));
        assert!(!has_settings(&without_directories(b"# only this\n\nset_lg_dir logs\n")));
    }
}
