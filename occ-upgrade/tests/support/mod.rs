//! A directory of a test's own, and the program run in it.

use std::fs;
use std::ops::Deref;
use std::path::PathBuf;

pub(crate) use testkit::outcome::Outcome;

/// Answers of a site whose configuration has no findings.
pub(crate) const ANSWERS: &str = "mail-host = \"mail.siroe.com\"\nldap-host = \"ldap.siroe.com\"\n\
    search-base = \"o=siroe.com,o=isp\"\nuser-dn-pattern = \"uid=%s,ou=people,o=siroe.com,o=isp\"\n\
    require-authentication = true\nprofile-settings = \"Create new\"\n";
/// A vendor's file: its sections and keys are invented, as nobody knows the real ones.
pub(crate) const VENDOR: &str = "; saved by Admin.exe\r\n[Setup]\r\n Install = \"0\"\r\nProfile=1\r\nprofile=0\r\nOther=\u{e4}\r\n\r\n[Misc]\r\njunk\r\n";
/// Its map.
pub(crate) const MAP: &str = "version = 1\n[settings.install]\nsection = \"setup\"\nkey = \"install\"\n\
    values = { Yes = \"1\", No = \"0\" }\n[settings.profiles]\nsection = \"Setup\"\nkey = \"Profile\"\n\
    values = { Yes = \"1\", No = \"0\" }\n";
/// Two users.
pub(crate) const USERS: &str = "mail,uid,cn\r\nann@siroe.com,ann,Ann\r\nbob@siroe.com,bob,\"Bob, B.\"\r\n";

pub(crate) struct Site(testkit::site::Site);

impl Deref for Site {
    type Target = testkit::site::Site;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Site {
    pub(crate) fn new() -> Self {
        Self(testkit::site::Site::new(env!("CARGO_BIN_EXE_occ-upgrade")).with_leading(&[]))
    }

    /// A site with `site.ini`.
    pub(crate) fn with_answers(answers: &str) -> Self {
        let site = Self::new();
        site.put("answers.toml", answers);
        site.run(&["new", "-o", "site.ini", "--answers", "answers.toml"]).exits(0);
        site
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.beside("cwd").join(name)
    }

    pub(crate) fn put(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.at(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    #[track_caller]
    pub(crate) fn get(&self, name: &str) -> Vec<u8> {
        fs::read(self.at(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn get_text(&self, name: &str) -> String {
        String::from_utf8_lossy(&self.get(name)).into_owned()
    }

    pub(crate) fn names(&self, directory: &str) -> Vec<String> {
        testkit::site::names_in(&self.at(directory))
    }

    /// Runs the program, which must fail with that status, say so, and leave everything as it was.
    #[track_caller]
    pub(crate) fn refused(&self, status: i32, arguments: &[&str], text: &str) -> Outcome {
        let before = self.everything();
        let outcome = self.run(arguments).exits(status).says(text);
        before.assert_same(&self.everything());
        assert!(outcome.stderr.ends_with("  Nothing was changed.\n"), "{outcome}");
        outcome
    }
}

/// Text in UTF-16LE with its mark.
pub(crate) fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().fold(vec![0xff, 0xfe], |mut bytes, unit| {
        bytes.extend(unit.to_le_bytes());
        bytes
    })
}

/// Text in Latin-1, which windows-1252 is for these letters.
pub(crate) fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()
}
