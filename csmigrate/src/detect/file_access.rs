//! Lets the Berkeley DB reader and writer use the engine's file handles.

use std::io;

use bdb::{ReadAt, WriteAt};
use upgrade_engine::fs::File;

/// An owned file handle.
pub struct Reading(pub Box<dyn File>);

impl ReadAt for Reading {
    fn size(&self) -> io::Result<u64> {
        Ok(self.0.stat()?.size)
    }
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.0.read_at(buffer, offset)
    }
}

/// A borrowed file handle.
pub struct Borrowed<'a>(pub &'a dyn File);

impl ReadAt for Borrowed<'_> {
    fn size(&self) -> io::Result<u64> {
        Ok(self.0.stat()?.size)
    }
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.0.read_at(buffer, offset)
    }
}

impl WriteAt for Borrowed<'_> {
    fn write_all_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.0.write_all_at(bytes, offset)
    }
}
