//! Go's URLs, as far as the API server rejects them.

use std::net::Ipv6Addr;

use crate::pod_security::go_quoted;

/// The scheme of a URL, in lower case; the error is Go's.
pub(super) fn scheme(url: &str) -> Result<String, String> {
    let (main, fragment) = url.split_once('#').unwrap_or((url, ""));
    let failed = |url: &str, what: String| format!("parse {}: {what}", go_quoted(url));
    let scheme = parse(main).map_err(|what| failed(main, what))?;
    check_escapes(fragment, false).map_err(|what| failed(url, what))?;
    Ok(scheme)
}

fn parse(url: &str) -> Result<String, String> {
    if url.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
        return Err("net/url: invalid control character in URL".to_owned());
    }
    if url == "*" {
        return Ok(String::new());
    }
    let (scheme, rest) = split_scheme(url)?;
    let rest = rest.split_once('?').map_or(rest, |(path, _)| path);
    if !rest.starts_with('/') {
        let segment = rest.split('/').next().unwrap_or_default();
        if !scheme.is_empty() {
            return Ok(scheme);
        }
        if segment.contains(':') {
            return Err("first path segment in URL cannot contain colon".to_owned());
        }
    }
    let mut path = rest;
    let has_authority = !scheme.is_empty() || !rest.starts_with("///");
    if let Some(after) = rest.strip_prefix("//").filter(|_| has_authority) {
        let end = after.find('/').unwrap_or(after.len());
        let (authority, left) = after.split_at_checked(end).unwrap_or((after, ""));
        check_authority(&scheme, authority)?;
        path = left;
    }
    check_escapes(path, false)?;
    Ok(scheme)
}

fn split_scheme(url: &str) -> Result<(String, &str), String> {
    for (index, byte) in url.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if index > 0 => {}
            b':' if index == 0 => return Err("missing protocol scheme".to_owned()),
            b':' => {
                let (scheme, rest) = url.split_once(':').unwrap_or_default();
                return Ok((scheme.to_ascii_lowercase(), rest));
            }
            _ => break,
        }
    }
    Ok((String::new(), url))
}

fn check_authority(scheme: &str, authority: &str) -> Result<(), String> {
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    check_host(scheme, host)?;
    let Some(user) = user else { return Ok(()) };
    let is_valid = |c: char| c.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(c);
    if !user.chars().all(is_valid) {
        return Err("net/url: invalid userinfo".to_owned());
    }
    check_escapes(user, false)
}

fn check_host(scheme: &str, host: &str) -> Result<(), String> {
    let port = match host.rfind('[') {
        Some(0) => {
            let Some((literal, port)) = host.rsplit_once(']') else {
                return Err("missing ']' in host".to_owned());
            };
            check_port(port)?;
            let literal = literal.trim_start_matches('[');
            let address = literal.split_once("%25").map_or(literal, |(address, _)| address);
            return match address.parse::<Ipv6Addr>() {
                Ok(_) => Ok(()),
                Err(_) => Err("invalid IP-literal".to_owned()),
            };
        }
        Some(_) => return Err("invalid IP-literal".to_owned()),
        None if matches!(scheme, "http" | "https") => host.find(':'),
        None => host.rfind(':'),
    };
    check_port(port.and_then(|at| host.get(at..)).unwrap_or_default())?;
    check_escapes(host, true)
}

fn check_port(port: &str) -> Result<(), String> {
    let digits = port.strip_prefix(':');
    let is_valid = digits.is_some_and(|it| it.bytes().all(|byte| byte.is_ascii_digit()));
    if port.is_empty() || is_valid {
        return Ok(());
    }
    Err(format!("invalid port {} after host", go_quoted(port)))
}

fn check_escapes(text: &str, is_host: bool) -> Result<(), String> {
    let mut bytes = text.bytes().enumerate();
    while let Some((index, byte)) = bytes.next() {
        let allowed = byte >= 0x80
            || byte.is_ascii_alphanumeric()
            || b"-_.~!$&'()*+,;=:[]<>\"".contains(&byte);
        if byte == b'%' {
            let digits = text.get(index + 1..index + 3).unwrap_or_default();
            let code = u8::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'));
            if code.is_none_or(|it| is_host && it < 0x80 && digits != "25") {
                let escape = text.get(index..(index + 3).min(text.len())).unwrap_or("%");
                return Err(format!("invalid URL escape {}", go_quoted(escape)));
            }
            bytes.nth(1);
        } else if is_host && !allowed {
            let character = char::from(byte).to_string();
            return Err(format!("invalid character {} in host name", go_quoted(&character)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_are_what_stands_before_the_first_colon() {
        for (url, expected) in [
            ("unix:///var/run/kms.sock", "unix"),
            ("UNIX:///x", "unix"),
            ("/var/run/kms.sock", ""),
            ("var/run:kms", ""),
            ("unix:@kms", "unix"),
            ("tcp://127.0.0.1:80", "tcp"),
        ] {
            assert_eq!(scheme(url).as_deref(), Ok(expected), "{url}");
        }
    }

    #[test]
    fn what_is_no_url_is_rejected_in_gos_words() {
        for (url, expected) in [
            (":x", "missing protocol scheme"),
            ("1a:b", "first path segment in URL cannot contain colon"),
            ("tcp://host:port", r#"invalid port ":port" after host"#),
            ("unix:///%zz", r#"invalid URL escape "%zz""#),
            ("tcp://a b", r#"invalid character " " in host name"#),
        ] {
            assert_eq!(scheme(url), Err(format!("parse {url:?}: {expected}")));
        }
    }
}
