//! Notifications, alerts and conversations go along where the merged configuration names another runtime directory.

use crate::support::{NEW, Site};

/// A site whose new release keeps its runtime data elsewhere.
fn moving() -> Site {
    let site = Site::with_both();
    let path = site.beside("stock-new/etc/opt/SUNWiim/default/config/iim.conf");
    let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).replace(
        "iim.instancevardir = \"/var/opt/SUNWiim/default\"",
        "iim.instancevardir = \"/var/opt/sun/comms/im/default\"",
    );
    assert!(text.contains("comms/im/default"));
    std::fs::write(&path, text).unwrap();
    site.write("/var/opt/SUNWiim/default/db/alerts/one", "an alert\n");
    site
}

#[test]
fn runtime_data_are_copied_to_the_new_place_and_stay_in_the_old_one() {
    let site = moving();
    site.with_stock(&["upgrade"])
        .exits(3)
        .says("default: runtime data are copied from /var/opt/SUNWiim/default to /var/opt/sun/comms/im/default")
        .says("sales: runtime data stay in /var/opt/SUNWiim/sales");
    assert_eq!(site.text("/var/opt/sun/comms/im/default/db/alerts/one"), "an alert\n");
    assert_eq!(site.text("/var/opt/SUNWiim/default/db/alerts/one"), "an alert\n");
    assert!(site.conf().contains("/var/opt/sun/comms/im/default"));
}

#[test]
fn empty_directories_of_the_new_release_make_room_and_come_back() {
    let site = moving();
    std::fs::create_dir_all(site.path("/var/opt/sun/comms/im/default/db")).unwrap();
    let stock = site.stock();
    let stock: Vec<&str> = stock.iter().map(String::as_str).collect();
    let upgrade = [&["upgrade", "--run-commands"], stock.as_slice()].concat();
    site.undo_restores(&upgrade, &["--undo"], Site::product_of);
}

#[test]
fn data_that_lie_in_the_new_place_already_are_never_replaced() {
    let site = moving();
    site.write("/var/opt/sun/comms/im/default/db/alerts/two", "of 7.3\n");
    site.with_stock(&["upgrade"]).exits(3).says("/var/opt/sun/comms/im/default holds files already");
    assert!(!site.path("/var/opt/sun/comms/im/default/db/alerts/one").exists());
}

#[test]
fn the_gateways_parameter_follows_the_base() {
    let site = Site::with_both();
    let web_xml = [NEW, "work/httpbind/WEB-INF/web.xml"].join("/");
    let text = |base: &str| {
        format!(
            "<web-app><context-param><param-name>httpbind.config.file</param-name>\n<param-value>{base}/config/httpbind.conf</param-value></context-param>\n<context-param><param-name>other</param-name><param-value>/opt/SUNWiim/x</param-value></context-param></web-app>\n"
        )
    };
    site.write(&web_xml, text("/opt/SUNWiim"));
    site.with_stock(&["upgrade"]).exits(3).says("httpbind.config.file is now /opt/sun/comms/im/config/httpbind.conf");
    assert_eq!(site.text(&web_xml), text("/opt/sun/comms/im"));
}
