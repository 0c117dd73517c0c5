//! Ctrl-C and its like: the first one stops at the next safe point, the second one at once.

use std::cell::OnceCell;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{
    SIGALRM, SIGHUP, SIGINT, SIGIO, SIGPROF, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU, SIGXFSZ,
};
use signal_hook::iterator::Signals as Arrivals;
use signal_hook::low_level::{self, emulate_default_handler};

const CAUGHT: [i32; 3] = [SIGINT, SIGTERM, SIGHUP];
/// What would end the process without a word, or with a core that may hold secrets.
const UNEXPECTED: [i32; 8] = [SIGALRM, SIGIO, SIGPROF, SIGQUIT, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU];

/// The first [`Interrupt`] of this process: from then on signals no longer end it at once.
static INSTALLED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// Set when somebody asked to stop, by whichever signal.
fn requested() -> Arc<AtomicBool> {
    static REQUESTED: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    Arc::clone(REQUESTED.get_or_init(Arc::default))
}

/// Whether somebody asked to stop.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Catches the signals; a second one ends the process with `status`.
    fn install(status: i32) -> io::Result<Self> {
        let flag = requested();
        for signal in CAUGHT {
            // In this order the first signal finds the flag unset, and only the next one ends the process.
            signal_hook::flag::register_conditional_shutdown(signal, status, Arc::clone(&flag))?;
            signal_hook::flag::register(signal, Arc::clone(&flag))?;
        }
        INSTALLED.get_or_init(|| Arc::clone(&flag));
        Ok(Self(flag))
    }

    /// Returns true when somebody asked to stop.
    pub fn is_requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The signals of this process: not caught until a program asks for that.
#[derive(Clone, Debug)]
pub struct Signals {
    caught: OnceCell<Interrupt>,
    status: u8,
}

impl Signals {
    /// Returns the signals; a second one will end the process with `status`.
    pub fn of_process(status: u8) -> Self {
        Self { caught: OnceCell::new(), status }
    }

    /// Returns signals that never come.
    pub fn ignored() -> Self {
        Self { caught: OnceCell::from(Interrupt::default()), status: 0 }
    }

    /// Catches them from now on.
    ///
    /// # Errors
    /// As `sigaction`.
    pub fn catch(&self) -> io::Result<Interrupt> {
        if let Some(caught) = self.caught.get() {
            return Ok(caught.clone());
        }
        let interrupt = Interrupt::install(self.status.into())?;
        Ok(self.caught.get_or_init(|| interrupt).clone())
    }
}

/// Has signals that nobody expects end the process with a message and an exit status, and a run stop at its next safe point first, as
/// [`Interrupt`] does. A file that may not grow any further (SIGXFSZ) is an error of the write.
///
/// `end` prints the message, of which it gets the name of the signal and what is done about it, and returns the exit status. A second
/// signal ends the process at once with `status`.
///
/// # Errors
/// As `sigaction`, or as starting a thread.
pub(crate) fn expect_the_unexpected(
    status: u8,
    end: impl Fn(&str, Unexpected) -> u8 + Send + 'static,
) -> io::Result<()> {
    signal_hook::flag::register(SIGXFSZ, Arc::default())?;
    for signal in UNEXPECTED {
        // Seen by a run even before the thread below gets to say so; the next one ends the process with `status`.
        signal_hook::flag::register_conditional_shutdown(signal, status.into(), requested())?;
        signal_hook::flag::register(signal, requested())?;
    }
    let mut signals = Arrivals::new(UNEXPECTED)?;
    let watch = move || {
        for signal in signals.forever() {
            let name = low_level::signal_name(signal).unwrap_or("a signal");
            let what = match INSTALLED.get() {
                Some(_) => Unexpected::Stops,
                None => Unexpected::Ends,
            };
            let status = end(name, what);
            if what == Unexpected::Ends {
                low_level::exit(status.into());
            }
        }
    };
    std::thread::Builder::new().name("unexpected signals".to_owned()).spawn(watch).map(drop)
}

/// What a signal that nobody expects does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unexpected {
    /// It stops what is under way at its next safe point.
    Stops,
    /// It ends the process before a run began.
    Ends,
}

/// Has the signals end the process as they would anyway, until an [`Interrupt`] is installed, but not before `first` has put right
/// what must not stay as it is, such as a terminal that shows nothing. What `first` returns is kept until the end.
///
/// A thread of its own does it, so that `first` may do whatever a signal handler may not.
///
/// # Errors
/// As `sigaction`, or as starting a thread.
pub(crate) fn before_the_end<T>(first: impl Fn() -> T + Send + 'static) -> io::Result<()> {
    let mut signals = Arrivals::new(CAUGHT)?;
    let end = move || {
        for signal in signals.forever() {
            match INSTALLED.get() {
                // It came before the interrupt was installed, and was seen only now.
                Some(flag) => flag.store(true, Ordering::Relaxed),
                None => {
                    let _kept = first();
                    let _ = emulate_default_handler(signal);
                }
            }
        }
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(end).map(drop)
}
