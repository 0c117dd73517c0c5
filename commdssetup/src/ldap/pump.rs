//! Between a server and the client library: both have an end of a pair of sockets, and what the server says goes through the [`MessageFilter`].

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use ldap3::tokio;
use ldap3::tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use ldap3::tokio::net::UnixStream;
use ldap3::tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use zeroize::Zeroizing;

use super::message_filter::{MessageFilter, MessageLimits, Violation};
use super::transport::Stream;

/// How much is passed on at a time.
const PIECE: usize = 32 << 10;

/// What a server sent that was not passed on: nothing so far.
pub(super) type Refused = Arc<OnceLock<Violation>>;

/// Passes on both ways until one of the two ends; the other one sees that as the end of the connection.
pub(super) async fn run(server: Box<dyn Stream>, library: UnixStream, refused: Refused) {
    let (from_server, to_server) = tokio::io::split(server);
    let (from_library, to_library) = library.into_split();
    let asked = AtomicBool::new(false);
    tokio::select! {
        () = answers(from_server, to_library, &refused, &asked) => {}
        () = requests(from_library, to_server, &asked) => {}
    }
}

async fn answers(
    mut server: ReadHalf<Box<dyn Stream>>,
    mut library: OwnedWriteHalf,
    refused: &Refused,
    asked: &AtomicBool,
) {
    let mut filter = MessageFilter::new(MessageLimits::default());
    let mut piece = vec![0; PIECE];
    while let Ok(length @ 1..) = server.read(&mut piece).await {
        let read = piece.get(..length).unwrap_or_default();
        if asked.swap(false, Ordering::Relaxed) {
            filter.begin_answer();
        }
        let refusal = filter.take(read).err();
        let passed = refusal.map_or(read, |refusal| read.get(..refusal.passed).unwrap_or_default());
        if let Some(refusal) = refusal {
            // Before the library sees the end, so that whoever hears of the end finds why.
            let _ = refused.set(refusal.violation);
        }
        if library.write_all(passed).await.is_err() || refusal.is_some() {
            return;
        }
    }
}

async fn requests(mut library: OwnedReadHalf, mut server: WriteHalf<Box<dyn Stream>>, asked: &AtomicBool) {
    // A bind holds the password.
    let mut piece = Zeroizing::new(vec![0; PIECE]);
    while let Ok(length @ 1..) = library.read(&mut piece).await {
        let read = piece.get(..length).unwrap_or_default();
        asked.store(true, Ordering::Relaxed);
        if server.write_all(read).await.is_err() || server.flush().await.is_err() {
            return;
        }
    }
    let _ = server.shutdown().await;
}
