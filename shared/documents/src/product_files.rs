//! Which configuration files the products of the suite have: their dialects, what each is compared with, and what is special
//! about merging them.
//!
//! [`FILES`] is the one table, checked by hand against `reference/`: a row per file or kind of file, the first that fits
//! counts. Paths are as reports show them: below the configuration directory (Communications Express: below `WEB-INF`; Instant
//! Messaging: `INSTANCE/config/...` below `/etc/opt/SUNWiim`, and `html/...` below the server root).

pub mod listed;

use std::borrow::Cow;

use crate::Dialect;
use crate::merge::{Additions, Carrier, Obsolete, RootMove, Rules, Shipped};
use crate::windows_ini::CodePage;

pub use Product::{
    Calendar, CommunicationsExpress, DelegatedAdministrator, InstantMessaging, Messaging, OutlookConnector,
};

/// A product of the suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Product {
    /// Messaging Server.
    Messaging,
    /// Instant Messaging.
    InstantMessaging,
    /// Communications Express.
    CommunicationsExpress,
    /// Calendar Server.
    Calendar,
    /// Delegated Administrator.
    DelegatedAdministrator,
    /// Connector for Microsoft Outlook.
    OutlookConnector,
}

/// What one file, or one kind of file, is.
#[derive(Clone, Copy, Debug)]
pub struct ProductFile {
    /// The product.
    pub product: Product,
    /// Its path. `*` is any part of a name, `**` any number of directories.
    pub path: &'static str,
    /// Its dialect.
    pub dialect: Dialect,
    /// What the site's file is compared with.
    pub stock: Stock,
    /// What is special about merging it.
    pub merging: Merging,
    /// Whether files of the site's own are part of the configuration.
    pub own: Own,
    /// Where this is written.
    pub source: &'static str,
}

/// What a site's file is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stock {
    /// The shipped file of the same path.
    SamePath,
    /// Another shipped file.
    At(&'static str),
    /// A proxy's `X.cfg` with the shipped `X-def.cfg`.
    Template,
    /// That of an instance with the same file of the default instance.
    DefaultInstance,
    /// The shipped file of the same path; where there is none, that of a hosted domain (`domain/NAME/...`) with `domain/...`.
    Domain,
}

/// What is special about merging a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merging {
    /// Nothing.
    Usual,
    /// It holds overrides only: keys that the site does not set are not looked at.
    Overrides,
    /// A site may add to it, but not change or delete what is shipped.
    ShippedStands,
    /// The result is the new file with edits, and what is obsolete is only reported; the guide says so.
    IntoNew,
    /// Both of the last two.
    IntoNewShippedStands,
}

/// Whether files of the site's own, which no release ships, are part of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Own {
    /// Only where a listed file includes or names them.
    No,
    /// They are.
    Yes,
    /// They are where a file of the same name is shipped for another language.
    SameName,
}

impl Product {
    /// Returns what a file is; nothing where it is no part of the product's configuration.
    pub fn file(self, path: &str) -> Option<&'static ProductFile> {
        // File names of Windows are told apart by case nowhere.
        let folded = if self == OutlookConnector { Cow::Owned(path.to_ascii_lowercase()) } else { Cow::Borrowed(path) };
        FILES.iter().find(|file| file.product == self && fits(file.path, &folded))
    }
}

impl Dialect {
    /// Returns the dialect of a product's file; nothing where the file is no part of the configuration.
    ///
    /// A file that another one includes has the dialect that [`Dialect::of_included`] returns, where its own path does not tell.
    pub fn of(product: Product, path: &str) -> Option<Self> {
        product.file(path).map(|file| file.dialect)
    }
}

impl ProductFile {
    /// Returns the path of the shipped file that a site's file of this kind is compared with, which need not be there.
    pub fn stock_of<'p>(&self, path: &'p str, is_shipped: impl Fn(&str) -> bool) -> Cow<'p, str> {
        let rest = |prefix: &str| path.strip_prefix(prefix).and_then(|rest| rest.split_once('/')).map(|(_, rest)| rest);
        let other = match self.stock {
            Stock::SamePath => None,
            Stock::At(other) => Some(other.to_owned()),
            Stock::Template => path.strip_suffix(".cfg").map(|name| format!("{name}-def.cfg")),
            Stock::DefaultInstance => rest("").map(|rest| format!("default/{rest}")),
            Stock::Domain if is_shipped(path) => None,
            Stock::Domain => rest("domain/").map(|rest| format!("domain/{rest}")).filter(|other| is_shipped(other)),
        };
        other.map_or(Cow::Borrowed(path), Cow::Owned)
    }

    /// Returns the rules of its merge.
    pub fn rules(&self, roots: &[RootMove], resolutions: &[String]) -> Rules {
        let is_into_new = matches!(self.merging, Merging::IntoNew | Merging::IntoNewShippedStands);
        let stands = matches!(self.merging, Merging::ShippedStands | Merging::IntoNewShippedStands);
        Rules {
            carrier: if is_into_new { Carrier::New } else { Carrier::Site },
            obsolete: if is_into_new { Obsolete::OnlyReport } else { Obsolete::Keep },
            shipped: if stands { Shipped::Stands } else { Shipped::Mergeable },
            additions: if self.merging == Merging::Overrides { Additions::Leave } else { Additions::Take },
            roots: roots.to_vec(),
            lists: if self.product == DelegatedAdministrator { vec![NUMBERED_LIST.to_vec()] } else { Vec::new() },
            resolutions: resolutions.to_vec(),
        }
    }
}

/// The numbered list of Delegated Administrator: `reference/delegated-administrator.md` section 5.1.
const NUMBERED_LIST: &[u8] = b"loginAuth-idAttr-";

/// Returns whether a path fits a pattern.
fn fits(pattern: &str, path: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('/') else { return !path.contains('/') && name_fits(pattern, path) };
    if first == "**" {
        return fits(rest, path) || path.split_once('/').is_some_and(|(_, path)| fits(pattern, path));
    }
    path.split_once('/').is_some_and(|(name, path)| name_fits(first, name) && fits(rest, path))
}

fn name_fits(pattern: &str, name: &str) -> bool {
    let Some((before, behind)) = pattern.split_once('*') else { return pattern == name };
    let Some(rest) = name.strip_prefix(before) else { return false };
    (0..=rest.len()).any(|at| rest.get(at..).is_some_and(|rest| name_fits(behind, rest)))
}

const fn file(product: Product, path: &'static str, dialect: Dialect, source: &'static str) -> ProductFile {
    ProductFile { product, path, dialect, stock: Stock::SamePath, merging: Merging::Usual, own: Own::No, source }
}

const fn key_store(product: Product, path: &'static str, source: &'static str) -> ProductFile {
    ProductFile { own: Own::Yes, ..file(product, path, Dialect::Binary, source) }
}

const fn messaging(path: &'static str, dialect: Dialect) -> ProductFile {
    file(Messaging, path, dialect, "messaging.md section 3.2")
}

const fn instance(path: &'static str, dialect: Dialect) -> ProductFile {
    let source = "instant-messaging.md section 5";
    ProductFile { stock: Stock::DefaultInstance, ..file(InstantMessaging, path, dialect, source) }
}

const fn html(path: &'static str, dialect: Dialect) -> ProductFile {
    ProductFile {
        own: Own::SameName,
        ..file(InstantMessaging, path, dialect, "instant-messaging.md sections 4 and 11")
    }
}

const fn web(path: &'static str, dialect: Dialect) -> ProductFile {
    let source = "communications-express.md sections 4, 5 and 7";
    ProductFile { stock: Stock::Domain, own: Own::Yes, ..file(CommunicationsExpress, path, dialect, source) }
}

const fn console(path: &'static str, merging: Merging) -> ProductFile {
    let source = "delegated-administrator.md section 3";
    ProductFile { merging, ..file(DelegatedAdministrator, path, Dialect::Properties, source) }
}

const WINDOWS: Dialect = Dialect::WindowsIni(CodePage::SINGLE_BYTE);

/// The files of all products.
pub const FILES: [ProductFile; 55] = [
    ProductFile {
        stock: Stock::At("msg.conf.defaults"),
        merging: Merging::Overrides,
        ..messaging("msg.conf", Dialect::OptionValues)
    },
    messaging("msg.conf.defaults", Dialect::OptionValues),
    messaging("local.conf", Dialect::OptionValues),
    messaging("imta_tailor", Dialect::OptionValues),
    messaging("option.dat", Dialect::OptionValues),
    messaging("*_option", Dialect::OptionValues),
    messaging("backup-groups.conf", Dialect::OptionValues),
    messaging("imta.cnf", Dialect::ImtaCnf),
    messaging("*.rules", Dialect::ImtaRules),
    messaging("mappings", Dialect::Mappings),
    messaging("aliases", Dialect::Aliases),
    messaging("dispatcher.cnf", Dialect::Sectioned),
    messaging("job_controller.cnf", Dialect::Sectioned),
    // What a line of `conversions` means is only recalled, so the file is decided as a whole.
    messaging("conversions", Dialect::Text),
    ProductFile { merging: Merging::ShippedStands, ..messaging("*-def.cfg", Dialect::Proxy) },
    ProductFile { stock: Stock::Template, ..messaging("*.cfg", Dialect::Proxy) },
    messaging("certmap.conf", Dialect::Certmap),
    messaging("sslpassword.conf", Dialect::SslPassword),
    key_store(Messaging, "cert*.db", "messaging.md section 3.2"),
    key_store(Messaging, "key*.db", "messaging.md section 3.2"),
    key_store(Messaging, "secmod.db", "messaging.md section 3.2"),
    // Header option files, look-up tables, and what is not known.
    messaging("*", Dialect::Text),
    messaging("**/*", Dialect::Text),
    instance("*/config/iim.conf", Dialect::Iim),
    instance("*/config/httpbind.conf", Dialect::Httpbind),
    // Its syntax is not documented. It is read as the files beside it are.
    instance("*/config/redirect.partitions", Dialect::Iim),
    instance("*/config/sslpassword.conf", Dialect::SslPassword),
    instance("*/config/acls/*.acl", Dialect::Acl),
    instance("*/config/*.properties", Dialect::Properties),
    key_store(InstantMessaging, "*/config/*.jks", "instant-messaging.md section 5"),
    key_store(InstantMessaging, "*/config/*cert*.db", "instant-messaging.md section 5"),
    key_store(InstantMessaging, "*/config/*key*.db", "instant-messaging.md section 5"),
    key_store(InstantMessaging, "*/config/secmod.db", "instant-messaging.md section 5"),
    html("html/*.jnlp", Dialect::Xml),
    html("html/*/*.jnlp", Dialect::Xml),
    html("html/**/*", Dialect::Text),
    instance("*/config/**/*", Dialect::Text),
    web("config/**/*.properties", Dialect::PropertiesDisabled),
    web("domain/**/*.properties", Dialect::PropertiesDisabled),
    web("skin/**/*.properties", Dialect::PropertiesDisabled),
    web("domain/**/defaultps.xml", Dialect::AddressBooks),
    web("config/**/*.xml", Dialect::Xml),
    web("domain/**/*.xml", Dialect::Xml),
    web("skin/**/*.xml", Dialect::Xml),
    ProductFile { own: Own::No, ..web("config/**/*", Dialect::Text) },
    ProductFile { own: Own::No, ..web("domain/**/*", Dialect::Text) },
    ProductFile { own: Own::No, ..web("skin/**/*", Dialect::Text) },
    file(Calendar, "ics.conf", Dialect::Ics, "calendar.md section 3.6"),
    console("Security.properties", Merging::IntoNewShippedStands),
    console("*.properties", Merging::IntoNew),
    file(OutlookConnector, "*.ini", WINDOWS, "outlook-connector.md sections 3 and 7"),
    file(OutlookConnector, "*.prf", WINDOWS, "outlook-connector.md sections 6 and 7"),
    file(OutlookConnector, "**/*.ini", WINDOWS, "outlook-connector.md sections 3 and 7"),
    file(OutlookConnector, "**/*.prf", WINDOWS, "outlook-connector.md sections 6 and 7"),
    file(OutlookConnector, "**/*", Dialect::Text, "outlook-connector.md section 4"),
];
