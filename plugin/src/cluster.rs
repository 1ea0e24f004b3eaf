//! A connection to an API server, as kubectl would make it.

pub(crate) mod answer;
pub(crate) mod facts;
mod secrets;

use std::time::Duration;

use anyhow::{Context as _, anyhow};
use http::response::Parts;
use http::{Method, Request};
use http_body_util::BodyExt as _;
use kube::client::Body;
use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::{Client, Config};
use zeroize::Zeroizing;

use crate::connection::Connection;
use answer::Answer;

/// A connection to an API server.
pub(crate) struct Cluster {
    client: Client,
    config: Config,
    timeout: Duration,
}

/// A name that the certificate of every API server has, whatever its address.
const SERVER_NAME: &str = "kubernetes.default.svc";

/// How long one of several API servers may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

impl Cluster {
    /// Prepares the connection; the server is asked for nothing yet.
    pub(crate) async fn connect(connection: &Connection) -> anyhow::Result<Self> {
        let mut config = load(connection).await?;
        let timeout = connection.request_timeout;
        config.read_timeout = (!timeout.is_zero()).then_some(timeout);
        config.auth_info.impersonate.clone_from(&connection.impersonate);
        if !connection.impersonate_groups.is_empty() {
            config.auth_info.impersonate_groups = Some(connection.impersonate_groups.clone());
        }
        Self::with(config, timeout)
    }

    fn with(config: Config, timeout: Duration) -> anyhow::Result<Self> {
        let client =
            Client::try_from(config.clone()).context("failed to prepare the connection")?;
        Ok(Self { client, config, timeout })
    }

    /// One of the API servers of the cluster, by its own address.
    pub(crate) fn at(&self, address: &str) -> anyhow::Result<Self> {
        let mut config = self.config.clone();
        config.cluster_url = format!("https://{address}").parse()?;
        config.tls_server_name.get_or_insert_with(|| SERVER_NAME.to_owned());
        config.connect_timeout = Some(PATIENCE);
        let timeout = if self.timeout.is_zero() { PATIENCE } else { self.timeout.min(PATIENCE) };
        Self::with(config, timeout)
    }

    /// Reads the JSON of an object; `None` when there is none.
    ///
    /// # Errors
    ///
    /// When the server cannot be reached, or answers anything but the object or 404.
    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Option<Zeroizing<String>>> {
        let answer = self.ask(Method::GET, path, "", Vec::new()).await?;
        if answer.status == 404 { Ok(None) } else { answer.into_json(path).map(Some) }
    }

    /// Asks the server; whatever it answers is no error.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        content_type: &str,
        body: Vec<u8>,
    ) -> anyhow::Result<Answer> {
        let mut request = Request::builder().method(method).uri(path);
        if !content_type.is_empty() {
            request = request.header(http::header::CONTENT_TYPE, content_type);
        }
        let (parts, body) = self.exchange(request.body(Body::from(body))?).await?;
        Ok(Answer::read(&parts, body))
    }

    /// Asks the server for an object in another form; whatever it answers is no error.
    pub(crate) async fn ask_for(&self, form: &str, path: &str) -> anyhow::Result<Answer> {
        let request = Request::builder().uri(path).header(http::header::ACCEPT, form);
        let (parts, body) = self.exchange(request.body(Body::empty())?).await?;
        Ok(Answer::read(&parts, body))
    }

    /// Reads a text, such as the server's metrics.
    ///
    /// # Errors
    ///
    /// When the server cannot be reached, or answers anything but the text.
    pub(crate) async fn text(&self, path: &str) -> anyhow::Result<Zeroizing<String>> {
        self.ask(Method::GET, path, "", Vec::new()).await?.into_text(path)
    }

    async fn exchange(&self, request: Request<Body>) -> anyhow::Result<(Parts, Vec<u8>)> {
        let exchange = async {
            let response = self.client.send(request).await.map_err(unreachable)?;
            let (parts, body) = response.into_parts();
            let bytes = body.collect().await.context("the answer broke off")?.to_bytes();
            Ok((parts, bytes.into()))
        };
        if self.timeout.is_zero() {
            return exchange.await;
        }
        tokio::time::timeout(self.timeout, exchange).await.unwrap_or_else(|_| {
            Err(anyhow!(
                "the API server did not answer within {:?}; --request-timeout waits longer",
                self.timeout
            ))
        })
    }
}

fn unreachable(error: kube::Error) -> anyhow::Error {
    anyhow::Error::new(error).context("failed to reach the API server")
}

async fn load(connection: &Connection) -> anyhow::Result<Config> {
    let options = KubeConfigOptions {
        context: connection.context.clone(),
        cluster: connection.cluster.clone(),
        user: None,
    };
    match read_kubeconfig(connection)? {
        Some(kubeconfig) => {
            Config::from_custom_kubeconfig(kubeconfig, &options).await.map_err(|error| match error {
                KubeconfigError::LoadContext(name) => anyhow!("the kubeconfig has no context `{name}`"),
                KubeconfigError::LoadClusterOfContext(name) => anyhow!("the kubeconfig has no cluster `{name}`"),
                KubeconfigError::CurrentContextNotSet => {
                    anyhow!("the kubeconfig has no current context; choose one with --context")
                }
                other => anyhow::Error::new(other).context("failed to use the kubeconfig"),
            })
        }
        None => Config::incluster().map_err(|_| {
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
