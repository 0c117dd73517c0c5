//! What the administrator chose: the answers to the prompts, or the options of a silent run, with one meaning.

use ldif::Dn;

/// An answer to a yes/no question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// `yes`
    Yes,
    /// `no`
    No,
}

/// How users and domains are laid out in the directory (`-t`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum SchemaType {
    /// `1`: Sun LDAP Schema 1, with a domain component tree.
    #[serde(rename = "1")]
    One,
    /// `1.5`: Schema 2 in compatibility mode, which keeps the domain component tree.
    #[serde(rename = "1.5")]
    OneAndHalf,
    /// `2`: Schema 2 in native mode, without that tree.
    #[serde(rename = "2")]
    Two,
}

impl SchemaType {
    /// Returns whether there is a domain component tree.
    #[must_use]
    pub fn has_dc_tree(self) -> bool {
        self != Self::Two
    }
}

/// What the directory instance holds (`-b`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// `yes`: users and groups (and configuration).
    UsersAndGroups,
    /// `no`: configuration only; it gets the schema, no indexes and no suffixes.
    ConfigurationOnly,
}

/// What becomes of an element whose object identifier was never published and that neither the server nor `-S` knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnpublishedOids {
    /// It is left out, and classes go in without it.
    LeaveOut,
    /// `--with-placeholder-oids`: it goes in as `name-oid`, which Sun's directories and 389 DS accept.
    Placeholder,
}

/// What becomes of calendar classes that the server has under the identifiers of old releases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OldIcsOids {
    /// They stay, and are reported.
    Keep,
    /// `--migrate-ics-oids`: the old definition goes, the new one comes, in one modification.
    Migrate,
}

/// A file of the directory that `-S` names, as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteFile {
    /// Its path, for messages.
    pub path: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// Everything that was chosen.
#[derive(Clone, Debug)]
pub struct Choices {
    /// `-s`: update the schema?
    pub schema: Answer,
    /// `-i`: configure indexes?
    pub indexes: Answer,
    /// `-R`: build the changed indexes now?
    pub reindex: Answer,
    /// `-b`
    pub holds: Holds,
    /// `-t`
    pub schema_type: SchemaType,
    /// `-r`: the root of the domain component tree; not looked at with `-t 2`.
    pub dc_suffix: Dn,
    /// `-u`: the root of users and groups.
    pub user_suffix: Dn,
    /// `-m`: change the directory without asking? Does not change the plan.
    pub modify: Answer,
    /// `-c` and `-d`: where the instance lies, for messages and the generated script.
    pub instance: Option<String>,
    /// `-D`: who changes the directory. The password is not a part of this.
    pub bind_dn: String,
    /// `-S`: the site's own copies of the vendor's schema files, in the order of their names.
    pub site_schema: Vec<SiteFile>,
    /// `--with-placeholder-oids`
    pub unpublished_oids: UnpublishedOids,
    /// `--migrate-ics-oids`
    pub old_ics_oids: OldIcsOids,
}
