//! A supplier and its consumer: definitions that are undone on the supplier alone come back from the consumer.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::server::Live;
use crate::support::SILENT;

const NODE: &str = "cn=o\\3Dusergroup,cn=mapping tree,cn=config";
/// How many writes there were: each one is another one.
static WRITES: AtomicU32 = AtomicU32::new(0);
const MANAGER: &str = "cn=replication manager,cn=config";
const WORD: &str = "Word-of-Replication-1";

fn port(live: &Live) -> String {
    live.url.rsplit(':').next().unwrap().to_owned()
}

/// An agreement to send updates to a port of this machine.
fn agreement(name: &str, port: &str, more: &str) -> String {
    format!(
        "dn: cn={name},cn=replica,{NODE}\nchangetype: add\nobjectClass: top\nobjectClass: nsDS5ReplicationAgreement\ncn: {name}\n\
         nsDS5ReplicaHost: localhost\nnsDS5ReplicaPort: {port}\nnsDS5ReplicaBindDN: {MANAGER}\nnsDS5ReplicaBindMethod: SIMPLE\n\
         nsDS5ReplicaTransportInfo: LDAP\nnsDS5ReplicaCredentials: {WORD}\nnsDS5ReplicaRoot: o=usergroup\n{more}"
    )
}

/// Makes one server send its updates to the other, and to a server that is not there.
fn replicate(supplier: &Live, consumer: &Live) {
    let manager = MANAGER;
    let replica = |kind: &str, flags: &str, id: &str| {
        format!(
            "dn: cn=replica,{NODE}\nchangetype: add\nobjectClass: top\nobjectClass: nsDS5Replica\ncn: replica\nnsDS5ReplicaRoot: o=usergroup\n\
             nsDS5ReplicaType: {kind}\nnsDS5Flags: {flags}\nnsDS5ReplicaId: {id}\nnsDS5ReplicaBindDN: {manager}\n"
        )
    };
    consumer.take(&format!(
        "dn: {manager}\nchangetype: add\nobjectClass: inetOrgPerson\ncn: replication manager\nsn: x\nuserPassword: {WORD}\n\n{}",
        replica("2", "0", "65535")
    ));
    supplier.take(&replica("3", "1", "1"));
    supplier.take(&agreement("there", &port(consumer), "nsDS5BeginReplicaRefresh: start\n"));
    supplier.take(&agreement("nowhere", "1", ""));
}

/// Ends an agreement for good: nothing is under way then, and neither server learns from the other.
fn part(supplier: &Live) {
    supplier.take(&format!("dn: cn=there,cn=replica,{NODE}\nchangetype: delete\n"));
}

fn has_definitions(live: &Live) -> bool {
    let schema = live.search("cn=schema", "base", "(objectClass=*)", &["objectClasses"]);
    schema[0].values("objectClasses").any(|value| String::from_utf8_lossy(value).contains("'icsCalendarUser'"))
}

/// Returns whether the consumer was given the whole content of the suffix.
fn is_filled(supplier: &Live) -> bool {
    let status = "nsds5replicaLastInitStatus";
    let agreement = supplier.search(&format!("cn=there,cn=replica,{NODE}"), "base", "(objectClass=*)", &[status]);
    agreement[0].values(status).any(|value| String::from_utf8_lossy(value).contains("Total update succeeded"))
}

/// Returns the last write that a server has.
fn written(live: &Live) -> Vec<Vec<u8>> {
    let entry = live.search("o=usergroup", "base", "(objectClass=*)", &["description"]);
    entry[0].values("description").map(<[u8]>::to_vec).collect()
}

/// Writes on the supplier until something is so on a server.
fn write_until(supplier: &Live, is_so: impl Fn() -> bool, what: &str) {
    let start = Instant::now();
    loop {
        let number = WRITES.fetch_add(1, Ordering::Relaxed);
        supplier
            .take(&format!("dn: o=usergroup\nchangetype: modify\nreplace: description\ndescription: write {number}\n"));
        let written = Instant::now();
        while written.elapsed() < Duration::from_secs(5) {
            if is_so() {
                return;
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        assert!(start.elapsed() < Duration::from_secs(120), "{what}");
    }
}

/// The part of the reverse of a run that is about the schema.
fn reverse_of_schema(live: &Live) -> String {
    let runs = std::fs::read_dir(live.path("state/commdssetup")).unwrap().map(|run| run.unwrap().path());
    let first = runs.filter(|path| path.join("before/reverse.ldif").exists()).min().unwrap();
    let text = std::fs::read_to_string(first.join("before/reverse.ldif")).unwrap();
    let records = text.split("\n\n").filter(|record| record.lines().any(|line| line == "dn: cn=schema"));
    records.map(|record| format!("{}\n\n", record.trim_start())).collect()
}

#[test]
fn what_a_consumer_still_holds_is_named_after_an_undo_and_in_which_order_to_go() {
    let (supplier, consumer) = (Live::start("sup"), Live::start("con"));
    replicate(&supplier, &consumer);
    let address = format!("localhost:{}", port(&consumer));
    let run = supplier.run(&SILENT).exits(0);
    let run = run.says("on suppliers first, then on hubs, then on read-only replicas");
    assert_eq!(run.stdout.matches(&address).count(), 1, "{run}");
    write_until(&supplier, || has_definitions(&consumer), "the consumer never got the definitions");

    supplier.finish(&["--undo", "--check"]).says(&address).says("Delete the definitions there first, then here");
    // Else the definitions might be back before they are looked for.
    supplier.take(&format!(
        "dn: cn=there,cn=replica,{NODE}\nchangetype: modify\nreplace: nsds5ReplicaEnabled\nnsds5ReplicaEnabled: off\n"
    ));
    let undone = supplier
        .finish(&["--undo"])
        .exits(3)
        .says(&format!("{address} still holds "))
        .says("gives them back with the next write")
        .says("Whether localhost:1 still holds the definitions was not seen");
    assert!(!undone.stdout.contains("Successful"), "{undone}");
    assert!(!has_definitions(&supplier));
    part(&supplier);
    supplier.take(&agreement("there", &port(&consumer), ""));
    write_until(&supplier, || has_definitions(&supplier), "the control: the consumer gives them back");

    // In the order that was named they stay away. An update that is still under way would carry them to the consumer in between.
    part(&supplier);
    let reverse = reverse_of_schema(&supplier);
    consumer.take(&reverse);
    supplier.take(&reverse);
    supplier.take(&agreement("there", &port(&consumer), ""));
    for _ in 0..3 {
        // With each update the servers compare their definitions.
        let before = written(&consumer);
        write_until(&supplier, || written(&consumer) != before, "the consumer never got a write");
    }
    assert!(!has_definitions(&supplier) && !has_definitions(&consumer));
}

#[test]
fn what_a_supplier_still_holds_is_named_after_an_undo_on_its_consumer() {
    let (supplier, consumer) = (Live::start("giv"), Live::start("tak"));
    replicate(&supplier, &consumer);
    write_until(&supplier, || is_filled(&supplier), "the consumer was never filled");
    part(&supplier);
    let only_schema = ["-s", "yes", "-i", "no", "-R", "no", "-b", "no", "-t", "2", "-m", "yes", "-u", "o=usergroup"];
    consumer.run(&only_schema).exits(0);
    let address = format!("localhost:{}", port(&supplier));
    // The supplier has nothing of it yet.
    consumer.finish(&["--undo"]).exits(0).says(&format!("this instance gets its schema from {address}"));
    consumer.run(&only_schema).exits(0);
    supplier.run(&SILENT).exits(0);
    let undone = consumer.finish(&["--undo"]).exits(3);
    undone.says(&format!("{address}, which this instance gets its schema from, still holds "));
}
