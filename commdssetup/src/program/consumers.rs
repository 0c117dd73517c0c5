//! The servers that the server of a run exchanges updates with: they have its schema as well, and give back what is deleted there.
//!
//! 389 DS compares the schemas of both servers when it has updates to send. Measured: the consumer learns what it lacks, and so does the
//! supplier. What is deleted on the supplier alone comes back with the next write; what was deleted on the consumer before stays away.

use std::path::Path;

use super::Program;
use crate::apply::added_in;
use crate::detect::{ReplicaServer, consumers, replicas, subschema, suppliers};
use crate::error::Error;
use crate::ldap::{Directory, LdapError};
use crate::plan::DirectoryChange;

impl Program<'_> {
    /// Says before an undo on which servers it is to be done first.
    pub(super) fn say_order_of_undo(
        &self,
        directory: &dyn Directory,
        changes: &[DirectoryChange],
    ) -> Result<(), Error> {
        let consumers = self.consumers_of(directory, changes)?;
        if !consumers.is_empty() {
            let names: Vec<&str> = consumers.iter().map(|server| server.name.as_str()).collect();
            self.warn(&format!(
                "this instance sends updates to {}. Delete the definitions there first, then here, with no write in between: {HOW}",
                names.join(", ")
            ));
        }
        let suppliers = self.suppliers_of(directory, changes)?;
        if !suppliers.is_empty() {
            let names: Vec<&str> = suppliers.iter().map(|server| server.name.as_str()).collect();
            self.warn(&format!(
                "this instance gets its schema from {}. Undo there right after this, with no write in between: a supplier sends what it has with the next write.",
                names.join(", ")
            ));
        }
        Ok(())
    }

    /// Returns which servers still hold definitions that were undone here, a sentence for each.
    pub(super) fn still_held(
        &self,
        directory: &dyn Directory,
        changes: &[DirectoryChange],
    ) -> Result<Vec<String>, Error> {
        let consumers = self.consumers_of(directory, changes)?;
        let given_back = |server| {
            self.held_by(server, changes, |name, what| {
                format!(
                    "{name} still holds {what}, and gives them back with the next write. Delete them there, and then here if they are back: {HOW}"
                )
            })
        };
        let mut held: Vec<String> = consumers.iter().filter_map(given_back).collect();
        let suppliers = self.suppliers_of(directory, changes)?;
        let sent_again = |server| {
            self.held_by(server, changes, |name, what| {
                format!(
                    "{name}, which this instance gets its schema from, still holds {what}, and sends them with its next write. Undo there before that"
                )
            })
        };
        held.extend(suppliers.iter().filter_map(sent_again));
        Ok(held)
    }

    /// Returns which shipped classes are wider than shipped on a server that takes part in replication, a sentence for each.
    pub(super) fn widened(&self, directory: &dyn Directory, changes: &[DirectoryChange]) -> Result<Vec<String>, Error> {
        if replicas(directory)?.is_empty() {
            return Ok(Vec::new());
        }
        Ok(self.files()?.widened(directory, changes)?)
    }

    fn consumers_of(
        &self,
        directory: &dyn Directory,
        changes: &[DirectoryChange],
    ) -> Result<Vec<ReplicaServer>, Error> {
        self.servers_of(changes, |ca_file| consumers(directory, ca_file))
    }

    fn suppliers_of(
        &self,
        directory: &dyn Directory,
        changes: &[DirectoryChange],
    ) -> Result<Vec<ReplicaServer>, Error> {
        self.servers_of(changes, |ca_file| suppliers(directory, ca_file))
    }

    /// Returns what `find` finds with the file of certificates; nothing where no definition is changed.
    fn servers_of(
        &self,
        changes: &[DirectoryChange],
        find: impl FnOnce(Option<&Path>) -> Result<Vec<ReplicaServer>, LdapError>,
    ) -> Result<Vec<ReplicaServer>, Error> {
        if !changes.iter().any(DirectoryChange::is_of_schema) {
            return Ok(Vec::new());
        }
        Ok(find(self.files()?.target.ca_file.as_deref())?)
    }

    /// Returns a sentence where a server still holds definitions, or where that was not seen. `tell` is given its name and what it holds.
    fn held_by(
        &self,
        server: &ReplicaServer,
        changes: &[DirectoryChange],
        tell: impl Fn(&str, &str) -> String,
    ) -> Option<String> {
        let name = &server.name;
        let held = || -> Result<Vec<String>, String> {
            let target = server.target.as_ref().ok_or("no address of it is known")?;
            let other = (self.connect)(target, None).map_err(|e| e.to_string())?;
            let of_schema = changes.iter().filter(|change| change.is_of_schema());
            let mut held = Vec::new();
            for change in of_schema {
                let schema = subschema(&*other, &change.dn).map_err(|e| e.to_string())?;
                let schema = schema.ok_or("it does not show its schema to everybody")?;
                held.extend(added_in(&schema, change).0);
            }
            Ok(held)
        };
        match held() {
            Ok(held) => {
                let first = held.first()?;
                let what = match held.len() {
                    1 => format!("the definition of {first}"),
                    count => format!("{count} of the definitions, such as that of {first}"),
                };
                Some(tell(name, &what))
            }
            Err(why) => Some(format!("Whether {name} still holds the definitions was not seen: {why}")),
        }
    }
}

/// How definitions are deleted on another server.
const HOW: &str = "the changes of cn=schema in reverse.ldif of the run, with ldapmodify.";
