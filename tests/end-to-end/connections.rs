//! Nobody enters pods where a policy says so: a real API server refuses the request before it looks for a node.

use std::process::Command;
use std::time::{Duration, Instant};

use harness::{ControlPlane, Options};

use crate::cluster::line_on;
use crate::harden::{Ended, finish};

/// No node runs them, so that whoever comes past the policies hears of that.
const PODS: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: default}
spec: {containers: [{name: web, image: web}]}
---
apiVersion: v1
kind: Namespace
metadata: {name: legacy}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: default, namespace: legacy}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: legacy}
spec: {containers: [{name: web, image: web}]}
";

/// What the API server says of a pod that no node has.
const NO_NODE: &str = "does not have a host assigned";
const REFUSED: &str = "ValidatingAdmissionPolicy 'harden-pod-access'";
const MESSAGE: &str = "nobody enters pods by exec, attach or port-forward";

/// Requests for connections into a pod, as words for kubectl and whether it asks by WebSocket.
const WAYS: [(&str, bool); 7] = [
    ("exec web -- sh", true),
    ("exec web -- sh", false),
    ("attach web", true),
    ("attach web", false),
    ("get --raw /api/v1/namespaces/NAMESPACE/pods/web/exec?command=sh&stdout=true", true),
    ("get --raw /api/v1/namespaces/NAMESPACE/pods/web/attach?stdout=true", true),
    ("get --raw /api/v1/namespaces/NAMESPACE/pods/web/portforward?ports=80", true),
];

/// What kubectl says, which asks by WebSocket or as it did before.
fn said(plane: &ControlPlane, words: &str, is_web_socket: bool) -> Ended {
    let mut command: Command = plane.kubectl(words.split(' '));
    command.env("KUBECTL_REMOTE_COMMAND_WEBSOCKETS", is_web_socket.to_string());
    finish(&mut command, "")
}

/// All that is said of every way into a pod; `flags` say who asks.
fn ways_into(plane: &ControlPlane, namespace: &str, flags: &str) -> Vec<String> {
    let ask = |(words, is_web_socket): (&str, bool)| {
        let words = words.replace("NAMESPACE", namespace);
        // What stands behind `--` is for the container.
        let words = format!("-n {namespace}{flags} {words}");
        let ended = said(plane, &words, is_web_socket);
        assert_ne!(ended.code, 0, "{words}: no node runs the pod");
        ended.stdout + &ended.stderr
    };
    WAYS.into_iter().map(ask).collect()
}

/// Waits until the server has taken in the policies that were just written.
fn settled(plane: &ControlPlane, words: &str) {
    let begun = Instant::now();
    while !said(plane, words, true).stderr.contains("ValidatingAdmissionPolicy") {
        assert!(begun.elapsed() < Duration::from_secs(30), "the policy is not at work");
        std::thread::sleep(Duration::from_millis(250));
    }
}

#[test]
fn a_connection_is_refused_before_a_node_is_looked_for() {
    let options = Options { no_controllers: true, ..Options::default() };
    let Some(plane) = ControlPlane::for_test(&options) else { return };
    plane.apply(PODS);
    for words in ways_into(&plane, "default", "") {
        assert!(words.contains(NO_NODE) && !words.contains("harden"), "{words}");
    }
    let line = "admission-policy pod-access --apply --exempt-namespace legacy --exempt-reason debugged \
                --break-glass on-call";
    let made = line_on(&plane, line);
    assert_eq!(made.code, 0, "{}", made.stderr);
    settled(&plane, "-n default exec web -- sh");
    for words in ways_into(&plane, "default", "") {
        assert!(words.contains(REFUSED) && words.contains(MESSAGE), "{words}");
        assert!(!words.contains(NO_NODE), "{words}");
    }
    for words in ways_into(&plane, "legacy", "") {
        assert!(words.contains(NO_NODE), "{words}");
    }
    let on_call = " --as ann --as-group system:masters --as-group on-call";
    for words in ways_into(&plane, "default", on_call) {
        assert!(words.contains(NO_NODE), "{words}");
    }
    let other = " --as ann --as-group system:masters --as-group off-call";
    for words in ways_into(&plane, "default", other) {
        assert!(words.contains(REFUSED), "{words}");
    }
    // What makes pods and reads them goes on.
    plane.apply(&PODS.replace("name: web", "name: other"));
    assert!(said(&plane, "get pod other -o name", true).stdout.contains("pod/other"));
}

#[test]
fn no_debugging_container_is_added_to_a_pod() {
    let options = Options { no_controllers: true, ..Options::default() };
    let Some(plane) = ControlPlane::for_test(&options) else { return };
    plane.apply(PODS);
    let debug = "debug web --image busybox --attach=false -c";
    let before = said(&plane, &format!("{debug} before"), true);
    assert_eq!(before.code, 0, "{}", before.stderr);
    let made = line_on(&plane, "admission-policy ephemeral-container --apply");
    assert_eq!(made.code, 0, "{}", made.stderr);
    let begun = Instant::now();
    let mut asked = (0..).map(|it| said(&plane, &format!("{debug} after-{it}"), true));
    let refused = asked.find(|it| {
        std::thread::sleep(Duration::from_millis(250));
        it.code != 0 || begun.elapsed() > Duration::from_secs(30)
    });
    let refused = refused.unwrap();
    let policy = "ValidatingAdmissionPolicy 'harden-ephemeral-container'";
    assert!(refused.stderr.contains(policy), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("no container is added to pods that run"),
        "{}",
        refused.stderr
    );
    // Everything else about the pod may change.
    let labelled = said(&plane, "label pod web a=b", true);
    assert_eq!(labelled.code, 0, "{}", labelled.stderr);
}
