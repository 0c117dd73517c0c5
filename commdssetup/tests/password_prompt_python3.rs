//! The question for the password on a terminal, ended by a signal: the terminal is as it was, and the program says what it did.

use std::process::Command;

use testkit::outcome::Outcome;

use crate::support::SILENT;

/// Runs the program on a terminal of its own, ends it at the question for the password, and says how it ended and whether the
/// terminal shows what is typed. A process between the two keeps the terminal: it would be reset when its session ends.
const ON_A_TERMINAL: &str = r#"
import os, pty, select, signal, subprocess, sys, termios, time

end, answers, tool = sys.argv[1], [a for a in sys.argv[2].split("|") if a], sys.argv[3:]
child, master = pty.fork()
if child == 0:
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGHUP, lambda *_: None)
    announce = lambda: os.write(1, b"process %d\n" % os.getpid())
    status = subprocess.Popen(tool, preexec_fn=announce).wait()
    shows = bool(termios.tcgetattr(0)[3] & termios.ECHO)
    print("status", status, "shows" if shows else "hides", "over", flush=True)
    os._exit(0)

seen = ""
def read_until(text):
    global seen
    limit = time.time() + 60
    while text not in seen:
        if time.time() > limit or not select.select([master], [], [], 60)[0]:
            sys.exit("not said: " + text + " in " + seen)
        try:
            more = os.read(master, 4096).decode()
        except OSError:
            sys.exit("ended before: " + text + " in " + seen)
        sys.stdout.write(more)
        seen += more
    before, _, seen = seen.partition(text)
    return before + text

read_until("process ")
process = int(read_until("\n"))
for answer in answers:
    read_until(": ")
    os.write(master, (answer + "\n").encode())
    read_until("\n")
read_until("Password")
read_until(": ")
if end == "key":
    os.write(master, b"\x03")
else:
    os.kill(process, getattr(signal, end))
read_until("over")
"#;

/// Ends the program at the password that it asks for after `answers`.
fn ended_by(signal: &str, answers: &str, options: &[&str]) -> Outcome {
    let place = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(place.path().join("root/var/tmp")).unwrap();
    let mut command = Command::new("python3");
    command.args(["-c", ON_A_TERMINAL, signal, answers]).arg(env!("CARGO_BIN_EXE_commdssetup"));
    command.arg("--root").arg(place.path().join("root")).arg("--state-dir").arg(place.path().join("state"));
    Outcome::of(command.args(["--ldap-url", "ldap://127.0.0.1:1"]).args(options)).exits(0)
}

#[test]
fn a_signal_at_the_question_for_the_password_ends_the_program_and_leaves_the_terminal_as_it_was() {
    let manager = ["-D", "cn=Directory Manager"];
    for (signal, status) in [("key", -2), ("SIGINT", -2), ("SIGTERM", -15), ("SIGHUP", -1)] {
        let outcome = ended_by(signal, "", &[&SILENT[..], &manager].concat());
        outcome.says(&format!("status {status} shows over")).says("Nothing was changed in the directory by this call.");
    }
}

#[test]
fn so_does_one_at_the_password_of_the_dialogue() {
    let outcome = ended_by("key", "y|cn=Directory Manager", &[]);
    outcome.says("status -2 shows over").says("Nothing was changed in the directory by this call.");
}
