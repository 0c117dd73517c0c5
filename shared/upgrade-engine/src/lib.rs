//! Plan, apply under a journal, undo.
//!
//! Every tool goes one way: it surveys (reads only), makes a [`plan`] (pure), has the engine apply it under a journal,
//! and can have that undone. Only [`fs`] changes the file system.

pub mod fs;
