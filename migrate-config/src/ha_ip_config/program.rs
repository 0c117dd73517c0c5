//! What the program does, on whatever file systems it is given.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use command::{Completion, Context, Runs, Start, Touched, ask};
use upgrade_engine::fs::RootPath;
use upgrade_engine::plan::Plan;
use upgrade_engine::step::{ReplaceFile, Step};
use upgrade_engine::survey::{names_of, read_file};

use super::edits::{Bound, changes};
use super::{Refusal, address, cli};
use crate::TOOL;
use crate::error::Error;
use crate::handler::AnyRun;
use crate::new_root::new_root;
use crate::request::{LogicalAddress, Request};
use crate::server_root::ServerRoot;

/// One call of the program.
pub struct HaIp<'a> {
    /// What was typed.
    pub args: &'a cli::Args,
    /// What it works with.
    pub context: &'a Context<'a>,
}

impl HaIp<'_> {
    /// Does what was asked for.
    ///
    /// # Errors
    /// Why it was not done, and in which state the system is.
    pub fn carry_out(&self) -> Result<Completion, Error> {
        let context = self.context;
        let handler = AnyRun::new(context);
        let runs = Runs::new(context, &handler);
        if let Some(done) = runs.requested()? {
            return Ok(done);
        }
        let address = self.address()?;
        let path = self.root()?;
        let root = ServerRoot::look(context.fs, &path)?;
        let config = root.config.directory().cloned().ok_or_else(|| Error::NotConfigured(path.clone()))?;
        let request = Request::HaIpConfig(LogicalAddress { new_root: path, ip: address.to_string() }).to_json();
        let run = match runs.start(&request, Touched { changes: vec![config.to_string()], reads: Vec::new() })? {
            Start::Resumed(done) => return Ok(*done),
            Start::New(run) => run,
        };
        let mut plan = Plan::new(TOOL, request);
        for bound in Bound::ALL {
            for line in self.add(&mut plan, bound, &config, address)? {
                context.say(&line);
            }
        }
        plan.findings.iter().for_each(|line| context.warn(line));
        run.carry_out(plan, Some("Change these settings?"))
    }

    /// Adds the change of one file, and returns what it changes.
    fn add(&self, plan: &mut Plan, bound: Bound, config: &RootPath, address: IpAddr) -> Result<Vec<String>, Error> {
        let fs = self.context.fs;
        let path =
            config.resolve(bound.file().as_bytes()).map_err(|e| Error::io("use", config, std::io::Error::other(e)))?;
        let Some(bytes) = read_file(fs, &path).map_err(|e| Error::io("read", &path, e))? else {
            if bound == Bound::Dispatcher {
                return Err(Refusal::NoFile { config: config.clone(), name: bound.file() }.into());
            }
            plan.findings.push(match bound {
                Bound::Settings => format!(
                    "{path} is not there: set the address with configutil -o service.listenaddr -v {address} and configutil -o \
                     service.http.smtphost -v {address}"
                ),
                _ => format!("{path} is not there: nothing was set in it"),
            });
            return Ok(Vec::new());
        };
        let wrong = |what: String| Error::from(Refusal::File { path: path.clone(), what });
        let changes = changes(bound, &bytes, address).map_err(wrong)?;
        plan.findings.extend(changes.findings);
        let names = names_of(fs, &path, std::slice::from_ref(config)).map_err(command::Error::from)?;
        let (at, links) = names.places(bound.file());
        let step = ReplaceFile::editing(at, links, &bytes, &changes.edits);
        if let Some(step) = step.map_err(|e| wrong(e.to_string()))? {
            plan.anchors.insert(bound.file().to_owned(), names.anchor);
            plan.steps.push(Step::ReplaceFile(step));
        }
        Ok(changes.lines.into_iter().map(|line| format!("{path}: {line}")).collect())
    }

    /// Returns the address that was typed, or asks for it.
    fn address(&self) -> Result<IpAddr, Error> {
        let question = "IP address of the logical host";
        match (&self.args.ip, self.context.console) {
            (Some(ip), _) => address(ip).map_err(|what| Refusal::Address(what).into()),
            (None, Some(console)) if !self.context.options.dry_run => Ok(ask(console, question, None, address)?),
            (None, _) => Err(Error::usage("--ip IP is missing, and there is nobody to ask")),
        }
    }

    /// Returns the root; it is asked for where the address is.
    fn root(&self) -> Result<RootPath, Error> {
        let (args, context) = (self.args, self.context);
        let known = new_root(args.new_root.as_deref(), context);
        let (None, None, Some(console)) = (&args.ip, &args.new_root, context.console) else { return known };
        let default = known.ok().map(|path| path.to_string());
        let typed = ask(console, "Root directory of Messaging Server", default.as_deref(), |text| {
            let path = Path::new(text);
            if path.is_absolute() { Ok(PathBuf::from(path)) } else { Err(format!("{text:?} is not an absolute path")) }
        })?;
        new_root(Some(&typed), context)
    }
}
