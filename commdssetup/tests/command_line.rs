//! The command line, and servers that are none: everything that needs no directory.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use testkit::outcome::Outcome;
use testkit::site::Site;

use crate::support::SILENT;

pub(crate) struct Place(pub(crate) Site);

impl Place {
    pub(crate) fn new() -> Self {
        let site = Site::new(env!("CARGO_BIN_EXE_commdssetup"));
        let [root, state] = ["root", "state"].map(|name| site.beside(name).display().to_string());
        let place = Self(site.with_leading(&["--root", &root, "--state-dir", &state]));
        std::fs::create_dir_all(place.0.path("/var/tmp")).unwrap();
        place.write("password", "Canary-Word-9\n");
        place
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> String {
        let path = self.0.beside(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        path.display().to_string()
    }

    pub(crate) fn refused(&self, outcome: Outcome) -> Outcome {
        assert!(!outcome.to_string().contains("Canary-Word-9"), "{outcome}");
        assert!(!self.0.beside("state").exists(), "a refused run leaves nothing behind");
        assert_eq!(std::fs::read_dir(self.0.path("/var/tmp")).unwrap().count(), 0);
        outcome
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        self.refused(self.0.run(arguments))
    }

    /// A silent run against an address.
    pub(crate) fn against(&self, url: &str, more: &[&str]) -> Outcome {
        let password = self.0.beside("password").display().to_string();
        let server = ["--ldap-url", url, "-D", "cn=Directory Manager", "--password-file", &password];
        self.run(&[&SILENT[..], &server, more].concat())
    }
}

/// Answers each connection with the same bytes, whatever it says.
fn hostile(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ldap://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let mut request = [0; 4096];
            while stream.read(&mut request).is_ok_and(|length| length > 0) {
                if stream.write_all(answer).is_err() || answer.len() > 1000 {
                    break;
                }
            }
        }
    });
    url
}

#[test]
fn a_silent_run_names_every_option_that_is_missing() {
    let place = Place::new();
    place.run(&["-i", "yes"]).exits(2).says("-c and -d, or --ldap-url, -r, -u, -s, -D, -b, -t, -m");
    // The vendor's own example leaves out -R.
    place.run(&["-i", "yes", "-t", "2"]).exits(2).says("--ldap-url, -u, -s, -D, -b, -m");
    place.run(&[]).exits(2).says("there is no terminal");
    place.run(&["-i", "maybe"]).exits(2).says("Nothing was changed in the directory.");
    place.run(&["--undo", "--resume"]).exits(2).says("--resume and --undo cannot be used together");
    place.run(&["--check", "--list-runs"]).exits(2).says("cannot be used together");
    place.run(&["--undo"]).exits(1).says("there is no run to undo");
    place.run(&["--resume"]).exits(1).says("there is nothing to resume");
    place.run(&["--list-runs"]).exits(0).says("There are no runs");
}

#[test]
fn what_is_no_instance_or_no_address_is_said_before_anybody_is_asked() {
    let place = Place::new();
    let manager = ["-D", "cn=Directory Manager", "-w", "word"];
    let of = |c: &str, d: &str| place.run(&[&SILENT[..], &["-c", c, "-d", d], &manager].concat());
    of("/etc/dirsrv", "slapd-none").exits(1).says("/etc/dirsrv/slapd-none is not a directory server instance");
    place.write("root/etc/dirsrv/slapd-broken/dse.ldif", "dn: cn=config\nno colon here\n");
    of("/etc/dirsrv", "slapd-broken").exits(1).says("/etc/dirsrv/slapd-broken/dse.ldif, line 2");
    place.write("root/etc/dirsrv/slapd-empty/dse.ldif", "dn: cn=other\nobjectClass: top\n");
    of("/etc/dirsrv", "slapd-empty").exits(1).says("it has no entry cn=config");
    place.write("root/etc/dirsrv/slapd-quiet/dse.ldif", "dn: cn=config\nnsslapd-port: 0\n");
    of("/etc/dirsrv", "slapd-quiet").exits(1).says("neither a port nor a socket");
    // Sun's servers keep it below config.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    place.write(
        "root/opt/ds/slapd-sun/config/dse.ldif",
        &format!("dn: cn=config\nnsslapd-port: {port}\nnsslapd-listenhost: 127.0.0.1\n"),
    );
    of("/opt/ds", "slapd-sun").exits(1).says(&format!("ldap://127.0.0.1:{port} cannot be reached"));
    place.against("http://host", &[]).exits(2).says("it does not begin with ldap://");
    place.against("ldaps://host", &["--start-tls"]).exits(2).says("StartTLS is for ldap:// only");
}

#[test]
fn a_server_that_is_down_or_is_none_is_an_error_of_the_server() {
    let place = Place::new();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    place.against(&format!("ldap://127.0.0.1:{port}"), &[]).exits(1).says("cannot be reached");
    place.against("ldapi://%2Fnowhere%2Fsocket", &[]).exits(1).says("cannot be reached");
    let http = hostile(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    place.against(&http, &[]).exits(1).says("Nothing was changed in the directory.");
    // A sequence with a message number and nothing behind it; answers without their parts, or with what is no text.
    let answers = [
        &b"\x30\x03\x02\x01\x01"[..],
        b"\x30\x0a\x02\x01\x01\x61\x05\x0a\x01\x00\x04\x00",
        b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x02\xff\xfe\x04\x00",
    ];
    let answered =
        answers.map(|answer| std::thread::spawn(move || (answer, Place::new().against(&hostile(answer), &[]))));
    for thread in answered {
        let (answer, outcome) = thread.join().unwrap();
        let outcome = outcome.exits(1).says("Nothing was changed in the directory.");
        assert!(!outcome.stderr.contains("internal error"), "{answer:02x?}: {outcome}");
    }
}

#[test]
fn the_perl_script_of_the_guide_hands_over_to_the_program() {
    let place = Place::new();
    let script = place.write("bin/comm_dssetup.pl", include_str!("../comm_dssetup.pl"));
    let program = env!("CARGO_BIN_EXE_commdssetup");
    std::os::unix::fs::symlink(program, place.0.beside("bin/commdssetup")).unwrap();
    let own = place.0.command(&["-u", "o=a b", "-i", "yes"]);
    let mut beside = Command::new("perl");
    place.0.surround(beside.arg(&script).args(own.get_args()));
    place.refused(place.0.outcome(beside)).exits(2).says("-r, -s, -D, -b, -t, -m");
    std::fs::remove_file(place.0.beside("bin/commdssetup")).unwrap();
    let mut alone = Command::new(testkit::peers::need("perl"));
    let outcome = Outcome::of(alone.arg(&script).env("PATH", "/nowhere"));
    outcome.exits(1).says("the program commdssetup was not found").says("in a directory of PATH");
}

#[test]
fn the_perl_script_of_a_checkout_finds_the_program_where_it_was_built_and_in_path() {
    let perl = testkit::peers::need("perl");
    let place = Place::new();
    let top = place.0.beside("").canonicalize().unwrap();
    let script = place.write("commdssetup/comm_dssetup.pl", include_str!("../comm_dssetup.pl"));
    place.write("commdssetup/Cargo.toml", "");
    let run = |path: &str, build: Option<&str>| {
        let mut command = Command::new(&perl);
        command.arg(&script).arg("--version").env("PATH", path).env_remove("CARGO_TARGET_DIR");
        if let Some(build) = build {
            command.env("CARGO_TARGET_DIR", top.join(build));
        }
        Outcome::of(&mut command)
    };
    let advice = format!("cd {} && cargo build --release --package commdssetup", top.display());
    run("/nowhere", None).exits(1).says(&advice).says("Nothing was changed");

    let program = env!("CARGO_BIN_EXE_commdssetup");
    let version = concat!("commdssetup ", env!("CARGO_PKG_VERSION"));
    for (link, path, build) in [
        ("target/debug", "/nowhere", None),
        ("target/release", "/nowhere", None),
        ("elsewhere/release", "/nowhere", Some("elsewhere")),
        ("bin", top.join("bin").to_str().unwrap(), None),
    ] {
        std::fs::create_dir_all(top.join(link)).unwrap();
        let link = top.join(link).join("commdssetup");
        std::os::unix::fs::symlink(program, &link).unwrap();
        run(path, build).exits(0).says(version);
        std::fs::remove_file(link).unwrap();
    }
}

#[test]
fn a_second_schema_type_ignores_the_dc_tree_and_says_so() {
    let place = Place::new();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    place.against(&format!("ldap://127.0.0.1:{port}"), &["-t", "2"]).exits(2).says("cannot be used multiple times");
    let mut silent = SILENT;
    silent[13] = "2";
    silent[5] = "no name at all";
    let url = format!("ldap://127.0.0.1:{port}");
    place
        .run(&[&silent[..], &["--ldap-url", &url, "-D", "cn=x", "-w", "Canary-Word-9"]].concat())
        .exits(1)
        .says("-r is ignored: schema type 2 has no DC tree")
        .says("every user of this machine can see the password of -w");
}

#[test]
fn a_byte_order_mark_in_the_password_file_is_named() {
    let place = Place::new();
    let password = place.write("marked", "\u{feff}Canary-Word-9\n");
    let server = ["--ldap-url", "ldap://127.0.0.1:1", "-D", "cn=Directory Manager", "--password-file", &password];
    let outcome = place.run(&[&SILENT[..], &server].concat());
    outcome.exits(2).says("byte order mark (UTF-8: EF BB BF)").says("no part of the password");
}

#[test]
fn a_schema_file_without_a_definition_is_named_in_a_warning() {
    let place = Place::new();
    let file = include_str!("data/S-without-definitions/60olc.ldif");
    for (name, text) in [("60olc.ldif", file), ("61empty.ldif", ""), ("62other.ldif", "dn: o=x\no: x\n")] {
        place.write(&format!("schema/{name}"), text);
    }
    let dir = place.0.beside("schema").display().to_string();
    let outcome = place.against("ldap://127.0.0.1:1", &["-S", &dir]);
    for name in ["60olc.ldif", "61empty.ldif", "62other.ldif"] {
        let line = outcome.stderr.lines().find(|line| line.contains(name)).unwrap_or_else(|| panic!("{outcome}"));
        assert!(line.contains("warning"), "{outcome}");
        assert!(outcome.stderr.contains("no definition was found in it"), "{outcome}");
    }
}
