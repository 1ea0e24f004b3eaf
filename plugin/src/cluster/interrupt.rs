//! Ctrl-C while a cluster is read: the first ends the reading, the next everything.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use tokio::sync::Notify;

/// The exit code of a program that Ctrl-C ended.
const ENDED: i32 = 130;

/// What waits for the first Ctrl-C; when nothing waits any more, the next ends everything.
#[derive(Debug)]
pub(crate) struct Interrupt(&'static State);

#[derive(Debug)]
struct State {
    pressed: Notify,
    /// How many wait.
    waiting: AtomicUsize,
    was_pressed: AtomicBool,
    is_listening: AtomicBool,
}

static STATE: State = State {
    pressed: Notify::const_new(),
    waiting: AtomicUsize::new(0),
    was_pressed: AtomicBool::new(false),
    is_listening: AtomicBool::new(false),
};

impl Interrupt {
    /// Begins to listen.
    pub(crate) fn listen() -> io::Result<Self> {
        STATE.waiting.fetch_add(1, Ordering::SeqCst);
        let interrupt = Self(&STATE);
        if STATE.is_listening.swap(true, Ordering::SeqCst) {
            return Ok(interrupt);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        thread::Builder::new().name("interrupt".to_owned()).spawn(move || {
            runtime.block_on(async {
                while tokio::signal::ctrl_c().await.is_ok() {
                    let is_awaited = STATE.waiting.load(Ordering::SeqCst) > 0;
                    if STATE.was_pressed.swap(true, Ordering::SeqCst) || !is_awaited {
                        std::process::exit(ENDED);
                    }
                    STATE.pressed.notify_one();
                }
            });
        })?;
        Ok(interrupt)
    }

    /// Ends at the first Ctrl-C.
    pub(super) async fn pressed(&self) {
        self.0.pressed.notified().await;
    }
}

impl Drop for Interrupt {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}
