//! Decimal numbers to floats and back, exactly and without tables: those of the standard library are
//! faster, and a playground has to download them.

mod natural;
mod shortest;

use std::cmp::Ordering;

use natural::Natural;
pub(super) use shortest::Shortest;

/// Further digits only say whether there is more: no float, and no middle between two, has as many.
const MOST_DIGITS: usize = 800;

/// The float nearest to a number such as `-1.5e3`; of two, the even one. Infinite beyond the range.
pub(crate) fn nearest(text: &str) -> f64 {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, ""));
    let (mut digits, mut exponent) = (Vec::new(), power(exponent));
    let mut is_fraction = false;
    for byte in mantissa.bytes() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            is_fraction |= byte == b'.';
            continue;
        }
        exponent -= i64::from(is_fraction);
        if digits.len() < MOST_DIGITS {
            if digit > 0 || !digits.is_empty() {
                digits.push(digit);
            }
            continue;
        }
        exponent += 1;
        if let Some(last) = digits.last_mut() {
            *last |= u8::from(digit > 0);
        }
    }
    let value = magnitude(&digits, exponent);
    if text.starts_with('-') { -value } else { value }
}

/// What follows `e`; far out of range, any power does.
fn power(text: &str) -> i64 {
    let digits = text.bytes().filter(u8::is_ascii_digit).map(|it| i64::from(it - b'0'));
    let power =
        digits.fold(0, |power, digit| if power < 0x10000 { power * 10 + digit } else { power });
    if text.starts_with('-') { -power } else { power }
}

/// The float nearest to digits × 10^exponent.
fn magnitude(digits: &[u8], exponent: i64) -> f64 {
    let end = exponent.saturating_add(i64::try_from(digits.len()).unwrap_or(i64::MAX));
    if digits.is_empty() || end < -330 {
        return 0.0;
    }
    if end > 310 {
        return f64::INFINITY;
    }
    let power = u32::try_from(exponent.unsigned_abs()).unwrap_or(u32::MAX);
    if digits.len() <= 15 && power <= 22 {
        // Floats hold such integers and such powers exactly, so that only the last step rounds.
        let value = digits.iter().fold(0.0, |value, digit| value * 10.0 + f64::from(*digit));
        let power = (0..power).fold(1.0, |value, _| value * 10.0);
        return if exponent < 0 { value / power } else { value * power };
    }
    let (mut over, mut under) = (Natural::from(0), Natural::from(1));
    digits.iter().for_each(|digit| over.scale(10, (*digit).into()));
    let scaled = if exponent < 0 { &mut under } else { &mut over };
    scaled.scale_by_power(10, power);
    quotient(over, under)
}

/// The float nearest to a fraction of numbers that are not zero.
fn quotient(mut over: Natural, mut under: Natural) -> f64 {
    // With equally many bits, the quotient is more than a half and less than two.
    let mut exponent = over.bits() - under.bits();
    let shorter = if exponent < 0 { &mut over } else { &mut under };
    shorter.scale_by_power(2, exponent.unsigned_abs());
    if over.compare(&under).is_lt() {
        exponent -= 1;
        over.scale(2, 0);
    }
    let mut bits = 0_u64;
    for _ in 0..u64::BITS {
        bits *= 2;
        if over.compare(&under).is_ge() {
            over.subtract(&under);
            bits += 1;
        }
        over.scale(2, 0);
    }
    bits |= u64::from(!over.is_zero());
    round(bits, exponent)
}

/// The float nearest to `bits`, of which the highest is set and counts 2^exponent.
fn round(bits: u64, exponent: i32) -> f64 {
    let biased = exponent + 1023;
    // The smallest floats have fewer bits.
    let (biased, dropped) = if biased < 1 { (1, 12 - biased) } else { (biased, 11) };
    let dropped = dropped.unsigned_abs();
    let kept = bits.checked_shr(dropped).unwrap_or(0);
    let half = 1_u64.checked_shl(dropped - 1).unwrap_or(u64::MAX);
    let rounds_up = match (bits - (kept << dropped.min(63))).cmp(&half) {
        Ordering::Less => 0,
        Ordering::Equal => kept % 2,
        Ordering::Greater => 1,
    };
    // The highest bit of a fraction, and what rounding carries out of it, belong to the exponent.
    let exponent = u64::from((biased - 1).unsigned_abs()) << 52;
    f64::from_bits((exponent + kept + rounds_up).min(f64::INFINITY.to_bits()))
}

#[cfg(test)]
mod tests;
