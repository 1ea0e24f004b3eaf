//! A server that answers as a test says, over TLS or not: what a real one does on bad days only.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// An authority of its own, which nobody trusts unless told to.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

/// What a certificate says.
pub(crate) struct Certificate<'a> {
    /// Whose it is.
    pub(crate) name: &'a str,
    /// The hosts that it is for.
    pub(crate) hosts: &'a [&'a str],
    /// The last year in which it holds.
    pub(crate) until: i32,
}

/// For this machine, and valid.
pub(crate) const SOUND: Certificate<'_> =
    Certificate { name: "mock", hosts: &["127.0.0.1", "localhost"], until: 2090 };

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// Its certificate, for those who are to trust it.
    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    fn configuration(&self, certificate: &Certificate<'_>) -> Arc<ServerConfig> {
        let hosts: Vec<_> = certificate.hosts.iter().map(|it| (*it).to_owned()).collect();
        let mut params = CertificateParams::new(hosts).unwrap();
        params.distinguished_name.push(DnType::CommonName, certificate.name);
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(certificate.until, 6, 30);
        let key = KeyPair::generate().unwrap();
        let signed = params.signed_by(&key, &self.0).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider);
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        let chain = vec![signed.der().clone()];
        Arc::new(builder.with_no_client_auth().with_single_cert(chain, key).unwrap())
    }
}

/// A stream to whoever asked.
pub(crate) trait Stream: Read + Write {}

impl<T: Read + Write> Stream for T {}

/// Serves until the tests end; `answer` is told how many requests came before, and the line of the request.
/// Returns the address with its scheme.
pub(crate) fn serve(
    authority: Option<(&Authority, &Certificate<'_>)>,
    answer: impl Fn(usize, &str, &mut dyn Stream) + Send + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let scheme = if authority.is_some() { "https" } else { "http" };
    let address = format!("{scheme}://{}", listener.local_addr().unwrap());
    let tls = authority.map(|(authority, certificate)| authority.configuration(certificate));
    thread::spawn(move || {
        let mut number = 0;
        for stream in listener.incoming().flatten() {
            let mut stream: Box<dyn Stream> = match &tls {
                Some(tls) => {
                    let connection = ServerConnection::new(Arc::clone(tls)).unwrap();
                    Box::new(StreamOwned::new(connection, stream))
                }
                None => Box::new(stream),
            };
            // A handshake that was given up is no request.
            if let Some(line) = head(&mut *stream) {
                answer(number, &line, &mut *stream);
                let _ = stream.flush();
                number += 1;
            }
        }
    });
    address
}

/// The first line of a request, of which all is read: what is left when the connection is closed resets it, and
/// the answer may be lost.
fn head(stream: &mut dyn Stream) -> Option<String> {
    let mut reader = BufReader::with_capacity(1, stream);
    let mut lines = reader.by_ref().lines();
    let first = lines.next()?.ok()?;
    let mut length = 0;
    while let Some(line) = lines.next().and_then(Result::ok).filter(|it| !it.is_empty()) {
        let (name, value) = line.split_once(':').unwrap_or_default();
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = Vec::new();
    reader.take(length).read_to_end(&mut body).ok()?;
    Some(first)
}

/// Writes an answer of a status, with headers each of which ends its line.
pub(crate) fn respond(stream: &mut dyn Stream, status: &str, headers: &str, body: &str) {
    let length = body.len();
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
}

/// An address at which nothing listens.
pub(crate) fn nowhere() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// A server that says the same to everybody, whatever they say.
pub(crate) fn deaf(words: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(words.as_bytes());
        }
    });
    address
}

/// A server that closes every connection at once.
pub(crate) fn closing() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || listener.incoming().flatten().for_each(|it: TcpStream| drop(it)));
    address
}
