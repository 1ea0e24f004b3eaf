//! A cluster that is read through a line that is cut, slow or wrong: what is lost is said, and nothing else is.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use harness::{ControlPlane, Options};
use serde_json::Value;

use crate::faults::Kubeconfig;
use crate::harden::{Ended, command, finish};

/// What may go wrong with one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Forbidden,
    /// The list is forgotten, and the server offers how to go on where there is a way.
    Expired,
    /// The list is forgotten, and has to begin anew.
    ExpiredForGood,
    Busy,
    Broken,
    Cut,
    Slow,
    Garbage,
}

const FAULTS: [Fault; 8] = [
    Fault::Forbidden,
    Fault::Expired,
    Fault::ExpiredForGood,
    Fault::Busy,
    Fault::Broken,
    Fault::Cut,
    Fault::Slow,
    Fault::Garbage,
];

/// How long one answer is waited for, and how long a slow one takes.
const TIMEOUT: &str = "6s";
const SLOW: Duration = Duration::from_secs(8);

/// What happens to which list that is asked for.
#[derive(Debug, Default)]
struct Plan {
    lists: AtomicUsize,
    fault: Mutex<Option<(usize, Fault)>>,
    /// The paths that were struck.
    struck: Mutex<Vec<String>>,
}

/// `kubectl proxy`, which speaks plain HTTP for the API server, until it is dropped.
pub(crate) struct Upstream {
    process: Child,
    pub(crate) address: String,
}

impl Upstream {
    pub(crate) fn start(plane: &ControlPlane) -> Self {
        let mut process =
            plane.kubectl(["proxy", "--port=0"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().rsplit(' ').next().unwrap().to_owned();
        Self { process, address }
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Serves what another serves, but for what is planned; returns the address.
fn disturb(upstream: &str, plan: &Arc<Plan>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (upstream, plan) = (upstream.to_owned(), Arc::clone(plan));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (upstream, plan) = (upstream.clone(), Arc::clone(&plan));
            thread::spawn(move || pass(stream, &upstream, &plan));
        }
    });
    address
}

/// Passes one request on, and its answer back.
fn pass(mut stream: TcpStream, upstream: &str, plan: &Plan) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    let first = lines.next()?.ok()?;
    let mut head = format!("{first}\r\n");
    while let Some(line) = lines.next().and_then(Result::ok).filter(|it| !it.is_empty()) {
        let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
        if !["connection", "authorization", "host"].contains(&name.as_str()) {
            head.push_str(&line);
            head.push_str("\r\n");
        }
    }
    head.push_str("Host: localhost\r\nConnection: close\r\n\r\n");
    let path = first.split(' ').nth(1)?;
    let is_list = path.contains("limit=");
    let number = if is_list { plan.lists.fetch_add(1, Ordering::SeqCst) } else { usize::MAX };
    let planned = plan.fault.lock().unwrap().filter(|(at, _)| *at == number);
    let Some((_, fault)) = planned else {
        return stream.write_all(&answer(upstream, &head)?).ok();
    };
    plan.struck.lock().unwrap().push(path.to_owned());
    let status = |code: u16, reason: &str, more: &str| {
        format!(
            r#"{{"kind":"Status","apiVersion":"v1","metadata":{{{more}}},"status":"Failure","message":"{reason} said the test","reason":"{reason}","code":{code}}}"#
        )
    };
    let token = path.split('&').find_map(|it| it.strip_prefix("continue="));
    let (line, body) = match fault {
        Fault::Forbidden => ("403 Forbidden", status(403, "Forbidden", "")),
        Fault::Expired => {
            let more = token.map_or_else(String::new, |it| {
                format!(r#""continue":"{}""#, it.replace("%3D", "="))
            });
            ("410 Gone", status(410, "Expired", &more))
        }
        Fault::ExpiredForGood => ("410 Gone", status(410, "Expired", "")),
        Fault::Busy => {
            ("429 Too Many Requests\r\nRetry-After: 1", status(429, "TooManyRequests", ""))
        }
        Fault::Broken => ("500 Internal Server Error", status(500, "InternalError", "")),
        Fault::Garbage => ("200 OK", r#"{"kind":"List","items":[{"metadata":{"name"#.to_owned()),
        Fault::Cut => {
            let whole = answer(upstream, &head)?;
            return stream.write_all(whole.get(..whole.len() / 2)?).ok();
        }
        Fault::Slow => {
            thread::sleep(SLOW);
            return stream.write_all(&answer(upstream, &head)?).ok();
        }
    };
    let length = body.len();
    let head = "Content-Type: application/json\r\nConnection: close";
    write!(stream, "HTTP/1.1 {line}\r\n{head}\r\nContent-Length: {length}\r\n\r\n{body}").ok()
}

fn answer(upstream: &str, head: &str) -> Option<Vec<u8>> {
    let mut server = TcpStream::connect(upstream).ok()?;
    server.write_all(head.as_bytes()).ok()?;
    let mut whole = Vec::new();
    server.read_to_end(&mut whole).ok()?;
    Some(whole)
}

/// Something of many kinds, and of some so much that it comes in pages.
fn fill(plane: &ControlPlane) {
    let mut yaml = Vec::new();
    for team in ["red", "green", "blue"] {
        yaml.push(format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: {team}}}\n---\n"));
        for number in 0..5 {
            yaml.push(format!(
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{number}, namespace: {team}}}\n---\n\
                 apiVersion: v1\nkind: Secret\nmetadata: {{name: s{number}, namespace: {team}}}\n---\n\
                 apiVersion: v1\nkind: Service\nmetadata: {{name: v{number}, namespace: {team}}}\nspec: {{type: NodePort, ports: [{{port: 80}}]}}\n---\n\
                 apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: r{number}, namespace: {team}}}\nrules: [{{apiGroups: ['*'], resources: ['*'], verbs: ['*']}}]\n---\n\
                 apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: d{number}, namespace: {team}}}\nspec: {{replicas: 0, selector: {{matchLabels: {{a: d{number}}}}}, template: {{metadata: {{labels: {{a: d{number}}}}}, spec: {{containers: [{{name: a, image: web}}]}}}}}}\n---\n\
                 apiVersion: v1\nkind: Pod\nmetadata: {{name: p{number}, namespace: {team}}}\nspec: {{hostPID: true, containers: [{{name: a, image: web}}]}}\n---\n"
            ));
        }
    }
    plane.apply(&yaml.concat());
}

fn check(config: &Kubeconfig) -> Ended {
    let words = format!(
        "check -A -o json --include-system --chunk-size 2 --fail-on never --request-timeout {TIMEOUT}"
    );
    let mut command = command();
    finish(command.env("KUBECONFIG", config.path()).args(words.split(' ')), "")
}

/// A report without what differs from run to run.
fn report(ended: &Ended) -> Value {
    let mut report: Value = serde_json::from_str(&ended.stdout)
        .unwrap_or_else(|error| panic!("{error}: {} {}", ended.stdout, ended.stderr));
    for name in ["generated", "time", "now"] {
        report.as_object_mut().unwrap().remove(name);
    }
    report
}

fn findings(report: &Value) -> BTreeSet<String> {
    report["findings"].as_array().unwrap().iter().map(Value::to_string).collect()
}

/// The plural and the group of a path of lists.
fn plural(path: &str) -> &str {
    path.split('?').next().unwrap().rsplit('/').next().unwrap()
}

#[test]
fn what_a_bad_line_takes_is_read_again_or_named() {
    let Some(plane) = ControlPlane::for_test(&Options::default()) else { return };
    fill(&plane);
    let upstream = Upstream::start(&plane);
    let plan = Arc::new(Plan::default());
    let config = Kubeconfig::new(&disturb(&upstream.address, &plan), None);
    // Controllers add to what was made, for a while.
    let mut whole = check(&config);
    let whole = loop {
        plan.lists.store(0, Ordering::SeqCst);
        let again = check(&config);
        if report(&again) == report(&whole) {
            break again;
        }
        whole = again;
    };
    assert_eq!(whole.code, 0, "{}", whole.stderr);
    let lists = plan.lists.load(Ordering::SeqCst);
    let undisturbed = report(&whole);
    assert!(lists > 100 && findings(&undisturbed).len() > 30, "{lists} {undisturbed}");

    let count = std::env::var("DISTURBED_RUNS").ok().and_then(|it| it.parse().ok()).unwrap_or(16);
    let seed = std::env::var("DISTURBED_SEED").ok().and_then(|it| it.parse().ok()).unwrap_or(15);
    let mut random: u64 = seed;
    for run in 0..count {
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let at = usize::try_from(random >> 33).unwrap() % lists;
        let fault = FAULTS[run % FAULTS.len()];
        plan.lists.store(0, Ordering::SeqCst);
        *plan.fault.lock().unwrap() = Some((at, fault));
        let ended = check(&config);
        let path = plan.struck.lock().unwrap().pop().unwrap();
        let story = format!("seed {seed}, run {run}: {fault:?} at {path}\n{}", ended.stderr);
        let disturbed = report(&ended);
        if fault != Fault::Forbidden {
            assert_eq!(ended.code, 0, "{story}");
            assert_eq!(disturbed, undisturbed, "{story}");
            continue;
        }
        assert_eq!(ended.code, 3, "{story}");
        let lacks = disturbed["incomplete"].as_array().unwrap();
        let kind = plural(&path);
        let kind = &kind[..kind.len() - 3];
        let is_named = |it: &Value| it["what"].as_str().unwrap().to_lowercase().starts_with(kind);
        assert!(lacks.len() == 1 && is_named(&lacks[0]), "{story}: {lacks:?}");
        // What a Deployment would say that was not read is said of its ReplicaSet.
        let is_owner = path.contains("/deployments?");
        let is_made = |it: &&String| is_owner && it.contains(r#""kind":"ReplicaSet""#);
        let before = findings(&undisturbed);
        let found = findings(&disturbed);
        let more: Vec<_> = found.difference(&before).filter(|it| !is_made(it)).collect();
        assert!(more.is_empty(), "{story}: {more:?}");
    }
}

/// Begins a check of a cluster whose server is slow with one list, and presses Ctrl-C once it waits for that.
fn interrupted(upstream: &Upstream, words: &str) -> Child {
    let plan = Arc::new(Plan::default());
    let config = Kubeconfig::new(&disturb(&upstream.address, &plan), None);
    *plan.fault.lock().unwrap() = Some((60, Fault::Slow));
    let mut command = command();
    command.env("KUBECONFIG", config.path()).args(words.split(' '));
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while plan.struck.lock().unwrap().is_empty() {
        thread::sleep(Duration::from_millis(20));
    }
    press(&child);
    child
}

/// Presses Ctrl-C.
fn press(child: &Child) {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn who_does_not_want_to_wait_is_told_what_is_known() {
    let Some(plane) = ControlPlane::for_test(&Options::default()) else { return };
    fill(&plane);
    let upstream = Upstream::start(&plane);
    let words = "check -A --chunk-size 2 --include-system";
    let output = interrupted(&upstream, words).wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains(" kinds: interrupted: "), "{said}");
    assert!(said.contains("Pod"), "{said}");
    // Of a report that no pipe holds nobody reads more than the first byte, so that it is not at its end when
    // Ctrl-C is pressed again.
    let mut child = interrupted(&upstream, &format!("{words} -o sarif"));
    let mut report = child.stdout.take().unwrap();
    let mut text = vec![0];
    report.read_exact(&mut text).unwrap();
    press(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    report.read_to_end(&mut text).unwrap();
    assert!(serde_json::from_slice::<Value>(&text).is_err(), "the report came to its end");
}
