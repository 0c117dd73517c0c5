//! Our own configuration file: a Windows ini file whose sections are the documented tabs and whose keys are their labels.
//!
//! docs/reference/outlook-connector.md section 2.2 has the labels. What no document names (hosts, ports, folders, who runs the
//! package) is ours; COMPATIBILITY.md lists it. The file is written and read with rust-ini, escapes and quotes off, and what
//! rust-ini reads is compared with what Windows reads: where they differ the file is refused.

mod read;
mod write;

pub use read::values;
pub use write::file;

/// The section that says whose file it is.
pub const SECTION: &str = "occ-upgrade";
/// The version of the schema, in that section.
pub const VERSION_KEY: &str = "Schema version";
/// The only version.
pub const VERSION: &str = "1";

/// What a setting may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// One of these words; case does not count.
    OneOf(&'static [&'static str]),
    /// A number of megabytes.
    Megabytes,
    /// A port.
    Port,
    /// A host name or address.
    Host,
    /// A distinguished name.
    Dn,
    /// An LDAP filter.
    Filter,
    /// The name of an attribute.
    Attribute,
    /// A directory of Windows.
    Folder,
}

const YES_NO: Kind = Kind::OneOf(&["Yes", "No"]);
const SECURITY: Kind = Kind::OneOf(&["None", "SSL"]);

macro_rules! settings {
    ($($name:ident, $id:literal, $section:literal, $key:literal, $kind:expr, $default:literal, $doc:literal;)*) => {
        /// A setting of a configuration.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Setting {
            $(#[doc = $doc] $name,)*
        }

        impl Setting {
            /// All of them, in the order of the file.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Returns the name in maps and answers.
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// Returns the section in our own file: the tab.
            pub fn section(self) -> &'static str {
                match self { $(Self::$name => $section,)* }
            }

            /// Returns the key in our own file: the label.
            pub fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)* }
            }

            /// Returns what it may be.
            pub fn kind(self) -> Kind {
                match self { $(Self::$name => $kind,)* }
            }

            /// Returns the default; empty where there is none.
            pub fn default(self) -> &'static str {
                match self { $(Self::$name => $default,)* }
            }

            /// Returns what it is, in one sentence.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => $doc,)* }
            }
        }
    };
}

settings! {
    Connector, "connector", "occ-upgrade", "Connector version", Kind::OneOf(&["7.1", "7.2", "7.3"]), "7.3", "The release of Connector that the file is for.";
    CodePage, "codepage", "occ-upgrade", "Code page", Kind::Text, "", "The ANSI code page of the file and of the desktops; nothing for ASCII and UTF-16LE.";
    UserMode, "user-mode", "Processes", "User mode", Kind::OneOf(&["Silent", "Interactive"]), "Interactive", "Whether the user is asked.";
    Install, "install", "Processes", "Install or upgrade Sun Java System Connector for Microsoft Outlook", YES_NO, "Yes", "Whether the software is installed or upgraded.";
    Profiles, "profiles", "Processes", "Create/convert/upgrade user profile", YES_NO, "Yes", "Whether user profiles are made, converted or upgraded.";
    LogFolder, "log-folder", "Processes", "Log folder", Kind::Folder, "", "Where the logs go.";
    KitFolder, "kit-folder", "Processes", "Connector kit folder", Kind::Folder, "", "Where the install kit of Connector is.";
    PublishingFolder, "publishing-folder", "Processes", "Web Publishing Wizard kit folder", Kind::Folder, "", "Where the kit of the Microsoft Web Publishing Wizard is.";
    Delivery, "delivery", "Processes", "Delivery", Kind::OneOf(&["User", "Push"]), "User", "Whether users run the package, or it is pushed to the desktops.";
    MayInstall, "users-may-install", "Processes", "Users may install software", YES_NO, "Yes", "Whether users have the right to install software.";
    ProfileSettings, "profile-settings", "User Profiles", "User profile settings", Kind::OneOf(&["Convert or upgrade", "Create new"]), "Convert or upgrade", "Whether existing profiles are converted or new ones are made.";
    ProfileName, "profile-name", "User Profiles", "Profile name", Kind::Text, "Sun Java System Connector", "The name of a new profile.";
    SavePassword, "save-password", "User Profiles", "Save profile user password during configuration", YES_NO, "No", "Whether the wizard saves the user's password.";
    PstSize, "pst-size", "User .psts", "Size for new Sun Java System Connector .pst (MB)", Kind::Megabytes, "", "Disk space that the new .pst needs; nothing for the program's default.";
    MigrateContacts, "migrate-contacts", "User .psts", "Migrate Exchange server Contacts to Sun Java System Address Book Server", YES_NO, "Yes", "Whether contacts of Exchange are migrated.";
    UpdateAddresses, "update-addresses", "User .psts", "Update ALL addresses to SMTP format", YES_NO, "Yes", "Whether every address in .pst files is rewritten.";
    ConvertBelow, "convert-below", "User .psts", "By default, automatically convert a .pst if file is smaller than (MB)", Kind::Megabytes, "", "The size from which a .pst is not converted without a question.";
    MinimizeAbove, "minimize-above", "User .psts", "Auto-minimize setup wizard and convert .psts in the background, if total size of all .psts exceeds (MB)", Kind::Megabytes, "", "The total size from which the wizard works in the background.";
    MailHost, "mail-host", "Servers", "Mail server", Kind::Host, "", "Host of the IMAP server.";
    MailPort, "mail-port", "Servers", "IMAP port", Kind::Port, "143", "Port of the IMAP server.";
    MailSecurity, "mail-security", "Servers", "IMAP security", SECURITY, "None", "Whether IMAP uses SSL.";
    SmtpHost, "smtp-host", "Servers", "SMTP server", Kind::Host, "", "Host of the SMTP server; nothing for that of IMAP.";
    SmtpPort, "smtp-port", "Servers", "SMTP port", Kind::Port, "25", "Port of the SMTP server.";
    SmtpSecurity, "smtp-security", "Servers", "SMTP security", SECURITY, "None", "Whether SMTP uses SSL.";
    SmtpLogin, "smtp-login", "Servers", "SMTP requires login", YES_NO, "No", "Whether SMTP requires a login.";
    CalendarHost, "calendar-host", "Servers", "Calendar server", Kind::Host, "", "Host of the calendar server.";
    CalendarPort, "calendar-port", "Servers", "Calendar port", Kind::Port, "80", "Port of the calendar server.";
    BookHost, "address-book-host", "Servers", "Address Book Server", Kind::Host, "", "Host of the address book server.";
    BookPort, "address-book-port", "Servers", "Address Book Server port", Kind::Port, "80", "Port of the address book server.";
    LdapHost, "ldap-host", "LDAP", "LDAP server", Kind::Host, "", "Host of the directory server.";
    LdapPort, "ldap-port", "LDAP", "LDAP port", Kind::Port, "389", "Port of the directory server.";
    LdapSecurity, "ldap-security", "LDAP", "LDAP security", SECURITY, "None", "Whether LDAP uses SSL.";
    SearchBase, "search-base", "LDAP", "Search base (root of LDAP directory)", Kind::Dn, "", "The entry below which users are searched. There is no default.";
    VlvFilter, "vlv-filter", "LDAP", "VLV Search filter", Kind::Filter, "(&(mail=*)(cn=*))", "The filter of the browsing index.";
    VlvSort, "vlv-sort", "LDAP", "VLV sort attribute", Kind::Attribute, "cn", "The attribute that the browsing index is sorted by.";
    VlvScope, "vlv-scope", "LDAP", "VLV search scope", Kind::OneOf(&["Base", "One level", "Subtree"]), "Subtree", "The scope of the browsing index.";
    AdvancedFilter, "advanced-filter", "LDAP", "Advanced search filter", Kind::Text, "", "Which fields a search of the Global Address List uses.";
    RequireLogin, "require-authentication", "LDAP", "Require authentication", YES_NO, "No", "Whether the directory requires a login.";
    UserDn, "user-dn-pattern", "LDAP", "User DN pattern", Kind::Text, "", "The name of a user's entry, with %s for the login name.";
    Database, "ldap-database", "LDAP", "Database of the directory server", Kind::Text, "userRoot", "The database that holds the search base: userRoot, or isp for DSEE 6.";
    LocalPst, "local-pst", "Profile files", "Local .pst", Kind::Text, "", "Path of the local .pst of a profile file; nothing for none.";
}

impl Setting {
    /// Returns the setting of that name in maps and answers.
    pub fn of_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|setting| setting.id().eq_ignore_ascii_case(id))
    }

    /// Returns the value as this setting spells it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn checked(self, value: &str) -> Result<String, String> {
        if let Some(bad) = value.chars().find(|c| c.is_control()) {
            let what = if matches!(bad, '\r' | '\n') { "a line end" } else { "a control character" };
            return Err(format!("{}: the value holds {what}", self.id()));
        }
        if value.is_empty() {
            return Ok(String::new());
        }
        let wrong = |what: &str| Err(format!("{}: `{value}` is {what}", self.id()));
        match self.kind() {
            Kind::Text | Kind::Folder => {}
            Kind::OneOf(words) => {
                let Some(word) = words.iter().find(|word| word.eq_ignore_ascii_case(value)) else {
                    return wrong(&format!("not one of {}", words.join(", ")));
                };
                return Ok((*word).to_owned());
            }
            Kind::Megabytes => {
                if value.parse::<u32>().is_err() {
                    return wrong("no number of megabytes");
                }
            }
            Kind::Port => {
                if !value.parse::<u16>().is_ok_and(|port| port > 0) {
                    return wrong("no port (1 to 65535)");
                }
            }
            Kind::Host => {
                let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']' | '_');
                if !value.chars().all(is_host) || value.len() > 253 {
                    return wrong("no host name or address");
                }
            }
            Kind::Dn => {
                if let Err(error) = ldif::Dn::parse(value) {
                    return Err(format!("{}: {error}", self.id()));
                }
            }
            Kind::Filter => {
                if let Err(error) = crate::filter::Filter::parse(value) {
                    return Err(format!("{}: `{value}` is no LDAP filter: {error}", self.id()));
                }
            }
            Kind::Attribute => {
                let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | ';' | '.');
                if !value.chars().all(is_name) {
                    return wrong("no attribute name");
                }
            }
        }
        Ok(value.to_owned())
    }
}
