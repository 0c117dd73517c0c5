//! What the program does, on whatever file systems it is given.

use command::{Completion, Context, Runs, Start, Touched};
use upgrade_engine::fs::path::escape;
use upgrade_engine::fs::{Dir, FileSystem, Name, RelPath, RootPath};
use upgrade_engine::place::Place;
use upgrade_engine::plan::Plan;
use upgrade_engine::step::{Attributes, LinkState, SetLink, Step};
use upgrade_engine::survey;

use super::place::{below, data_root};
use super::{Refusal, cli};
use crate::TOOL;
use crate::error::Error;
use crate::handler::AnyRun;
use crate::migrate::refusal;
use crate::new_root::new_root;
use crate::release::{self, Bits};
use crate::request::{Request, UsedConfiguration};
use crate::running;
use crate::server_root::{Link, ServerRoot};

/// The anchor of the root.
const ROOT: &str = "root";
/// Mode of every symbolic link.
const LINK_MODE: u32 = 0o777;

/// One call of the program.
pub struct Use<'a> {
    /// What was typed.
    pub args: &'a cli::Args,
    /// What it works with.
    pub context: &'a Context<'a>,
}

impl Use<'_> {
    /// Does what was asked for.
    ///
    /// # Errors
    /// Why it was not done, and in which state the system is.
    pub fn carry_out(&self) -> Result<Completion, Error> {
        let (args, context) = (self.args, self.context);
        let handler = AnyRun::new(context);
        let runs = Runs::new(context, &handler);
        let Some(typed) = &args.config_dir else {
            return runs.requested()?.ok_or_else(|| Error::usage("CONFIGDIR is missing"));
        };
        if let Some(done) = runs.requested()? {
            return Ok(done);
        }
        let path = new_root(args.new_root.as_deref(), context)?;
        let root = ServerRoot::look(context.fs, &path)?;
        let data_root = data_root(context, &root, typed)?;
        let request = UsedConfiguration { new_root: path.clone(), data_root: data_root.clone() };
        let request = Request::Useconfig(request).to_json();
        let touched = Touched { changes: vec![path.to_string()], reads: vec![data_root.to_string()] };
        let run = match runs.start(&request, touched)? {
            Start::Resumed(done) => return Ok(*done),
            Start::New(run) => run,
        };
        let mut plan = Plan::new(TOOL, request);
        plan.steps = steps(context.fs, &root, &data_root)?;
        let dir = context.fs.open_dir(&path).map_err(|e| Error::io("open", &path, e))?;
        plan.anchors.insert(ROOT.to_owned(), survey::anchor(&*dir, &path).map_err(command::Error::from)?);
        plan.warnings.extend(library_path(context.fs, &root));
        if !plan.steps.is_empty() {
            let servers = running::servers(context.fs, &[&root]);
            if !servers.is_empty() {
                return Err(refusal::Refusal::Running(servers).into());
            }
        }
        plan.warnings.iter().for_each(|line| context.warn(line));
        run.carry_out(plan, Some(&format!("Point {path} at {data_root}?")))
    }
}

/// Returns the steps for the links that lead elsewhere.
fn steps(fs: &dyn FileSystem, root: &ServerRoot, data_root: &RootPath) -> Result<Vec<Step>, Error> {
    let dir = fs.open_dir(&root.path).map_err(|e| Error::io("open", &root.path, e))?;
    let links = [
        ("config", &root.config, below(data_root, "config")),
        ("data", &root.data, data_root.clone()),
        ("log", &root.log, below(data_root, "log")),
    ];
    let mut steps = Vec::new();
    for (name, link, target) in links {
        let (name, at) = place(name)?;
        let path = root.path.join(&name);
        let failed = |e| Error::io("look at", &path, e);
        let before = match link {
            Link::Absent => None,
            Link::Directory(path) => return Err(Refusal::OwnDirectory(path.clone()).into()),
            Link::To { directory, .. } if is_same(fs, directory, &target)? => continue,
            Link::To { .. } => Some(LinkState::of(&*dir, &at).map_err(failed)?),
        };
        let mut attributes = match &before {
            Some(before) => before.attributes.clone(),
            None => like_root(&*dir).map_err(failed)?,
        };
        match fs.open_dir(&target).and_then(|target| target.stat(&RelPath::here())) {
            // The programs follow a link of another account only to what is that account's.
            Ok(own) if attributes.uid != 0 && attributes.uid != own.uid => {
                (attributes.uid, attributes.gid) = (own.uid, own.gid);
            }
            Err(e) if !survey::is_absent(&e) => return Err(Error::io("look at", &target, e)),
            _ => {}
        }
        let after = Some(LinkState { target: escape(target.as_bytes()), attributes });
        steps.push(Step::SetLink(SetLink { at: Place::anchor(ROOT).join(&name), before, after }));
    }
    Ok(steps)
}

fn place(name: &str) -> Result<(Name, RelPath), Error> {
    let name = Name::new(name).map_err(|e| command::Error::Internal(e.to_string()))?;
    Ok((name.clone(), RelPath::from(name)))
}

/// A new link belongs to whom the root does. It has the root's time as well, so that a dry run and the run plan the same.
fn like_root(dir: &dyn Dir) -> std::io::Result<Attributes> {
    let root = Attributes::of(dir, &RelPath::here())?;
    Ok(Attributes { mode: LINK_MODE, extended: Vec::new(), ..root })
}

fn is_same(fs: &dyn FileSystem, one: &RootPath, other: &RootPath) -> Result<bool, Error> {
    let id = |path: &RootPath| {
        let dir = fs.open_dir(path).map_err(|e| Error::io("open", path, e))?;
        survey::identity(&*dir, path).map_err(|e| Error::from(command::Error::from(e)))
    };
    Ok(id(one)? == id(other)?)
}

/// Says how the library path is changed, which the guide has this program for after an upgrade from 32 to 64 bits.
fn library_path(fs: &dyn FileSystem, root: &ServerRoot) -> Vec<String> {
    let lib = below(&root.path, "lib");
    let (narrow, wide) = (format!("crle -u -l {lib}"), format!("/bin/crle-64 -u -l {lib}"));
    let commands = match release::look(fs, root).bits {
        Some(Bits::Bits32) => narrow,
        Some(Bits::Bits64) => wide,
        None => format!("{narrow} for 32-bit programs, {wide} for 64-bit ones"),
    };
    vec![format!("The library path is not changed. On Solaris, add the server's libraries to it: {commands}")]
}
