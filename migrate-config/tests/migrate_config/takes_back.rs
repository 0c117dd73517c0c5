//! `-u`: every byte, owner, mode, time, link and hard link as before the move.

use std::fs;

use super::support::{CONFIG, NEW, OLD, Site};

#[test]
fn a_move_is_undone_to_every_byte_owner_mode_and_time() {
    for undo in ["-u", "--u", "---u", "\u{2014}u", "\u{2013}u"] {
        let site = Site::sample();
        let before = site.product();
        site.moved(&[]).succeeded().says("-u /opt/SUNWmsgsr");
        assert_ne!(before, site.product());
        site.run(&[undo, OLD])
            .succeeded()
            .says("Everything is as it was before the move")
            .says("To start the old server: /opt/SUNWmsgsr/sbin/start-msg");
        before.assert_same(&site.product());
    }
}

#[test]
fn a_dry_run_of_the_undo_writes_nothing() {
    let site = Site::sample();
    site.moved(&[]).succeeded();
    let [shown] = site.writes_nothing([&["-u", OLD, "--dry-run"]]);
    shown
        .succeeded()
        .says("remove the link /opt/sun/comms/messaging/config")
        .says("restore /var/opt/SUNWmsgsr/config/imta.cnf");
}

#[test]
fn a_second_move_is_refused_and_names_the_way_back() {
    let site = Site::sample();
    site.moved(&[]).succeeded();
    site.refused(&["--store-backup", "none", OLD])
        .exits(1)
        .says("was moved to /opt/sun/comms/messaging already, by run [RUN 1]")
        .says("migrate-config -u /opt/SUNWmsgsr")
        .says("Nothing was changed.");
}

#[test]
fn after_an_undo_the_configuration_moves_again() {
    let site = Site::sample();
    site.moved(&[]).succeeded();
    let moved = site.product();
    site.run(&["-u", OLD]).succeeded();
    site.moved(&[]).succeeded();
    let links = [format!("{NEW}: modified"), format!("{CONFIG}: modified")];
    let difference = moved.difference(&site.product());
    assert!(
        difference
            .iter()
            .all(|line| links.iter().any(|link| link.contains(line.split(' ').next().unwrap().trim_end_matches(':')))),
        "{difference:?}"
    );
}

#[test]
fn an_undo_without_a_move_or_of_another_root_is_refused() {
    let site = Site::sample();
    site.refused(&["-u", OLD])
        .exits(1)
        .says("no move of a configuration to /opt/sun/comms/messaging by this program is in effect");
    site.moved(&[]).succeeded();
    site.refused(&["-u", "/opt/SUNWmsgsr2"])
        .exits(1)
        .says("the configuration of /opt/sun/comms/messaging came from /opt/SUNWmsgsr, not from /opt/SUNWmsgsr2");
    site.refused(&["-u", "opt/SUNWmsgsr"]).exits(1).says("is a relative path");
    site.run(&["-u", "/opt/../opt/SUNWmsgsr"]).succeeded();
}

#[test]
fn a_store_that_was_used_since_stops_the_undo_until_it_is_restored() {
    let site = Site::sample();
    let before = site.product();
    site.moved(&[]).succeeded();
    let index = "/var/opt/SUNWmsgsr/store/partition/primary/=user/53/53/=alice/store.idx";
    let (bytes, attributes) = (site.read(index), testkit::site::attributes(&site.path(index)));
    site.write(index, &bytes);
    let stopped =
        site.refused(&["-u", OLD]).exits(1).says("the message store was used since the move").says("store.idx");
    let at = |text: &str| stopped.stderr.find(text).unwrap_or_else(|| panic!("{text} is missing: {stopped}"));
    let order = ["stop the new server", "restore the store", "--store-restored", "start the old server"].map(at);
    assert!(order.is_sorted(), "{stopped}");
    site.refused(&["--undo"]).exits(1).says("the message store was used since the move");
    testkit::site::set_modified(&site.path(index), attributes.3, attributes.4);
    site.write("/var/opt/SUNWmsgsr/queue/tcp_local/ZZ01.00", "mail that came since");
    site.write("/var/opt/SUNWmsgsr/log/imap", "a log");
    site.run(&["-u", OLD, "--store-restored"]).succeeded();
    let difference = before.difference(&site.product());
    let is_new =
        |line: &String| ["queue", "log"].iter().any(|name| line.contains(&format!("var/opt/SUNWmsgsr/{name}")));
    assert!(difference.iter().all(is_new), "{difference:?}");
}

#[test]
fn a_file_that_was_edited_since_stays_and_its_old_content_is_put_beside_it() {
    let site = Site::sample();
    let path = format!("{CONFIG}/option.dat");
    let old = site.read(&path);
    site.moved(&[]).succeeded();
    let mut edited = site.read(&path);
    edited.extend(b"! edited\n");
    site.write(&path, &edited);
    let run = site.run_names().pop().unwrap();
    site.run(&["-u", OLD]).exits(3).says("option.dat was changed since the run").says("Everything else is as it was");
    assert_eq!(site.read(&path), edited);
    assert_eq!(site.read(&format!("{path}.before-{run}")), old);
    assert!(fs::symlink_metadata(site.path(NEW).join("config")).is_err());
}

#[test]
fn a_run_is_undone_by_its_name_and_by_the_root() {
    for by_root in [true, false] {
        let site = Site::sample();
        let before = site.product();
        site.moved(&[]).succeeded();
        let run = site.run_names().pop().unwrap();
        site.run(&["--undo", if by_root { OLD } else { &run }]).succeeded();
        before.assert_same(&site.product());
    }
}
