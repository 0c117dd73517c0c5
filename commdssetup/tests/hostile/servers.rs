//! Servers that send what no directory server sends: over TCP, over a socket, within TLS, and in the middle of a run.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use command::Exit;
use commdssetup::facts::Values;
use commdssetup::ldap::{
    Bind, Connection, Directory, Entry, LdapError, Limits, Password, Search, Target, Violation, socket_url,
};
use commdssetup::plan::ValueEdit;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use upgrade_engine::fs::FileSystem;

use crate::command_line::Place;
use crate::support::fake_directory::FakeDirectory;
use crate::sweeps::{carry_out, carry_out_on, disk};

/// The result of a bind, with message number 1.
const BOUND: &[u8] = b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00";
pub(super) const START_TLS: &[u8] = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";
pub(super) const TLS_BEGINS: &[u8] = b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00";
/// A message of 2 GiB: its header.
const GIGABYTES: &[u8] = b"\x30\x84\x80\x00\x00\x00\x02\x01\x01\x04\x84\x7f\xff\xff\xf7";

/// A message of 20,000 elements in each other, which is 83 KB long.
fn nested() -> Vec<u8> {
    let mut headers = Vec::new();
    let mut length: usize = 0;
    for _ in 0..20_000 {
        let header = match length {
            0..0x80 => vec![0x30, u8::try_from(length).unwrap()],
            0x80..0x1_0000 => [&b"\x30\x82"[..], &u16::try_from(length).unwrap().to_be_bytes()].concat(),
            _ => [&b"\x30\x84"[..], &u32::try_from(length).unwrap().to_be_bytes()].concat(),
        };
        length += header.len();
        headers.push(header);
    }
    headers.reverse();
    headers.concat()
}

/// Answers the first request of a connection with these bytes and the others with what it says next, until nobody listens.
fn answer(mut stream: impl Read + Write, answers: &[&[u8]]) {
    for bytes in answers {
        if !stream.read(&mut [0; 4096]).is_ok_and(|length| length > 0) || stream.write_all(bytes).is_err() {
            return;
        }
    }
    // The connection stays open: it is for the other side to end it.
    while stream.read(&mut [0; 4096]).is_ok_and(|length| length > 0) {}
}

fn server(answers: Vec<Vec<u8>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ldap://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let answers: Vec<&[u8]> = answers.iter().map(Vec::as_slice).collect();
        answer(listener.accept().unwrap().0, &answers);
    });
    url
}

fn target(url: &str) -> Target {
    Target::new(url, false, None, Bind::Simple { dn: "cn=x".to_owned() }).unwrap()
}

fn open(target: &Target) -> Result<Connection, LdapError> {
    let limits =
        Limits { to_connect: Duration::from_secs(5), to_answer: Duration::from_secs(5), grace: Duration::from_secs(1) };
    Connection::open_within(target, Password::new("word".to_owned()).as_ref(), limits)
}

fn violation(error: LdapError) -> Violation {
    match error {
        LdapError::Excessive { violation, .. } => violation,
        other => panic!("{other:?}"),
    }
}

#[test]
fn elements_in_each_other_do_not_end_the_program() {
    let place = Place::new();
    let outcome = place.against(&server(vec![nested()]), &[]).exits(1);
    outcome
        .says("sent a message whose elements are nested deeper than 64 levels")
        .says("Nothing was changed in the directory.");
    // In an answer to a search, after the bind.
    let connection = open(&target(&server(vec![BOUND.to_vec(), nested()]))).unwrap();
    assert_eq!(violation(connection.search(&Search::entry("cn=x", &["cn"])).unwrap_err()), Violation::TooDeep(64));
    // The connection is over: the next request says why as well.
    assert_eq!(violation(connection.who_am_i().unwrap_err()), Violation::TooDeep(64));
}

#[test]
fn a_message_that_claims_gigabytes_takes_no_memory_and_is_ended_at_its_header() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ldap://{}", listener.local_addr().unwrap());
    let sent = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&sent);
    let served: JoinHandle<()> = std::thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
        stream.write_all(GIGABYTES).unwrap();
        let piece = vec![0; 1 << 20];
        for _ in 0..256 {
            if stream.write_all(&piece).is_err() {
                return;
            }
            counted.fetch_add(1, Ordering::Relaxed);
        }
    });
    let place = Place::new();
    let outcome = place.against(&url, &[]).exits(1);
    outcome
        .says("sent the header of a message of 2147483654 bytes, and at most 16777216 are accepted: the connection was ended")
        .says("Check that the address (--ldap-url) is that of a directory server")
        .says("Nothing was changed in the directory.");
    served.join().unwrap();
    // What fits into the buffers of a connection.
    assert!(sent.load(Ordering::Relaxed) < 64, "{} MiB were read", sent.load(Ordering::Relaxed));
}

#[test]
fn references_without_end_end_the_connection_before_they_fill_the_memory() {
    // Of the search, which is message 2: the library queues each of them.
    let reference = b"\x30\x0f\x02\x01\x02\x73\x0a\x04\x08ldap://h";
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ldap://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
        stream.write_all(BOUND).unwrap();
        assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
        let many = reference.repeat(1000);
        while stream.write_all(&many).is_ok() {}
    });
    let connection = open(&target(&url)).unwrap();
    let error = connection.search(&Search::entry("cn=x", &["cn"])).unwrap_err();
    assert_eq!(violation(error), Violation::Endless(1 << 20));
}

#[test]
fn what_is_not_ldap_is_named_at_its_first_byte() {
    let place = Place::new();
    for bytes in [&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], b"SSH-2.0-OpenSSH_9.2\r\n", b"\x15\x03\x01\x00\x02\x02\x46"]
    {
        let outcome = place.against(&server(vec![bytes.to_vec()]), &[]).exits(1);
        outcome.says("sent bytes that are not LDAP").says("Nothing was changed in the directory.");
    }
}

#[test]
fn a_socket_is_no_better_than_a_network() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("slapd.socket");
    let listener = UnixListener::bind(&path).unwrap();
    std::thread::spawn(move || answer(listener.accept().unwrap().0, &[&nested()]));
    let target = Target::new(&socket_url(path.to_str().unwrap()), false, None, Bind::External).unwrap();
    assert_eq!(violation(open(&target).err().unwrap()), Violation::TooDeep(64));
}

fn openssl(place: &Path) -> ServerConfig {
    let words = "req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out own.pem -subj /CN=localhost -addext \
                 subjectAltName=DNS:localhost -days 30";
    let openssl = testkit::peers::need("openssl");
    let made = Command::new(openssl).args(words.split_whitespace()).current_dir(place).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let certificate = CertificateDer::from_pem_file(place.join("own.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(place.join("key.pem")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    builder.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap()
}

/// Has a server begin TLS on connections of this many clients, and then answer each of them so.
fn tls_server(config: ServerConfig, start_tls: &'static [u8], answers: Vec<Vec<u8>>, clients: usize) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let config = Arc::new(config);
    std::thread::spawn(move || {
        for stream in listener.incoming().take(clients) {
            let mut stream: TcpStream = stream.unwrap();
            if !start_tls.is_empty() {
                let mut request = [0; START_TLS.len()];
                stream.read_exact(&mut request).unwrap();
                assert_eq!(request, START_TLS);
                stream.write_all(start_tls).unwrap();
            }
            let answers: Vec<&[u8]> = answers.iter().map(Vec::as_slice).collect();
            answer(StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), stream), &answers);
        }
    });
    port
}

fn secure(place: &Path, scheme: &str, port: u16) -> Target {
    let bind = Bind::Simple { dn: "cn=x".to_owned() };
    let url = format!("{scheme}://localhost:{port}");
    Target::new(&url, scheme == "ldap", Some(place.join("own.pem")), bind).unwrap()
}

#[test]
fn the_limits_hold_within_tls_and_within_starttls_openssl() {
    let place = tempfile::tempdir().unwrap();
    for (scheme, start_tls) in [("ldaps", &b""[..]), ("ldap", TLS_BEGINS)] {
        for (bytes, expected) in [
            (nested(), Violation::TooDeep(64)),
            (GIGABYTES.to_vec(), Violation::TooLong { claimed: 2_147_483_654, limit: 16 << 20 }),
            (b"\x30\x80\x02\x01\x02".to_vec(), Violation::Indefinite),
        ] {
            let answers = vec![BOUND.to_vec(), bytes];
            let port = tls_server(openssl(place.path()), start_tls, answers, 1);
            let connection = open(&secure(place.path(), scheme, port)).unwrap();
            let error = connection.search(&Search::entry("cn=x", &["cn"])).unwrap_err();
            assert_eq!(violation(error), expected, "{scheme}");
        }
    }
}

#[test]
fn the_answer_to_starttls_is_limited_and_what_comes_behind_it_in_clear_is_not_taken_for_tls_openssl() {
    let place = tempfile::tempdir().unwrap();
    let answered = |start_tls: &'static [u8]| {
        let port = tls_server(openssl(place.path()), start_tls, vec![BOUND.to_vec()], 1);
        open(&secure(place.path(), "ldap", port)).map(|_| ())
    };
    assert_eq!(answered(TLS_BEGINS), Ok(()));
    let claimed = Violation::TooLong { claimed: 2_147_483_654, limit: 64 << 10 };
    assert_eq!(violation(answered(GIGABYTES).unwrap_err()), claimed);
    assert_eq!(violation(answered(b"SSH-2.0-OpenSSH_9.2\r\n").unwrap_err()), Violation::NotLdap);
    let what = |error: LdapError| match error {
        LdapError::StartTls { what, .. } => what,
        other => panic!("{other:?}"),
    };
    let unavailable = b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x34\x04\x00\x04\x00";
    assert_eq!(what(answered(unavailable).unwrap_err()), "unavailable (52)");
    assert_eq!(what(answered(BOUND).unwrap_err()), "its answer is not one to StartTLS");
    // The bind that would come next, ready made and in clear.
    let smuggled = b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00";
    match answered(smuggled).unwrap_err() {
        LdapError::Unreachable { what, .. } => assert_eq!(what, "its answer is not TLS"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_server_that_closes_instead_of_beginning_tls_is_told_from_one_that_is_down() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        // All of it: a connection that is closed with bytes unread is reset.
        stream.read_exact(&mut [0; START_TLS.len()]).unwrap();
    });
    let bind = Bind::Simple { dn: "cn=x".to_owned() };
    let target = Target::new(&format!("ldap://127.0.0.1:{port}"), true, None, bind).unwrap();
    assert_eq!(
        open(&target).err().unwrap().to_string(),
        format!("ldap://127.0.0.1:{port} does not support StartTLS: it closed the connection")
    );
    assert!(matches!(open(&target).err().unwrap(), LdapError::Unreachable { .. }));
}

/// A directory whose server turns hostile at a change: it is done, and the answer is none.
pub(super) struct Turning(pub(super) FakeDirectory, pub(super) AtomicUsize);

impl Turning {
    fn turn(&self, done: Result<(), LdapError>) -> Result<(), LdapError> {
        done?;
        match self.1.fetch_sub(1, Ordering::Relaxed) {
            0 => Err(LdapError::Excessive { url: "ldap://fake".to_owned(), violation: Violation::TooDeep(64) }),
            _ => Ok(()),
        }
    }
}

impl Directory for Turning {
    fn search(&self, search: &Search<'_>) -> Result<Vec<Entry>, LdapError> {
        self.0.search(search)
    }

    fn add(&self, dn: &str, attributes: &[Values]) -> Result<(), LdapError> {
        self.turn(self.0.add(dn, attributes))
    }

    fn modify(&self, dn: &str, edits: &[ValueEdit]) -> Result<(), LdapError> {
        self.turn(self.0.modify(dn, edits))
    }

    fn delete(&self, dn: &str) -> Result<(), LdapError> {
        self.turn(self.0.delete(dn))
    }

    fn who_am_i(&self) -> Result<Option<String>, LdapError> {
        self.0.who_am_i()
    }
}

#[test]
fn a_server_that_turns_hostile_during_a_run_leaves_an_unfinished_run_that_is_resumed() {
    let fs: Arc<dyn FileSystem> = Arc::new(disk());
    let mut run = crate::sweeps::SILENT.to_vec();
    run.push("--with-placeholder-oids");
    let turned = Arc::clone(&fs);
    let (exit, lines) = carry_out_on(&fs, &run, &|_, _| {
        Ok(Box::new(Turning(FakeDirectory::new(Arc::clone(&turned)), AtomicUsize::new(2))))
    })
    .unwrap_err();
    assert_eq!(exit, Exit::Unfinished, "{lines}");
    assert!(lines.contains("ldap://fake sent a message whose elements are nested deeper than 64 levels"), "{lines}");
    assert!(lines.contains("--resume") && lines.contains("--undo"), "{lines}");
    let resumed = carry_out(&fs, &["commdssetup", "--resume", "-w", "word"]);
    assert!(matches!(resumed, Ok(Exit::Done | Exit::NeedsReview)), "{resumed:?}");
}

#[test]
fn an_endless_search_of_empty_values_ends_before_it_fills_the_memory() {
    // An entry of one attribute with 200,000 values of no bytes, as message 2.
    let sequence =
        |tag: u8, inner: &[u8]| [&[tag, 0x84][..], &u32::try_from(inner.len()).unwrap().to_be_bytes(), inner].concat();
    let values = sequence(0x31, &b"\x04\x00".repeat(200_000));
    let attribute = sequence(0x30, &[&b"\x04\x02cn"[..], &values].concat());
    let entry = sequence(0x64, &[&b"\x04\x04cn=x"[..], &sequence(0x30, &attribute)].concat());
    let message = sequence(0x30, &[&b"\x02\x01\x02"[..], &entry].concat());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ldap://{}", listener.local_addr().unwrap());
    let served = std::thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
        stream.write_all(BOUND).unwrap();
        assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
        let mut sent = 0;
        while sent < 200 && stream.write_all(&message).is_ok() {
            sent += 1;
        }
        match stream.read(&mut [0; 4096]) {
            Ok(0) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            other => panic!("{other:?}"),
        }
        sent
    });
    let limits = Limits {
        to_connect: Duration::from_secs(9),
        to_answer: Duration::from_secs(60),
        grace: Duration::from_secs(1),
    };
    let connection = Connection::open_within(&target(&url), Password::new("word".to_owned()).as_ref(), limits).unwrap();
    let error = connection.search(&Search::entry("cn=x", &["cn"])).unwrap_err();
    assert!(matches!(&error, LdapError::Damaged { what } if what.contains("too many entries")), "{error:?}");
    drop(connection);
    assert!(served.join().unwrap() < 100, "the whole of it was read");
}
