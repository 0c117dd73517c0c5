//! Deployment of the archives: into a directory of a servlet container, or by a command.

use command::{CommonOptions, Context, ProductCommand, ProductCommands, quoted};
use upgrade_engine::fs::{FileKind, RootPath};
use upgrade_engine::plan::Plan;

use super::address::Codebase;
use super::archive::{self, Contents};
use super::content::Recipe;
use super::sources::Sources;
use super::{files, languages};
use crate::cli;
use crate::error::Error;
use crate::rollback::places::Places;
use crate::server::below;

/// How archives are deployed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Deployment {
    /// By the administrator.
    #[default]
    ByHand,
    /// Into a directory.
    Directory(RootPath),
    /// By a command for each: words with `{war}` and `{name}`.
    Command {
        /// The words.
        words: Vec<String>,
        /// Whether it is run; else it is printed.
        is_run: bool,
        /// What stands before a path below the root on this machine.
        above: String,
    },
}

/// An archive in `work`.
pub(super) struct Archive {
    /// Where it is.
    pub(super) path: RootPath,
    /// The name of the application.
    pub(super) name: String,
    pub(super) contents: Contents,
}

impl Deployment {
    /// Takes what was typed.
    ///
    /// # Errors
    /// For a command that is none.
    pub fn chosen(common: &CommonOptions, options: &cli::ContainerOptions, is_run: bool) -> Result<Self, Error> {
        if let Some(typed) = &options.container {
            let path = common.product_path(typed).map_err(|e| Error::io("use", typed.display(), e))?;
            return Ok(Self::Directory(path));
        }
        let Some(typed) = &options.container_command else { return Ok(Self::ByHand) };
        let wrong = |what: &str| Error::usage(format!("--container-command: {what}"));
        let mut words = words(typed).ok_or_else(|| wrong("a quotation mark is not closed"))?;
        if !words.first().is_some_and(|program| program.starts_with('/')) {
            return Err(wrong("it must begin with the absolute path of a program"));
        }
        if !words.iter().any(|word| word.contains("{war}")) {
            words.push("{war}".to_owned());
        }
        let root = common.real_root();
        let above = if root == "/" { String::new() } else { root };
        Ok(Self::Command { words, is_run, above })
    }

    /// Adds the steps that deploy an archive. Returns lines about what is left to do.
    pub(super) fn steps(
        &self,
        (plan, places): (&mut Plan, &mut Places<'_>),
        sources: &mut Sources<'_>,
        archive: &Archive,
    ) -> Result<Vec<String>, Error> {
        match self {
            Self::ByHand => Ok(by_hand(archive)),
            Self::Directory(directory) => {
                let directory = sources.real_directory(directory)?;
                let target = below(&directory, &format!("{}.war", archive.name))?;
                let unpacked = below(&directory, &archive.name)?;
                if sources.kind(&target)?.is_none() && sources.kind(&unpacked)? == Some(FileKind::Directory) {
                    return refresh((plan, places), sources, archive, &unpacked);
                }
                let recipe = Recipe::Copy(archive.path.clone());
                files::write((plan, places), sources, &target, &recipe, &files::own(0o644))?;
                Ok(Vec::new())
            }
            Self::Command { is_run, .. } => {
                let Some(command) = self.command(archive)? else { return Ok(Vec::new()) };
                if !is_run {
                    return Ok(vec![format!("Not run: {}", command.line())]);
                }
                plan.steps.push(command.step(None));
                Ok(Vec::new())
            }
        }
    }

    fn command(&self, archive: &Archive) -> Result<Option<ProductCommand>, Error> {
        let Self::Command { words, above, .. } = self else { return Ok(None) };
        let war = format!("{above}{}", archive.path);
        let mut words = words.iter().map(|word| word.replace("{war}", &war).replace("{name}", &archive.name));
        let program = words.next().unwrap_or_default();
        let program = crate::server::path(&program)?;
        Ok(Some(ProductCommand { program, arguments: words.collect(), environment: Vec::new() }))
    }

    /// Refuses a program that users other than root may change, before anything is changed.
    ///
    /// # Errors
    /// [`Error::Program`].
    pub(super) fn refuse_unsafe(&self, context: &Context<'_>) -> Result<(), Error> {
        let Self::Command { words, is_run: true, .. } = self else { return Ok(()) };
        let program = crate::server::path(words.first().map_or("", String::as_str))?;
        let command = ProductCommand::new(program, &[]);
        let failed = |what| Error::Program { path: command.program.clone(), what };
        ProductCommands::new(context).check(&command).map_err(failed)
    }
}

/// Brings an unpacked application up to date: its jars that changed, and the client resources that are made from templates.
fn refresh(
    (plan, places): (&mut Plan, &mut Places<'_>),
    sources: &mut Sources<'_>,
    archive: &Archive,
    unpacked: &RootPath,
) -> Result<Vec<String>, Error> {
    let (Contents::Resources(top) | Contents::Application(top)) = &archive.contents;
    let is_made = |name: &str| languages::is_jnlp(name) || (name.contains('/') && name.ends_with(".html"));
    let is_resources = matches!(archive.contents, Contents::Resources(_));
    let mut count = 0_usize;
    for name in archive::files(sources, &archive.contents)?.into_keys() {
        if !(name.ends_with(".jar") || is_resources && is_made(&name)) {
            continue;
        }
        let recipe = Recipe::Copy(below(top, &name)?);
        let target = below(unpacked, &name)?;
        let is_changed = files::write((plan, places), sources, &target, &recipe, &files::own(0o644))?;
        count = count.saturating_add(usize::from(is_changed));
    }
    let files = if count == 1 { "file" } else { "files" };
    Ok(vec![format!("{unpacked} is an unpacked application: {count} changed {files} in it, its other files stay")])
}

/// Returns the command lines that deploy an archive in the documented containers.
fn by_hand(archive: &Archive) -> Vec<String> {
    let (war, uri) = (quoted(&archive.path.to_string()), uri(&archive.name));
    let context = uri.trim_start_matches('/');
    vec![
        format!("To deploy {war} yourself:"),
        format!("  Sun Web Server 7: wadm add-webapp --user=ADMIN --config=CONFIG --vs=SERVER --uri={uri} {war}"),
        "  then: wadm deploy-config --user=ADMIN CONFIG".to_owned(),
        format!("  Sun Web Server 6.1: wdeploy deploy -u {uri} -i INSTANCE -v SERVER {war}"),
        format!(
            "  Sun Application Server: asadmin deploy --user ADMIN --force=true --name {} --contextroot /{context} {war}",
            archive.name.replace('#', "-")
        ),
    ]
}

/// Returns the address of an application below that of its container.
fn uri(name: &str) -> String {
    if name == "ROOT" { "/".to_owned() } else { format!("/{}", name.replace('#', "/")) }
}

/// Returns the name of the application at an address: that of its archive, as servlet containers have it.
///
/// # Errors
/// [`Error::NoApplication`].
pub(super) fn application(codebase: &str) -> Result<String, Error> {
    let wrong = || Error::NoApplication(codebase.to_owned());
    let parsed = Codebase::parse(codebase).map_err(|_| wrong())?;
    let path = parsed.path();
    let is_name = |name: &&str| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        name.bytes().all(is_plain) && !name.starts_with('.')
    };
    if !path.iter().all(is_name) || path.join("#").len() > 200 {
        return Err(wrong());
    }
    Ok(if path.is_empty() { "ROOT".to_owned() } else { path.join("#") })
}

/// Splits a command at its spaces; quotation marks of either kind keep them. Nothing where one is not closed.
fn words(typed: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut quote): (Vec<String>, Option<String>, Option<char>) = (Vec::new(), None, None);
    for c in typed.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

/// Returns what follows the undo of a deployment by a command.
pub(super) fn after_undo(command: &str) -> String {
    format!("The container still has what was deployed. To deploy the archives that are back, run for each: {command}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_is_named_after_the_path_of_its_address() {
        assert_eq!(application("http://h/im/?a=1").unwrap(), "im");
        assert_eq!(application("http://h/apps/im").unwrap(), "apps#im");
        assert_eq!(application("http://h").unwrap(), "ROOT");
        for bad in ["http://h/../etc", "http://h/a%2fb", "http://h/.hidden", "http://h/a&b"] {
            assert!(application(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_command_is_split_at_spaces_outside_quotation_marks() {
        assert_eq!(words("/a/b  -x 'c d' \"\" e\"f g\"").unwrap(), ["/a/b", "-x", "c d", "", "ef g"]);
        assert!(words("/a 'b").is_none());
        assert_eq!(words(" ").unwrap(), Vec::<String>::new());
    }
}
