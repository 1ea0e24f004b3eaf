//! What a file does, rule by rule, and what comes next.

use std::fmt::Write as _;

use super::configuration::{Configuration, Entry, ResourceRule};
use super::key::KeyName;

/// The status as text.
pub(super) fn write(configuration: &Configuration) -> String {
    let mut text = String::new();
    for rule in &configuration.rules {
        let _ = writeln!(text, "{}", rule.title());
        let _ = writeln!(text, "  writes with  {}", rule.writer());
        let others: Vec<_> = rule.entries.iter().skip(1).map(ToString::to_string).collect();
        if !others.is_empty() {
            let _ = writeln!(text, "  also reads   {}", others.join(", "));
        }
        let _ = writeln!(text, "  next         {}", next(rule));
    }
    text
}

fn next(rule: &ResourceRule) -> &'static str {
    let keys = rule.entries.iter().skip(1).any(|it| *it != Entry::Identity);
    let waits = super::stage::waits(rule);
    let date = |entry: &Entry| entry.key_name().and_then(KeyName::date);
    let is_newest = date(rule.writer()).is_some()
        && rule.entries.iter().skip(1).all(|it| date(it).is_some() || *it == Entry::Identity);
    match (rule.encrypts(), keys, rule.reads_plain()) {
        (true, true, _) if waits => "rotate --stage promote: the newest key does not write yet",
        (true, true, _) if is_newest => {
            "re-encrypt, then rotate --stage retire: an old key is still read"
        }
        (true, true, _) => {
            "rotate --stage promote if another was added, or re-encrypt and rotate --stage retire if another wrote before"
        }
        (true, false, true) => {
            "re-encrypt, then enable --stage retire: plain objects are still read"
        }
        (true, false, false) => "nothing: all is encrypted, until the next rotation",
        (false, true, _) => {
            "enable --stage promote to encrypt, or re-encrypt and disable --stage retire to stay in plain"
        }
        (false, false, _) => "nothing: all is stored in plain",
    }
}
