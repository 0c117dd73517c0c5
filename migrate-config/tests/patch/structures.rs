//! What is structure in the MTA's files stays structure: `reference/messaging.md` section 3.2.

use crate::support::merging::{CONFIG, NEW, OLD, Site, WORK, sample};

/// The sample site with one file in three versions; returns the merged file.
fn merged(name: &str, [base, site, new]: [&str; 3]) -> String {
    let place = Site::of(&sample());
    place.write(&format!("{OLD}/install/configure/factory/{name}"), base);
    place.write(&format!("{CONFIG}/{name}"), site);
    place.write(&format!("{NEW}/install/configure/factory/{name}"), new);
    place.move_configuration();
    place.run(&[]).exits(3);
    place.text(&format!("{WORK}/merged/{name}"))
}

#[test]
fn a_comment_inside_a_continued_option_neither_ends_nor_changes_it() {
    let base = "A=one,\\\ntwo\nB=1\n";
    let site = "! ours\nA=one,\\\n# a comment inside\n; and one more\nthree\nB=1\n";
    let text = merged("option.dat", [base, site, "A=one,\\\ntwo\nB=2\nC=3\n"]);
    assert_eq!(text, "! ours\nA=one,\\\n# a comment inside\n; and one more\nthree\nB=2\nC=3\n");
}

#[test]
fn the_root_moves_in_a_continued_option_and_not_in_the_comments_inside_it() {
    let site = "A=/opt/SUNWmsgsr/x,\\\n! /opt/SUNWmsgsr/comment\n/opt/SUNWmsgsr/y\n";
    let new = "A=/opt/sun/comms/messaging/x\nB=1\n";
    let text = merged("option.dat", ["A=/opt/SUNWmsgsr/x\n", site, new]);
    assert_eq!(text, "A=/opt/sun/comms/messaging/x,\\\n! /opt/SUNWmsgsr/comment\n/opt/sun/comms/messaging/y\nB=1\n");
}

#[test]
fn the_first_blank_line_of_imta_cnf_still_ends_the_rewrite_rules_and_others_the_channel_blocks() {
    let base = "! rules\na.com $U@a-daemon\n\n! channels\nl defragment\nhost\n\ntcp_local smtp\ntcp-daemon\n";
    let site = "! rules\na.com $U@a-daemon\nb.com $U@b-daemon\n!\n\nl defragment\nmail.b.com\n\n\
                ! ours\nx single\nx-daemon\n\ntcp_local smtp\ntcp-daemon\n";
    let new = "! rules\na.com $U@a-daemon\n.c.com $U@c-daemon\n\n! channels\nl defragment\nhost\n\n\
               tcp_local smtp mx\ntcp-daemon\n\nhold slave\nhold-daemon\n";
    let text = merged("imta.cnf", [base, site, new]);
    let (rules, channels) = text.split_once("\n\n").unwrap();
    assert_eq!(rules, "! rules\na.com $U@a-daemon\n.c.com $U@c-daemon\nb.com $U@b-daemon\n!");
    let blocks: Vec<&str> = channels.split("\n\n").map(|block| block.trim_matches('\n')).collect();
    assert_eq!(
        blocks,
        [
            "l defragment\nmail.b.com",
            "! ours\nx single\nx-daemon",
            "tcp_local smtp mx\ntcp-daemon",
            "hold slave\nhold-daemon"
        ]
    );
}

#[test]
fn tables_of_mappings_keep_their_blank_lines_and_get_none_inside() {
    let base = "PORT_ACCESS\n\n  *|10.* $Y\n  * $YEXTERNAL\n\nSEND_ACCESS\n\n  a|* $N\n";
    let site = "! ours\nPORT_ACCESS\n\n  *|192.168.* $Y\n  * $YEXTERNAL\n\nOURS\n\n  x $Y\n\nSEND_ACCESS\n\n  a|* $N\n";
    let new =
        "PORT_ACCESS\n\n  *|10.* $Y\n  * $YEXTERNAL\n\nSEND_ACCESS\n\n  a|* $N$D\n  b|* $N\n\nNEW_TABLE\n\n  n $Y\n";
    let text = merged("mappings", [base, site, new]);
    assert_eq!(
        text,
        "! ours\nPORT_ACCESS\n\n  *|192.168.* $Y\n  * $YEXTERNAL\n\nOURS\n\n  x $Y\n\nSEND_ACCESS\n\n  a|* $N$D\n  b|* $N\n\nNEW_TABLE\n\n  n $Y\n"
    );
}

#[test]
fn sections_with_one_key_each_are_told_apart() {
    let base = "MIN_PROCS=1\n[SERVICE=SMTP]\nPORT=25\nMIN_PROCS=1\n[SERVICE=SUBMIT]\nPORT=587\nMIN_PROCS=1\n";
    let site = "MIN_PROCS=1\n[SERVICE=SMTP]\nPORT=25\nMIN_PROCS=9\n[SERVICE=SUBMIT]\nPORT=587\nMIN_PROCS=1\n";
    let new = "MIN_PROCS=2\n[SERVICE=SMTP]\nPORT=25\nMIN_PROCS=1\n[SERVICE=SUBMIT]\nPORT=587\nMIN_PROCS=3\nX=1\n";
    assert_eq!(
        merged("dispatcher.cnf", [base, site, new]),
        "MIN_PROCS=2\n[SERVICE=SMTP]\nPORT=25\nMIN_PROCS=9\n[SERVICE=SUBMIT]\nPORT=587\nMIN_PROCS=3\nX=1\n"
    );
}

#[test]
fn a_text_of_no_known_form_in_conflict_is_kept_and_a_merge_by_line_is_proposed() {
    let [base, site, new] = ["one\ntwo\nthree\n", "ONE\ntwo\nthree\n", "one\ntwo\nTHREE\n"];
    let place = Site::of(&sample());
    place.write(&format!("{OLD}/install/configure/factory/conversions"), base);
    place.write(&format!("{CONFIG}/conversions"), site);
    place.write(&format!("{NEW}/install/configure/factory/conversions"), new);
    place.move_configuration();
    place
        .run(&[])
        .exits(3)
        .says("  conflict: <file>")
        .says("proposals/conversions in the work directory is a merge by line");
    assert_eq!(place.text(&format!("{WORK}/merged/conversions")), site);
    assert_eq!(place.text(&format!("{WORK}/proposals/conversions")), "ONE\ntwo\nTHREE\n");
}
