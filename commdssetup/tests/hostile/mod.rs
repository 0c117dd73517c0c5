//! What servers, files and other accounts may try.

mod generated_names;
mod messages;
mod password;
mod script_words;
mod servers;
mod start_tls_kept;
