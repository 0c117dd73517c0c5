//! The demo of occ-upgrade: a configuration of 7.2 is prepared for 7.3, and profiles are made.

use super::stage::{Excerpt, Stage};
use crate::process::Result;
use std::path::Path;

/// The example's files.
const EXAMPLE: &str = "examples/outlook-connector";

/// Shows the upgrade of a vendor's file, the profiles of two users, and a package.
pub(super) fn show(mut stage: Stage<'_>, root: &Path) -> Result {
    // This tool has no product root: all its paths are real.
    stage.options.clear();
    let place = root.join("connector");
    std::fs::create_dir_all(&place)?;
    for name in ["vendor.ini", "map.toml", "answers.toml", "users.csv"] {
        std::fs::copy(Path::new(EXAMPLE).join(name), place.join(name))?;
    }
    stage.directory = Some(place.clone());
    let screen = stage.screen;
    screen.title("occ-upgrade: an Outlook Connector configuration is prepared for 7.3");
    screen.show("In: a vendor's .ini, whose format only the site's map explains; a list of users.");
    let upgrade = ["upgrade", "vendor.ini", "-o", "new.ini", "--from", "7.2", "--map", "map.toml"];
    stage.run(&upgrade, 0, Excerpt::First(3))?;
    let (before, after) = (std::fs::read(place.join("vendor.ini"))?, std::fs::read(place.join("new.ini"))?);
    let differing = before.iter().zip(&after).filter(|(one, other)| one != other).count();
    stage.expect(before.len() == after.len() && differing == 2, "two values changed, every other byte is kept")?;
    stage.run(&["new", "-o", "site.ini", "--answers", "answers.toml"], 0, Excerpt::Nothing)?;
    stage.run(&["check", "site.ini"], 0, Excerpt::Last(1))?;
    let prf = ["prf", "site.ini", "--users", "users.csv", "-o", "profiles"];
    stage.run(&prf, 0, Excerpt::First(1))?;
    stage.run(&prf, 0, Excerpt::First(1))?;
    stage.run(&["package", "site.ini", "-o", "one.zip"], 0, Excerpt::Nothing)?;
    stage.run(&["package", "site.ini", "-o", "two.zip"], 0, Excerpt::Nothing)?;
    let same = std::fs::read(place.join("one.zip"))? == std::fs::read(place.join("two.zip"))?;
    stage.expect(same, "a package made twice is identical")
}
