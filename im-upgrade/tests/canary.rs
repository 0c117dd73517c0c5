//! Secrets go nowhere: passwords in all files of the site and of both releases are words that occur nowhere else, and after every command
//! all that was printed, reported or kept is searched for them. Left out is what is meant to hold them: the files themselves, their
//! copies, the stock files, and the originals that a run saves.

use std::path::Path;

use testkit::canary::Searched;

use crate::support::{CONF, ROOT, Site};

fn is_exempt(site: &Site, path: &Path) -> bool {
    let exempt = [site.path("/etc"), site.path("/opt"), site.beside("stock-old"), site.beside("stock-new")];
    exempt.iter().any(|exempt| path.components().eq(exempt.components()))
}

#[test]
fn secrets_go_nowhere_from_check_to_undo() {
    let made = Site::with_both();
    let stock = made.stock();
    let mut watched = Searched::new(made, 17, is_exempt);
    let keys = ["iim_ldap.usergroupbindcred", "iim_server.coserver1.password", "agent-calendar.password"];
    for (number, path) in [
        watched.site.path(CONF),
        watched.site.path(&format!("{ROOT}/sales/config/iim.conf")),
        watched.site.beside("stock-new/etc/opt/SUNWiim/default/config/iim.conf"),
        watched.site.beside("stock-old/etc/opt/SUNWiim/default/config/iim.conf"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut bytes = std::fs::read(&path).unwrap();
        for key in keys {
            let word = watched.canaries.word(&format!("{key} of file {number}"));
            bytes.extend_from_slice(format!("{key} = \"{word}\"\n").as_bytes());
        }
        std::fs::write(&path, bytes).unwrap();
    }
    let word = watched.canaries.word("the password of the key store");
    let path = format!("{ROOT}/default/config/sslpassword.conf");
    watched.site.write(&path, format!("Internal (Software) Token:{word}\n"));

    let stock: Vec<&str> = stock.iter().map(String::as_str).collect();
    for json in [&[][..], &["--json"]] {
        let with = |words: &[&'static str]| [json, words].concat();
        watched.run(&with(&["status"]));
        watched.run(&[&with(&["check"]), stock.as_slice()].concat());
        watched.run(&[&with(&["upgrade", "--dry-run"]), stock.as_slice()].concat());
        let done = watched.run(&[&with(&["upgrade"]), stock.as_slice()].concat());
        assert_eq!(done.status, Some(3), "{done}");
        assert!(done.stdout.contains("<secret>"), "{done}");
        watched.run(&with(&["--list-runs"]));
        watched.run(&with(&["--undo"]));
    }
    watched.assert_searched(&["plan.json", "journal", "report.json"]);
}
