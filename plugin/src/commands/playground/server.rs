//! Answers a browser on this machine with the files of the page.

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::process::{Command, Stdio};

use anyhow::Context as _;
use http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HOST, HeaderName};
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::{Options, PAGE};
use crate::terminal::{self, Exit};

/// What every answer says; frames of other pages, and whatever guesses types, are kept out.
const HEADERS: [(&str, &str); 4] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// Serves until the program is stopped.
pub(super) async fn serve(options: &Options) -> anyhow::Result<Exit> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await;
    let listener = listener.with_context(|| format!("failed to serve on port {}", options.port))?;
    let port = listener.local_addr()?.port();
    let address = format!("http://127.0.0.1:{port}/");
    terminal::print(&format!("{address}\n"))?;
    terminal::note("the playground is there until you press Ctrl-C")?;
    if !options.no_open && !open(&address) {
        terminal::note("no browser could be opened: open the address yourself")?;
    }
    let tasks = tokio::task::LocalSet::new();
    let accept = async {
        loop {
            let (stream, _) = listener.accept().await?;
            tokio::task::spawn_local(async move {
                let answer = service_fn(move |request| {
                    std::future::ready(Ok::<_, Infallible>(answer(&request, port)))
                });
                // A browser that hangs up is nobody's fault.
                drop(http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await);
            });
        }
    };
    tasks.run_until(accept).await
}

fn answer(request: &Request<Incoming>, port: u16) -> Response<Full<Bytes>> {
    let host = request.headers().get(HOST).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let name = request.uri().path().trim_start_matches('/');
    respond(request.method(), host, name, port)
}

/// The answer to one request. A host of another name is a page elsewhere that was led here.
fn respond(method: &Method, host: &str, name: &str, port: u16) -> Response<Full<Bytes>> {
    let name = if name.is_empty() { "index.html" } else { name };
    let is_ours =
        [format!("127.0.0.1:{port}"), format!("localhost:{port}")].iter().any(|it| it == host);
    let file = PAGE.iter().find(|(it, _)| *it == name).filter(|_| is_ours);
    let (status, body) = match (method, file) {
        (&Method::GET, Some((_, bytes))) => (StatusCode::OK, Bytes::from_static(bytes)),
        (&Method::GET, None) => (StatusCode::NOT_FOUND, Bytes::new()),
        _ => (StatusCode::METHOD_NOT_ALLOWED, Bytes::new()),
    };
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), http::HeaderValue::from_static(value));
    }
    if status == StatusCode::OK {
        headers.insert(CONTENT_TYPE, http::HeaderValue::from_static(content_type(name)));
        headers.insert(CONTENT_ENCODING, http::HeaderValue::from_static("gzip"));
        headers.insert(CACHE_CONTROL, http::HeaderValue::from_static("no-cache"));
    }
    response
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}

/// Asks the desktop to open an address; whether there was anybody to ask.
fn open(address: &str) -> bool {
    let (program, words): (&str, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(target_os = "windows") {
        ("cmd", &["/c", "start", ""])
    } else {
        ("xdg-open", &[])
    };
    let mut command = Command::new(program);
    command.args(words).arg(address);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_by_its_own_name_is_answered() {
        for host in ["evil.example:80", "127.0.0.1", "127.0.0.1:81", ""] {
            assert_eq!(
                respond(&Method::GET, host, "", 80).status(),
                StatusCode::NOT_FOUND,
                "{host}"
            );
        }
        let status = respond(&Method::POST, "127.0.0.1:80", "", 80).status();
        assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
        let page = respond(&Method::GET, "localhost:80", "", 80).status();
        assert_eq!(page == StatusCode::OK, !PAGE.is_empty());
    }

    #[test]
    fn files_have_the_types_that_browsers_insist_on() {
        assert_eq!(content_type("engine_bg.wasm"), "application/wasm");
        assert_eq!(content_type("sw.js"), "text/javascript; charset=utf-8");
    }
}
