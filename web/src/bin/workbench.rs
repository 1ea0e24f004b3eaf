//! The workbench in its worker.

use harden_core::cluster::Random;

use harden_core::kubernetes::Date;
use js_sys::Date as JsDate;
use web::workbench::{Machine, Workbench};
use web_sys::DedicatedWorkerGlobalScope;
use zeroize::Zeroizing;

/// The browser.
#[derive(Debug)]
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
    web::worker::serve(|scope| Workbench::new(Box::new(Browser(scope.clone()))));
}
