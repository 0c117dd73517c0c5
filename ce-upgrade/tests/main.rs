//! Tests of `ce-upgrade`.
