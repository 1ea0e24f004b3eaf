//! Hosts that a text names, with their ports: in addresses, connection strings and settings.

/// A host that a text names. What stands around it, such as a password, is not kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mention {
    /// The host, in lower case and without a dot at its end.
    pub(super) host: String,
    /// The port after it.
    pub(super) port: Option<u16>,
    /// The scheme before it, in lower case; empty where there is none.
    pub(super) scheme: String,
    /// How sure it is that a host is meant.
    pub(super) form: Form,
}

/// How sure it is that a host is meant by a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// The word stands somewhere.
    Word,
    /// The word is a value: all of the text, or all that follows a key.
    Value,
    /// There is a scheme before it.
    Address,
}

/// No text names as many hosts; more of them are words of another kind.
const MOST: usize = 20_000;

/// The hosts of a text, each once. `$(NAME)` is to be replaced before.
pub(super) fn mentions(text: &str) -> Vec<Mention> {
    let mut all = Vec::new();
    let is_one_line = !text.trim().contains('\n');
    for line in text.lines() {
        let start = line.trim_start();
        if !is_one_line && (start.starts_with('#') || start.starts_with("//")) {
            continue;
        }
        words(line, is_one_line, &mut all);
        if all.len() > MOST {
            break;
        }
    }
    all.sort();
    all.dedup();
    all
}

fn words(line: &str, is_one_line: bool, all: &mut Vec<Mention>) {
    let mut rest = line;
    while let Some(start) = rest.find(|it| !ends_word(it)) {
        let (before, from) = rest.split_at(start);
        let end = from.find(ends_word).unwrap_or(from.len());
        let (word, after) = from.split_at(end);
        let lead = line.get(..line.len() - from.len()).unwrap_or_default();
        rest = after;
        let ends_value = {
            let after = after.trim_start_matches(['"', '\'', ',', ';', ')', ']', '}']);
            let is_quoted = before.ends_with(['"', '\'']) && after.len() < rest.len();
            let is_listed = is_one_line && rest.starts_with(',');
            after.trim().is_empty() || is_quoted || is_listed || before.ends_with('=')
        };
        let follows_key = {
            let lead = lead.trim_end_matches(['"', '\'', '[', '{']);
            let bare = lead.trim_end();
            bare.is_empty() && is_one_line
                || bare.ends_with(['=', ':'])
                || is_one_line && bare.ends_with(',')
                || is_one_line && lead != bare
        };
        word_of(word, ends_value && follows_key, all);
    }
}

fn ends_word(it: char) -> bool {
    it.is_whitespace() || "\"'`,;|()<>[]{}=\\&$*!".contains(it)
}

fn word_of(word: &str, is_value: bool, all: &mut Vec<Mention>) {
    let mut add = |text: &str, port: Option<u16>, scheme: &str, form| {
        let host = text.trim_end_matches('.').to_ascii_lowercase();
        // A word alone says nothing.
        let is_telling = form != Form::Word || port.is_some() || host.contains('.');
        if is_telling && is_host(&host) {
            all.push(Mention { host, port, scheme: scheme.to_ascii_lowercase(), form });
        }
    };
    if let Some((before, after)) = word.split_once("://") {
        let of_scheme = |it: char| !it.is_ascii_alphanumeric() && !matches!(it, '+' | '-' | '.');
        let scheme = before.rsplit(of_scheme).next().unwrap_or_default();
        let authority = after.split(['/', '?', '#']).next().unwrap_or_default();
        let place = authority.rsplit('@').next().unwrap_or_default();
        let (host, port) = place.split_once(':').unwrap_or((place, ""));
        add(host, port.parse().ok().filter(|it| *it > 0), scheme, Form::Address);
        return;
    }
    let path = word.split('/').next().unwrap_or_default();
    let place = path.rsplit('@').next().unwrap_or_default();
    let mut parts = place.split(':').peekable();
    while let Some(part) = parts.next() {
        let port = parts.peek().and_then(|it| it.parse::<u16>().ok()).filter(|it| *it > 0);
        if port.is_some() {
            parts.next();
        }
        let is_last = parts.peek().is_none();
        // A folder of a path is no host, but a database behind a port is in one.
        let is_whole = path.len() == word.len() || port.is_some();
        if is_whole {
            add(part, port, "", if is_value && is_last { Form::Value } else { Form::Word });
        }
    }
}

/// Whether a text is a host name; numbers are none.
fn is_host(text: &str) -> bool {
    let is_label = |it: &str| {
        let plain = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_');
        !it.is_empty() && it.len() <= 63 && it.bytes().all(plain) && !it.starts_with('-')
    };
    let has_letter = text.bytes().any(|it| it.is_ascii_alphabetic());
    text.len() <= 253 && has_letter && text.split('.').all(is_label)
}

/// The port of a scheme, where it is known by everybody.
pub(super) fn port_of_scheme(scheme: &str) -> Option<u16> {
    Some(match scheme {
        "http" | "ws" => 80,
        "https" | "wss" => 443,
        "postgres" | "postgresql" => 5432,
        "mysql" | "mariadb" => 3306,
        "redis" | "rediss" => 6379,
        "amqp" => 5672,
        "amqps" => 5671,
        "mongodb" => 27017,
        "nats" => 4222,
        "ldap" => 389,
        "ldaps" => 636,
        "mqtt" => 1883,
        "mqtts" => 8883,
        "smtp" => 25,
        "smtps" => 465,
        "sqlserver" => 1433,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let all = mentions(text).into_iter().map(|it| {
            let port = it.port.map(|it| format!(":{it}")).unwrap_or_default();
            let scheme = if it.scheme.is_empty() { "" } else { "://" };
            let sign = match it.form {
                Form::Word => "?",
                Form::Value => "",
                Form::Address => "!",
            };
            format!("{}{scheme}{}{port}{sign}", it.scheme, it.host)
        });
        all.collect()
    }

    #[test]
    fn hosts_are_found_in_values_addresses_and_connection_strings() {
        for (text, expected) in [
            ("redis", &["redis"][..]),
            (" redis:6379 ", &["redis:6379"]),
            ("redis:6379/0", &["redis:6379"]),
            ("http://API.shop:8080/v1", &["http://api.shop:8080!"]),
            ("postgres://user:pa55@db:5432/app", &["postgres://db:5432!"]),
            ("jdbc:postgresql://db/app", &["postgresql://db!"]),
            ("user:secret@tcp(db:3306)/app", &["db:3306?"]),
            ("--server-addr=backend:5000", &["backend:5000"]),
            ("host=db port=5432", &["db"]),
            ("k-0.k:9092,k-1.k:9092", &["k-0.k:9092", "k-1.k:9092"]),
            ("name:https://svc:8443/debug", &["https://svc:8443!"]),
            ("a, b", &["a", "b"]),
            ("/etc/redis/redis.conf", &[]),
            ("bitnami/redis", &[]),
            ("10.0.0.1:80", &[]),
            ("8080", &[]),
            ("http://", &[]),
            ("", &[]),
            ("db.", &["db"]),
            ("http://db:0/", &["http://db!"]),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn nothing_is_kept_of_a_password() {
        for text in [
            "postgres://admin:hunter2@db:5432/app",
            "redis://:hunter2@db:6379",
            "https://hunter2@db/hooks/hunter2",
        ] {
            let all = shown(text);
            assert_eq!(all.len(), 1, "{all:?}");
            assert!(!all.concat().contains("hunter2"), "{all:?}");
        }
    }

    #[test]
    fn comments_and_prose_of_files_are_no_values() {
        let text = "# redis\nhost: redis\n// cache\nsee the cache\nurl: http://api/\n";
        assert_eq!(shown(text), ["http://api!", "redis"]);
        assert_eq!(shown("{\n \"host\": \"redis\",\n \"a\": \"b\"\n}"), ["b", "redis"]);
    }
}
