//! The demo of im-upgrade: a site's configuration of Instant Messaging 7.2 becomes one of 7.3, and comes back.

use super::stage::{Excerpt, Stage};
use super::tree::{Manifest, expect_same, manifest, without_records};
use crate::process::Result;
use std::path::{Path, PathBuf};

const CONFIG: &str = "etc/opt/SUNWiim/default/config";
/// A line that the site wrote.
const CUSTOMISED: &str = "siroe.com";

/// Upgrades the configuration, redeploys the client resources, and takes that back.
pub(super) fn show(stage: Stage<'_>, root: &Path) -> Result {
    let screen = stage.screen;
    screen.title("im-upgrade: Instant Messaging 7.2 becomes 7.3, and 7.2 again");
    screen.show("In: a site with 7.2, the programs of 7.3, and what both releases shipped (--base, --new).");
    let before = product(root)?;
    let shipped =
        ["--base", "examples/instant-messaging/shipped-7.2", "--new", "examples/instant-messaging/shipped-7.3"];
    let upgrade = |options: &[&'static str]| [&["upgrade", "--no-service"][..], options, &shipped].concat();
    stage.run(&upgrade(&["--dry-run"]), 3, Excerpt::Nothing)?;
    expect_same(screen, &before, &product(root)?, "the dry run changed nothing")?;
    stage.run(&upgrade(&["--yes"]), 3, Excerpt::Last(3))?;
    let saved = root.join(CONFIG).join("iim.conf-pre73");
    let iim_conf = std::fs::read(root.join(CONFIG).join("iim.conf"))?;
    let is_merged = String::from_utf8_lossy(&iim_conf).contains(CUSTOMISED) && saved.is_file();
    stage.expect(is_merged, "iim.conf of 7.2 is kept as iim.conf-pre73, the site's values are in the new one")?;
    let is_made = root.join("opt/sun/comms/im/work/im.war").is_file();
    stage.expect(is_made, "the client resources are made from the templates of 7.3, and packed")?;
    stage.run(&["--undo", "--yes"], 0, Excerpt::Last(1))?;
    expect_same(screen, &before, &product(root)?, "after undo everything is as it was")
}

fn product(root: &Path) -> Result<Manifest> {
    Ok(without_records(&manifest(&PathBuf::from(root))?))
}
