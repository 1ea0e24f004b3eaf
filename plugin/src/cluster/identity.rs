//! What tells a cluster, and whoever asks it, from others.

use http::Method;
use ring::digest;
use serde_json::{Value, json};

use super::Cluster;

impl Cluster {
    /// A text that is another for another cluster and for another user. It is compared, and shown to nobody.
    ///
    /// # Errors
    ///
    /// When the server cannot be reached.
    pub(crate) async fn identity(&self) -> anyhow::Result<String> {
        const REVIEW: &str = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
        let path = "/api/v1/namespaces/kube-system";
        let system = self.ask(Method::GET, path, "", Vec::new()).await?;
        // Whoever may not see it is told apart by the address and its authority.
        let uid = system.object().pointer("/metadata/uid").cloned().unwrap_or_default();
        let review = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"});
        let body = serde_json::to_vec(&review)?;
        let answer = self.ask(Method::POST, REVIEW, "application/json", body).await?;
        let answer = answer.object();
        let user = |field: &str| answer.pointer(&format!("/status/userInfo/{field}"));
        // Servers before 1.28 do not say whom they see.
        let user: Vec<Value> =
            ["username", "uid", "groups"].map(|it| user(it).cloned().unwrap_or_default()).into();
        let auth = &self.config.auth_info;
        let authority: Vec<&[u8]> =
            self.config.root_cert.iter().flatten().map(Vec::as_slice).collect();
        let authority = digest::digest(&digest::SHA256, &authority.concat());
        let whole = json!([
            self.config.cluster_url.to_string(),
            authority.as_ref(),
            uid,
            self.names.user,
            auth.impersonate,
            auth.impersonate_groups,
            user,
        ]);
        Ok(whole.to_string())
    }
}
