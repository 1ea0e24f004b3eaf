//! The fewest digits that say which float is meant.

use std::cmp::Ordering;

use super::Natural;

/// The fewest digits that read back as a float: `-`, `12` and −2 are −0.012.
pub(in crate::resolve) struct Shortest {
    pub(in crate::resolve) is_negative: bool,
    pub(in crate::resolve) digits: String,
    /// The power of ten that the first digit counts.
    pub(in crate::resolve) exponent: i32,
}

impl From<f64> for Shortest {
    fn from(value: f64) -> Self {
        Self::new(value.is_sign_negative(), value.abs().to_bits(), 52, 1023)
    }
}

impl From<f32> for Shortest {
    fn from(value: f32) -> Self {
        Self::new(value.is_sign_negative(), value.abs().to_bits().into(), 23, 127)
    }
}

impl Shortest {
    /// Of several spellings with as few digits the nearest; of two, the even one, as Go has it. `bits`
    /// are those of a float without its sign: `width` of a fraction below an exponent in which `zero`
    /// stands for 2^0.
    fn new(is_negative: bool, bits: u64, width: u32, zero: i32) -> Self {
        let mut digits = String::new();
        if bits == 0 {
            digits.push('0');
            return Self { is_negative, digits, exponent: 0 };
        }
        let fraction = bits & ((1 << width) - 1);
        let biased = i32::try_from(bits >> width).unwrap_or_default();
        let mantissa = if biased == 0 { fraction } else { fraction + (1 << width) };
        let power = biased.max(1) - zero - width.cast_signed();
        // The next float below a power of two is nearer than the next above.
        let is_lopsided = fraction == 0 && biased > 1;

        // The float is rest / unit; what is less than `below` or `above` away reads back as it.
        let (mut rest, mut unit) = (Natural::from(4 * mantissa), Natural::from(4));
        let (mut above, mut below) = (Natural::from(2), Natural::from(2 - u64::from(is_lopsided)));
        if power < 0 {
            unit.scale_by_power(2, power.unsigned_abs());
        } else {
            for it in [&mut rest, &mut above, &mut below] {
                it.scale_by_power(2, power.unsigned_abs());
            }
        }
        let is_within = |distance: &Natural, limit: &Natural| match distance.compare(limit) {
            Ordering::Less => true,
            // What is in the middle reads as the even one.
            Ordering::Equal => mantissa.is_multiple_of(2),
            Ordering::Greater => false,
        };

        // Ten to this power, or to one of the next two, is just above all that reads back.
        let mut exponent = (power + mantissa.ilog2().cast_signed()) * 1233 / 4096 - 1;
        if exponent < 0 {
            for it in [&mut rest, &mut above, &mut below] {
                it.scale_by_power(10, exponent.unsigned_abs());
            }
        } else {
            unit.scale_by_power(10, exponent.unsigned_abs());
        }
        while rest.compare(&unit).is_ge() || is_within(&unit.minus(&rest), &above) {
            unit.scale(10, 0);
            exponent += 1;
        }
        loop {
            for it in [&mut rest, &mut above, &mut below] {
                it.scale(10, 0);
            }
            let mut digit = 0;
            while rest.compare(&unit).is_ge() {
                rest.subtract(&unit);
                digit += 1;
            }
            let gap = unit.minus(&rest);
            let (is_enough, is_enough_above) = (is_within(&rest, &below), is_within(&gap, &above));
            let rounds_up = match rest.compare(&gap) {
                _ if !is_enough => is_enough_above,
                _ if !is_enough_above => false,
                Ordering::Less => false,
                Ordering::Equal => digit % 2 == 1,
                Ordering::Greater => true,
            };
            digits.push(char::from(b'0' + digit + u8::from(rounds_up)));
            if is_enough || is_enough_above {
                return Self { is_negative, digits, exponent: exponent - 1 };
            }
        }
    }
}
