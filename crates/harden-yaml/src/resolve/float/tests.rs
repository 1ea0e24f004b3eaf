//! The standard library says the same.

#![allow(clippy::unwrap_used, reason = "a failed test")]

use std::fmt::{Debug, LowerExp};
use std::str::FromStr;

use proptest::prelude::*;

use super::*;

fn reads_as_std(text: &str) {
    let expected: f64 = text.parse().unwrap();
    assert_eq!(nearest(text).to_bits(), expected.to_bits(), "{}", &text[..text.len().min(100)]);
}

/// `-1.5e3`, of two equally near spellings the even one.
fn expected<F: Copy + LowerExp + FromStr<Err: Debug> + PartialEq>(value: F) -> String {
    let digits = format!("{value:e}");
    let (mantissa, _) = digits.split_once('e').unwrap();
    let even = format!("{value:.0$e}", mantissa.split_once('.').map_or(0, |(_, it)| it.len()));
    if even.parse::<F>().unwrap() == value { even } else { digits }
}

fn prints_as_std<F>(value: F)
where
    F: Copy + LowerExp + FromStr<Err: Debug> + PartialEq + Into<Shortest>,
{
    let Shortest { is_negative, digits, exponent } = value.into();
    let (first, rest) = digits.split_at(1);
    let sign = if is_negative { "-" } else { "" };
    let point = if rest.is_empty() { "" } else { "." };
    assert_eq!(format!("{sign}{first}{point}{rest}e{exponent}"), expected(value));
}

/// The exact middle between a float and the next one; it takes up to 767 digits.
fn middle(bits: u64) -> String {
    let (mantissa, exponent) = match bits >> 52 {
        0 => (bits, -1074),
        biased => (bits & ((1 << 52) - 1) | (1 << 52), i32::try_from(biased).unwrap() - 1075),
    };
    // Halves of halves are fives over tens.
    let (factor, power) = if exponent > 0 { (2, 0) } else { (5, exponent - 1) };
    let mut digits: Vec<u8> =
        (2 * mantissa + 1).to_string().bytes().rev().map(|it| it - b'0').collect();
    let steps = if exponent > 0 { exponent - 1 } else { 1 - exponent };
    for _ in 0..steps {
        let mut carry = 0;
        for digit in &mut digits {
            (*digit, carry) = ((*digit * factor + carry) % 10, (*digit * factor + carry) / 10);
        }
        digits.extend(Some(carry).filter(|it| *it > 0));
    }
    let digits: String = digits.iter().rev().map(|it| char::from(it + b'0')).collect();
    format!("{digits}e{power}")
}

#[test]
fn the_ends_of_the_range_are_read_as_they_are_meant() {
    for text in [
        "0",
        "-0",
        "0e5",
        "-0.000e-999999999999999999999",
        "1e999999999999999999999",
        "4.9e-324",
        "2.4e-324",
        "2.5e-324",
        "2.470328229206232720e-324",
        "2.4703282292062328e-324",
        "2.2250738585072011e-308",
        "2.2250738585072014e-308",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "1e-400",
        "1e400",
        "9007199254740993",
        "1.",
        ".5",
        "+.5",
        "08",
    ] {
        reads_as_std(text);
    }
    let zeros = "0".repeat(60_000);
    reads_as_std(&format!("0.{zeros}1e60001"));
    reads_as_std(&format!("1{zeros}1e-60001"));
    let zeros = "0".repeat(1_000_000);
    reads_as_std(&format!("0.{zeros}1e1000001"));
    reads_as_std(&format!("1{zeros}1e-1000000"));
}

#[test]
fn the_ends_of_the_range_are_printed_as_they_are_meant() {
    for value in [0.0, -0.0, f64::MIN_POSITIVE, f64::MAX, 5e-324, 1e23, 9.5e-3, 2_f64.powi(-44)] {
        prints_as_std(value);
        #[expect(clippy::cast_possible_truncation, reason = "any will do")]
        prints_as_std(value.clamp(f32::MIN.into(), f32::MAX.into()) as f32);
    }
    (-1074..1024).for_each(|power| prints_as_std(2_f64.powi(power)));
    (-149..128).for_each(|power| prints_as_std(2_f32.powi(power)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn numbers_are_read_as_std_reads_them(
        text in "-?[0-9]{1,30}(\\.[0-9]{0,30})?([eE][-+]?[0-9]{1,3})?",
    ) {
        reads_as_std(&text);
    }

    #[test]
    fn floats_are_printed_as_std_prints_them(bits: u64, single: u32) {
        let value = f64::from_bits(bits);
        if value.is_finite() {
            prints_as_std(value);
            reads_as_std(&value.to_string());
            reads_as_std(&format!("{value:.20e}"));
        }
        let value = f32::from_bits(single);
        if value.is_finite() {
            prints_as_std(value);
        }
    }

    #[test]
    fn short_numbers_are_printed_as_std_prints_them(digits in 0_u64..1_000_000, power in 0..9) {
        #[expect(clippy::cast_precision_loss, reason = "it is exact")]
        let value = digits as f64 / 10_f64.powi(power);
        prints_as_std(value);
        #[expect(clippy::cast_possible_truncation, reason = "any will do")]
        prints_as_std(value as f32);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn middles_between_floats_are_read_as_the_even_one(bits in 0..f64::MAX.to_bits()) {
        let middle = middle(bits);
        reads_as_std(&middle);
        let (digits, power) = middle.split_once('e').unwrap();
        reads_as_std(&format!("{digits}.{:0>100}e{power}", 1));
        reads_as_std(&format!("{digits}.{:0>900}e{power}", 1));
    }
}
