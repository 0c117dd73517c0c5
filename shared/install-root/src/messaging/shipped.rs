//! The version in the first line of the configuration files that a release ships below `install`: `! dispatcher.cnf -- 6.3-0.15`.

use upgrade_engine::fs::{FileSystem, RootPath};

use crate::file_head::read_head;
use crate::version::Version;

/// Where shipped files lie below a root.
const DIRECTORIES: [&str; 4] = ["install/configure/factory", "install/configure", "install/config", "install"];
/// Files whose first line is a comment.
const FILES: [&str; 5] = ["msg.conf.defaults", "dispatcher.cnf", "job_controller.cnf", "option.dat", "imta.cnf"];
/// Longest first line that is looked at, in bytes.
const LONGEST: usize = 200;

/// Returns the version that the shipped files name, and a file that does; nothing where they name none, or several.
pub fn shipped_version(fs: &dyn FileSystem, root: &RootPath) -> Option<(RootPath, Version)> {
    let mut found: Option<(RootPath, Version)> = None;
    for directory in DIRECTORIES {
        for file in FILES {
            let path = root.resolve(format!("{directory}/{file}").as_bytes()).ok()?;
            let Some(version) = first_line(fs, &path).as_deref().and_then(version_in) else { continue };
            match &found {
                Some((_, known)) if *known != version => return None,
                Some(_) => {}
                None => found = Some((path, version)),
            }
        }
    }
    found
}

fn first_line(fs: &dyn FileSystem, path: &RootPath) -> Option<Vec<u8>> {
    let head = read_head(fs, path, LONGEST).ok()?;
    Some(head.split(|byte| *byte == b'\n').next().unwrap_or_default().to_vec())
}

/// Returns the word of a comment that is a release with its build, such as `6.3-0.15`. A version of the file's own has no build.
fn version_in(line: &[u8]) -> Option<Version> {
    let line = str::from_utf8(line).ok()?;
    let comment = line.strip_prefix(['!', '#'])?;
    let words = comment.split(|c: char| c.is_whitespace() || c == ',');
    words.filter(|word| word.contains('-') && word.contains('.')).find_map(Version::parse)
}

#[cfg(test)]
mod tests {
    use super::version_in;

    #[test]
    fn only_a_release_with_its_build_is_a_version() {
        let version = |line: &str| version_in(line.as_bytes()).map(|version| version.to_string());
        assert_eq!(version("! dispatcher.cnf -- 6.3-0.15").as_deref(), Some("6.3-0.15"));
        assert_eq!(version("# IMAP proxy, 7.0-0.04").as_deref(), Some("7.0-0.04"));
        for line in ["! VERSION=1.1", "! aliases -- required by RFC 2821", "6.3-0.15", "", "!", "# 1.1", "! x-y.z"] {
            assert_eq!(version(line), None, "{line}");
        }
    }
}
