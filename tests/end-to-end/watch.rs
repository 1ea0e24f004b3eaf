//! `check --watch`: what changes is printed, whatever happens to the line, and nothing else is.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use harness::{ControlPlane, Options, eventually};
use serde_json::Value;

use crate::cluster::{harden_on, line_on};
use crate::disturbed::Upstream;
use crate::faults::Kubeconfig;
use crate::harden::command;

/// A command that watches.
struct Watching {
    child: Child,
    out: Arc<Mutex<Vec<String>>>,
    err: Arc<Mutex<Vec<String>>>,
    /// So many lines were there when it began to watch.
    first: usize,
}

impl Watching {
    fn start(mut command: Command, words: &str) -> Self {
        command.arg("check").args(words.split_whitespace()).arg("--watch");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (out, err) = (lines(child.stdout.take()), lines(child.stderr.take()));
        let mut watching = Self { child, out, err, first: 0 };
        watching.says("watching for changes");
        // The report may still be on its way.
        eventually("the report", || {
            let is_last = |it: &String| it.starts_with("checked ") || it.starts_with('{');
            watching.printed().iter().any(is_last).then_some(())
        });
        watching.first = watching.printed().len();
        watching
    }

    fn printed(&self) -> Vec<String> {
        self.out.lock().unwrap().clone()
    }

    /// What was printed after the first report.
    fn news(&self) -> Vec<String> {
        self.printed().split_off(self.first)
    }

    /// Waits for a line with all of these words.
    fn prints(&self, words: &[&str]) -> String {
        eventually(&words.join(" "), || {
            self.news().into_iter().find(|line| words.iter().all(|it| line.contains(it)))
        })
    }

    /// Waits for a note.
    fn says(&self, words: &str) {
        eventually(words, || {
            self.err.lock().unwrap().iter().any(|it| it.contains(words)).then_some(())
        });
    }

    /// Presses Ctrl-C; returns the exit code.
    fn interrupt(mut self) -> i32 {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        self.child.wait().unwrap().code().unwrap()
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines(from: Option<impl Read + Send + 'static>) -> Arc<Mutex<Vec<String>>> {
    let (all, from) = (Arc::<Mutex<Vec<String>>>::default(), BufReader::new(from.unwrap()));
    let shared = Arc::clone(&all);
    thread::spawn(move || {
        from.lines().map_while(Result::ok).for_each(|it| shared.lock().unwrap().push(it));
    });
    all
}

fn namespace(name: &str) -> String {
    format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}\n---\n")
}

fn deployment(name: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: shop}}\n\
         spec: {{replicas: 2, selector: {{matchLabels: {{app: {name}}}}}, template: {{metadata: {{labels: {{app: {name}}}}}, spec: {{hostPID: true, containers: [{{name: a, image: 'web:1'}}]}}}}}}\n---\n"
    )
}

fn wait_for(plane: &ControlPlane, what: &str, count: usize) {
    eventually(what, || {
        let names = plane.kubectl_ok(["get", what, "-n", "shop", "-o", "name"]);
        (names.lines().count() == count).then_some(())
    });
}

#[test]
fn only_what_changed_is_printed() {
    let Some(plane) = ControlPlane::for_test(&Options::default()) else { return };
    plane.apply(&(namespace("shop") + &deployment("web")));
    wait_for(&plane, "pods", 2);
    let watching = Watching::start(harden_on(&plane), "-n shop --color never");
    // New pods and a new ReplicaSet say what their Deployment says.
    plane.kubectl_ok(["scale", "deployment/web", "-n", "shop", "--replicas=4"]);
    plane.kubectl_ok(["rollout", "restart", "deployment/web", "-n", "shop"]);
    wait_for(&plane, "replicasets", 2);
    plane.apply(&deployment("api"));
    let line = watching.prints(&["new high[host-namespaces] Deployment shop/api: "]);
    let time = line.split(' ').next().unwrap();
    assert!(time.len() == 20 && time.ends_with('Z'), "{line}");
    let news = watching.news();
    assert!(news.iter().all(|it| it.contains(" new ") && it.contains(" shop/api: ")), "{news:?}");

    // What a Namespace says is said of what is in it.
    plane.kubectl_ok(["label", "ns", "shop", "pod-security.kubernetes.io/enforce=privileged"]);
    watching.prints(&["gone medium[missing-pod-security-labels] Namespace shop: "]);
    watching.prints(&["gone high[host-namespaces] Deployment shop/web: "]);
    plane.kubectl_ok(["label", "ns", "shop", "pod-security.kubernetes.io/enforce-"]);
    watching.prints(&["new high[host-namespaces] Deployment shop/web: "]);
    plane.kubectl_ok(["delete", "deployment", "api", "web", "-n", "shop"]);
    watching.prints(&["gone low[unpinned-image] Deployment shop/web: "]);
    let news = watching.news();
    let made = |it: &&String| it.contains(" Pod ") || it.contains(" ReplicaSet ");
    assert_eq!(news.iter().find(made), None, "{news:?}");
    let said = watching.err.lock().unwrap().clone();
    assert_eq!(said.len(), 2, "{said:?}");
    // What was there at the beginning is there no more.
    assert_eq!(watching.interrupt(), 0);
}

#[test]
fn programs_read_a_document_per_change_and_new_kinds_are_found() {
    let Some(plane) = ControlPlane::for_test(&Options::default()) else { return };
    plane.apply(&(namespace("shop") + &deployment("web")));
    wait_for(&plane, "pods", 2);
    let watching = Watching::start(harden_on(&plane), "-A -o json");
    let report: Value = serde_json::from_str(&watching.printed()[0]).unwrap();
    let count = |it: &Value| it["summary"]["findings"].as_u64().unwrap();
    plane.apply(crate::live::CUSTOM);
    watching.says("shops.example.com is served now");
    let pod = "{metadata: {labels: {a: b}}, spec: {hostPID: true, containers: [{name: a, image: 'web:1'}]}}";
    let shop = format!(
        "apiVersion: example.com/v1\nkind: Shop\nmetadata: {{name: big, namespace: shop}}\nspec: {{template: {pod}}}\n"
    );
    eventually("the kind", || {
        let mut kubectl = plane.kubectl(["apply", "-f", "-"]);
        let mut child = kubectl.stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(shop.as_bytes()).unwrap();
        child.wait().unwrap().success().then_some(())
    });
    watching.prints(&[r#""new":[{"#, r#""kind":"Shop""#]);
    plane.kubectl_ok(["delete", "crd", "shops.example.com"]);
    watching.prints(&[r#""absent":[{"status":"gone""#, r#""kind":"Shop""#]);
    watching.says("shops.example.com is served no more");
    let mut sum = count(&report);
    for line in watching.news() {
        let news: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(news["version"], "v1");
        let length = |name: &str| news[name].as_array().unwrap().len() as u64;
        sum = sum + length("new") - length("absent");
        assert_eq!(count(&news), sum, "{line}");
    }
    // What is there at the end is what counts.
    assert_eq!(watching.interrupt(), 1);
}

#[test]
fn a_reader_that_went_away_ends_it() {
    let Some(plane) = ControlPlane::for_test(&Options::default()) else { return };
    plane.apply(&namespace("shop"));
    let mut command = harden_on(&plane);
    command.args(["check", "-n", "shop", "--watch", "--fail-on", "never"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let err = lines(child.stderr.take());
    eventually("the watch", || {
        err.lock().unwrap().iter().any(|it| it.contains("watching")).then_some(())
    });
    drop(child.stdout.take());
    plane.apply(&deployment("web"));
    let ended = eventually("the end", || child.try_wait().unwrap());
    let said = err.lock().unwrap().join("\n");
    assert_eq!(ended.code(), Some(0), "{said}");
    assert!(!said.contains("error"), "{said}");
}

#[test]
fn nothing_is_watched_for_a_reader_who_left_before_the_report() {
    let Some(plane) = ControlPlane::shared() else { return };
    let mut command = harden_on(plane);
    command.args(["check", "--watch", "--fail-on", "never"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let err = lines(child.stderr.take());
    let ended = eventually("the end", || child.try_wait().unwrap());
    let said = err.lock().unwrap().join("\n");
    assert_eq!(ended.code(), Some(0), "{said}");
    assert!(!said.contains("watching") && !said.contains("error"), "{said}");
}

#[test]
fn what_cannot_be_watched_is_rejected() {
    let Some(plane) = ControlPlane::shared() else { return };
    for (words, why) in [
        ("-f x.yaml", "something else is named to be read"),
        ("--snapshot x", "a snapshot of one does not change"),
        ("-A -l a=b", "does not go with -l"),
        ("-A -o sarif", "prints text, wide, json, and not sarif"),
        ("-A --output-file x", "--output-file is written once"),
    ] {
        let said = line_on(plane, &format!("check --watch {words}")).rejected();
        assert!(said.starts_with("error: --watch ") && said.contains(why), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

/// What happens on the line.
#[derive(Default)]
struct Line {
    /// Nobody is answered.
    is_down: Mutex<bool>,
    /// Kinds that nobody may read.
    forbidden: Mutex<Vec<&'static str>>,
    /// Kinds whose next watch begins too late.
    expired: Mutex<Vec<&'static str>>,
    /// What is open.
    open: Mutex<Vec<TcpStream>>,
    /// The path and the form of each request, and what was answered of Secrets.
    asked: Mutex<Vec<(String, String)>>,
    secrets: Mutex<Vec<u8>>,
}

impl Line {
    /// Serves what another serves; returns the address.
    fn serve(self: &Arc<Self>, upstream: &str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (line, upstream) = (Arc::clone(self), upstream.to_owned());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (line, upstream) = (Arc::clone(&line), upstream.clone());
                thread::spawn(move || line.pass(stream, &upstream));
            }
        });
        address
    }

    fn pass(&self, mut stream: TcpStream, upstream: &str) -> Option<()> {
        let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
        let first = lines.next()?.ok()?;
        let (mut head, mut form) = (format!("{first}\r\n"), String::new());
        while let Some(line) = lines.next().and_then(Result::ok).filter(|it| !it.is_empty()) {
            let (name, value) = line.split_once(':')?;
            let name = name.to_ascii_lowercase();
            if name == "accept" {
                value.trim().clone_into(&mut form);
            }
            if !["connection", "authorization", "host", "accept-encoding"].contains(&&*name) {
                head.push_str(&line);
                head.push_str("\r\n");
            }
        }
        head.push_str("Host: localhost\r\nConnection: close\r\n\r\n");
        if *self.is_down.lock().unwrap() {
            return None;
        }
        let path = first.split(' ').nth(1)?.to_owned();
        let plural = path.split('?').next()?.rsplit('/').next()?.to_owned();
        self.asked.lock().unwrap().push((path.clone(), form));
        let is_watch = path.contains("watch=true");
        if self.forbidden.lock().unwrap().contains(&&*plural) {
            return refuse(&mut stream, "403 Forbidden", r#"User \"mock\" cannot"#);
        }
        let mut expired = self.expired.lock().unwrap();
        if let Some(at) = expired.iter().position(|it| is_watch && *it == plural) {
            expired.remove(at);
            return refuse(&mut stream, "410 Gone", "too old");
        }
        drop(expired);
        let mut server = TcpStream::connect(upstream).ok()?;
        server.write_all(head.as_bytes()).ok()?;
        self.open.lock().unwrap().push(stream.try_clone().ok()?);
        let mut buffer = vec![0; 1 << 16];
        loop {
            let length = server.read(&mut buffer).ok().filter(|it| *it > 0)?;
            if plural == "secrets" {
                self.secrets.lock().unwrap().extend_from_slice(&buffer[..length]);
            }
            stream.write_all(&buffer[..length]).ok()?;
        }
    }

    /// Cuts all that is open.
    fn cut(&self) {
        for stream in self.open.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn refuse(stream: &mut TcpStream, status: &str, message: &str) -> Option<()> {
    let code = &status[..3];
    let body = format!(
        r#"{{"kind":"Status","apiVersion":"v1","metadata":{{}},"status":"Failure","message":"{message}","code":{code}}}"#
    );
    let length = body.len();
    let head = "Content-Type: application/json\r\nConnection: close";
    write!(stream, "HTTP/1.1 {status}\r\n{head}\r\nContent-Length: {length}\r\n\r\n{body}").ok()
}

#[test]
fn what_changes_while_the_line_is_cut_is_printed_later() {
    let Some(plane) = ControlPlane::for_test(&Options::default()) else { return };
    plane.apply(&(namespace("shop") + &deployment("web") + &deployment("api")));
    wait_for(&plane, "pods", 4);
    let upstream = Upstream::start(&plane);
    let line = Arc::new(Line::default());
    let config = Kubeconfig::new(&line.serve(&upstream.address), None);
    let mut command = command();
    command.env("KUBECONFIG", config.path());
    let watching = Watching::start(command, "-n shop --chunk-size 3 --fail-on never");

    // A line that is cut and there again.
    line.cut();
    plane.apply(&deployment("db"));
    watching.prints(&["new high[host-namespaces] Deployment shop/db: "]);

    // What happens while nobody answers, and is forgotten by then.
    *line.is_down.lock().unwrap() = true;
    line.cut();
    watching.says("are not seen at the moment: ");
    plane.kubectl_ok(["delete", "deployment", "web", "-n", "shop"]);
    line.expired.lock().unwrap().extend(["deployments", "pods"]);
    *line.is_down.lock().unwrap() = false;
    watching.prints(&["gone high[host-namespaces] Deployment shop/web: "]);
    watching.says(" are seen again");
    eventually("the new lists", || line.expired.lock().unwrap().is_empty().then_some(()));
    let news = watching.news();
    assert!(news.iter().all(|it| !it.contains("shop/api")), "{news:?}");

    // A kind that may not be read any more, and may again.
    line.forbidden.lock().unwrap().push("networkpolicies");
    line.cut();
    let said = watching.prints(&["incomplete: NetworkPolicy", "forbidden for mock"]);
    assert!(!said.contains("new"), "{said}");
    watching.prints(&["not judged now medium[missing-default-deny-ingress] Namespace shop: "]);
    line.forbidden.lock().unwrap().clear();
    watching.prints(&["complete again: NetworkPolicy"]);
    watching.prints(&["new medium[missing-default-deny-ingress] Namespace shop: "]);
    assert_eq!(watching.interrupt(), 0);
}

#[test]
fn no_value_of_a_secret_is_watched() {
    const MARKER: &str = "m4rker-of-a-value";
    let Some(plane) = ControlPlane::for_test(&Options::default()) else { return };
    plane.apply(&namespace("shop"));
    let upstream = Upstream::start(&plane);
    let line = Arc::new(Line::default());
    let config = Kubeconfig::new(&line.serve(&upstream.address), None);
    let mut command = command();
    command.env("KUBECONFIG", config.path());
    let watching = Watching::start(command, "-A");
    let secret = |name: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: {name}, namespace: shop}}\nstringData: {{password: {MARKER}}}\n---\n"
        )
    };
    plane.apply(&secret("one"));
    eventually("the Secret", || {
        let said = line.secrets.lock().unwrap();
        String::from_utf8_lossy(&said).contains(r#""name":"one""#).then_some(())
    });
    line.expired.lock().unwrap().push("secrets");
    line.cut();
    plane.apply(&(secret("two") + &deployment("web")));
    watching.prints(&["Deployment shop/web"]);
    eventually("the next Secret", || {
        let said = line.secrets.lock().unwrap();
        String::from_utf8_lossy(&said).contains(r#""name":"two""#).then_some(())
    });
    let asked = line.asked.lock().unwrap().clone();
    let asked: Vec<_> = asked.iter().filter(|(path, _)| path.contains("secrets")).collect();
    assert!(asked.iter().filter(|(path, _)| path.contains("watch=true")).count() > 1, "{asked:?}");
    for (path, form) in asked {
        assert!(form.contains("as=PartialObjectMetadata"), "{path}: {form}");
    }
    let answered = String::from_utf8_lossy(&line.secrets.lock().unwrap()).into_owned();
    let encoded = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, MARKER);
    // What kubectl remembers is in an annotation, which is dropped on receipt.
    assert!(!answered.contains(&encoded) && !answered.contains(r#""data":"#), "{answered}");
    let printed = watching.printed().join("\n");
    assert!(!printed.contains(MARKER) && !printed.contains(&encoded), "{printed}");
}
