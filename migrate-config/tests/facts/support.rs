//! Trees of server roots and stores, and what is found in them.

use bdb::format::{BTREE_MAGIC, ByteOrder, LOG_MAGIC};
use migrate_config::release::{self, Bits, Found};
use migrate_config::server_root::ServerRoot;
use testkit::tree::Tree;
use upgrade_engine::fs::{FileSystem, RootPath};

pub(crate) fn path(text: &str) -> RootPath {
    RootPath::new(text).unwrap()
}

/// Adds a root with links to `/var/opt/SUNWmsgsr`.
pub(crate) fn configured(tree: Tree, root: &str) -> Tree {
    bare(tree, root)
        .directory("/var/opt/SUNWmsgsr/config")
        .directory("/var/opt/SUNWmsgsr/log")
        .symlink(&format!("{root}/config"), "/var/opt/SUNWmsgsr/config")
        .symlink(&format!("{root}/data"), "/var/opt/SUNWmsgsr")
        .symlink(&format!("{root}/log"), "/var/opt/SUNWmsgsr/log")
}

/// Adds a root without a configuration.
pub(crate) fn bare(tree: Tree, root: &str) -> Tree {
    tree.directory(root).directory(&format!("{root}/sbin")).directory(&format!("{root}/lib"))
}

/// Returns the first bytes of a program.
pub(crate) fn program(bits: Bits, order: ByteOrder) -> Vec<u8> {
    let class = if bits == Bits::Bits32 { 1 } else { 2 };
    let encoding = if order == ByteOrder::Little { 1 } else { 2 };
    [b"\x7fELF".as_slice(), &[class, encoding, 1], &[0; 57]].concat()
}

pub(crate) fn btree(version: u32, order: ByteOrder) -> Vec<u8> {
    head(BTREE_MAGIC, version, order)
}

pub(crate) fn log(version: u32, order: ByteOrder) -> Vec<u8> {
    head(LOG_MAGIC, version, order)
}

fn head(magic: u32, version: u32, order: ByteOrder) -> Vec<u8> {
    let mut head = vec![0; 8192];
    head[12..16].copy_from_slice(&order.u32_bytes(magic));
    head[16..20].copy_from_slice(&order.u32_bytes(version));
    head
}

pub(crate) fn found(fs: &dyn FileSystem, root: &str) -> Found {
    release::look(fs, &ServerRoot::look(fs, &path(root)).unwrap())
}

/// Returns a root of which only this is known.
pub(crate) fn known(release: &str, bits: Option<Bits>) -> Found {
    let release = match release {
        "" => install_root::Release::default(),
        release => install_root::Release::of(install_root::Version::parse(release).unwrap()),
    };
    Found { root: path("/opt/SUNWmsgsr"), release, bits, byte_order: None, evidence: Vec::new(), layout_5x: Vec::new() }
}
