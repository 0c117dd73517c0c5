//! Secrets go nowhere: passwords in all files, on both sides and in the resolutions, are words that occur nowhere else, and
//! after every command all that was printed, reported or kept, and the arguments of the scripts, are searched for them. Left
//! out is what is meant to hold them: the files themselves, their snapshot, and the originals that a run saves.

use std::fs;
use std::ops::{Deref, DerefMut};
use std::path::Path;

use testkit::canary::Searched;

use crate::support::site::{CONSOLE, RESOURCE, USRPREFS, WEB_SERVER};
use crate::support::{Outcome, Site};

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

/// The files themselves, their snapshot, and the resolutions.
fn is_exempt(site: &Site, path: &Path) -> bool {
    let exempt = [site.path("/opt"), site.path("/var/opt/SUNWwbsvr7"), site.beside("resolutions")];
    let is_saved = path.ends_with("tree") && path.with_file_name("snapshot.json").exists();
    is_saved || exempt.iter().any(|exempt| path.components().eq(exempt.components()))
}

impl Watched {
    /// A site whose files hold secrets before config-commda, and others after it.
    fn site() -> Self {
        let mut watched = Self(Searched::new(Site::bare(), 11, is_exempt));
        watched.write("before");
        watched.site.deploy_copies();
        watched.run(&["snapshot"], &[0]);
        watched.write("after");
        watched
    }

    fn write(&mut self, when: &str) {
        let console: [String; 4] =
            ["daconfig", "Resources", "Security", "logger"].map(|name| format!("{CONSOLE}/{name}.properties"));
        for path in console.iter().map(String::as_str).chain([RESOURCE, USRPREFS]) {
            let lines =
                ["admin.password=@", "bindpw : @", "ldap.cred @", "secret=@", "url=ldap://cn=x:@@host/", "plain=1"];
            let text: String = lines
                .iter()
                .map(|line| {
                    let word = self.canaries.word(&format!("{line} of {path} {when}"));
                    line.replacen('@', &word, 1) + "\n"
                })
                .collect();
            self.site.write(path, text + &format!("open={when}\n"));
        }
    }

    #[track_caller]
    fn run(&mut self, arguments: &[&str], statuses: &[i32]) -> Outcome {
        let outcome = self.0.run(arguments);
        assert!(outcome.status.is_some_and(|status| statuses.contains(&status)), "{arguments:?}: {outcome}");
        outcome
    }
}

impl Site {
    fn deploy_copies(&self) {
        let server = RESOURCE.rsplit_once("/data/").unwrap().1;
        self.write(&format!("{WEB_SERVER}/commcli/{server}"), self.read(RESOURCE));
    }
}

#[test]
fn secrets_go_nowhere_from_snapshot_to_undo() {
    let mut watched = Watched::site();
    for json in [&[][..], &["--json"]] {
        let with = |arguments: &[&'static str]| [json, arguments].concat();
        watched.run(&with(&["status"]), &[0]);
        watched.run(&with(&["merge", "--dry-run"]), &[0, 3]);
        let merged = watched.run(&with(&["merge"]), &[0, 3]);
        assert!(merged.stdout.contains("<secret>"), "{merged}");
        watched.run(&with(&["merge"]), &[0, 3]);
        watched.run(&with(&["deploy", "--dry-run"]), &[0]);
        watched.run(&with(&["--list-runs"]), &[0]);
        watched.run(&with(&["undo", "--dry-run"]), &[0]);
        watched.run(&with(&["undo"]), &[0]);
    }
    watched.assert_searched(&["plan.json", "journal", "report.json", "report", "snapshot.json"]);
}

#[test]
fn secrets_go_nowhere_in_resolutions() {
    let mut watched = Watched::site();
    let word = watched.canaries.word("a resolution");
    let file = watched.site.beside("resolutions");
    fs::write(&file, format!("resource.properties:admin.password={word}\n")).unwrap();
    let resolutions = file.to_str().unwrap().to_owned();
    watched.run(&["merge", "--resolutions", &resolutions], &[0, 3]);
    assert!(watched.site.text(RESOURCE).contains(&word));
    watched.run(&["undo"], &[0]);
    // Lines that are wrong: only what stands before the value is shown.
    for line in ["other.properties:admin.password=", "resource.properties:nothing=", "admin.password="] {
        fs::write(&file, format!("{line}{word}\n")).unwrap();
        watched.run(&["merge", "--resolutions", &resolutions], &[1, 2]);
    }
}

#[test]
fn secrets_go_nowhere_in_errors() {
    let mut watched = Watched::site();
    let word = watched.canaries.word("in a damaged file");
    for damaged in [format!("password={word}\\u12\n"), format!("password={word}\0\n")] {
        watched.site.write(RESOURCE, damaged);
        watched.run(&["merge"], &[1]);
        watched.run(&["status"], &[1]);
    }
}

#[test]
fn secrets_go_nowhere_in_the_arguments_of_scripts() {
    let mut watched = Watched::site();
    watched.run(&["merge"], &[0, 3]);
    for name in ["config-wbsvr7x-commcli", "config-wbsvr7x-da"] {
        watched.site.write_noting_script(&format!("/opt/SUNWcomm/sbin/{name}"));
    }
    watched.run(&["deploy", "--run-commands"], &[3]);
    watched.assert_searched(&["called"]);
}

#[test]
fn the_search_finds_what_is_there() {
    let watched = Watched::site();
    let bytes = watched.site.read(RESOURCE);
    assert_eq!(watched.canaries.found_in(&bytes).len(), 5);
}
