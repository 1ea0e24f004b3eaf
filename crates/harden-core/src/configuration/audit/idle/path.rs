//! Paths that only requests about resources have.

/// Why a path matches no request that is about no resource.
///
/// As `RequestInfoFactory.NewRequestInfo` in `k8s.io/apiserver` tells the two apart: below a version of a
/// group there are resources.
pub(super) fn reason(path: &str) -> Option<String> {
    let mut parts = path.trim_end_matches('*').trim_matches('/').split('/');
    let before = match parts.next() {
        Some("api") => 1,
        Some("apis") => 2,
        _ => return None,
    };
    let resource = parts.nth(before)?;
    Some(format!(
        "path `{path}` matches no request: requests below it are about a resource, `{resource}`"
    ))
}

#[cfg(test)]
mod tests {
    use super::reason;

    #[test]
    fn what_is_below_a_version_is_a_resource() {
        for path in
            ["/api/v1/pods", "/api/v1/namespaces/*", "/apis/apps/v1/deployments", "//api/v1/x"]
        {
            assert!(reason(path).is_some(), "{path}");
        }
        for path in [
            "*",
            "/",
            "/api",
            "/api/*",
            "/api/v1",
            "/api/v1/*",
            "/apis/apps",
            "/apis/apps/v1/",
            "/apis*",
            "/healthz",
            "/openapi/v3/x",
        ] {
            assert_eq!(reason(path), None, "{path}");
        }
    }
}
