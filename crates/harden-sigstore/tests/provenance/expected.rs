//! What slsa-verifier's own tests expect of each file, and what is said of it here without a network.

/// `path | upstream | here`. Upstream (slsa-framework/slsa-verifier, `cli/slsa-verifier/main_regression_test.go`):
/// `passes`; `online`, it passes once Rekor was asked for the entry; else the name of the error. Here: the
/// level, or one of these:
///
/// - `contradicted`: the signature holds, and its certificate is of somebody else than the statement says.
/// - `no log`: the signature fits the certificate in the envelope, and neither a log nor a time is with it.
/// - `no certificate`: the envelope has only a signature; who signed is in Rekor alone.
/// - `fits`: both signatures fit, of a package that is named by SHA-512 and is not here.
/// - `tampered provenance`, `tampered publication`: that signature does not fit.
const LIST: &str = include_str!("expected.txt");

pub(crate) struct Expected {
    pub(crate) way: &'static str,
    pub(crate) upstream: &'static str,
    pub(crate) here: &'static str,
}

impl Expected {
    /// Does upstream refuse the file, whatever else is asked of it?
    pub(crate) fn is_refused_upstream(&self) -> bool {
        !matches!(self.upstream, "passes" | "online")
    }
}

pub(crate) fn all() -> Vec<Expected> {
    LIST.lines()
        .map(|line| {
            let parts: Vec<&str> = line.split(" | ").collect();
            Expected { way: parts[0], upstream: parts[1], here: parts[2] }
        })
        .collect()
}
