//! The gate, run on a program that resolves paths as it likes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use testkit::site::Site;
use testkit::strace::gate::{Accepted, Rule, judged};

/// `cp -a` of a small tree.
fn copying() -> (Site, [String; 3]) {
    let site = Site::new("/bin/cp").with_leading(&[]);
    site.write("/from/sub/file", "x");
    let [from, to] = ["/from", "/to"].map(|path| site.path(path).to_str().unwrap().to_owned());
    (site, ["-a".to_owned(), from, to])
}

/// Returns what the gate says of a copy by `cp`.
fn judgement(accepted: &[Accepted]) -> String {
    let (site, arguments) = copying();
    let judge = || judged(&site, accepted, &site.command(&arguments));
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(judge)).err().expect("cp passes");
    panic.downcast_ref::<String>().unwrap().clone()
}

#[test]
fn a_program_that_uses_whole_paths_does_not_pass_strace() {
    let said = judgement(&[]);
    assert!(said.contains("OneName: root/from/sub/file"), "{said}");
    assert!(said.contains("NoLink: root/"), "{said}");
}

#[test]
fn what_is_accepted_has_to_happen_strace() {
    let everything = |rule| Accepted { rule, path: "*", reason: "to see what is left" };
    let all = [Rule::OneName, Rule::NoLink, Rule::SetByHandle, Rule::JudgedHandle, Rule::OneHandle].map(everything);
    let never = Accepted { rule: Rule::OneName, path: "root/never", reason: "it does not happen" };
    let said = judgement(&[&[never], &all[..]].concat());
    assert!(said.contains("this no longer happens") && said.contains("root/never"), "{said}");
}
