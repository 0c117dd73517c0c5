//! Communications Express 6: its directories, and what shows its version.
//!
//! Source: `reference/communications-express.md` section 4 for places and for `webmail`, which is new in 6.3;
//! `reference/commpkg.md` sections 5 and 6 for the layout of Communications Suite 6 and for the package.

use std::io;

use crate::installation::{Kind, Part};
use crate::search::{Candidate, FileSign, NeedsHome, PackageSign, Signs, VersionOf};
use crate::version::Claim;

pub(crate) const SIGNS: Signs = Signs {
    packages: &[PackageSign { name: "SUNWuwc", homes: &["SUNWuwc", "ce"], version: VersionOf::Nothing }],
    patches: &[],
    files: &[
        FileSign { part: Part::Data, path: "webmail", unless: None, claim: Claim::From("6.3") },
        FileSign { part: Part::Data, path: "WEB-INF", unless: Some("webmail"), claim: Claim::Below("6.3") },
    ],
    suite6: Claim::From("6.3"),
};

/// The data are what was deployed to the web container: only the configuration there counts.
pub(crate) fn candidates() -> io::Result<Vec<Candidate>> {
    [
        (Kind::Suite6, "/opt/sun/comms/ce", "/var/opt/sun/comms/ce"),
        (Kind::Solaris, "/opt/SUNWuwc", "/var/opt/SUNWuwc"),
        (Kind::Linux, "/opt/sun/uwc", "/var/opt/sun/uwc"),
    ]
    .into_iter()
    .map(|(kind, home, data)| Candidate::new(kind, [home, &format!("{data}/WEB-INF/config"), data], NeedsHome::No))
    .collect()
}
