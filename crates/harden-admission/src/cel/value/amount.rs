//! Quantities as the server keeps them, which shows in what they can be converted to.

use harden_core::kubernetes::Quantity;

/// A quantity of a resource.
#[derive(Debug, Clone)]
pub struct Amount {
    pub(in super::super) quantity: Quantity,
    form: Form,
    /// Whether it is the result of a function: the server finds such a one equal to nothing.
    pub(in super::super) is_computed: bool,
}

/// How the server keeps an amount.
#[derive(Debug, Clone, Copy)]
enum Form {
    /// A number and a power of ten that it is multiplied by.
    Short(i64, i32),
    /// A decimal of any length, with so many digits behind its point.
    Long(i32),
}

/// The number of digits behind the point that an amount is rounded to where it is long.
const DIGITS: i32 = 9;

impl PartialEq for Amount {
    fn eq(&self, other: &Self) -> bool {
        self.quantity == other.quantity
    }
}

impl Amount {
    /// One that is written.
    pub(in super::super) fn read(text: &str) -> Option<Self> {
        let quantity = text.parse().ok()?;
        let form =
            short(text).map_or(Form::Long(DIGITS), |(number, power)| Form::Short(number, power));
        Some(Self { quantity, form, is_computed: false })
    }

    /// A whole number.
    pub(in super::super) fn whole(number: i64) -> Self {
        let quantity = Quantity::one().times(number);
        Self { quantity, form: Form::Short(number, 0), is_computed: false }
    }

    /// With the other added.
    pub(in super::super) fn plus(&self, other: &Self) -> Self {
        self.joined(other, false)
    }

    /// With the other taken away.
    pub(in super::super) fn minus(&self, other: &Self) -> Self {
        self.joined(other, true)
    }

    fn joined(&self, other: &Self, negative: bool) -> Self {
        let theirs = if negative { other.quantity.times(-1) } else { other.quantity.clone() };
        let digits = |form| match form {
            Form::Short(_, power) => -power,
            Form::Long(digits) => digits,
        };
        let long = || Form::Long(digits(self.form).max(digits(other.form)));
        let form = match (self.form, other.form) {
            (Form::Short(a, at), Form::Short(b, by)) => {
                let b = if negative { b.wrapping_neg() } else { b };
                sum((a, at), (b, by))
                    .map_or_else(long, |(number, power)| Form::Short(number, power))
            }
            _ => long(),
        };
        Self { quantity: self.quantity.plus(&theirs), form, is_computed: true }
    }

    /// It as a whole number, if the server keeps it as one.
    pub(in super::super) fn as_integer(&self) -> Option<i64> {
        match self.form {
            Form::Short(number, 0) => Some(number),
            Form::Short(number, power) if power > 0 => scaled(number, power),
            _ => None,
        }
    }

    /// It as a float, of which the last digits are the server's.
    #[expect(clippy::cast_precision_loss, reason = "approximate by its name")]
    pub(in super::super) fn as_float(&self) -> f64 {
        let (base, power) = match self.form {
            Form::Short(number, power) => (number as f64, power),
            Form::Long(digits) => {
                let rest = u32::try_from(DIGITS - digits).unwrap_or_default();
                let factor = 10_i128.checked_pow(rest).unwrap_or(i128::MAX);
                ((self.quantity.nanos() / factor) as f64, -digits)
            }
        };
        // The nearest float, which a product of tens is not.
        let factor: f64 = format!("1e{power}").parse().unwrap_or(f64::NAN);
        if power == 0 { base } else { base * factor }
    }
}

/// The number and the power of ten of a text, if the server keeps it short.
fn short(text: &str) -> Option<(i64, i32)> {
    if text == "0" {
        return Some((0, 0));
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text).trim_start_matches('0');
    let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at_checked(end)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let size = i32::try_from(whole.len().max(1) + fraction.len()).ok()?;
    let digits: i64 = format!("0{whole}{fraction}").parse().ok()?;
    let digits = if text.starts_with('-') { -digits } else { digits };
    if let Some(exponent) = binary(suffix) {
        let is_kept = fraction.is_empty() && 14 - size - exponent * 3 / 10 >= 0;
        return is_kept.then(|| Some((digits.checked_mul(1 << exponent)?, 0))).flatten();
    }
    let power = decimal(suffix)?.checked_sub(i32::try_from(fraction.len()).ok()?)?;
    (size <= 18 && power >= -DIGITS).then_some((digits, power))
}

fn binary(suffix: &str) -> Option<i32> {
    let index = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].iter().position(|it| *it == suffix)?;
    Some((i32::try_from(index).ok()? + 1) * 10)
}

fn decimal(suffix: &str) -> Option<i32> {
    let index =
        ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"].iter().position(|it| *it == suffix);
    match index {
        Some(index) => Some(i32::try_from(index).ok()? * 3 - 9),
        None => suffix.strip_prefix(['e', 'E'])?.parse().ok(),
    }
}

/// The sum of two short amounts, if it is short.
fn sum(first: (i64, i32), second: (i64, i32)) -> Option<(i64, i32)> {
    let ((a, at), (b, by)) = (first, second);
    match (a, b) {
        (_, 0) => Some(first),
        (0, _) => Some(second),
        _ if at >= by => Some((scaled(a, at - by)?.checked_add(b)?, by)),
        _ => Some((a.checked_add(scaled(b, by - at)?)?, at)),
    }
}

fn scaled(number: i64, power: i32) -> Option<i64> {
    if number == 0 {
        return Some(0);
    }
    number.checked_mul(10_i64.checked_pow(u32::try_from(power).ok()?)?)
}
