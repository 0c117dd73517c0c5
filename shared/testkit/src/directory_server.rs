//! A 389 Directory Server of a test's own, on the loopback address, asked and changed with the stock client tools.
//!
//! The path of a test that starts one holds `389ds`.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output};

/// Who may do everything.
pub const MANAGER: &str = "cn=Directory Manager";
const PASSWORD: &str = "Canary-Word-9";

/// A server with the suffix `o=usergroup`. It is removed when it is dropped.
pub struct DirectoryServer {
    place: tempfile::TempDir,
    /// The name of the instance.
    pub name: String,
    /// Its address.
    pub url: String,
    /// Its address for TLS.
    pub secure_url: String,
}

impl DirectoryServer {
    /// Starts a server; with a certificate, signed by an authority that nobody knows, where that is `True`.
    pub fn start(test: &str, certificate: &str) -> Self {
        for program in ["dscreate", "dsctl", "ldapmodify"] {
            crate::peers::need(program);
        }
        let place = tempfile::tempdir().unwrap();
        let port = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (plain, secure) = (port(), port());
        let name = format!("t{}{test}", std::process::id());
        // It starts without systemd when the copy of its defaults says so.
        let defaults = std::fs::read_to_string("/usr/share/dirsrv/inf/defaults.inf").unwrap();
        let lines: Vec<_> = defaults
            .lines()
            .map(|line| if line.starts_with("with_systemd") { "with_systemd = 0" } else { line })
            .collect();
        std::fs::create_dir_all(place.path().join("share/dirsrv/inf")).unwrap();
        std::fs::write(place.path().join("share/dirsrv/inf/defaults.inf"), lines.join("\n")).unwrap();
        let answers = format!(
            "[general]\nconfig_version = 2\nfull_machine_name = localhost\nstart = True\nstrict_host_checking = False\n[slapd]\ninstance_name = {name}\n\
             port = {plain}\nsecure_port = {secure}\nroot_dn = {MANAGER}\nroot_password = {PASSWORD}\nself_sign_cert = {certificate}\n\
             [backend-userroot]\nsuffix = o=usergroup\nsample_entries = no\ncreate_suffix_entry = True\n"
        );
        std::fs::write(place.path().join("ds.inf"), answers).unwrap();
        std::fs::write(place.path().join("password"), PASSWORD).unwrap();
        std::fs::set_permissions(place.path().join("password"), PermissionsExt::from_mode(0o600)).unwrap();
        let secure_url = format!("ldaps://localhost:{secure}");
        let server = Self { url: format!("ldap://127.0.0.1:{plain}"), secure_url, place, name };
        let mut create = Command::new("dscreate");
        create.arg("from-file").arg(server.path("ds.inf")).env("PREFIX", server.place.path());
        succeeded(create.output().unwrap(), "dscreate");
        server
    }

    /// Returns a path in the server's own directory, which also holds `password`.
    pub fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    /// Returns a client tool as the manager of this server.
    pub fn client(&self, tool: &str) -> Command {
        let mut command = Command::new(tool);
        command.args(["-x", "-H", &self.url, "-D", MANAGER, "-y"]).arg(self.path("password"));
        command
    }

    /// Sends LDIF with `ldapmodify`.
    pub fn modify(&self, text: &[u8]) -> Output {
        let path = self.path("sent.ldif");
        std::fs::write(&path, text).unwrap();
        self.client("ldapmodify").arg("-f").arg(path).output().unwrap()
    }
}

impl Drop for DirectoryServer {
    fn drop(&mut self) {
        for arguments in [&["stop"][..], &["remove", "--do-it"]] {
            let _ = Command::new("dsctl").arg(&self.name).args(arguments).env("PREFIX", self.place.path()).output();
        }
    }
}

/// Returns what a command printed, which must have succeeded.
#[track_caller]
pub fn succeeded(output: Output, what: &str) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{what}: {}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}
