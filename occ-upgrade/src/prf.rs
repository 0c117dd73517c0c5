//! Outlook profile files (docs/reference/outlook-connector.md section 6): one for each user, for the part of a profile that Outlook
//! itself provides, which is IMAP, SMTP, LDAP and a local .pst. The vendor's own MAPI services are not published.
//!
//! A file is CRLF text of the desktops' code page, without a mark and without passwords; variables are expanded here, because
//! whether Outlook expands them is not known.

mod blocks;
pub mod generation;
pub mod rules;

use documents::windows_ini::CodePage;

use crate::cli::Preset;
use crate::configuration::Configuration;
use crate::error::Error;
use crate::schema::Setting;
use crate::users::User;

/// What is the same in all profiles of a site.
pub struct Template {
    page: CodePage,
    preset: Preset,
    profile_name: String,
    local_pst: Option<String>,
    mail: Server,
    smtp: Server,
    smtp_login: &'static str,
    directory: Option<Directory>,
    blocks: Vec<u8>,
}

struct Server {
    host: String,
    port: String,
    ssl: &'static str,
}

struct Directory {
    server: Server,
    base: String,
    user_dn: Option<String>,
}

impl Template {
    /// Takes the settings that profiles need.
    ///
    /// # Errors
    /// [`Error::Setting`].
    pub fn new(c: &Configuration, preset: Preset, page: CodePage) -> Result<Self, Error> {
        let server = |host: String, port, security| -> Result<Server, Error> {
            let ssl = if c.is(security, "SSL") { "1" } else { "0" };
            Ok(Server { host, port: c.checked_or_default(port)?, ssl })
        };
        let mail_host = c.required(Setting::MailHost)?;
        let smtp_host = c.checked_or_default(Setting::SmtpHost)?;
        let smtp_host = if smtp_host.is_empty() { mail_host.clone() } else { smtp_host };
        let mail = server(mail_host, Setting::MailPort, Setting::MailSecurity)?;
        let smtp = server(smtp_host, Setting::SmtpPort, Setting::SmtpSecurity)?;
        let ldap_host = c.checked_or_default(Setting::LdapHost)?;
        let directory = if ldap_host.is_empty() {
            None
        } else {
            let user_dn = match c.is(Setting::RequireLogin, "Yes") {
                false => None,
                true => {
                    let pattern = c.required(Setting::UserDn)?;
                    if pattern.matches("%s").count() != 1 {
                        return Err(Error::setting(&c.path, "`User DN pattern` must hold %s exactly once"));
                    }
                    Some(pattern)
                }
            };
            let server = server(ldap_host, Setting::LdapPort, Setting::LdapSecurity)?;
            Some(Directory { server, base: c.required(Setting::SearchBase)?, user_dn })
        };
        let local_pst = c.checked_or_default(Setting::LocalPst)?;
        let local_pst = Some(local_pst).filter(|path| !path.is_empty());
        let blocks = blocks::of(local_pst.is_some(), directory.is_some()).into_bytes();
        let profile_name = c.checked_or_default(Setting::ProfileName)?;
        let smtp_login = if c.is(Setting::SmtpLogin, "Yes") { "1" } else { "0" };
        Ok(Self { page, preset, profile_name, local_pst, mail, smtp, smtp_login, directory, blocks })
    }

    /// Returns the profile file of a user.
    ///
    /// # Errors
    /// What cannot be written for this user.
    pub fn profile(&self, user: &User) -> Result<Vec<u8>, String> {
        let mut file = Text { page: self.page, bytes: Vec::with_capacity(self.blocks.len().saturating_add(2048)) };
        file.section("General");
        file.set("Custom", "1")?;
        file.set("ProfileName", &user.expanded(&self.profile_name)?)?;
        for (key, value) in preset(self.preset) {
            file.set(key, value)?;
        }
        // Where mail is delivered is a service, not a path.
        if self.local_pst.is_some() {
            file.set("DefaultStore", "Service2")?;
        }
        file.section("Service List");
        file.set("Service1", blocks::ADDRESS_BOOK)?;
        let mut number = 1;
        if self.local_pst.is_some() {
            number += 1;
            file.set(&format!("Service{number}"), blocks::PERSONAL_FOLDERS)?;
        }
        if self.directory.is_some() {
            number += 1;
            file.set(&format!("Service{number}"), blocks::DIRECTORY)?;
        }
        file.section("Internet Account List");
        file.set("Account1", blocks::IMAP)?;
        self.services(&mut file, user)?;
        self.account(&mut file, user)?;
        file.bytes.extend_from_slice(b"\r\n");
        file.bytes.extend_from_slice(&self.blocks);
        Ok(file.bytes)
    }

    fn services(&self, file: &mut Text, user: &User) -> Result<(), String> {
        file.section("Service1");
        file.set("UniqueService", "Yes")?;
        file.set("OverwriteExistingService", "No")?;
        let mut number = 1;
        if let Some(path) = &self.local_pst {
            number += 1;
            file.section(&format!("Service{number}"));
            file.set("UniqueService", "No")?;
            file.set("OverwriteExistingService", "No")?;
            file.set("Name", "Local Folders")?;
            file.set("PathToPersonalFolders", &user.expanded(path)?)?;
            // The value that Unicode files need.
            file.set("EncryptionType", "0x50000000")?;
        }
        if let Some(directory) = &self.directory {
            number += 1;
            file.section(&format!("Service{number}"));
            file.set("UniqueService", "No")?;
            file.set("OverwriteExistingService", "No")?;
            file.set("DisplayName", "Global Address List (LDAP)")?;
            file.set("ServerName", &directory.server.host)?;
            file.set("ConnectionPort", &directory.server.port)?;
            if let Some(pattern) = &directory.user_dn {
                file.set("UserName", &pattern.replace("%s", &escaped_for_dn(user.uid())))?;
            }
            file.set("SearchBase", &directory.base)?;
            file.set("SearchTimeout", "60")?;
            file.set("MaxEntriesReturned", "100")?;
            file.set("UseSSL", if directory.server.ssl == "1" { "TRUE" } else { "FALSE" })?;
            file.set("UseSPA", "FALSE")?;
            file.set("EnableBrowsing", "TRUE")?;
        }
        Ok(())
    }

    fn account(&self, file: &mut Text, user: &User) -> Result<(), String> {
        file.section("Account1");
        file.set("UniqueService", "No")?;
        file.set("AccountName", user.mail())?;
        file.set("DisplayName", user.name())?;
        file.set("EmailAddress", user.mail())?;
        file.set("IMAPServer", &self.mail.host)?;
        file.set("IMAPUserName", user.uid())?;
        file.set("IMAPPort", &self.mail.port)?;
        file.set("IMAPUseSSL", self.mail.ssl)?;
        file.set("IMAPUseSPA", "0")?;
        file.set("SMTPServer", &self.smtp.host)?;
        file.set("SMTPPort", &self.smtp.port)?;
        file.set("SMTPUseSSL", self.smtp.ssl)?;
        file.set("SMTPUseAuth", self.smtp_login)?;
        // The login of IMAP.
        file.set("SMTPAuthMethod", "0")
    }
}

fn preset(preset: Preset) -> [(&'static str, &'static str); 4] {
    let (overwrite, default) = match preset {
        Preset::Keep => ("No", "No"),
        Preset::Update => ("Append", "No"),
        // `No` together with OverwriteProfile=Yes is warned against.
        Preset::Replace => ("Yes", "Yes"),
    };
    [
        ("DefaultProfile", default),
        ("OverwriteProfile", overwrite),
        ("ModifyDefaultProfileIfPresent", "FALSE"),
        ("BackupProfile", "No"),
    ]
}

/// Escapes what RFC 4514 section 2.4 wants escaped in a value.
fn escaped_for_dn(value: &str) -> String {
    let mut out = String::new();
    for (at, c) in value.char_indices() {
        let is_edge = (at == 0 && matches!(c, ' ' | '#')) || (at.saturating_add(1) == value.len() && c == ' ');
        if is_edge || matches!(c, '"' | '+' | ',' | ';' | '<' | '>' | '\\' | '=') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

struct Text {
    page: CodePage,
    bytes: Vec<u8>,
}

impl Text {
    fn section(&mut self, name: &str) {
        if !self.bytes.is_empty() {
            self.bytes.extend_from_slice(b"\r\n");
        }
        self.bytes.extend_from_slice(format!("[{name}]\r\n").as_bytes());
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        if value.chars().any(char::is_control) {
            return Err(format!("{key}: the value holds a control character"));
        }
        let encoded = self.page.encode(value).ok_or_else(|| {
            format!("{key}: `{value}` has a character that the desktops' code page lacks; name another with --target-codepage")
        })?;
        self.bytes.extend_from_slice(key.as_bytes());
        self.bytes.push(b'=');
        // Windows takes away outer blanks, and one pair of equal marks.
        let has_pair = |mark| value.len() > 1 && value.starts_with(mark) && value.ends_with(mark);
        let plain = value.trim_matches([' ', '\t']) == value && !has_pair('"') && !has_pair('\'');
        let mark: &[u8] = if plain { b"" } else { b"\"" };
        self.bytes.extend_from_slice(mark);
        self.bytes.extend_from_slice(&encoded);
        self.bytes.extend_from_slice(mark);
        self.bytes.extend_from_slice(b"\r\n");
        Ok(())
    }
}
