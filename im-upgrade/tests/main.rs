//! Tests of `im-upgrade`, one module for each subject.
