//! The tools: packages at the top of the tree, each with a program of the same name and an example `TOOL_manual`.

/// All tools, in the order in which a site upgrades its products.
pub(crate) const TOOLS: &[&str] = &["commdssetup", "csmigrate", "config-commda-merge", "occ-upgrade"];
