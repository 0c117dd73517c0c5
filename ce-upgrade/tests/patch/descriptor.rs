//! The deployment descriptor is not merged, and pointed out.

use crate::support::{DEPLOYED, Site, TEMPLATES};

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
