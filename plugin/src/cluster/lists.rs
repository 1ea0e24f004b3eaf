//! Reads some kinds of a cluster as a whole, for whoever asks about what is in it.

use anyhow::Context as _;
use harden_core::cluster::Need;
use harden_core::kubernetes::MinorVersion;
use http::Method;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::kinds::Served;
use super::pages::{Pages, Stop, forbidden};
use super::{Cluster, facts, kinds};
use crate::connection::Connection;
use crate::listing::{Kind, Scope};

/// So many objects are asked for at a time.
const CHUNK: u32 = 500;

/// A cluster of which some kinds are read.
pub(crate) struct Lists {
    runtime: Runtime,
    cluster: Cluster,
    version: MinorVersion,
    served: Served,
}

/// All objects of a kind.
pub(crate) struct Listed {
    pub(crate) kind: Kind,
    /// Each as JSON.
    pub(crate) texts: Vec<String>,
    /// Why not all of them came; none where they did.
    pub(crate) lack: Option<String>,
}

impl Lists {
    /// Connects to a cluster, and asks what it serves.
    ///
    /// # Errors
    ///
    /// When there is none, it does not let us in, or it does not tell what it has.
    pub(crate) fn open(connection: &Connection) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (cluster, version, served) = runtime.block_on(async {
            let cluster = Cluster::connect(connection).await?;
            let facts = facts::ask(&cluster, &[Need::Version]).await?;
            let version = facts.version.context("the API server does not tell its version")?;
            let served = kinds::discover(&cluster).await?;
            anyhow::Ok((cluster, version, served))
        })?;
        Ok(Self { runtime, cluster, version, served })
    }

    /// The version of the API server.
    pub(crate) fn version(&self) -> MinorVersion {
        self.version
    }

    /// The namespace of the context.
    pub(crate) fn namespace(&self) -> &str {
        self.cluster.namespace()
    }

    /// What the cluster is called.
    pub(crate) fn name(&self) -> String {
        self.cluster.name()
    }

    /// Kinds that can be listed, each in the version that the server prefers.
    pub(crate) fn kinds(&self) -> &[Kind] {
        &self.served.kinds
    }

    /// Groups and versions that the server says it has and cannot tell of, and why.
    pub(crate) fn unknown(&self) -> &[(String, String)] {
        &self.served.unknown
    }

    /// Whom the API server takes the user for; none where it does not say, as before 1.28.
    pub(crate) fn user(&self) -> Option<Value> {
        const REVIEW: &str = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
        let review = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"});
        let body = serde_json::to_vec(&review).ok()?;
        let asked = self.cluster.ask(Method::POST, REVIEW, "application/json", body);
        let answer = self.runtime.block_on(asked).ok()?;
        answer.object().pointer("/status/userInfo").cloned()
    }

    /// Lists all objects of some kinds, in the order in which kinds are read.
    ///
    /// # Errors
    ///
    /// When the server is lost.
    pub(crate) fn list(&self, wants: impl Fn(&Kind) -> bool) -> anyhow::Result<Vec<Listed>> {
        let kinds = self.served.kinds.iter().filter(|it| wants(it));
        self.runtime.block_on(async {
            let mut all = Vec::new();
            for kind in kinds {
                all.push(self.list_one(kind).await?);
            }
            Ok(all)
        })
    }

    async fn list_one(&self, kind: &Kind) -> anyhow::Result<Listed> {
        let mut pages = Pages::of(&self.cluster, kind, &Scope::Cluster, CHUNK);
        let mut listed = Listed { kind: kind.clone(), texts: Vec::new(), lack: None };
        loop {
            match pages.next().await {
                Ok(Some(items)) => listed.texts.extend(items.into_iter().map(|it| it.text)),
                Ok(None) => return Ok(listed),
                Err(
                    Stop::Forbidden(why)
                    | Stop::Invalid(why)
                    | Stop::Refused(why)
                    | Stop::Lost(why),
                ) => {
                    listed.lack = Some(why);
                    return Ok(listed);
                }
            }
        }
    }

    /// An object of a name, below a path of the API; none where there is no such object. What keeps it from being
    /// read is a sentence.
    ///
    /// # Errors
    ///
    /// When the server is lost.
    pub(crate) fn get(
        &self,
        path: &str,
        name: &str,
    ) -> anyhow::Result<Result<Option<String>, String>> {
        let is_name = |it: char| it.is_ascii_alphanumeric() || "-.".contains(it);
        if name.is_empty() || !name.chars().all(is_name) {
            return Ok(Ok(None));
        }
        let path = format!("{path}/{name}");
        let answer = self.runtime.block_on(self.cluster.ask(Method::GET, &path, "", Vec::new()))?;
        Ok(match answer.status {
            200 => Ok(Some(answer.text().to_owned())),
            404 => Ok(None),
            403 => Err(forbidden(&answer)),
            _ => Err(answer.message()),
        })
    }
}
