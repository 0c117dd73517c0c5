//! The rules of a profile file (docs/reference/outlook-connector.md section 6.4), for files of any origin.

use std::collections::BTreeMap;

use documents::windows_ini::{CodePage, FileEncoding};
use documents::{Document, Key, WindowsIni};

use crate::check::Finding;
use crate::configuration::decoded;

/// The types of properties that are met in published files.
const TYPES: [&str; 5] = ["PT_STRING8", "PT_UNICODE", "PT_LONG", "PT_BOOLEAN", "PT_DWORD"];
/// Services that may be there more than once.
const REPEATABLE: [&str; 3] = ["MSPST MS", "MSUPST MS", "EMABLT"];
/// Keys of a service or account that are no properties.
const OWN_KEYS: [&str; 2] = ["UniqueService", "OverwriteExistingService"];
/// Keys of a block that are no properties.
const BLOCK_KEYS: [&str; 4] = ["ServiceName", "SectionGUID", "AccountType", "MDBGUID"];

struct Profile<'d> {
    document: &'d WindowsIni,
    page: CodePage,
    found: Vec<Finding>,
}

/// Applies the rules to a file.
pub fn findings(bytes: &[u8], document: &WindowsIni, page: CodePage) -> Vec<Finding> {
    let mut profile = Profile { document, page, found: Vec::new() };
    profile.text(bytes);
    profile.general();
    profile.services();
    profile.accounts();
    profile.blocks();
    profile.found
}

impl Profile<'_> {
    fn error(&mut self, rule: &'static str, text: String) {
        self.found.push(Finding::error(rule, text));
    }

    fn warning(&mut self, rule: &'static str, text: String) {
        self.found.push(Finding::warning(rule, text));
    }

    fn get(&self, section: &str, key: &str) -> Option<String> {
        let bytes = |text: &str| self.page.encode(text).map_or_else(|| text.as_bytes().to_vec(), |b| b.into_owned());
        let key = Key { section: Some(bytes(section).into()), name: bytes(key).into() };
        self.shown(self.document.effective(&key)?.value.as_ref()?)
    }

    fn shown(&self, bytes: &[u8]) -> Option<String> {
        decoded(self.document, self.page, bytes).or_else(|| Some(bytes.escape_ascii().to_string()))
    }

    /// The keys and values of a section. Lines without `=` and lines that `'` opens are noise of templates.
    fn section(&self, name: &str) -> Vec<(String, String)> {
        let entries = self.document.entries().iter();
        let of = entries.filter(|entry| {
            entry
                .key
                .section
                .as_ref()
                .and_then(|section| self.shown(section))
                .is_some_and(|s| s.eq_ignore_ascii_case(name))
        });
        let pairs = of.filter_map(|entry| Some((self.shown(&entry.key.name)?, self.shown(entry.value.as_ref()?)?)));
        pairs.filter(|(key, _)| !key.starts_with('\'')).collect()
    }

    /// Rule 7.
    fn text(&mut self, bytes: &[u8]) {
        if bytes.starts_with(b"\xef\xbb\xbf") || self.document.encoding() == FileEncoding::Utf16 {
            self.error("text", "a profile file is text of the desktops' code page, without a mark".to_owned());
        } else if !bytes.is_ascii() && self.page == CodePage::SINGLE_BYTE {
            self.warning(
                "text",
                "there is text that is not ASCII: check it with --codepage, the one of the desktops".to_owned(),
            );
        }
        let is_crlf = |at: usize| at.checked_sub(1).and_then(|before| bytes.get(before)) == Some(&b'\r');
        if self.document.encoding() != FileEncoding::Utf16
            && bytes.iter().enumerate().any(|(at, byte)| *byte == b'\n' && !is_crlf(at))
        {
            self.warning("text", "lines of a profile file end in CRLF".to_owned());
        }
        for entry in self.document.entries() {
            let is_control = |byte: &u8| byte.is_ascii_control();
            if entry.value.as_ref().is_some_and(|value| value.iter().any(is_control)) {
                let text = format!("line {}: the value of {} holds a control character", entry.line, entry.key);
                self.found.push(Finding::error("text", text));
            }
        }
    }

    fn general(&mut self) {
        if self.get("General", "Custom").as_deref() != Some("1") {
            self.error("general", "[General] needs Custom=1".to_owned());
        }
        if self.get("General", "ProfileName").is_none_or(|name| name.is_empty()) {
            self.error("general", "[General] has no ProfileName".to_owned());
        }
        let overwrite = self.get("General", "OverwriteProfile").unwrap_or_default().to_ascii_lowercase();
        if !["", "yes", "no", "append"].contains(&overwrite.as_str()) {
            self.error("general", format!("OverwriteProfile={overwrite} is not one of Yes, No, Append"));
        }
        let default = self.get("General", "DefaultProfile").unwrap_or_default();
        if overwrite == "yes" && default.eq_ignore_ascii_case("no") {
            let text = "DefaultProfile=No together with OverwriteProfile=Yes is warned against";
            self.warning("general", text.to_owned());
        }
        if let Some(store) = self.get("General", "DefaultStore")
            && self.get("Service List", &store).is_none()
        {
            let text = format!(
                "DefaultStore={store} is no service of [Service List]; it is the name of a service, not a path"
            );
            self.error("general", text);
        }
    }

    fn services(&mut self) {
        let mut by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (service, block) in self.section("Service List") {
            let keys = self.section(&block);
            let name =
                keys.iter().find(|(key, _)| key.eq_ignore_ascii_case("ServiceName")).map(|(_, name)| name.clone());
            let has_guid = keys.iter().any(|(key, _)| key.eq_ignore_ascii_case("SectionGUID"));
            if name.is_none() && !has_guid {
                self.error("mapping", format!("{service}={block}: [{block}] has neither ServiceName nor SectionGUID"));
                continue;
            }
            self.mapped(&service, &block, &keys);
            let Some(name) = name else { continue };
            self.personal_folders(&service, &name);
            by_name.entry(name).or_default().push(service);
        }
        for (name, services) in by_name.into_iter().filter(|(_, services)| services.len() > 1) {
            if !REPEATABLE.contains(&name.as_str()) {
                self.error("unique", format!("{name} is there more than once ({}): it may not", services.join(", ")));
                continue;
            }
            for service in services {
                if !self.get(&service, "UniqueService").is_some_and(|value| is_no(&value)) {
                    self.error("unique", format!("[{service}] is one of several {name} and needs UniqueService=No"));
                }
            }
        }
    }

    /// Rules 5 and 6.
    fn personal_folders(&mut self, service: &str, name: &str) {
        if !name.ends_with("PST MS") {
            return;
        }
        for key in ["PathToPersonalFolders", "PathAndFilenameToPersonalFolders"] {
            let Some(path) = self.get(service, key) else { continue };
            let is_absolute = path.starts_with(r"\\") || path.get(1..3) == Some(":\\");
            if !is_absolute {
                self.error("folders", format!("[{service}] {key}={path} is no absolute path"));
            }
            if path.contains('%') {
                let text = format!("[{service}] {key}={path}: whether Outlook expands variables is not known");
                self.warning("variables", text);
            }
        }
        let encryption = self.get(service, "EncryptionType");
        if let Some(value) = encryption
            && name == "MSUPST MS"
            && number(&value) == Some(0x4000_0000)
        {
            let text = format!("[{service}] EncryptionType={value}: a Unicode .pst needs 0x50000000");
            self.warning("encryption", text);
        }
    }

    fn accounts(&mut self) {
        for (account, block) in self.section("Internet Account List") {
            let keys = self.section(&block);
            let kind =
                keys.iter().find(|(key, _)| key.eq_ignore_ascii_case("AccountType")).map(|(_, kind)| kind.as_str());
            if !kind.is_some_and(|kind| ["pop3", "pop", "imap"].contains(&kind.to_ascii_lowercase().as_str())) {
                self.error("mapping", format!("{account}={block}: [{block}] has no AccountType POP3 or IMAP"));
                continue;
            }
            self.mapped(&account, &block, &keys);
            for (key, _) in self.section(&account) {
                if documents::secrets::is_secret_key(&key) {
                    let text = format!(
                        "[{account}] {key}: there is no key for the password of a mail account, and none may be here"
                    );
                    self.error("passwords", text);
                }
            }
        }
    }

    /// Rules 2 and 9: each key of a service needs a mapping, and its value must be one of the type.
    fn mapped(&mut self, section: &str, block: &str, mappings: &[(String, String)]) {
        for (key, value) in self.section(section) {
            if OWN_KEYS.iter().any(|own| own.eq_ignore_ascii_case(&key)) {
                continue;
            }
            let Some((_, mapping)) = mappings.iter().find(|(name, _)| name.eq_ignore_ascii_case(&key)) else {
                let text =
                    format!("[{section}] {key}: [{block}] has no mapping for it, so Outlook drops it in silence");
                self.error("mapping", text);
                continue;
            };
            let kind = mapping.split(',').next().unwrap_or_default().trim().to_ascii_uppercase();
            let fits = match kind.as_str() {
                "PT_LONG" | "PT_DWORD" => number(&value).is_some() || is_no(&value) || is_yes(&value),
                "PT_BOOLEAN" => is_no(&value) || is_yes(&value),
                _ => true,
            };
            if !fits {
                let shown = if documents::secrets::is_secret_key(&key) { "<secret>" } else { value.as_str() };
                self.error("values", format!("[{section}] {key}={shown} does not fit its type {kind}"));
            }
        }
    }

    /// Rule 1, and that generations are not mixed.
    fn blocks(&mut self) {
        let services = ["Service List", "Internet Account List"].map(|list| self.section(list));
        let mut blocks: Vec<String> = services.into_iter().flatten().map(|(_, block)| block).collect();
        blocks.sort();
        blocks.dedup();
        for block in blocks {
            let mut types = Vec::new();
            for (key, mapping) in self.section(&block) {
                if BLOCK_KEYS.iter().any(|own| own.eq_ignore_ascii_case(&key)) {
                    continue;
                }
                let (kind, tag) = mapping.split_once(',').unwrap_or((mapping.as_str(), ""));
                let kind = kind.trim().to_ascii_uppercase();
                if !TYPES.contains(&kind.as_str()) {
                    self.error("types", format!("[{block}] {key}: {kind} is no type that profile files have"));
                }
                if !is_tag(tag) {
                    self.error(
                        "types",
                        format!("[{block}] {key}: `{}` is no tag of 4 or 8 hexadecimal digits", tag.trim()),
                    );
                }
                types.push(kind);
            }
            let has = |kind: &str| types.iter().any(|one| one == kind);
            if has("PT_DWORD") && has("PT_UNICODE") {
                let text = format!("[{block}] mixes the mappings of Outlook 2000 (PT_DWORD) with later ones");
                self.error("generations", text);
            }
        }
    }
}

fn is_yes(value: &str) -> bool {
    ["yes", "true", "1"].contains(&value.to_ascii_lowercase().as_str())
}

fn is_no(value: &str) -> bool {
    ["no", "false", "0"].contains(&value.to_ascii_lowercase().as_str())
}

/// Decimal, or hexadecimal behind `0x`.
fn number(value: &str) -> Option<u32> {
    let lower = value.trim().to_ascii_lowercase();
    match lower.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => lower.parse().ok(),
    }
}

/// Blanks behind the digits are noise of templates.
fn is_tag(tag: &str) -> bool {
    let lower = tag.trim().to_ascii_lowercase();
    let digits = lower.strip_prefix("0x").unwrap_or_default();
    matches!(digits.len(), 4 | 8) && digits.chars().all(|c| c.is_ascii_hexdigit())
}
