//! Client resources from their templates.

use crate::support::{CONF, OLD, Site};

const HTML: &str = "/opt/SUNWiim/html";

fn text(site: &Site, name: &str) -> String {
    site.text(&format!("{HTML}/{name}"))
}

/// Sets what the multiplexor listens on. The file is no UTF-8.
fn listen_on(site: &Site, address: &[u8]) {
    let old = b"im.siroe.com:5222";
    let bytes = site.read(CONF);
    let at = bytes.windows(old.len()).position(|window| window == old).unwrap();
    site.write(CONF, [&bytes[..at], address, &bytes[at + old.len()..]].concat());
}

#[test]
fn every_language_gets_the_codebase_and_the_server() {
    let site = Site::new();
    let template = text(&site, "imssl.jnlp.template");
    site.run(&[
        "redeploy",
        "--codebase",
        "https://chat.siroe.com/im/?a=1&b=<2>&c=\"3\"",
        "--server",
        "mux.siroe.com:5223",
    ])
    .succeeded();
    let expected = template
        .replace("@CODEBASE@", "https://chat.siroe.com/im/?a=1&amp;b=&lt;2&gt;&amp;c=&quot;3&quot;")
        .replace("@SERVER@", "mux.siroe.com:5223");
    for language in ["de_DE", "en_US", "fr_FR"] {
        let made = text(&site, &format!("{language}/imssl.jnlp"));
        assert_eq!(made.replace("b=&lt;2>", "b=&lt;2&gt;"), expected, "{language}");
        let page = text(&site, &format!("{language}/im.html"));
        assert_eq!(page, text(&site, "im.html.template").replace("@SERVER@", "mux.siroe.com:5223"));
    }
}

#[test]
fn without_options_the_addresses_are_the_sites() {
    let site = Site::new();
    listen_on(&site, b"im.siroe.com:5299");
    site.run(&["redeploy"]).succeeded();
    for language in ["de_DE", "en_US"] {
        let made = text(&site, &format!("{language}/im.jnlp"));
        assert!(made.contains("codebase=\"http://im.siroe.com:80/im/?a=1&amp;b=2\""), "{made}");
        assert!(made.contains("<argument>im.siroe.com:5299</argument>"), "{made}");
    }
    assert!(text(&site, "fr_FR/im.jnlp").contains("codebase=\"http://imhostname:80/im/\""));
    site.run(&["redeploy"]).succeeded().says("nothing to do");
}

#[test]
fn what_the_site_edited_is_kept_aside_and_what_it_did_not_edit_is_not() {
    let site = Site::new();
    let edited = site.read(&format!("{HTML}/de_DE/im.jnlp"));
    site.run(&["redeploy"]).succeeded().says("de_DE/im.jnlp.before-redeploy");
    assert_eq!(site.read(&format!("{HTML}/de_DE/im.jnlp.before-redeploy")), edited);
    assert!(!site.path(&format!("{HTML}/fr_FR/im.jnlp.before-redeploy")).exists());
    site.edit(&format!("{HTML}/de_DE/im.jnlp"), "<title>", "<title>Siroe ");
    site.run(&["redeploy"]).succeeded();
    assert!(text(&site, "de_DE/im.jnlp.before-redeploy.1").contains("Siroe "));
}

#[test]
fn a_malformed_file_is_kept_and_reported_and_the_rest_goes_on() {
    let site = Site::new();
    site.write(&format!("{HTML}/de_DE/im.jnlp"), "<jnlp codebase='x'>");
    site.run(&["redeploy"]).exits(3).says("de_DE/im.jnlp is kept as it is: it is malformed");
    assert_eq!(text(&site, "de_DE/im.jnlp"), "<jnlp codebase='x'>");
    assert!(text(&site, "en_US/imssl.jnlp").contains("im.siroe.com:5222"));

    site.write(&format!("{HTML}/im.jnlp.template"), "<html></html>");
    let before = text(&site, "en_US/im.jnlp");
    site.run(&["redeploy"]).exits(3).says("its template").says("the root element is not `jnlp`");
    assert_eq!(text(&site, "en_US/im.jnlp"), before);
}

#[test]
fn a_languages_own_template_comes_before_the_common_one() {
    let site = Site::new();
    let own = text(&site, "im.jnlp.template").replace("Instant Messenger", "Sofortnachrichten");
    site.write(&format!("{HTML}/de_DE/im.jnlp.template"), own);
    site.run(&["redeploy"]).succeeded();
    assert!(text(&site, "de_DE/im.jnlp").contains("Sofortnachrichten"));
    assert!(text(&site, "fr_FR/im.jnlp").contains("Instant Messenger"));
}

#[test]
fn wrong_addresses_and_missing_directories_change_nothing() {
    let site = Site::new();
    let before = site.product();
    let refused = |words: &[&str], status, what: &str| {
        site.run(&[&["redeploy"], words].concat()).exits(status).says(what).says("Nothing was changed.");
        before.assert_same(&site.product());
    };
    refused(&["--codebase", "im.siroe.com/im"], 2, "it is no address such as");
    refused(&["--codebase", "http://im.siroe.com/../etc"], 1, "cannot be the name of an application");
    refused(&["--server", "im.siroe.com"], 2, "it is no HOST:PORT");
    refused(&["--container", "/no/such"], 1, "cannot open /no/such");
    refused(&["--container-command", "deploy"], 2, "absolute path");
}

#[test]
fn templates_without_a_language_directory_are_refused() {
    let site = Site::new();
    for language in ["de_DE", "en_US", "fr_FR"] {
        std::fs::remove_dir_all(site.path(&format!("{HTML}/{language}"))).unwrap();
    }
    site.run(&["redeploy"]).exits(1).says("has no matching language directory").says("Nothing was changed.");
}

#[test]
fn an_address_that_nothing_names_is_asked_for() {
    let site = Site::new();
    for language in ["de_DE", "en_US", "fr_FR"] {
        site.write(&format!("{HTML}/{language}/im.jnlp"), site.read(&format!("{HTML}/im.jnlp.template")));
    }
    site.run(&["redeploy"]).exits(1).says("the codebase of").says("--codebase URL");
    listen_on(&site, b"*:5222");
    std::fs::remove_file(site.path(&format!("{HTML}/en_US/im.html"))).unwrap();
    std::fs::remove_file(site.path(&format!("{HTML}/fr_FR/im.html"))).unwrap();
    site.run(&["redeploy", "--codebase", "http://h/im"]).exits(1).says("names no host").says("--server HOST:PORT");
}

#[test]
fn a_release_that_is_named_is_redeployed_and_no_other() {
    let site = Site::with_both();
    let before = site.text(&format!("{OLD}/html/en_US/im.jnlp"));
    site.run(&["redeploy", "--codebase", "http://h/im"]).succeeded();
    assert_eq!(site.text(&format!("{OLD}/html/en_US/im.jnlp")), before);
    site.run(&["redeploy", "--codebase", "http://h/im", "--im-base", OLD]).succeeded();
    assert_ne!(site.text(&format!("{OLD}/html/en_US/im.jnlp")), before);
}
