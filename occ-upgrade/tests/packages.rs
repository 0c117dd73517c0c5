//! `package`: the same bytes each time, and a manifest that holds.

use std::process::Command;

use crate::support::{ANSWERS, MAP, Site, VENDOR, latin1};

fn with_kit() -> Site {
    let site = Site::with_answers(ANSWERS);
    site.put("kit/setup.exe", b"MZ\0program");
    site.put("kit/data/readme.txt", b"text");
    site
}

#[test]
fn a_package_made_twice_is_identical_and_its_manifest_holds() {
    let site = with_kit();
    for name in ["one", "two", "one.zip", "two.zip"] {
        site.run(&["package", "site.ini", "-o", name, "--kit", "kit"]).exits(0);
    }
    assert_eq!(site.get("one.zip"), site.get("two.zip"));
    let diff = Command::new("diff").args(["-r", "one", "two"]).current_dir(site.at("")).status().unwrap();
    assert!(diff.success());
    let check = Command::new("sha256sum")
        .args(["--check", "--quiet", "--strict", "SHA256SUMS"])
        .current_dir(site.at("one"))
        .status();
    assert!(check.unwrap().success());
    let manifest: serde_json::Value = serde_json::from_slice(&site.get("one/manifest.json")).unwrap();
    let files = manifest["files"].as_object().unwrap();
    assert_eq!(files["kit/setup.exe"]["size"], 10);
    assert_eq!(files.len(), site.get_text("one/SHA256SUMS").lines().count());
    assert_eq!(site.get("one/setup.ini"), site.get("site.ini"));
}

#[test]
fn a_zip_file_holds_what_the_directory_holds_python3() {
    testkit::peers::need("python3");
    let site = with_kit();
    for name in ["directory", "file.zip"] {
        site.run(&["package", "site.ini", "-o", name, "--kit", "kit"]).exits(0);
    }
    let python = testkit::site::run(
        "python3",
        &[
            "-c".as_ref(),
            "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; z.extractall(sys.argv[2])"
                .as_ref(),
            site.at("file.zip").as_os_str(),
            site.at("unpacked").as_os_str(),
        ],
    );
    assert_eq!(python, "");
    let diff = Command::new("diff").args(["-r", "directory", "unpacked"]).current_dir(site.at("")).status().unwrap();
    assert!(diff.success());
}

#[test]
fn each_mode_has_its_configuration_and_its_scripts() {
    let site = Site::with_answers(&format!("{ANSWERS}log-folder = '\\\\srv\\LOGS'\n"));
    site.run(&["package", "site.ini", "-o", "p"]).exits(0).says("into kit");
    for (mode, install, profiles) in
        [("install-only", "Yes", "No"), ("profile-only", "No", "Yes"), ("install-and-profile", "Yes", "Yes")]
    {
        let ini = site.get_text(&format!("p/ini/{mode}.ini"));
        assert!(
            ini.contains(&format!("Microsoft Outlook={install}\r\nCreate/convert/upgrade user profile={profiles}\r\n")),
            "{ini}"
        );
        for script in [format!("p/{mode}.cmd"), format!("p/{mode}.ps1")] {
            let text = site.get_text(&script);
            assert!(text.contains(&format!("kit\\{mode}.exe")) && text.contains(r"\\srv\LOGS"), "{text}");
            assert!(text.is_ascii() && text.matches('\n').count() == text.matches("\r\n").count());
        }
    }
    let shares = site.get_text("p/share-settings.cmd");
    assert!(shares.contains("SMSCliToknLocalAcct$") && shares.contains("LOGS SJSC WPW"));
}

#[test]
fn a_vendors_file_goes_in_as_it_is_with_its_modes_by_the_map() {
    let site = Site::new();
    site.put("old.ini", latin1(VENDOR));
    site.put("map.toml", MAP);
    site.run(&["package", "old.ini", "-o", "p", "--map", "map.toml"]).exits(0);
    assert_eq!(site.get("p/setup.ini"), latin1(VENDOR));
    let expected = VENDOR.replace("\"0\"", "\"1\"").replace("Profile=1", "Profile=0");
    assert_eq!(site.get("p/ini/install-only.ini"), latin1(&expected));
}

#[test]
fn a_log_folder_cannot_smuggle_commands_into_the_scripts() {
    for folder in ["C:\\logs\" & del *", "%TEMP%", "a'; rm", "$(x)"] {
        let site = Site::with_answers(&format!("log-folder = '''{folder}'''\n"));
        site.refused(1, &["package", "site.ini", "-o", "p"], "log-folder");
    }
}

#[test]
fn what_exists_is_kept_and_a_kit_must_have_files() {
    let site = with_kit();
    site.put("p/mine", "mine");
    site.refused(1, &["package", "site.ini", "-o", "p"], "p exists");
    site.run(&["package", "site.ini", "-o", "p", "--replace"]).exits(0).says("kept beside it as p.before-");
    let kept = site.names("").into_iter().find(|name| name.starts_with("p.before-")).unwrap();
    assert_eq!(site.get_text(&format!("{kept}/mine")), "mine");
    std::fs::create_dir(site.at("empty")).unwrap();
    site.refused(1, &["package", "site.ini", "-o", "q", "--kit", "empty"], "there are no files in it");
    std::os::unix::fs::symlink("/etc/passwd", site.at("kit/link")).unwrap();
    site.refused(1, &["package", "site.ini", "-o", "q", "--kit", "kit"], "link is neither a file nor a directory");
    std::fs::remove_file(site.at("kit/link")).unwrap();
    std::fs::create_dir_all(site.at("kit").join("d/".repeat(40))).unwrap();
    site.refused(1, &["package", "site.ini", "-o", "q", "--kit", "kit"], "32 levels of directories");
}
