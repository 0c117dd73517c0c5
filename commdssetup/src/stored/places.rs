//! Where the files of a server lie, when they are on this machine.

use std::io;

use upgrade_engine::fs::{Dir, FileKind, FileSystem, RelPath, RootPath};
use upgrade_engine::step::read_whole;

use super::account::Account;
use crate::facts::{Storage, StorageKind, StoragePlace};
use crate::ldap::{Directory, Entry, LdapError, Target};
use crate::plan::DATABASES;

/// The file that 389 DS and Sun's servers write what changes of the schema into.
const USER_SCHEMA: &str = "99user.ldif";
const CONFIGURATION: &str = "dse.ldif";
/// More files than this no schema directory has.
const MOST_FILES: usize = 500;
/// More bytes than these files have together.
const MOST_BYTES: u64 = 64 << 20;
/// What tells two servers apart, in `cn=config`.
const IDENTITY: [&str; 3] = ["nsslapd-localhost", "nsslapd-port", "nsslapd-securePort"];

/// An instance whose files are there.
pub(super) struct Instance {
    configuration: RootPath,
    schema: RootPath,
    databases: Option<RootPath>,
    account: Option<String>,
}

/// Finds the files of a server; the inner error is why they are not seen.
pub(super) fn find(
    fs: &dyn FileSystem,
    directory: &dyn Directory,
    target: &Target,
    given: Option<&RootPath>,
) -> Result<Result<Instance, String>, LdapError> {
    let wanted = [&IDENTITY[..], &["nsslapd-localuser", "nsslapd-schemadir"]].concat();
    let server = directory.entry("cn=config", &wanted)?.unwrap_or_default();
    let databases = directory.entry(&format!("cn=config,{DATABASES}"), &["nsslapd-directory"])?.unwrap_or_default();
    let path =
        |text: Option<String>| text.filter(|text| text.starts_with('/')).and_then(|text| RootPath::new(text).ok());
    let schema = path(server.text("nsslapd-schemadir")?);
    let databases = path(databases.text("nsslapd-directory")?);
    let account = server.text("nsslapd-localuser")?;
    if given.is_none() && !target.is_on_this_machine() {
        return Ok(Err(format!("{} may be another machine; name the instance with -c and -d", target.url)));
    }
    let above = schema.as_ref().and_then(RootPath::split_last).map(|(above, _)| above);
    let Some(place) = given.cloned().or(above) else {
        return Ok(Err("the server does not tell where its files are; name the instance with -c and -d".to_owned()));
    };
    // 389 DS has them in the instance's own directory, Sun's servers below.
    let below = place.resolve(b"config").ok().filter(|below| has_configuration(fs, below));
    let configuration = if has_configuration(fs, &place) { place } else { below.unwrap_or(place) };
    let own = configuration.resolve(b"schema").ok();
    let Some(schema) = own.filter(|own| fs.open_dir(own).is_ok()).or(schema) else {
        return Ok(Err(format!("{configuration} has no directory `schema`")));
    };
    if let Err(e) = fs.open_dir(&schema) {
        return Ok(Err(format!("{schema} cannot be opened: {e}")));
    }
    let instance = Instance { configuration, schema, databases, account };
    Ok(match instance.entries(fs) {
        Err(why) => Err(why),
        Ok(entries) => is_of(&entries, &server)?.map(|()| instance),
    })
}

fn has_configuration(fs: &dyn FileSystem, path: &RootPath) -> bool {
    let stat =
        |dir: Box<dyn Dir>| RelPath::new(CONFIGURATION).map_err(io::Error::other).and_then(|name| dir.stat(&name));
    fs.open_dir(path).and_then(stat).is_ok_and(|stat| stat.kind == FileKind::Regular)
}

/// Checks that a file is of the server that answers: another machine may have an instance of the same name.
fn is_of(entries: &[ldif::Entry], server: &Entry) -> Result<Result<(), String>, LdapError> {
    let Some(stored) = entries.iter().find(|entry| entry.dn.to_string().eq_ignore_ascii_case("cn=config")) else {
        return Ok(Err(format!("{CONFIGURATION} has no entry cn=config")));
    };
    for name in IDENTITY {
        let in_file = stored.values(name).next().map(|value| String::from_utf8_lossy(value).trim().to_owned());
        let (Some(in_file), Some(now)) = (in_file, server.text(name)?) else { continue };
        if !in_file.eq_ignore_ascii_case(now.trim()) {
            return Ok(Err(format!(
                "the files here are of another server: {name} is {in_file} in them, and {now} in the server"
            )));
        }
    }
    Ok(Ok(()))
}

impl Instance {
    /// Looks who may write, and how much space is left.
    pub(super) fn storage(&self, fs: &dyn FileSystem) -> Storage {
        let account = self.account.as_deref().and_then(|name| Account::find(fs, name));
        let place = |kind, path: &RootPath, file: Option<&str>| {
            let dir = fs.open_dir(path).ok()?;
            let stat = file.and_then(|file| dir.stat(&RelPath::new(file).ok()?).ok());
            let refused = account.as_ref().and_then(|account| account.why_not(fs, path, file).ok().flatten());
            let size = stat.map_or(0, |stat| stat.size);
            Some(StoragePlace { kind, path: path.to_string(), refused, free: dir.free_space().ok(), size })
        };
        let own = [
            place(StorageKind::Schema, &self.schema, Some(USER_SCHEMA)),
            place(StorageKind::Configuration, &self.configuration, Some(CONFIGURATION)),
        ];
        let databases = self.databases.as_ref().and_then(|path| place(StorageKind::Databases, path, None));
        Storage::Seen(own.into_iter().flatten().chain(databases).collect())
    }

    /// Returns the entries of the configuration.
    pub(super) fn entries(&self, fs: &dyn FileSystem) -> Result<Vec<ldif::Entry>, String> {
        let name = RelPath::new(CONFIGURATION).map_err(|e| e.to_string())?;
        let content = fs.open_dir(&self.configuration).and_then(|dir| read_whole(&*dir.open(&name)?));
        entries(&self.shown(StorageKind::Configuration), content)
    }

    /// Returns the entries of all schema files of the instance.
    pub(super) fn schema_entries(&self, fs: &dyn FileSystem) -> Result<Vec<ldif::Entry>, String> {
        schema_entries(fs, &self.schema)
    }

    /// Returns the path of what a kind of change is written into.
    pub(super) fn shown(&self, kind: StorageKind) -> String {
        match kind {
            StorageKind::Schema => format!("{}/{USER_SCHEMA}", self.schema),
            StorageKind::Configuration => format!("{}/{CONFIGURATION}", self.configuration),
            StorageKind::Databases => self.databases.as_ref().map(ToString::to_string).unwrap_or_default(),
        }
    }
}

/// Returns the entries of all schema files of a directory.
pub(super) fn schema_entries(fs: &dyn FileSystem, path: &RootPath) -> Result<Vec<ldif::Entry>, String> {
    let unreadable = |e: io::Error| format!("{path} cannot be read: {e}");
    let dir = fs.open_dir(path).map_err(unreadable)?;
    let names = dir.list(&RelPath::here()).map_err(unreadable)?;
    let (mut all, mut bytes) = (Vec::new(), 0_u64);
    let files = names.into_iter().filter(|name| name.as_bytes().ends_with(b".ldif"));
    for name in files.take(MOST_FILES) {
        let at = RelPath::from(name.clone());
        let stat = dir.stat(&at).map_err(unreadable)?;
        if stat.kind != FileKind::Regular {
            continue;
        }
        bytes = bytes.saturating_add(stat.size);
        if bytes > MOST_BYTES {
            return Err(format!("the files of {path} are too large"));
        }
        let content = dir.open(&at).and_then(|file| read_whole(&*file));
        all.extend(entries(&format!("{path}/{name}"), content)?);
    }
    Ok(all)
}

fn entries(shown: &str, content: io::Result<Vec<u8>>) -> Result<Vec<ldif::Entry>, String> {
    let content = content.map_err(|e| format!("{shown} cannot be read: {e}"))?;
    let parsed: Result<Vec<_>, _> = ldif::entries(content.as_slice()).collect();
    parsed.map_err(|e| format!("{shown}, {e}"))
}
