//! The connection to a server, before the client library has it: TCP or a socket, and TLS where it is asked for.
//!
//! The library could do this itself. But then nothing could look at what a server says inside TLS before the library decodes it.

use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::sync::Arc;

use ldap3::asn1::{TagClass, parse_tag, parse_uint};
use ldap3::tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use ldap3::tokio::net::{TcpStream, UnixStream};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio_rustls::TlsConnector;

use super::certificate::Refused;
use super::error::code_name;
use super::message_filter::{MessageFilter, MessageLimits, Violation};
use super::verifier;
use super::{LdapError, Target};

/// What bytes of a server come from.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Asks for StartTLS (RFC 4511 section 4.14), as message 1 of a connection.
const START_TLS: &[u8] = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";
/// The number of an extended response.
const EXTENDED_RESPONSE: u64 = 24;
/// What is accepted of the answer: a result code and a sentence.
const ANSWER: MessageLimits = MessageLimits { bytes: 64 << 10, depth: 8, elements: 256, in_answer: 256 };

/// Connects, and begins TLS where that is asked for.
pub(super) async fn open(target: &Target) -> Result<Box<dyn Stream>, LdapError> {
    let url = &target.url;
    let unreachable = |error: io::Error| LdapError::Unreachable { url: url.clone(), what: error.to_string() };
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    if scheme == "ldapi" {
        return Ok(Box::new(UnixStream::connect(socket_path(rest)).await.map_err(unreachable)?));
    }
    let config = match scheme == "ldaps" || target.start_tls {
        true => Some(verifier::config(target.ca_file.as_deref()).map_err(|refused| untrusted(url, refused))?),
        false => None,
    };
    let port = port(target).ok_or_else(|| unreachable(io::Error::other("the port is not a number up to 65535")))?;
    let mut stream = TcpStream::connect((target.host(), port)).await.map_err(unreachable)?;
    if target.start_tls {
        start_tls(&mut stream, url).await?;
    }
    match config {
        Some(config) => Ok(Box::new(encrypted(stream, target, config).await?)),
        None => Ok(Box::new(stream)),
    }
}

async fn encrypted(stream: TcpStream, target: &Target, config: ClientConfig) -> Result<impl Stream + use<>, LdapError> {
    let url = target.url.clone();
    let name = ServerName::try_from(target.host().to_owned())
        .map_err(|e| LdapError::Unreachable { url: url.clone(), what: e.to_string() })?;
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.map_err(|error| {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        match inner.map(|inner| (inner, verifier::refused(inner))) {
            Some((_, Some(refused))) => untrusted(&url, refused),
            Some((inner, None)) => LdapError::Unreachable { url, what: handshake(inner).to_owned() },
            None => LdapError::Unreachable { url, what: error.to_string() },
        }
    })
}

/// Asks for TLS, and reads the answer and no byte more: what a server, or whoever is between, sends behind it in clear must not be taken
/// for something that came encrypted.
async fn start_tls(stream: &mut TcpStream, url: &str) -> Result<(), LdapError> {
    let refused = |what: String| LdapError::StartTls { url: url.to_owned(), what };
    let broken = |error: io::Error| match error.kind() {
        io::ErrorKind::UnexpectedEof => refused("it closed the connection".to_owned()),
        _ => LdapError::Unreachable { url: url.to_owned(), what: error.to_string() },
    };
    stream.write_all(START_TLS).await.map_err(broken)?;
    let mut filter = MessageFilter::new(ANSWER);
    let mut answer = Vec::new();
    while answer.is_empty() || !filter.is_between_messages() {
        let byte = stream.read_u8().await.map_err(broken)?;
        filter.take(&[byte]).map_err(|refusal| excessive(url, refusal.violation))?;
        answer.push(byte);
    }
    match result_code(&answer) {
        Some(0) => Ok(()),
        Some(code) => Err(refused(format!("{} ({code})", code_name(code)))),
        None => Err(refused("its answer is not one to StartTLS".to_owned())),
    }
}

/// Returns the result code of an extended response.
fn result_code(message: &[u8]) -> Option<u32> {
    let (_, message) = parse_tag(message).ok()?;
    let response = message.expect_constructed()?.into_iter().nth(1)?;
    let response = response.match_class(TagClass::Application)?.match_id(EXTENDED_RESPONSE)?;
    let code = response.expect_constructed()?.into_iter().next()?.expect_primitive()?;
    let (_, code) = parse_uint(&code).ok()?;
    u32::try_from(code).ok()
}

/// Returns the port of an address.
fn port(target: &Target) -> Option<u16> {
    let (scheme, rest) = target.url.split_once("://")?;
    let host_and_port = rest.rsplit(']').next()?;
    match host_and_port.split_once(':') {
        None | Some((_, "")) => Some(if scheme == "ldaps" { 636 } else { 389 }),
        Some((_, port)) => port.parse().ok(),
    }
}

/// Returns the path that a socket's address spells.
fn socket_path(escaped: &str) -> OsString {
    let mut path = Vec::new();
    let mut rest = escaped.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| *byte == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match code.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(escaped) => {
                path.push(escaped);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                path.push(*byte);
                rest = after;
            }
        }
    }
    OsString::from_vec(path)
}

/// Says what a server sent that is not read.
pub(super) fn excessive(url: &str, violation: Violation) -> LdapError {
    LdapError::Excessive { url: url.to_owned(), violation }
}

fn untrusted(url: &str, refused: Refused) -> LdapError {
    LdapError::Untrusted { url: url.to_owned(), what: refused.what, remedy: refused.remedy }
}

/// Says in plain words why TLS did not come about.
fn handshake(error: &rustls::Error) -> &'static str {
    match error {
        rustls::Error::PeerIncompatible(_) => {
            "it has no version or cipher of TLS in common with this program, which needs TLS 1.2 or 1.3"
        }
        rustls::Error::AlertReceived(_) => "it refused the TLS connection",
        rustls::Error::InvalidMessage(_) => "its answer is not TLS",
        rustls::Error::NoCertificatesPresented => "it has no certificate",
        _ => "the TLS connection failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ldap::{Bind, socket_url};

    #[test]
    fn an_address_gives_its_port_or_that_of_its_kind() {
        let port = |url: &str| port(&Target::new(url, false, None, Bind::Anonymous).unwrap());
        assert_eq!(port("ldap://host"), Some(389));
        assert_eq!(port("ldaps://host"), Some(636));
        assert_eq!(port("ldap://host:1389"), Some(1389));
        assert_eq!(port("ldap://[::1]"), Some(389));
        assert_eq!(port("ldaps://[::1]:1636"), Some(1636));
        assert_eq!(port("ldap://host:65536"), None);
    }

    #[test]
    fn an_address_of_a_socket_gives_back_its_path() {
        for path in ["/run/slapd-a b.socket", "/run/%41 %", "/tmp/ä"] {
            let url = socket_url(path);
            assert_eq!(socket_path(url.strip_prefix("ldapi://").unwrap()), path, "{url}");
        }
        assert_eq!(socket_path("%2Frun%2"), "/run%2");
    }

    #[test]
    fn a_result_code_is_read_from_an_extended_response_and_from_nothing_else() {
        assert_eq!(result_code(b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x34\x04\x00\x04\x00"), Some(52));
        // The result of a bind.
        assert_eq!(result_code(b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00"), None);
        assert_eq!(result_code(b"\x30\x03\x02\x01\x01"), None);
        assert_eq!(result_code(b"\x30\x05\x02\x01\x01\x78\x00"), None);
    }
}
