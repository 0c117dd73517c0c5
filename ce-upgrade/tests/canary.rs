//! Secrets go nowhere: passwords in all three versions are words that occur nowhere else, and after every command all that was printed,
//! reported or kept is searched for them. Left out is what is meant to hold them: the files themselves, the merged files, the proposals and
//! the resolutions in the work directory, which are for their owner only, and the originals that a run saves.

use std::path::Path;

use testkit::canary::Searched;

use crate::support::{DEPLOYED, Site, TEMPLATES, WORK};

fn is_exempt(site: &Site, path: &Path) -> bool {
    let exempt = [
        site.path(TEMPLATES),
        site.path(&format!("{DEPLOYED}/WEB-INF")),
        site.path(&format!("{DEPLOYED}/staging")),
        site.path(&format!("{WORK}/merged")),
        site.path(&format!("{WORK}/proposals")),
        site.path(&format!("{WORK}/resolutions.json")),
        site.beside("stock-old"),
        site.beside("resolutions"),
    ];
    exempt.iter().any(|exempt| path == exempt)
}

const FILES: [(&str, &str); 4] = [
    ("config/uwcauth.properties", "ldapauth.ldapbindcred=@\nuwcauth.identity.bindcred = @\n"),
    ("config/uwcconfig.properties", "calendar.wcap.passwd=@\n!webmail.proxyadminpass=@\nwebmail.url=http://u:@@h/\n"),
    ("config/ldappstore/db_config.properties", "defaultserver.ldapbindcred=@\n"),
    ("config/new-dir/db_config.properties", "defaultserver.ldapbindcred=@\n"),
];

#[test]
fn secrets_go_nowhere_from_the_merge_to_the_undo_of_an_installation() {
    let mut watched = Searched::new(Site::sample(), 29, is_exempt);
    let stock = watched.site.beside("stock-old");
    let places = [
        stock.join(TEMPLATES.trim_start_matches('/')),
        watched.site.path(&format!("{DEPLOYED}/WEB-INF")),
        watched.site.path(TEMPLATES),
        watched.site.path(&format!("{DEPLOYED}/staging/WEB-INF")),
    ];
    for (number, place) in places.iter().enumerate() {
        for (name, text) in FILES {
            let path = place.join(name);
            let mut bytes = std::fs::read(&path).unwrap_or_default();
            for line in text.split_inclusive('\n') {
                let word = watched.canaries.word(&format!("{line} of {name} in place {number}"));
                bytes.extend_from_slice(line.replacen('@', &word, 1).as_bytes());
            }
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }
    let word = watched.canaries.word("a resolution");
    let resolutions = watched.site.beside("resolutions");
    std::fs::write(&resolutions, format!("config/uwcauth.properties:ldapauth.ldapbindcred={word}\n")).unwrap();
    let (stock, resolutions) = (stock.to_str().unwrap().to_owned(), resolutions.to_str().unwrap().to_owned());
    for json in [&[][..], &["--json"]] {
        let mut call = |words: &[&str], statuses: &[i32]| {
            let outcome = watched.run(&[json, words].concat());
            assert!(outcome.status.is_some_and(|status| statuses.contains(&status)), "{words:?}: {outcome}");
            outcome
        };
        call(&["patch-config", "--base", &stock, "--dry-run"], &[3]);
        let merged = call(&["patch-config", "--base", &stock, "--resolutions", &resolutions], &[3]);
        assert!(merged.stdout.contains("<secret>"), "{merged}");
        call(&["patch-config"], &[3]);
        call(&["patch-config", "--base", &stock], &[3]);
        call(&["install-newconfig"], &[1]);
        call(&["install-newconfig", "-f", "--dry-run"], &[3]);
        call(&["install-newconfig", "-f"], &[3]);
        call(&["status"], &[0]);
        call(&["--list-runs"], &[0]);
        call(&["uninstall-newconfig", "--dry-run"], &[0]);
        call(&["uninstall-newconfig"], &[0]);
    }
    watched.assert_searched(&["plan.json", "journal", "report.json", "candidates.json", "changes.json"]);
    watched.assert_searched(&["uwcauth.properties.CHANGES"]);
}
