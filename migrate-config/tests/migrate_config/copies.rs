//! `--data-root`: an independent copy of the configuration for the new root; the old one is only read.

use std::fs;

use super::support::{CONFIG, NEW, OLD, Site, unwrapped};

const COPY: &str = "/var/opt/messaging7";

fn copied(site: &Site) -> testkit::outcome::Outcome {
    site.run(&[OLD, "--data-root", COPY])
}

#[test]
fn the_copy_names_the_new_root_and_its_own_data_root() {
    let site = Site::sample();
    let old = site.product();
    copied(&site).succeeded();
    let text = String::from_utf8_lossy(&site.read(&format!("{COPY}/config/msg.conf"))).into_owned();
    assert!(text.contains("store.partition.primary.path = /var/opt/messaging7/store/partition/primary"), "{text}");
    assert!(text.contains("-root /opt/sun/comms/messaging -also /var/opt/messaging7"), "{text}");
    assert!(text.contains("store.partition.archive.path = /opt/SUNWmsgsrX/partition/archive"), "{text}");
    for (name, target) in [("config", "/var/opt/messaging7/config"), ("data", COPY), ("log", "/var/opt/messaging7/log")]
    {
        assert_eq!(fs::read_link(site.path(NEW).join(name)).unwrap().to_str(), Some(target));
    }
    let changed = old.difference(&site.product());
    let is_new = |line: &String| {
        line.starts_with(&COPY[1..]) || line.starts_with(&NEW[1..]) || line.starts_with("var/opt: modified")
    };
    assert!(changed.iter().all(is_new), "{changed:?}");
}

#[test]
fn what_the_old_data_root_holds_is_made_empty_and_listed() {
    let site = Site::sample();
    let done = copied(&site).succeeded();
    for name in ["queue", "lock", "store"] {
        assert_eq!(fs::read_dir(site.path(COPY).join(name)).unwrap().count(), 0, "{name}");
        let attributes = |root: &str| testkit::site::attributes(&site.path(root).join(name));
        let (copy, old) = (attributes(COPY), attributes("/var/opt/SUNWmsgsr"));
        assert_eq!((copy.0, copy.1, copy.2), (old.0, old.1, old.2), "{name}");
        assert!(unwrapped(&done.stdout).contains(&format!("{name} is made empty")), "{done}");
    }
    assert_eq!(fs::read_dir(site.path(COPY).join("log")).unwrap().count(), 0);
}

#[test]
fn a_copy_is_undone_whole() {
    let site = Site::sample();
    let before = site.product();
    copied(&site).succeeded();
    site.run(&["-u", OLD]).succeeded();
    before.assert_same(&site.product());
}

#[test]
fn a_copy_that_was_used_since_is_kept_by_the_undo() {
    let site = Site::sample();
    copied(&site).succeeded();
    site.write(&format!("{COPY}/queue/tcp_local/ZZ01.00"), "mail");
    site.run(&["-u", OLD]).exits(3).says("/var/opt/messaging7 is kept");
    assert!(fs::symlink_metadata(site.path(NEW).join("config")).is_err());
    assert_eq!(site.text(&format!("{COPY}/queue/tcp_local/ZZ01.00")), "mail");
}

#[test]
fn places_that_are_taken_or_inside_are_refused() {
    let site = Site::sample();
    for (place, what) in [
        ("/var/opt/SUNWmsgsr", "is there already"),
        ("/var/opt/SUNWmsgsr/copy", "lies in /var/opt/SUNWmsgsr, the old data root"),
        ("/opt/SUNWmsgsr/copy", "lies in /opt/SUNWmsgsr, the old root"),
        ("/opt/sun/comms/messaging/copy", "lies in /opt/sun/comms/messaging, the new root"),
        ("/opt/SUNWmsgsr/data/copy", "lies in /var/opt/SUNWmsgsr, the old data root"),
        ("/nowhere/copy", "/nowhere is not there"),
    ] {
        for dry in [&[][..], &["--dry-run"]] {
            site.refused(&[&[OLD, "--data-root", place], dry].concat())
                .exits(1)
                .says(what)
                .says("Nothing was changed.");
        }
    }
}

#[test]
fn sockets_are_reported_and_left_out() {
    let site = Site::sample();
    let _socket = std::os::unix::net::UnixListener::bind(site.path(CONFIG).join("socket")).unwrap();
    copied(&site).exits(3).says("/var/opt/SUNWmsgsr/config/socket is a socket or a device; it is not copied");
    assert!(!site.path(COPY).join("config/socket").exists());
    assert!(site.path(CONFIG).join("socket").exists());
}

#[test]
fn hard_links_of_the_configuration_are_hard_links_of_the_copy() {
    use std::os::unix::fs::MetadataExt;
    let site = Site::sample();
    copied(&site).succeeded();
    let id = |name: &str| fs::metadata(site.path(COPY).join("config").join(name)).unwrap().ino();
    assert_eq!(id("aliases"), id("aliases.save"));
}

#[test]
fn values_that_still_name_the_old_host_are_listed_with_file_and_key() {
    let site = Site::sample();
    let done = copied(&site).succeeded();
    let warned = unwrapped(&done.stderr);
    for text in [
        "msg.conf still names mail.siroe.com: local.hostname",
        "imta.cnf still names mail.siroe.com: ",
        "--old-host NAME",
    ] {
        assert!(warned.contains(text), "{text}: {done}");
    }
}

#[test]
fn host_names_and_addresses_are_replaced_in_the_copy_only_where_they_are_whole() {
    let site = Site::sample();
    let path = format!("{CONFIG}/dispatcher.cnf");
    let old = site.read(&path);
    let [old_host, new_host] = [["--old-host", "mail.siroe.com"], ["--new-host", "new.example.net"]];
    let ip = ["--old-ip", "192.0.2.10", "--new-ip", "198.51.100.7"];
    site.run(&[&[OLD, "--data-root", COPY][..], &old_host, &new_host, &ip].concat());
    let text = |name: &str| String::from_utf8_lossy(&site.read(&format!("{COPY}/config/{name}"))).into_owned();
    assert!(text("msg.conf").contains("local.hostname = new.example.net"), "{}", text("msg.conf"));
    let imta = text("imta.cnf");
    assert!(imta.contains("\nnew.example.net"), "{imta}");
    assert!(imta.contains("</opt/sun/comms/messaging/config/internet.rules"), "{imta}");
    assert!(!imta.contains("@mail.siroe.com\n"), "{imta}");
    assert_eq!(site.read(&path), old);
}

#[test]
fn a_host_that_no_value_names_is_told() {
    let site = Site::sample();
    site.run(&[OLD, "--data-root", COPY, "--old-host", "other.example", "--new-host", "new.example"])
        .exits(3)
        .says("no value of the configuration names other.example");
}
