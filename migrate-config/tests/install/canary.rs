//! Secrets go nowhere: passwords in all three versions and in the resolutions are words that occur nowhere else, and after every
//! command all that was printed, reported or kept is searched for them. Left out is what is meant to hold them: the files themselves,
//! the merged files, the proposals and the resolutions in the work directory, which are for their owner only, and the originals that a run saves.

use std::ops::{Deref, DerefMut};
use std::path::Path;

use testkit::canary::Searched;

use crate::support::Outcome;
use crate::support::merging::{CONFIG, NEW, OLD, Site, WORK, sample};

struct Watched(Searched<Site>);

impl Deref for Watched {
    type Target = Searched<Site>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Watched {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

fn is_exempt(site: &Site, path: &Path) -> bool {
    let exempt = [
        site.path(&format!("{OLD}/install")),
        site.path(&format!("{NEW}/install/configure")),
        site.path(CONFIG),
        site.path(&format!("{WORK}/merged")),
        site.path(&format!("{WORK}/proposals")),
        site.path(&format!("{WORK}/resolutions.json")),
        site.beside("resolutions"),
    ];
    exempt.iter().any(|exempt| path == exempt)
}

const FILES: [(&str, &str); 6] = [
    ("sslpassword.conf", "Internal (Software) Token:@\n"),
    ("job_controller.cnf", "secret=@\ntcp_port=27442\n[POOL=x]\nsecret=@\n"),
    ("option.dat", "LDAP_PASSWORD=@\nLDAP_URL=ldap://cn=x:@@host/\nMAX=1\n"),
    ("msg.conf.defaults", "local.ugldapbindcred = @\nstore.adminpass = @\na = 1\n"),
    ("ImapProxyAService-def.cfg", "default:BindPass \"@\"\n#default:StoreAdminPass @\ndefault:LogLevel 1\n"),
    ("conversions", "in-chan=x; command=\"run password=@\"\n"),
];

impl Watched {
    fn site() -> Self {
        let mut watched = Self(Searched::new(Site::of(&sample()), 23, is_exempt));
        for (when, place) in [
            ("base", format!("{OLD}/install/configure/factory")),
            ("site", CONFIG.to_owned()),
            ("new", format!("{NEW}/install/configure/factory")),
        ] {
            for (name, text) in FILES {
                watched.write(&format!("{place}/{name}"), text, when);
            }
        }
        watched.write(&format!("{CONFIG}/ImapProxyAService.cfg"), "default:BindPass @\ndefault:LogLevel 1\n", "proxy");
        watched.write(&format!("{CONFIG}/msg.conf"), "store.adminpass = @\n", "overrides");
        watched.write(&format!("{NEW}/install/configure/factory/pager_option"), "PAGER_PASSWORD=@\n", "new file");
        watched.site.move_configuration();
        watched
    }

    fn write(&mut self, path: &str, text: &str, when: &str) {
        let mut made = String::new();
        for line in text.split_inclusive('\n') {
            let word = self.canaries.word(&format!("{line} of {path} {when}"));
            // In a URL the sign stands ahead of the host.
            made.push_str(&line.replacen('@', &word, 1));
        }
        self.site.write(path, made);
    }

    #[track_caller]
    fn call(&mut self, program: &'static str, arguments: &[&str], statuses: &[i32]) -> Outcome {
        let outcome = self.0.run_by(|site, arguments| site.call(program, arguments), arguments);
        assert!(outcome.status.is_some_and(|status| statuses.contains(&status)), "{arguments:?}: {outcome}");
        outcome
    }
}

#[test]
fn secrets_go_nowhere_from_the_merge_to_the_undo_of_an_installation() {
    let mut watched = Watched::site();
    for json in [&[][..], &["--json"]] {
        let with = |arguments: &[&'static str]| [json, arguments].concat();
        watched.call("patch-config", &with(&["--dry-run"]), &[3]);
        let merged = watched.call("patch-config", &with(&[]), &[3]);
        assert!(merged.stdout.contains("<secret>"), "{merged}");
        watched.call("install-newconfig", &with(&[]), &[1]);
        watched.call("install-newconfig", &with(&["-f", "--dry-run"]), &[3]);
        watched.call("install-newconfig", &with(&["-f"]), &[3]);
        watched.call("install-newconfig", &with(&["--list-runs"]), &[0]);
        watched.call("patch-config", &with(&[]), &[0, 3]);
        watched.call("uninstall-newconfig", &with(&["--dry-run"]), &[0]);
        watched.call("uninstall-newconfig", &with(&[]), &[0]);
    }
    watched.assert_searched(&["plan.json", "journal", "report.json", "report", "candidates.json", "changes.json"]);
    watched.assert_searched(&["sslpassword.conf.CHANGES", "option.dat.CHANGES"]);
}

#[test]
fn secrets_go_nowhere_in_resolutions_and_errors() {
    let mut watched = Watched::site();
    let word = watched.canaries.word("a resolution");
    let file = watched.site.beside("resolutions");
    let text = format!("option.dat:LDAP_PASSWORD={word}\nsslpassword.conf:Internal (Software) Token={word}\n");
    std::fs::write(&file, text).unwrap();
    let named = file.to_str().unwrap().to_owned();
    watched.call("patch-config", &["--resolutions", &named], &[3]);
    assert!(watched.site.text(&format!("{WORK}/merged/sslpassword.conf")).contains(&word));
    // They are kept without the file.
    std::fs::remove_file(&file).unwrap();
    watched.call("patch-config", &[], &[3]);
    assert!(watched.site.text(&format!("{WORK}/merged/option.dat")).contains(&word));
    for line in ["nothing.cnf:password=", "option.dat:nothing="] {
        std::fs::write(&file, format!("{line}{word}\n")).unwrap();
        watched.call("patch-config", &["--resolutions", &named], &[1, 2]);
    }
    for damaged in [format!("LDAP_PASSWORD={word}\0\n"), format!("\u{feff}LDAP_PASSWORD={word}\n")] {
        watched.site.write(&format!("{CONFIG}/option.dat"), damaged);
        watched.call("patch-config", &[], &[1]);
    }
}
