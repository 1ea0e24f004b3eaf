//! Looks up objects of a kind as somebody names it. Of kinds that are made of secrets only metadata is asked for.

use anyhow::{anyhow, bail};
use http::Method;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{APIResource, APIResourceList};

use super::item::Item;
use super::pages::{Pages, Start, Stop};
use super::{Cluster, kinds};
use crate::listing::{Kind, Scope};

/// Which objects are wanted.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// As in manifests: `v1`, `apps/v1`.
    pub(crate) api_version: String,
    /// As in manifests: `Deployment`.
    pub(crate) kind: String,
    /// Only the one of this name.
    pub(crate) name: Option<String>,
    /// Only those in this namespace; without it those in all, or of a name, that of the context.
    pub(crate) namespace: Option<String>,
    /// Only those whose labels match.
    pub(crate) selector: Option<String>,
    /// So many at a time.
    pub(crate) chunk: u32,
    /// Where a list goes on.
    pub(crate) start: Start,
}

/// Some of the objects that were wanted.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) kind: Kind,
    /// Whether only metadata was asked for.
    pub(crate) is_metadata: bool,
    /// Each with its key, by which they are in order, and its text.
    pub(crate) objects: Vec<(String, String)>,
    /// The token behind which there are more.
    pub(crate) next: Option<String>,
    /// How many the server says there are beyond; zero where it does not say.
    pub(crate) remaining: u64,
}

/// Looks up some objects.
///
/// # Errors
///
/// A sentence where there is no such kind or object, or whoever asks may not read it.
pub(crate) async fn look_up(cluster: &Cluster, wanted: &Wanted) -> anyhow::Result<Found> {
    let kind = find_kind(cluster, &wanted.api_version, &wanted.kind, "list").await?;
    let namespace = match (&wanted.namespace, &wanted.name) {
        (Some(_), _) if !kind.is_namespaced => {
            bail!("{} is in no namespace: leave out namespace", kind.kind)
        }
        (Some(namespace), _) => Some(namespace.clone()),
        (None, Some(_)) if kind.is_namespaced => Some(cluster.namespace().to_owned()),
        _ => None,
    };
    let scope = namespace.clone().map_or(Scope::Cluster, Scope::Namespace);
    let is_metadata = is_confidential(&kind);
    let mut pages = Pages::chosen(
        (cluster, &kind, &scope),
        wanted.chunk,
        (wanted.selector.as_deref(), wanted.name.as_deref()),
        is_metadata,
        wanted.start.clone(),
    );
    let verb = if wanted.name.is_some() { "get" } else { "list" };
    let mut items: Vec<Item> = Vec::new();
    // A page may have lost all that was on it.
    while items.is_empty() {
        match pages.next().await {
            Ok(Some(page)) => items = page,
            Ok(None) => break,
            Err(stop) => return Err(refusal(stop, wanted, &kind, (verb, namespace.as_deref()))),
        }
    }
    let objects = items.into_iter().map(|it| (it.key, it.text)).collect();
    let (next, remaining) = (pages.token().map(str::to_owned), pages.remaining);
    Ok(Found { kind, is_metadata, objects, next, remaining })
}

/// Why nothing came, and what to do.
fn refusal(
    stop: Stop,
    wanted: &Wanted,
    kind: &Kind,
    (verb, namespace): (&str, Option<&str>),
) -> anyhow::Error {
    let place = namespace.map_or_else(
        || if kind.is_namespaced { " in all namespaces".to_owned() } else { String::new() },
        |it| format!(" in namespace {it}"),
    );
    match stop {
        Stop::Forbidden(why) => {
            let who = why.strip_prefix("forbidden for ").unwrap_or("whoever runs the server");
            anyhow!(
                "{who} may not {verb} {}{place}: ask about a namespace where that is allowed, or have it allowed",
                kind.resource()
            )
        }
        Stop::Invalid(_) => anyhow!(
            "the API server does not understand the question: a selector is written as app=web,tier!=test, and a cursor is that of the answer before"
        ),
        Stop::Refused(_) => match &wanted.name {
            Some(name) => anyhow!("there is no {} `{name}`{place}", kind.kind),
            None => anyhow!("the API server does not list {}", kind.resource()),
        },
        Stop::Lost(why) => anyhow!("{} cannot be read: {why}", kind.resource()),
    }
}

/// The kind that is called so, which must be served with a verb.
///
/// # Errors
///
/// A sentence with kinds that may be meant, where there is none.
pub(crate) async fn find_kind(
    cluster: &Cluster,
    api_version: &str,
    kind: &str,
    verb: &str,
) -> anyhow::Result<Kind> {
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let is_word = |it: &str| {
        !it.is_empty()
            && it
                .bytes()
                .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || b".-".contains(&it))
            && !it.contains("..")
            && !it.starts_with('.')
    };
    if !is_word(version) || api_version.contains('/') && !is_word(group) {
        bail!("apiVersion must be written as in manifests: v1, or apps/v1");
    }
    let path = if group.is_empty() {
        format!("/api/{version}")
    } else {
        format!("/apis/{group}/{version}")
    };
    let answer = cluster.ask(Method::GET, &path, "", Vec::new()).await?;
    let resources = match answer.status {
        200 => serde_json::from_str::<APIResourceList>(answer.text())?.resources,
        404 => Vec::new(),
        403 => bail!(
            "whoever runs the server may not see what {api_version} has: the ClusterRole `system:discovery` allows it"
        ),
        status => {
            bail!("the API server does not tell what {api_version} has ({status}): try again")
        }
    };
    let is_meant = |it: &&APIResource| it.kind == kind && !it.name.contains('/');
    let Some(resource) = resources.iter().find(is_meant) else {
        return Err(unknown(cluster, api_version, kind).await);
    };
    if !resource.verbs.iter().any(|it| it == verb) {
        bail!(
            "{kind} of {api_version} is only asked with, and kept nowhere: it has no verb {verb}"
        );
    }
    Ok(Kind {
        group: group.to_owned(),
        version: version.to_owned(),
        kind: resource.kind.clone(),
        plural: resource.name.clone(),
        is_namespaced: resource.namespaced,
    })
}

/// That there is no such kind, and which may be meant.
async fn unknown(cluster: &Cluster, api_version: &str, kind: &str) -> anyhow::Error {
    const SHOWN: usize = 5;
    let served = kinds::discover_all(cluster).await.map(|it| it.kinds).unwrap_or_default();
    let is_alike =
        |it: &&Kind| it.kind.eq_ignore_ascii_case(kind) || it.plural.eq_ignore_ascii_case(kind);
    let mut near: Vec<String> = Vec::new();
    let name = |it: &Kind| format!("{} of {}", it.kind, it.api_version());
    near.extend(served.iter().filter(is_alike).map(name));
    if near.is_empty() {
        let names = served.iter().map(|it| it.kind.as_str());
        let meant = harden_core::schema::similar(kind, names);
        near.extend(served.iter().filter(|it| Some(it.kind.as_str()) == meant).map(name));
    }
    if near.is_empty() {
        let of_version = served.iter().filter(|it| it.api_version() == api_version);
        near.extend(of_version.map(|it| it.kind.clone()));
    }
    near.truncate(SHOWN);
    let hint = if near.is_empty() {
        "`kubectl api-resources` lists what there is".to_owned()
    } else {
        format!("there is {}", near.join(", "))
    };
    let shown: String = kind.chars().take(40).flat_map(char::escape_default).collect();
    anyhow!("the cluster has no kind {shown} of {api_version}: {hint}")
}

/// Whether objects of a kind are made of secrets.
pub(crate) fn is_confidential(kind: &Kind) -> bool {
    /// These say where secrets are, or have them encrypted.
    const OPEN: [&str; 10] = [
        "clusterexternalsecret",
        "clusterpushsecret",
        "externalsecret",
        "pushsecret",
        "sealedsecret",
        "secretstore",
        "vaultdynamicsecret",
        "vaultpkisecret",
        "vaultstaticsecret",
        "vaultauth",
    ];
    const ENDS: [&str; 8] = [
        "secret",
        "secrets",
        "token",
        "tokens",
        "credential",
        "credentials",
        "password",
        "kubeconfig",
    ];
    if kind.group.is_empty() {
        return kind.plural == "secrets" || kind.kind == "Secret";
    }
    let name = kind.kind.to_lowercase();
    let is_secret = ENDS.iter().any(|it| name.ends_with(it)) || name == "generatorstate";
    kind.plural == "secrets" || is_secret && !OPEN.contains(&&*name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(group: &str, kind: &str) -> Kind {
        let plural = format!("{}s", kind.to_lowercase());
        let (group, kind) = (group.to_owned(), kind.to_owned());
        Kind { group, version: "v1".to_owned(), kind, plural, is_namespaced: true }
    }

    #[test]
    fn kinds_that_are_made_of_secrets_are_told_from_those_that_say_where_they_are() {
        for (group, name) in [
            ("", "Secret"),
            ("oauth.openshift.io", "OAuthAccessToken"),
            ("management.cattle.io", "Token"),
            ("generators.external-secrets.io", "GeneratorState"),
            ("a.example", "Secret"),
        ] {
            assert!(is_confidential(&kind(group, name)), "{name}");
        }
        for (group, name) in [
            ("", "ConfigMap"),
            ("bitnami.com", "SealedSecret"),
            ("external-secrets.io", "ExternalSecret"),
            ("external-secrets.io", "SecretStore"),
        ] {
            assert!(!is_confidential(&kind(group, name)), "{name}");
        }
    }
}
