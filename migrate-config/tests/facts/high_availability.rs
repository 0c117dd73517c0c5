//! Signs of a cluster, the guide's steps, and the notes for after a move.

use migrate_config::high_availability::{notes, signs, steps};
use migrate_config::release::Bits::{Bits32, Bits64};
use migrate_config::release::Found;
use migrate_config::settings::Settings;
use testkit::tree::Tree;

use super::support::{known, path};

const CONFIG: &str = "/var/opt/SUNWmsgsr/config";

fn new_root(bits: migrate_config::release::Bits) -> Found {
    Found { root: path("/opt/sun/comms/messaging64"), ..known("7.0", Some(bits)) }
}

#[test]
fn each_sign_of_a_cluster_is_named() {
    let signs = |tree: &Tree| signs(&tree.disk(), &path(CONFIG));
    assert_eq!(signs(&Tree::new()), Vec::<String>::new());
    for place in ["/etc/cluster", "/usr/cluster", "/var/sadm/pkg/SUNWscims"] {
        assert_eq!(signs(&Tree::new().directory(place)), [format!("{place} is there")]);
    }
    let bound = Tree::new()
        .file(&format!("{CONFIG}/dispatcher.cnf"), "[SERVICE=SMTP]\nINTERFACE_ADDRESS=10.1.1.1\n")
        .file(&format!("{CONFIG}/job_controller.cnf"), "! INTERFACE_ADDRESS=10.1.1.2\ntcp_port=27442\n");
    assert_eq!(
        signs(&bound),
        [format!("{CONFIG}/dispatcher.cnf has INTERFACE_ADDRESS=10.1.1.1, as ha_ip_config sets it")]
    );
}

#[test]
fn the_guides_steps_are_whole_and_in_its_order() {
    let lines = steps(&Tree::new().disk(), &known("6.3", Some(Bits32)), &new_root(Bits64));
    let mut all = lines.join("\n");
    for words in [
        "scswitch -n -j msg_svr_resource",
        "on that node only",
        "Do not start",
        "/opt/sun/comms/messaging64/sbin/ha_ip_config",
        "scswitch -z -g msg_svr_resource_group -h NODE",
        "/opt/sun/comms/messaging64/sbin/useconfig CONFIGDIR",
        "from 32 to 64 bits, so it is needed",
        "/bin/crle-64",
        "scrgadm -cj msg_svr_resource -x IMS_serverroot=/opt/sun/comms/messaging64",
        "MS_SCHA",
        "/var/sadm/install/gz-only-packages",
        "scswitch -e -j msg_svr_resource",
    ] {
        let at = all.find(words).unwrap_or_else(|| panic!("{words} is missing, or too early: {lines:#?}"));
        all = all.split_off(at + words.len());
    }
}

#[test]
fn the_record_of_global_zone_packages_is_looked_at() {
    let of = |tree: Tree| steps(&tree.disk(), &known("6.3", None), &new_root(Bits64)).join("\n");
    let record = "/var/sadm/install/gz-only-packages";
    assert!(of(Tree::new().file(record, "SUNWscics\nSUNWscims\n")).contains("(SUNWscims is listed)"));
    assert!(of(Tree::new().file(record, "SUNWscimsx\n")).contains("(SUNWscims is not listed)"));
    assert!(of(Tree::new()).contains("(this host has no such file)"));
}

#[test]
fn the_numbers_of_processes_are_checked() {
    let of = |conf: &str, bits| {
        let settings = Settings::read(&Tree::new().file(&format!("{CONFIG}/msg.conf"), conf).disk(), &path(CONFIG));
        notes(&settings, &known("6.3", Some(Bits32)), &new_root(bits)).join("\n")
    };
    let two = of("service.http.numprocesses = 2\nservice.imap.numprocesses = \"4\"\n", Bits64);
    assert!(two.contains("service.http.numprocesses is 2: set it to 1"), "{two}");
    assert!(two.contains("service.imap.numprocesses is 4: you can set it lower"), "{two}");
    let one = of("service.http.numprocesses = 1\n", Bits64);
    assert!(
        one.contains("service.http.numprocesses is 1.") && one.contains("service.imap.numprocesses is not set"),
        "{one}"
    );
    let narrow = of("service.imap.numprocesses = 4\n", Bits32);
    assert!(!narrow.contains("service.imap"), "{narrow}");
    for words in ["one by one", "Networker", "ulimit -n", "PATH"] {
        assert!(one.contains(words), "{words}: {one}");
    }
}
