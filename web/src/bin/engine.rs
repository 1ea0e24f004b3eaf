//! The engine in its worker.

use web::engine::Engine;

fn main() {
    web::worker::serve(|_| Engine::default());
}
