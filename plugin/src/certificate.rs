//! What is wrong with a connection, in words: whose certificate a server shows, and why it is not taken.

mod presented;

use std::io;
use std::time::Duration;

use http::Uri;
use rustls::{AlertDescription, CertificateError, Error};

pub(crate) use presented::{Certificate, expiry};

/// How long a server may take to show its certificate once more.
const PATIENCE: Duration = Duration::from_secs(5);

/// The fault of TLS that is behind an error, if that is what it is.
pub(crate) fn fault_in<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a Error> {
    chain(error).find_map(|it| it.downcast_ref())
}

/// What a fault of TLS means, for a server whose certificate is looked at once more.
pub(crate) fn words_at(url: &str, fault: &Error) -> String {
    let uri = url.parse::<Uri>().unwrap_or_default();
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let is_about_it = matches!(fault, Error::InvalidCertificate(_));
    let port = uri.port_u16().unwrap_or(443);
    let shown = is_about_it.then(|| Certificate::of_server(host, port, PATIENCE)).flatten();
    words(host, fault, shown.as_ref())
}

pub(crate) fn words(host: &str, fault: &Error, shown: Option<&Certificate>) -> String {
    let whose = shown
        .map_or_else(String::new, |it| format!(" (of {}, issued by {})", it.subject, it.issuer));
    match fault {
        Error::InvalidCertificate(error) => match error {
            CertificateError::UnknownIssuer => {
                format!("its certificate{whose} is not from an authority that is trusted here")
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                let names = shown.map(|it| it.names.join(", ")).filter(|it| !it.is_empty());
                let names = names.map_or_else(String::new, |it| format!(", only for {it}"));
                format!("its certificate{whose} is not for {host}{names}")
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                let day = shown.map_or_else(String::new, |it| format!(" on {}", it.not_after));
                format!("its certificate{whose} expired{day}")
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                let day = shown.map_or_else(String::new, |it| format!(" before {}", it.not_before));
                format!("its certificate{whose} is not valid yet{day}: is the clock right?")
            }
            CertificateError::Revoked => format!("its certificate{whose} was revoked"),
            _ => format!("its certificate{whose} is not valid"),
        },
        Error::AlertReceived(
            AlertDescription::CertificateRequired
            | AlertDescription::BadCertificate
            | AlertDescription::UnknownCA
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::AccessDenied,
        ) => "it does not accept our client certificate".to_owned(),
        Error::InvalidMessage(_) => "it does not speak TLS: is https right?".to_owned(),
        _ => "no secure connection could be agreed on".to_owned(),
    }
}

/// What an error means that may have one of the network behind it.
pub(crate) fn io_words(error: &(dyn std::error::Error + 'static)) -> &'static str {
    // The resolver of the system has no kind of its own.
    if chain(error).any(|it| it.to_string().starts_with("failed to lookup address")) {
        return UNKNOWN_NAME;
    }
    let words = chain(error).find_map(|it| it.downcast_ref().and_then(kind_words));
    words.unwrap_or("the connection failed")
}

/// There is no address of this name.
pub(crate) const UNKNOWN_NAME: &str = "its name is not known: no address was found for it";

fn kind_words(error: &io::Error) -> Option<&'static str> {
    use io::ErrorKind;

    Some(match error.kind() {
        ErrorKind::ConnectionRefused => "the connection was refused: nothing listens there",
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            "the connection was cut"
        }
        ErrorKind::UnexpectedEof => "the connection was closed before the answer",
        ErrorKind::TimedOut | ErrorKind::WouldBlock => "the connection timed out",
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => {
            "there is no way to it through the network"
        }
        ErrorKind::AddrNotAvailable => "it has no address that can be reached from here",
        _ => return None,
    })
}

/// An error, and those behind it.
pub(crate) fn chain<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| {
        let error: &'a (dyn std::error::Error + 'static) = *error;
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        inner.map(|it| it as &(dyn std::error::Error + 'static)).or_else(|| error.source())
    })
}
