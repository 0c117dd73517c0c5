//! Which release a root holds and of how many bits it is, by what lies there.

use bdb::format::ByteOrder;
use migrate_config::release::{Bits, layout_5x};
use migrate_config::store;
use testkit::tree::Tree;

use super::support::{bare, configured, found, log, path, program};

const OLD: &str = "/opt/SUNWmsgsr";

fn old() -> Tree {
    configured(Tree::new(), OLD)
}

fn release(tree: &Tree, root: &str) -> String {
    found(&tree.disk(), root).release.to_string()
}

#[test]
fn the_configuration_files_show_whether_a_root_is_of_63_or_earlier() {
    assert_eq!(release(&old(), OLD), "6.0 or later");
    assert_eq!(release(&old().file("/var/opt/SUNWmsgsr/config/msg.conf.defaults", ""), OLD), "6.3 or later");
    assert_eq!(release(&old().file("/var/opt/SUNWmsgsr/config/local.conf", ""), OLD), "6.0 or later, before 6.3");
}

#[test]
fn a_package_record_names_the_release_of_a_root_anywhere() {
    let tree = bare(Tree::new(), "/export/msg/messaging64").file(
        "/var/sadm/pkg/SUNWmessaging-server-64/pkginfo",
        "PKG=SUNWmessaging-server-64\nVERSION=7.0,REV=2008.06.20\nBASEDIR=/export/msg\n",
    );
    let found = found(&tree.disk(), "/export/msg/messaging64");
    assert_eq!((found.release.to_string().as_str(), found.bits), ("7.0,REV=2008.06.20", Some(Bits::Bits64)));
    assert!(found.evidence.iter().any(|line| line.contains("SUNWmessaging-server-64")), "{:?}", found.evidence);
}

#[test]
fn shipped_files_name_a_release_that_no_package_record_names() {
    let shipped = |file: &str| format!("{OLD}/install/configure/factory/{file}");
    let tree = old()
        .file("/var/opt/SUNWmsgsr/config/msg.conf.defaults", "")
        .file(&shipped("dispatcher.cnf"), "! dispatcher.cnf -- 6.3-0.15\n")
        .file(&shipped("option.dat"), "! option.dat -- MTA options, shipped with 6.3-0.15\n");
    assert_eq!(release(&tree, OLD), "6.3-0.15");
    let contradicted = tree.clone().file(&shipped("option.dat"), "! option.dat -- shipped with 7.0-0.04\n");
    assert_eq!(release(&contradicted, OLD), "6.3 or later");
    let too_old = tree.file(&shipped("dispatcher.cnf"), "! 6.2-3.04\n").file(&shipped("option.dat"), "");
    assert_eq!(release(&too_old, OLD), "6.3 or later");
}

#[test]
fn programs_show_bits_and_byte_order() {
    for (bits, order) in [(Bits::Bits32, ByteOrder::Big), (Bits::Bits64, ByteOrder::Little)] {
        let tree = old().file(&format!("{OLD}/lib/stored"), program(bits, order));
        let found = found(&tree.disk(), OLD);
        assert_eq!((found.bits, found.byte_order), (Some(bits), Some(order)));
        assert_eq!(found.evidence, [format!("/opt/SUNWmsgsr/lib/stored is a {bits} program")]);
    }
}

#[test]
fn programs_that_disagree_leave_the_bits_unknown() {
    let tree = old()
        .file(&format!("{OLD}/lib/imapd"), program(Bits::Bits64, ByteOrder::Big))
        .file(&format!("{OLD}/lib/stored"), program(Bits::Bits32, ByteOrder::Big));
    let found = found(&tree.disk(), OLD);
    assert_eq!((found.bits, found.byte_order), (None, Some(ByteOrder::Big)));
    assert_eq!(found.evidence.len(), 2, "{:?}", found.evidence);
}

#[test]
fn scripts_and_hostile_files_in_the_place_of_programs_show_nothing() {
    let mut stub = program(Bits::Bits64, ByteOrder::Big);
    stub[4] = 9;
    let tree = old()
        .file(&format!("{OLD}/lib/imapd"), "#!/bin/sh\n")
        .file(&format!("{OLD}/lib/popd"), "")
        .file(&format!("{OLD}/lib/stored"), "\x7fELF")
        .file(&format!("{OLD}/lib/dispatcher"), stub)
        .symlink(&format!("{OLD}/lib/watcher"), "watcher")
        .symlink(&format!("{OLD}/lib/enpd"), "/nowhere")
        .directory(&format!("{OLD}/lib/mshttpd"));
    assert_eq!(found(&tree.disk(), OLD).bits, None);
}

#[test]
fn without_programs_the_release_or_the_default_place_shows_the_bits() {
    let bits = |tree: Tree, root: &str| found(&tree.disk(), root).bits;
    assert_eq!(bits(old().file("/var/opt/SUNWmsgsr/config/local.conf", ""), OLD), Some(Bits::Bits32));
    assert_eq!(bits(bare(Tree::new(), "/opt/sun/comms/messaging64"), "/opt/sun/comms/messaging64"), Some(Bits::Bits64));
    assert_eq!(bits(bare(Tree::new(), "/opt/sun/comms/messaging"), "/opt/sun/comms/messaging"), Some(Bits::Bits32));
    assert_eq!(bits(bare(Tree::new(), "/opt/sun/comms/messaging7.0"), "/opt/sun/comms/messaging7.0"), None);
}

#[test]
fn an_unreadable_package_record_is_evidence_and_no_failure() {
    let tree = old().file("/var/sadm/pkg/SUNWmessaging-server/pkginfo", vec![b'x'; 2 << 20]);
    let found = found(&tree.disk(), OLD);
    assert!(found.evidence[0].starts_with("not looked at: /var/sadm/pkg/SUNWmessaging-server/pkginfo"), "{found:?}");
}

#[test]
fn instance_directories_are_a_5x_layout_only_where_there_is_no_root_of_a_later_release() {
    let five = Tree::new()
        .directory("/usr/iplanet/server5/msg-store/config")
        .directory("/usr/iplanet/server5/msg-two")
        .directory("/usr/iplanet/server5/msg-")
        .file("/usr/iplanet/server5/msg-readme", "");
    let disk = five.disk();
    let layout = |at: &str| layout_5x(&disk, &path(at)).iter().map(ToString::to_string).collect::<Vec<_>>();
    let both = ["/usr/iplanet/server5/msg-store", "/usr/iplanet/server5/msg-two"];
    assert_eq!(layout("/usr/iplanet/server5"), both);
    assert_eq!(layout("/usr/iplanet/server5/msg-store"), &both[..1]);
    assert_eq!(layout("/nowhere"), Vec::<String>::new());
    let six = old().directory(&format!("{OLD}/msg-backup"));
    assert_eq!(layout_5x(&six.disk(), &path(OLD)), []);
    let linked = Tree::new()
        .directory("/export/six/sbin")
        .directory("/export/six/lib")
        .directory("/opt/six/msg-backup")
        .symlink("/opt/six/sbin", "/export/six/sbin")
        .symlink("/opt/six/lib", "/export/six/lib");
    assert_eq!(layout_5x(&linked.disk(), &path("/opt/six")), []);
}

#[test]
fn the_version_of_the_newest_log_narrows_the_release() {
    for (version, release) in [
        (3, "6.0 or later, before 6.1"),
        (8, "6.1 or later, before 6.3"),
        (11, "6.0 or later, before 6.3"),
        (99, "6.0 or later, before 6.3"),
    ] {
        let tree = old()
            .file("/var/opt/SUNWmsgsr/config/local.conf", "")
            .file("/var/opt/SUNWmsgsr/store/mboxlist/log.0000000001", log(2, ByteOrder::Big))
            .file("/var/opt/SUNWmsgsr/store/mboxlist/log.0000000002", log(version, ByteOrder::Big));
        let disk = tree.disk();
        let store = store::look(&disk, &path("/var/opt/SUNWmsgsr"));
        let found = found(&disk, OLD).with_store(&store);
        assert_eq!(found.release.to_string(), release, "{version}");
    }
}
