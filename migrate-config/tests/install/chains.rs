//! The flow of the guide and its way back: move, merge, installation, and `migrate-config -u`.

use crate::support::merging::{OLD, Site, sample};

#[test]
fn undoing_the_move_first_undoes_the_installations_after_it() {
    let site = Site::of(&sample());
    let before = site.product();
    site.move_configuration();
    site.run(&[]).exits(3);
    site.install(&["-f"]).exits(3);
    site.resolve_all();
    site.install(&[]).succeeded();
    site.call("migrate-config", &["-u", OLD]).succeeded();
    before.assert_same(&site.product());
}

#[test]
fn a_merge_of_before_the_undo_is_not_installed_after_it() {
    let site = Site::merged();
    site.call("migrate-config", &["-u", OLD]).succeeded();
    let before = site.product();
    site.install(&[]).exits(1).says("has no configuration").says("Nothing was changed.");
    before.assert_same(&site.product());
}
