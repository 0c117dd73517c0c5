//! Every end but success is 255, whatever signal caused it.

use testkit::strace::signalled;

use crate::support::Site;
use crate::support::site::{NEW, OLD};

#[test]
fn a_signal_that_nobody_expects_ends_with_255_and_a_message() {
    for signal in ["USR1", "ALRM", "XCPU", "QUIT"] {
        // While the source is read, and within the run.
        for call in ["pread64", "fsync"] {
            let site = Site::calendar();
            let outcome = signalled(&site, signal, call, 1, &[OLD, NEW]);
            assert_eq!((outcome.status, outcome.signal), (Some(255), None), "{signal} at {call}: {outcome}");
            assert!(outcome.stderr.contains(&format!("SIG{signal}")), "{signal} at {call}: {outcome}");
        }
    }
}
