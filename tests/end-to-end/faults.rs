//! What a server does on bad days only: a mock, because the real one will not do it on demand.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

use crate::harden::{Ended, command, finish};

/// Answers each connection's requests by `answer`, which is told how many came before.
fn serve(answer: impl Fn(usize, &mut TcpStream) + Send + 'static) -> tempfile::NamedTempFile {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for (number, stream) in listener.incoming().take(50).enumerate() {
            let Ok(mut stream) = stream else { continue };
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            answer(number, &mut stream);
        }
    });
    let kubeconfig = tempfile::NamedTempFile::new().unwrap();
    let text = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: mock\n\
         clusters: [{{name: mock, cluster: {{server: 'http://{address}'}}}}]\n\
         users: [{{name: mock, user: {{token: s3cr3t-token}}}}]\n\
         contexts: [{{name: mock, context: {{cluster: mock, user: mock}}}}]\n"
    );
    std::fs::write(kubeconfig.path(), text).unwrap();
    kubeconfig
}

fn ask(kubeconfig: &tempfile::NamedTempFile, words: &str) -> Ended {
    let words = format!("namespace a --only namespace --kubernetes-version cluster {words}");
    finish(command().env("KUBECONFIG", kubeconfig.path()).args(words.split_whitespace()), "")
}

fn respond(stream: &mut TcpStream, status: &str, body: &str) {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n"
    );
    let _ = write!(stream, "{head}Retry-After: 0\r\n\r\n{body}");
}

const VERSION: &str = r#"{"major": "1", "minor": "36", "gitVersion": "v1.36.2"}"#;

#[test]
fn a_busy_server_is_asked_again() {
    let server = serve(|number, stream| match number {
        0 => respond(stream, "429 Too Many Requests", r#"{"message": "slow down"}"#),
        _ => respond(stream, "200 OK", VERSION),
    });
    assert!(ask(&server, "").ok().contains("enforce-version: v1.36"));
}

#[test]
fn a_silent_server_is_not_waited_for() {
    let server = serve(|_, stream| {
        thread::sleep(std::time::Duration::from_secs(if stream.peer_addr().is_ok() {
            30
        } else {
            0
        }));
    });
    let message = ask(&server, "--request-timeout 1s").rejected();
    assert_eq!(
        message,
        "error: the API server did not answer within 1s; --request-timeout waits longer\n"
    );
}

#[test]
fn an_answer_that_is_no_json_is_reported() {
    let server =
        serve(|_, stream| respond(stream, "500 Internal Server Error", "<html>oops</html>"));
    let message = ask(&server, "").rejected();
    assert_eq!(
        message,
        "error: GET /version: the API server answered 500 without saying why (500)\n"
    );
}

#[test]
fn a_server_that_is_gone_is_reported_without_the_token() {
    let kubeconfig = serve(|_, _| {});
    let text = std::fs::read_to_string(kubeconfig.path()).unwrap();
    let port = text.split("127.0.0.1:").nth(1).and_then(|it| it.split('\'').next()).unwrap();
    std::fs::write(kubeconfig.path(), text.replace(port, "1")).unwrap();
    let message = ask(&kubeconfig, "").rejected();
    assert!(message.starts_with("error: failed to reach the API server"), "{message}");
    assert!(!message.contains("s3cr3t-token"), "{message}");
}
