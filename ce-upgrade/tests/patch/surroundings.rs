//! What lies round the configuration is not merged, and pointed out.

use crate::support::{BASE, DEPLOYED, Site, TEMPLATES};

#[test]
fn a_changed_deployment_descriptor_is_pointed_out_and_stays() {
    let site = Site::sample();
    site.write(&format!("{TEMPLATES}/web.xml"), "<web-app/>\n");
    let words = format!(
        "{DEPLOYED}/WEB-INF/web.xml is not what is shipped, and it is not merged: compare it with {TEMPLATES}/web.xml"
    );
    site.patch(&[]).exits(3).says(&words);
    let live = site.read(&format!("{DEPLOYED}/WEB-INF/web.xml"));
    site.write(&format!("{TEMPLATES}/web.xml"), live);
    let outcome = site.patch(&[]).exits(3);
    assert!(!outcome.stderr.contains("web.xml is not what is shipped"), "{outcome}");
}

#[test]
fn changed_files_of_the_user_interface_are_named() {
    let site = Site::sample();
    site.patch(&[]).exits(3).says("Not merged: webmail: no shipped copy is known");
    site.write(&format!("{BASE}/webmail/lang/i18n.js"), "shipped\n");
    site.patch(&[]).exits(3).says("Not merged: webmail/lang/i18n.js differs from the shipped file");
}
