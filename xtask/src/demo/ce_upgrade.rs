//! The demo of ce-upgrade: a site's configuration of Communications Express is merged with that of 6.3, installed, and taken back.

use super::stage::{Excerpt, Stage};
use super::tree::{Manifest, expect_same, manifest, without_records};
use crate::process::Result;
use std::path::Path;

const CONFIG: &str = "var/opt/SUNWuwc/WEB-INF/config/uwcconfig.properties";
/// What 6.2 shipped.
const SHIPPED: &str = "examples/communications-express/shipped-6.2";
/// Site and vendor changed this one differently; the tool says so and takes an answer.
const CONFLICT: &str = "config/uwcconfig.properties:maxpostcontentlength";
/// A line that the site wrote, and one that is new in 6.3.
const MERGED: [&str; 2] = ["webmail.host=mail.siroe.com", "webmail.cookiename=webmailsid"];

/// Merges, installs, and takes that back.
pub(super) fn show(stage: Stage<'_>, root: &Path) -> Result {
    let screen = stage.screen;
    screen.title("ce-upgrade: the configuration of Communications Express meets 6.3");
    screen.show("In: the deployed configuration, the templates of 6.3, and what 6.2 shipped (--base).");
    let before = deployed(root)?;
    stage.run(&["patch-config", "--base", SHIPPED], 3, Excerpt::Last(3))?;
    let resolution = format!("{CONFLICT}=site");
    stage.run(&["patch-config", "--base", SHIPPED, "--resolve", &resolution], 3, Excerpt::Nothing)?;
    expect_same(screen, &before, &deployed(root)?, "the merge touched nothing live")?;
    stage.run(&["install-newconfig", "--dry-run"], 3, Excerpt::Nothing)?;
    expect_same(screen, &before, &deployed(root)?, "the dry run changed nothing")?;
    stage.run(&["install-newconfig", "--yes"], 3, Excerpt::Last(4))?;
    let live = std::fs::read_to_string(root.join(CONFIG))?;
    let is_merged = MERGED.iter().all(|line| live.lines().any(|found| found == *line));
    stage.expect(is_merged, "the site's values and the new release's keys are in one file")?;
    stage.run(&["uninstall-newconfig", "--yes"], 0, Excerpt::Last(2))?;
    expect_same(screen, &before, &deployed(root)?, "after the undo everything is as it was")
}

fn deployed(root: &Path) -> Result<Manifest> {
    Ok(without_records(&manifest(&root.join("var/opt/SUNWuwc"))?))
}
