//! `playground`: the page that the command carries, served to this machine.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;

use crate::harden::{command, line};

#[test]
fn the_page_is_served_or_it_is_said_how_to_get_it() {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/dist/index.html.gz");
    if !dist.exists() || !cfg!(feature = "live") {
        let rejected = line("playground --no-open").rejected();
        assert!(rejected.contains("cargo xtask web") || rejected.contains("`live`"), "{rejected}");
        return;
    }
    let mut words = command();
    words.args(["playground", "--no-open"]).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut server = words.spawn().expect("the command starts");
    let mut address = String::new();
    let output = server.stdout.take().expect("standard output is piped");
    BufReader::new(output).read_line(&mut address).expect("an address is printed");
    let host = address.trim().trim_start_matches("http://").trim_end_matches('/').to_owned();
    let ask = |path: &str, host_name: &str| {
        let mut stream = TcpStream::connect(&host).expect("it listens");
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: {host_name}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("it hears");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("it answers");
        String::from_utf8_lossy(&answer).into_owned()
    };
    let (page, elsewhere) = (ask("/", &host), ask("/", "example.com"));
    let engine = ask("/engine_bg.wasm", &host);
    server.kill().expect("it can be stopped");
    server.wait().expect("it ends");
    assert!(page.starts_with("HTTP/1.1 200 OK"), "{page}");
    assert!(page.contains("content-type: text/html"), "{page}");
    assert!(engine.contains("content-type: application/wasm"), "not served");
    assert!(elsewhere.starts_with("HTTP/1.1 404"), "{elsewhere}");
}
