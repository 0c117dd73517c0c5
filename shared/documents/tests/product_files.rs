//! The table of the products' files, and which of them a merge is about.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use documents::Dialect;
use documents::product_files::listed::{Names, Tree, listed};
use documents::product_files::{
    Calendar, CommunicationsExpress, DelegatedAdministrator, FILES, InstantMessaging, Messaging, OutlookConnector,
    Product,
};

#[test]
fn no_row_of_the_table_is_hidden_by_one_above_it() {
    for file in &FILES {
        let sample = file.path.replace("**/", "deep/er/").replace('*', "some");
        let found = file.product.file(&sample).unwrap();
        assert_eq!((found.path, found.product), (file.path, file.product), "{sample}");
    }
}

#[test]
fn every_row_of_the_table_has_a_source_that_is_there() {
    let sheets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference");
    for file in &FILES {
        let (sheet, sections) = file.source.split_once(" section").unwrap();
        let text = fs::read_to_string(sheets.join(sheet)).unwrap();
        let numbers = sections
            .trim_start_matches('s')
            .split([' ', ','])
            .filter(|word| word.starts_with(|c: char| c.is_ascii_digit()));
        for number in numbers {
            let is_heading = |line: &str| {
                let title = line.trim_start_matches('#');
                line.starts_with('#')
                    && title.trim_start().split([' ', '.']).next() == number.split('.').next()
                    && title.trim_start().starts_with(number)
            };
            assert!(text.lines().any(is_heading), "{}: {}", file.path, file.source);
        }
    }
}

#[test]
fn a_file_has_the_dialect_of_the_first_row_that_fits() {
    for (product, path, dialect) in [
        (Messaging, "tcp_lmtpcs_option", Some(Dialect::OptionValues)),
        (Messaging, "ImapProxyAService.cfg", Some(Dialect::Proxy)),
        (Messaging, "conversions", Some(Dialect::Text)),
        (Messaging, "cert7.db", Some(Dialect::Binary)),
        (Messaging, "tcp_local_headers.opt", Some(Dialect::Text)),
        (InstantMessaging, "sales/config/iim.conf", Some(Dialect::Iim)),
        (InstantMessaging, "sales/config/acls/own.acl", Some(Dialect::Acl)),
        (InstantMessaging, "sales/config/slapd-cert7.db", Some(Dialect::Binary)),
        (InstantMessaging, "sales/imadmin", None),
        (InstantMessaging, "html/fr_FR/im.jnlp", Some(Dialect::Xml)),
        (InstantMessaging, "html/im.jnlp.template", Some(Dialect::Text)),
        (CommunicationsExpress, "domain/defaultps/defaultps.xml", Some(Dialect::AddressBooks)),
        (CommunicationsExpress, "config/corp-dir/xlate-x.xml", Some(Dialect::Xml)),
        (CommunicationsExpress, "skin/blue/themes.properties", Some(Dialect::PropertiesDisabled)),
        (CommunicationsExpress, "web.xml", None),
        (Calendar, "ics.conf", Some(Dialect::Ics)),
        (Calendar, "counter.conf", None),
        (DelegatedAdministrator, "Resources.properties", Some(Dialect::Properties)),
        (OutlookConnector, "Group A.INI", Dialect::named("windows-ini")),
        (OutlookConnector, "profiles/x.prf", Dialect::named("windows-ini")),
    ] {
        assert_eq!(Dialect::of(product, path), dialect, "{path}");
    }
}

/// Lists files that are given by tree, name and content.
fn list(product: Product, files: &[(Tree, &str, &str)]) -> BTreeMap<String, String> {
    let of = |tree| files.iter().filter(move |file| file.0 == tree).map(|file| file.1.to_owned()).collect();
    let names = Names {
        stock_old: of(Tree::StockOld),
        site: of(Tree::Site),
        stock_new: of(Tree::StockNew),
        directories: vec!["/opt/OLD/config".into()],
    };
    let read = |tree: Tree, name: &str| {
        let file = files.iter().find(|file| file.0 == tree && file.1 == name);
        file.map(|file| file.2.as_bytes().to_vec()).ok_or_else(|| name.to_owned())
    };
    let listed = listed(product, &names, read).unwrap();
    let shown = |stock: Option<String>| stock.unwrap_or_else(|| "-".into());
    listed.into_iter().map(|(name, file)| (name, format!("{} {}", file.dialect.name(), shown(file.stock)))).collect()
}

#[track_caller]
fn assert_listed(product: Product, files: &[(Tree, &str, &str)], expected: &[(&str, &str)]) {
    let found = list(product, files);
    let found: Vec<_> = found.iter().map(|(name, what)| (name.as_str(), what.as_str())).collect();
    assert_eq!(found, expected);
}

use Tree::{Site, StockNew, StockOld};

#[test]
fn of_the_site_s_own_files_those_are_listed_that_belong_to_the_configuration() {
    assert_listed(
        Messaging,
        &[
            (StockOld, "imta.cnf", ""),
            (StockNew, "sms_option", ""),
            (StockNew, "msg.conf.defaults", ""),
            (StockNew, "XService-def.cfg", ""),
            (StockOld, "aliases", ""),
            (StockOld, "mappings", ""),
            (
                Site,
                "imta.cnf",
                "</opt/OLD/config/one\n! </opt/OLD/config/aliases.save\n</elsewhere/two\n</opt/OLD/config/none\n",
            ),
            (Site, "one", "</opt/OLD/config/two\n"),
            (Site, "two", "</opt/OLD/config/one\n</opt/OLD/config/three\n"),
            (Site, "three", "</opt/OLD/config/four\n"),
            (Site, "four", ""),
            (Site, "msg.conf", ""),
            (
                Site,
                "XService.cfg",
                "default:VirtualDomainFile \"/opt/OLD/config/domains\"\n#default:VirtualDomainFile /opt/OLD/config/four\n",
            ),
            (Site, "YService.cfg", ""),
            (Site, "domains", ""),
            (Site, "mappings", "T\n\n a \\\n</opt/OLD/config/four\n</opt/OLD/config/m\n"),
            (Site, "m", ""),
            (Site, "aliases.save", ""),
            (Site, "cert8.db", ""),
            (Site, "notes", ""),
        ],
        &[
            ("XService-def.cfg", "mmp XService-def.cfg"),
            ("XService.cfg", "mmp XService-def.cfg"),
            ("aliases", "aliases aliases"),
            ("cert8.db", "binary -"),
            ("domains", "text -"),
            ("imta.cnf", "imta-cnf imta.cnf"),
            ("m", "text -"),
            ("mappings", "mappings mappings"),
            ("msg.conf", "option-dat msg.conf.defaults"),
            ("msg.conf.defaults", "option-dat msg.conf.defaults"),
            ("one", "imta-rules -"),
            ("sms_option", "option-dat sms_option"),
            ("three", "imta-rules -"),
            ("two", "imta-rules -"),
        ],
    );
}

#[test]
fn further_instances_and_languages_have_files_of_shipped_names_only() {
    assert_listed(
        InstantMessaging,
        &[
            (StockOld, "default/config/iim.conf", ""),
            (StockNew, "html/en_US/im.jnlp", ""),
            (StockNew, "html/logo.gif", "\0"),
            (StockNew, "html/messenger.jar", ""),
            (Site, "html/index.html", ""),
            (Site, "sales/config/iim.conf", ""),
            (Site, "sales/config/iim.conf-pre73", ""),
            (Site, "sales/config/httpbind.conf", ""),
            (Site, "sales/config/server-keystore.jks", "\0"),
            (Site, "html/de_DE/im.jnlp", ""),
            (Site, "html/de_DE/own.html", ""),
        ],
        &[
            ("default/config/iim.conf", "iim default/config/iim.conf"),
            ("html/de_DE/im.jnlp", "xml -"),
            ("html/en_US/im.jnlp", "xml html/en_US/im.jnlp"),
            ("sales/config/iim.conf", "iim default/config/iim.conf"),
            ("sales/config/server-keystore.jks", "binary -"),
        ],
    );
}

#[test]
fn a_hosted_domain_is_compared_with_the_shipped_domain() {
    assert_listed(
        CommunicationsExpress,
        &[
            (StockOld, "domain/de/i18n.properties", ""),
            (StockOld, "domain/uwcdomainconfig.properties", ""),
            (Site, "domain/siroe.com/de/i18n.properties", ""),
            (Site, "domain/siroe.com/fr/i18n.properties", ""),
            (Site, "domain/siroe.com/uwcdomainconfig.properties", ""),
            (Site, "domain/siroe.com/notes.txt", ""),
            (Site, "config/own/db_config.properties", ""),
            (Site, "config/own/xlate-own.xml", ""),
            (Site, "config/uwcauth.properties.save", ""),
        ],
        &[
            ("config/own/db_config.properties", "properties-disabled -"),
            ("config/own/xlate-own.xml", "xml -"),
            ("domain/de/i18n.properties", "properties-disabled domain/de/i18n.properties"),
            ("domain/siroe.com/de/i18n.properties", "properties-disabled domain/de/i18n.properties"),
            ("domain/siroe.com/fr/i18n.properties", "properties-disabled -"),
            ("domain/siroe.com/uwcdomainconfig.properties", "properties-disabled domain/uwcdomainconfig.properties"),
            ("domain/uwcdomainconfig.properties", "properties-disabled domain/uwcdomainconfig.properties"),
        ],
    );
}
