//! install-root
