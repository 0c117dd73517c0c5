//! Writes on a thread of its own what another one makes, so that making and writing go on at the same time.

use std::io;
use std::sync::mpsc::{self, Receiver, SyncSender};

use bdb::WriteAt;
use upgrade_engine::fs::File;

/// Pieces that wait to be written; each is what the Berkeley DB writer gathers for one write.
const WAITING: usize = 4;
/// Bytes after which the system is asked to begin writing to the disk.
const BATCH: u64 = 8 << 20;

struct Piece {
    bytes: Vec<u8>,
    offset: u64,
}

/// The end that the pieces are put in.
pub struct WriteBehind {
    pieces: SyncSender<Piece>,
    used: Receiver<Vec<u8>>,
}

impl WriteAt for WriteBehind {
    fn write_all_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut copy = self.used.try_recv().unwrap_or_default();
        copy.extend_from_slice(bytes);
        let piece = Piece { bytes: copy, offset };
        self.pieces.send(piece).map_err(|_| io::Error::other("writing has stopped after an error"))
    }
}

/// Lets `make` write to `file` through a queue; returns when everything is written.
///
/// # Errors
/// What `make` returns; before that, why a piece could not be written.
pub fn write_behind(file: &dyn File, make: impl FnOnce(WriteBehind) -> Result<(), String>) -> Result<(), String> {
    let (pieces, queue) = mpsc::sync_channel(WAITING);
    let (give_back, used) = mpsc::sync_channel(WAITING);
    std::thread::scope(|scope| {
        let writer = scope.spawn(move || write_all(file, &queue, &give_back));
        let made = make(WriteBehind { pieces, used });
        let written = writer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        written.and(made)
    })
}

fn write_all(file: &dyn File, queue: &Receiver<Piece>, give_back: &SyncSender<Vec<u8>>) -> Result<(), String> {
    let mut begun = 0_u64;
    for Piece { mut bytes, offset } in queue {
        file.write_all_at(&bytes, offset)
            .map_err(|e| format!("byte {offset} of the new database cannot be written: {e}"))?;
        let end = offset.saturating_add(bytes.len() as u64);
        if end.saturating_sub(begun) >= BATCH {
            file.begin_sync(begun, end.saturating_sub(begun));
            begun = end;
        }
        bytes.clear();
        // Memory is used again where somebody still wants it.
        let _ = give_back.try_send(bytes);
    }
    Ok(())
}
