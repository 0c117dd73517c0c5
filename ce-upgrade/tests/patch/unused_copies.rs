//! Only what is deployed is live: changes in the staging and the package copy are without effect, and pointed out.

use crate::support::{BASE, DEPLOYED, Site};

#[test]
fn a_value_that_only_the_staging_copy_has_is_pointed_out_without_the_value() {
    let site = Site::sample();
    let outcome = site.patch(&[]).exits(3);
    outcome.says(
        "/var/opt/SUNWuwc/staging/WEB-INF/config/uwcconfig.properties: what was changed there is without effect, the application reads \
         /var/opt/SUNWuwc/WEB-INF/config/uwcconfig.properties: webmail.port",
    );
    assert!(!outcome_mentions(&site, "9999"));
    assert!(!site.candidate("config/uwcconfig.properties").contains("9999"));
}

fn outcome_mentions(site: &Site, word: &str) -> bool {
    let outcome = site.patch(&[]);
    outcome.stdout.contains(word) || outcome.stderr.contains(word)
}

#[test]
fn a_value_that_only_the_package_copy_has_is_pointed_out_in_both_places_of_the_manuals() {
    for package in ["WEB-INF", "SUNWuwc/WEB-INF"] {
        let site = Site::sample();
        let copy = format!("{BASE}/{package}/config/uwcauth.properties");
        site.write(&copy, "defaultdomain=elsewhere.example\n");
        site.patch(&[]).exits(3).says(&format!("{copy}: what was changed there is without effect"));
    }
}

#[test]
fn copies_with_what_is_shipped_or_deployed_are_no_matter() {
    let site = Site::sample();
    for name in ["uwcconfig.properties", "uwcauth.properties"] {
        let live = site.read(&format!("{DEPLOYED}/WEB-INF/config/{name}"));
        site.write(&format!("{DEPLOYED}/staging/WEB-INF/config/{name}"), live);
    }
    assert!(!outcome_mentions(&site, "without effect"));
}
