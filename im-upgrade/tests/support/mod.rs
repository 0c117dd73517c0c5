//! The sample site of Instant Messaging on a disk of its own, with an `imadmin` and a `scswitch` that note how they are called.

use std::fs::{self, Permissions};
use std::ops::Deref;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use testkit::expected::Row;
use testkit::manifest::{Manifest, Options};
use testkit::site::manifest;
use testkit::tree::Tree;
use upgrade_engine::fs::RelPath;

pub(crate) use testkit::outcome::Outcome;

/// Where 7.2 is.
pub(crate) const OLD: &str = "/opt/SUNWiim";
/// Where 7.3 is.
pub(crate) const NEW: &str = "/opt/sun/comms/im";
/// Where the instances are.
pub(crate) const ROOT: &str = "/etc/opt/SUNWiim";
/// The main file of the default instance.
pub(crate) const CONF: &str = "/etc/opt/SUNWiim/default/config/iim.conf";

/// Returns the directory of the sample trees.
pub(crate) fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/documents/tests/data/merge/instant-messaging")
        .canonicalize()
        .unwrap()
}

/// A site with 7.2, and the stock files of both releases beside it.
pub(crate) struct Site {
    site: testkit::site::Site,
}

impl Deref for Site {
    type Target = testkit::site::Site;

    fn deref(&self) -> &Self::Target {
        &self.site
    }
}

impl Site {
    /// Makes the sample site with the programs of both releases.
    pub(crate) fn new() -> Self {
        let site = testkit::site::Site::new(env!("CARGO_BIN_EXE_im-upgrade"));
        let root = site.path("");
        let site = Self { site: site.with_leading(&["--yes", "--root", root.to_str().unwrap()]) };
        site.lay_out(&Tree::from_table(&data(), &["site"]));
        // The directory of the runs is there, so that the times above it stay as they are.
        fs::create_dir_all(site.path("/var/opt/CommsInstaller")).unwrap();
        for tree in ["stock-old", "stock-new"] {
            let directory = site.beside(tree);
            fs::create_dir(&directory).unwrap();
            testkit::process::while_none_begins(|| Tree::from_table(&data(), &[tree]).build_at(&directory));
        }
        for (path, name) in
            [(format!("{OLD}/sbin/imadmin"), "old imadmin"), (format!("{ROOT}/sales/imadmin"), "sales imadmin")]
        {
            site.write_command(&path, name, "");
        }
        site
    }

    /// As [`Site::new`], with the files of 7.3 in their place beside 7.2.
    pub(crate) fn with_both() -> Self {
        let site = Self::new();
        site.install_programs();
        site
    }

    /// Puts the programs and client resources of 7.3 into their place.
    pub(crate) fn install_programs(&self) {
        for name in ["html/index.html", "html/im.jnlp.template", "html/en_US/im.jnlp", "html/en_US/im.html"] {
            self.write(&format!("{NEW}/{name}"), fs::read(self.beside(&format!("stock-new{NEW}/{name}"))).unwrap());
        }
        self.write_command(&format!("{NEW}/sbin/imadmin"), "new imadmin", "");
    }

    /// Does what the package step does: new programs, and stock files in the place of the configuration of the default instance.
    pub(crate) fn package_step(&self) {
        self.install_programs();
        for path in testkit::expected::files(&data()).iter().filter_map(|row| row.paths[2].clone()) {
            self.write(&path, fs::read(self.beside("stock-new").join(&path)).unwrap());
        }
    }

    /// Puts a program below the root that notes its name and its arguments, then does some more.
    pub(crate) fn write_command(&self, path: &str, name: &str, then: &str) {
        let called = self.beside("called");
        self.write(path, format!("#!/bin/sh\n# {OLD}\necho \"{name} $*\" >> '{}'\n{then}\n", called.display()));
        fs::set_permissions(self.path(path), Permissions::from_mode(0o755)).unwrap();
    }

    /// Returns the main file of the default instance, which is no text in UTF-8.
    pub(crate) fn conf(&self) -> String {
        String::from_utf8_lossy(&self.read(CONF)).into_owned()
    }

    /// Returns how the programs were called, in order, and forgets it.
    pub(crate) fn calls(&self) -> Vec<String> {
        let text = fs::read_to_string(self.beside("called")).unwrap_or_default();
        let _ = fs::remove_file(self.beside("called"));
        text.lines().map(str::to_owned).collect()
    }

    /// Returns the options that name the stock files of both releases.
    pub(crate) fn stock(&self) -> [String; 4] {
        let at = |name| self.beside(name).to_str().unwrap().to_owned();
        ["--base".to_owned(), at("stock-old"), "--new".to_owned(), at("stock-new")]
    }

    /// Runs a command with the stock files of both releases, and runs the programs of the product.
    pub(crate) fn with_stock(&self, arguments: &[&str]) -> Outcome {
        let stock = self.stock();
        let stock: Vec<&str> = stock.iter().map(String::as_str).collect();
        self.run(&[arguments, &["--run-commands"], stock.as_slice()].concat())
    }

    /// Writes down the product: everything but the state of the runs.
    pub(crate) fn product(&self) -> Manifest {
        Self::product_of(&self.site)
    }

    /// As [`Site::product`].
    pub(crate) fn product_of(site: &testkit::site::Site) -> Manifest {
        // The time of the directory above the runs changes with them.
        let leave_out = vec![RelPath::new("var/opt/CommsInstaller").unwrap()];
        manifest(&site.path(""), &Options { leave_out, ..Options::default() })
    }
}

/// Returns the rows of a CHANGES report.
pub(crate) fn rows(json: &serde_json::Value) -> Vec<Row> {
    assert_eq!(json["version"], 1);
    let row = |line: &serde_json::Value| {
        let columns = ["file", "key", "base", "site", "new", "decision", "final"];
        Row::new(columns.map(|field| line[field].as_str().unwrap()))
    };
    json["decisions"].as_array().unwrap().iter().map(row).collect()
}
