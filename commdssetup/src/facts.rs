//! What a server holds, as far as a run could touch it. Detection fills it in by reading only; the plan consumes it.
//!
//! Names of entries stay as the server spelled them; they are compared as distinguished names. Values are text: detection
//! refuses a schema value that is not UTF-8, which no server that can be prepared sends.

use ldif::Dn;

use crate::plan::DirectoryChange;

/// Which product answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Vendor {
    /// 389 Directory Server and the products built from it.
    Ds389,
    /// Sun's and Oracle's Directory Server (5.2, 6, 7, 11).
    SunDirectoryServer,
    /// Another product, by the name it gives itself. The vendor's tool knew only its own directory.
    Other(String),
}

/// Whether `cn=schema` may be changed over LDAP (`nsslapd-schemamod`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemaUpdates {
    /// It may.
    On,
    /// It is switched off.
    Off,
}

/// The server.
#[derive(Clone, Debug)]
pub struct Server {
    /// Which product it is.
    pub vendor: Vendor,
    /// The version, as `vendorVersion` says.
    pub version: String,
    /// How it was reached, such as `ldap://localhost:389` or `ldapi://%2Frun%2Fslapd-x.socket`.
    pub url: String,
    /// Its instance directory, where known.
    pub instance: Option<String>,
    /// Whether its schema may be changed.
    pub schema_updates: SchemaUpdates,
    /// Bytes of the largest request that it takes (`nsslapd-maxbersize`); it ends the connection on a larger one.
    pub largest_request: u64,
}

/// What a server takes where it does not say otherwise: the default of 389 DS and Sun's servers.
pub const LARGEST_REQUEST: u64 = 2 << 20;

/// The schema that the server enforces, as it was read: every value unchanged, in the server's order.
#[derive(Clone, Debug, Default)]
pub struct Subschema {
    /// Name of the entry that holds it (`subschemaSubentry` of the root DSE); `cn=schema` on all known servers.
    pub dn: String,
    /// Values of `attributeTypes`.
    pub attribute_types: Vec<String>,
    /// Values of `objectClasses`.
    pub object_classes: Vec<String>,
    /// Identifiers of `ldapSyntaxes`; none where the server does not tell.
    pub syntaxes: Vec<String>,
}

/// All values of one attribute of an entry.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Values {
    /// The attribute.
    pub attribute: String,
    /// Its values, in order.
    pub values: Vec<String>,
}

impl Values {
    /// Creates the values of one attribute.
    pub fn new<const N: usize>(attribute: &str, values: [&str; N]) -> Self {
        Self { attribute: attribute.to_owned(), values: values.map(str::to_owned).to_vec() }
    }
}

/// An index of a backend.
#[derive(Clone, Debug)]
pub struct IndexEntry {
    /// Name of its entry.
    pub dn: String,
    /// The indexed attribute (`cn`).
    pub attribute: String,
    /// Values of `nsIndexType`, as read: `pres`, `eq`, `approx`, `sub`.
    pub types: Vec<String>,
    /// The whole entry, as read.
    pub raw: Vec<Values>,
}

/// A database of the server.
#[derive(Clone, Debug)]
pub struct Backend {
    /// Its name, such as `userRoot` (`cn`).
    pub name: String,
    /// Name of its entry below `cn=ldbm database,cn=plugins,cn=config`.
    pub dn: String,
    /// The suffix that it holds (`nsslapd-suffix`).
    pub suffix: Dn,
    /// Its indexes.
    pub indexes: Vec<IndexEntry>,
    /// Whether its entries can be changed (`nsslapd-readonly`).
    pub access: Access,
}

/// Whether the entries of a database can be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// They can.
    ReadWrite,
    /// They cannot.
    ReadOnly,
}

/// A node of the mapping tree, which says where a suffix is answered from.
#[derive(Clone, Debug)]
pub struct MappingNode {
    /// Name of its entry below `cn=mapping tree,cn=config`.
    pub dn: String,
    /// Its suffix.
    pub suffix: Dn,
    /// `nsslapd-state`, such as `backend` or `referral on update`.
    pub state: String,
    /// `nsslapd-backend`: the databases.
    pub backends: Vec<String>,
    /// `nsslapd-referral`: where updates go that are not taken here.
    pub referrals: Vec<String>,
}

/// How this instance takes part in the replication of a suffix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplicaRole {
    /// Takes updates from clients.
    Supplier,
    /// Passes on what it gets; takes no updates from clients.
    Hub,
    /// Takes no updates from clients.
    Consumer,
}

/// Replication of one suffix.
#[derive(Clone, Debug)]
pub struct Replica {
    /// The suffix (`nsDS5ReplicaRoot`).
    pub suffix: Dn,
    /// Role of this instance.
    pub role: ReplicaRole,
    /// Servers that this one gets updates from, where it says (referrals), as URLs or `host:port`.
    pub suppliers: Vec<String>,
    /// Servers that this one sends updates to (its agreements), as `host:port`.
    pub consumers: Vec<String>,
}

/// Our own note of an earlier run ([`crate::plan::marker`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    /// Values of its `description`, as read.
    pub descriptions: Vec<String>,
}

/// An entry of the data that detection looked for and found.
#[derive(Clone, Debug)]
pub struct ExistingEntry {
    /// Its name.
    pub dn: Dn,
}

/// What a server writes into files of different places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StorageKind {
    /// Its schema: `99user.ldif`.
    Schema,
    /// Its configuration: `dse.ldif`.
    Configuration,
    /// Its databases.
    Databases,
}

impl StorageKind {
    /// Returns into which file a change is written; nothing for an entry of a database, which has a log of its own.
    #[must_use]
    pub fn of(change: &DirectoryChange) -> Option<Self> {
        if change.is_of_schema() {
            Some(Self::Schema)
        } else {
            change.dn.to_ascii_lowercase().ends_with("cn=config").then_some(Self::Configuration)
        }
    }
}

/// A directory that a server writes into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoragePlace {
    /// What it holds.
    pub kind: StorageKind,
    /// Its path.
    pub path: String,
    /// Why the server cannot write there, as a part of a sentence; nothing where it can, or where that cannot be seen.
    pub refused: Option<String>,
    /// Free bytes of its file system; nothing where they cannot be seen.
    pub free: Option<u64>,
    /// Bytes of the file that is written anew with each change.
    pub size: u64,
}

/// Where a server keeps what it is told, as far as this machine sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Storage {
    /// Its files are not seen, and why.
    Unseen(String),
    /// They are.
    Seen(Vec<StoragePlace>),
}

impl Storage {
    /// Returns a place.
    #[must_use]
    pub fn place(&self, kind: StorageKind) -> Option<&StoragePlace> {
        match self {
            Self::Unseen(_) => None,
            Self::Seen(places) => places.iter().find(|place| place.kind == kind),
        }
    }

    /// Says why something is not stored in a place, as far as it is seen.
    #[must_use]
    pub fn why_not(&self, kind: StorageKind) -> String {
        let Some(place) = self.place(kind) else { return String::new() };
        match (&place.refused, place.free) {
            (Some(refused), _) => format!("The cause: {refused}."),
            (None, Some(free)) if free < place.size.saturating_add(1 << 20) => {
                format!("The cause: {} has {} KiB left.", place.path, free >> 10)
            }
            _ => "The server's error log names the cause.".to_owned(),
        }
    }
}

/// Everything that was read.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The server.
    pub server: Server,
    /// Its schema.
    pub subschema: Subschema,
    /// Its databases.
    pub backends: Vec<Backend>,
    /// Names that no new database can have: those of databases of every kind, and of what else the server keeps beside them.
    pub taken_names: Vec<String>,
    /// What every new database is indexed by (`cn=default indexes,cn=config,cn=ldbm database,cn=plugins,cn=config`).
    pub default_indexes: Vec<IndexEntry>,
    /// Its mapping tree.
    pub mapping_tree: Vec<MappingNode>,
    /// Those of the entries in [`crate::plan::entries_to_look_for`] that exist.
    pub entries: Vec<ExistingEntry>,
    /// Our note of the last run, if there was one.
    pub marker: Option<Marker>,
    /// Replicated suffixes.
    pub replicas: Vec<Replica>,
    /// Where the server keeps its files.
    pub storage: Storage,
}
