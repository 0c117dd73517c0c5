//! A private 389 Directory Server on the loopback address, for the demo and the benchmark.

use crate::process::{self, Result};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Who changes it.
pub(crate) const MANAGER: &str = "cn=Directory Manager";

/// A server that runs until it is dropped.
pub(crate) struct DirectoryServer {
    name: String,
    place: PathBuf,
    /// Its address.
    pub(crate) url: String,
}

impl DirectoryServer {
    /// Returns whether one can be started here.
    pub(crate) fn is_installed() -> bool {
        ["dscreate", "ldapmodify", "ldapsearch", "ldapdelete"].iter().all(|program| process::is_installed(program))
    }

    /// Starts one with the suffix `o=usergroup`; what it needs goes into `place`.
    pub(crate) fn start(place: &Path) -> Result<Self> {
        let port = || -> Result<u16> { Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port()) };
        let (plain, secure) = (port()?, port()?);
        let name = format!("x{}", std::process::id());
        // It starts without systemd when the copy of its defaults says so.
        let defaults = std::fs::read_to_string("/usr/share/dirsrv/inf/defaults.inf")?;
        let lines =
            defaults.lines().map(|line| if line.starts_with("with_systemd") { "with_systemd = 0" } else { line });
        let defaults = lines.collect::<Vec<_>>().join("\n");
        std::fs::create_dir_all(place.join("share/dirsrv/inf"))?;
        std::fs::write(place.join("share/dirsrv/inf/defaults.inf"), defaults)?;
        let password = format!("demo-{}-word", std::process::id());
        std::fs::write(place.join("password"), &password)?;
        std::fs::set_permissions(place.join("password"), PermissionsExt::from_mode(0o600))?;
        let answers = format!(
            "[general]\nconfig_version = 2\nfull_machine_name = localhost\nstart = True\nstrict_host_checking = False\n[slapd]\n\
             instance_name = {name}\nport = {plain}\nsecure_port = {secure}\nroot_dn = {MANAGER}\nroot_password = {password}\nself_sign_cert = False\n\
             [backend-userroot]\nsuffix = o=usergroup\nsample_entries = no\ncreate_suffix_entry = True\n"
        );
        std::fs::write(place.join("ds.inf"), answers)?;
        let server = Self { url: format!("ldap://127.0.0.1:{plain}"), place: place.to_owned(), name };
        let mut create = Command::new("dscreate");
        let (status, output) = process::output(create.arg("from-file").arg(place.join("ds.inf")).env("PREFIX", place))?;
        if !status.success() {
            return Err(format!("{}: {status}\n{output}", process::shown(&create)).into());
        }
        Ok(server)
    }

    /// The file that holds the password.
    pub(crate) fn password_file(&self) -> PathBuf {
        self.place.join("password")
    }

    /// A stock client tool, bound as the Directory Manager.
    pub(crate) fn client(&self, tool: &str) -> Command {
        let mut command = Command::new(tool);
        command.args(["-x", "-H", &self.url, "-D", MANAGER, "-y"]).arg(self.password_file());
        command
    }

    /// Replaces the entries of `o=usergroup` by those of an LDIF text, while the server is down.
    pub(crate) fn import(&self, text: &str) -> Result {
        let file = format!("/var/lib/dirsrv/slapd-{}/ldif/entries.ldif", self.name);
        std::fs::write(&file, text)?;
        for arguments in [&["stop"][..], &["ldif2db", "userroot", &file], &["start"]] {
            process::run_quietly(Command::new("dsctl").arg(&self.name).args(arguments).env("PREFIX", &self.place))?;
        }
        Ok(())
    }

    /// Everything that a run may change, sorted.
    pub(crate) fn state(&self) -> Result<Vec<String>> {
        let mut lines = Vec::new();
        for (base, scope, wanted) in [
            ("cn=schema", "base", &["attributeTypes", "objectClasses"][..]),
            ("cn=ldbm database,cn=plugins,cn=config", "sub", &["nsIndexType", "nsslapd-suffix"]),
            ("cn=mapping tree,cn=config", "one", &["nsslapd-backend"]),
        ] {
            let mut search = self.client("ldapsearch");
            let output = search.args(["-LLL", "-o", "ldif-wrap=no", "-b", base, "-s", scope]).args(wanted).output()?;
            if !output.status.success() {
                return Err(format!("{}: {}", process::shown(&search), output.status).into());
            }
            let text = String::from_utf8(output.stdout)?;
            // Values of a set have no order, so the entry is put before each of them.
            let mut entry = "";
            for line in text.lines() {
                if line.starts_with("dn: ") {
                    entry = line;
                }
                lines.push(format!("{entry} {line}"));
            }
        }
        lines.sort();
        Ok(lines)
    }
}

impl Drop for DirectoryServer {
    fn drop(&mut self) {
        for arguments in [&["stop"][..], &["remove", "--do-it"]] {
            let _ = Command::new("dsctl").arg(&self.name).args(arguments).env("PREFIX", &self.place).output();
        }
    }
}
