//! The choices of a run, from the options of a silent one or from the questions of an interactive one.

use command::{CommonOptions, Console, ask};
use ldif::Dn;
use upgrade_engine::fs::{FileSystem, RootPath};

use crate::choices::{Answer, Holds, SchemaType};
use crate::cli::{Args, SchemaTypeName, YesNo};
use crate::error::Error;
use crate::instance::{self, Instance};
use crate::ldap::Password;

/// Documented defaults of the worksheets; the vendor's default of the schema type is not public, ours is 2.
const MANAGER: &str = "cn=Directory Manager";
const USERS: &str = "o=usergroup";
const DC_TREE: &str = "o=internet";
const TYPE: &str = "2";

/// What was answered.
pub struct Answers {
    /// The instance on this machine; nothing where an address was given instead.
    pub instance: Option<Instance>,
    /// The Directory Manager; nothing for a socket that knows its user.
    pub bind_dn: Option<String>,
    /// Its password, when it was asked for.
    pub password: Option<Password>,
    /// `-b`
    pub holds: Holds,
    /// `-u`
    pub user_suffix: Dn,
    /// `-t`
    pub schema_type: SchemaType,
    /// `-r`
    pub dc_suffix: Dn,
    /// `-s`
    pub schema: Answer,
    /// `-i`
    pub indexes: Answer,
    /// `-R`
    pub reindex: Answer,
    /// `-m`
    pub modify: Answer,
    /// What the administrator should know about the answers.
    pub warnings: Vec<String>,
}

impl From<YesNo> for Answer {
    fn from(word: YesNo) -> Self {
        match word {
            YesNo::Yes => Self::Yes,
            YesNo::No => Self::No,
        }
    }
}

impl From<SchemaTypeName> for SchemaType {
    fn from(name: SchemaTypeName) -> Self {
        match name {
            SchemaTypeName::One => Self::One,
            SchemaTypeName::OneAndHalf => Self::OneAndHalf,
            SchemaTypeName::Two => Self::Two,
        }
    }
}

fn holds(answer: Answer) -> Holds {
    match answer {
        Answer::Yes => Holds::UsersAndGroups,
        Answer::No => Holds::ConfigurationOnly,
    }
}

/// Takes the options of a silent run. A missing one is an error that names it: nobody is there to be asked.
///
/// # Errors
/// [`command::Error::Usage`], [`Error::Instance`].
pub fn from_options(args: &Args, fs: &dyn FileSystem) -> Result<Answers, Error> {
    let is_socket = args.ldap_url.as_deref().is_some_and(|url| url.to_ascii_lowercase().starts_with("ldapi://"));
    let has_dc_tree = args.schema_type != Some(SchemaTypeName::Two);
    let required = [
        ("-i", args.indexes.is_some()),
        (
            "-c and -d, or --ldap-url",
            args.ldap_url.is_some() || (args.server_root.is_some() && args.instance.is_some()),
        ),
        ("-r", args.dc_suffix.is_some() || !has_dc_tree),
        ("-u", args.user_suffix.is_some()),
        ("-s", args.schema.is_some()),
        ("-D", args.bind_dn.is_some() || is_socket),
        ("-b", args.users.is_some()),
        ("-t", args.schema_type.is_some()),
        ("-m", args.modify.is_some()),
    ];
    let missing: Vec<&str> = required.iter().filter(|(_, given)| !given).map(|(name, _)| *name).collect();
    if !missing.is_empty() {
        return Err(Error::usage(format!("a run without questions needs these options: {}", missing.join(", "))));
    }
    let mut warnings = Vec::new();
    if let (false, Some(_)) = (has_dc_tree, &args.dc_suffix) {
        warnings.push("-r is ignored: schema type 2 has no DC tree".to_owned());
    }
    let answer = |given: Option<YesNo>| given.map_or(Answer::Yes, Answer::from);
    Ok(Answers {
        instance: instance_of(args, fs)?,
        bind_dn: args.bind_dn.clone(),
        password: None,
        holds: holds(answer(args.users)),
        user_suffix: suffix(args.user_suffix.as_deref().unwrap_or(USERS)).map_err(Error::usage)?,
        schema_type: args.schema_type.map_or(SchemaType::Two, SchemaType::from),
        // Without a DC tree it is not looked at: then it need not even be a name.
        dc_suffix: suffix(args.dc_suffix.as_deref().filter(|_| has_dc_tree).unwrap_or(DC_TREE))
            .map_err(Error::usage)?,
        schema: answer(args.schema),
        indexes: answer(args.indexes),
        reindex: answer(args.reindex),
        modify: answer(args.modify),
        warnings,
    })
}

/// Returns the instance that `-c` and `-d` name; nothing where the address was given.
///
/// # Errors
/// [`command::Error::Usage`], [`Error::Instance`].
pub fn instance_of(args: &Args, fs: &dyn FileSystem) -> Result<Option<Instance>, Error> {
    if args.server_root.is_none() && args.instance.is_none() {
        return Ok(None);
    }
    let base = base(&args.common)?;
    let path = instance::path(&base, args.server_root.as_deref(), args.instance.as_deref()).map_err(Error::usage)?;
    match Instance::read(fs, &path) {
        // The address is enough to reach another machine's server; then the path is its, not ours.
        Err(_) if args.ldap_url.is_some() => Ok(None),
        other => Ok(Some(other?)),
    }
}

fn base(common: &CommonOptions) -> Result<RootPath, Error> {
    common.product_path(std::path::Path::new(".")).map_err(|e| Error::io("use", "the current directory", e))
}

/// Asks. The order, the defaults that are documented, and the ends of the prompts are the vendor's.
///
/// # Errors
/// [`command::Error::NotConfirmed`], [`command::Error::Usage`].
pub fn from_questions(
    args: &Args,
    fs: &dyn FileSystem,
    console: &dyn Console,
    password: impl FnOnce() -> Result<Option<Password>, Error>,
) -> Result<Answers, Error> {
    let instance = match &args.ldap_url {
        Some(_) => None,
        None => Some(ask_instance(args, fs, console)?),
    };
    let is_text =
        |text: &str| if text.is_empty() { Err("Please enter a name.".to_owned()) } else { Ok(text.to_owned()) };
    let bind_dn = ask(console, "Please enter the Directory Manager DN", Some(MANAGER), is_text)?;
    let password = match password()? {
        Some(password) => password,
        None => loop {
            let line = console.secret("Password: ").map_err(|e| Error::io("read", "the password", e))?;
            match Password::new(line.ok_or(command::Error::NotConfirmed)?) {
                Some(password) => break password,
                None => console.show("A password is needed.\n"),
            }
        },
    };
    let holds = holds(ask_yes_no(console, "Will this directory server be used for users and groups", "yes")?);
    let user_suffix = ask(console, "Please enter the users and groups base suffix", Some(USERS), suffix)?;
    console.show("Schema types\n  1    Sun LDAP Schema 1\n  1.5  Sun LDAP Schema 2, compatibility mode\n  2    Sun LDAP Schema 2, native mode\n");
    let schema_type = ask(console, "Please enter the schema type (1, 1.5, 2)", Some(TYPE), |text| match text {
        "1" => Ok(SchemaType::One),
        "1.5" => Ok(SchemaType::OneAndHalf),
        "2" => Ok(SchemaType::Two),
        _ => Err("Please enter 1, 1.5 or 2.".to_owned()),
    })?;
    // Asked also where it is not needed: programs that answer send an empty line here for every schema type.
    if !schema_type.has_dc_tree() {
        console.show("Schema type 2 has no DC tree: the next answer is ignored.\n");
    }
    let dc_suffix = ask(console, "Please enter the DC tree base suffix", Some(DC_TREE), suffix)?;
    Ok(Answers {
        instance,
        bind_dn: Some(bind_dn),
        password: Some(password),
        holds,
        user_suffix,
        schema_type,
        dc_suffix,
        schema: ask_yes_no(console, "Do you want to update the schema", "yes")?,
        indexes: ask_yes_no(console, "Do you want to configure new indexes", "yes")?,
        reindex: ask_yes_no(console, "Do you want to build the new indexes now", "yes")?,
        modify: Answer::No,
        warnings: Vec::new(),
    })
}

fn ask_instance(args: &Args, fs: &dyn FileSystem, console: &dyn Console) -> Result<Instance, Error> {
    let base = base(&args.common)?;
    let found = instance::find(fs);
    for (number, path) in (1..).zip(&found) {
        console.show(&format!("  {number}  {path}\n"));
    }
    let default = found.first().map(ToString::to_string);
    let instance =
        ask(console, "Please enter the full path of the directory server instance", default.as_deref(), |text| {
            let numbered = text.parse::<usize>().ok().and_then(|number| found.get(number.checked_sub(1)?)).cloned();
            let path = numbered.map_or_else(|| base.resolve(text.as_bytes()).map_err(|e| e.to_string()), Ok)?;
            Instance::read(fs, &path).map_err(|e| e.to_string())
        })?;
    Ok(instance)
}

/// Asks for yes or no.
///
/// # Errors
/// [`command::Error::NotConfirmed`] at the end of the input.
pub fn ask_yes_no(console: &dyn Console, question: &str, default: &str) -> Result<Answer, Error> {
    Ok(if command::ask_yes_no(console, question, default)? { Answer::Yes } else { Answer::No })
}

/// Parses the name of a suffix.
fn suffix(text: &str) -> Result<Dn, String> {
    match Dn::parse(text) {
        Ok(dn) if dn.split_first().is_some() => Ok(dn),
        Ok(_) => Err("A suffix has a name such as o=usergroup.".to_owned()),
        Err(e) => Err(e.to_string()),
    }
}
