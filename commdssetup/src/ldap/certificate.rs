//! Why a certificate is refused, in one sentence for the administrator: the TLS library names what it found out first, and in its own words.

use std::net::IpAddr;

use rustls::CertificateError;
use rustls::pki_types::{CertificateDer, ServerName};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate, X509Version};
use x509_parser::public_key::PublicKey;

use super::error::Remedy;

/// What the TLS library needs of an RSA key.
const FEWEST_RSA_BITS: usize = 2048;
/// More names than this nobody reads.
const MOST_NAMES: usize = 8;
/// Longest text of a certificate that is shown, in characters.
const LONGEST: usize = 120;

/// Signature algorithms that are no longer accepted, and the digests that they are known by.
const WEAK: [(&str, &str); 9] = [
    ("1.2.840.113549.1.1.2", "MD2"),
    ("1.2.840.113549.1.1.3", "MD4"),
    ("1.2.840.113549.1.1.4", "MD5"),
    ("1.2.840.113549.1.1.5", "SHA-1"),
    ("1.3.14.3.2.29", "SHA-1"),
    ("1.3.14.3.2.27", "SHA-1"),
    ("1.2.840.10040.4.3", "SHA-1"),
    ("1.2.840.10045.4.1", "SHA-1"),
    ("1.3.14.3.2.15", "SHA-1"),
];

/// Why a certificate is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub(super) struct Refused {
    /// What is wrong with it: the end of a sentence.
    pub(super) what: String,
    /// What helps.
    pub(super) remedy: Remedy,
}

fn replace(what: impl Into<String>) -> Refused {
    Refused { what: what.into(), remedy: Remedy::Replace }
}

/// Explains why a server's certificate is refused. `chain` are those that it sent with it.
pub(super) fn explain(
    certificate: &CertificateDer<'_>,
    chain: &[CertificateDer<'_>],
    name: &ServerName<'_>,
    error: Option<&CertificateError>,
) -> Refused {
    let Ok((_, parsed)) = X509Certificate::from_der(certificate) else {
        return replace("it cannot be understood");
    };
    if let Some(defect) = defect(&parsed) {
        return replace(format!("it {defect}"));
    }
    let above = defect_above(chain);
    match error {
        Some(CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }) => {
            wrong_name(&parsed, name)
        }
        Some(CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. }) => {
            replace("it is not for a server: its extended key usage lacks serverAuth")
        }
        Some(CertificateError::BadSignature) => replace(format!(
            "its signature is not by the authority `{}` that is trusted",
            shown(&parsed.issuer().to_string())
        )),
        Some(CertificateError::UnhandledCriticalExtension) => {
            replace("it has a critical extension that is not understood here")
        }
        Some(CertificateError::Revoked) => replace("its authority has revoked it"),
        _ if above.is_some() => replace(above.unwrap_or_default()),
        Some(CertificateError::UnknownIssuer) | None => unknown_issuer(&parsed),
        Some(_) if parsed.is_ca() => Refused {
            what: "it is the certificate of an authority (CA:TRUE), which a server may use only where that very certificate is trusted".to_owned(),
            remedy: Remedy::TrustIt,
        },
        Some(_) => replace("it is not acceptable for a server"),
    }
}

/// Says what is wrong with one of the certificates between the server's and that of a trusted authority. One that is signed by itself is not
/// among them: nobody looks at its own signature.
fn defect_above(chain: &[CertificateDer<'_>]) -> Option<String> {
    let parsed = chain.iter().filter_map(|der| X509Certificate::from_der(der).ok()).map(|(_, parsed)| parsed);
    let mut between = parsed.filter(|certificate| certificate.issuer() != certificate.subject());
    between.find_map(|certificate| {
        let subject = shown(&certificate.subject().to_string());
        defect(&certificate).map(|defect| format!("the certificate of its authority `{subject}` {defect}"))
    })
}

/// Says what is wrong with a certificate by itself, after the word that names it.
fn defect(certificate: &X509Certificate<'_>) -> Option<String> {
    if certificate.version() != X509Version::V3 {
        let number = certificate.version().0.saturating_add(1);
        return Some(format!("is a version {number} certificate, and version 3 is needed"));
    }
    if let Ok(PublicKey::RSA(key)) = certificate.public_key().parsed()
        && key.key_size() < FEWEST_RSA_BITS
    {
        return Some(format!("has an RSA key of {} bits, and {FEWEST_RSA_BITS} are needed", key.key_size()));
    }
    let algorithm = certificate.signature_algorithm.algorithm.to_id_string();
    if let Some((_, digest)) = WEAK.iter().find(|(oid, _)| *oid == algorithm) {
        return Some(format!("is signed with {digest}, which is not safe any more"));
    }
    let now = jiff::Timestamp::now().as_second();
    let validity = certificate.validity();
    if validity.not_after.timestamp() < now {
        return Some(format!("expired on {}", day(validity.not_after.timestamp())));
    }
    if validity.not_before.timestamp() > now {
        return Some(format!("is not valid before {}", day(validity.not_before.timestamp())));
    }
    None
}

fn day(second: i64) -> String {
    jiff::Timestamp::from_second(second)
        .map_or_else(|_| "a day out of range".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

fn wrong_name(certificate: &X509Certificate<'_>, name: &ServerName<'_>) -> Refused {
    let wanted = shown(&name.to_str());
    let names = names(certificate);
    let what = match (names.as_slice(), common_name(certificate)) {
        ([], Some(common)) => {
            format!(
                "it has only the common name `{common}`, and names are looked for in its subjectAltName, which it lacks"
            )
        }
        ([], None) => "it has no name".to_owned(),
        (names, _) => format!("it is for {}, not for {wanted}", names.join(", ")),
    };
    Refused { what, remedy: if names.is_empty() { Remedy::Replace } else { Remedy::OtherName } }
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(extension)) = certificate.subject_alternative_name() else { return Vec::new() };
    let text = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some(shown(name)),
        GeneralName::IPAddress(bytes) => {
            let address = match *bytes {
                [a, b, c, d] => IpAddr::from([*a, *b, *c, *d]),
                bytes => IpAddr::from(<[u8; 16]>::try_from(bytes).ok()?),
            };
            Some(address.to_string())
        }
        _ => None,
    };
    let all: Vec<String> = extension.value.general_names.iter().filter_map(text).collect();
    let more = all.len().saturating_sub(MOST_NAMES);
    let rest = (more > 0).then(|| format!("and {more} more"));
    all.into_iter().take(MOST_NAMES).chain(rest).collect()
}

fn common_name(certificate: &X509Certificate<'_>) -> Option<String> {
    let name = certificate.subject().iter_common_name().next()?;
    name.as_str().ok().map(shown)
}

fn unknown_issuer(certificate: &X509Certificate<'_>) -> Refused {
    let what = if certificate.issuer() == certificate.subject() {
        "it is signed by itself, and is not among the trusted certificates".to_owned()
    } else {
        format!("its authority `{}` is not among the trusted certificates", shown(&certificate.issuer().to_string()))
    };
    Refused { what, remedy: Remedy::TrustIt }
}

/// Returns a text of a certificate on one line: whoever made it must not be able to print lines of his own.
fn shown(text: &str) -> String {
    let plain = text.chars().take(LONGEST).map(|c| if c.is_control() { '?' } else { c });
    plain.collect()
}
