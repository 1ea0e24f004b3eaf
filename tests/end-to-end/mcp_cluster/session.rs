//! A client of `kubectl harden mcp` that remembers every byte that was said.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use harness::ControlPlane;
use serde_json::{Value, json};

use crate::cluster::harden_on;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_mins(5);

/// A server and its only client.
pub(crate) struct Session {
    child: Child,
    input: ChildStdin,
    lines: Receiver<String>,
    errors: JoinHandle<String>,
    /// All that was said on standard output.
    said: String,
    count: u64,
    /// What each tool says of its answers.
    schemas: BTreeMap<String, jsonschema::Validator>,
}

impl Session {
    /// Starts a server with these flags.
    pub(crate) fn start(plane: &ControlPlane, flags: &str) -> Self {
        let mut command = harden_on(plane);
        Self::of(command.arg("mcp").args(flags.split_whitespace()))
    }

    pub(crate) fn of(command: &mut Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut error = child.stderr.take().unwrap();
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        let errors = thread::spawn(move || {
            let mut text = String::new();
            let _ = error.read_to_string(&mut text);
            text
        });
        let mut session = Self {
            child,
            input,
            lines,
            errors,
            said: String::new(),
            count: 0,
            schemas: BTreeMap::new(),
        };
        let client = json!({"name": "test", "version": "1"});
        let begin =
            json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client});
        session.ask("initialize", &begin);
        session.write(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        let list = session.ask("tools/list", &json!({}));
        for tool in list["tools"].as_array().unwrap() {
            let schema = jsonschema::draft202012::new(&tool["outputSchema"]).unwrap();
            session.schemas.insert(tool["name"].as_str().unwrap().to_owned(), schema);
        }
        session
    }

    pub(crate) fn write(&mut self, message: &Value) {
        writeln!(self.input, "{message}").unwrap();
    }

    fn next(&mut self) -> Value {
        let line = self.lines.recv_timeout(PATIENCE).unwrap();
        self.said += &line;
        self.said += "\n";
        serde_json::from_str(&line).unwrap()
    }

    /// The result of a request, or its error.
    pub(crate) fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.count += 1;
        let id = self.count;
        self.write(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let message = self.next();
            if message["id"] == id {
                return message.get("result").or(message.get("error")).unwrap().clone();
            }
        }
    }

    /// What a tool answers.
    #[track_caller]
    pub(crate) fn call(&mut self, tool: &str, arguments: &Value) -> Value {
        let result = self.ask("tools/call", &json!({"name": tool, "arguments": arguments}));
        assert_ne!(result["isError"], true, "{result}");
        let answer = &result["structuredContent"];
        if let Err(error) = self.schemas[tool].validate(answer) {
            panic!("{tool} {arguments}: {error}\n{answer}");
        }
        answer.clone()
    }

    /// The one sentence in which a tool refuses a call.
    #[track_caller]
    pub(crate) fn refused(&mut self, tool: &str, arguments: &Value) -> String {
        let result = self.ask("tools/call", &json!({"name": tool, "arguments": arguments}));
        let text = if result["isError"] == true {
            &result["content"][0]["text"]
        } else {
            &result["message"]
        };
        let text = text.as_str().unwrap_or_else(|| panic!("{result}")).to_owned();
        assert!(!text.contains('\n'), "{text}");
        text
    }

    /// What a tool answers to many calls at once, in the order of the calls.
    pub(crate) fn call_all(&mut self, tool: &str, arguments: &[Value]) -> Vec<Value> {
        let first = self.count + 1;
        for (id, arguments) in (first..).zip(arguments) {
            let params = json!({"name": tool, "arguments": arguments});
            self.write(
                &json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params}),
            );
        }
        self.count += arguments.len() as u64;
        let mut results = BTreeMap::new();
        while results.len() < arguments.len() {
            let message = self.next();
            if let Some(id) = message["id"].as_u64() {
                results.insert(id, message["result"].clone());
            }
        }
        results.into_values().collect()
    }

    /// Ends the server; returns all that it said, its log included.
    pub(crate) fn end(self) -> String {
        let Self { mut child, input, errors, said, .. } = self;
        drop(input);
        child.wait().unwrap();
        said + &errors.join().unwrap()
    }
}
