//! Secrets go nowhere: passwords in the configuration, some of them beside or around the old root, and in an export, are words that occur
//! nowhere else; after every command all that was printed, reported or kept is searched for them.

use std::path::Path;

use testkit::canary::Searched;

use super::support::{CONFIG, NEW, OLD, Site};

/// The configuration itself, its copy, and the export.
fn is_exempt(site: &Site, path: &Path) -> bool {
    let exempt = [site.path(CONFIG), site.path("/var/copy"), site.beside("export")];
    exempt.iter().any(|exempt| path.components().eq(exempt.components()))
}

fn watched() -> Searched<Site> {
    let mut watched = Searched::new(Site::sample(), 7, is_exempt);
    for name in
        ["msg.conf", "msg.conf.defaults", "option.dat", "sslpassword.conf", "job_controller.cnf", "imta_tailor", "note"]
    {
        let path = format!("{CONFIG}/{name}");
        let mut bytes = if name == "note" { Vec::new() } else { watched.site.read(&path) };
        for form in [
            "x.password = @",
            "x.bindcred = /opt/SUNWmsgsr/@",
            "x.secret=@:/opt/SUNWmsgsr:@",
            "y.password=@,/opt/SUNW\\\nmsgsr/@",
        ] {
            let is_split = form.contains('\n');
            // Only option.dat and its like continue lines.
            if is_split && !["option.dat", "imta_tailor"].contains(&name) {
                continue;
            }
            let word = watched.canaries.word(&format!("{form} of {name}"));
            let line = match name {
                "sslpassword.conf" => format!("token{}:{word}", bytes.len()),
                "job_controller.cnf" => format!("secret{}={word}/opt/SUNWmsgsr", bytes.len()),
                _ => form.replace('@', &word),
            };
            bytes.extend(format!("\n{line}\n").as_bytes());
        }
        watched.site.write(&path, bytes);
    }
    watched
}

#[test]
fn secrets_go_nowhere_in_a_move_a_copy_and_their_undo() {
    let mut watched = watched();
    for form in [&[][..], &["--data-root", "/var/copy"]] {
        for json in [&[][..], &["--json"]] {
            let with = |arguments: &[&'static str]| [json, arguments].concat();
            let forward = |more: &[&'static str]| [&with(&["--store-backup", "none", OLD])[..], form, more].concat();
            watched.run(&forward(&["--dry-run"])).succeeded();
            watched.run(&forward(&[])).succeeded();
            watched.run(&forward(&[])).exits(1);
            watched.run(&with(&["--list-runs"])).succeeded();
            watched.run(&with(&["-u", OLD, "--dry-run"])).succeeded();
            watched.run(&with(&["-u", OLD])).succeeded();
        }
    }
    watched.assert_searched(&["plan.json", "journal", "report.json", "report"]);
    assert!(watched.site.path(NEW).exists());
}

#[test]
fn secrets_go_nowhere_from_an_export() {
    let mut watched = watched();
    std::fs::remove_file(watched.site.path(CONFIG).join("msg.conf.defaults")).unwrap();
    let words = ["local", "export", "both"].map(|what| watched.canaries.word(what));
    watched
        .site
        .write(&format!("{CONFIG}/local.conf"), format!("a.password = {}\nb.password = {}\n", words[0], words[0]));
    let export = watched.site.beside("export");
    std::fs::write(&export, format!("b.password = {}\nx.password = {}/opt/SUNWmsgsr\n", words[1], words[2])).unwrap();
    let export = export.to_str().unwrap().to_owned();
    watched
        .run(&["--store-backup", "none", OLD, "--configutil-export", &export])
        .exits(3)
        .says("b.password: local.conf differs");
    watched.run(&["-u", OLD]).succeeded();
    std::fs::write(&export, format!("b.password {}\n", words[1])).unwrap();
    watched.run(&["--store-backup", "none", OLD, "--configutil-export", &export]).exits(1);
}

#[test]
fn secrets_go_nowhere_in_errors() {
    let mut watched = watched();
    let word = watched.canaries.word("a broken file");
    let path = format!("{CONFIG}/mappings");
    watched.site.write(&path, [watched.site.read(&path), format!("\nodd line {word}\n").into_bytes()].concat());
    watched.run(&["--store-backup", "none", OLD]).exits(1).says("mappings");
}
