//! The client library at work, on a thread of its own: nothing but requests goes in, nothing but answers comes out.
//!
//! The library trusts what a server sends, and panics on some of what it should not (names that are not UTF-8, answers
//! without the parts that they must have). A panic ends this thread, and the one that waits for it hears that.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use super::certificate::Refused;
use super::error::code_name;
use super::verifier;
use super::{Bind, Depth, Entry, LdapError, Limits, Password, Target};
use crate::facts::Values;
use crate::plan::{EditKind, ValueEdit};
use ldap3::{LdapConn, LdapConnSettings, LdapResult, Mod, Scope, SearchEntry, SearchOptions};

/// More than this no entry or answer that we ask for has: a server that sends more is none.
const MOST_BYTES: usize = 256 << 20;

/// A request, whole: it crosses threads.
pub(super) enum Request {
    Search { base: String, depth: Depth, filter: String, attributes: Vec<String>, at_most: i32 },
    Add { dn: String, attributes: Vec<Values> },
    Modify { dn: String, edits: Vec<ValueEdit> },
    Delete { dn: String },
    WhoAmI,
}

/// An answer.
pub(super) enum Answer {
    Entries(Vec<Entry>),
    Done,
    Name(Option<String>),
}

/// The library's connection.
pub(super) struct Client {
    ldap: LdapConn,
    url: String,
    limits: Limits,
}

impl Client {
    /// Connects and binds.
    pub(super) fn connect(target: &Target, password: Option<&Password>, limits: Limits) -> Result<Self, LdapError> {
        let url = target.url.clone();
        let mut settings = LdapConnSettings::new().set_conn_timeout(limits.to_connect).set_starttls(target.start_tls);
        if target.start_tls || url.starts_with("ldaps://") {
            let config = verifier::config(target.ca_file.as_deref()).map_err(|refused| untrusted(&url, refused))?;
            settings = settings.set_config(Arc::new(config));
        }
        let ldap =
            LdapConn::with_settings(settings, &url).map_err(|e| unreachable(&url, target, limits.to_connect, &e))?;
        let mut client = Self { ldap, url, limits };
        client.bind(target, password)?;
        Ok(client)
    }

    fn bind(&mut self, target: &Target, password: Option<&Password>) -> Result<(), LdapError> {
        self.ldap.with_timeout(self.limits.to_connect);
        let (result, dn) = match (&target.bind, password) {
            (Bind::Simple { dn }, Some(password)) => (self.ldap.simple_bind(dn, password.word()), dn.as_str()),
            // Without a password the server would take it for an anonymous one.
            (Bind::Simple { dn }, None) => return Err(LdapError::WrongPassword { dn: dn.clone() }),
            (Bind::External, _) => (self.ldap.sasl_external_bind(), "the user of this process"),
            // Whoever does not bind is nobody.
            (Bind::Anonymous, _) => return Ok(()),
        };
        match result.map_err(|e| lost(&self.url, self.limits.to_connect, &e))? {
            // The server does not say whether it knows the name.
            LdapResult { rc: 49 | 32, .. } => Err(LdapError::WrongPassword { dn: dn.to_owned() }),
            other => self.succeeded("bind as", dn, other),
        }
    }

    pub(super) fn serve(&mut self, request: Request) -> Result<Answer, LdapError> {
        self.ldap.with_timeout(self.limits.to_answer);
        match request {
            Request::Search { base, depth, filter, attributes, at_most } => {
                self.search(&base, depth, &filter, attributes, at_most).map(Answer::Entries)
            }
            Request::Add { dn, attributes } => {
                let set = |values: Values| {
                    (values.attribute.into_bytes(), values.values.into_iter().map(String::into_bytes).collect())
                };
                let result = self.ldap.add(&dn, attributes.into_iter().map(set).collect());
                let result = self.answered(result)?;
                self.succeeded("add", &dn, result).map(|()| Answer::Done)
            }
            Request::Modify { dn, edits } => {
                let result = self.ldap.modify(&dn, edits.into_iter().flat_map(mods).collect());
                let result = self.answered(result)?;
                self.succeeded("modify", &dn, result).map(|()| Answer::Done)
            }
            Request::Delete { dn } => {
                let result = self.ldap.delete(&dn);
                let result = self.answered(result)?;
                self.succeeded("delete", &dn, result).map(|()| Answer::Done)
            }
            Request::WhoAmI => self.who_am_i().map(Answer::Name),
        }
    }

    fn search(
        &mut self,
        base: &str,
        depth: Depth,
        filter: &str,
        attributes: Vec<String>,
        at_most: i32,
    ) -> Result<Vec<Entry>, LdapError> {
        let scope = match depth {
            Depth::Base => Scope::Base,
            Depth::Children => Scope::OneLevel,
            Depth::Subtree => Scope::Subtree,
        };
        let (url, limit) = (self.url.clone(), self.limits.to_answer);
        self.ldap.with_search_options(SearchOptions::new().sizelimit(at_most));
        let started = self.ldap.streaming_search(base, scope, filter, attributes);
        let mut stream = started.map_err(|e| lost(&url, limit, &e))?;
        let mut entries = Vec::new();
        let mut bytes: usize = 0;
        while let Some(entry) = stream.next().map_err(|e| lost(&url, limit, &e))? {
            if entry.is_ref() || entry.is_intermediate() {
                continue;
            }
            let entry = to_entry(SearchEntry::construct(entry));
            let sizes = entry.attributes.iter().flat_map(|(_, values)| values).map(Vec::len);
            bytes = sizes.fold(bytes.saturating_add(1000), usize::saturating_add);
            if bytes > MOST_BYTES {
                return Err(LdapError::Damaged { what: format!("too many entries below {base}") });
            }
            entries.push(entry);
        }
        let result = stream.result();
        match result.rc {
            // The base does not exist.
            32 => Ok(Vec::new()),
            // As many as were asked for.
            4 if at_most > 0 => Ok(entries),
            _ => self.succeeded("search", base, result).map(|()| entries),
        }
    }

    fn who_am_i(&mut self) -> Result<Option<String>, LdapError> {
        let result = self.ldap.extended(ldap3::exop::WhoAmI);
        let ldap3::result::ExopResult(exop, result) = result.map_err(|e| lost(&self.url, self.limits.to_answer, &e))?;
        self.succeeded("ask who is", "the user of this connection", result)?;
        let name = exop.val.map(String::from_utf8).transpose();
        let name = name.map_err(|_| LdapError::Damaged { what: "the name of this user is not text".to_owned() })?;
        let dn = name.as_deref().and_then(|name| name.strip_prefix("dn:")).map(|dn| dn.trim().to_owned());
        Ok(dn.filter(|dn| !dn.is_empty()))
    }

    fn answered(&self, result: ldap3::result::Result<LdapResult>) -> Result<LdapResult, LdapError> {
        result.map_err(|e| lost(&self.url, self.limits.to_answer, &e))
    }

    fn succeeded(&self, verb: &'static str, dn: &str, result: LdapResult) -> Result<(), LdapError> {
        match result.rc {
            0 => Ok(()),
            10 => Err(LdapError::Referral { dn: dn.to_owned(), to: result.refs.join(", ") }),
            code => {
                // One line: a server must not be able to print lines of its own.
                let text = result.text.split_whitespace().collect::<Vec<_>>().join(" ");
                let text = if text.is_empty() { String::new() } else { format!(": {text}") };
                Err(LdapError::Refused { verb, dn: dn.to_owned(), code, name: code_name(code), text })
            }
        }
    }
}

/// Each value on its own: the library keeps the values of one edit in no order, and a definition must come after those that it
/// refers to.
fn mods(edit: ValueEdit) -> Vec<Mod<Vec<u8>>> {
    let ValueEdit { kind, attribute, values } = edit;
    let one = |value: String| {
        let value = HashSet::from([value.into_bytes()]);
        match kind {
            EditKind::Add => Mod::Add(attribute.clone().into_bytes(), value),
            EditKind::Delete => Mod::Delete(attribute.clone().into_bytes(), value),
        }
    };
    values.into_iter().map(one).collect()
}

fn to_entry(entry: SearchEntry) -> Entry {
    let texts = entry.attrs.into_iter().map(|(name, v)| (name, v.into_iter().map(String::into_bytes).collect()));
    let mut attributes: Vec<(String, Vec<Vec<u8>>)> = texts.chain(entry.bin_attrs).collect();
    attributes.sort();
    Entry { dn: entry.dn, attributes }
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

/// Tells why there is no connection.
fn unreachable(url: &str, target: &Target, limit: Duration, error: &ldap3::LdapError) -> LdapError {
    let url = url.to_owned();
    let inner = match error {
        ldap3::LdapError::Io { source } => source.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()),
        ldap3::LdapError::Rustls { source } => Some(source),
        ldap3::LdapError::LdapResult { result } => {
            return LdapError::StartTls { url, what: format!("{} ({})", code_name(result.rc), result.rc) };
        }
        ldap3::LdapError::Timeout { .. } => return LdapError::Silent { url, seconds: limit.as_secs() },
        _ => None,
    };
    match (inner, error) {
        (Some(error), _) => match verifier::refused(error) {
            Some(refused) => untrusted(&url, refused),
            None => LdapError::Unreachable { url, what: handshake(error).to_owned() },
        },
        (None, ldap3::LdapError::Io { source }) => LdapError::Unreachable { url, what: source.to_string() },
        (None, _) if target.start_tls => LdapError::StartTls { url, what: "it closed the connection".to_owned() },
        (None, other) => LdapError::Unreachable { url, what: other.to_string() },
    }
}

/// Tells why there is no answer on a connection that there was.
fn lost(url: &str, limit: Duration, error: &ldap3::LdapError) -> LdapError {
    let url = url.to_owned();
    match error {
        ldap3::LdapError::Timeout { .. } => LdapError::Silent { url, seconds: limit.as_secs() },
        ldap3::LdapError::DecodingUTF8 => {
            LdapError::Damaged { what: "it contains bytes where text is required".to_owned() }
        }
        ldap3::LdapError::FilterParsing => LdapError::Damaged { what: "the filter is wrong".to_owned() },
        _ => LdapError::Lost { url },
    }
}
