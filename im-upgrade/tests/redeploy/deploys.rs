//! Archives and their deployment.

use std::os::unix::process::CommandExt;
use std::process::Command;

use testkit::outcome::Outcome;

use crate::support::Site;

const WAR: &str = "/opt/SUNWiim/work/im.war";
const ADDRESSES: [&str; 3] = ["redeploy", "--codebase", "http://im.siroe.com/im/"];

fn with(more: &[&'static str]) -> Vec<&'static str> {
    [&ADDRESSES, more].concat()
}

/// Puts an unpacked HTTP gateway into the place of its archive.
pub(super) fn add_gateway(site: &Site) {
    let description = "<web-app><context-param><param-name> httpbind.config.file </param-name>\
                       <param-value>/x</param-value></context-param></web-app>";
    site.write("/opt/SUNWiim/work/httpbind/WEB-INF/web.xml", description);
    site.write("/opt/SUNWiim/work/httpbind/WEB-INF/lib/gateway.jar", "a jar");
}

/// Reads an archive with another program's eyes: names and contents.
pub(super) fn listing(site: &Site, war: &str, python: &std::path::Path) -> String {
    let script = "import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\n\
                  for i in z.infolist(): print(i.filename, i.file_size, i.date_time[0])";
    let mut command = Command::new(python);
    command.args(["-c", script]).arg(site.path(war));
    Outcome::of(&mut command).succeeded().stdout
}

#[test]
fn archives_hold_what_clients_fetch_by_python3s_reader() {
    let python = testkit::peers::need("python3");
    let site = Site::new();
    add_gateway(&site);
    site.write("/opt/SUNWiim/html/iwadmin", "#!/bin/sh\n");
    site.write("/opt/SUNWiim/html/en_US/im.jnlp-pre73", "old");
    site.run(&with(&[])).succeeded();
    let names = listing(&site, WAR, &python);
    let names: Vec<&str> = names.lines().filter_map(|line| line.split(' ').next()).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    assert_eq!(names, sorted);
    for expected in ["index.html", "messenger.jar", "en_US/im.jnlp", "de_DE/imssl.html", "WEB-INF/web.xml"] {
        assert!(names.contains(&expected), "{expected}: {names:?}");
    }
    let is_ours = |name: &&str| {
        name.contains("template") || name.contains("-pre73") || name.contains("before") || *name == "iwadmin"
    };
    assert!(!names.iter().any(is_ours), "{names:?}");
    let gateway = listing(&site, "/opt/SUNWiim/work/httpbind.war", &python);
    assert!(gateway.starts_with("WEB-INF/lib/gateway.jar 5 1980\nWEB-INF/web.xml "), "{gateway}");
}

#[test]
fn the_same_files_give_the_same_archive() {
    let one = Site::new();
    let other = Site::new();
    one.run(&with(&[])).succeeded();
    other.run(&with(&[])).succeeded();
    assert_eq!(one.read(WAR), other.read(WAR));
}

#[test]
fn an_archive_is_copied_into_the_directory_of_a_container() {
    let site = Site::new();
    std::fs::create_dir_all(site.path("/srv/webapps")).unwrap();
    site.run(&with(&["--container", "/srv/webapps"])).succeeded();
    assert_eq!(site.read("/srv/webapps/im.war"), site.read(WAR));
    site.run(&with(&["--container", "/srv/webapps"])).succeeded().says("nothing to do");
}

#[test]
fn an_unpacked_application_gets_changed_jars_and_resources_and_keeps_the_rest() {
    let site = Site::new();
    site.write("/srv/webapps/im/index.html", "the container's own");
    site.write("/srv/webapps/im/messenger.jar", "an old jar");
    site.write("/srv/webapps/im/imbrand.jar", "not ours");
    site.run(&with(&["--container", "/srv/webapps"])).succeeded().says("is an unpacked application");
    assert_eq!(site.text("/srv/webapps/im/index.html"), "the container's own");
    assert_eq!(site.read("/srv/webapps/im/messenger.jar"), site.read("/opt/SUNWiim/html/messenger.jar"));
    assert_eq!(site.text("/srv/webapps/im/imbrand.jar"), "not ours");
    assert_eq!(site.read("/srv/webapps/im/fr_FR/im.jnlp"), site.read("/opt/SUNWiim/html/fr_FR/im.jnlp"));
    assert!(!site.path("/srv/webapps/im.war").exists());
}

#[test]
fn a_command_is_run_for_each_archive() {
    let site = Site::new();
    add_gateway(&site);
    site.write_command("/opt/deploy", "deploy", "");
    let command = ["--container-command", "/opt/deploy --name {name} --file '{war}'"];
    site.run(&with(&command)).succeeded().says("Not run: /opt/deploy --name im");
    assert!(site.calls().is_empty());
    site.run(&with(&[&command[..], &["--run-commands"]].concat())).succeeded();
    let root = site.path("").canonicalize().unwrap();
    let war = |name: &str| format!("{}/opt/SUNWiim/work/{name}.war", root.display());
    let expected = ["im", "httpbind"].map(|name| format!("deploy --name {name} --file {}", war(name)));
    assert_eq!(site.calls(), expected);
}

#[test]
fn a_dry_run_writes_nothing_and_prints_the_command_lines_of_the_containers() {
    let site = Site::new();
    let [outcome] = site.writes_nothing([&with(&["--dry-run"])]);
    outcome
        .succeeded()
        .says("wadm add-webapp --user=ADMIN --config=CONFIG --vs=SERVER --uri=/im /opt/SUNWiim/work/im.war")
        .says("asadmin deploy --user ADMIN --force=true --name im --contextroot /im /opt/SUNWiim/work/im.war")
        .says("wdeploy deploy -u /im");
}

#[test]
fn the_undo_restores_everything() {
    let site = Site::new();
    add_gateway(&site);
    site.write("/srv/webapps/im.war", "an older archive");
    site.write_command("/opt/deploy", "deploy", "");
    site.undo_restores(&with(&["--container", "/srv/webapps"]), &["--undo"], Site::product_of);
    let run = with(&["--container-command", "/opt/deploy", "--run-commands"]);
    let [_, undone] = site.undo_restores(&run, &["--undo"], Site::product_of);
    undone.says("The container still has what was deployed");
}

#[test]
fn by_its_other_names_it_does_the_same() {
    for name in ["redeploy", "iwadmin"] {
        let site = Site::new();
        let typed = site.command(&ADDRESSES[1..]);
        let mut command = Command::new(typed.get_program());
        command.arg0(name).args(typed.get_args());
        site.surround(&mut command);
        site.outcome(command).succeeded().says(&format!("{name} --root"));
        assert!(site.path(WAR).exists());
    }
}
