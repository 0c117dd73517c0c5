//! A connection to a server: the thread that holds the client library, and what waits for it.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Mutex, PoisonError};

use super::client::{Answer, Client, Request};
use super::{Directory, Entry, LdapError, Limits, Password, Search, Target};
use crate::facts::Values;
use crate::plan::ValueEdit;

/// Name of the thread; what panics there is told as an error and not as a mistake of ours.
pub(crate) const THREAD: &str = "ldap-client";

type Reply = Result<Answer, LdapError>;

/// A connection that is bound.
pub struct Connection {
    url: String,
    limits: Limits,
    requests: Mutex<Sender<(Request, Sender<Reply>)>>,
}

impl Connection {
    /// Connects and binds.
    ///
    /// # Errors
    /// [`LdapError`].
    pub fn open(target: &Target, password: Option<&Password>) -> Result<Self, LdapError> {
        Self::open_within(target, password, Limits::default())
    }

    /// Connects and binds, waiting no longer than so long here and for each answer.
    ///
    /// # Errors
    /// [`LdapError`].
    pub fn open_within(target: &Target, password: Option<&Password>, limits: Limits) -> Result<Self, LdapError> {
        let (requests, received) = mpsc::channel::<(Request, Sender<Reply>)>();
        let (connected, connection) = mpsc::channel::<Reply>();
        let (url, to, password) = (target.url.clone(), target.clone(), password.cloned());
        let thread = std::thread::Builder::new().name(THREAD.to_owned());
        let spawned = thread.spawn(move || {
            let mut client = match Client::connect(&to, password.as_ref(), limits) {
                Ok(client) => client,
                Err(error) => return drop(connected.send(Err(error))),
            };
            drop(password);
            let _ = connected.send(Ok(Answer::Done));
            while let Ok((request, reply)) = received.recv() {
                let _ = reply.send(client.serve(request));
            }
        });
        spawned.map_err(|e| LdapError::Unreachable { url: url.clone(), what: e.to_string() })?;
        wait(&connection, &url, limits)?;
        Ok(Self { url, limits, requests: Mutex::new(requests) })
    }

    fn ask(&self, request: Request) -> Reply {
        let (reply, answer) = mpsc::channel();
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.send((request, reply)).map_err(|_| LdapError::Lost { url: self.url.clone() })?;
        wait(&answer, &self.url, self.limits)
    }

    fn change(&self, request: Request) -> Result<(), LdapError> {
        self.ask(request).map(|_| ())
    }
}

fn wait(answer: &Receiver<Reply>, url: &str, limits: Limits) -> Reply {
    let limit = limits.in_all();
    match answer.recv_timeout(limit) {
        Ok(reply) => reply,
        Err(RecvTimeoutError::Timeout) => Err(LdapError::Silent { url: url.to_owned(), seconds: limit.as_secs() }),
        Err(RecvTimeoutError::Disconnected) => {
            Err(LdapError::Damaged { what: format!("{url} is not a directory server: its answer is not LDAP") })
        }
    }
}

impl Directory for Connection {
    fn search(&self, search: &Search<'_>) -> Result<Vec<Entry>, LdapError> {
        let request = Request::Search {
            base: search.base.to_owned(),
            depth: search.depth,
            filter: search.filter.to_owned(),
            attributes: search.attributes.iter().map(|name| (*name).to_owned()).collect(),
            at_most: search.at_most,
        };
        match self.ask(request)? {
            Answer::Entries(entries) => Ok(entries),
            Answer::Done | Answer::Name(_) => Ok(Vec::new()),
        }
    }

    fn add(&self, dn: &str, attributes: &[Values]) -> Result<(), LdapError> {
        self.change(Request::Add { dn: dn.to_owned(), attributes: attributes.to_vec() })
    }

    fn modify(&self, dn: &str, edits: &[ValueEdit]) -> Result<(), LdapError> {
        self.change(Request::Modify { dn: dn.to_owned(), edits: edits.to_vec() })
    }

    fn delete(&self, dn: &str) -> Result<(), LdapError> {
        self.change(Request::Delete { dn: dn.to_owned() })
    }

    fn who_am_i(&self) -> Result<Option<String>, LdapError> {
        match self.ask(Request::WhoAmI)? {
            Answer::Name(name) => Ok(name),
            Answer::Done | Answer::Entries(_) => Ok(None),
        }
    }
}
