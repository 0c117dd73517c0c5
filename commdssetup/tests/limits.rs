//! Servers that do not answer, or do not come to an end, with short limits instead of those of a real run.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use commdssetup::ldap::{Bind, Connection, Directory, LdapError, Limits, Password, Search, Target};

const PAUSE: Duration = Duration::from_millis(100);
/// The result of a bind, with message number 1.
const BOUND: &[u8] = b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00";
/// An entry `cn=x` without attributes, for message number 2.
const ENTRY: &[u8] = b"\x30\x0d\x02\x01\x02\x64\x08\x04\x04cn=x\x30\x00";

/// Takes one connection and treats it so.
fn server(treat: impl FnOnce(TcpStream) + Send + 'static) -> Target {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ldap://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || treat(listener.accept().unwrap().0));
    Target::new(&url, false, None, Bind::Simple { dn: "cn=x".to_owned() }).unwrap()
}

fn request(stream: &mut TcpStream) {
    assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
}

/// Sends the same again and again, until nobody listens.
fn trickle(mut stream: &TcpStream, bytes: &[u8]) {
    while stream.write_all(bytes).is_ok() {
        std::thread::sleep(PAUSE);
    }
}

fn open(target: &Target) -> Result<Connection, LdapError> {
    let second = Duration::from_secs(1);
    let limits = Limits { to_connect: second, to_answer: second, grace: second };
    Connection::open_within(target, Password::new("word".to_owned()).as_ref(), limits)
}

fn silent_for(error: LdapError) -> u64 {
    match error {
        LdapError::Silent { seconds, .. } => seconds,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_server_that_does_not_answer_a_bind_is_silent() {
    let nothing = server(|stream| {
        std::thread::sleep(PAUSE * 100);
        drop(stream);
    });
    assert_eq!(silent_for(open(&nothing).err().unwrap()), 1);
    // A message of 64 KiB that comes byte by byte.
    let slow = server(|mut stream| {
        stream.write_all(b"\x30\x83\x01\x00\x00").unwrap();
        trickle(&stream, b"\x00");
    });
    assert_eq!(silent_for(open(&slow).err().unwrap()), 1);
}

#[test]
fn a_server_that_falls_silent_or_finds_no_end_is_waited_for_no_longer_than_the_limit() {
    let falls_silent = server(|mut stream| {
        request(&mut stream);
        stream.write_all(BOUND).unwrap();
        request(&mut stream);
        std::thread::sleep(PAUSE * 100);
    });
    let search = Search::entry("cn=x", &["cn"]);
    assert_eq!(silent_for(open(&falls_silent).unwrap().search(&search).unwrap_err()), 1);
    // Each entry comes in time, the end of them does not.
    let no_end = server(|mut stream| {
        request(&mut stream);
        stream.write_all(BOUND).unwrap();
        request(&mut stream);
        trickle(&stream, ENTRY);
    });
    assert_eq!(silent_for(open(&no_end).unwrap().search(&search).unwrap_err()), 2);
}
