//! What others can get of a program that holds a password: no core, and nothing of its memory.

use std::io::Read;
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::command_line::Place;
use crate::support::SILENT;

#[test]
fn a_program_that_has_sent_its_password_leaves_no_core_and_is_closed_to_its_user_as_another_user() {
    let place = Place::new();
    let own = place.0.command_as_nobody(&[]);
    let copied = place.0.beside("commdssetup");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ldap://{}", listener.local_addr().unwrap());
    let mut command = Command::new(testkit::peers::need("setpriv"));
    command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]);
    command.args(["sh", "-c", "ulimit -c unlimited && exec \"$@\"", "sh"]).arg(copied);
    command.args(own.get_args().skip_while(|word| *word != "--root")).args(SILENT);
    command.args(["--ldap-url", &url, "-D", "cn=x", "-w", "Canary-Word-9"]);
    let cores = place.0.beside("cwd");
    std::fs::set_permissions(&cores, std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
    command.current_dir(&cores).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = testkit::process::start(&mut command);
    // The bind is here, and no answer comes: the program waits with the password in its memory.
    let mut stream = listener.accept().unwrap().0;
    let mut bind = [0; 4096];
    let length = stream.read(&mut bind).unwrap();
    assert!(bind[..length].windows(13).any(|word| word == b"Canary-Word-9"));
    let process = format!("/proc/{}", child.id());
    let limits = std::fs::read_to_string(format!("{process}/limits")).unwrap();
    let owner = std::fs::metadata(format!("{process}/mem")).unwrap().uid();
    kill_process(Pid::from_child(&child), Signal::ILL).unwrap();
    let status = child.wait().unwrap();
    assert_eq!(status.signal(), Some(Signal::ILL.as_raw()));
    let cores: Vec<_> = std::fs::read_dir(cores).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!status.core_dumped() && cores.is_empty(), "{status:?} {cores:?}");
    let limit = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(limit.split_whitespace().collect::<Vec<_>>()[4..6], ["0", "0"], "{limit}");
    assert_eq!(owner, 0, "its user can read its memory");
}

#[test]
fn a_password_file_without_an_end_of_line_takes_no_memory() {
    let place = Place::new();
    let sparse = place.0.beside("sparse");
    let file = std::fs::File::create(&sparse).unwrap();
    file.set_len(8 << 30).unwrap();
    let server = ["--ldap-url", "ldap://127.0.0.1:1", "-D", "cn=x", "--password-file", sparse.to_str().unwrap()];
    place.run(&[&SILENT[..], &server].concat()).exits(1).says("sparse: file too large");
    let long = place.write("long", &format!("{}\nrest", "x".repeat(60_000)));
    let server = ["--ldap-url", "ldap://127.0.0.1:1", "-D", "cn=x", "--password-file", &long];
    place.run(&[&SILENT[..], &server].concat()).exits(1).says("cannot be reached");
}
