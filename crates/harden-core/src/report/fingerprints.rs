//! Names for findings that stay when lines move.

use super::Report;
use crate::finding::Finding;

/// Each finding of a report with its fingerprint, as 16 hexadecimal digits.
///
/// No two are alike: where two findings say the same of objects of the same name, the later ones are
/// numbered.
pub(super) fn all<'a>(
    report: &Report<'a>,
) -> impl Iterator<Item = (&'a Finding, String)> + use<'a> {
    let mut hashes: Vec<u64> = report.findings.iter().map(Finding::fingerprint).collect();
    let mut order: Vec<(u64, usize)> = hashes.iter().copied().zip(0..).collect();
    order.sort_unstable();
    for same in order.chunk_by(|(one, _), (other, _)| one == other) {
        for (count, (hash, index)) in (0..).zip(same) {
            if let Some(it) = hashes.get_mut(*index) {
                *it = hash ^ u64::wrapping_mul(count, 0x9e37_79b9_7f4a_7c15);
            }
        }
    }
    report.findings.iter().zip(hashes.into_iter().map(|hash| format!("{hash:016x}")))
}
