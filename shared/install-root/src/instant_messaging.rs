//! Instant Messaging 7: its directories, one installation for each instance, and what shows its version.
//!
//! Source: `reference/instant-messaging.md` section 4; packages from `reference/commpkg.md` section 6. What the package's
//! version means is not known.

use std::io;

use upgrade_engine::fs::FileSystem;

use crate::installation::Kind;
use crate::look::{below, is_directory, names, path};
use crate::search::{Candidate, NeedsHome, PackageSign, Signs, VersionOf};
use crate::version::Claim;

pub(crate) const SIGNS: Signs = Signs {
    packages: &[PackageSign { name: "SUNWiim", homes: &["SUNWiim", "im"], version: VersionOf::Nothing }],
    patches: &[],
    // That files with `-pre73` are there only shows that 7.3 was once installed.
    files: &[],
    suite6: Claim::From("7.3"),
};

pub(crate) fn candidates(fs: &dyn FileSystem) -> io::Result<Vec<Candidate>> {
    let mut candidates = Vec::new();
    for (kind, home, config, data, needs_home) in [
        // Configuration and data stay where they were when the home moves to the layout of Communications Suite 6.
        (Kind::Suite6, "/opt/sun/comms/im", "/etc/opt/SUNWiim", "/var/opt/SUNWiim", NeedsHome::Yes),
        (Kind::Solaris, "/opt/SUNWiim", "/etc/opt/SUNWiim", "/var/opt/SUNWiim", NeedsHome::No),
        (Kind::Linux, "/opt/sun/im", "/etc/opt/sun/im", "/var/opt/sun/im", NeedsHome::No),
    ] {
        let above = path(config)?;
        let mut instances = vec!["default".to_owned()];
        for name in names(fs, &above, "")? {
            let name = name.to_string();
            if name != "default" && is_directory(fs, &below(&above, &format!("{name}/config"))?)? {
                instances.push(name);
            }
        }
        for instance in instances {
            let config = format!("{config}/{instance}/config");
            let data = format!("{data}/{instance}");
            candidates.push(Candidate::new(kind, [home, &config, &data], needs_home)?);
        }
    }
    Ok(candidates)
}
