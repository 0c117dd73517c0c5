//! Certificates of servers as OpenSSL makes and shows them: each refusal says in one sentence what is wrong, and names another way.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use command::ToolError;
use commdssetup::Error;
use commdssetup::ldap::{Bind, Connection, LdapError, Limits, Password, Target};

fn openssl(place: &Path, line: &str) {
    let openssl = testkit::peers::need("openssl");
    let output = Command::new(openssl).args(line.split_whitespace()).current_dir(place).output().unwrap();
    assert!(output.status.success(), "openssl {line}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Makes a certificate for localhost that the site's authority signs.
fn signed(place: &Path, name: &str, bits: u32, extensions: Option<&str>, more: &str) {
    openssl(place, &format!("req -newkey rsa:{bits} -nodes -keyout {name}.key -out {name}.csr -subj /CN=localhost"));
    let file = match extensions {
        None => String::new(),
        Some(text) => {
            std::fs::write(place.join(format!("{name}.ext")), text.replace("; ", "\n")).unwrap();
            format!("-extfile {name}.ext")
        }
    };
    openssl(
        place,
        &format!("x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out {name}.pem {file} {more}"),
    );
}

/// Makes one with these days, which only `openssl ca` can.
fn dated(place: &Path, name: &str, from: &str, to: &str) {
    let config = "[ca]\ndefault_ca=site\n[site]\ndir=.\ndatabase=index\nserial=number\nnew_certs_dir=.\ndefault_md=sha256\n\
                  policy=any\nx509_extensions=server\nunique_subject=no\n[any]\ncommonName=supplied\n\
                  [server]\nsubjectAltName=DNS:localhost\n";
    std::fs::write(place.join("ca.conf"), config).unwrap();
    std::fs::write(place.join("index"), "").unwrap();
    std::fs::write(place.join("number"), "01").unwrap();
    openssl(place, &format!("req -newkey rsa:2048 -nodes -keyout {name}.key -out {name}.csr -subj /CN=localhost"));
    openssl(
        place,
        &format!(
            "ca -batch -config ca.conf -cert ca.pem -keyfile ca.key -startdate {from} -enddate {to} -in {name}.csr -out {name}.pem"
        ),
    );
}

/// A server that shows a certificate.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Connects to a server with this certificate, and returns why it is refused; nothing where it is accepted.
fn refusal(place: &Path, certificate: &str, trusted: &str) -> Option<(String, String)> {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let line = format!(
        "s_server -quiet -accept 127.0.0.1:{port} -cert {certificate}.pem -key {certificate}.key -cipher DEFAULT:@SECLEVEL=0"
    );
    let openssl = testkit::peers::need("openssl");
    let mut command = Command::new(openssl);
    command.args(line.split_whitespace()).current_dir(place);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let _server = Server(command.spawn().unwrap());
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        std::thread::sleep(Duration::from_millis(20));
    }
    let bind = Bind::Simple { dn: "cn=x".to_owned() };
    let file = place.join(format!("{trusted}.pem"));
    let target = Target::new(&format!("ldaps://localhost:{port}"), false, Some(file), bind).unwrap();
    let limits =
        Limits { to_connect: Duration::from_secs(5), to_answer: Duration::from_secs(1), grace: Duration::from_secs(1) };
    match Connection::open_within(&target, Password::new("word".to_owned()).as_ref(), limits).err().unwrap() {
        LdapError::Untrusted { url, what, remedy } => {
            let hint = Error::from(LdapError::Untrusted { url, what: what.clone(), remedy }).hint();
            Some((what, hint.unwrap()))
        }
        // It is spoken to, and does not know LDAP.
        LdapError::Silent { .. } | LdapError::Lost { .. } | LdapError::Damaged { .. } => None,
        other => panic!("{certificate}: {other:?}"),
    }
}

fn authority(place: &Path, name: &str) {
    let line =
        format!("req -x509 -newkey rsa:2048 -nodes -keyout {name}.key -out {name}.pem -subj /CN=Site-{name} -days 30");
    openssl(place, &line);
}

#[test]
fn each_refusal_says_what_is_wrong_and_names_another_way() {
    let place = tempfile::tempdir().unwrap();
    let place = place.path();
    authority(place, "ca");
    authority(place, "other");
    let local = Some("subjectAltName=DNS:localhost");
    signed(place, "good", 2048, local, "-days 30");
    signed(place, "v1", 2048, None, "-days 30");
    signed(place, "small", 1024, local, "-days 30");
    signed(place, "sha1", 2048, local, "-days 30 -sha1");
    let named = "subjectAltName=DNS:ldap.example.com,DNS:b.example.com,IP:192.0.2.7";
    signed(place, "named", 2048, Some(named), "-days 30");
    signed(place, "common", 2048, Some("basicConstraints=CA:FALSE"), "-days 30");
    signed(place, "below", 2048, Some("basicConstraints=CA:TRUE; subjectAltName=DNS:localhost"), "-days 30");
    signed(place, "client", 2048, Some("extendedKeyUsage=clientAuth; subjectAltName=DNS:localhost"), "-days 30");
    dated(place, "expired", "20190101000000Z", "20200229120000Z");
    dated(place, "early", "20980101000000Z", "20990101000000Z");
    let own = "req -x509 -newkey rsa:2048 -nodes -keyout self.key -out self.pem -subj /CN=localhost -addext subjectAltName=DNS:localhost -days 30";
    openssl(place, own);

    assert_eq!(refusal(place, "good", "ca"), None);
    for (certificate, trusted, what, way) in [
        ("v1", "ca", "it is a version 1 certificate, and version 3 is needed", "a new certificate"),
        ("small", "ca", "it has an RSA key of 1024 bits, and 2048 are needed", "a new certificate"),
        ("sha1", "ca", "it is signed with SHA-1, which is not safe any more", "a new certificate"),
        ("expired", "ca", "it expired on 2020-02-29 12:00 UTC", "a new certificate"),
        ("early", "ca", "it is not valid before 2098-01-01 00:00 UTC", "a new certificate"),
        ("named", "ca", "it is for ldap.example.com, b.example.com, 192.0.2.7, not for localhost", "--ldap-url"),
        (
            "common",
            "ca",
            "it has only the common name `localhost`, and names are looked for in its subjectAltName, which it lacks",
            "a new certificate",
        ),
        (
            "below",
            "ca",
            "it is the certificate of an authority (CA:TRUE), which a server may use only where that very certificate is trusted",
            "--ca-file",
        ),
        ("client", "ca", "it is not for a server: its extended key usage lacks serverAuth", "a new certificate"),
        ("good", "other", "its authority `CN=Site-ca` is not among the trusted certificates", "--ca-file"),
        (
            "self",
            "ca",
            "it is the certificate of an authority (CA:TRUE), which a server may use only where that very certificate is trusted",
            "--ca-file",
        ),
    ] {
        let (said, hint) = refusal(place, certificate, trusted).unwrap_or_else(|| panic!("{certificate} is accepted"));
        assert_eq!(said, what, "{certificate}");
        for word in [way, "ldapi://", "ldap://localhost"] {
            assert!(hint.contains(word), "{certificate}: {hint}");
        }
    }
}

#[test]
fn a_certificate_that_the_administrator_named_is_accepted_as_it_is() {
    let place = tempfile::tempdir().unwrap();
    let place = place.path();
    authority(place, "ca");
    let own = |name: &str, of: &str| {
        openssl(
            place,
            &format!(
                "req -x509 -newkey rsa:2048 -nodes -keyout {name}.key -out {name}.pem -subj /CN=localhost -addext subjectAltName=DNS:{of} -days 30"
            ),
        );
    };
    // As `openssl req -x509` makes it: the certificate of an authority.
    own("self", "localhost");
    assert_eq!(refusal(place, "self", "self"), None);
    // Of the same name, and not the same.
    own("twin", "localhost");
    assert!(refusal(place, "twin", "self").is_some());
    own("elsewhere", "ldap.example.com");
    let (said, _) = refusal(place, "elsewhere", "elsewhere").unwrap();
    assert_eq!(said, "it is for ldap.example.com, not for localhost");
    // One of several.
    let both = [std::fs::read(place.join("ca.pem")).unwrap(), std::fs::read(place.join("self.pem")).unwrap()].concat();
    std::fs::write(place.join("both.pem"), both).unwrap();
    assert_eq!(refusal(place, "self", "both"), None);
    dated(place, "expired", "20190101000000Z", "20200229120000Z");
    let (said, _) = refusal(place, "expired", "expired").unwrap();
    assert_eq!(said, "it expired on 2020-02-29 12:00 UTC");
}
