//! Whether the three parts of each remote address book agree.

use testkit::tree::Tree;

use crate::support::{DEPLOYED, Site, sample};

/// Versions that are all new enough, so that only the address books count.
const ENOUGH: [&str; 6] = ["--messaging", "7.0-0.04", "--calendar", "6.3-7.03", "--dssetup", "6.4-1.04"];
const DOMAIN: &str = "/var/opt/SUNWuwc/WEB-INF/domain";
const CONFIG: &str = "/var/opt/SUNWuwc/WEB-INF/config";

const BOOKS: &str = r#"<?xml version="1.0"?>
<books>
  <book booktype="abook">
    <bookoc>piLocalBook</bookoc>
    <entry entryID="pab"><displayname>Mine</displayname></entry>
  </book>
  <book booktype="abook" bookremoteurl="ldap://corp">
    <bookoc>piRemoteBook</bookoc>
    <entry entryID="corp"><displayname>Ours</displayname></entry>
  </book>
</books>
"#;
const STORES: &str = "db.own.class=com.iplanet.iabs.ldap.plug.iLDAP\ndb.own.urlmatch=\ndb.own.configpath=../config/own\n\
                      db.corp.class=com.iplanet.iabs.ldap.plug.iLDAP\ndb.corp.urlmatch=ldap://corp\ndb.corp.configpath=../config/corp-dir\n\
                      db.useUserPsRoot=false\n";

/// A site whose address books agree: its own store and one remote book.
fn tree() -> Tree {
    let files = [
        (format!("{DOMAIN}/defaultps/defaultps.xml"), BOOKS),
        (format!("{DOMAIN}/personalstore.properties"), STORES),
        (format!("{DOMAIN}/en/i18n.properties"), "a=b\n"),
        (format!("{CONFIG}/own/db_config.properties"), "login_type=restricted\n"),
        (format!("{CONFIG}/own/xlate-pabperson.xml"), "<xlate/>"),
        (format!("{CONFIG}/corp-dir/db_config.properties"), "login_type=anon\n"),
        (format!("{CONFIG}/corp-dir/xlate-inetorgperson.xml"), "<xlate/>"),
    ];
    let tree = Tree::new().directory("var/opt/CommsInstaller").directory("opt/SUNWuwc/sbin");
    files.iter().fold(tree, |tree, (path, text)| tree.file(&path[1..], *text))
}

fn check(site: &Site) -> serde_json::Value {
    let before = site.everything();
    let done = site.run(&[&["check", "--json"], ENOUGH.as_slice()].concat());
    assert_eq!(site.everything(), before, "a check changes nothing");
    let json = done.json();
    let has_findings = !json["details"]["findings"].as_array().unwrap().is_empty();
    assert_eq!(done.status, Some(if has_findings { 3 } else { 0 }), "{done}");
    json
}

/// Returns the findings of a site as lines, without their remedies.
fn found(site: &Site) -> Vec<String> {
    let json = check(site);
    let findings = json["details"]["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| {
            assert!(!finding["remedy"].as_str().unwrap().is_empty());
            format!("{}: {}", finding["subject"].as_str().unwrap(), finding["what"].as_str().unwrap())
        })
        .collect()
}

#[test]
fn parts_that_agree_are_no_finding() {
    assert_eq!(found(&Site::of(&tree())), Vec::<String>::new());
}

#[test]
fn each_part_that_is_missing_is_one_line_with_its_file() {
    type Change = fn(&Site);
    let books = format!("{DOMAIN}/defaultps/defaultps.xml");
    let stores = format!("{DOMAIN}/personalstore.properties");
    let cases: [(&str, Change, Vec<String>); 12] = [
        (
            "no book",
            |site| site.edit(&format!("{DOMAIN}/defaultps/defaultps.xml"), " bookremoteurl=\"ldap://corp\"", ""),
            vec![
                format!("{books}: book corp is a piRemoteBook and has no bookremoteurl"),
                format!(
                    "{stores}: instance corp has urlmatch=ldap://corp, and no book of {books} has this bookremoteurl"
                ),
            ],
        ),
        (
            "another address",
            |site| site.edit(&format!("{DOMAIN}/personalstore.properties"), "ldap://corp", "ldap://other"),
            vec![
                format!(
                    "{books}: book corp has bookremoteurl=\"ldap://corp\", and no instance in {stores} has this urlmatch"
                ),
                format!(
                    "{stores}: instance corp has urlmatch=ldap://other, and no book of {books} has this bookremoteurl"
                ),
            ],
        ),
        (
            "an address that is nearly the same",
            |site| site.edit(&format!("{DOMAIN}/personalstore.properties"), "ldap://corp\n", "LDAP://corp/\n"),
            vec![
                format!(
                    "{books}: book corp has bookremoteurl=\"ldap://corp\", and db.corp.urlmatch in {stores} is \"LDAP://corp/\""
                ),
                format!(
                    "{stores}: instance corp has urlmatch=LDAP://corp/, and no book of {books} has this bookremoteurl"
                ),
            ],
        ),
        (
            "an instance that is commented out",
            |site| site.edit(&format!("{DOMAIN}/personalstore.properties"), "db.corp.", "!db.corp."),
            vec![
                format!(
                    "{books}: book corp has bookremoteurl=\"ldap://corp\", and db.corp.urlmatch in {stores} is commented out"
                ),
                format!("{CONFIG}/corp-dir: no instance of personalstore.properties names it in its configpath"),
            ],
        ),
        (
            "no class",
            |site| site.edit(&format!("{DOMAIN}/personalstore.properties"), "db.corp.class", "db.corp.klass"),
            vec![format!("{stores}: db.corp.class is missing")],
        ),
        (
            "no path",
            |site| site.edit(&format!("{DOMAIN}/personalstore.properties"), "../config/corp-dir", ""),
            vec![
                format!("{stores}: db.corp.configpath is missing"),
                format!("{CONFIG}/corp-dir: no instance of personalstore.properties names it in its configpath"),
            ],
        ),
        (
            "a path out of the deployed directory",
            |site| site.edit(&format!("{DOMAIN}/personalstore.properties"), "../config/own", "../../../../../etc"),
            vec![
                format!("{stores}: db.own.configpath=../../../../../etc leads out of the deployed directory"),
                format!("{CONFIG}/own: no instance of personalstore.properties names it in its configpath"),
            ],
        ),
        (
            "no directory",
            |site| std::fs::remove_dir_all(site.path(&format!("{CONFIG}/corp-dir"))).unwrap(),
            vec![format!(
                "{stores}: db.corp.configpath=../config/corp-dir names {CONFIG}/corp-dir, and there is no such directory"
            )],
        ),
        (
            "no settings",
            |site| std::fs::remove_file(site.path(&format!("{CONFIG}/corp-dir/db_config.properties"))).unwrap(),
            vec![format!("{CONFIG}/corp-dir: there is no db_config.properties, and {stores} uses the directory")],
        ),
        (
            "no field map",
            |site| std::fs::remove_file(site.path(&format!("{CONFIG}/own/xlate-pabperson.xml"))).unwrap(),
            vec![format!("{CONFIG}/own: there is no field map (xlate*.xml), and {stores} uses the directory")],
        ),
        (
            "a local book elsewhere",
            |site| site.edit(&format!("{DOMAIN}/defaultps/defaultps.xml"), "piRemoteBook", "piLocalBook"),
            vec![format!("{books}: book corp has a bookremoteurl and is a piLocalBook")],
        ),
        (
            "no instances at all",
            |site| std::fs::remove_file(site.path(&format!("{DOMAIN}/personalstore.properties"))).unwrap(),
            vec![
                format!("{stores}: it is missing"),
                format!("{CONFIG}/corp-dir: no instance of personalstore.properties names it in its configpath"),
                format!("{CONFIG}/own: no instance of personalstore.properties names it in its configpath"),
            ],
        ),
    ];
    for (name, change, expected) in cases {
        let site = Site::of(&tree());
        change(&site);
        assert_eq!(found(&site), expected, "{name}");
    }
}

#[test]
fn two_instances_of_one_address_are_a_finding() {
    let site = Site::of(&tree());
    site.edit(&format!("{DOMAIN}/personalstore.properties"), "db.own.urlmatch=\n", "db.own.urlmatch=ldap://corp\n");
    let expected = format!("{DOMAIN}/personalstore.properties: instances corp, own all have urlmatch=ldap://corp");
    assert_eq!(found(&site), [expected]);
}

#[test]
fn a_hosted_domain_uses_its_own_files_and_the_default_ones_for_the_rest() {
    let hosted = format!("{DOMAIN}/example.net");
    let site = Site::of(&tree().file(&format!("{}/defaultps/defaultps.xml", &hosted[1..]), BOOKS));
    assert_eq!(found(&site), Vec::<String>::new());
    site.edit(&format!("{hosted}/defaultps/defaultps.xml"), "ldap://corp", "ldap://partner");
    let default = format!("{DOMAIN}/personalstore.properties");
    assert_eq!(
        found(&site),
        [format!(
            "{hosted}/defaultps/defaultps.xml: book corp has bookremoteurl=\"ldap://partner\", and no instance in {default} has this urlmatch"
        )]
    );
}

#[test]
fn a_copy_of_the_instances_for_a_hosted_domain_has_paths_that_lead_nowhere() {
    let copy = format!("{DOMAIN}/example.net/personalstore.properties");
    let site = Site::of(&tree().file(&copy[1..], STORES));
    let leads = |name: &str, directory: &str| {
        let path = format!("../config/{directory}");
        format!("{copy}: db.{name}.configpath={path} names {DOMAIN}/config/{directory}, and there is no such directory")
    };
    assert_eq!(found(&site), [leads("corp", "corp-dir"), leads("own", "own")]);
    site.edit(&copy, "../config", "../../config");
    assert_eq!(found(&site), Vec::<String>::new());
}

#[test]
fn xml_that_cannot_be_read_is_said_and_everything_else_is_checked() {
    let bomb = "<!DOCTYPE books [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;\">]>\
                <books><book bookremoteurl=\"&c;\"/></books>";
    let external =
        "<!DOCTYPE books [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><books><book bookremoteurl=\"&x;\"/></books>";
    let books = format!("{DOMAIN}/defaultps/defaultps.xml");
    for text in ["<books><book>", "<books><entry entryID=\"a\"/>;</book></books>", bomb, external] {
        let site = Site::of(&tree());
        site.write(&books, text);
        site.write(&format!("{CONFIG}/own/xlate-pabperson.xml"), text);
        let json = check(&site).to_string();
        assert!(!json.contains("root:") && !json.contains("aaaaaaaaaaaaaaaaaaaa"), "{json}");
        let found = found(&site);
        for file in [&books, &format!("{CONFIG}/own/xlate-pabperson.xml")] {
            let said = format!("{file}: it is not well-formed XML, or declares entities, which are never expanded: ");
            assert!(found.iter().any(|line| line.starts_with(&said)), "{text}: {found:#?}");
        }
        assert_eq!(found.len(), 2, "{found:#?}");
    }
}

#[test]
fn links_below_the_deployed_directory_are_not_followed() {
    let site = Site::of(&tree());
    let books = site.path(&format!("{DOMAIN}/defaultps/defaultps.xml"));
    std::fs::rename(&books, site.path("/etc-books.xml")).unwrap();
    std::os::unix::fs::symlink("/etc-books.xml", &books).unwrap();
    let directory = site.path(&format!("{CONFIG}/own"));
    std::fs::rename(&directory, site.path("/own")).unwrap();
    std::os::unix::fs::symlink("/own", &directory).unwrap();
    let stores = format!("{DOMAIN}/personalstore.properties");
    assert_eq!(
        found(&site),
        [
            format!("{DOMAIN}/defaultps/defaultps.xml: it is a symbolic link, which is not followed"),
            format!(
                "{stores}: db.own.configpath=../config/own names {CONFIG}/own, and it is a symbolic link, which is not followed"
            ),
        ]
    );
}

#[test]
fn the_sample_site_has_a_book_without_its_instance_and_a_damaged_field_map() {
    let found = found(&Site::of(&sample()));
    let xlate = format!("{DEPLOYED}/WEB-INF/config/partner-dir/xlate-partner.xml: it is not well-formed XML");
    for said in [
        format!(
            "{DOMAIN}/defaultps/defaultps.xml: book idirectory has bookremoteurl=\"ldap://corpdirectory\", and no instance"
        ),
        format!("{DOMAIN}/example.net/defaultps/defaultps.xml: book idirectory has bookremoteurl"),
        format!("{CONFIG}/corp-dir: no instance of personalstore.properties names it"),
        xlate,
    ] {
        assert!(found.iter().any(|line| line.starts_with(&said)), "{said}: {found:#?}");
    }
    assert_eq!(found.len(), 4, "{found:#?}");
}

#[test]
fn a_password_in_an_address_is_not_shown() {
    let site = Site::of(&tree());
    site.edit(&format!("{DOMAIN}/personalstore.properties"), "ldap://corp", "ldap://admin:canarybird@other");
    site.edit(&format!("{DOMAIN}/defaultps/defaultps.xml"), "ldap://corp", "ldap://admin:canarybird@corp");
    for option in [&[][..], &["--json"]] {
        let done = site.run(&[&["check"], ENOUGH.as_slice(), option].concat()).exits(3).says("admin:");
        assert!(!done.to_string().contains("canarybird"), "{done}");
    }
}
