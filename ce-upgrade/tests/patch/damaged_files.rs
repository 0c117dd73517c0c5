//! Files that are not what they should be: kept whole and reported, and the run goes on.

use crate::support::{DEPLOYED, Site, WORK, rows};

const BOOKS: &str = "domain/defaultps/defaultps.xml";

#[track_caller]
fn decided_whole(site: &Site, file: &str) {
    let found = rows(&site.patch(&["--json"]).exits(3).json());
    let of_file: Vec<_> = found.iter().filter(|row| row.file == file).collect();
    assert_eq!(of_file.len(), 1, "{file}");
    assert!(of_file[0].key.ends_with(":<file>"), "{}", of_file[0]);
    assert_eq!(site.candidate(file), site.live(file), "the site's file is kept");
    assert!(found.iter().any(|row| row.decision == "take-new"), "the run goes on");
}

#[test]
fn malformed_address_books_are_kept_whole_and_reported() {
    let site = Site::sample();
    site.edit(&format!("{DEPLOYED}/WEB-INF/{BOOKS}"), "booktype=\"abook\"", "booktype=\"abook\";");
    site.patch(&[])
        .exits(3)
        .says(&format!("{DEPLOYED}/WEB-INF/{BOOKS}, line "))
        .says(&format!("{BOOKS} is decided as a whole"));
    decided_whole(&site, BOOKS);
}

#[test]
fn entities_are_never_expanded_and_external_ones_never_fetched() {
    let bomb = "<!DOCTYPE books [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;\">]>\n\
                <books><book><entry entryID=\"pab\"><displayname>&c;</displayname></entry></book></books>\n";
    for text in
        [bomb.to_owned(), bomb.replace("<!ENTITY a \"aaaaaaaaaa\">", "<!ENTITY a SYSTEM \"file:///etc/passwd\">")]
    {
        let site = Site::sample();
        site.write(&format!("{DEPLOYED}/WEB-INF/{BOOKS}"), text);
        let outcome = site.patch(&[]).exits(3).says(&format!("{BOOKS} is decided as a whole"));
        assert!(!outcome.stdout.contains("root:") && !outcome.stdout.contains("aaaaaaaaaaaa"), "{outcome}");
        decided_whole(&site, BOOKS);
    }
}

#[test]
fn a_file_with_a_document_type_is_decided_as_a_whole_with_a_proposal_by_element() {
    let site = Site::sample();
    let path = format!("{DEPLOYED}/WEB-INF/{BOOKS}");
    let text =
        site.text(&path).replace("<books>", "<!DOCTYPE books SYSTEM \"http://nowhere.invalid/books.dtd\">\n<books>");
    site.write(&path, text);
    site.patch(&[]).exits(3).says(&format!("proposals/{BOOKS} in the work directory is a merge by element"));
    decided_whole(&site, BOOKS);
    let proposal = String::from_utf8_lossy(&site.read(&format!("{WORK}/proposals/{BOOKS}"))).into_owned();
    assert!(proposal.contains("This is your default address book") && proposal.contains("<!DOCTYPE"), "{proposal}");
}

#[test]
fn properties_that_java_rejects_are_kept_whole_and_reported() {
    for damage in ["a=\\u12\n", "\0\n"] {
        let site = Site::sample();
        let file = "config/uwclogging.properties";
        let path = format!("{DEPLOYED}/WEB-INF/{file}");
        let text = site.text(&path) + damage;
        site.write(&path, text);
        site.patch(&[]).exits(3).says(&format!("{file} is decided as a whole"));
        decided_whole(&site, file);
    }
}

#[test]
fn an_empty_file_as_after_a_full_disk_loses_no_key() {
    let site = Site::sample();
    site.write(&format!("{DEPLOYED}/WEB-INF/config/uwcauth.properties"), "");
    site.patch(&[]).exits(3).says("has no entry, as after a full disk; the file was not merged");
    assert!(!site.path(&format!("{WORK}/merged/config/uwcauth.properties")).exists());
}

#[test]
fn a_link_that_leads_nowhere_is_left_and_one_inside_the_deployment_is_merged_once() {
    use std::os::unix::fs::symlink;
    let site = Site::sample();
    symlink("nowhere.properties", site.path(&format!("{DEPLOYED}/WEB-INF/config/dangling.properties"))).unwrap();
    symlink("uwcconfig.properties", site.path(&format!("{DEPLOYED}/WEB-INF/config/alias.properties"))).unwrap();
    let outcome = site.patch(&[]).exits(3);
    outcome
        .says("dangling.properties: the link leads nowhere")
        .says("alias.properties: the link leads to /var/opt/SUNWuwc/WEB-INF/config/uwcconfig.properties");
    for name in ["dangling", "alias"] {
        assert!(!site.path(&format!("{WORK}/merged/config/{name}.properties")).exists());
    }
}
