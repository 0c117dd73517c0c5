//! An installation of Communications Express, and what of it is deployed to the web container (`reference/communications-express.md`
//! section 4). Everything here only reads.

use command::{CommonOptions, Context, program_home};
use upgrade_engine::fs::{FileKind, FileSystem, RootPath};
use upgrade_engine::survey::{self, real_path};

use crate::cli::Place;
use crate::error::Error;

/// Where installations are by default, each with what is deployed of it: Communications Suite 6, Solaris, Linux.
pub(crate) const LAYOUTS: [(&str, &str); 3] = [
    ("/opt/sun/comms/ce", "/var/opt/sun/comms/ce"),
    ("/opt/SUNWuwc", "/var/opt/SUNWuwc"),
    ("/opt/sun/uwc", "/var/opt/sun/uwc"),
];
/// Names of an installation below a directory that is named in its place: the manuals write the base in both ways.
pub(crate) const NAMES: [&str; 3] = ["SUNWuwc", "ce", "uwc"];
/// What only an installation has.
const SIGNS: [&str; 3] = ["lib/config-templates", "sbin", "WEB-INF"];
/// The web application in a deployment.
pub const WEB_INF: &str = "WEB-INF";

/// An installation and its deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// Where the programs and the stock files are.
    pub base: RootPath,
    /// What the web container reads, without links.
    pub deployed: RootPath,
}

impl Deployment {
    /// Looks for both.
    ///
    /// # Errors
    /// [`Error::NoBase`], [`Error::SeveralBases`], [`Error::NoDeployed`], [`Error::SeveralDeployed`].
    pub fn look(context: &Context<'_>, place: &Place) -> Result<Self, Error> {
        let base = base(context, place)?;
        let deployed = deployed(context, place, Some(&base))?;
        Ok(Self { base, deployed })
    }

    /// Returns the web application.
    ///
    /// # Errors
    /// Never in practice.
    pub fn web_inf(&self) -> Result<RootPath, Error> {
        below(&self.deployed, WEB_INF)
    }
}

/// Returns where Communications Express is installed: `--uwc-base`, the installation whose `sbin` holds this program, or the only one
/// that there is.
///
/// # Errors
/// [`Error::NoBase`], [`Error::SeveralBases`].
pub fn base(context: &Context<'_>, place: &Place) -> Result<RootPath, Error> {
    let (fs, options) = (context.fs, context.options);
    if let Some(typed) = &place.uwc_base {
        let typed = options.product_path(typed).map_err(|e| Error::io("use", typed.display(), e))?;
        return base_at(fs, &typed)?.ok_or_else(|| Error::NoBase(typed.to_string()));
    }
    if let Some(home) = home(options)?
        && is_base(fs, &home)?
    {
        return Ok(home);
    }
    let known: Vec<RootPath> = LAYOUTS.iter().map(|(base, _)| path(base)).collect::<Result<_, _>>()?;
    let found = distinct(fs, &known, |base| is_base(fs, base))?;
    match found.as_slice() {
        [] => Err(Error::NoBase(listed(&known))),
        [only] => Ok(only.clone()),
        several => Err(Error::SeveralBases(listed(several))),
    }
}

/// Returns the other installations in the default places.
///
/// # Errors
/// When one cannot be looked at.
pub fn other_bases(fs: &dyn FileSystem, base: &RootPath) -> Result<Vec<RootPath>, Error> {
    let mut paths = vec![base.clone()];
    for (known, _) in LAYOUTS {
        paths.push(path(known)?);
    }
    let all = distinct(fs, &paths, |known| Ok(known == base || is_base(fs, known)?))?;
    Ok(all.into_iter().skip(1).collect())
}

/// Returns what is deployed, without links: `--deployed`, or the only deployment that there is. An installation in an alternate root has
/// its deployment there.
///
/// # Errors
/// [`Error::NoDeployed`], [`Error::SeveralDeployed`].
pub fn deployed(context: &Context<'_>, place: &Place, base: Option<&RootPath>) -> Result<RootPath, Error> {
    let (fs, options) = (context.fs, context.options);
    if let Some(typed) = &place.deployed {
        let typed = options.product_path(typed).map_err(|e| Error::io("use", typed.display(), e))?;
        return deployment_at(fs, &typed)?.ok_or_else(|| Error::NoDeployed(typed.to_string()));
    }
    let prefix = base.and_then(alternate_root).unwrap_or_default();
    let known = LAYOUTS.iter().map(|(_, deployed)| path(&format!("{prefix}{deployed}")));
    let known: Vec<RootPath> = known.collect::<Result<_, _>>()?;
    let found = distinct(fs, &known, |deployed| has_directory(fs, deployed, WEB_INF))?;
    match found.as_slice() {
        [] => Err(Error::NoDeployed(listed(&known))),
        [only] => real(fs, only),
        several => Err(Error::SeveralDeployed(listed(several))),
    }
}

/// Returns the deployment that a directory is, without links; nothing where it is none.
///
/// # Errors
/// When it cannot be looked at.
pub fn deployment_at(fs: &dyn FileSystem, path: &RootPath) -> Result<Option<RootPath>, Error> {
    if has_directory(fs, path, WEB_INF)? { real(fs, path).map(Some) } else { Ok(None) }
}

/// Returns what a deployment in a default place is called there: a copy of one keeps the names above it.
pub fn default_deployment(path: &RootPath) -> Option<&'static str> {
    let is_it = |known: &&str| path.as_bytes().ends_with(known.as_bytes());
    LAYOUTS.iter().map(|(_, deployed)| *deployed).find(is_it)
}

/// Returns what is before the default place in the path of an installation; nothing where the installation is not in such a place.
fn alternate_root(base: &RootPath) -> Option<String> {
    let text = std::str::from_utf8(base.as_bytes()).ok()?;
    LAYOUTS.iter().find_map(|(known, _)| text.strip_suffix(known)).map(str::to_owned)
}

/// Returns the installation whose `sbin` holds this program.
fn home(options: &CommonOptions) -> Result<Option<RootPath>, Error> {
    if options.root.is_some() {
        return Ok(None);
    }
    let failed = |e| Error::io("find", "this program", e);
    let home = program_home().map_err(failed)?;
    home.map(|home| options.product_path(&home)).transpose().map_err(failed)
}

/// Returns the installation that a directory is or holds.
fn base_at(fs: &dyn FileSystem, typed: &RootPath) -> Result<Option<RootPath>, Error> {
    if is_base(fs, typed)? {
        return Ok(Some(typed.clone()));
    }
    let held: Vec<RootPath> = NAMES.iter().map(|name| below(typed, name)).collect::<Result<_, _>>()?;
    let found = distinct(fs, &held, |base| is_base(fs, base))?;
    match found.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(only.clone())),
        several => Err(Error::SeveralBases(listed(several))),
    }
}

/// Returns whether Communications Express is installed in a directory.
fn is_base(fs: &dyn FileSystem, path: &RootPath) -> Result<bool, Error> {
    has_any(fs, path, &SIGNS)
}

fn has_directory(fs: &dyn FileSystem, above: &RootPath, name: &str) -> Result<bool, Error> {
    let path = below(above, name)?;
    survey::is_directory(fs, &path).map_err(|e| Error::io("open", path, e))
}

/// Returns whether a directory has one of these directories. One that cannot be looked at is an error, not absent.
pub(crate) fn has_any(fs: &dyn FileSystem, above: &RootPath, names: &[&str]) -> Result<bool, Error> {
    for name in names {
        if has_directory(fs, above, name)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns the wanted directories, without those that are one with an earlier one, by whatever links.
fn distinct(
    fs: &dyn FileSystem,
    paths: &[RootPath],
    is_wanted: impl Fn(&RootPath) -> Result<bool, Error>,
) -> Result<Vec<RootPath>, Error> {
    let (mut found, mut seen) = (Vec::new(), Vec::new());
    for path in paths {
        if !is_wanted(path)? {
            continue;
        }
        let real = real(fs, path)?;
        if !seen.contains(&real) {
            seen.push(real);
            found.push(path.clone());
        }
    }
    Ok(found)
}

/// Returns a path without links.
pub(crate) fn real(fs: &dyn FileSystem, path: &RootPath) -> Result<RootPath, Error> {
    real_path(fs, path).map_err(|e| Error::io("look at", path, e))
}

/// Returns whether a path is a directory or lies in it; both without links.
pub(crate) fn is_within(path: &RootPath, directory: &RootPath) -> bool {
    path.as_bytes().strip_prefix(directory.as_bytes()).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

/// Returns what kind of entry there is; nothing where there is none.
///
/// # Errors
/// As `lstat`.
pub(crate) fn kind(fs: &dyn FileSystem, path: &RootPath) -> Result<Option<FileKind>, Error> {
    survey::kind(fs, path).map_err(|e| Error::io("look at", path, e))
}

pub(crate) fn path(text: &str) -> Result<RootPath, Error> {
    RootPath::new(text).map_err(|e| Error::io("use", text, std::io::Error::other(e)))
}

pub(crate) fn below(above: &RootPath, name: &str) -> Result<RootPath, Error> {
    Ok(config_merge::own_files::below(above, name)?)
}

fn listed(paths: &[RootPath]) -> String {
    paths.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
