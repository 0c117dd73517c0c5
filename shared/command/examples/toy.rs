//! `toy FILE`: a whole tool in a little over 100 lines. It puts a mark at the beginning of a file, under a journal.

use std::path::PathBuf;

use command::{
    CommonOptions, Completion, Context, Error, Program, Providers, RunHandler, Runs, Start, ToolError, Touched, Work,
};
use serde_json::{Value, json};
use upgrade_engine::digest::Digest;
use upgrade_engine::fs::{FileSystem, RelPath, RootPath};
use upgrade_engine::place::{Anchor, Place};
use upgrade_engine::plan::Plan;
use upgrade_engine::run_list::{in_effect, list_runs};
use upgrade_engine::step::{NewContent, ReplaceFile, SpanEdit, Step, read_whole};

const MARK: &str = "MARK ";

/// Puts a mark at the beginning of a file
#[derive(clap::Parser)]
#[command(name = "toy", mut_arg("dry_run", |arg| arg.short('n')))]
pub(crate) struct Args {
    /// The file, below the product root
    file: Option<PathBuf>,
    /// Remove the marks of all runs
    #[arg(long)]
    unmark: bool,
    #[command(flatten)]
    pub(crate) common: CommonOptions,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ToyError {
    #[error("{0} is empty")]
    Empty(RootPath),
    #[error(transparent)]
    Common(#[from] Error),
}

impl ToolError for ToyError {
    fn common(&self) -> Option<&Error> {
        if let Self::Common(error) = self { Some(error) } else { None }
    }
    fn hint(&self) -> Option<String> {
        matches!(self, Self::Empty(_)).then(|| "Name a file with content.".to_owned())
    }
}

pub(crate) struct Toy;

impl Program for Toy {
    type Args = Args;
    type Error = ToyError;
    const NAME: &'static str = "toy";
    const OTHER_NAMES: &'static [&'static str] = &["marker"];
    fn options(args: &Args) -> &CommonOptions {
        &args.common
    }
    fn run(args: &Args, context: &Context<'_>) -> Result<Completion, ToyError> {
        let runs = Runs::new(context, &Toy);
        if args.unmark {
            let all = list_runs(&*context.state.fs, &context.state.path, context.tool).map_err(Error::from)?;
            let marks = in_effect(&all).into_iter().filter(|run| run.plan.undoes.is_none());
            return runs.undo_all(&marks.map(|run| run.id.clone()).collect::<Vec<_>>());
        }
        let Some(file) = &args.file else {
            return runs.requested()?.ok_or_else(|| Error::Usage("FILE is missing".to_owned()).into());
        };
        let path = context.options.product_path(file).map_err(|e| Error::io("use", file.display(), e))?;
        let request = json!({ "file": path });
        match runs.start(&request, Touched { changes: vec![path.to_string()], reads: Vec::new() })? {
            Start::Resumed(completion) => Ok(*completion),
            Start::New(new_run) => {
                let (anchor, old) = detect(context.fs, &path).map_err(|e| Error::io("read", &path, e))?;
                new_run.carry_out(plan(&path, anchor, &old, request)?, Some("Mark the file?"))
            }
        }
    }
}

fn detect(fs: &dyn FileSystem, path: &RootPath) -> std::io::Result<(Anchor, Vec<u8>)> {
    let (parent, name) = path.split_last().ok_or(std::io::ErrorKind::IsADirectory)?;
    let dir = fs.open_dir(&parent)?;
    let id = dir.stat(&RelPath::here())?.id;
    Ok((Anchor { path: parent, device: id.device, inode: id.inode }, read_whole(&*dir.open(&name.into())?)?))
}

fn plan(path: &RootPath, anchor: Anchor, old: &[u8], request: Value) -> Result<Plan, ToyError> {
    let Some((_, name)) = path.split_last().filter(|_| !old.is_empty()) else {
        return Err(ToyError::Empty(path.clone()));
    };
    let mut plan = Plan::new(Toy::NAME, request);
    plan.anchors.insert("directory".to_owned(), anchor);
    if !old.starts_with(MARK.as_bytes()) {
        let content = NewContent::Edits(vec![SpanEdit { offset: 0, remove: 0, insert: MARK.to_owned() }]);
        let (before, after) = (Digest::of(old), Digest::of(&[MARK.as_bytes(), old].concat()));
        let at = Place::anchor("directory").join(&name);
        plan.steps.push(Step::ReplaceFile(ReplaceFile {
            at,
            links: Vec::new(),
            before,
            after,
            content,
            attributes: None,
        }));
    }
    Ok(plan)
}

impl RunHandler for Toy {
    type Error = ToyError;
    fn describe(&self, plan: &Plan) -> String {
        let file = plan.request.get("file").and_then(Value::as_str);
        format!("mark in {}", file.unwrap_or("a file"))
    }
    fn providers<'s>(&'s self, _: &Work<'_>) -> Result<Providers<'s>, ToyError> {
        Ok(Providers::default())
    }
}

fn main() -> std::process::ExitCode {
    command::main::<Toy>()
}
