//! The account that a server runs as, and what it may write.

use std::io;

use upgrade_engine::fs::{FileKind, FileSystem, RelPath, RootPath, Stat};
use upgrade_engine::survey::{read_file_up_to, user_id};

const LONGEST_LIST: u64 = 16 << 20;
/// The extended attribute of an access control list, beside which the permission bits say too little.
const ACCESS_LIST: &[u8] = b"system.posix_acl_access";

/// A user with his groups.
pub(super) struct Account {
    pub(super) name: String,
    uid: u32,
    groups: Vec<u32>,
}

impl Account {
    /// Finds a user in the product root's own lists; nothing where they do not have him.
    pub(super) fn find(fs: &dyn FileSystem, name: &str) -> Option<Self> {
        let uid = user_id(fs, name).ok()?;
        let own = fields(fs, "/etc/passwd").into_iter().find(|entry| entry.first().is_some_and(|entry| entry == name));
        let mut groups: Vec<u32> = own.and_then(|entry| entry.get(3)?.parse().ok()).into_iter().collect();
        groups.extend(fields(fs, "/etc/group").iter().filter_map(|entry| {
            let is_member = entry.get(3)?.split(',').any(|member| member == name);
            if is_member { entry.get(2)?.parse::<u32>().ok() } else { None }
        }));
        Some(Self { name: name.to_owned(), uid, groups })
    }

    fn has(&self, stat: &Stat, bit: u32) -> bool {
        if self.uid == 0 {
            return true;
        }
        let shift = if stat.uid == self.uid {
            6
        } else if self.groups.contains(&stat.gid) {
            3
        } else {
            0
        };
        stat.mode >> shift & bit == bit
    }

    /// Returns why this user cannot replace a file of a directory; nothing when he can, as far as permission bits tell.
    pub(super) fn why_not(
        &self,
        fs: &dyn FileSystem,
        path: &RootPath,
        file: Option<&str>,
    ) -> io::Result<Option<String>> {
        let mut at = RootPath::new("/").map_err(io::Error::other)?;
        let mut above = Vec::new();
        for component in path.components() {
            above.push(at.clone());
            at = at.resolve(component).map_err(io::Error::other)?;
        }
        for path in above {
            let dir = fs.open_dir(&path)?;
            let stat = dir.stat(&RelPath::here())?;
            if !self.has(&stat, 0o1) && !has_access_list(&*dir)? {
                return Ok(Some(self.refused(fs, &path, &stat)));
            }
        }
        let dir = fs.open_dir(path)?;
        let stat = dir.stat(&RelPath::here())?;
        if !self.has(&stat, 0o3) && !has_access_list(&*dir)? {
            return Ok(Some(self.refused(fs, path, &stat)));
        }
        // In a sticky directory a file is replaced by its owner only.
        let is_sticky = stat.mode & 0o1000 != 0 && self.uid != 0 && stat.uid != self.uid;
        let Some(name) = file.filter(|_| is_sticky) else { return Ok(None) };
        match dir.stat(&RelPath::new(name).map_err(io::Error::other)?) {
            Ok(stat) if stat.uid != self.uid && stat.kind == FileKind::Regular => {
                let path = path.resolve(name.as_bytes()).map_err(io::Error::other)?;
                Ok(Some(self.refused(fs, &path, &stat)))
            }
            _ => Ok(None),
        }
    }

    fn refused(&self, fs: &dyn FileSystem, path: &RootPath, stat: &Stat) -> String {
        let owner = owner(fs, stat.uid);
        format!(
            "the server's account {} cannot write there: {path} belongs to {owner} (mode {:04o})",
            self.name, stat.mode
        )
    }
}

fn has_access_list(dir: &dyn upgrade_engine::fs::Dir) -> io::Result<bool> {
    Ok(dir.hold(&RelPath::here())?.extended_attributes()?.iter().any(|(name, _)| name == ACCESS_LIST))
}

/// Returns the name of a user, or his number.
fn owner(fs: &dyn FileSystem, uid: u32) -> String {
    let number = uid.to_string();
    let entries = fields(fs, "/etc/passwd");
    let found = entries.into_iter().find(|entry| entry.get(2) == Some(&number));
    found.and_then(|entry| entry.into_iter().next()).unwrap_or(number)
}

fn fields(fs: &dyn FileSystem, file: &str) -> Vec<Vec<String>> {
    let content = RootPath::new(file).ok().and_then(|path| read_file_up_to(fs, &path, LONGEST_LIST).ok().flatten());
    let content = String::from_utf8_lossy(&content.unwrap_or_default()).into_owned();
    content.lines().map(|line| line.split(':').map(str::to_owned).collect()).collect()
}
