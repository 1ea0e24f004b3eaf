//! A connection to an API server, as kubectl would make it.

pub(crate) mod answer;
pub(crate) mod application;
pub(crate) mod facts;
mod fault;
mod identity;
pub(crate) mod interrupt;
mod item;
mod kinds;
pub(crate) mod kubeconfig;
pub(crate) mod lists;
pub(crate) mod lookup;
pub(crate) mod marked;
pub(crate) mod objects;
mod pages;
mod patience;
mod secrets;
mod selection;
pub(crate) mod store;
pub(crate) mod watch;

use std::time::Duration;

use anyhow::{Context as _, anyhow};
use http::response::Parts;
use http::{Method, Request};
use http_body_util::BodyExt as _;
use kube::client::{Body, ClientBuilder};
use kube::{Client, Config};
use serde::de::DeserializeOwned;
use tower::buffer::BufferLayer;
use tower::retry::RetryLayer;
use zeroize::Zeroizing;

use crate::connection::Connection;
use answer::Answer;
use kubeconfig::Names;
pub(crate) use pages::Start;
use patience::{Busy, Patience};

/// A connection to an API server.
pub(crate) struct Cluster {
    client: Client,
    config: Config,
    names: Names,
    timeout: Duration,
}

/// So many requests wait for their turn at most.
const WAITING: usize = 64;

/// A name that the certificate of every API server has, whatever its address.
const SERVER_NAME: &str = "kubernetes.default.svc";

/// How long one of several API servers may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

impl Cluster {
    /// Prepares the connection; the server is asked for nothing yet.
    pub(crate) async fn connect(connection: &Connection) -> anyhow::Result<Self> {
        let (mut config, names) = kubeconfig::load(connection).await?;
        let timeout = connection.request_timeout;
        config.read_timeout = (!timeout.is_zero()).then_some(timeout);
        // It would wait without a word.
        config.default_retry = false;
        config.auth_info.impersonate.clone_from(&connection.impersonate);
        if !connection.impersonate_groups.is_empty() {
            config.auth_info.impersonate_groups = Some(connection.impersonate_groups.clone());
        }
        Self::with(config, names, timeout)
    }

    fn with(config: Config, names: Names, timeout: Duration) -> anyhow::Result<Self> {
        let builder = ClientBuilder::try_from(config.clone())
            .map_err(|error| anyhow!(fault::unusable(&config, &names, &error)))?;
        let patience = Patience::new(fault::server(&config, &names))?;
        // Who asks again needs a service of which there can be several.
        let client = builder
            .with_layer(&BufferLayer::new(WAITING))
            .with_layer(&RetryLayer::new(patience))
            .build();
        Ok(Self { client, config, names, timeout })
    }

    /// The same for answers that last, in which nothing may come for so long.
    fn lasting(&self, silence: Duration) -> anyhow::Result<Self> {
        let mut config = self.config.clone();
        config.read_timeout = Some(silence);
        Self::with(config, self.names.clone(), self.timeout)
    }

    /// The server and the context, as every error names them.
    pub(crate) fn name(&self) -> String {
        fault::server(&self.config, &self.names)
    }

    /// The name of the context; `in-cluster` without a kubeconfig.
    fn context(&self) -> &str {
        if self.names.context.is_empty() { "in-cluster" } else { &self.names.context }
    }

    /// The namespace of the context.
    pub(crate) fn namespace(&self) -> &str {
        &self.config.default_namespace
    }

    /// One of the API servers of the cluster, by its own address.
    pub(crate) fn at(&self, address: &str) -> anyhow::Result<Self> {
        let mut config = self.config.clone();
        config.cluster_url = format!("https://{address}").parse()?;
        config.tls_server_name.get_or_insert_with(|| SERVER_NAME.to_owned());
        config.connect_timeout = Some(PATIENCE);
        let timeout = if self.timeout.is_zero() { PATIENCE } else { self.timeout.min(PATIENCE) };
        Self::with(config, self.names.clone(), timeout)
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

    /// The same as a type of Kubernetes' own.
    async fn read<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<Option<T>> {
        let text = self.get(path).await?;
        let read = |it: Zeroizing<String>| serde_json::from_str(&it);
        text.map(read).transpose().with_context(|| {
            format!("{} answers GET {path} with something that is not understood", self.name())
        })
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

    /// Sends a request; whatever is answered is no error.
    pub(crate) async fn send(&self, request: Request<Body>) -> anyhow::Result<Answer> {
        let (parts, body) = self.exchange(request).await?;
        Ok(Answer::read(&parts, body))
    }

    /// The client that talks to the server.
    fn client(&self) -> &Client {
        &self.client
    }

    /// What went wrong between us and the server, as a sentence.
    fn fault(&self, error: &kube::Error) -> anyhow::Error {
        match error {
            kube::Error::Api(status) if status.code == 401 => {
                anyhow!(fault::not_accepted(&self.config, &self.names))
            }
            kube::Error::Api(status) => anyhow!("{} answers: {status}", self.name()),
            error => anyhow!(fault::unreachable(&self.config, &self.names, error)),
        }
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
        let (parts, body) = request.into_parts();
        let busy = Busy::default();
        let mut request = Request::from_parts(parts, body);
        request.extensions_mut().insert(busy.clone());
        let answer = self.attempt(request);
        let (parts, bytes) = if self.timeout.is_zero() {
            answer.await?
        } else {
            let ended = tokio::time::timeout(self.timeout, answer).await;
            ended.unwrap_or_else(|_| Err(anyhow!(busy.too_late(&self.name(), self.timeout))))?
        };
        match fault::in_answer(&self.config, &self.names, &parts, &bytes) {
            Some(fault) => Err(anyhow!(fault)),
            None => Ok((parts, bytes)),
        }
    }

    async fn attempt(&self, request: Request<Body>) -> anyhow::Result<(Parts, Vec<u8>)> {
        let unreachable = |error: &(dyn std::error::Error + 'static)| {
            anyhow!(fault::unreachable(&self.config, &self.names, error))
        };
        let response = self.client.send(request).await.map_err(|it| unreachable(&it))?;
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.map_err(|it| unreachable(&it))?.to_bytes();
        Ok((parts, bytes.into()))
    }
}
