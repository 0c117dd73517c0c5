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
fn changed_files_of_the_user_interface_are_counted() {
    let site = Site::sample();
    site.patch(&[]).exits(3).says("webmail: the installation has no copy of the user interface to compare with");
    site.write(&format!("{BASE}/webmail/lang/i18n.js"), "shipped\n");
    site.patch(&[]).exits(3).says("1 file of the user interface is not as in the package; ce-upgrade check names it");
}
