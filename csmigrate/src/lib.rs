//! csmigrate
