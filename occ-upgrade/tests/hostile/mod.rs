//! Whoever supplied the input, and who can write where the output goes: uid 65534 against root.

mod input;
mod output;
mod paths_strace;
mod shown;
