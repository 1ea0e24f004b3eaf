//! What a registry may do wrong, or do to us.

use super::server::{Asked, Reply, Server, nowhere, reply};
use super::*;

/// Long enough for a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(20);
/// What tests wait for that never comes.
const IMPATIENCE: Duration = Duration::from_secs(2);
pub(super) const MANIFEST_TEXT: &str = r#"{"schemaVersion":2,"config":{"digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},"layers":[]}"#;

/// The image `shop/web:1` of a host.
pub(super) fn store(host: &str, settings: Settings) -> Store {
    let patience = if settings.patience.is_zero() { PATIENCE } else { settings.patience };
    let settings = Settings { patience, ..settings };
    Store::of(&format!("{host}/shop/web:1"), &client_with(settings)).unwrap()
}

pub(super) fn resolve(server: &Server) -> Result<Resolved, Fault> {
    store(&server.host, Settings { authorities: server.authority.clone(), ..Settings::default() })
        .resolve()
}

/// A registry that answers so for the manifest, and is sound else.
pub(super) fn answering(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Server {
    Server::start(
        move |asked| {
            if asked.line == "GET /v2/" { reply("200 OK", "", "{}") } else { answer(asked) }
        },
    )
}

fn said(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> String {
    said_within(PATIENCE, answer)
}

fn said_within(
    patience: Duration,
    answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
) -> String {
    let server = answering(answer);
    let start = Instant::now();
    let fault = store(&server.host, Settings { patience, ..Settings::default() }).resolve();
    let said = fault.unwrap_err().to_string();
    assert!(start.elapsed() < patience * ANSWERS + patience, "{said}");
    assert!(
        !said.contains('\n') && !said.contains("Error") && !said.contains("os error"),
        "{said}"
    );
    said
}

#[test]
fn each_fault_is_one_sentence() {
    for (status, headers, body, why) in [
        (
            "401 Unauthorized",
            "WWW-Authenticate: Basic realm=\"x\"\r\n",
            "",
            "log in with `docker login 127.0.0.1:",
        ),
        ("401 Unauthorized", "", "", "log in with `docker login"),
        ("401 Unauthorized", "WWW-Authenticate: Negotiate\r\n", "", "log in with `docker login"),
        (
            "401 Unauthorized",
            "WWW-Authenticate: Bearer service=\"x\"\r\n",
            "",
            "it says not where to log in",
        ),
        ("403 Forbidden", "", "", "the registry does not let us"),
        (
            "404 Not Found",
            "",
            r#"{"errors":[{"code":"MANIFEST_UNKNOWN"}]}"#,
            "no image of the tag 1",
        ),
        ("418 I'm a teapot", "", "", "answers 418"),
        ("302 Found", "", "", "answers 302"),
        ("200 OK", "Content-Type: text/html\r\n", "<html>", "a page for browsers"),
        ("200 OK", "", "<!doctype html>", "a page for browsers"),
        ("200 OK", "", "nonsense", "no JSON"),
        ("200 OK", "", "", "ends too early"),
        ("200 OK", "", r#"{"schemaVersion":1}"#, "schema 1"),
        (
            "200 OK",
            "Content-Type: application/vnd.docker.distribution.manifest.v1+prettyjws\r\n",
            "{}",
            "schema 1",
        ),
        ("200 OK", "", "{}", "fields of its media type are missing"),
        (
            "200 OK",
            "Content-Type: application/vnd.oci.image.index.v1+json\r\n",
            MANIFEST_TEXT,
            "fields of its media type",
        ),
        (
            "200 OK",
            "Docker-Content-Digest: sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\r\n",
            MANIFEST_TEXT,
            "another digest than it has",
        ),
        ("302 Found", "Location: /v2/shop/web/manifests/1\r\n", "", "elsewhere more than 5 times"),
        ("302 Found", "Location: file:///etc/passwd\r\n", "", "an address that is not https"),
        ("302 Found", "Location: http://registry.example/x\r\n", "", "is not asked without TLS"),
        ("302 Found", "Location: https://u:p@registry.example/x\r\n", "", "credentials in it"),
        ("302 Found", "Location: http://[\r\n", "", "an address that is none"),
    ] {
        let said = said(move |_| reply(status, headers, body));
        assert!(said.contains(why), "{status} {headers}{body}: {said}");
    }
}

#[test]
fn what_never_comes_ends_in_time_and_what_never_ends_in_size() {
    for (make, why) in [
        (&(|| Reply::Cut(10)) as &(dyn Fn() -> Reply + Send + Sync), "broke off"),
        (&|| Reply::Slow, "did not answer within 2s"),
        (&|| Reply::Silent, "did not answer within 2s"),
        (&|| Reply::Endless, "larger than 4 MiB"),
        (&|| Reply::Nonsense, "something other than HTTP"),
        (&|| Reply::Closed, "closed"),
    ] {
        let make: &'static _ = Box::leak(Box::new(make));
        let said = said_within(IMPATIENCE, move |_| make());
        assert!(said.contains(why), "{why}: {said}");
    }
    let fault = store(&nowhere(), Settings::default()).resolve().unwrap_err();
    assert!(
        fault.kind == Kind::Unreached && fault.to_string().contains("the connection was refused"),
        "{fault}"
    );
    let fault = store("nobody.invalid", Settings::default()).resolve().unwrap_err();
    assert!(fault.to_string().contains("no address was found"), "{fault}");
}

#[test]
fn a_registry_without_tls_is_asked_on_this_machine_only() {
    for host in ["10.255.255.1:5000", "registry.invalid:5000"] {
        let fault =
            store(host, Settings { patience: Duration::from_millis(300), ..Settings::default() })
                .resolve();
        let text = fault.unwrap_err().to_string();
        assert!(!text.contains("200"), "{text}");
    }
    let tls = Server::start_tls(|_| reply("200 OK", "", MANIFEST_TEXT));
    assert!(resolve(&tls).is_ok());
    let fault = store(&tls.host, Settings::default()).resolve().unwrap_err();
    assert!(fault.to_string().contains("is not from an authority that is trusted here"), "{fault}");
}

#[test]
fn from_tls_no_answer_leads_to_where_there_is_none() {
    let plain = Server::start(|_| reply("200 OK", "", MANIFEST_TEXT));
    let there = format!("Location: http://{}/x\r\n", plain.host);
    let tls = Server::start_tls(move |_| reply("302 Found", &there, ""));
    let fault = resolve(&tls).unwrap_err();
    assert!(fault.to_string().contains("sends us to an address without TLS"), "{fault}");
    assert!(plain.asked().is_empty());
    let realm = format!("WWW-Authenticate: Bearer realm=\"http://{}/token\"\r\n", plain.host);
    let tls = Server::start_tls(move |_| reply("401 Unauthorized", &realm, ""));
    let fault = resolve(&tls).unwrap_err();
    assert!(fault.to_string().contains("sends us to an address without TLS"), "{fault}");
    assert!(plain.asked().is_empty());
}

#[test]
fn credentials_are_sent_to_nobody_else() {
    let other = Server::start(|asked| match &*asked.line {
        "GET /blob" => reply("200 OK", "", MANIFEST_TEXT),
        _ => reply("404 Not Found", "", ""),
    });
    let there = format!("Location: http://{}/blob\r\n", other.host);
    let registry = answering(move |asked| match &asked.authorization {
        None => reply("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n", ""),
        Some(_) => reply("307 Temporary Redirect", &there, ""),
    });
    let (_folder, path) =
        file(&format!(r#"{{"auths": {{"{}": {{"auth": "YW5uOnNlY3JldA=="}}}}}}"#, registry.host));
    let mut settings = Settings::default();
    settings.credentials.paths.push(path.clone());
    assert!(store(&registry.host, settings.clone()).resolve().is_ok());
    assert!(
        registry
            .asked()
            .iter()
            .any(|it| it.authorization.as_deref() == Some("Basic YW5uOnNlY3JldA=="))
    );
    assert!(other.asked().iter().all(|it| it.authorization.is_none()) && other.times("/blob") == 1);
    // The address that says that there is TLS or not is asked as nobody.
    assert!(registry.asked().iter().all(|it| it.line != "GET /v2/" || it.authorization.is_none()));
    // Another host that wants to know who asks, behind a redirect, is not told.
    let curious =
        Server::start(|_| reply("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n", ""));
    let there = format!("Location: http://{}/blob\r\n", curious.host);
    let registry = answering(move |_| reply("302 Found", &there, ""));
    std::fs::write(
        &path,
        format!(
            r#"{{"auths": {{"{0}": {{"auth": "YTpi"}}, "{1}": {{"auth": "YTpi"}}}}}}"#,
            registry.host, curious.host
        ),
    )
    .unwrap();
    let fault = store(&registry.host, settings).resolve().unwrap_err();
    assert_eq!(fault.kind, Kind::Denied);
    assert!(curious.asked().iter().all(|it| it.authorization.is_none()));
}

#[test]
fn a_busy_registry_is_asked_again_as_it_says_and_not_for_ever() {
    use std::sync::atomic::{AtomicUsize, Ordering};

    for (status, headers) in [
        ("429 Too Many Requests", "Retry-After: 1\r\n"),
        ("503 Service Unavailable", ""),
        ("429 Too Many Requests", ""),
    ] {
        let number = AtomicUsize::new(0);
        let server = answering(move |_| match number.fetch_add(1, Ordering::Relaxed) {
            0 => reply(status, headers, ""),
            _ => reply("200 OK", "", MANIFEST_TEXT),
        });
        resolve(&server).unwrap();
        assert_eq!(server.times("/manifests/"), 2, "{status}");
    }
    for (status, headers, why) in [
        ("429 Too Many Requests", "Retry-After: 86400\r\n", "asks to wait 86400 s"),
        ("429 Too Many Requests", "Retry-After: 18446744073709551615\r\n", "429"),
        ("429 Too Many Requests", "Retry-After: x\r\n", "answers 429"),
        ("500 Internal Server Error", "", "answers 500"),
    ] {
        let said = said(move |_| reply(status, headers, ""));
        assert!(said.contains(why), "{said}");
    }
}
