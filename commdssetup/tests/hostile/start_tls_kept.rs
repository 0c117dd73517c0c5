//! Undo and resume of a run that had TLS, with another address: the password is not sent in clear, and the certificates are those of the run.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use command::Exit;
use commdssetup::ldap::{Connection, LdapError, Limits, Target};
use upgrade_engine::fs::FileSystem;

use super::servers::{START_TLS, TLS_BEGINS, Turning};
use crate::support::fake_directory::FakeDirectory;
use crate::sweeps::{SILENT, carry_out_on, disk};

const AUTHORITY: &str = "/site/ca.pem";

/// A run on a server; it stops after its second change where it is to be unfinished.
fn run(fs: &Arc<dyn FileSystem>, how: &[&str], changes: usize) -> Target {
    let seen = Mutex::new(None);
    let silent = SILENT.iter().filter(|word| !["--ldap-url", "ldap://fake"].contains(*word)).copied();
    let arguments: Vec<&str> = silent.chain(how.iter().copied()).collect();
    let done = carry_out_on(fs, &arguments, &|target, _| {
        *seen.lock().unwrap() = Some(target.clone());
        Ok(Box::new(Turning(FakeDirectory::new(Arc::clone(fs)), AtomicUsize::new(changes))))
    });
    match done {
        Ok(Exit::Done | Exit::NeedsReview) => assert_eq!(changes, usize::MAX),
        Err((Exit::Unfinished, _)) => assert_ne!(changes, usize::MAX),
        other => panic!("{other:?}"),
    }
    seen.into_inner().unwrap().unwrap()
}

/// Ends the run, and returns to which server it would go for that.
fn server_of(fs: &Arc<dyn FileSystem>, arguments: &[&str]) -> Target {
    let seen = Mutex::new(None);
    let done = carry_out_on(fs, arguments, &|target, _| {
        *seen.lock().unwrap() = Some(target.clone());
        Err(LdapError::Lost { url: target.url.clone() })
    });
    assert!(done.is_err(), "{done:?}");
    seen.into_inner().unwrap().unwrap()
}

#[test]
fn undo_and_resume_at_another_address_keep_tls_and_the_file_of_certificates() {
    let (one, two) = ("ldap://one.example.com", "ldap://two.example.com");
    let (one_s, two_s) = ("ldaps://one.example.com", "ldaps://two.example.com:1636");
    let authority = Some(Path::new(AUTHORITY));
    for (of_run, start_tls, given, starts_tls) in [
        (one, true, two, true),
        (one_s, false, two, true),
        (one, true, two_s, false),
        (one_s, false, two_s, false),
        // Also on this machine, where StartTLS was asked for.
        (one, true, "ldap://127.0.0.1:389", true),
    ] {
        for unfinished in [false, true] {
            let fs: Arc<dyn FileSystem> = Arc::new(disk());
            let mut how = vec!["--ldap-url", of_run, "--ca-file", AUTHORITY];
            how.extend(start_tls.then_some("--start-tls"));
            let target = run(&fs, &how, if unfinished { 2 } else { usize::MAX });
            assert_eq!((target.start_tls, target.ca_file.as_deref()), (start_tls, authority));
            let resume: &[&str] = if unfinished { &["--resume"] } else { &[] };
            for request in [&["--undo", "--yes"][..], resume].into_iter().filter(|request| !request.is_empty()) {
                let arguments = [&["commdssetup"][..], request, &["-w", "word"]].concat();
                let same = server_of(&fs, &arguments);
                assert_eq!(same, target, "{request:?}");
                let other = server_of(&fs, &[&arguments[..], &["--ldap-url", given]].concat());
                assert_eq!(other.url, given);
                assert_eq!(other.start_tls, starts_tls, "{of_run} then {given}, {request:?}");
                assert_eq!(other.ca_file.as_deref(), authority, "{of_run} then {given}, {request:?}");
                // Another file is the administrator's word.
                let own = server_of(&fs, &[&arguments[..], &["--ldap-url", given, "--ca-file", "/other.pem"]].concat());
                assert_eq!(own.ca_file.as_deref(), Some(Path::new("/other.pem")));
            }
        }
    }
}

#[test]
fn no_bind_comes_before_tls_when_a_run_with_starttls_is_undone_elsewhere() {
    for unfinished in [false, true] {
        let fs: Arc<dyn FileSystem> = Arc::new(disk());
        run(&fs, &["--ldap-url", "ldap://one.example.com", "--start-tls"], if unfinished { 2 } else { usize::MAX });
        let requests: &[&[&str]] =
            if unfinished { &[&["--resume"], &["--undo", "--yes"]] } else { &[&["--undo", "--yes"]] };
        for request in requests {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let url = format!("ldap://{}", listener.local_addr().unwrap());
            let heard = std::thread::spawn(move || {
                let mut stream = listener.accept().unwrap().0;
                let mut heard = vec![0; START_TLS.len()];
                stream.read_exact(&mut heard).unwrap();
                stream.write_all(TLS_BEGINS).unwrap();
                let mut hello = [0; 4096];
                let length = stream.read(&mut hello).unwrap();
                heard.extend_from_slice(&hello[..length]);
                // No TLS.
                stream.write_all(b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00").unwrap();
                drop(stream.shutdown(std::net::Shutdown::Write));
                drop(stream.read_to_end(&mut heard));
                heard
            });
            let arguments = [&["commdssetup", "-w", "Canary-Word-9", "--ldap-url", &url][..], request].concat();
            let (_, lines) = carry_out_on(&fs, &arguments, &|target, password| {
                let second = Duration::from_secs(5);
                let limits = Limits { to_connect: second, to_answer: second, grace: second };
                Connection::open_within(target, password, limits)
                    .map(|opened| -> Box<dyn commdssetup::ldap::Directory> { Box::new(opened) })
            })
            .unwrap_err();
            assert!(lines.contains("its answer is not TLS"), "{lines}");
            let heard = heard.join().unwrap();
            assert!(heard.starts_with(START_TLS), "{heard:02x?}");
            assert_eq!(heard[START_TLS.len()], 0x16, "a handshake comes next, and nothing else");
            assert!(!heard.windows(13).any(|word| word == b"Canary-Word-9"), "the password was sent in clear");
        }
    }
}

#[test]
fn a_file_of_certificates_whose_path_is_not_utf8_is_refused_before_anybody_is_asked() {
    use std::os::unix::ffi::OsStringExt;
    let place = crate::command_line::Place::new();
    let path = std::ffi::OsString::from_vec(b"/site/ca-\xff.pem".to_vec());
    let mut command = place.0.command(&crate::support::SILENT);
    command.args(["--ldap-url", "ldaps://127.0.0.1:1", "-D", "cn=x", "-w", "word", "--ca-file"]).arg(path);
    let outcome = place.refused(place.0.outcome(command)).exits(2);
    outcome
        .says("the path is not UTF-8. Copy the file to a path that is.")
        .says("Nothing was changed in the directory.");
}
