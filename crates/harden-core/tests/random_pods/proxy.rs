//! Creating objects without storing them, with `kubectl proxy` in between: unlike `kubectl create`,
//! which repeats no warning, it tells each answer whole.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Stdio};

use harness::ControlPlane;
use serde_json::Value;

/// A running `kubectl proxy`, ended when dropped.
pub(crate) struct Proxy {
    process: Child,
    address: String,
    _stdout: BufReader<ChildStdout>,
}

/// What the server says to an object that it is to create.
pub(crate) struct Reply {
    /// The status of HTTP.
    pub(crate) code: u16,
    /// The message of a rejection.
    pub(crate) message: String,
    /// The warnings, without code and agent.
    pub(crate) warnings: Vec<String>,
}

impl Proxy {
    /// Starts a proxy with the rights of an administrator.
    pub(crate) fn start(plane: &ControlPlane) -> Self {
        let mut command = plane.kubectl(["proxy", "--port=0"]);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let address = line.trim_end().rsplit(' ').next().unwrap().to_owned();
        Self { process, address, _stdout: stdout }
    }

    /// Asks for an object to be created in all but storing it.
    pub(crate) fn create(&self, path: &str, object: &str) -> Reply {
        read(&self.ask("POST", &format!("{path}?dryRun=All"), object))
    }

    /// The same, where what cannot be decoded strictly is rejected.
    pub(crate) fn create_strictly(&self, path: &str, object: &str) -> Reply {
        let target = format!("{path}?dryRun=All&fieldValidation=Strict");
        read(&self.ask("POST", &target, object))
    }

    /// What the server has at a path.
    pub(crate) fn get(&self, path: &str) -> Value {
        let answer = self.ask("GET", path, "");
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    /// What the server answers to an object that it does not store.
    pub(crate) fn post(&self, path: &str, object: &str) -> Value {
        let answer = self.ask("POST", path, object);
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    fn ask(&self, method: &str, target: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        // The version of HTTP that ends an answer by closing the connection.
        let head = format!(
            "{method} {target} HTTP/1.0\r\nHost: localhost\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn read(answer: &str) -> Reply {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let code = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let warnings = lines.filter_map(|line| line.strip_prefix("Warning: 299 - ")).map(unquoted);
    // What is no JSON is the message itself.
    let message = match serde_json::from_str::<Value>(body) {
        Ok(status) => status["message"].as_str().unwrap_or("").to_owned(),
        Err(_) => body.to_owned(),
    };
    Reply { code, message, warnings: warnings.collect() }
}

/// A quoted string of HTTP, in which a backslash makes the next character mean itself.
fn unquoted(text: &str) -> String {
    let inner = text.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap();
    let mut characters = inner.chars();
    let mut unquoted = String::new();
    while let Some(next) = characters.next() {
        unquoted.push(if next == '\\' { characters.next().unwrap() } else { next });
    }
    unquoted
}
