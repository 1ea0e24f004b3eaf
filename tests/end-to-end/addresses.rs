//! `check` of an `https://` address: fetched as kubectl does, within bounds, and one sentence where not.

use std::thread;
use std::time::Duration;

use tempfile::NamedTempFile;

use crate::harden::{Ended, command, finish};
use crate::server::{Authority, Certificate, SOUND, nowhere, respond, serve};

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: app, image: web:1}]}\n";
const YAML: &str = "Content-Type: application/yaml\r\n";

/// What trusts the authority, by the variable by which systems name another bundle.
struct Trusting(NamedTempFile);

impl Trusting {
    fn new(authority: &Authority) -> Self {
        let file = NamedTempFile::new().unwrap();
        std::fs::write(file.path(), authority.pem()).unwrap();
        Self(file)
    }

    fn check(&self, address: &str, words: &str) -> Ended {
        let mut check = command();
        for variable in
            ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"]
        {
            check.env_remove(variable);
        }
        check.env("SSL_CERT_FILE", self.0.path()).env_remove("SSL_CERT_DIR");
        finish(check.args(["check", address]).args(words.split_whitespace()), "")
    }

    /// What was said of an address that could not be read.
    fn unread(&self, address: &str, words: &str, code: i32) -> String {
        let ended = self.check(address, words);
        assert_eq!(ended.code, code, "{ended:?}");
        let said = format!("{}{}", ended.stdout, ended.stderr);
        for name in ["Error(", "Os {", "rustls", "ureq", "os error"] {
            assert!(!said.contains(name), "{name}: {said}");
        }
        said
    }
}

#[test]
fn an_address_is_checked_like_a_file() {
    let authority = Authority::new("ours");
    let trusting = Trusting::new(&authority);
    let server = serve(Some((&authority, &SOUND)), |_, line, stream| {
        if line.starts_with("GET /moved ") {
            respond(stream, "302 Found", "Location: /pod.yaml?token=hidden\r\n", "");
        } else {
            respond(stream, "200 OK", YAML, POD);
        }
    });
    for path in ["/pod.yaml", "/moved", "/pod.yaml?token=hidden"] {
        let ended = trusting.check(&format!("{server}{path}"), "--fail-on never");
        assert_eq!(ended.code, 0, "{ended:?}");
        let shown = path.split('?').next().unwrap();
        assert!(ended.stdout.contains(&format!("{server}{shown}:")), "{}", ended.stdout);
        assert!(!ended.stdout.contains("hidden"), "{}", ended.stdout);
    }
    let with_user = server.replace("https://", "https://ann:hidden@");
    let ended = trusting.check(&format!("{with_user}/pod.yaml"), "--fail-on never");
    assert!(ended.code == 0 && !ended.stdout.contains("hidden"), "{ended:?}");
    let ended = trusting.check("-f", &format!("{server}/pod.yaml -o json"));
    assert_eq!(ended.code, 0, "{ended:?}");
}

#[test]
fn a_server_that_fails_is_asked_as_often_as_kubectl_asks() {
    let authority = Authority::new("ours");
    let trusting = Trusting::new(&authority);
    let server = serve(Some((&authority, &SOUND)), |number, _, stream| match number {
        0 | 1 => respond(stream, "503 Service Unavailable", "", ""),
        _ => respond(stream, "200 OK", YAML, POD),
    });
    assert_eq!(trusting.check(&server, "--fail-on never").code, 0);
}

#[test]
fn what_cannot_be_read_is_one_sentence_each() {
    let authority = Authority::new("ours");
    let trusting = Trusting::new(&authority);
    let answering = |status: &'static str, headers: &'static str, body: &'static str| {
        serve(Some((&authority, &SOUND)), move |_, _, stream| {
            respond(stream, status, headers, body);
        })
    };
    for (status, headers, body, code, why) in [
        ("404 Not Found", "", "", 2, "the server answered 404 Not Found"),
        ("403 Forbidden", "", "", 3, "the server answered 403 Forbidden"),
        ("500 Internal Server Error", "", "", 3, "the server answered 500 Internal Server Error"),
        (
            "200 OK",
            "Content-Type: text/html; charset=utf-8\r\n",
            "<html>log in</html>",
            3,
            "the server answered with a page for browsers and not with a manifest",
        ),
        (
            "302 Found",
            "Location: /\r\n",
            "",
            3,
            "the server sent us elsewhere more than 10 times, or nowhere",
        ),
        (
            "302 Found",
            "Location: http://127.0.0.1:1/\r\n",
            "",
            3,
            "the server sent us to an address without https",
        ),
    ] {
        let server = answering(status, headers, body);
        let said = trusting.unread(&server, "", code);
        assert!(said.contains(why), "{status}: {said}");
    }
    let said = trusting.unread(&format!("https://{}/a.yaml", nowhere()), "", 3);
    assert!(said.contains("the connection was refused: nothing listens there"), "{said}");
    let said = trusting.unread("https://nobody.invalid/a.yaml", "", 3);
    assert!(said.contains("no address was found for it"), "{said}");
    let said = trusting.unread("https://", "", 2);
    assert!(said.contains("it is no address"), "{said}");
}

#[test]
fn a_server_that_is_not_trusted_is_named() {
    let (ours, theirs) = (Authority::new("ours"), Authority::new("theirs"));
    let trusting = Trusting::new(&ours);
    let over = Certificate { until: 2021, ..SOUND };
    for (authority, certificate, why) in [
        (
            &theirs,
            &SOUND,
            "(of mock, issued by theirs) is not from an authority that is trusted here",
        ),
        (&ours, &over, "(of mock, issued by ours) expired on 2021-06-30"),
    ] {
        let server = serve(Some((authority, certificate)), |_, _, stream| {
            respond(stream, "200 OK", YAML, POD);
        });
        let said = trusting.unread(&server, "", 3);
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn size_and_time_are_bounded() {
    let authority = Authority::new("ours");
    let trusting = Trusting::new(&authority);
    let endless = serve(Some((&authority, &SOUND)), |_, _, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
        let block = vec![b'#'; 1 << 16];
        while stream.write_all(&block).is_ok() {}
    });
    let said = trusting.unread(&endless, "", 3);
    assert!(said.contains("it is larger than 64 MiB"), "{said}");
    let silent =
        serve(Some((&authority, &SOUND)), |_, _, _| thread::sleep(Duration::from_secs(30)));
    let said = trusting.unread(&silent, "--request-timeout 1s", 3);
    assert!(said.contains("did not answer within 1s; --request-timeout waits longer"), "{said}");
}
