//! What each kind of file becomes: known, included, named, unknown, binary, too large, a saved copy.

use std::fs::{self, File};
use std::os::unix::fs::symlink;

use super::support::{CONFIG, NEW, OLD, Site};

const NAMING: &str = "x=/opt/SUNWmsgsr/lib/x\n";
const MOVED: &str = "x=/opt/sun/comms/messaging/lib/x\n";

fn with(files: &[(&str, &str)]) -> Site {
    let site = Site::sample();
    for (name, text) in files {
        site.write(&format!("{CONFIG}/{name}"), text);
    }
    site
}

fn text(site: &Site, name: &str) -> String {
    site.text(&format!("{CONFIG}/{name}"))
}

#[test]
fn saved_copies_stay_and_are_listed_while_they_name_the_old_root() {
    let copies = ["imta.cnf.old", "mappings-2007", "option.dat~", "msg.conf.bak.1", "tcp_local_option.orig"];
    let site = with(&copies.map(|name| (name, NAMING)));
    site.write(&format!("{CONFIG}/dispatcher.cnf.old"), "nothing\n");
    let done = site.moved(&[]).succeeded().says("Saved copies that are kept as they are");
    for name in copies {
        assert_eq!(text(&site, name), NAMING, "{name}");
        assert!(done.stdout.contains(name), "{name}: {done}");
    }
    assert!(!done.stdout.contains("dispatcher.cnf.old"), "{done}");
}

#[test]
fn files_of_no_known_form_are_rewritten_and_listed() {
    let site = with(&[
        ("site-notes", "# see /opt/SUNWmsgsr/doc\n/opt/SUNWmsgsr2\n"),
        ("sub/imta.cnf", NAMING),
        ("other.old", NAMING),
    ]);
    let done = site.moved(&[]).succeeded().says("Of no known form");
    assert_eq!(text(&site, "site-notes"), "# see /opt/sun/comms/messaging/doc\n/opt/SUNWmsgsr2\n");
    assert_eq!(text(&site, "sub/imta.cnf"), MOVED);
    assert_eq!(text(&site, "other.old"), MOVED);
    for name in ["site-notes", "sub/imta.cnf", "other.old"] {
        assert!(done.stdout.contains(name), "{name}: {done}");
    }
}

#[test]
fn binary_files_and_too_large_ones_stay_and_are_reported() {
    let site = with(&[("blob", "\0/opt/SUNWmsgsr/lib\0"), ("key4.db", "/opt/SUNWmsgsr/lib")]);
    let large = File::create(site.path(CONFIG).join("large")).unwrap();
    let line = "/opt/SUNWmsgsr/lib and much more that stands behind it\n";
    std::io::Write::write_all(&mut &large, line.repeat((33 << 20) / line.len()).as_bytes()).unwrap();
    let before: Vec<_> = ["blob", "key4.db", "large"].map(|name| site.read(&format!("{CONFIG}/{name}"))).into();
    site.moved(&[])
        .exits(3)
        .says("/var/opt/SUNWmsgsr/config/blob names /opt/SUNWmsgsr and is not text")
        .says("/var/opt/SUNWmsgsr/config/key4.db names /opt/SUNWmsgsr and is not text")
        .says("/var/opt/SUNWmsgsr/config/large names /opt/SUNWmsgsr and is too large");
    let after: Vec<_> = ["blob", "key4.db", "large"].map(|name| site.read(&format!("{CONFIG}/{name}"))).into();
    assert!(before == after);
}

#[test]
fn a_root_at_the_border_of_two_pieces_is_found() {
    for ahead in [(256 << 10) - 20, (256 << 10) - 1, (512 << 10) + 3, 2 << 20] {
        let filler = "y".repeat(ahead - 1) + "\n";
        let site = with(&[("big", &(filler.clone() + NAMING + &"z\n".repeat(1 << 20)))]);
        site.moved(&[]).succeeded();
        assert!(text(&site, "big").starts_with(&(filler + MOVED)), "{ahead}");
    }
}

#[test]
fn included_files_have_the_form_of_what_includes_them() {
    let site = Site::sample();
    let aliases = format!("{CONFIG}/lists.aliases");
    site.write(&aliases, "! /opt/SUNWmsgsr/comment\nx: \"|/opt/SUNWmsgsr/lib/x\"\n");
    site.moved(&[]).succeeded();
    assert_eq!(site.text(&aliases), "! /opt/SUNWmsgsr/comment\nx: \"|/opt/sun/comms/messaging/lib/x\"\n");
}

#[test]
fn a_file_that_imta_tailor_names_is_no_saved_copy() {
    let site = Site::sample();
    site.edit(&format!("{CONFIG}/imta_tailor"), "/config/option.dat\n", "/config/option.dat.site\n");
    site.write(&format!("{CONFIG}/option.dat.site"), "! /opt/SUNWmsgsr\nX=/opt/SUNWmsgsr/lib\n");
    site.moved(&[]).succeeded();
    assert_eq!(text(&site, "option.dat.site"), "! /opt/SUNWmsgsr\nX=/opt/sun/comms/messaging/lib\n");
}

#[test]
fn a_file_that_a_link_names_is_what_the_link_is_called() {
    let site = Site::sample();
    let config = site.path(CONFIG);
    fs::rename(config.join("option.dat"), config.join("option.dat-3")).unwrap();
    symlink("option.dat-3", config.join("option.dat")).unwrap();
    site.write(&format!("{CONFIG}/option.dat-3"), "! /opt/SUNWmsgsr\nX=/opt/SUNWmsgsr/lib\n");
    site.moved(&[]).succeeded();
    assert_eq!(text(&site, "option.dat-3"), "! /opt/SUNWmsgsr\nX=/opt/sun/comms/messaging/lib\n");
    assert!(config.join("option.dat").is_symlink());
}

#[test]
fn links_through_the_old_root_and_files_elsewhere_stay_and_are_reported() {
    let site = Site::sample();
    symlink("/opt/SUNWmsgsr/lib/imapd", site.path(CONFIG).join("imapd")).unwrap();
    site.write("/etc/mail/site.aliases", "x: \"|/opt/SUNWmsgsr/lib/x\"\n");
    let path = format!("{CONFIG}/aliases");
    site.write(&path, [site.read(&path), b"</etc/mail/site.aliases\n".to_vec()].concat());
    site.moved(&[])
        .exits(3)
        .says("the link /var/opt/SUNWmsgsr/config/imapd leads to /opt/SUNWmsgsr/lib/imapd, below /opt/SUNWmsgsr; it is kept")
        .says("/etc/mail/site.aliases (line ")
        .says("lies outside the configuration directory and names the old root");
    assert_eq!(site.text("/etc/mail/site.aliases"), "x: \"|/opt/SUNWmsgsr/lib/x\"\n");
}

#[test]
fn what_the_new_root_lacks_is_named() {
    let site = Site::sample();
    site.write("/opt/SUNWmsgsr/site/imdnsrules-siroe.so", "");
    site.moved(&[]).exits(3).says(&format!(
        "the configuration names {NEW}/site/imdnsrules-siroe.so, which is not there: copy it from {OLD}/site/imdnsrules-siroe.so"
    ));
}
