//! What goes wrong between us and a server: one sentence with the server, the context and the cause.

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::harden::{Ended, command, finish};
use crate::server::{
    Authority, Certificate, SOUND, Stream, closing, deaf, nowhere, respond, serve,
};

const TOKEN: &str = "s3cr3t-token";
const JSON: &str = "Content-Type: application/json\r\n";
const VERSION: &str = r#"{"major": "1", "minor": "36", "gitVersion": "v1.36.2"}"#;

/// A kubeconfig with a context `mock`, and what asks the cluster that it names.
pub(crate) struct Kubeconfig(TempDir);

impl Kubeconfig {
    pub(crate) fn new(server: &str, authority: Option<&Authority>) -> Self {
        Self::with_user(server, authority, &format!("token: {TOKEN}"))
    }

    fn with_user(server: &str, authority: Option<&Authority>, user: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let trusted = authority.map_or_else(String::new, |authority| {
            let file = folder.path().join("ca.pem");
            std::fs::write(&file, authority.pem()).unwrap();
            format!(", certificate-authority: '{}'", file.display())
        });
        let text = format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: mock\n\
             clusters: [{{name: mock, cluster: {{server: '{server}'{trusted}}}}}]\n\
             users: [{{name: ann, user: {{{user}}}}}]\n\
             contexts: [{{name: mock, context: {{cluster: mock, user: ann}}}}]\n"
        );
        std::fs::write(folder.path().join("config"), text).unwrap();
        Self(folder)
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().join("config")
    }

    fn ask(&self, words: &str) -> Ended {
        let words = format!("namespace a --only namespace --kubernetes-version cluster {words}");
        let mut command = command();
        command.env("KUBECONFIG", self.path());
        finish(command.args(words.split_whitespace()), "")
    }

    /// The one sentence of a run that failed, without names of types, of libraries and of secrets.
    fn sentence(&self, words: &str) -> String {
        let message = self.ask(words).rejected();
        for name in [
            "Error",
            "Os {",
            "hyper",
            "rustls",
            "tower",
            "kube:",
            "os error",
            TOKEN,
            "Custom {",
            "client error",
        ] {
            assert!(!message.contains(name), "{name}: {message}");
        }
        let lines: Vec<_> = message.lines().filter(|it| it.starts_with("error: ")).collect();
        assert_eq!(lines.len(), 1, "{message}");
        lines[0].trim_start_matches("error: ").to_owned()
    }
}

fn at(server: &str) -> String {
    format!("the API server at {server} (context `mock`)")
}

#[test]
fn a_busy_server_is_asked_again_and_that_is_told() {
    for (status, after, least) in [
        ("429 Too Many Requests", "Retry-After: 0\r\n", 0.0),
        ("503 Service Unavailable", "Retry-After: 2\r\n", 1.9),
        ("503 Service Unavailable", "", 0.2),
    ] {
        let server = serve(None, move |number, _, stream| match number {
            0 => respond(stream, status, &format!("{JSON}{after}"), r#"{"message": "slow down"}"#),
            _ => respond(stream, "200 OK", JSON, VERSION),
        });
        let ended = Kubeconfig::new(&server, None).ask("");
        let start = format!("note: {} is busy ({status}): asking it again in ", at(&server));
        let pause = ended.stderr.strip_prefix(&start).unwrap_or_else(|| panic!("{}", ended.stderr));
        let pause = pause.trim_end();
        let seconds: f64 = match pause.strip_suffix("ms") {
            Some(number) => number.parse::<f64>().unwrap() / 1000.0,
            None => pause.strip_suffix('s').unwrap().parse().unwrap(),
        };
        assert!(seconds >= least && seconds < 3.0, "{pause}");
        assert!(ended.ok().contains("enforce-version: v1.36"));
    }
}

#[test]
fn a_server_that_stays_busy_is_given_up() {
    let answer = r#"{"kind": "Status", "message": "overloaded"}"#;
    let head = format!("{JSON}Retry-After: 0\r\n");
    let server =
        serve(None, move |_, _, stream| respond(stream, "503 Service Unavailable", &head, answer));
    let ended = Kubeconfig::new(&server, None).ask("");
    assert_eq!(ended.stderr.matches("asking it again").count(), 4, "{}", ended.stderr);
    assert!(ended.rejected().ends_with("error: GET /version: overloaded (503)\n"));
    let head = format!("{JSON}Retry-After: 60\r\n");
    let server =
        serve(None, move |_, _, stream| respond(stream, "503 Service Unavailable", &head, answer));
    let config = Kubeconfig::new(&server, None);
    let is_given_up = |time: &str| {
        config.sentence(&format!("--request-timeout {time}"))
            == format!(
                "{} is busy (503 Service Unavailable) and did not answer within {time}; --request-timeout waits longer",
                at(&server)
            )
    };
    // On a busy machine, the first answer may take a second.
    assert!(is_given_up("1s") || is_given_up("20s"));
}

#[test]
fn a_silent_server_is_not_waited_for() {
    let server = serve(None, |_, _, _: &mut dyn Stream| thread::sleep(Duration::from_secs(30)));
    assert_eq!(
        Kubeconfig::new(&server, None).sentence("--request-timeout 1s"),
        format!("{} did not answer within 1s; --request-timeout waits longer", at(&server))
    );
}

#[test]
fn who_cannot_be_reached_is_named_with_the_cause() {
    let refused = format!("https://{}", nowhere());
    assert_eq!(
        Kubeconfig::new(&refused, None).sentence(""),
        format!(
            "failed to reach {}: the connection was refused: nothing listens there",
            at(&refused)
        )
    );
    let unknown = "https://nobody.invalid:6443";
    assert_eq!(
        Kubeconfig::new(unknown, None).sentence(""),
        format!(
            "failed to reach {}: its name is not known: no address was found for it",
            at(unknown)
        )
    );
    for scheme in ["http", "https"] {
        let cut = format!("{scheme}://{}", closing());
        let said = Kubeconfig::new(&cut, None).sentence("");
        let causes = ["the connection was closed before the answer", "the connection was cut"];
        let is_cause =
            causes.iter().any(|it| said == format!("failed to reach {}: {it}", at(&cut)));
        assert!(is_cause, "{said}");
    }
    let plain = format!("https://{}", deaf("HTTP/1.0 400 Bad Request\r\n\r\n"));
    let said = Kubeconfig::new(&plain, None).sentence("");
    assert!(said.ends_with(": it does not speak TLS: is https right?"), "{said}");
    let mail = format!("http://{}", deaf("220 mail.example.com ESMTP\r\n"));
    let said = Kubeconfig::new(&mail, None).sentence("");
    assert!(said.ends_with(": it answered something other than HTTP"), "{said}");
}

#[test]
fn a_wrong_certificate_is_told_with_whose_it_is() {
    let (ours, theirs) = (Authority::new("our authority"), Authority::new("a middlebox"));
    let elsewhere =
        Certificate { name: "shop", hosts: &["shop.example.com", "10.0.0.7"], until: 2090 };
    let over = Certificate { name: "old", until: 2021, ..SOUND };
    for (authority, certificate, cause) in [
        (
            &theirs,
            &SOUND,
            "its certificate (of mock, issued by a middlebox) is not from an authority that is trusted here",
        ),
        (
            &ours,
            &elsewhere,
            "its certificate (of shop, issued by our authority) is not for 127.0.0.1, only for shop.example.com, 10.0.0.7",
        ),
        (&ours, &over, "its certificate (of old, issued by our authority) expired on 2021-06-30"),
    ] {
        let server = serve(Some((authority, certificate)), |_, _, stream| {
            respond(stream, "200 OK", JSON, VERSION);
        });
        assert_eq!(
            Kubeconfig::new(&server, Some(&ours)).sentence(""),
            format!("failed to reach {}: {cause}", at(&server))
        );
    }
    let server =
        serve(Some((&ours, &SOUND)), |_, _, stream| respond(stream, "200 OK", JSON, VERSION));
    assert!(Kubeconfig::new(&server, Some(&ours)).ask("").ok().contains("v1.36"));
}

#[test]
fn credentials_that_are_not_accepted_are_named_and_not_shown() {
    let status = r#"{"kind": "Status", "message": "Unauthorized", "code": 401}"#;
    let server = serve(None, move |_, _, stream| respond(stream, "401 Unauthorized", JSON, status));
    // A token whose `exp` is 2001-09-09.
    let old = "eyJhbGciOiJub25lIn0.eyJleHAiOjEwMDAwMDAwMDB9.c2lnbmF0dXJl";
    for (user, cause) in [
        (format!("token: {TOKEN}"), "the token of user `ann` is wrong, revoked or expired"),
        (format!("token: {old}"), "the token of user `ann` expired on 2001-09-09 at 01:46 UTC"),
        (String::new(), "user `ann` has no credentials in the kubeconfig, or wrong ones"),
    ] {
        let said = Kubeconfig::with_user(&server, None, &user).sentence("");
        assert_eq!(said, format!("{} does not accept who we are (401): {cause}", at(&server)));
        assert!(!said.contains(old));
    }
}

#[test]
fn a_plugin_that_is_missing_or_fails_is_named() {
    let server = format!("http://{}", nowhere());
    let plugin = |more: &str| {
        let user = format!(
            "exec: {{apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, {more}}}"
        );
        Kubeconfig::with_user(&server, None, &user).sentence("")
    };
    let login = format!("failed to log in to {}: ", at(&server));
    assert_eq!(
        plugin(
            "command: gke-login, installHint: \"Install gke-login:\\n  gcloud components install it\""
        ),
        format!(
            "{login}the plugin `gke-login` of user `ann` is not installed: Install gke-login: gcloud components install it"
        )
    );
    assert_eq!(
        plugin("command: gke-login"),
        format!("{login}the plugin `gke-login` of user `ann` is not installed: install it")
    );
    let script = format!("echo '{TOKEN}'; echo 'the session is over: log in again' >&2; exit 3");
    let failing =
        format!("command: sh, args: ['-c', \"{script}\"], env: [{{name: A, value: {TOKEN}}}]");
    assert_eq!(
        plugin(&failing),
        format!(
            "{login}the plugin `sh` of user `ann` failed (exit status: 3): the session is over: log in again"
        )
    );
    assert_eq!(
        plugin(&format!("command: echo, args: ['{TOKEN}']")),
        format!("{login}the plugin `echo` of user `ann` printed no credentials")
    );
}

#[test]
fn a_login_page_is_no_api_server() {
    for (status, body) in [
        ("200 OK", "<!DOCTYPE html><title>Log in</title>"),
        ("403 Forbidden", "<html>no</html>"),
        ("502 Bad Gateway", "\n<HTML>oops</HTML>"),
    ] {
        let server = serve(None, move |_, _, stream| respond(stream, status, "", body));
        assert_eq!(
            Kubeconfig::new(&server, None).sentence(""),
            format!(
                "{} answered with a web page ({status}): something else, such as a login page or a proxy, is at its address",
                at(&server)
            )
        );
    }
    let server = serve(None, |_, _, stream| {
        respond(stream, "302 Found", "Location: https://login.example.com/\r\n", "");
    });
    assert_eq!(
        Kubeconfig::new(&server, None).sentence(""),
        format!(
            "{} sends us elsewhere (302 Found), as a login page does: is this its address?",
            at(&server)
        )
    );
}

#[test]
fn an_answer_that_is_no_json_is_reported() {
    let server =
        serve(None, |_, _, stream| respond(stream, "500 Internal Server Error", "", "oops"));
    assert_eq!(
        Kubeconfig::new(&server, None).sentence(""),
        "GET /version: the API server answered 500 without saying why (500)"
    );
}
