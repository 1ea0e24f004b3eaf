//! Which version of an engine reads which signatures.

use std::fmt;
use std::str::FromStr;

use super::engine::{SignatureFormat, Written};
use super::signer::Signer;

/// A version of an engine, such as 1.19.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct EngineVersion {
    major: u16,
    minor: u16,
}

/// Why a text is no version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a version such as 1.19 or 1.19.0")]
pub struct InvalidEngineVersion;

impl fmt::Display for EngineVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl FromStr for EngineVersion {
    type Err = InvalidEngineVersion;

    fn from_str(text: &str) -> Result<Self, InvalidEngineVersion> {
        let number = |it: &str| {
            let is_number = !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
            is_number.then(|| it.parse().ok()).flatten().ok_or(InvalidEngineVersion)
        };
        let mut parts = text.strip_prefix('v').unwrap_or(text).splitn(3, '.');
        let major = number(parts.next().unwrap_or_default())?;
        let minor = number(parts.next().unwrap_or_default())?;
        // What is known is known of minor versions.
        parts.next().map_or(Ok(0), number)?;
        Ok(Self { major, minor })
    }
}

/// What follows of a row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// Nothing would work.
    Refused,
    /// Something may not work.
    Noted,
}

/// Versions of which something is known.
struct Row {
    written: Written,
    /// The first version, as major and minor; the first of all where none is named.
    from: Option<(u16, u16)>,
    /// The first version that it does not hold of any more; none where it holds until somebody mends it.
    until: Option<(u16, u16)>,
    is_about: fn(Signer<'_>, SignatureFormat) -> bool,
    verdict: Verdict,
    words: &'static str,
}

fn any(_: Signer<'_>, _: SignatureFormat) -> bool {
    true
}

fn bundles(_: Signer<'_>, format: SignatureFormat) -> bool {
    format == SignatureFormat::Bundle
}

fn bundles_with_keys(signer: Signer<'_>, format: SignatureFormat) -> bool {
    !matches!(signer, Signer::Keyless { .. }) && format == SignatureFormat::Bundle
}

/// What is known, as of November 2026.
const TABLE: &[Row] = &[
    Row {
        written: Written::ImageValidatingPolicy,
        from: None,
        until: Some((1, 17)),
        is_about: any,
        verdict: Verdict::Refused,
        words: "ImageValidatingPolicy of policies.kyverno.io/v1 came with Kyverno 1.17: use --kyverno cluster-policy",
    },
    Row {
        written: Written::ImageValidatingPolicy,
        from: Some((1, 19)),
        until: None,
        is_about: bundles_with_keys,
        verdict: Verdict::Noted,
        words: "Kyverno 1.19.0 refuses bundles that are signed with keys, which 1.18.1 verified \
                (https://github.com/kyverno/kyverno/issues/17363): try it with --mode audit first",
    },
    Row {
        written: Written::ClusterPolicy,
        from: None,
        until: Some((1, 13)),
        is_about: bundles,
        verdict: Verdict::Refused,
        words: "a ClusterPolicy reads bundles since Kyverno 1.13: upgrade, or sign for --signature-format legacy",
    },
    Row {
        written: Written::ClusterPolicy,
        from: Some((1, 13)),
        until: None,
        is_about: bundles_with_keys,
        verdict: Verdict::Noted,
        words: "no ClusterPolicy of a Kyverno from before July 2026 verifies bundles that are signed with keys \
                (https://github.com/kyverno/kyverno/issues/16267): try it with --mode audit first",
    },
    Row {
        written: Written::ClusterPolicy,
        from: Some((1, 20)),
        until: None,
        is_about: any,
        verdict: Verdict::Refused,
        words: "a ClusterPolicy is refused when it is made or changed from Kyverno 1.20 on: use --kyverno \
                validating-policy",
    },
    Row {
        written: Written::ClusterImagePolicy,
        from: None,
        until: Some((0, 13)),
        is_about: bundles,
        verdict: Verdict::Refused,
        words: "policy-controller reads bundles since 0.13: upgrade, or sign for --signature-format legacy",
    },
    Row {
        written: Written::ClusterImagePolicy,
        from: Some((0, 13)),
        until: None,
        is_about: bundles_with_keys,
        verdict: Verdict::Noted,
        words: "policy-controller may refuse what cosign 3 signs with keys \
                (https://github.com/sigstore/policy-controller/issues/1958): try it with --mode warn first",
    },
];

/// What is known of a version that it makes a difference to; without a version, what may be so with the newest.
///
/// # Errors
///
/// It cannot read what is written for it.
pub(super) fn notes(
    version: Option<EngineVersion>,
    written: Written,
    signer: Signer<'_>,
    format: SignatureFormat,
) -> Result<Vec<String>, &'static str> {
    let mut notes = Vec::new();
    let about = TABLE.iter().filter(|it| it.written == written && (it.is_about)(signer, format));
    for row in about {
        let holds = match version.map(|it| (it.major, it.minor)) {
            Some(it) => {
                row.from.is_none_or(|from| from <= it) && row.until.is_none_or(|until| it < until)
            }
            None => row.verdict == Verdict::Noted && row.until.is_none(),
        };
        match row.verdict {
            Verdict::Refused if holds => return Err(row.words),
            Verdict::Noted if holds => notes.push(row.words.to_owned()),
            _ => {}
        }
    }
    Ok(notes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_they_are_written() {
        let read = |text: &str| text.parse::<EngineVersion>().is_ok();
        assert!(["1.19", "v1.19.0", "0.13"].into_iter().all(read));
        assert!(
            !["", "1", "1.", "1.19.x", "latest", "1.19.0.1", "-1.2", "1.99999999"]
                .into_iter()
                .any(read)
        );
    }
}
