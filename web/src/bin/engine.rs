//! The worker: hands the engine what the page sends, and its answers back.

use std::cell::RefCell;

use harden_core::kubernetes::{Date, Random};
use js_sys::{Array, Date as JsDate, JsString};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::Closure;
use web::engine::{Engine, Machine};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};
use zeroize::Zeroizing;

/// The browser.
struct Browser(DedicatedWorkerGlobalScope);

impl Machine for Browser {
    fn today(&self) -> Option<Date> {
        let now = JsDate::new_0();
        Some(Date {
            year: now.get_utc_full_year().try_into().ok()?,
            month: (now.get_utc_month() + 1).try_into().ok()?,
            day: now.get_utc_date().try_into().ok()?,
        })
    }

    fn random(&self, count: usize) -> Option<Random> {
        let mut bytes = Zeroizing::new(vec![0; count]);
        let crypto = self.0.crypto().ok()?;
        for chunk in bytes.chunks_mut(65536) {
            crypto.get_random_values_with_u8_array(chunk).ok()?;
        }
        Some(Random::new(bytes))
    }
}

fn main() {
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else { return };
    let engine = RefCell::new(Engine::default());
    let (browser, port) = (Browser(scope.clone()), scope.clone());
    let hear = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let mut strings =
            Array::from(&event.data()).into_iter().filter_map(|it| it.dyn_into::<JsString>().ok());
        let Some(request) = strings.next() else { return };
        let mut engine = engine.borrow_mut();
        while let (Some(file), Some(text)) = (strings.next(), strings.next()) {
            engine.put(String::from(file).parse().unwrap_or_default(), String::from(text));
        }
        let reply = engine.answer(&String::from(request), &browser);
        // Nobody is left to hear of a page that is gone.
        let _ = port.post_message(&JsString::from(reply));
    });
    scope.set_onmessage(Some(hear.as_ref().unchecked_ref()));
    hear.forget();
    // The page sends nothing before this: what arrives without a handler is lost.
    let _ = scope.post_message(&JsString::from(""));
}
