//! Files whose lines are passwords.

use super::{Credential, values};

/// Adds the secrets of a file that is known by its name.
pub(super) fn find<'t>(name: &str, text: &'t str, found: &mut Vec<Credential<'t>>) {
    let end = name.rsplit(['.', '/']).next().unwrap_or_default();
    let read = match end {
        "pgpass" => pgpass,
        "acl" => acl,
        "txt" if name.ends_with("userlist.txt") => userlist,
        "htpasswd" | "users" | "auth" | "shadow" | "basic_auth" => htpasswd,
        _ => return,
    };
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end();
        if let Some((value, what)) = Some(content).filter(|it| !it.starts_with('#')).and_then(read)
        {
            let at = start + content.len() - value.len();
            found.push(Credential { name: "", what, span: at..at + value.len() });
        }
        start += line.len();
    }
}

/// `host:port:database:user:password`.
fn pgpass(line: &str) -> Option<(&str, &'static str)> {
    let (_, password) =
        line.split_once(':')?.1.split_once(':')?.1.split_once(':')?.1.split_once(':')?;
    values::can_be_password(password).then_some((password, "a password"))
}

/// `"user" "password"`, as PgBouncer reads it; the quote at the end stays.
fn userlist(line: &str) -> Option<(&str, &'static str)> {
    let (_, password) = line.split_once("\" \"")?;
    values::can_be_password(password.trim_end_matches('"')).then_some((password, "a password"))
}

/// `user app on >password`, as Redis reads it; what follows stays.
fn acl(line: &str) -> Option<(&str, &'static str)> {
    let (_, rest) = line.strip_prefix("user ")?.split_once(" >")?;
    let password = rest.split_whitespace().next()?;
    values::can_be_password(password).then_some((rest, "a password"))
}

/// `user:hash`.
fn htpasswd(line: &str) -> Option<(&str, &'static str)> {
    let (_, hash) = line.split_once(':')?;
    let is_hash = values::is_crypt(hash) || hash.starts_with("{SHA}") || hash.starts_with("{SSHA}");
    is_hash.then_some((hash, "the hash of a password"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_the_name_of_the_file_says() {
        for (name, text, secrets) in [
            (
                ".pgpass",
                "# a\ndb:5432:app:app:hunter22\n*:*:*:b:hunter23\n",
                vec!["hunter22", "hunter23"],
            ),
            (".pgpass", "db:5432:app:app:$(PW)\n", vec![]),
            ("htpasswd", "app:$apr1$abcdefgh$0123\n", vec!["$apr1$abcdefgh$0123"]),
            ("users.acl", "user app on >hunter22\n", vec!["hunter22"]),
            ("userlist.txt", "\"app\" \"hunter22\"\n", vec!["hunter22\""]),
            ("hosts", "db:5432:app:app:hunter22\n", vec![]),
        ] {
            let mut found = Vec::new();
            find(name, text, &mut found);
            let found: Vec<_> = found.into_iter().map(|it| &text[it.span]).collect();
            assert_eq!(found, secrets, "{text}");
        }
    }
}
