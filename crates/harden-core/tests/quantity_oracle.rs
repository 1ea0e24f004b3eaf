//! Random quantities are read here as upstream's own code reads them.
//!
//! `HARDEN_RANDOM_QUANTITIES` sets how many there are, `HARDEN_RANDOM_SEED` which.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use harden_core::kubernetes::Quantity;
use harness::Oracle;
use serde_json::{Value, json};

const QUANTITIES: u64 = 20_000;

/// Larger exponents keep upstream busy for minutes.
const PARTS: [&[&str]; 4] = [
    &["", "", "+", "-", " ", "--"],
    &[
        "",
        "0",
        "1",
        "00012",
        "5",
        "999",
        "9223372036854775807",
        "9223372036854775808",
        "123456789012345678901",
    ],
    &["", "", ".", ".0", ".5", ".000000001", ".0000000001", ".123456789123", "..", ".1.2"],
    &[
        "", "", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei",
        "K", "g", "e", "e3", "E3", "e+3", "e-3", "E-10", "e19", "e03", "e-40", "mm", "e3m", "i",
        "Kii", " ", "e 3",
    ],
];

#[test]
fn quantities_are_upstreams() {
    let Some(mut oracle) = Oracle::for_test("quantity") else { return };
    let mut seed = setting("HARDEN_RANDOM_SEED", 1);
    let texts: Vec<String> = (0..setting("HARDEN_RANDOM_QUANTITIES", QUANTITIES))
        .map(|_| PARTS.iter().map(|parts| pick(parts, &mut seed)).collect())
        .collect();
    let questions: Vec<Value> = texts.iter().map(|it| json!(it)).collect();
    for (text, answer) in texts.iter().zip(oracle.ask_all(&questions)) {
        let here = text.parse::<Quantity>();
        let Some(value) = answer.get("value").and_then(Value::as_str) else {
            assert!(here.is_err(), "{text:?}: {answer}");
            continue;
        };
        let here = here.unwrap_or_else(|_| panic!("{text:?} is refused here: {answer}"));
        let theirs: Quantity = value.parse().unwrap();
        assert_eq!(here, theirs, "{text:?}: {answer}");
    }
}

fn pick<'p>(parts: &[&'p str], seed: &mut u64) -> &'p str {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    let at = usize::try_from(*seed >> 33).unwrap() % parts.len();
    parts.get(at).unwrap()
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |it| it.parse().unwrap())
}
