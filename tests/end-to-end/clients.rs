//! `mcp` as the official clients see it: real processes of their SDKs, over both transports, in both
//! protocols.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use harness::{ControlPlane, clients_for_test};
use serde_json::{Map, Value, json};

/// Those that initialize speak an older protocol than those that do not.
const PROTOCOLS: [(&str, &str); 2] = [("modern", "2026-07-28"), ("legacy", "2025-11-25")];

/// How many calls the first client sends at once, and how many the others.
const PARALLEL: [u32; 2] = [1000, 50];

const TOKEN: &str = "token-of-the-test-0123456789abcdef";

/// A program that asks through a client.
struct Program {
    file: &'static str,
    interpreter: &'static str,
    /// Whether it knows the protocol that does not initialize.
    is_modern: bool,
}

const PROGRAMS: [Program; 3] = [
    Program { file: "typescript.mjs", interpreter: "node", is_modern: true },
    Program { file: "typescript_1.mjs", interpreter: "node", is_modern: false },
    Program { file: "python.py", interpreter: "python3", is_modern: true },
];

/// The clients, beside the programs that ask through them.
struct Clients {
    installed: PathBuf,
    programs: tempfile::TempDir,
}

impl Clients {
    fn new() -> Option<Self> {
        let installed = clients_for_test()?;
        let programs = tempfile::tempdir().unwrap();
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/clients");
        for entry in std::fs::read_dir(sources).unwrap() {
            let path = entry.unwrap().path();
            std::fs::copy(&path, programs.path().join(path.file_name().unwrap())).unwrap();
        }
        let modules = programs.path().join("node_modules");
        std::os::unix::fs::symlink(installed.join("node_modules"), modules).unwrap();
        Some(Self { installed, programs })
    }

    /// What a client was told.
    fn ask(&self, program: &Program, task: &Value) -> Value {
        let mut child = Command::new(program.interpreter)
            .arg(program.file)
            .current_dir(self.programs.path())
            .env("PYTHONPATH", self.installed.join("python"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        serde_json::to_writer(child.stdin.take().unwrap(), task).unwrap();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{} {task:#}: {said}", program.file);
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The inspector, which needs a newer Node than the clients do.
    fn inspector(&self) -> Command {
        let modules = self.installed.join("node_modules");
        let brought = ["x64", "arm64"].map(|it| modules.join(format!("node-linux-{it}/bin/node")));
        let node = brought.into_iter().find(|it| it.is_file()).unwrap_or_else(|| "node".into());
        let mut command = Command::new(node);
        command.arg(modules.join(".bin/mcp-inspector")).arg("--cli");
        // Whatever it keeps, it keeps here.
        command.env("HOME", self.programs.path());
        command
    }
}

/// A server to which clients connect.
struct Served {
    child: Child,
    url: String,
}

impl Served {
    fn start(plane: &ControlPlane) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let listen = format!("127.0.0.1:{port}");
        let mut child = Command::new(env!("CARGO_BIN_EXE_kubectl-harden"))
            .args(["mcp", "--transport", "http", "--listen", &listen])
            .env("KUBECONFIG", plane.kubeconfig())
            .env("KUBECTL_HARDEN_MCP_TOKEN", TOKEN)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        assert!(line.contains(&listen), "{line}");
        std::thread::spawn(move || said.read_to_string(&mut String::new()));
        Self { child, url: format!("http://{listen}/mcp") }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What all clients ask.
fn questions() -> Value {
    json!({
        "calls": [
            {"name": "check_manifest", "arguments": {"manifest": POD}},
            {"name": "fix_manifest", "arguments": {"manifest": POD}},
            {"name": "explain_rule", "arguments": {"id": "host-port"}},
            {"name": "list_rules", "arguments": {}},
            {"name": "describe_generator", "arguments": {"kind": "namespace"}},
            {"name": "generate", "arguments": {"kind": "namespace", "options": {"names": ["team-a"]}}},
            {"name": "simulate", "arguments": {"kind": "pod-security", "text": POD}},
            {"name": "check_cluster", "arguments": {"namespace": "kube-system"}},
            {"name": "plan_namespace", "arguments": {"namespace": "kube-system"}},
            {"name": "get_kubernetes_resources", "arguments": {"apiVersion": "v1", "kind": "ServiceAccount", "namespace": "kube-system"}},
            {"name": "explain_rule", "arguments": {"id": "no-such-rule"}},
            {"name": "check_manifest", "arguments": {}},
            {"name": "no_such_tool", "arguments": {}},
        ],
        "prompts": [{"name": "harden-namespace", "arguments": {"namespace": "team-a"}}],
        "read": ["harden://rules/host-port"],
    })
}

/// So many of the questions, the last ones, are mistakes.
const BAD: usize = 3;

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  hostPID: true\n  containers:\n  - {name: app, image: web}\n";

/// What must be the same whoever asks, and however.
fn comparable(mut told: Value) -> Value {
    // The SDKs name and word errors of the protocol each in their way; the words are the server's.
    for call in told["calls"].as_array_mut().unwrap() {
        if let Some(message) = call["message"].as_str() {
            let words = message.trim_start_matches("MCP error -32602: ").to_owned();
            call["message"] = words.into();
        }
        strip_times(call);
    }
    let fields = told.as_object_mut().unwrap();
    fields.remove("protocol");
    fields.remove("parallel");
    // A server that stays keeps reports of those who asked before.
    let resources = fields["resources"].as_array_mut().unwrap();
    resources.retain(|it| !it.as_str().unwrap().starts_with("harden://reports/"));
    for tool in fields["tools"].as_array_mut().unwrap() {
        let kept = ["name", "title", "description", "inputSchema", "outputSchema"];
        let tool = tool.as_object_mut().unwrap();
        let kept: Map<_, _> =
            kept.iter().map(|it| ((*it).to_owned(), tool.remove(*it).unwrap())).collect();
        *tool = kept;
    }
    told
}

/// Two readings of a cluster are made at two times.
fn strip_times(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for key in ["time", "resourceVersion"] {
                fields.remove(key);
            }
            fields.values_mut().for_each(strip_times);
        }
        Value::Array(items) => items.iter_mut().for_each(strip_times),
        _ => {}
    }
}

#[test]
fn every_official_client_is_told_the_same_over_both_transports_and_in_both_protocols() {
    let (Some(plane), Some(clients)) = (ControlPlane::shared(), Clients::new()) else { return };
    let served = Served::start(plane);
    let mut first = None::<Value>;
    for program in &PROGRAMS {
        for (era, protocol) in PROTOCOLS {
            if era == "modern" && !program.is_modern {
                continue;
            }
            for is_http in [false, true] {
                let mut task = questions();
                task["era"] = era.into();
                let parallel = PARALLEL[usize::from(first.is_some())];
                task["parallel"] = parallel.into();
                if is_http {
                    task["url"] = served.url.clone().into();
                    task["token"] = TOKEN.into();
                } else {
                    task["command"] = json!([env!("CARGO_BIN_EXE_kubectl-harden"), "mcp"]);
                    task["environment"] = json!({"KUBECONFIG": plane.kubeconfig()});
                }
                let told = clients.ask(program, &task);
                let who = format!("{} {era}, http: {is_http}", program.file);
                if let Some(spoken) = told["protocol"].as_str() {
                    assert_eq!(spoken, protocol, "{who}");
                }
                assert_eq!(told["parallel"], parallel, "{who}");
                let answers = told["calls"].as_array().unwrap();
                let (good, bad) = answers.split_at(answers.len() - BAD);
                let is_good = |it: &Value| it["isError"] == false;
                assert!(
                    good.iter().all(is_good),
                    "{who}: {:#?}",
                    good.iter().find(|it| !is_good(it))
                );
                assert!(!bad.iter().any(is_good), "{who}: {bad:#?}");
                let told = comparable(told);
                match &first {
                    None => first = Some(told),
                    Some(first) => {
                        for (key, value) in told.as_object().unwrap() {
                            assert_eq!(value, &first[key], "{who}: {key}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn the_inspector_finds_nothing_wrong_with_any_tool() {
    let Some(clients) = Clients::new() else { return };
    for era in ["legacy", "modern"] {
        let mut inspector = clients.inspector();
        inspector.args(["--protocol-era", era, "--method", "tools/list", "--strict"]);
        let output = inspector
            .args([env!("CARGO_BIN_EXE_kubectl-harden"), "mcp", "--allow-apply"])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{era}: {said}");
        assert!(!said.contains("Warning") && !said.contains("Error"), "{era}: {said}");
        let list: Value = serde_json::from_slice(&output.stdout).unwrap();
        let size = serde_json::to_string(&list).unwrap().len();
        assert!(size < 29_000, "tools/list is {size} bytes");
        assert!(list["tools"].as_array().unwrap().len() >= 11, "{list}");
    }
}
