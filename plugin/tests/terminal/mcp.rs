//! `mcp`: the real program, asked line by line and over HTTP, in both forms of the protocol.
#![cfg(feature = "live")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use serde_json::{Value, json};

use crate::harden::{Ended, command, finish};

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: app, image: web:1, env: [{name: DB_PASSWORD, value: hunter22}], securityContext: {privileged: true}}]}\n";

/// A request that stands by itself.
fn request(id: u32, method: &str, mut params: Value) -> Value {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
}

/// A request of a client that said hello.
fn after_hello(id: u32, method: &str, params: Value) -> Value {
    let mut message = json!({"jsonrpc": "2.0", "id": id, "method": method});
    message["params"] = params;
    message
}

fn hello() -> [Value; 2] {
    let params = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}});
    [
        after_hello(1, "initialize", params),
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
    ]
}

fn call(tool: &str, arguments: Value) -> Value {
    let mut call = json!({"name": tool});
    call["arguments"] = arguments;
    call
}

/// What the program answers to some messages, by their numbers. Nothing else is on standard output, and nothing is
/// on standard error.
fn talk(messages: &[Value]) -> Vec<(u64, Value)> {
    let input: String = messages.iter().map(|it| format!("{it}\n")).collect();
    let Ended { code, stdout, stderr } = finish(command().arg("mcp"), &input);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let line = |it: &str| {
        let answer: Value = serde_json::from_str(it).unwrap_or_else(|_| panic!("{it}"));
        (answer["id"].as_u64().unwrap_or(0), answer)
    };
    let mut answers: Vec<_> = stdout.lines().map(line).collect();
    answers.sort_by_key(|it| it.0);
    answers
}

#[test]
fn requests_that_stand_by_themselves_are_answered() {
    let answers = talk(&[
        request(1, "server/discover", json!({})),
        request(2, "tools/list", json!({})),
        request(3, "tools/call", call("check_manifest", json!({"manifest": POD}))),
        request(4, "tools/call", call("check_manifest", json!({"manifest": POD, "level": "none"}))),
        request(5, "tools/call", call("nothing", json!({}))),
        request(
            6,
            "prompts/get",
            json!({"name": "harden-namespace", "arguments": {"namespace": "a"}}),
        ),
        request(7, "resources/read", json!({"uri": "harden://rules/host-port"})),
        request(8, "resources/read", json!({"uri": "file:///etc/passwd"})),
        request(9, "resources/list", json!({"cursor": "50"})),
    ]);
    assert_eq!(answers.len(), 9, "{answers:?}");
    let result = |id: usize| &answers[id - 1].1["result"];
    assert!(result(1)["supportedVersions"].as_array().unwrap().contains(&json!("2026-07-28")));
    for id in [1, 2, 3, 4, 6, 7, 9] {
        assert_eq!(result(id)["resultType"], "complete", "{}", answers[id - 1].1);
    }
    assert_eq!(
        (&result(2)["ttlMs"], &result(2)["cacheScope"]),
        (&json!(3_600_000), &json!("public"))
    );
    let tools = result(2)["tools"].as_array().unwrap();
    assert!(tools.iter().all(|it| it["annotations"]["readOnlyHint"] == true));
    let reach_out = tools.iter().filter(|it| it["annotations"]["openWorldHint"] == true);
    let reach_out: Vec<_> = reach_out.map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(
        reach_out,
        [
            "check_cluster",
            "plan_namespace",
            "who_can",
            "what_can",
            "who_can_become",
            "can_reach",
            "get_kubernetes_resources"
        ]
    );
    let told = result(3);
    assert_ne!(told["isError"], true);
    assert_eq!(told["structuredContent"]["findings"][0]["rule"], "privileged-container");
    let text: Value = serde_json::from_str(told["content"][0]["text"].as_str().unwrap()).unwrap();
    assert_eq!(text, told["structuredContent"]);
    assert!(!told.to_string().contains("hunter22"), "{told}");
    assert_eq!(result(4)["isError"], true);
    let says = result(4)["content"][0]["text"].as_str().unwrap();
    assert_eq!(says, "level: must be one of privileged, baseline, restricted");
    assert_eq!(answers[4].1["error"]["code"], -32602);
    assert!(result(6)["messages"][0]["content"]["text"].as_str().unwrap().contains("namespace a "));
    assert!(result(7)["contents"][0]["text"].as_str().unwrap().starts_with("# host-port"));
    assert_eq!(answers[7].1["error"]["code"], -32602);
}

#[test]
fn clients_that_say_hello_are_answered() {
    let [initialize, initialized] = hello();
    let answers = talk(&[
        initialize,
        initialized,
        after_hello(2, "tools/list", json!({})),
        after_hello(3, "tools/call", call("fix_manifest", json!({"manifest": POD}))),
        after_hello(4, "ping", json!({})),
    ]);
    assert_eq!(answers.len(), 4, "{answers:?}");
    assert_eq!(answers[0].1["result"]["protocolVersion"], "2025-11-25");
    assert!(answers[0].1["result"]["instructions"].as_str().unwrap().contains("data"));
    let fixed = &answers[2].1["result"]["structuredContent"];
    assert_eq!((&fixed["fixed"], &fixed["masked"]), (&Value::Null, &json!(true)), "{fixed:#}");
    assert!(!answers[2].1.to_string().contains("hunter22"));
    assert_eq!(answers[3].1["result"], json!({}));
}

#[test]
fn what_is_asked_with_other_params_is_told_what_they_are() {
    let [initialize, initialized] = hello();
    let answers = talk(&[
        initialize,
        initialized,
        after_hello(2, "tools/call", json!({"name": 5})),
        after_hello(3, "tools/call", json!({"name": "list_rules", "arguments": ["hunter22"]})),
        after_hello(4, "resources/read", json!({})),
        after_hello(5, &format!("tools/{}", "x".repeat(100)), json!({})),
    ]);
    let errors: Vec<_> = answers.iter().skip(1).map(|it| &it.1["error"]).collect();
    let codes: Vec<_> = errors.iter().map(|it| &it["code"]).collect();
    assert_eq!(codes, [-32602, -32602, -32602, -32601], "{errors:?}");
    let says = |at: usize| errors[at]["message"].as_str().unwrap();
    assert_eq!(
        says(0),
        "tools/call cannot be read: its params are name, a string, and arguments, an object"
    );
    assert_eq!(says(1), says(0));
    assert!(says(3).starts_with("there is no method tools/xxx") && says(3).len() < 80);
}

#[test]
fn progress_is_told_to_whoever_asks_for_it() {
    let [initialize, initialized] = hello();
    let mut params = call("fix_manifest", json!({"manifest": POD}));
    params["_meta"] = json!({"progressToken": "p"});
    let mut words = command();
    let streams = words.arg("mcp").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = streams.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    for message in [initialize, initialized, after_hello(2, "tools/call", params)] {
        writeln!(stdin, "{message}").unwrap();
    }
    // A client that hangs up is told nothing more.
    let mut told = String::new();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    while !told.lines().any(|it| it.contains("\"id\":2")) {
        assert_ne!(lines.read_line(&mut told).unwrap(), 0, "{told}");
    }
    drop(stdin);
    lines.read_to_string(&mut told).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(told.contains("\"progressToken\":\"p\"") && told.contains("\"checking\""), "{told}");
}

#[test]
fn what_is_no_message_ends_nothing() {
    let input = format!("junk\n[]\n{{}}\n\u{0}\n{}\n", request(1, "tools/list", json!({})));
    let Ended { code, stdout, .. } = finish(command().arg("mcp"), &input);
    assert_eq!(code, 0);
    let last: Value = serde_json::from_str(stdout.lines().last().unwrap()).unwrap();
    assert_eq!(last["id"], 1, "{stdout}");
}

/// A server of HTTP, which ends with the test.
struct Served {
    child: Child,
    host: String,
    token: String,
}

impl Served {
    fn start() -> Self {
        let mut words = command();
        words.args(["mcp", "--transport", "http", "--listen", "127.0.0.1:0"]);
        let streams = words.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = streams.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut line = || lines.next().unwrap().unwrap();
        let host = line().split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
        let token = line().split("Bearer ").nth(1).unwrap().to_owned();
        Self { child, host, token }
    }

    /// The status and the body of the answer to a message, sent with these headers.
    fn ask(&self, message: &Value, headers: &[(&str, &str)]) -> (u16, String) {
        let body = message.to_string();
        let mut head = "POST /mcp HTTP/1.1\r\nConnection: close\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n".to_owned();
        let is_named = headers.iter().any(|it| it.0 == "Host");
        let host = [("Host", self.host.as_str())];
        for (name, value) in host.iter().filter(|_| !is_named).chain(headers).copied() {
            head.extend([name, ": ", value, "\r\n"]);
        }
        let mut stream = TcpStream::connect(&self.host).unwrap();
        write!(stream, "{head}Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn over_http_only_who_has_the_token_is_answered_and_no_page_elsewhere() {
    let served = Served::start();
    let bearer = format!("Bearer {}", served.token);
    let token = ("Authorization", bearer.as_str());
    let new = [("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/list")];
    let list = request(1, "tools/list", json!({}));
    for (headers, status) in [
        (vec![], 401),
        (vec![("Authorization", "Bearer nothing")], 401),
        (vec![token], 200),
        (vec![token, ("Host", "harden.example.com")], 403),
        (vec![token, ("Origin", "https://example.com")], 403),
        (vec![token, ("Origin", "null")], 403),
        (vec![("Origin", "https://example.com")], 401),
    ] {
        let headers: Vec<_> = headers.into_iter().chain(new).collect();
        let (answered, body) = served.ask(&list, &headers);
        assert_eq!(answered, status, "{headers:?}: {body}");
        assert_eq!(body.contains("check_manifest"), status == 200, "{body}");
        assert!(!body.contains(&served.token), "{body}");
    }
    let old = [token, ("MCP-Protocol-Version", "2025-11-25")];
    let [initialize, initialized] = hello();
    let (status, body) = served.ask(&initialize, &[token]);
    assert!(
        status == 200 && body.contains("\"protocolVersion\":\"2025-11-25\""),
        "{status} {body}"
    );
    assert_eq!(served.ask(&initialized, &old).0, 202);
    let ask = after_hello(2, "tools/call", call("check_manifest", json!({"manifest": POD})));
    let (status, body) = served.ask(&ask, &old);
    assert!(status == 200 && body.contains("privileged-container"), "{status} {body}");
    assert!(!body.contains("hunter22"), "{body}");
}

#[test]
fn a_token_is_read_from_a_file_or_the_environment_and_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    std::fs::write(&path, "too-short\n").unwrap();
    let mut words = command();
    words.args(["mcp", "--transport", "http", "--token-file"]).arg(&path);
    let said = finish(&mut words, "").rejected();
    assert!(said.contains("at least 16") && !said.contains("too-short"), "{said}");
    let mut words = command();
    words.args(["mcp", "--transport", "http"]).env("KUBECTL_HARDEN_MCP_TOKEN", "too short for one");
    let said = finish(&mut words, "").rejected();
    assert!(said.contains("KUBECTL_HARDEN_MCP_TOKEN") && !said.contains("too short"), "{said}");
}
