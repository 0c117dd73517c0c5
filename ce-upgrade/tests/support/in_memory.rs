//! A small site on a disk in memory, and the program called on it in this process.

use std::sync::Arc;

use ce_upgrade::CeUpgrade;
use ce_upgrade::cli::Args;
use clap::Parser;
use command::{Context, Program, StateLocation, ToolError};
use testkit::sweep::Shared;
use testkit::tree::Tree;
use upgrade_engine::fs::memory::MemoryFs;
use upgrade_engine::fs::{FileSystem, RootPath};

/// Two releases and a site: a file that both sides changed, one with two names, one that is new in a new directory, one that is obsolete,
/// a hosted domain, address books.
fn tree() -> Tree {
    let books = |text: &str| {
        format!(
            "<books>\n <book booktype=\"abook\">\n  <bookoc>piLocalBook</bookoc>\n  <entry entryID=\"pab\">\n   \
             <displayname>{text}</displayname>\n  </entry>\n </book>\n</books>\n"
        )
    };
    let files = [
        ("config/uwcconfig.properties", ["a=1\nb=1\nc=1\n", "a=5\nb=5\nc=1\n", "a=2\nb=2\nc=2\n"].map(str::to_owned)),
        ("config/new/db_config.properties", ["", "", "login_type=anon\n"].map(str::to_owned)),
        ("config/old.properties", ["x=1\n", "x=1\n", ""].map(str::to_owned)),
        ("domain/uwcdomainconfig.properties", ["l=en\n", "l=en\n", "l=en\nt=0\n"].map(str::to_owned)),
        ("domain/example.net/uwcdomainconfig.properties", ["", "l=de\n", ""].map(str::to_owned)),
        ("domain/defaultps/defaultps.xml", [books("Old"), books("Old"), books("New")]),
    ];
    let mut tree = Tree::new().directory("state").mode(0o700).directory("base").directory("opt/SUNWuwc/sbin");
    let places = ["base/WEB-INF", "var/opt/SUNWuwc/WEB-INF", "opt/SUNWuwc/lib/config-templates/WEB-INF"];
    for (name, texts) in files {
        for (place, text) in places.iter().zip(texts).filter(|(_, text)| !text.is_empty()) {
            tree = tree.file(&format!("{place}/{name}"), text).owner(70, 71).mode(0o640);
        }
    }
    tree.hard_link("var/opt/SUNWuwc/WEB-INF/config/second", "var/opt/SUNWuwc/WEB-INF/config/uwcconfig.properties")
}

/// The site before any merge.
pub(crate) fn site() -> MemoryFs {
    tree().disk()
}

/// The same with an old deployment beside it, whose file is closed to others and whose address book is its own.
pub(crate) fn site_with_an_old_one() -> MemoryFs {
    let config = "old/WEB-INF/config";
    let tree = tree().file(&format!("{config}/uwcconfig.properties"), "a=7\nb=1\nc=1\n").owner(80, 81).mode(0o600);
    tree.file(&format!("{config}/partner/db_config.properties"), "login_type=anon\n").owner(80, 81).mode(0o600).disk()
}

/// Returns the disk after some calls, each of which has to succeed.
pub(crate) fn after(disk: &MemoryFs, calls: &[&[&str]]) -> MemoryFs {
    let disk = Arc::new(disk.fork());
    let fs: Arc<dyn FileSystem> = disk.clone();
    for words in calls {
        call(&fs, words).unwrap_or_else(|error| panic!("{words:?}: {error}"));
    }
    disk.fork()
}

/// Calls the program; an error is all that it says.
pub(crate) fn call(fs: &Arc<dyn FileSystem>, words: &[&str]) -> Result<(), String> {
    let words: Vec<&str> = [&["ce-upgrade", "--root", "/", "--yes"], words].concat();
    let args = Args::try_parse_from(words).unwrap_or_else(|error| panic!("{error}"));
    let state = StateLocation { fs: Shared::boxed(fs), path: RootPath::new("/state").unwrap() };
    let context = Context::new(CeUpgrade::TOOL, CeUpgrade::options(&args), &**fs, &**fs, &state);
    CeUpgrade::run(&args, &context).map(drop).map_err(|error| error.lines(&context.invocation()).join("; "))
}
