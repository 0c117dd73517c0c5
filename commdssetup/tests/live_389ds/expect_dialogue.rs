//! The public dialogue that drives the vendor's script through a terminal: its answers, in its order, and a line that
//! begins with `Successful` at the end.

use std::process::Command;

use testkit::outcome::Outcome;

use super::choices;
use super::server::Live;
use crate::support::SILENT;

const DIALOGUE: &str = r#"
log_user 1
set timeout 60
eval spawn $env(TOOL)
proc answer {ends text} {
    expect {
        -re "$ends\$" { send -- "$text\r" }
        timeout { puts "no prompt for <$text>"; exit 90 }
        eof { puts "ended before <$text>"; exit 91 }
    }
}
answer ": " y
answer ": " $env(INSTANCE)
answer ": " "cn=Directory Manager"
answer ": " Canary-Word-9
answer "]: " yes
answer "]: " o=usergroup
answer "]: " $env(TYPE)
answer ": " ""
answer ": " yes
answer ": " yes
answer ": " yes
answer ": " y
answer ": " y
set timeout 500
expect {
    -re "\nSuccessful" {}
    timeout { exit 92 }
    eof { exit 93 }
}
expect eof
catch wait result
exit [lindex $result 3]
"#;

#[test]
fn it_passes_with_both_schema_types_and_the_password_is_not_shown() {
    let live = Live::start("expect");
    let inside = live.path("root").join(live.instance().trim_start_matches('/'));
    std::fs::create_dir_all(&inside).unwrap();
    std::fs::copy(format!("{}/dse.ldif", live.instance()), inside.join("dse.ldif")).unwrap();
    std::os::unix::fs::symlink("/run", live.path("root/run")).unwrap();
    let script = live.path("dialogue.exp");
    std::fs::write(&script, DIALOGUE).unwrap();
    let tool = env!("CARGO_BIN_EXE_commdssetup");
    let before = live.state(&choices());
    for kind in ["2", "1"] {
        let tool =
            format!("{tool} --root {} --state-dir {}", live.path("root").display(), live.path("state").display());
        let mut expect = Command::new("expect");
        expect.arg("-f").arg(&script).env("TOOL", tool).env("INSTANCE", live.instance()).env("TYPE", kind);
        let outcome = Outcome::of(&mut expect).exits(0);
        assert!(!outcome.stdout.contains("Canary-Word-9"), "{outcome}");
        assert_ne!(live.state(&choices()), before);
        live.finish(&["--undo"]).exits(0);
        assert_eq!(live.state(&choices()), before);
        // File names tell seconds.
        std::thread::sleep(std::time::Duration::from_millis(1100));
    }
}

/// Answers the one question of `-m no`.
const ONE_QUESTION: &str = r#"
set timeout 120
eval spawn $env(TOOL)
expect {
    -re "change the directory now .*: \$" { send -- "$env(ANSWER)\r" }
    timeout { exit 90 }
    eof { exit 91 }
}
expect eof
catch wait result
exit [lindex $result 3]
"#;

#[test]
fn a_silent_run_with_m_no_asks_before_it_changes_the_directory() {
    let live = Live::start("ask");
    let script = live.path("question.exp");
    std::fs::write(&script, ONE_QUESTION).unwrap();
    let mut silent = SILENT;
    silent[15] = "no";
    let tool = env!("CARGO_BIN_EXE_commdssetup");
    let place = format!("--root {} --state-dir {}", live.path("root").display(), live.path("state").display());
    let server = format!(
        "--ldap-url {} -D {{cn=Directory Manager}} --password-file {}",
        live.url,
        live.path("password").display()
    );
    let answer = |answer: &str| {
        let mut expect = Command::new("expect");
        let command = format!("{tool} {place} {} {server}", silent.join(" "));
        Outcome::of(expect.arg("-f").arg(&script).env("TOOL", command).env("ANSWER", answer)).exits(0)
    };
    let before = live.state(&choices());
    answer("n").says("Nothing was changed in the directory. To change it: sh ");
    assert_eq!(live.state(&choices()), before);
    std::thread::sleep(std::time::Duration::from_millis(1100));
    answer("y").says("Successful: the directory is prepared.");
    assert_ne!(live.state(&choices()), before);
}
