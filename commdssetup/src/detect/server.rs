//! The server itself: which product, who is bound, whether its schema may change.

use ldif::Dn;

use super::DetectError;
use crate::choices::Choices;
use crate::facts::{LARGEST_REQUEST, SchemaUpdates, Server, Vendor};
use crate::ldap::{Bind, Directory, Entry, LdapError, Target};

/// Where the servers that we know keep their schema.
const SCHEMA: &str = "cn=schema";

/// Reads which product answers, and where its schema is.
pub(super) fn server(
    directory: &dyn Directory,
    target: &Target,
    choices: &Choices,
) -> Result<(Server, String), DetectError> {
    let root = directory.entry("", &["vendorName", "vendorVersion", "subschemaSubentry"])?.unwrap_or_default();
    let server = Server {
        vendor: vendor_of(&root)?,
        version: root.text("vendorVersion")?.unwrap_or_default(),
        url: target.url.clone(),
        instance: choices.instance.clone(),
        schema_updates: SchemaUpdates::On,
        largest_request: LARGEST_REQUEST,
    };
    Ok((server, root.text("subschemaSubentry")?.unwrap_or_else(|| SCHEMA.to_owned())))
}

/// Checks that a server takes changes of whoever is bound, of its schema too where that is to change. Returns the largest request that
/// it takes; nothing where its product is another one.
pub(super) fn check(directory: &dyn Directory, target: &Target, of_schema: bool) -> Result<Option<u64>, DetectError> {
    let root = directory.entry("", &["vendorName", "vendorVersion"])?.unwrap_or_default();
    if matches!(vendor_of(&root)?, Vendor::Other(_)) {
        return Ok(None);
    }
    match configuration(directory, target)? {
        (SchemaUpdates::Off, _) if of_schema => Err(DetectError::SchemaUpdatesOff { url: target.url.clone() }),
        (_, largest_request) => Ok(Some(largest_request)),
    }
}

fn vendor_of(root: &Entry) -> Result<Vendor, LdapError> {
    Ok(vendor(&root.text("vendorName")?.unwrap_or_default(), &root.text("vendorVersion")?.unwrap_or_default()))
}

fn vendor(name: &str, version: &str) -> Vendor {
    let has = |words: &[&str]| {
        let text = format!("{name} {version}").to_ascii_lowercase();
        words.iter().any(|word| text.contains(word))
    };
    // Oracle Unified Directory and its kin share the vendor's name with Sun's server and nothing else.
    if has(&["389", "fedora-directory", "redhat-directory"]) {
        Vendor::Ds389
    } else if has(&["sun-directory", "sun-one-directory", "sun java(tm) system directory", "iplanet-directory"]) {
        Vendor::SunDirectoryServer
    } else if name.is_empty() && version.is_empty() {
        Vendor::Other("This server of an unknown vendor".to_owned())
    } else {
        Vendor::Other(if name.is_empty() { version.to_owned() } else { name.to_owned() })
    }
}

/// Reads the configuration: only the Directory Manager sees all of it, and nobody else may change it.
/// No limit of the server's counts for the Directory Manager but that of the size of a request: 389 DS ignores `nsSizeLimit`,
/// `nsTimeLimit` and `nsLookThroughLimit` of his own entry and its own `nsslapd-sizelimit` (measured).
pub(super) fn configuration(directory: &dyn Directory, target: &Target) -> Result<(SchemaUpdates, u64), DetectError> {
    // Servers of before 2006 do not know this question; then the name that was bound is all there is.
    let name = match directory.who_am_i() {
        Err(error) if error.code().is_some() => None,
        other => other?,
    };
    let bound = match (name, &target.bind) {
        (Some(dn), _) => dn,
        (None, Bind::Simple { dn }) => dn.clone(),
        (None, Bind::External) => "the user of this process".to_owned(),
        (None, Bind::Anonymous) => "nobody".to_owned(),
    };
    let wanted = ["nsslapd-rootdn", "nsslapd-schemamod", "nsslapd-readonly", "nsslapd-maxbersize"];
    let entry = directory.entry("cn=config", &wanted)?.unwrap_or_default();
    let manager = entry.text("nsslapd-rootdn")?;
    let is_same = |manager: &String| match (Dn::parse(manager), Dn::parse(&bound)) {
        (Ok(manager), Ok(bound)) => manager == bound,
        _ => manager.eq_ignore_ascii_case(&bound),
    };
    if !manager.as_ref().is_some_and(is_same) {
        return Err(DetectError::NotDirectoryManager { dn: bound, manager });
    }
    let is = |value: Option<String>, word: &str| value.is_some_and(|value| value.eq_ignore_ascii_case(word));
    if is(entry.text("nsslapd-readonly")?, "on") {
        return Err(DetectError::ReadOnly { url: target.url.clone() });
    }
    let updates = if is(entry.text("nsslapd-schemamod")?, "off") { SchemaUpdates::Off } else { SchemaUpdates::On };
    let limit = entry.text("nsslapd-maxbersize")?.and_then(|bytes| bytes.trim().parse::<u64>().ok());
    // 0 is written for the default.
    Ok((updates, limit.filter(|bytes| *bytes > 0).unwrap_or(LARGEST_REQUEST)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_is_known_by_what_it_says() {
        assert_eq!(vendor("389 Project", "389-Directory/2.3.1 B2023.006.0000"), Vendor::Ds389);
        assert_eq!(
            vendor("Sun Microsystems, Inc.", "Sun-Java(tm)-System-Directory/6.3 Sun-Directory-Server"),
            Vendor::SunDirectoryServer
        );
        assert_eq!(vendor("Oracle Corporation", "Sun-Directory-Server/11.1.1.7.0"), Vendor::SunDirectoryServer);
        assert_eq!(
            vendor("Oracle Corporation", "Oracle Unified Directory 12"),
            Vendor::Other("Oracle Corporation".to_owned())
        );
        assert!(matches!(vendor("", ""), Vendor::Other(_)));
    }
}
