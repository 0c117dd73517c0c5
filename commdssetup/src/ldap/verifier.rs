//! Which certificates of servers are accepted: those that the TLS library accepts, and one that is the same as a certificate
//! which the administrator named. What is refused is explained.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme,
};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::certificate::{Refused, explain};
use super::error::Remedy;

/// A verifier of servers' certificates.
#[derive(Debug)]
struct Verifier {
    provider: Arc<CryptoProvider>,
    /// Nothing where no authority is trusted.
    library: Option<Arc<WebPkiServerVerifier>>,
    /// Certificates that are accepted as they are: those that the administrator named.
    named: Vec<CertificateDer<'static>>,
}

/// Returns how TLS is spoken: with the certificates of a file, or the system's.
///
/// # Errors
/// What is wrong with the file.
pub(super) fn config(ca_file: Option<&Path>) -> Result<ClientConfig, Refused> {
    let provider = Arc::new(ring::default_provider());
    let named = ca_file.map(|path| certificates(path).map_err(|what| unusable(path, &what))).transpose()?;
    let mut roots = RootCertStore::empty();
    match &named {
        Some(named) => {
            for certificate in named {
                // One that can only be accepted as it is need not be an authority's.
                let _ = roots.add(certificate.clone());
            }
        }
        None => {
            let system = rustls_native_certs::load_native_certs().certs;
            roots.add_parsable_certificates(system);
        }
    }
    let library = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build().ok();
    let verifier = Verifier { provider: Arc::clone(&provider), library, named: named.unwrap_or_default() };
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|_| Refused { what: "TLS cannot be used".to_owned(), remedy: Remedy::Replace })?;
    Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth())
}

fn unusable(path: &Path, what: &str) -> Refused {
    Refused { what: format!("{}: {what}", path.display()), remedy: Remedy::TrustIt }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    // Anything else may never end.
    if !std::fs::metadata(path).map_err(|e| e.to_string())?.is_file() {
        return Err("not a regular file".to_owned());
    }
    let not_pem = "it is not a PEM file of certificates";
    let file = std::fs::File::open(path).map_err(|e| e.to_string())?;
    let bounded = io::BufReader::new(io::Read::take(file, LARGEST_FILE));
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_reader_iter(bounded).collect();
    let certificates = certificates.map_err(|_| not_pem.to_owned())?;
    if certificates.is_empty() {
        return Err("it holds no certificate".to_owned());
    }
    if certificates.iter().any(|certificate| X509Certificate::from_der(certificate).is_err()) {
        return Err("it holds a certificate that cannot be understood".to_owned());
    }
    Ok(certificates)
}

/// More than the system's own file of all authorities.
const LARGEST_FILE: u64 = 16 << 20;

fn error(refused: Refused) -> Error {
    Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(refused))))
}

/// Returns why a certificate was refused, where an error is about that.
pub(super) fn refused(error: &Error) -> Option<Refused> {
    match error {
        Error::InvalidCertificate(CertificateError::Other(OtherError(inner))) => {
            let known = inner.downcast_ref::<Refused>().cloned();
            Some(known.unwrap_or_else(|| Refused {
                what: "it is not acceptable for a server".to_owned(),
                remedy: Remedy::Replace,
            }))
        }
        Error::InvalidCertificate(_) => {
            Some(Refused { what: "it is not acceptable for a server".to_owned(), remedy: Remedy::Replace })
        }
        _ => None,
    }
}

impl Verifier {
    /// Checks a certificate that was named as it is: it vouches for itself, and must be of the name and of today.
    fn check_named(
        &self,
        certificate: &CertificateDer<'_>,
        name: &ServerName<'_>,
    ) -> Option<Result<ServerCertVerified, Refused>> {
        self.named.iter().find(|named| named.as_ref() == certificate.as_ref())?;
        let parsed = ParsedCertificate::try_from(certificate);
        let checked = parsed.and_then(|parsed| rustls::client::verify_server_name(&parsed, name));
        let is_of_today = X509Certificate::from_der(certificate).is_ok_and(|(_, parsed)| parsed.validity().is_valid());
        Some(match checked {
            Ok(()) if is_of_today => Ok(ServerCertVerified::assertion()),
            Ok(()) => Err(explain(certificate, &[], name, None)),
            Err(Error::InvalidCertificate(what)) => Err(explain(certificate, &[], name, Some(&what))),
            Err(_) => Err(explain(certificate, &[], name, Some(&CertificateError::BadEncoding))),
        })
    }

    /// Explains a signature of the handshake that is refused: the key is too short, or not the certificate's.
    fn explained<T>(certificate: &CertificateDer<'_>, checked: Result<T, Error>) -> Result<T, Error> {
        checked.map_err(|cause| {
            let Ok(name) = ServerName::try_from("server.invalid") else { return cause };
            error(explain(certificate, &[], &name, Some(&CertificateError::BadEncoding)))
        })
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let checked = match &self.library {
            Some(library) => library.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now),
            None => Err(Error::InvalidCertificate(CertificateError::UnknownIssuer)),
        };
        let Err(cause) = checked else { return checked };
        if let Some(checked) = self.check_named(end_entity, server_name) {
            return checked.map_err(error);
        }
        let cause = if let Error::InvalidCertificate(cause) = &cause { cause } else { &CertificateError::BadEncoding };
        Err(error(explain(end_entity, intermediates, server_name, Some(cause))))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        Self::explained(cert, verify_tls12_signature(message, cert, dss, algorithms))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        Self::explained(cert, verify_tls13_signature(message, cert, dss, algorithms))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
