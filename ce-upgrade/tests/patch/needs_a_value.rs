//! New keys that have no old value to inherit.

use crate::support::{DEPLOYED, Site, TEMPLATES};

const CONFIG: &str = "config/uwcconfig.properties";

#[test]
fn the_proxy_login_needs_values_of_the_site() {
    let site = Site::sample();
    let path = format!("{DEPLOYED}/WEB-INF/{CONFIG}");
    let text = String::from_utf8_lossy(&site.read(&path)).into_owned();
    let text: String =
        text.lines().filter(|line| !line.contains("proxyadminpass")).map(|line| format!("{line}\n")).collect();
    site.write(&path, text);
    let outcome = site.patch(&[]).exits(3);
    outcome
        .says("config/uwcconfig.properties: webmail.proxyadmin needs a value: it is new and has what is shipped")
        .says("config/uwcconfig.properties: webmail.proxyadminpasswd needs a value: it is new and has none");
}

#[test]
fn of_two_spellings_of_the_proxy_password_the_site_s_is_kept_and_the_other_one_reported() {
    let site = Site::sample();
    let outcome = site.patch(&[]).exits(3);
    outcome.says("webmail.proxyadminpass is kept; the manuals also write webmail.proxyadminpasswd");
    let merged = site.candidate(CONFIG);
    assert!(
        merged
            .lines()
            .any(|line| line.starts_with("webmail.proxyadminpass") && line.contains("synthetic-proxy-password"))
    );
    assert!(!outcome_of(&site).contains("proxyadminpasswd needs a value"));
    // The other way round.
    site.edit(&format!("{TEMPLATES}/{CONFIG}"), "webmail.proxyadminpasswd=", "webmail.proxyadminpass=");
    let path = format!("{DEPLOYED}/WEB-INF/{CONFIG}");
    let text = String::from_utf8_lossy(&site.read(&path)).replace("webmail.proxyadminpass", "webmail.proxyadminpasswd");
    site.write(&path, text);
    site.patch(&[]).exits(3).says("webmail.proxyadminpasswd is kept; the manuals also write webmail.proxyadminpass:");
}

fn outcome_of(site: &Site) -> String {
    site.patch(&[]).stdout
}

#[test]
fn a_key_that_the_site_has_already_needs_nothing() {
    let site = Site::sample();
    let path = format!("{DEPLOYED}/WEB-INF/{CONFIG}");
    let mut bytes = site.read(&path);
    bytes.extend_from_slice(b"webmail.proxyadmin=proxy\n");
    site.write(&path, bytes);
    let outcome = site.patch(&[]).exits(3);
    assert!(!outcome.stdout.contains("webmail.proxyadmin needs a value"), "{outcome}");
}

#[test]
fn encrypted_values_keep_every_byte() {
    let site = Site::sample();
    let path = format!("{DEPLOYED}/WEB-INF/config/uwcauth.properties");
    let text = String::from_utf8_lossy(&site.read(&path)).into_owned();
    let old = text.lines().find(|line| line.starts_with("ldapauth.ldapbindcred")).unwrap().to_owned();
    let encrypted = "ldapauth.ldapbindcred \\\n  = AES:\\u0041ldap1.siroe.com\\=\\=";
    site.write(&path, text.replace(&old, encrypted));
    site.patch(&[]).exits(3);
    assert!(site.candidate("config/uwcauth.properties").contains(encrypted));
}
