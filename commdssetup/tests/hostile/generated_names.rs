//! Other accounts that take the names of the two generated files, which everybody can guess.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use command::Exit;
use commdssetup::generated::Names;
use commdssetup::ldap::{Bind, Target};
use jiff::{SignedDuration, Timestamp};
use upgrade_engine::fs::memory::MemoryFs;
use upgrade_engine::fs::{Dir, FileKind, FileSystem, RelPath, RootPath};
use upgrade_engine::step::read_whole;

use crate::support::{choices, facts, planned};
use crate::sweeps::{CLOCK, SILENT, carry_out, disk};

const VICTIM: &str = "/directory/victim";

fn var_tmp(fs: &dyn FileSystem) -> Box<dyn Dir> {
    fs.open_dir(&RootPath::new("/var/tmp").unwrap()).unwrap()
}

fn path(name: &str) -> RelPath {
    RelPath::new(name).unwrap()
}

/// What has which name, and what is in it.
fn listed(fs: &dyn FileSystem) -> BTreeMap<String, Vec<u8>> {
    let dir = var_tmp(fs);
    let entry = |name: upgrade_engine::fs::Name| {
        let at = RelPath::from(name.clone());
        let content = match dir.stat(&at).unwrap().kind {
            FileKind::Regular => read_whole(&*dir.open(&at).unwrap()).unwrap(),
            _ => dir.read_link(&at).unwrap().to_vec(),
        };
        (name.to_string(), content)
    };
    dir.list(&RelPath::here()).unwrap().into_iter().map(entry).collect()
}

fn id(time: Timestamp) -> String {
    time.strftime("dssetup_%Y%m%d%H%M%S").to_string()
}

/// Takes the names of this many seconds: with links to a file of root, with files, with directories.
fn take(fs: &MemoryFs, seconds: i64) {
    let victim = fs.open_dir(&RootPath::new("/directory").unwrap()).unwrap();
    victim.create(&path("victim")).unwrap().write_all_at(b"precious", 0).unwrap();
    let dir = var_tmp(fs);
    let now = Timestamp::from_millisecond(CLOCK.load(Ordering::Relaxed)).unwrap();
    for second in 0..seconds {
        let id = id(now + SignedDuration::from_secs(second));
        for ending in ["sh", "ldif"] {
            let name = path(&format!("{id}.{ending}"));
            match second % 3 {
                0 => drop(dir.symlink(VICTIM.as_bytes(), &name).unwrap()),
                1 => drop(dir.create(&name).unwrap()),
                _ => drop(dir.make_dir(&name).unwrap()),
            }
        }
    }
}

#[test]
fn thousands_of_taken_names_do_not_stop_a_run_and_nothing_is_written_through_them() {
    let fs = disk();
    let dir = var_tmp(&fs);
    take(&fs, 3600);
    let names = |fs: &dyn FileSystem| -> Vec<String> {
        var_tmp(fs).list(&RelPath::here()).unwrap().iter().map(ToString::to_string).collect()
    };
    let before = names(&fs);
    let fs: Arc<dyn FileSystem> = Arc::new(fs);
    let done = carry_out(&fs, &SILENT);
    assert!(matches!(done, Ok(Exit::Done | Exit::NeedsReview)), "{done:?}");
    let victim = fs.open_dir(&RootPath::new("/directory").unwrap()).unwrap().open(&path("victim")).unwrap();
    assert_eq!(read_whole(&*victim).unwrap(), b"precious");
    let new: Vec<String> = names(&*fs).into_iter().filter(|name| !before.contains(name)).collect();
    assert_eq!(new.len(), 2, "{new:?}");
    for name in &new {
        // The documented form, and something that nobody can guess.
        let (time, random) = name.rsplit_once('_').unwrap();
        assert!(time.starts_with("dssetup_20") && time.len() == "dssetup_20260101120000".len(), "{name}");
        assert!(random.split('.').next().unwrap().len() == 16, "{name}");
        let file = dir.open(&path(name)).unwrap();
        assert_eq!(file.stat().unwrap().mode & 0o777, 0o600);
    }
}

#[test]
fn a_name_that_is_taken_after_it_was_shown_is_left_alone_and_another_one_is_used() {
    let fs = disk();
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    let plan = planned(&facts(), &choices());
    let target = Target::new("ldap://fake", false, None, Bind::Simple { dn: "cn=x".to_owned() }).unwrap();
    for (taken, content) in [("sh", &b"of another"[..]), ("ldif", b"")] {
        let shown = Names::new(&fs, now, None);
        assert_eq!(shown.id, id(now), "the documented form where it is free");
        let at = path(&format!("{}.{taken}", shown.id));
        var_tmp(&fs).create(&at).unwrap().write_all_at(content, 0).unwrap();
        let used = shown.write(&fs, &plan, &target).unwrap();
        assert!(used.id.starts_with(&format!("{}_", id(now))), "{used:?}");
        let all = listed(&fs);
        assert_eq!(all.len(), 3, "half of the files was left: {:?}", all.keys());
        assert_eq!(all[&format!("{}.{taken}", id(now))], content);
        assert!(String::from_utf8_lossy(&all[&format!("{}.sh", used.id)]).contains(&used.ldif));
        all.keys().for_each(|name| var_tmp(&fs).remove_file(&path(name)).unwrap());
    }
}
