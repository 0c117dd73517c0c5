//! `ha_ip_config`: the address of the logical host in the three files, asked for or named, and what is refused.

use std::cell::RefCell;
use std::io;
use std::sync::Arc;

use command::Console;
use migrate_config::ha_ip_config::HaIpConfig;
use testkit::tree::Tree;
use upgrade_engine::fs::{FileSystem, RelPath};

use super::support::{CONFIG, ROOT, Site, call};

const IP: &[&str] = &["--ip", "192.0.2.10"];

fn site() -> Site {
    Site::new(env!("CARGO_BIN_EXE_ha_ip_config"), ROOT, |tree| tree)
}

fn site_with(file: &str, text: &str) -> Site {
    let path = format!("{CONFIG}/{file}");
    Site::new(env!("CARGO_BIN_EXE_ha_ip_config"), ROOT, |tree| tree.file(&path, text))
}

/// Returns the lines that differ, those of the old text with `-`, of the new one with `+`.
fn difference(before: &str, after: &str) -> Vec<String> {
    let (before, after): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let gone = before.iter().filter(|line| !after.contains(line)).map(|line| format!("-{line}"));
    let come = after.iter().filter(|line| !before.contains(line)).map(|line| format!("+{line}"));
    gone.chain(come).collect()
}

fn text(site: &Site, file: &str) -> String {
    String::from_utf8_lossy(&site.read(&format!("{CONFIG}/{file}"))).into_owned()
}

#[test]
fn the_address_is_set_in_the_two_services_the_job_controller_and_the_settings_and_nowhere_else() {
    let site = site();
    let files = ["dispatcher.cnf", "job_controller.cnf", "msg.conf"];
    let before = files.map(|file| text(&site, file));
    let outcome = site.run(IP).exits(0);
    outcome.says(
        "/var/opt/SUNWmsgsr/config/dispatcher.cnf: [SERVICE=SMTP]INTERFACE_ADDRESS: 192.0.2.10 (now 10.1.110.13)",
    );
    let after = files.map(|file| text(&site, file));
    // The submit service has none yet; that of the scanning channel is the site's own.
    let added = "+INTERFACE_ADDRESS=192.0.2.10";
    assert_eq!(difference(&before[0], &after[0]), ["-INTERFACE_ADDRESS=10.1.110.13", added, added]);
    assert!(
        after[0].contains("PARAMETER=CHANNEL=tcp_submit\nTLS_PORT=465\nINTERFACE_ADDRESS=192.0.2.10\n"),
        "{}",
        after[0]
    );
    assert_eq!(difference(&before[1], &after[1]), [added]);
    let global = after[1].find("INTERFACE_ADDRESS=192.0.2.10").unwrap();
    assert!(global < after[1].find('[').unwrap(), "{}", after[1]);
    assert!(after[1].contains("INTERFACE_ADDRESS=10.1.110.13"), "the channel keeps its own");
    let settings = ["+service.listenaddr = 192.0.2.10", "+service.http.smtphost = 192.0.2.10"];
    let mut changed = difference(&before[2], &after[2]);
    changed.sort_by_key(|line| line.contains("smtphost"));
    assert_eq!(changed, settings);
}

#[test]
fn an_undo_gives_every_file_back_as_it_was() {
    let site = site();
    let before = site.product();
    let next = "Next: if the server runs, restart it: /opt/SUNWmsgsr/sbin/stop-msg";
    site.run(IP).exits(0).says(next);
    site.run(&["--undo"]).exits(0).says(next);
    before.assert_same(&site.product());
}

#[test]
fn the_same_address_again_changes_nothing_and_another_one_replaces_it() {
    let site = site();
    site.run(IP).exits(0);
    let before = site.product();
    site.run(IP).exits(0).says("There is nothing to do");
    before.assert_same(&site.product());
    site.run(&["--ip", "2001:DB8::10"]).exits(0);
    let all = ["dispatcher.cnf", "job_controller.cnf", "msg.conf"].map(|file| text(&site, file)).concat();
    assert_eq!((all.matches("192.0.2.10").count(), all.matches("2001:db8::10").count()), (0, 5));
}

#[test]
fn a_dry_run_shows_what_changes_and_writes_nothing() {
    let [outcome] = site().writes_nothing([&["--dry-run", "--ip", "192.0.2.10"]]);
    outcome.exits(0).says("service.listenaddr: 192.0.2.10 (now not set)");
}

#[test]
fn malformed_addresses_are_refused() {
    let site = site();
    let before = site.product();
    for ip in ["192.0.2", "192.0.2.256", "mail.siroe.com", "2001:db8::1::2", "0.0.0.0", "127.0.0.1", "192.0.2.1\nX=1"] {
        site.run(&["--ip", ip]).exits(1).says("Nothing was changed");
    }
    site.run(&["--dry-run"]).exits(2).says("--ip IP is missing");
    site.run(&[]).exits(2).says("--ip IP is missing");
    before.assert_same(&site.product());
}

#[test]
fn other_spellings_of_sections_and_keys_are_the_same_ones() {
    let site = site_with("dispatcher.cnf", "[service=smtp]\r\ninterface_address=1.2.3.4\r\n[SERVICE=SMTP_SUBMIT]\r\n");
    site.run(IP).exits(0);
    let expected =
        "[service=smtp]\r\ninterface_address=192.0.2.10\r\n[SERVICE=SMTP_SUBMIT]\r\nINTERFACE_ADDRESS=192.0.2.10\r\n";
    assert_eq!(text(&site, "dispatcher.cnf"), expected);
}

#[test]
fn a_service_that_is_not_there_is_reported_and_not_made() {
    let site = site_with("dispatcher.cnf", "[SERVICE=SMTP]\nPORT=25\n");
    site.run(IP).exits(3).says("dispatcher.cnf has no [SERVICE=SMTP_SUBMIT]");
    assert_eq!(text(&site, "dispatcher.cnf"), "[SERVICE=SMTP]\nPORT=25\nINTERFACE_ADDRESS=192.0.2.10\n");
}

#[test]
fn an_address_that_is_there_twice_and_a_broken_file_are_refused() {
    for (file, broken, why) in [
        (
            "dispatcher.cnf",
            "[SERVICE=SMTP]\nINTERFACE_ADDRESS=1.1.1.1\nINTERFACE_ADDRESS=2.2.2.2\n",
            "is there 2 times",
        ),
        ("job_controller.cnf", "[POOL=X\n", "line 1"),
    ] {
        let site = site_with(file, broken);
        let before = site.product();
        site.run(IP).exits(1).says(file).says(why).says("Nothing was changed");
        before.assert_same(&site.product());
    }
}

#[test]
fn a_root_without_a_configuration_is_refused() {
    let site = Site::new(env!("CARGO_BIN_EXE_ha_ip_config"), "/opt/sun/comms/messaging", |tree| tree);
    site.run(IP).exits(1).says("/opt/sun/comms/messaging has no configuration");
}

#[test]
fn a_hard_linked_file_keeps_its_names() {
    let path = format!("{CONFIG}/dispatcher.cnf");
    let second = format!("{CONFIG}/dispatcher.save");
    let site = Site::new(env!("CARGO_BIN_EXE_ha_ip_config"), ROOT, |tree| tree.hard_link(&second, &path));
    site.run(IP).exits(0);
    assert_eq!(site.read(&path), site.read(&second));
}

/// Somebody who answers in turn, and what was asked.
struct Answers {
    answers: RefCell<Vec<&'static str>>,
    asked: RefCell<Vec<String>>,
}

impl Answers {
    fn new(answers: &[&'static str]) -> Self {
        Self { answers: RefCell::new(answers.iter().rev().copied().collect()), asked: RefCell::default() }
    }
}

impl Console for Answers {
    fn line(&self, prompt: &str) -> io::Result<Option<String>> {
        self.asked.borrow_mut().push(prompt.to_owned());
        Ok(self.answers.borrow_mut().pop().map(str::to_owned))
    }

    fn secret(&self, prompt: &str) -> io::Result<Option<command::Zeroizing<String>>> {
        Ok(self.line(prompt)?.map(command::Zeroizing::new))
    }

    fn show(&self, text: &str) {
        self.asked.borrow_mut().push(text.to_owned());
    }
}

fn disk() -> Arc<dyn FileSystem> {
    let tree = Tree::new().directory("/state").mode(0o700).directory("/msg/sbin").directory("/msg/lib");
    let tree =
        tree.file("/data/config/dispatcher.cnf", "[SERVICE=SMTP]\nPORT=25\n").symlink("/msg/config", "/data/config");
    Arc::new(tree.disk())
}

fn dispatcher(fs: &Arc<dyn FileSystem>) -> String {
    let dir = fs.open_dir(&super::support::path("/data/config")).unwrap();
    let file = dir.open(&RelPath::new("dispatcher.cnf").unwrap()).unwrap();
    let mut bytes = vec![0; 4096];
    let length = file.read_at(&mut bytes, 0).unwrap();
    String::from_utf8(bytes[..length].to_vec()).unwrap()
}

#[test]
fn it_asks_for_the_address_the_root_and_a_yes() {
    let fs = disk();
    let answers = Answers::new(&["x", "192.0.2.10", "msg", "/msg", "y"]);
    call::<HaIpConfig>(&fs, &["ha_ip_config", "--root", "/"], Some(&answers)).unwrap();
    assert!(dispatcher(&fs).contains("INTERFACE_ADDRESS=192.0.2.10"));
    let asked = answers.asked.borrow().join("|");
    for words in [
        "IP address of the logical host",
        "is not an IP address",
        "Root directory",
        "is not an absolute path",
        "Change these settings?",
    ] {
        assert!(asked.contains(words), "{words}: {asked}");
    }
}

#[test]
fn a_no_changes_nothing() {
    let fs = disk();
    let before = dispatcher(&fs);
    let answers = Answers::new(&["192.0.2.10", "/msg", "n"]);
    let error = call::<HaIpConfig>(&fs, &["ha_ip_config", "--root", "/"], Some(&answers)).unwrap_err();
    assert!(error.contains("not confirmed"), "{error}");
    assert_eq!(dispatcher(&fs), before);
}
