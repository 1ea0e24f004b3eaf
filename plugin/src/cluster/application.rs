//! Server-side apply: the fields that an object names become as it says, and ours.

use anyhow::Context as _;
use http::Method;
use serde_json::Value;

use super::Cluster;
use super::answer::Answer;

/// Who the fields belong to that are applied here.
pub(crate) const MANAGER: &str = "kubectl-harden";

/// How an object is applied.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Manner {
    /// Whether the server only says what would come of it.
    pub(crate) is_dry_run: bool,
    /// Whether fields of others are taken over.
    pub(crate) is_forced: bool,
}

impl Cluster {
    /// Applies an object; whatever the server answers is no error.
    ///
    /// # Errors
    ///
    /// When the server cannot be reached.
    pub(crate) async fn apply(
        &self,
        path: &str,
        object: &Value,
        manner: Manner,
    ) -> anyhow::Result<Answer> {
        let mut url = format!("{path}?fieldManager={MANAGER}&fieldValidation=Strict");
        if manner.is_dry_run {
            url.push_str("&dryRun=All");
        }
        if manner.is_forced {
            url.push_str("&force=true");
        }
        let body = serde_json::to_vec(object).context("failed to write the object as JSON")?;
        self.ask(Method::PATCH, &url, "application/apply-patch+yaml", body).await
    }
}

/// Where an API server has the objects of a kind, or the one of a name; `api_version` is that of manifests.
pub(crate) fn path(
    (api_version, plural): (&str, &str),
    namespace: Option<&str>,
    name: Option<&str>,
) -> String {
    let root = if api_version.contains('/') { "/apis" } else { "/api" };
    let mut path = format!("{root}/{api_version}");
    if let Some(namespace) = namespace {
        path.extend(["/namespaces/", namespace]);
    }
    path.extend(["/", plural]);
    if let Some(name) = name {
        path.extend(["/", name]);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn objects_are_below_their_kind_and_namespace() {
        assert_eq!(path(("v1", "pods"), None, None), "/api/v1/pods");
        assert_eq!(
            path(("apps/v1", "deployments"), Some("n"), Some("web")),
            "/apis/apps/v1/namespaces/n/deployments/web"
        );
        assert_eq!(path(("v1", "namespaces"), None, Some("n")), "/api/v1/namespaces/n");
    }
}
