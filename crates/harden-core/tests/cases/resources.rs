//! Requests and limits, beside the LimitRange and the quota of the namespace.

use super::{of, verdicts};

#[test]
fn pods_whose_request_is_above_the_default_limit_are_refused() {
    let Some(verdicts) = verdicts(&["limit-range-refuses.yaml"]) else { return };
    let refused = of(&verdicts, "limit-range-rejects-pod");
    assert_eq!(refused.len(), 1, "{verdicts:?}");
    assert!(refused.iter().all(|it| it.severity == "high" && !it.lines.is_empty()));
}
