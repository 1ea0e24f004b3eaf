//! Any text can be judged by every rule, and what is found can be written in every format.

#![no_main]

use harden_core::check::{Incremental, Settings, check};
use harden_core::secrecy::storable;
use harden_core::report::{self, FORMATS, Report, ReportSource};
use harden_core::rules;
use harden_core::source::Source;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let settings = Settings::new(rules::all());
    let outcome = check(settings.clone(), [text]);
    // What is remembered of half of it changes nothing.
    let mut incremental = Incremental::new(settings.clone());
    incremental.check(&[Source::new("a", text.get(..text.len() / 2).unwrap_or_default())]);
    let edited = incremental.check(&[Source::new("a", text)]);
    assert_eq!(edited.findings.len(), outcome.findings.len());
    for (now, whole) in edited.findings.iter().zip(&outcome.findings) {
        assert_eq!((&now.about, &now.message, &now.spots), (&whole.about, &whole.message, &whole.spots));
        assert_eq!((now.document, &now.object, &now.ignored), (whole.document, &whole.object, &whole.ignored));
        now.fix();
    }
    assert_eq!((edited.unused, edited.coverage), (outcome.unused.clone(), outcome.coverage.clone()));
    // What stands in place of Secrets on a disk says the same.
    if let Some(stored) = storable(&Source::new("a", text)) {
        let stored = check(settings.clone(), [stored]);
        let said = |it: &harden_core::check::Outcome<'_>| {
            it.findings.iter().map(|it| (it.about.id.clone(), it.object.clone())).collect::<Vec<_>>()
        };
        assert_eq!(said(&stored), said(&outcome));
    }
    let sources = ReportSource::all(&outcome);
    let report = Report { version: "0.0.0", ..Report::of(&outcome, &settings, &sources) };
    for format in FORMATS {
        let mut bytes = Vec::new();
        report::write(&report, *format, format.name == "text", &mut bytes).expect("memory takes all");
        std::str::from_utf8(&bytes).expect("reports are text");
        if format.name == "json" {
            assert!(!bytes.is_empty());
        }
    }
});
