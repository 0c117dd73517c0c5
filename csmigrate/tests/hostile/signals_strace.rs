//! Every end but success is 255, whatever signal caused it.

use testkit::strace::signalled;

use crate::support::Site;
use crate::support::site::{NEW, OLD};

#[test]
fn a_signal_that_nobody_expects_ends_with_255_and_a_message() {
    for signal in ["USR1", "ALRM", "XCPU", "QUIT"] {
        // Before the run begins, and when it has begun.
        for call in ["flock", "fsync"] {
            let site = Site::calendar();
            let outcome = signalled(&site, signal, call, 1, &[OLD, NEW]);
            assert_eq!((outcome.status, outcome.signal), (Some(255), None), "{signal} at {call}: {outcome}");
            let is_said = ["SIG", "interrupted"].iter().any(|word| outcome.stderr.contains(word));
            assert!(is_said, "{signal} at {call}: {outcome}");
        }
    }
}
