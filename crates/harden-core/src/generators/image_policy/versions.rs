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
    is_about: fn(&Asked<'_>) -> bool,
    verdict: Verdict,
    words: &'static str,
}

/// What the policy is to verify.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) written: Written,
    pub(super) signer: Signer<'a>,
    pub(super) format: SignatureFormat,
    /// Whether signatures are trusted by something else than the public instance.
    pub(super) has_root: bool,
}

fn any(_: &Asked<'_>) -> bool {
    true
}

fn bundles(asked: &Asked<'_>) -> bool {
    asked.format == SignatureFormat::Bundle
}

fn bundles_with_keys(asked: &Asked<'_>) -> bool {
    !matches!(asked.signer, Signer::Keyless { .. }) && bundles(asked)
}

fn bundles_of_services(asked: &Asked<'_>) -> bool {
    matches!(asked.signer, Signer::Kms(_)) && bundles(asked)
}

fn bundles_of_roots(asked: &Asked<'_>) -> bool {
    asked.has_root && bundles(asked)
}

fn roots(asked: &Asked<'_>) -> bool {
    asked.has_root
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
        from: Some((1, 17)),
        until: Some((1, 19)),
        is_about: roots,
        verdict: Verdict::Refused,
        words: "Kyverno reads a trusted root since 1.19: upgrade, or leave --trusted-root out",
    },
    Row {
        written: Written::ImageValidatingPolicy,
        from: Some((1, 19)),
        until: None,
        is_about: bundles_of_services,
        verdict: Verdict::Noted,
        words: "Kyverno 1.19 verifies bundles that are signed with a P-256 key, but was seen to refuse some of a key \
                management service (https://github.com/kyverno/kyverno/issues/17363): try it with --mode audit first",
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
        until: Some((1, 19)),
        is_about: bundles_with_keys,
        verdict: Verdict::Refused,
        words: "a ClusterPolicy verifies bundles that are signed with keys since Kyverno 1.19 \
                (https://github.com/kyverno/kyverno/issues/16267): upgrade, use --kyverno validating-policy, or sign \
                for --signature-format legacy",
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
        verdict: Verdict::Refused,
        words: "policy-controller verifies no bundles that are signed with keys \
                (https://github.com/sigstore/policy-controller/issues/1958): sign in the older format, too, and use \
                --signature-format legacy",
    },
    Row {
        written: Written::ClusterImagePolicy,
        from: Some((0, 13)),
        until: None,
        is_about: bundles_of_roots,
        verdict: Verdict::Refused,
        words: "policy-controller mistakes the names of logs in a TrustRoot of keys, so that it verifies no bundle by it: \
                use --signature-format legacy",
    },
];

/// The newest version of which anything is known.
fn newest(written: Written) -> (u16, u16) {
    match written {
        Written::ImageValidatingPolicy | Written::ClusterPolicy => (1, 19),
        Written::ClusterImagePolicy => (0, 15),
    }
}

/// What is known of a version that it makes a difference to; without a version, of the newest.
///
/// # Errors
///
/// It cannot read what is written for it.
pub(super) fn notes(
    version: Option<EngineVersion>,
    asked: &Asked<'_>,
) -> Result<Vec<String>, &'static str> {
    let version = version.map_or_else(|| newest(asked.written), |it| (it.major, it.minor));
    let mut notes = Vec::new();
    let about = TABLE.iter().filter(|it| it.written == asked.written && (it.is_about)(asked));
    for row in about {
        let holds = row.from.is_none_or(|from| from <= version)
            && row.until.is_none_or(|until| version < until);
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
