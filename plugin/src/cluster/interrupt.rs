//! Ctrl-C while a cluster is read: the first ends the reading, the next everything.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use tokio::sync::Notify;

/// The exit code of a program that Ctrl-C ended.
const ENDED: i32 = 130;

/// What waits for the first Ctrl-C; when it is dropped, the next ends everything.
#[derive(Debug)]
pub(super) struct Interrupt(Arc<State>);

#[derive(Debug, Default)]
struct State {
    pressed: Notify,
    is_over: AtomicBool,
}

impl Interrupt {
    /// Begins to listen.
    pub(super) fn listen() -> io::Result<Self> {
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        thread::Builder::new().name("interrupt".to_owned()).spawn(move || {
            runtime.block_on(async {
                while tokio::signal::ctrl_c().await.is_ok() {
                    if shared.is_over.swap(true, Ordering::Relaxed) {
                        std::process::exit(ENDED);
                    }
                    shared.pressed.notify_one();
                }
            });
        })?;
        Ok(Self(state))
    }

    /// Ends at the first Ctrl-C.
    pub(super) async fn pressed(&self) {
        self.0.pressed.notified().await;
    }
}

impl Drop for Interrupt {
    fn drop(&mut self) {
        self.0.is_over.store(true, Ordering::Relaxed);
    }
}
