//! Serves clients on this machine, or behind a proxy, over HTTP: whoever has the token.

mod token;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, combinators::BoxBody};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::Semaphore;

pub(crate) use token::Token;

use super::{MOST_INPUT, Server};
use crate::terminal::{self, Exit};

/// Where the server listens, and whom it answers.
#[derive(Debug)]
pub(crate) struct Gate {
    /// Where it listens.
    pub(crate) listen: SocketAddr,
    /// What clients must show.
    pub(crate) token: Token,
    /// Names by which clients may call it, beside those of this machine.
    pub(crate) hosts: Vec<String>,
    /// Pages whose scripts may ask.
    pub(crate) origins: Vec<String>,
}

/// Where the protocol is spoken.
const PATH: &str = "/mcp";

/// How many connections are open at once; others wait.
const CONNECTIONS: usize = 512;

/// How many more the system keeps waiting.
const WAITING: u32 = 1024;

/// How long to wait where the system has no room for another connection.
const PAUSE: Duration = Duration::from_millis(50);

/// How long a client may take to begin a request, or to begin the next.
const PATIENCE: Duration = Duration::from_mins(1);

type Protocol = StreamableHttpService<Server, NeverSessionManager>;
type Body = BoxBody<Bytes, Infallible>;

/// Serves until the program is stopped.
pub(crate) async fn serve(server: Server, gate: Gate) -> anyhow::Result<Exit> {
    let listener =
        listen(gate.listen).with_context(|| format!("failed to listen on {}", gate.listen))?;
    let address = listener.local_addr()?;
    terminal::note(&format!("serving http://{address}{PATH} until you press Ctrl-C"))?;
    if gate.token.is_fresh() {
        terminal::note(&format!(
            "clients must send this, which is not shown again: Authorization: Bearer {}",
            gate.token.shown()
        ))?;
    }
    let protocol = Arc::new(protocol(server, &gate));
    let token = Arc::new(gate.token);
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let place = Arc::clone(&places).acquire_owned().await?;
        // One that hangs up before it was accepted is nobody's fault.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let (protocol, token) = (Arc::clone(&protocol), Arc::clone(&token));
        tokio::spawn(async move {
            let answer = service_fn(move |request| {
                let (protocol, token) = (Arc::clone(&protocol), Arc::clone(&token));
                async move { Ok::<_, Infallible>(answer(&protocol, &token, request).await) }
            });
            let mut connection = http1::Builder::new();
            connection.timer(TokioTimer::new()).header_read_timeout(PATIENCE);
            drop(connection.serve_connection(TokioIo::new(stream), answer).await);
            drop(place);
        });
    }
}

fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // As TcpListener::bind does: an address of a server that just ended is free.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(WAITING)
}

fn protocol(server: Server, gate: &Gate) -> Protocol {
    let here = ["localhost", "127.0.0.1", "::1"].into_iter().map(str::to_owned);
    // Nothing is kept between calls, so that there is no session to steal or to run out of.
    let config = StreamableHttpServerConfig::default()
        .with_allowed_hosts(here.chain(gate.hosts.iter().cloned()))
        .with_allowed_origins(gate.origins.iter().cloned())
        .enforce_origin_validation()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_max_request_body_bytes(8 * MOST_INPUT);
    StreamableHttpService::new(
        move || Ok(server.clone()),
        Arc::new(NeverSessionManager::default()),
        config,
    )
}

async fn answer(protocol: &Protocol, token: &Token, request: Request<Incoming>) -> Response<Body> {
    let shown = request.headers().get(AUTHORIZATION).map(HeaderValue::as_bytes);
    if !shown.is_some_and(|it| token.is_shown_in(it)) {
        let says =
            "send the token as `Authorization: Bearer TOKEN`: the server told it when it started\n";
        let mut response = say(StatusCode::UNAUTHORIZED, says);
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        return response;
    }
    if request.uri().path() != PATH {
        return say(StatusCode::NOT_FOUND, "the protocol is spoken at /mcp\n");
    }
    protocol.handle(request).await
}

fn say(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = Response::new(Full::new(Bytes::from_static(text.as_bytes())).boxed());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    response
}
