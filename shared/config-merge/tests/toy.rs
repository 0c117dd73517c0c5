//! A tool for a toy product: it merges at once, or by way of candidates.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use command::{
    CommonOptions, Completion, Context, Error as CommandError, Providers, RunHandler, Runs, Start, StateLocation,
    ToolError, Touched, Work,
};
use config_merge::candidates::{self, CandidateProducer, Candidates};
use config_merge::layout::Directory;
use config_merge::{
    Error, FileSystems, FileToMerge, Live, MergeProducer, MergeResult, Merger, Merges, Resolutions, SECRETS, Stock,
    Version, Versions, Where, own_files,
};
use documents::changes::Secrets;
use documents::dialect::Dialect;
use documents::merge::Rules;
use serde::{Deserialize, Serialize};
use serde_json::json;
use testkit::sweep::Shared;
use testkit::tree::Tree;
use upgrade_engine::fs::{FileSystem, RelPath, RootPath};
use upgrade_engine::plan::Plan;
use upgrade_engine::step::Attributes;

pub(crate) const CONFIG: &str = "/product/config";
const BASE: &str = "/stock/old";
const NEW: &str = "/stock/new";
pub(crate) const WORK: &str = "/stage/candidates";

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Method {
    Properties,
    Options,
    Whole,
}

/// The product's files.
const FILES: [(&str, Method); 5] = [
    ("app.properties", Method::Properties),
    ("mta/option.dat", Method::Options),
    ("template.properties", Method::Properties),
    ("added.txt", Method::Whole),
    ("dropped.txt", Method::Whole),
];

/// A site with a change in each file, a conflict in two of them, a password, a new file and an obsolete one.
pub(crate) fn product() -> Tree {
    let files = [
        ("/stock/old/app.properties", "host=localhost\nport=80\nmode=a\n"),
        ("/product/config/app.properties", "# ours\nhost=mail.example\nport=80\nmode=b\npassword=Canary-7\n"),
        ("/stock/new/app.properties", "host=localhost\nport=8080\nmode=c\nextra=1\n"),
        ("/stock/old/mta/option.dat", "MAX=5\nMIN=1\n"),
        ("/product/config/mta/option.dat", "MAX=9\nMIN=1\n"),
        ("/stock/new/mta/option.dat", "MAX=5\nMIN=2\n"),
        ("/stock/old/template.properties", "a=1\n"),
        ("/product/config/template.properties", "a=2\n"),
        ("/stock/new/template.properties", "a=3\n"),
        ("/stock/new/added.txt", "new in this release\n"),
        ("/stock/old/dropped.txt", "gone\n"),
        ("/product/config/dropped.txt", "gone\n"),
    ];
    let start = Tree::new().directory("state").mode(0o700).directory("stage").mode(0o700);
    files.iter().fold(start, |tree, (path, text)| tree.file(path, *text).owner(7, 8).mode(0o640))
}

pub(crate) fn at(path: &str) -> RootPath {
    RootPath::new(path).unwrap()
}

pub(crate) fn read(fs: &dyn FileSystem, path: &str) -> String {
    String::from_utf8(own_files::read(fs, &at(path)).unwrap()).unwrap()
}

pub(crate) fn exists(fs: &dyn FileSystem, path: &str) -> bool {
    let (parent, name) = at(path).split_last().unwrap();
    fs.open_dir(&parent).unwrap().stat(&RelPath::from(name)).is_ok()
}

/// Replaces the content of a file, as an administrator would, or makes it.
pub(crate) fn write(fs: &dyn FileSystem, path: &str, content: &[u8]) {
    let (parent, name) = at(path).split_last().unwrap();
    let dir = fs.open_dir(&parent).unwrap();
    let name = RelPath::from(name);
    let file = dir.open_to_write(&name).or_else(|_| dir.create(&name)).unwrap();
    file.set_len(0).unwrap();
    file.write_all_at(content, 0).unwrap();
}

/// Knows how the product's files merge.
pub(crate) struct ToyMerger;

impl Merger for ToyMerger {
    type Method = Method;

    fn merge(
        &self,
        name: &str,
        method: &Method,
        versions: &Versions<Version>,
        resolutions: &[String],
    ) -> Result<MergeResult, Error> {
        let dialect = match method {
            Method::Properties => Dialect::Properties,
            Method::Options => Dialect::OptionValues,
            Method::Whole => Dialect::Text,
        };
        let rules = Rules { resolutions: resolutions.to_vec(), ..Rules::default() };
        config_merge::by_dialect(name, dialect, versions, &rules)
    }

    fn reported_name<'n>(&self, typed: &'n str) -> &'n str {
        if typed == "option.dat" { "mta/option.dat" } else { typed }
    }

    fn blocks(&self, name: &str, _: &Method) -> bool {
        name != "template.properties"
    }

    fn secrets(&self, name: &str, _: &Method) -> Secrets {
        if name == "mta/option.dat" { Secrets { key: |key| key == "MIN", ..SECRETS } } else { SECRETS }
    }

    fn proposal(&self, _: &str, method: &Method, versions: &Versions<Version>) -> Option<Vec<u8>> {
        let new = versions.new.as_ref().filter(|_| matches!(method, Method::Properties))?;
        Some(new.content.clone())
    }
}

/// What one call is asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    pub(crate) resolve: Vec<String>,
    pub(crate) resolutions: Option<PathBuf>,
    pub(crate) force: bool,
}

impl Asked {
    pub(crate) fn resolving(lines: &[&str]) -> Self {
        Self { resolve: lines.iter().map(|line| (*line).to_owned()).collect(), ..Self::default() }
    }
}

/// One call of the tool.
pub(crate) struct Toy<'a> {
    pub(crate) context: &'a Context<'a>,
    pub(crate) asked: Asked,
}

/// Calls the tool on a disk that is product root, real paths and state at once.
pub(crate) fn call<T>(
    fs: &Arc<dyn FileSystem>,
    options: &CommonOptions,
    asked: &Asked,
    work: impl FnOnce(&Toy<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let state = StateLocation { fs: Shared::boxed(fs), path: at("/state") };
    let context = Context::new("toy-merge", options, &**fs, &**fs, &state);
    work(&Toy { context: &context, asked: asked.clone() })
}

/// Returns options that say yes.
pub(crate) fn yes() -> CommonOptions {
    CommonOptions { yes: true, ..CommonOptions::default() }
}

impl Toy<'_> {
    pub(crate) fn systems(&self) -> FileSystems<'_> {
        FileSystems::of(self.context)
    }

    /// Finds the versions of every file.
    pub(crate) fn files(&self) -> Result<Vec<FileToMerge<Method>>, Error> {
        let names = FILES.map(|(name, _)| name);
        let versions = |on, path: &str| {
            let directory = Directory::open(self.systems(), on, at(path))?;
            let wanted = names.iter().map(|name| (*name, std::slice::from_ref(name)));
            directory.by_name(wanted)
        };
        let mut base = versions(Where::Own, BASE)?;
        let mut site: BTreeMap<&str, Version> = versions(Where::Product, CONFIG)?;
        let mut new = versions(Where::Product, NEW)?;
        let config = self.context.fs.open_dir(&at(CONFIG)).unwrap();
        let like_config = Attributes::of(&*config, &RelPath::here()).unwrap();
        let file = |(name, method): (&'static str, Method)| {
            let site = site.remove(name);
            FileToMerge {
                name: name.to_owned(),
                method,
                target: at(&format!("{CONFIG}/{name}")),
                live: match &site {
                    Some(site) => Live::File(site.source.digest),
                    None => Live::Nothing(Attributes { mode: 0o640, ..like_config.clone() }),
                },
                versions: Versions {
                    base: base.remove(name).map_or(Stock::Absent, Stock::File),
                    site,
                    new: new.remove(name),
                },
            }
        };
        Ok(FILES.into_iter().map(file).collect())
    }

    pub(crate) fn merges<'f>(&self, files: &'f [FileToMerge<Method>]) -> Result<Merges<'f, Method>, Error> {
        let systems = self.systems();
        let resolutions = Resolutions::new(&systems, &self.asked.resolve, self.asked.resolutions.as_deref())?;
        config_merge::merge(&ToyMerger, files, resolutions, &systems)
    }

    /// Merges into the live files.
    pub(crate) fn merge(&self) -> Result<Completion, Error> {
        self.run("merge", |plan| self.merges(&self.files()?)?.plan_replacements(plan, self.context.fs, &[]))
    }

    /// As [`Toy::merge`]; somebody edits a file after the plan was made.
    pub(crate) fn merge_with_an_edit(&self, path: &str) -> Result<Completion, Error> {
        self.run("merge", |plan| {
            self.merges(&self.files()?)?.plan_replacements(plan, self.context.fs, &[])?;
            write(self.context.fs, path, b"MAX=77\n");
            Ok(())
        })
    }

    /// `patch-config`: candidates.
    pub(crate) fn patch(&self) -> Result<(), Error> {
        let files = self.files()?;
        let merges = self.merges(&files)?;
        candidates::write(self.context.own_files, &at(WORK), &ToyMerger, &merges, json!("patch"))
    }

    /// `patch-config` again: candidates in the place of the earlier ones.
    pub(crate) fn patch_again(&self) -> Result<(), Error> {
        let files = self.files()?;
        let merges = self.merges(&files)?;
        candidates::replace((self.systems(), Where::Own, &at(WORK)), &ToyMerger, &merges, json!("patch"))
    }

    /// What was said about conflicts when the candidates were made.
    pub(crate) fn earlier(&self) -> Result<Vec<String>, Error> {
        Ok(candidates::earlier_resolutions(self.systems(), Where::Own, &at(WORK))?.typed().collect())
    }

    pub(crate) fn candidates(&self) -> Result<Candidates, Error> {
        Candidates::read(&Directory::open(self.systems(), Where::Own, at(WORK))?)
    }

    /// `install-newconfig`.
    pub(crate) fn install(&self) -> Result<Completion, Error> {
        self.run("install", |plan| {
            let candidates = self.candidates()?;
            if !self.asked.force {
                candidates.refuse_unresolved()?;
            }
            candidates.plan_installation(plan, self.context.fs, &[])
        })
    }

    /// Does what `--undo` and `--resume` ask for.
    pub(crate) fn requested(&self) -> Result<Completion, Error> {
        Ok(Runs::new(self.context, self).requested()?.unwrap())
    }

    fn run(&self, what: &str, fill: impl FnOnce(&mut Plan) -> Result<(), Error>) -> Result<Completion, Error> {
        let runs = Runs::new(self.context, self);
        let request = json!(what);
        match runs.start(&request, Touched { changes: vec![CONFIG.to_owned()], reads: Vec::new() })? {
            Start::Resumed(completion) => Ok(*completion),
            Start::New(new_run) => {
                let mut plan = Plan::new("toy-merge", request);
                fill(&mut plan)?;
                new_run.carry_out(plan, Some("Replace the files?"))
            }
        }
    }
}

impl RunHandler for Toy<'_> {
    type Error = Error;

    fn describe(&self, _: &Plan) -> String {
        "merge".to_owned()
    }

    fn providers<'s>(&'s self, _: &Work<'_>) -> Result<Providers<'s>, Error> {
        let files = self.systems();
        let merge = MergeProducer { merger: ToyMerger, files };
        Ok(Providers {
            producers: vec![Box::new(merge), Box::new(CandidateProducer { files })],
            ..Providers::default()
        })
    }
}

/// Calls the tool by a word, as the sweeps do.
pub(crate) fn by_word(fs: &Arc<dyn FileSystem>, words: &[&str]) -> Result<(), String> {
    let mut options = yes();
    match words {
        ["undo"] => options.undo = Some(None),
        ["resume"] => options.resume = true,
        _ => {}
    }
    let done = call(fs, &options, &Asked { force: true, ..Asked::default() }, |toy| match words {
        ["merge"] => toy.merge().map(drop),
        ["install"] => toy.install().map(drop),
        _ => toy.requested().map(drop),
    });
    done.map_err(|error| lines(&error))
}

/// Returns all that the tool says about an error.
pub(crate) fn lines(error: &Error) -> String {
    let hint = error.hint().unwrap_or_default();
    format!("{error} {hint} {:?}", error.exit())
}

/// Asserts that an error is about the command line.
#[track_caller]
pub(crate) fn assert_usage(error: &Error, text: &str) {
    assert!(matches!(error, Error::Common(CommandError::Usage(_))), "{error}");
    assert!(error.to_string().contains(text), "{error}");
}

/// Returns the kind of an error of the system.
pub(crate) fn kind(error: &Error) -> io::ErrorKind {
    let Error::Common(CommandError::Io { source, .. }) = error else { panic!("{error}") };
    source.kind()
}
