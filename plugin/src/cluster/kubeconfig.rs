//! The kubeconfig: which cluster, and who asks it.

use anyhow::{Context as _, anyhow};
use kube::Config;
use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};

use crate::connection::Connection;

/// What the kubeconfig calls that which is used of it; empty inside of a cluster.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    pub(super) context: String,
    pub(super) user: String,
}

/// The contexts of the kubeconfig; none where it cannot be read.
pub(crate) fn contexts(connection: &Connection) -> Vec<String> {
    let found = read_kubeconfig(connection).ok().flatten();
    found.into_iter().flat_map(|it| it.contexts).map(|it| it.name).collect()
}

/// The clusters of the kubeconfig; none where it cannot be read.
pub(crate) fn clusters(connection: &Connection) -> Vec<String> {
    let found = read_kubeconfig(connection).ok().flatten();
    found.into_iter().flat_map(|it| it.clusters).map(|it| it.name).collect()
}

fn names(kubeconfig: &Kubeconfig, connection: &Connection) -> Names {
    let context = connection.context.clone().or_else(|| kubeconfig.current_context.clone());
    let context = context.unwrap_or_default();
    let found = kubeconfig.contexts.iter().find(|it| it.name == context);
    let user = found.and_then(|it| it.context.as_ref()?.user.clone()).unwrap_or_default();
    Names { context, user }
}

/// The configuration that a connection names, and what it is called there.
pub(super) async fn load(connection: &Connection) -> anyhow::Result<(Config, Names)> {
    let options = KubeConfigOptions {
        context: connection.context.clone(),
        cluster: connection.cluster.clone(),
        user: None,
    };
    match read_kubeconfig(connection)? {
        Some(kubeconfig) => {
            let names = names(&kubeconfig, connection);
            let config = Config::from_custom_kubeconfig(kubeconfig, &options).await.map_err(|error| match error {
                KubeconfigError::LoadContext(name) => anyhow!("the kubeconfig has no context `{name}`"),
                KubeconfigError::LoadClusterOfContext(name) => anyhow!("the kubeconfig has no cluster `{name}`"),
                KubeconfigError::CurrentContextNotSet => {
                    anyhow!("the kubeconfig has no current context; choose one with --context")
                }
                other => anyhow::Error::new(other).context("failed to use the kubeconfig"),
            })?;
            Ok((config, names))
        }
        None => Config::incluster().map(|it| (it, Names::default())).map_err(|_| {
            anyhow!("no cluster is known: there is no kubeconfig at $KUBECONFIG or ~/.kube/config; give --kubeconfig FILE")
        }),
    }
}

/// Merges the files of `KUBECONFIG` as kubectl does, leaving out those that do not exist.
fn read_kubeconfig(connection: &Connection) -> anyhow::Result<Option<Kubeconfig>> {
    if let Some(file) = &connection.kubeconfig {
        let kubeconfig = Kubeconfig::read_from(file);
        return kubeconfig.with_context(|| format!("failed to read {}", file.display())).map(Some);
    }
    let listed = std::env::var_os("KUBECONFIG").filter(|it| !it.is_empty());
    let paths = match listed {
        Some(list) => {
            std::env::split_paths(&list).filter(|it| !it.as_os_str().is_empty()).collect()
        }
        None => std::env::home_dir()
            .map(|home| home.join(".kube/config"))
            .into_iter()
            .collect::<Vec<_>>(),
    };
    let mut merged: Option<Kubeconfig> = None;
    for path in paths.iter().filter(|it| it.exists()) {
        let next = Kubeconfig::read_from(path)
            .with_context(|| format!("failed to read {}", path.display()))?;
        merged = Some(match merged {
            Some(before) => {
                before.merge(next).context("the files of $KUBECONFIG contradict each other")?
            }
            None => next,
        });
    }
    Ok(merged)
}
