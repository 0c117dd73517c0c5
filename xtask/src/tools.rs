//! The tools: packages at the top of the tree, each with a program of the same name and an example `TOOL_manual`.

/// All tools, in the order in which a site upgrades its products.
pub(crate) const TOOLS: &[&str] =
    &["commdssetup", "migrate-config", "csmigrate", "im-upgrade", "config-commda-merge", "ce-upgrade", "occ-upgrade"];

/// Returns the programs of a tool.
pub(crate) fn programs(tool: &str) -> Vec<&str> {
    match tool {
        "migrate-config" => {
            vec![tool, "patch-config", "install-newconfig", "uninstall-newconfig", "useconfig", "ha_ip_config"]
        }
        _ => vec![tool],
    }
}
