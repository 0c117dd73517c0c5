//! What other accounts, names and signals do to a tool.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

mod hostile;
