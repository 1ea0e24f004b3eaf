//! A server that answers as a test says: what a registry does on bad days, or for bad people.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What was asked.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// `GET /v2/`.
    pub(super) line: String,
    pub(super) authorization: Option<String>,
    pub(super) body: String,
}

/// What is answered.
pub(super) enum Reply {
    /// A status with headers, each of which ends its line, and a body.
    Whole(&'static str, String, Vec<u8>),
    /// So many bytes of a body that is said to be longer, then the end.
    Cut(usize),
    /// A byte of a body now and then.
    Slow,
    /// A body without an end.
    Endless,
    /// Nothing, for long.
    Silent,
    /// Something else than HTTP.
    Nonsense,
    /// The end at once.
    Closed,
}

pub(super) fn reply(status: &'static str, headers: &str, body: &str) -> Reply {
    Reply::Whole(status, headers.to_owned(), body.as_bytes().to_vec())
}

/// A server with what it was asked.
pub(super) struct Server {
    pub(super) host: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    /// The authority whose certificate it shows, as PEM.
    pub(super) authority: Option<Vec<u8>>,
}

impl Server {
    /// Serves until the tests end.
    pub(super) fn start(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        Self::serve(None, answer)
    }

    /// The same over TLS, of an authority of its own.
    pub(super) fn start_tls(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        let signed = params.signed_by(&key, &authority).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let builder =
            ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        let tls = builder.with_single_cert(vec![signed.der().clone()], key).unwrap();
        let mut server = Self::serve(Some(Arc::new(tls)), answer);
        server.authority = Some(authority.pem().into_bytes());
        server
    }

    fn serve(
        tls: Option<Arc<ServerConfig>>,
        answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (all, answer) = (Arc::clone(&asked), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (tls, all, answer) = (tls.clone(), Arc::clone(&all), Arc::clone(&answer));
                thread::spawn(move || match tls {
                    Some(tls) => {
                        let connection = ServerConnection::new(tls).unwrap();
                        talk(StreamOwned::new(connection, stream), &all, &*answer);
                    }
                    None => talk(stream, &all, &*answer),
                });
            }
        });
        Self { host, asked, authority: None }
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// How often something was asked for that contains this.
    pub(super) fn times(&self, what: &str) -> usize {
        self.asked().iter().filter(|it| it.line.contains(what)).count()
    }
}

/// A server at which nothing listens any more.
pub(super) fn nowhere() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

fn talk(stream: impl Read + Write, all: &Mutex<Vec<Asked>>, answer: &dyn Fn(&Asked) -> Reply) {
    let mut reader = BufReader::new(stream);
    while let Some(asked) = read(&mut reader) {
        let is_head = asked.line.starts_with("HEAD");
        let reply = answer(&asked);
        all.lock().unwrap().push(asked);
        if write(reader.get_mut(), reply, is_head).is_none() {
            return;
        }
    }
}

fn read(reader: &mut impl std::io::BufRead) -> Option<Asked> {
    let mut lines = reader.by_ref().lines();
    let line = lines.next()?.ok()?;
    let (mut length, mut authorization) = (0, None);
    while let Some(line) = lines.next().and_then(Result::ok).filter(|it| !it.is_empty()) {
        let (name, value) = line.split_once(':').unwrap_or_default();
        match &*name.to_ascii_lowercase() {
            "content-length" => length = value.trim().parse().unwrap_or(0),
            "authorization" => authorization = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    let mut body = String::new();
    reader.take(length).read_to_string(&mut body).ok()?;
    Some(Asked { line: line.trim_end_matches(" HTTP/1.1").to_owned(), authorization, body })
}

/// `None` where the connection is to end.
fn write(stream: &mut impl Write, reply: Reply, is_head: bool) -> Option<()> {
    let mut say = |bytes: &[u8]| stream.write_all(bytes).and_then(|()| stream.flush()).ok();
    match reply {
        Reply::Whole(status, headers, body) => {
            say(format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", body.len())
                .as_bytes())?;
            if is_head { Some(()) } else { say(&body) }
        }
        Reply::Cut(length) => {
            say(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")?;
            say(&vec![b' '; length])?;
            None
        }
        Reply::Slow => {
            say(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")?;
            for _ in 0..600 {
                say(b" ")?;
                thread::sleep(Duration::from_millis(100));
            }
            None
        }
        Reply::Endless => {
            say(b"HTTP/1.1 200 OK\r\n\r\n")?;
            for _ in 0..4096 {
                say(&vec![b' '; 1 << 16])?;
            }
            None
        }
        Reply::Silent => {
            thread::sleep(Duration::from_mins(1));
            None
        }
        Reply::Nonsense => {
            say(b"SSH-2.0-OpenSSH\r\n\r\n")?;
            None
        }
        Reply::Closed => None,
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // What still listens keeps no test from ending.
        let _ = TcpStream::connect(&self.host);
    }
}
