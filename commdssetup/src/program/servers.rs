//! Which server, as whom, and with which password.

use std::path::PathBuf;

use upgrade_engine::Run;
use upgrade_engine::engine::Session;
use upgrade_engine::fs::{Name, RootPath};

use super::{Asked, Program};
use crate::answers::{self, Answers};
use crate::error::Error;
use crate::ldap::{Bind, Directory, Password, Target};
use crate::own_files;
use crate::stored::Files;

/// Who changes the directory where nobody else was named.
const MANAGER: &str = "cn=Directory Manager";

impl Program<'_> {
    /// Returns the server that was answered, and the password for it.
    pub(super) fn target_of(&self, answers: &mut Answers) -> Result<(Target, Option<Password>), Error> {
        let root = self.root();
        let url = match (&self.args.ldap_url, &answers.instance) {
            (Some(url), _) => url.clone(),
            (None, Some(instance)) => instance.url(root.as_deref()),
            (None, None) => return Err(Error::usage("there is no address: give -c and -d, or --ldap-url".to_owned())),
        };
        let password = match answers.password.take() {
            Some(password) => Some(password),
            None => self.given_password()?,
        };
        let is_socket = url.to_ascii_lowercase().starts_with("ldapi://");
        let is_asked_for = answers.bind_dn.is_some() && self.context.console.is_some();
        let bind = match (&answers.bind_dn, &password) {
            (_, None) if is_socket && !is_asked_for => Bind::External,
            (dn, _) => Bind::Simple { dn: dn.clone().unwrap_or_else(|| MANAGER.to_owned()) },
        };
        let target = Target::new(&url, self.args.start_tls, self.ca_file()?, bind)?;
        Ok((target, password))
    }

    /// Returns the certificates' file by its whole path: the generated script and an undo may be run elsewhere. Both keep it as text.
    fn ca_file(&self) -> Result<Option<PathBuf>, Error> {
        let whole = |path: &PathBuf| {
            let whole = std::path::absolute(path).map_err(|e| Error::io("find", path.display(), e))?;
            if whole.to_str().is_none() {
                return Err(Error::usage(format!(
                    "--ca-file {}: the path is not UTF-8. Copy the file to a path that is.",
                    whole.display()
                )));
            }
            Ok(whole)
        };
        self.args.ca_file.as_ref().map(whole).transpose()
    }

    /// Returns the server of a run, unless another address was given for it.
    pub(super) fn target_of_run(&self, session: &Session, run: &Run) -> Result<Target, Error> {
        let unknown = || Error::UnknownServer { run: run.id.clone() };
        // An undo asks for nothing but the run that it takes back.
        let asked = match &run.plan.undoes {
            None => run.plan.request.clone(),
            Some(undone) => {
                let newest = undone.runs().first().ok_or_else(unknown)?;
                let undone = Name::new(newest.as_str()).map_err(|_| unknown())?;
                session.run(&undone).map_err(command::Error::from)?.plan.request
            }
        };
        let mut target = serde_json::from_value::<Asked>(asked).map_err(|_| unknown())?.target;
        let instance = answers::instance_of(self.args, self.context.fs)?;
        let url = self.args.ldap_url.clone().or_else(|| Some(instance?.url(self.root().as_deref())));
        if let Some(url) = url {
            let bind = match (&self.args.bind_dn, target.bind) {
                (Some(dn), _) => Bind::Simple { dn: dn.clone() },
                (None, bind) => bind,
            };
            // What the run was protected with protects its end, unless another way with TLS is named.
            let given = Target::new(&url, false, None, Bind::Anonymous)?;
            let had_tls = target.start_tls || target.url.starts_with("ldaps://") && !given.is_on_this_machine();
            let starts_tls = self.args.start_tls || had_tls && given.url.starts_with("ldap://");
            let is_tls = starts_tls || given.url.starts_with("ldaps://");
            let ca_file = self.ca_file()?.or(target.ca_file.filter(|_| is_tls));
            target = Target::new(&url, starts_tls, ca_file, bind)?;
        } else if let Some(dn) = &self.args.bind_dn {
            target.bind = Bind::Simple { dn: dn.clone() };
        }
        Ok(target)
    }

    /// Connects, asking for a password where one is needed and none was given.
    pub(super) fn open(
        &self,
        target: &Target,
        password: Option<Password>,
        instance: Option<RootPath>,
    ) -> Result<&dyn Directory, Error> {
        let password = match (&target.bind, password) {
            (Bind::External | Bind::Anonymous, _) => None,
            (Bind::Simple { .. }, Some(password)) => Some(password),
            (Bind::Simple { dn }, None) => {
                let console = self.context.console.ok_or_else(|| Error::NoPassword(dn.clone()))?;
                let line = console.secret(&format!("Password of {dn}: "));
                let line =
                    line.map_err(|e| Error::io("read", "the password", e))?.ok_or(command::Error::NotConfirmed)?;
                Some(Password::new(line).ok_or_else(|| Error::usage("the password is empty".to_owned()))?)
            }
        };
        if target.is_open_to_others() {
            self.warn(&format!(
                "the password is sent to {} unencrypted; --start-tls or ldaps:// would encrypt it",
                target.url
            ));
        }
        let directory = (self.connect)(target, password.as_ref())?;
        let _ = self.server.set((target.clone(), instance));
        Ok(&**self.directory.get_or_init(|| directory))
    }

    /// Returns where to look for the files of the server that a connection was opened to.
    pub(super) fn files(&self) -> Result<Files<'_>, Error> {
        let (target, instance) = self.server.get().ok_or_else(|| Error::internal("there is no connection yet"))?;
        Ok(Files { fs: self.context.fs, target: target.clone(), instance: instance.clone() })
    }

    /// Returns the connection that was opened.
    pub(super) fn directory(&self) -> Result<&dyn Directory, Error> {
        let directory = self.directory.get().ok_or_else(|| Error::internal("there is no connection yet"))?;
        Ok(&**directory)
    }

    /// Returns the password that the options give.
    pub(super) fn given_password(&self) -> Result<Option<Password>, Error> {
        if let Some(path) = &self.args.password_file {
            let (password, warning) = own_files::password(self.context.own_files, path)?;
            warning.iter().for_each(|line| self.warn(line));
            return Ok(Some(password));
        }
        let Some(word) = &self.args.password else { return Ok(None) };
        self.warn("every user of this machine can see the password of -w while this runs; use --password-file instead");
        let password = Password::new(word.clone());
        Ok(Some(password.ok_or_else(|| Error::usage("-w: the password is empty".to_owned()))?))
    }
}
