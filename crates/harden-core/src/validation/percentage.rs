//! Numbers that may be percentages.

use harden_yaml::Place;

/// What a number or a percentage comes to; nothing for what is neither.
pub(super) fn amount(place: Place<'_>) -> Option<i64> {
    match place.as_str() {
        Some(text) => {
            let digits = text.strip_suffix('%')?;
            let is_number = !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit());
            is_number.then(|| digits.parse().unwrap_or(i64::MAX))
        }
        None => place.as_i64(),
    }
}
