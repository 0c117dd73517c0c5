//! The redeployment inside an upgrade and a rollback: after the files, before the start.

use crate::support::{CONF, NEW, OLD, Site};

const OLD_WAR: &str = "/opt/SUNWiim/work/im.war";
const NEW_WAR: &str = "/opt/sun/comms/im/work/im.war";
const CONTAINER: &str = "/var/opt/web/webapps";
const WEB_XML: &str = "<web-app>\n <context-param>\n  <param-name>httpbind.config.file</param-name>\n  <param-value>/opt/SUNWiim/config/httpbind.conf</param-value>\n </context-param>\n</web-app>\n";

/// Lays out programs of a container: a deployment of the client resources that notes when it is called.
fn with_deployer(site: &Site) -> String {
    let deployer = "/opt/web/bin/deploy";
    site.write_command(deployer, "deploy", "");
    site.path(deployer).to_str().unwrap().to_owned()
}

#[test]
fn without_services_nothing_is_deployed_either() {
    let site = Site::with_both();
    with_deployer(&site);
    let command = ["--no-service", "--container-command", "/opt/web/bin/deploy {name}"];
    let upgrade = ["upgrade", "--codebase", "https://chat.siroe.com/im/"];
    site.with_stock(&[&upgrade, &command[..]].concat()).exits(3).says("/opt/web/bin/deploy im");
    assert!(site.path(NEW_WAR).exists());
    assert_eq!(site.calls(), Vec::<String>::new());
}

#[test]
fn an_upgrade_makes_the_resources_of_the_new_release_before_the_start() {
    let site = Site::with_both();
    with_deployer(&site);
    let command = "/opt/web/bin/deploy {name}";
    site.with_stock(&["upgrade", "--codebase", "https://chat.siroe.com/im/", "--container-command", command]).exits(3);
    for language in ["de_DE", "en_US", "fr_FR"] {
        let made = site.text(&format!("{NEW}/html/{language}/im.jnlp"));
        assert!(made.contains("codebase=\"https://chat.siroe.com/im/\""), "{made}");
        assert!(made.contains("<argument>im.siroe.com:5222</argument>"), "{made}");
        assert!(made.contains("imaudio.jar"), "it is made from the template of 7.3: {made}");
    }
    let calls = site.calls();
    let expected = ["old imadmin stop", "sales imadmin stop", "deploy im", "new imadmin start", "sales imadmin start"];
    assert_eq!(calls.iter().map(|call| call.split(" /").next().unwrap()).collect::<Vec<_>>(), expected);
    assert!(site.path(NEW_WAR).exists());
}

#[test]
fn the_codebase_and_the_server_are_those_of_the_site_where_none_are_given() {
    let site = Site::with_both();
    site.with_stock(&["upgrade"]).exits(3);
    let made = site.text(&format!("{NEW}/html/en_US/im.jnlp"));
    assert!(made.contains("codebase=\"http://im.siroe.com:80/im/?a=1&amp;b=2\""), "{made}");
    let aside = site.text(&format!("{NEW}/html/en_US/im.jnlp.before-redeploy"));
    assert!(aside.contains("im.siroe.com"), "what the merge kept of the site's is beside it: {aside}");
}

#[test]
fn finish_redeploys_after_the_packages() {
    let site = Site::new();
    site.run(&["prepare", "--run-commands"]).succeeded();
    site.package_step();
    site.with_stock(&["finish", "--container", CONTAINER]).exits(1).says("cannot");
    std::fs::create_dir_all(site.path(CONTAINER)).unwrap();
    site.with_stock(&["finish", "--container", CONTAINER]).exits(3);
    assert_eq!(site.read(&format!("{CONTAINER}/im.war")), site.read(NEW_WAR));
    site.run(&["--undo"]).succeeded();
    assert!(!site.path(&format!("{CONTAINER}/im.war")).exists());
}

#[test]
fn a_dry_run_and_the_run_have_the_same_plan() {
    let site = Site::with_both();
    let stock = site.stock();
    let stock: Vec<&str> = stock.iter().map(String::as_str).collect();
    let words = [&["upgrade", "--dry-run", "--run-commands"], stock.as_slice()].concat();
    let [dry] = site.writes_nothing([&words]);
    dry.says("im.jnlp.before-redeploy").says("(client resources)");
}

#[test]
fn without_a_codebase_the_upgrade_goes_on_and_says_what_is_left() {
    let site = Site::with_both();
    for language in ["de_DE", "en_US", "fr_FR"] {
        for base in [OLD, NEW] {
            let _ = std::fs::remove_dir_all(site.path(&format!("{base}/html/{language}")));
        }
    }
    let html = site.beside(&format!("stock-new{NEW}/html"));
    for language in ["de_DE", "en_US", "fr_FR"] {
        let _ = std::fs::remove_dir_all(html.join(language));
    }
    std::fs::create_dir_all(site.path(&format!("{NEW}/html/en_US"))).unwrap();
    site.with_stock(&["upgrade"])
        .exits(3)
        .says("The client resources were not redeployed")
        .says("Next: im-upgrade redeploy --codebase URL");
    assert_eq!(site.calls().len(), 4);
    assert!(!site.path(NEW_WAR).exists());
}

#[test]
fn without_client_resources_the_upgrade_says_so_and_is_done() {
    let site = Site::with_both();
    for base in [OLD, NEW] {
        std::fs::remove_dir_all(site.path(&format!("{base}/html"))).unwrap();
    }
    for tree in [format!("stock-old{OLD}"), format!("stock-new{NEW}")] {
        std::fs::remove_dir_all(site.beside(&format!("{tree}/html"))).unwrap();
    }
    site.with_stock(&["upgrade", "--release", "7.2"]).exits(3).says("The client resources were not redeployed");
    assert_eq!(site.calls().len(), 4);
}

#[test]
fn a_malformed_resource_is_kept_and_reported_and_the_server_is_started() {
    let site = Site::with_both();
    site.write(&format!("{OLD}/html/de_DE/im.jnlp"), "<jnlp codebase=");
    site.with_stock(&["upgrade"]).exits(3).says("de_DE/im.jnlp is kept as it is: it is malformed");
    assert_eq!(site.text(&format!("{NEW}/html/de_DE/im.jnlp")), "<jnlp codebase=");
    assert!(site.path(NEW_WAR).exists());
    assert!(site.calls().contains(&"new imadmin start".to_owned()));
}

#[test]
fn the_gateway_in_a_container_follows_the_base() {
    let site = Site::with_both();
    let deployed = format!("{CONTAINER}/httpbind/WEB-INF/web.xml");
    site.write(&deployed, WEB_XML);
    site.write("/opt/sun/comms/im/work/httpbind/WEB-INF/web.xml", WEB_XML);
    site.with_stock(&["upgrade", "--container", CONTAINER]).exits(3).says("httpbind.config.file is now");
    assert!(site.text(&deployed).contains(&format!("{NEW}/config/httpbind.conf")));
    assert!(site.path("/opt/sun/comms/im/work/httpbind.war").exists());
    site.run(&["--undo"]).succeeded();
    assert_eq!(site.text(&deployed), WEB_XML);
}

#[test]
fn without_a_container_the_upgrade_says_that_a_deployed_gateway_is_stale() {
    let site = Site::with_both();
    site.with_stock(&["upgrade"]).exits(3).says("names /opt/SUNWiim until its archive");
}

#[test]
fn under_a_cluster_and_without_a_service_it_is_redeployed_too() {
    for option in [["--ha", "im-resource"].as_slice(), &["--no-service"]] {
        let site = Site::with_both();
        site.with_stock(&[&["upgrade"], option].concat()).exits(3);
        assert!(site.path(NEW_WAR).exists());
        assert!(site.calls().iter().all(|call| !call.contains("imadmin")));
    }
}

#[test]
fn a_rollback_makes_the_resources_of_7_2_before_the_start() {
    let site = Site::with_both();
    with_deployer(&site);
    site.with_stock(&["upgrade"]).exits(3);
    site.calls();
    let command = "/opt/web/bin/deploy {name}";
    let words = ["rollback", "--skip-packages", "--run-commands", "--container-command", command];
    let [dry] = site.writes_nothing([&[words.as_slice(), &["--dry-run"]].concat()]);
    dry.says("write /opt/SUNWiim/work/im.war");
    site.run(&words).succeeded();
    let calls = site.calls();
    let expected = [
        "new imadmin stop",
        "sales imadmin stop",
        "deploy im",
        "deploy httpbind",
        "old imadmin start",
        "sales imadmin start",
    ];
    let calls: Vec<&str> = calls.iter().map(|call| call.split(" /").next().unwrap()).collect();
    assert!(calls == expected || calls == [&expected[..3], &expected[4..]].concat(), "{calls:?}");
    assert!(site.path(OLD_WAR).exists());
    let made = site.text(&format!("{OLD}/html/en_US/im.jnlp"));
    assert!(!made.contains("imaudio.jar") && made.contains("im.siroe.com:5222"), "{made}");
}

#[test]
fn the_first_part_of_a_rollback_refuses_options_that_it_has_no_use_for() {
    let site = Site::with_both();
    site.with_stock(&["upgrade"]).exits(3);
    site.run(&["rollback", "--codebase", "http://a/im/"]).exits(2).says("the first part redeploys nothing");
}

#[test]
fn a_codebase_that_is_none_is_refused_before_anything_is_done() {
    let site = Site::with_both();
    let before = site.product();
    site.with_stock(&["upgrade", "--codebase", "im.siroe.com"]).exits(2).says("--codebase \"im.siroe.com\"");
    before.assert_same(&site.product());
    assert!(site.calls().is_empty() && !site.path(&format!("{CONF}-pre73")).exists());
}
