//! Copies a file's content and reads the copy back while it grows: a copy counts only by what can be read from it.

use std::io;
use std::sync::mpsc::{self, Receiver};

use super::{StepContext, StepError};
use crate::digest::{self, Digest, Hasher, Piece, Pieces};
use crate::fs::File;
use crate::place::Place;

/// Blocks of this size that hold only zeros stay holes where the original had any.
const HOLE: usize = 64 * 1024;
/// Bytes after which the system is asked to begin writing to the disk.
const BATCH: u64 = 8 << 20;
/// Pieces the reader may be behind the writer.
const BEHIND: usize = 64;

/// A file up to this size is read back once it is written: a thread of its own would cost more than it gains.
pub(super) const SMALL: u64 = 1 << 20;

/// Copies a file of about `size` bytes to a new one, and checks that the copy reads back with the expected digest.
pub(super) fn copy(
    world: &StepContext<'_>,
    (from, original): (&Place, &dyn File),
    size: u64,
    expected: &Digest,
    (at, to): (&Place, &dyn File),
) -> Result<(), StepError> {
    let stop = || world.observer.stop_requested();
    let read_back = if world.workers.get() == 1 || size <= SMALL {
        write(world, from, original, to, at, |_| {})?;
        Digest::of_file_unless(to, &stop).map(|(digest, _)| digest)
    } else {
        std::thread::scope(|scope| {
            let (written, pieces) = mpsc::sync_channel(BEHIND);
            let reader = scope.spawn(move || follow(to, &pieces, &stop));
            let result = write(world, from, original, to, at, |end| {
                // The reader ends early only with an error, which it returns.
                let _ = written.send(end);
            });
            drop(written);
            let read_back = reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            result.map(|()| read_back)
        })?
    };
    let read_back = read_back.map_err(|e| world.reading_error("read back", at, e))?;
    if read_back == *expected {
        return Ok(());
    }
    let now = world.digest(from, original)?;
    if now != *expected {
        return Err(world.changed(from, "its content has changed since it was read"));
    }
    let message = "what was read back is not what was written: the disk or the memory is failing".to_owned();
    Err(StepError::Produce { path: world.show(at), message })
}

/// Digests a file that is being written, up to each end that arrives, and from the last one to the end of the file.
fn follow(file: &dyn File, ends: &Receiver<u64>, stop: &dyn Fn() -> bool) -> io::Result<Digest> {
    let mut hasher = Hasher::new();
    let mut pieces = Pieces::new(file);
    let mut read = |limit: u64| {
        while let Some(piece) = pieces.next_before(limit)? {
            piece.for_each_chunk(&mut |bytes| {
                hasher.update(bytes);
                if stop() { Err(digest::stopped()) } else { Ok(()) }
            })?;
        }
        io::Result::Ok(())
    };
    for end in ends {
        read(end)?;
    }
    read(u64::MAX)?;
    Ok(hasher.finish())
}

/// Writes the content; `written` is told up to where, piece by piece.
fn write(
    world: &StepContext<'_>,
    from: &Place,
    original: &dyn File,
    to: &dyn File,
    at: &Place,
    mut written: impl FnMut(u64),
) -> Result<(), StepError> {
    let stat = original.stat().map_err(|e| world.error("look at", from, e))?;
    let sparse = stat.allocated < stat.size;
    let mut offset = 0_u64;
    let mut begun = 0_u64;
    let mut failure = None;
    let mut put = |piece: Piece<'_>| {
        match piece {
            Piece::Hole(length) => offset = offset.saturating_add(length),
            Piece::Bytes(chunk) => {
                for block in chunk.chunks(if sparse { HOLE } else { digest::CHUNK }) {
                    if !(sparse && block.iter().all(|byte| *byte == 0)) {
                        to.write_all_at(block, offset).inspect_err(|_| failure = Some(()))?;
                    }
                    offset = offset.saturating_add(block.len() as u64);
                }
            }
        }
        if offset > stat.size {
            return Err(io::Error::other("it grows while it is copied"));
        }
        if offset.saturating_sub(begun) >= BATCH {
            to.begin_sync(begun, offset.saturating_sub(begun));
            begun = offset;
        }
        // Past a hole at the end there is nothing to read yet.
        if !sparse {
            written(offset);
        }
        world.advance(piece.length()).map_err(io::Error::other)
    };
    let copied = digest::for_each_piece(original, |piece| match piece {
        // What looks like a hole may be space that was set aside: the copy gets it as well.
        Piece::Hole(_) if !sparse => piece.for_each_chunk(&mut |zeros| put(Piece::Bytes(zeros))),
        piece => put(piece),
    });
    match (copied, failure) {
        (Err(e), Some(())) => Err(world.error("write", at, e)),
        (Err(e), None) => Err(world.reading_error("read", from, e)),
        (Ok(length), _) if sparse => to.set_len(length).map_err(|e| world.error("write", at, e)),
        (Ok(_), _) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::*;
    use crate::fs::memory::MemoryFs;
    use crate::fs::{Attribute, Durable, FileSystem, RelPath, RootPath, Stat};
    use crate::place::{Anchor, Devices, OpenAnchors};
    use crate::step::{Quiet, Saves};

    /// A file whose disk stores one byte wrongly.
    struct Failing {
        file: Box<dyn File>,
        at: u64,
    }

    impl File for Failing {
        fn stat(&self) -> io::Result<Stat> {
            self.file.stat()
        }
        fn extended_attributes(&self) -> io::Result<Vec<(Vec<u8>, Vec<u8>)>> {
            self.file.extended_attributes()
        }
        fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
            self.file.read_at(buffer, offset)
        }
        fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
            let mut stored = bytes.to_vec();
            if let Some(byte) = self.at.checked_sub(offset).and_then(|at| stored.get_mut(at as usize)) {
                *byte ^= 1;
            }
            self.file.write_all_at(&stored, offset)
        }
        fn set_len(&self, length: u64) -> io::Result<()> {
            self.file.set_len(length)
        }
        fn set(&self, attribute: &Attribute) -> io::Result<()> {
            self.file.set(attribute)
        }
        fn sync(&self, what: Durable) -> io::Result<()> {
            self.file.sync(what)
        }
    }

    /// Copies `content`, surveyed as `surveyed`, to a disk that stores the byte at `wrong` wrongly; with one thread and two.
    fn copied(content: &[u8], surveyed: &[u8], wrong: Option<u64>) -> [Result<Vec<u8>, String>; 2] {
        [1, 2].map(|workers| {
            let fs = MemoryFs::new();
            let root = fs.open_dir(&RootPath::new("/").unwrap()).unwrap();
            let place = |name: &str| Place::anchor("root").below(&RelPath::new(name).unwrap());
            root.create(&place("from").path).unwrap().write_all_at(content, 0).unwrap();
            let id = root.stat(&RelPath::here()).unwrap().id;
            let anchor = Anchor { path: RootPath::new("/").unwrap(), device: id.device, inode: id.inode };
            let anchors = [("root".to_owned(), anchor)].into();
            let world = StepContext {
                anchors: OpenAnchors::open(&fs, &anchors, Devices::AsSurveyed).unwrap(),
                runs: Some(&*root),
                saves: Saves::nowhere(),
                undone_run: None,
                producers: &[],
                services: &[],
                observer: &Quiet,
                workers: NonZeroUsize::new(workers).unwrap(),
            };
            let to = Failing { file: root.create(&place("to").path).unwrap(), at: wrong.unwrap_or(u64::MAX) };
            let expected = Digest::of(surveyed);
            let original = world.open(&place("from")).map_err(|e| e.to_string())?;
            copy(&world, (&place("from"), &*original), u64::MAX, &expected, (&place("to"), &to))
                .map_err(|e| e.to_string())?;
            let mut copy = vec![0; content.len() + 1];
            let length = to.read_at(&mut copy, 0).unwrap();
            copy.truncate(length);
            Ok(copy)
        })
    }

    fn content() -> Vec<u8> {
        (0..3 * digest::CHUNK + 77).map(|n| ((n * 31) >> 3) as u8).collect()
    }

    #[test]
    fn the_copy_holds_the_bytes_of_the_original() {
        for content in [content(), Vec::new(), b"x".to_vec()] {
            assert_eq!(copied(&content, &content, None), [Ok(content.clone()), Ok(content.clone())]);
        }
    }

    #[test]
    fn a_byte_that_the_disk_stores_wrongly_is_noticed_wherever_it_is() {
        let content = content();
        for at in [0, digest::CHUNK as u64, content.len() as u64 - 1] {
            for result in copied(&content, &content, Some(at)) {
                let message = result.unwrap_err();
                assert!(message.contains("what was read back is not what was written"), "byte {at}: {message}");
            }
        }
    }

    #[test]
    fn an_original_that_is_not_what_was_surveyed_is_told_from_a_failing_disk() {
        for result in copied(&content(), b"another content", None) {
            let message = result.unwrap_err();
            assert!(message.contains("its content has changed since it was read"), "{message}");
        }
    }
}
