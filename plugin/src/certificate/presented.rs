//! The certificate that a server shows, to say whose it is.

use std::net::{TcpStream, ToSocketAddrs as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme,
};
use x509_parser::prelude::{ASN1Time, FromDer as _, GeneralName, X509Certificate, X509Name};

/// What a certificate says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Certificate {
    /// Whose it is.
    pub(super) subject: String,
    /// Who says so.
    pub(super) issuer: String,
    /// The hosts that it is for.
    pub(super) names: Vec<String>,
    /// The first day on which it holds, as YYYY-MM-DD.
    pub(super) not_before: String,
    /// The last day on which it holds.
    pub(super) not_after: String,
}

impl Certificate {
    /// Connects once more, to see the certificate of a server that is not trusted. Nothing is sent to it: the
    /// connection is given up as soon as it has shown the certificate.
    pub(super) fn of_server(host: &str, port: u16, timeout: Duration) -> Option<Self> {
        let address = (host, port).to_socket_addrs().ok()?.next()?;
        let mut stream = TcpStream::connect_timeout(&address, timeout).ok()?;
        stream.set_read_timeout(Some(timeout)).ok()?;
        stream.set_write_timeout(Some(timeout)).ok()?;
        let onlooker = Arc::new(Onlooker::default());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .ok()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&onlooker) as Arc<dyn ServerCertVerifier>)
            .with_no_client_auth();
        let name = ServerName::try_from(host.to_owned()).ok()?;
        let mut connection = ClientConnection::new(Arc::new(config), name).ok()?;
        // It ends with an error, because the onlooker trusts nobody.
        drop(connection.complete_io(&mut stream));
        let seen = onlooker.seen.lock().unwrap_or_else(PoisonError::into_inner);
        Self::read(seen.as_deref()?)
    }

    fn read(der: &[u8]) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let names = certificate.subject_alternative_name().ok().flatten();
        let names = names.iter().flat_map(|it| &it.value.general_names);
        Some(Self {
            subject: name(certificate.subject()),
            issuer: name(certificate.issuer()),
            names: names.filter_map(host).map(|it| plain(&it)).collect(),
            not_before: day(certificate.validity().not_before),
            not_after: day(certificate.validity().not_after),
        })
    }
}

/// Until when the first certificate of a file in PEM holds, in seconds since 1970.
pub(crate) fn expiry(pem: &[u8]) -> Option<i64> {
    let (_, pem) = x509_parser::pem::parse_x509_pem(pem).ok()?;
    Some(pem.parse_x509().ok()?.validity().not_after.timestamp())
}

/// The common name, or all of the name where it has none.
fn name(name: &X509Name<'_>) -> String {
    let common = name.iter_common_name().next().and_then(|it| it.as_str().ok());
    let text = common.map_or_else(|| name.to_string(), str::to_owned);
    if text.is_empty() { "nobody".to_owned() } else { plain(&text) }
}

fn host(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => match <[u8; 4]>::try_from(*bytes) {
            Ok(four) => Some(std::net::Ipv4Addr::from(four).to_string()),
            Err(_) => {
                <[u8; 16]>::try_from(*bytes).ok().map(|it| std::net::Ipv6Addr::from(it).to_string())
            }
        },
        _ => None,
    }
}

/// A text of a stranger, of one line and of moderate length.
fn plain(text: &str) -> String {
    text.chars().filter(|it| !it.is_control()).take(100).collect()
}

fn day(time: ASN1Time) -> String {
    let day = jiff::Timestamp::from_second(time.timestamp());
    day.map_or_else(
        |_| "a day of no calendar".to_owned(),
        |it| it.to_zoned(jiff::tz::TimeZone::UTC).date().to_string(),
    )
}

/// Looks at certificates, and trusts none.
#[derive(Debug, Default)]
struct Onlooker {
    seen: Mutex<Option<Vec<u8>>>,
}

impl ServerCertVerifier for Onlooker {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(end_entity.to_vec());
        Err(CertificateError::ApplicationVerificationFailure.into())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(CertificateError::ApplicationVerificationFailure.into())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(CertificateError::ApplicationVerificationFailure.into())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let provider = rustls::crypto::ring::default_provider();
        provider.signature_verification_algorithms.supported_schemes()
    }
}
