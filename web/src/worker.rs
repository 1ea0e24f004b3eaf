//! A worker: hands what the page sends to whoever answers, and the answers back.

use std::cell::RefCell;

use js_sys::{Array, JsString, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::{Closure, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use crate::protocol::{self, Reply, Request};

/// Whoever answers questions, about texts that it is given first.
pub trait Answers {
    /// A question.
    type Ask: DeserializeOwned;
    /// An answer.
    type Answer: Serialize;

    /// Takes in the text of a file.
    fn put(&mut self, file: u32, text: String);

    /// Answers a question, or says why it cannot.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the question.
    fn answer(&mut self, ask: Self::Ask) -> Result<Self::Answer, String>;

    /// Answers a message.
    fn reply(&mut self, request: &[u8]) -> Vec<u8> {
        let reply = match protocol::read::<Request<Self::Ask>>(request) {
            Ok(Request { id, ask }) => Reply { id, answer: self.answer(ask) },
            Err(error) => Reply { id: 0, answer: Err(error) },
        };
        protocol::write(&reply)
    }
}

/// Answers what the page asks, for as long as this worker lives; nothing outside of a worker.
pub fn serve<W: Answers + 'static>(begin: impl FnOnce(&DedicatedWorkerGlobalScope) -> W) {
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else { return };
    let (worker, port) = (RefCell::new(begin(&scope)), scope.clone());
    let hear = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let parts = Array::from(&event.data());
        let Ok(request) = parts.shift().dyn_into::<Uint8Array>() else { return };
        let mut worker = worker.borrow_mut();
        let text = |part: JsValue| part.dyn_into::<JsString>().ok().map(String::from);
        while let (Some(file), Some(text)) = (text(parts.shift()), text(parts.shift())) {
            worker.put(file.parse().unwrap_or_default(), text);
        }
        let reply = Uint8Array::from(worker.reply(&request.to_vec()).as_slice());
        // Nobody is left to hear of a page that is gone.
        let _ = port.post_message_with_transfer(&reply, &Array::of1(&reply.buffer()));
    });
    scope.set_onmessage(Some(hear.as_ref().unchecked_ref()));
    hear.forget();
    // The page sends nothing before this: what arrives without a handler is lost.
    let _ = scope.post_message(&JsValue::NULL);
}
