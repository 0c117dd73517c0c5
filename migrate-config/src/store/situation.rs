//! What an upgrade means for a store: which formats change, whether the old release's `stored -r` must run first, what there is no
//! way back from. Sources: `reference/messaging.md` sections 5.1, 5.3 to 5.5 and 5.7.

use bdb::format::ByteOrder;
use install_root::{Release, Version};

use super::versions::{self, Formats};
use super::{Content, Store, StoreFile};
use crate::release::{Bits, Found};

/// Most files that one line names.
const NAMED: usize = 6;

/// Whether the old release's `stored -r` must run before the new one starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cleanup {
    /// It must: why.
    Mandatory(String),
    /// It depends on something that is not known: what. Treat it as mandatory.
    MayBeMandatory(String),
    /// It is good practice.
    Advised,
    /// There is no store.
    NoStore,
}

/// Says whether the old release's `stored -r` must run first.
pub fn cleanup(store: &Store, old: &Found, new: &Found) -> Cleanup {
    if !store.is_there {
        return Cleanup::NoStore;
    }
    let change = Change::of(store, old, new);
    match (change.old_logs.as_slice(), change.new.map(|new| new.log)) {
        ([log], Some(new)) if *log != new => {
            return Cleanup::Mandatory(format!("the log version changes from {log} to {new}"));
        }
        ([_], Some(_)) => {}
        _ => {
            let from = list(&change.old_logs);
            return Cleanup::MayBeMandatory(format!("the log version of the old release is not known (one of {from})"));
        }
    }
    match (old.bits, new.bits) {
        (Some(Bits::Bits32), Some(Bits::Bits64)) => {
            Cleanup::Mandatory("the server changes from 32 to 64 bits, although the log version stays".to_owned())
        }
        (Some(Bits::Bits64), _) | (_, Some(Bits::Bits32)) => Cleanup::Advised,
        _ => Cleanup::MayBeMandatory("it is not known whether the server changes from 32 to 64 bits".to_owned()),
    }
}

/// Describes what an upgrade means for a store, a sentence or two to a line.
pub fn situation(store: &Store, old: &Found, new: &Found) -> Vec<String> {
    if !store.is_there {
        return vec![format!("There is no mailbox database in {}: the store needs no work.", store.mboxlist)];
    }
    let change = Change::of(store, old, new);
    let mut lines = inventory(store);
    lines.extend(byte_order(store, new));
    lines.extend(change.lines());
    lines.extend(ims_db_upgrade(store));
    lines.extend(stored(store, old, new, &change));
    lines
}

/// The formats of both releases, as far as they are known.
struct Change {
    old: Vec<&'static Formats>,
    new: Option<&'static Formats>,
    /// The log versions that the old release may have: the one in the newest log, where that can be read.
    old_logs: Vec<u32>,
    release: Release,
}

impl Change {
    fn of(store: &Store, old: &Found, new: &Found) -> Self {
        let release = old.clone().with_store(store).release;
        let is_at_least = |release: &Release, version| {
            Version::parse(version).and_then(|version| release.is_at_least(&version)) == Some(true)
        };
        let mut rows = versions::possible(&release);
        // These programs upgrade to 7.0: an old release that may be older is.
        if !is_at_least(&release, "7.0") {
            rows.retain(|row| row.mailbox != "1_3");
        }
        let later = versions::TABLE.last().filter(|_| is_at_least(&new.release, "7 Update 1"));
        let newest_log = store.logs.iter().rev().find_map(|log| match log.content {
            Content::Log { version, .. } => Some(version),
            _ => None,
        });
        let mut old_logs = newest_log.map_or_else(|| rows.iter().map(|row| row.log).collect(), |log| vec![log]);
        old_logs.dedup();
        Self { old: rows, new: later.or_else(versions::seven), old_logs, release }
    }

    fn may_be(&self, from: &str, below: &str) -> bool {
        let at_least = |version| Version::parse(version).and_then(|version| self.release.is_at_least(&version));
        at_least(from) != Some(false) && at_least(below) != Some(true)
    }

    fn lines(&self) -> Vec<String> {
        let Some(new) = self.new else { return Vec::new() };
        let old = |what: fn(&Formats) -> String| {
            let mut all: Vec<String> = self.old.iter().map(|row| what(row)).collect();
            all.dedup();
            all
        };
        let mut lines = Vec::new();
        let mailboxes = old(|row| row.mailbox.to_owned());
        if mailboxes.iter().all(|mailbox| mailbox == new.mailbox) {
            lines.push(format!("Mailboxes keep format {}.", new.mailbox));
        } else {
            lines.push(format!(
                "Mailboxes change from format {} to {}: each one when it is opened or gets mail. They never change back: without a \
                 backup of the store there is no way back once {} has opened mailboxes.",
                either(&mailboxes),
                new.mailbox,
                new.releases
            ));
        }
        if mailboxes.iter().any(|mailbox| mailbox == "1_1") {
            lines.push("From format 1_1 there is no other way than imsbackup and imsrestore.".to_owned());
        }
        let word = |what: &str, before: Vec<String>, after: String| {
            if before.iter().all(|before| *before == after) {
                format!("{what} stays {after}")
            } else {
                format!("{what} changes from {} to {after}", either(&before))
            }
        };
        lines.push(format!(
            "{}, {}, {}.",
            word("Berkeley DB", old(|row| row.berkeley_db.to_owned()), new.berkeley_db.to_owned()),
            word("the Btree version", old(|row| row.btree.to_string()), new.btree.to_string()),
            word("the log version", self.old_logs.iter().map(u32::to_string).collect(), new.log.to_string())
        ));
        if self.old_logs.iter().all(|log| *log > new.log) {
            lines.push(format!(
                "The logs are newer than {} can read: a server of that release does not start on them.",
                new.releases
            ));
        }
        lines
    }
}

fn inventory(store: &Store) -> Vec<String> {
    let mut lines = Vec::new();
    for (kind, files) in [("Databases", &store.databases), ("Logs", &store.logs)] {
        let mut groups: Vec<(String, Vec<&StoreFile>)> = Vec::new();
        for file in files {
            let content = file.content.to_string();
            match groups.iter_mut().find(|(known, _)| *known == content) {
                Some((_, files)) => files.push(file),
                None => groups.push((content, vec![file])),
            }
        }
        for (content, files) in groups {
            lines.push(format!("{kind}: {content}: {}", names(&files)));
        }
    }
    for partition in &store.partitions {
        let missing = if partition.is_there { "" } else { " (there is no such directory)" };
        lines.push(format!("Partition {}: {}{missing}", partition.name, partition.path));
    }
    lines
}

fn names(files: &[&StoreFile]) -> String {
    let named: Vec<String> = files.iter().take(NAMED).map(|file| file.name.to_string()).collect();
    let more = files.len().saturating_sub(NAMED);
    let named = named.join(", ");
    if more == 0 { named } else { format!("{named} and {more} more") }
}

fn byte_order(store: &Store, new: &Found) -> Option<String> {
    let expected = new.byte_order.unwrap_or(ByteOrder::native());
    let files = || store.databases.iter().chain(&store.logs);
    let foreign = files().find(|file| file.content.byte_order().is_some_and(|order| order != expected))?;
    let whose = if new.byte_order.is_some() { "the new server's programs are" } else { "this machine is" };
    Some(format!(
        "{} is {}, and {whose} {expected}-endian: such a store cannot be taken over. Move the mailboxes with imsbackup and \
         imsrestore.",
        store.mboxlist.join(&foreign.name),
        foreign.content
    ))
}

fn ims_db_upgrade(store: &Store) -> Option<String> {
    let is_old = |file: &&StoreFile| matches!(file.content, Content::Btree { version: 6 | 7, .. });
    let is_btree = |file: &StoreFile| matches!(file.content, Content::Btree { .. });
    let old: Vec<&StoreFile> = store.databases.iter().filter(is_old).collect();
    if !old.is_empty() {
        let names = names(&old);
        return Some(format!("Run ims_db_upgrade before the new server starts: Btree version 6 or 7 in {names}."));
    }
    let known = store.databases.iter().any(is_btree);
    known.then(|| "ims_db_upgrade is not needed: Btree versions 8 and 9 are compatible.".to_owned())
}

fn stored(store: &Store, old: &Found, new: &Found, change: &Change) -> Vec<String> {
    let mut lines = Vec::new();
    let data = store.root.split_last().map_or_else(|| store.root.to_string(), |(data, _)| data.to_string());
    let root = &old.root;
    let command = format!("{root}/lib/stored -r");
    lines.push(match cleanup(store, old, new) {
        Cleanup::Mandatory(why) => {
            format!("`{command}` must run before the new server starts: {why}. Use the old release's program, with the server stopped.")
        }
        Cleanup::MayBeMandatory(why) => {
            format!("Run `{command}` before the new server starts, with the server stopped: it may be mandatory, as {why}.")
        }
        Cleanup::Advised => format!(
            "Run `{command}` before the new server starts, with the server stopped: good practice, although neither the log version \
             nor the word size changes."
        ),
        Cleanup::NoStore => return lines,
    });
    if change.may_be("6.2", "6.3") {
        lines.push("On 6.2 the watcher process must be running, or `stored -r` fails.".to_owned());
    }
    if change.may_be("6.0", "6.1") {
        lines.push(format!(
            "6.0 has no `stored -r`. Instead run {root}/sbin/stop-msg, {root}/sbin/start-msg store and {root}/sbin/stop-msg, then \
             delete {data}/store/mboxlist/__db*, {data}/store/mboxlist/folderlock/* and {data}/lock/__db*."
        ));
    }
    lines.push(
        "When it succeeds, it says that the mboxlist environment, the lock environment and the session db were removed. If it \
         fails, read the store's log, run `stored` alone, then `stored -r` again."
            .to_owned(),
    );
    lines.push(match store.cache_files.as_slice() {
        [] => "There are no cache files (__db.*) now, as after `stored -r`.".to_owned(),
        [first, rest @ ..] => {
            let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            format!("Cache files are still there, which `stored -r` removes: {first}{more}.")
        }
    });
    lines.push(format!("Never delete the old log files in {}.", store.mboxlist));
    lines
}

fn list(numbers: &[u32]) -> String {
    numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
}

/// Joins alternatives.
fn either(words: &[String]) -> String {
    words.join(" or ")
}
