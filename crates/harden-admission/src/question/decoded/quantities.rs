//! Quantities as an API server writes them.

use harden_core::kubernetes::Quantity;
use serde_json::{Map, Value};

/// Maps of quantities, by their keys.
const MAPS: [&str; 10] = [
    "allocatable",
    "capacity",
    "default",
    "defaultRequest",
    "hard",
    "limits",
    "max",
    "min",
    "overhead",
    "requests",
];

/// Writes the quantities in a value as an API server writes them.
pub(super) fn write(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields.iter_mut() {
                match value {
                    Value::Object(amounts) if MAPS.contains(&key.as_str()) => write_all(amounts),
                    Value::String(_) | Value::Number(_) if key == "sizeLimit" => write_one(value),
                    value => write(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(write),
        _ => {}
    }
}

fn write_all(amounts: &mut Map<String, Value>) {
    amounts.iter_mut().for_each(|(_, it)| write_one(it));
}

fn write_one(value: &mut Value) {
    let text = match &*value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return,
    };
    if let Some(written) = written(&text) {
        *value = written.into();
    }
}

/// A quantity with the largest unit of its kind that leaves a whole number.
fn written(text: &str) -> Option<String> {
    const NANO: i128 = 1_000_000_000;
    const DECIMAL: [&str; 10] = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
    const BINARY: [&str; 7] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    let nanos = Quantity::amount(text)?.nanos();
    if nanos == 0 {
        return Some("0".to_owned());
    }
    let scale = |mut amount: i128, base: i128, steps: usize| {
        let mut step = 0;
        while step < steps && amount % base == 0 {
            amount /= base;
            step += 1;
        }
        (amount, step)
    };
    let is_whole = nanos % NANO == 0;
    if text.ends_with('i') && is_whole && (nanos / NANO).abs() >= 1024 {
        let (amount, step) = scale(nanos / NANO, 1024, BINARY.len() - 1);
        return Some(format!("{amount}{}", BINARY.get(step)?));
    }
    let (amount, step) = scale(nanos, 1000, DECIMAL.len() - 1);
    let digits = text.trim_start_matches(['+', '-']);
    let suffix = digits.trim_start_matches(|it: char| it.is_ascii_digit() || it == '.');
    let has_exponent = suffix.len() > 1 && suffix.starts_with(['e', 'E']);
    if has_exponent {
        let exponent = 3 * i32::try_from(step).ok()? - 9;
        return Some(match exponent {
            0 => amount.to_string(),
            other => format!("{amount}e{other}"),
        });
    }
    Some(format!("{amount}{}", DECIMAL.get(step)?))
}

#[cfg(test)]
mod tests {
    use super::written;

    #[test]
    fn quantities_have_the_largest_unit_of_their_kind() {
        for (text, expected) in [
            ("1", "1"),
            ("0.5", "500m"),
            ("1000m", "1"),
            ("1500m", "1500m"),
            ("1000", "1k"),
            ("1024", "1024"),
            ("1024Mi", "1Gi"),
            ("0.5Gi", "512Mi"),
            ("100Ki", "100Ki"),
            ("1e3", "1e3"),
            ("12e3", "12e3"),
            ("0", "0"),
            ("0Gi", "0"),
            ("1G", "1G"),
            ("1000M", "1G"),
        ] {
            assert_eq!(written(text).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(written("x"), None);
    }
}
