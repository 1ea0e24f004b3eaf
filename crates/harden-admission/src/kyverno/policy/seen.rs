//! Values that rules saw, fit to be shown.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::situation::Situation;
use crate::{Cluster, Object, Reason};

/// The longest value that is shown.
const LENGTH: usize = 200;

/// Values by what they are of, cut short; what Secrets hold is hidden.
pub(super) fn seen(
    values: &[(String, String)],
    situation: &Situation<'_>,
) -> Vec<(String, String)> {
    let show = |(of, value): &(String, String)| (of.clone(), cut(&hide(value, situation)));
    values.iter().map(show).collect()
}

/// A text without what the Secret holds that a request is about.
pub(super) fn hide(text: &str, situation: &Situation<'_>) -> String {
    let request = situation.request;
    let secrets = [&request.object, &request.old].into_iter().flatten();
    let mut text = text.to_owned();
    for secret in secrets.filter(|it| it.is("", "Secret")) {
        hide_data(&mut text, secret);
    }
    text
}

/// Hides what all Secrets hold that are at hand.
pub(super) fn hide_all(text: &mut String, reasons: &mut [Reason], cluster: &Cluster) {
    for secret in cluster.list("", "Secret", None) {
        hide_data(text, secret);
        for (_, value) in reasons.iter_mut().flat_map(|it| &mut it.values) {
            hide_data(value, secret);
        }
    }
}

/// Hides what a Secret holds in a text.
fn hide_data(text: &mut String, secret: &Object) {
    for part in ["data", "stringData"] {
        let map = secret.json().get(part).and_then(Value::as_object);
        for value in map.into_iter().flatten().filter_map(|(_, it)| it.as_str()) {
            let decoded = STANDARD.decode(value).ok().and_then(|it| String::from_utf8(it).ok());
            let encoded = STANDARD.encode(value);
            for secret in [Some(value), decoded.as_deref(), Some(&encoded)].into_iter().flatten() {
                if !secret.is_empty() && text.contains(secret) {
                    *text = text.replace(secret, "***");
                }
            }
        }
    }
}

fn cut(text: &str) -> String {
    if text.chars().count() <= LENGTH {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(LENGTH).collect();
    cut.push('…');
    cut
}
