//! High availability: what shows that a host is a node of a cluster, the guide's steps of a side-by-side upgrade there, and further notes
//! for after a move (`reference/messaging.md` sections 5.7, 6.3 and 7).

use documents::{Dialect, State};
use upgrade_engine::fs::{FileSystem, RootPath};
use upgrade_engine::survey::read_file;

use crate::release::{Bits, Found};
use crate::settings::Settings;

/// What only a node of Sun Cluster has.
const SIGNS: [&str; 4] = ["/etc/cluster", "/usr/cluster", "/var/sadm/pkg/SUNWscims", "/opt/SUNWscims"];
/// Files whose services and channels may be bound to an address.
const BOUND: [&str; 2] = ["dispatcher.cnf", "job_controller.cnf"];
/// Packages that were installed in the global zone only.
const GLOBAL_ZONE_ONLY: &str = "/var/sadm/install/gz-only-packages";

/// Returns what shows that a host is a node of a cluster, a line each; empty where nothing does.
pub fn signs(fs: &dyn FileSystem, config: &RootPath) -> Vec<String> {
    let is_there = |path: &&&str| RootPath::new(path).is_ok_and(|path| fs.open_dir(&path).is_ok());
    let mut signs: Vec<String> = SIGNS.iter().filter(is_there).map(|path| format!("{path} is there")).collect();
    for file in BOUND {
        let Ok(path) = config.resolve(file.as_bytes()) else { continue };
        for address in addresses(fs, &path) {
            signs.push(format!("{path} has INTERFACE_ADDRESS={address}, as ha_ip_config sets it"));
        }
    }
    signs
}

/// Returns the addresses that a file binds to, each once.
fn addresses(fs: &dyn FileSystem, path: &RootPath) -> Vec<String> {
    let Ok(Some(bytes)) = read_file(fs, path) else { return Vec::new() };
    let entries = Dialect::Sectioned.entries(bytes).unwrap_or_default();
    let mut addresses: Vec<String> = Vec::new();
    for entry in entries.into_iter().map(|listed| listed.entry).filter(|entry| entry.state == State::Active) {
        if entry.key.name.eq_ignore_ascii_case(b"INTERFACE_ADDRESS") {
            let address = entry.value.map(|value| upgrade_engine::fs::path::escape(&value)).unwrap_or_default();
            if !address.is_empty() && !addresses.contains(&address) {
                addresses.push(address);
            }
        }
    }
    addresses
}

/// Returns the guide's steps of a side-by-side upgrade in a cluster, whole and in its order.
pub fn steps(fs: &dyn FileSystem, old: &Found, new: &Found) -> Vec<String> {
    let root = &new.root;
    let widened = match (old.bits, new.bits) {
        (Some(Bits::Bits32), Some(Bits::Bits64)) => "This upgrade is from 32 to 64 bits, so it is needed:",
        (Some(_), Some(_)) => "It is needed where an upgrade is from 32 to 64 bits, which this one is not:",
        _ => "It is needed where the upgrade is from 32 to 64 bits:",
    };
    let base = if old.root == new.root {
        "The base directory stays, so IMS_serverroot stays.".to_owned()
    } else {
        format!("The base directory changes: scrgadm -cj msg_svr_resource -x IMS_serverroot={root}")
    };
    vec![
        "On the node where the resource group is online, disable the resource: scswitch -n -j msg_svr_resource".to_owned(),
        "Do the side-by-side upgrade on that node only. Do not start the server yet.".to_owned(),
        format!("There, run {root}/sbin/ha_ip_config: the upgrade replaces the logical IP address by the host's own."),
        "Switch over to the other node: scswitch -z -g msg_svr_resource_group -h NODE".to_owned(),
        format!("There, run {root}/sbin/useconfig CONFIGDIR. {widened} it updates the library path (/bin/crle-64)."),
        base,
        "Check the cluster agent (MS_SCHA): one from before Suite 6 does not work with 7.0. Upgrade the server first, then the agent with \
         commpkg upgrade on all nodes. In a symmetric cluster the server's directory must be reachable from both nodes."
            .to_owned(),
        agent_in_zones(fs),
        "Enable the resource: scswitch -e -j msg_svr_resource".to_owned(),
    ]
}

/// What the record of global-zone packages says of the agent.
fn agent_in_zones(fs: &dyn FileSystem) -> String {
    let record = RootPath::new(GLOBAL_ZONE_ONLY).ok().and_then(|path| read_file(fs, &path).ok().flatten());
    let is_listed = record.as_deref().is_some_and(|record| {
        let mut words = record.split(|byte| byte.is_ascii_whitespace());
        words.any(|word| word == b"SUNWscims")
    });
    let state = match (&record, is_listed) {
        (Some(_), true) => "SUNWscims is listed",
        (Some(_), false) => "SUNWscims is not listed",
        (None, _) => "this host has no such file",
    };
    format!(
        "With non-global zones, look for SUNWscims in {GLOBAL_ZONE_ONLY} ({state}). Listed: run commpkg upgrade in the global zone. Not \
         listed: uninstall MS_SCHA in every non-global zone, not in the global one, then run commpkg upgrade there."
    )
}

/// Returns what else to do and to check after a move, a line each.
pub fn notes(settings: &Settings, old: &Found, new: &Found) -> Vec<String> {
    let mut lines = Vec::new();
    let set = |key: &str| settings.number(key);
    let webmail = "Run one mshttpd process only: each has IMAP sessions of its own, which take memory";
    lines.push(match set("service.http.numprocesses") {
        Some(number) if number > 1 => format!("{webmail}. service.http.numprocesses is {number}: set it to 1."),
        Some(number) => format!("{webmail}. service.http.numprocesses is {number}."),
        None => format!("{webmail}. service.http.numprocesses is not set."),
    });
    if new.bits == Some(Bits::Bits64) {
        let fewer = "A 64-bit server needs fewer imapd processes";
        lines.push(match set("service.imap.numprocesses") {
            Some(number) if number > 1 => {
                format!("{fewer}. service.imap.numprocesses is {number}: you can set it lower.")
            }
            Some(number) => format!("{fewer}. service.imap.numprocesses is {number}."),
            None => format!("{fewer}. service.imap.numprocesses is not set."),
        });
    }
    lines.push("imapd and mshttpd of 6.3 and 7.0 work together, so hosts can be upgraded one by one. Convergence needs mshttpd 7.0.".to_owned());
    lines.push(format!("Stop using {}: change PATH and every script that names it to {}.", old.root, new.root));
    lines.push("Where Legato Networker is used, change the server root in its configuration.".to_owned());
    lines.push(
        "Raise the number of file descriptors before the new server starts: ulimit -n, for example 100000.".to_owned(),
    );
    lines
}
