//! Names for findings that stay when lines move.

use super::Report;
use crate::finding::Finding;

/// Each finding of a report with its fingerprint, as 16 hexadecimal digits.
pub(super) fn all<'a>(
    report: &Report<'a>,
) -> impl Iterator<Item = (&'a Finding, String)> + use<'a> {
    report.findings.iter().zip(hashes(report).into_iter().map(hex))
}

/// A fingerprint as 16 hexadecimal digits.
pub(super) fn hex(fingerprint: u64) -> String {
    let digits = fingerprint.to_be_bytes().into_iter().flat_map(|it| [it >> 4, it & 0xF]);
    digits.filter_map(|it| char::from_digit(it.into(), 16)).collect()
}

/// The fingerprints of the findings of a report, in their order.
///
/// No two are alike: where two findings say the same of objects of the same name, the later ones are
/// numbered.
pub(super) fn hashes(report: &Report<'_>) -> Vec<u64> {
    let mut hashes = plain_hashes(report.findings);
    let mut order: Vec<(u64, usize)> = hashes.iter().copied().zip(0..).collect();
    order.sort_unstable();
    for same in order.chunk_by(|(one, _), (other, _)| one == other) {
        for (count, (hash, index)) in (0..).zip(same) {
            if let Some(it) = hashes.get_mut(*index) {
                *it = hash ^ u64::wrapping_mul(count, 0x9e37_79b9_7f4a_7c15);
            }
        }
    }
    hashes
}

#[cfg(feature = "parallel")]
fn plain_hashes(findings: &[Finding]) -> Vec<u64> {
    use rayon::prelude::*;

    findings.par_iter().with_min_len(1024).map(Finding::fingerprint).collect()
}

#[cfg(not(feature = "parallel"))]
fn plain_hashes(findings: &[Finding]) -> Vec<u64> {
    findings.iter().map(Finding::fingerprint).collect()
}
