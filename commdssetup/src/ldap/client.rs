//! The client library at work, on a thread of its own: nothing but requests goes in, nothing but answers comes out.
//!
//! The library trusts what a server sends. What would cost memory or the stack is kept away from it ([`super::message_filter`]): it has one end of
//! a pair of sockets, and the [`super::pump`] the other. It panics on some of what is left (names that are not UTF-8, answers without the
//! parts that they must have). A panic ends this thread, and the one that waits for it hears that.

use std::collections::HashSet;
use std::io;
use std::time::Duration;

use ldap3::tokio;
use ldap3::tokio::net::UnixStream;
use ldap3::tokio::runtime::{self, Runtime};
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapResult, Mod, Scope, SearchEntry, SearchOptions, StdStream};

use super::error::code_name;
use super::pump::{self, Refused};
use super::transport;
use super::{Bind, Depth, Entry, LdapError, Limits, Password, Target};
use crate::facts::Values;
use crate::plan::{EditKind, ValueEdit};

/// More than this no entry or answer that we ask for has: a server that sends more is none.
const MOST_BYTES: usize = 256 << 20;
/// What an entry and a value cost besides their text.
const BYTES_OF_AN_ENTRY: usize = 1000;
const BYTES_OF_A_VALUE: usize = 64;

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

/// The library's connection. All of it, the pump too, is at work only while a request is.
pub(super) struct Client {
    runtime: Runtime,
    ldap: Ldap,
    server: Server,
}

/// What an error says of the server.
struct Server {
    url: String,
    limits: Limits,
    refused: Refused,
}

impl Client {
    /// Connects and binds.
    pub(super) fn connect(target: &Target, password: Option<&Password>, limits: Limits) -> Result<Self, LdapError> {
        let server = Server { url: target.url.clone(), limits, refused: Refused::default() };
        let no_connection = |e: io::Error| LdapError::Unreachable { url: target.url.clone(), what: e.to_string() };
        let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(no_connection)?;
        let connected = runtime.block_on(async {
            let connecting = tokio::time::timeout(limits.to_connect, transport::open(target));
            let silent = |_| LdapError::Silent { url: target.url.clone(), seconds: limits.to_connect.as_secs() };
            let stream = connecting.await.map_err(silent)??;
            let (own, of_library) = UnixStream::pair().map_err(no_connection)?;
            tokio::spawn(pump::run(stream, own, Refused::clone(&server.refused)));
            let of_library = StdStream::Unix(of_library.into_std().map_err(no_connection)?);
            let settings = LdapConnSettings::new().set_std_stream(of_library);
            // The address is not looked at.
            let (connection, ldap) = LdapConnAsync::with_settings(settings, "ldapi:///")
                .await
                .map_err(|e| server.lost(limits.to_connect, &e))?;
            tokio::spawn(async { drop(connection.drive().await) });
            Ok(ldap)
        });
        match connected {
            Ok(ldap) => {
                let mut client = Self { runtime, ldap, server };
                client.bind(target, password)?;
                Ok(client)
            }
            Err(error) => {
                // A name that is still being looked up holds up nobody.
                runtime.shutdown_background();
                Err(error)
            }
        }
    }

    fn bind(&mut self, target: &Target, password: Option<&Password>) -> Result<(), LdapError> {
        let limit = self.server.limits.to_connect;
        self.ldap.with_timeout(limit);
        let (result, dn) = match (&target.bind, password) {
            (Bind::Simple { dn }, Some(password)) => {
                (self.runtime.block_on(self.ldap.simple_bind(dn, password.word())), dn.as_str())
            }
            // Without a password the server would take it for an anonymous one.
            (Bind::Simple { dn }, None) => return Err(LdapError::WrongPassword { dn: dn.clone() }),
            (Bind::External, _) => (self.runtime.block_on(self.ldap.sasl_external_bind()), "the user of this process"),
            // Whoever does not bind is nobody.
            (Bind::Anonymous, _) => return Ok(()),
        };
        match result.map_err(|e| self.server.lost(limit, &e))? {
            // The server does not say whether it knows the name.
            LdapResult { rc: 49 | 32, .. } => Err(LdapError::WrongPassword { dn: dn.to_owned() }),
            other => succeeded("bind as", dn, other),
        }
    }

    pub(super) fn serve(&mut self, request: Request) -> Result<Answer, LdapError> {
        let limit = self.server.limits.to_answer;
        self.ldap.with_timeout(limit);
        match request {
            Request::Search { base, depth, filter, attributes, at_most } => {
                self.search(&base, depth, &filter, attributes, at_most).map(Answer::Entries)
            }
            Request::Add { dn, attributes } => {
                let set = |values: Values| {
                    (values.attribute.into_bytes(), values.values.into_iter().map(String::into_bytes).collect())
                };
                let result = self.runtime.block_on(self.ldap.add(&dn, attributes.into_iter().map(set).collect()));
                let result = result.map_err(|e| self.server.lost(limit, &e))?;
                succeeded("add", &dn, result).map(|()| Answer::Done)
            }
            Request::Modify { dn, edits } => {
                let result = self.runtime.block_on(self.ldap.modify(&dn, edits.into_iter().flat_map(mods).collect()));
                let result = result.map_err(|e| self.server.lost(limit, &e))?;
                succeeded("modify", &dn, result).map(|()| Answer::Done)
            }
            Request::Delete { dn } => {
                let result = self.runtime.block_on(self.ldap.delete(&dn));
                let result = result.map_err(|e| self.server.lost(limit, &e))?;
                succeeded("delete", &dn, result).map(|()| Answer::Done)
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
        self.ldap.with_search_options(SearchOptions::new().sizelimit(at_most));
        let (ldap, server) = (&mut self.ldap, &self.server);
        let lost = |e| server.lost(server.limits.to_answer, &e);
        let (entries, result) = self.runtime.block_on(async {
            let mut stream = ldap.streaming_search(base, scope, filter, attributes).await.map_err(lost)?;
            let mut entries = Vec::new();
            let mut bytes: usize = 0;
            while let Some(entry) = stream.next().await.map_err(lost)? {
                if entry.is_ref() || entry.is_intermediate() {
                    continue;
                }
                let entry = to_entry(SearchEntry::construct(entry));
                bytes = bytes.saturating_add(size(&entry));
                if bytes > MOST_BYTES {
                    return Err(LdapError::Damaged { what: format!("too many entries below {base}") });
                }
                entries.push(entry);
            }
            Ok((entries, stream.finish().await))
        })?;
        match result.rc {
            // The base does not exist.
            32 => Ok(Vec::new()),
            // As many as were asked for.
            4 if at_most > 0 => Ok(entries),
            _ => succeeded("search", base, result).map(|()| entries),
        }
    }

    fn who_am_i(&mut self) -> Result<Option<String>, LdapError> {
        let result = self.runtime.block_on(self.ldap.extended(ldap3::exop::WhoAmI));
        let ldap3::result::ExopResult(exop, result) =
            result.map_err(|e| self.server.lost(self.server.limits.to_answer, &e))?;
        succeeded("ask who is", "the user of this connection", result)?;
        let name = exop.val.map(String::from_utf8).transpose();
        let name = name.map_err(|_| LdapError::Damaged { what: "the name of this user is not text".to_owned() })?;
        let dn = name.as_deref().and_then(|name| name.strip_prefix("dn:")).map(|dn| dn.trim().to_owned());
        Ok(dn.filter(|dn| !dn.is_empty()))
    }
}

fn succeeded(verb: &'static str, dn: &str, result: LdapResult) -> Result<(), LdapError> {
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

/// Returns about how much memory an entry takes.
fn size(entry: &Entry) -> usize {
    let values = entry.attributes.iter().flat_map(|(name, values)| {
        std::iter::once(name.len())
            .chain(values.iter().map(Vec::len))
            .map(|length| length.saturating_add(BYTES_OF_A_VALUE))
    });
    values.fold(entry.dn.len().saturating_add(BYTES_OF_AN_ENTRY), usize::saturating_add)
}

impl Server {
    /// Tells why there is no answer on a connection that there was.
    fn lost(&self, limit: Duration, error: &ldap3::LdapError) -> LdapError {
        if let Some(violation) = self.refused.get() {
            return transport::excessive(&self.url, *violation);
        }
        let url = self.url.clone();
        match error {
            ldap3::LdapError::Timeout { .. } => LdapError::Silent { url, seconds: limit.as_secs() },
            ldap3::LdapError::DecodingUTF8 => {
                LdapError::Damaged { what: "it contains bytes where text is required".to_owned() }
            }
            ldap3::LdapError::FilterParsing => LdapError::Damaged { what: "the filter is wrong".to_owned() },
            _ => LdapError::Lost { url },
        }
    }
}
