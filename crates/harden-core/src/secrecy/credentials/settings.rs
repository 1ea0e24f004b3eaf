//! What a text sets: `name: value`, `name=value`, `"name": "value"`, `NAME 'value'`.

use std::ops::Range;

use super::{Credential, Language, identify_by_name, names, values};

/// Lines that are longer are data.
const LONGEST: usize = 1 << 16;

/// What a value that is the account of a registry is.
const REGISTRY: &str = "the password of a registry";

/// Adds the secrets that are set.
pub(super) fn find<'t>(text: &'t str, language: Language, found: &mut Vec<Credential<'t>>) {
    let mut start = 0;
    // The name of a pair of which the value is on a line of its own.
    let mut named: Option<(&str, u8)> = None;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        let lead = content.trim_start();
        // The settings of npm for a registry begin with its address.
        let is_comment = lead.starts_with("//") && !lead.contains("/:_")
            || lead.starts_with('#')
            || lead.starts_with(';');
        if content.len() <= LONGEST && !is_comment {
            let line = Line { text: content, start, language };
            line.find(&mut named, found);
        }
        named = named.filter(|(_, age)| *age < 3).map(|(name, age)| (name, age + 1));
        start += line.len();
    }
}

/// A line, and where it begins in its text.
struct Line<'t> {
    text: &'t str,
    start: usize,
    language: Language,
}

/// A name and what stands beside it.
struct Setting<'t> {
    name: &'t str,
    value: &'t str,
    /// Where the value begins in the line.
    at: usize,
    is_quoted: bool,
    /// Whether the shell would take it for a variable that is set.
    is_assigned: bool,
}

impl<'t> Line<'t> {
    fn find(&self, named: &mut Option<(&'t str, u8)>, found: &mut Vec<Credential<'t>>) {
        let mut end = 0;
        for (at, byte) in self.text.bytes().enumerate() {
            if at < end || !matches!(byte, b':' | b'=') {
                continue;
            }
            let Some(setting) = self.setting(at) else { continue };
            if matches!(setting.name, "name" | "key") && !setting.value.is_empty() {
                *named = Some((setting.value, 0));
                continue;
            }
            let (name, what) = match (*named, setting.name) {
                (Some((name, _)), "value") => {
                    *named = None;
                    (name, identify_by_name(name, setting.value))
                }
                _ => (setting.name, self.identify(&setting)),
            };
            if let Some(what) = what {
                let from = self.start + setting.at;
                end = setting.at + setting.value.len();
                let span = from..from + setting.value.len();
                found.push(Credential { name, what, span });
            }
        }
        if let Some((value, name, what)) = self.pair() {
            let span = self.start + value.start..self.start + value.end;
            return found.push(Credential { name, what, span });
        }
        let Some((value, name)) = self.statement() else { return };
        let secret = self.text.get(value.clone()).unwrap_or_default();
        if let Some(what) = identify_by_name("password", secret) {
            let span = self.start + value.start..self.start + value.end;
            found.push(Credential { name, what, span });
        }
    }

    fn identify(&self, setting: &Setting<'t>) -> Option<&'static str> {
        let Setting { name, value, is_quoted, is_assigned, .. } = *setting;
        if matches!(name, "auth" | "_auth") {
            return values::is_account(value).then_some(REGISTRY);
        }
        if name == "sig" {
            let is_signature = value.len() >= 32 && values::looks_random(value);
            return is_signature.then_some("a shared access signature");
        }
        let is_line_of_sql = || self.text.contains([';', ',', '{']) && !value.contains('/');
        if matches!(name, "Pwd" | "pwd" | "PWD") && is_line_of_sql() {
            return identify_by_name("password", value);
        }
        if name == "passwd" && value.split_whitespace().all(is_name_service) {
            return None;
        }
        // What is called like another setting is a reference in a language of its own.
        if names::meaning(value).is_some() {
            return None;
        }
        let stands_for_itself = match self.language {
            _ if is_quoted => true,
            Language::Settings => true,
            Language::Shell if is_assigned => !value.contains(['(', '[']),
            Language::Code => false,
            // Other languages in a shell's script do not quote what they call.
            Language::Shell | Language::Unknown => {
                let has = |is: fn(&u8) -> bool| value.bytes().any(|it| is(&it));
                has(u8::is_ascii_digit)
                    && has(u8::is_ascii_alphabetic)
                    && !value.contains(['(', '[', ' '])
            }
        };
        stands_for_itself.then(|| identify_by_name(name, value)).flatten()
    }

    /// The setting whose sign is here.
    fn setting(&self, sign: usize) -> Option<Setting<'t>> {
        let bytes = self.text.as_bytes();
        let is_colon = bytes.get(sign) == Some(&b':');
        let before = sign.checked_sub(1).and_then(|it| bytes.get(it)).copied().unwrap_or(b' ');
        let after = bytes.get(sign + 1).copied();
        if matches!(before, b'!' | b'<' | b'>' | b'=' | b'~') || after == Some(b'=') {
            return None;
        }
        let lead = self.text.get(..sign)?.trim_end_matches([' ', '\t', ':', '+', '?']);
        let bare = lead.trim_end_matches(['"', '\'', '\\', ']', '`']);
        let is_quoted_name = bare.len() < lead.len();
        let is_part = |it: &u8| it.is_ascii_alphanumeric() || b"_-.".contains(it);
        let length = bare.bytes().rev().take(80).take_while(is_part).count();
        let name = bare.get(bare.len() - length..)?.trim_start_matches(['-', '.']);
        if name.is_empty() {
            return None;
        }
        let is_spaced =
            after.is_none_or(|it| it == b' ' || it == b'\t' || it == b'"' || it == b'\'');
        // Of a colon without a blank only a whole line is sure to be a setting.
        let is_alone = bare.len() == length + (bare.len() - bare.trim_start().len());
        if is_colon
            && !(is_spaced || is_quoted_name || is_alone && self.language == Language::Settings)
        {
            return None;
        }
        let rest = self.text.get(sign + 1..)?;
        let rest = rest.strip_prefix('>').unwrap_or(rest);
        let value = rest.trim_start_matches([' ', '\t']);
        let at = self.text.len() - value.len();
        let is_first = bare.get(..bare.len() - length).is_some_and(|it| {
            let it = it.trim_matches([' ', '\t', '-', '"', '\'']);
            matches!(it, "" | "export" | "set" | "ENV" | "declare" | "local" | "setx")
        });
        let is_line = is_first && (self.language == Language::Settings || is_colon);
        let (mut range, is_quoted) = extent(value, is_line);
        if is_first && !is_quoted && !value.starts_with('$') {
            range.end = range.end.max(word(value));
        }
        let value = value.get(range.clone())?;
        let is_assigned =
            !is_colon && !before.is_ascii_whitespace() && !rest.starts_with([' ', '\t']);
        Some(Setting { name, value, at: at + range.start, is_quoted, is_assigned })
    }

    /// `remote_password x`, the whole of a line, or `define('DB_PASSWORD', 'x')`.
    fn pair(&self) -> Option<(Range<usize>, &'t str, &'static str)> {
        if let Some((_, rest)) = self.text.split_once("define(") {
            let (name, value) = rest.split_once(',')?;
            let value = value.trim_start();
            let (range, is_quoted) = extent(value, false);
            let name = name.trim().trim_matches(['"', '\'']);
            let from = self.text.len() - value.len();
            let what = identify_by_name(name, value.get(range.clone())?).filter(|_| is_quoted)?;
            return Some((from + range.start..from + range.end, name, what));
        }
        if self.language != Language::Settings {
            return None;
        }
        let (name, value) = self.text.trim().split_once([' ', '\t'])?;
        let value = value.trim_start();
        let is_name = name.bytes().all(|it| it.is_ascii_alphanumeric() || b"_-.".contains(&it));
        let can_be = is_name
            && value.bytes().any(|it| it.is_ascii_digit())
            && !value.contains(|it: char| it.is_whitespace() || "\"'`=:;,(){}[]".contains(it));
        let what = identify_by_name(name, value).filter(|_| can_be)?;
        let end = self.text.trim_end().len();
        Some((end - value.len()..end, name, what))
    }

    /// The password of a statement, and the word that says so: `IDENTIFIED BY 'x'`, `PASSWORD 'x'`,
    /// `requirepass x`, `login a password x`.
    fn statement(&self) -> Option<(Range<usize>, &'t str)> {
        const WORDS: [&str; 9] = [
            "auth_pass",
            "identified by",
            "identified with",
            "insecure-password",
            "masterauth",
            "masterpass",
            "passphrase",
            "password",
            "requirepass",
        ];
        let has_blank = self.text.contains([' ', '\t']);
        if self.language == Language::Code || !has_blank {
            return None;
        }
        let lower = self.text.to_ascii_lowercase();
        for word in WORDS {
            for (at, _) in lower.match_indices(word) {
                let is_part = |it: char| it.is_ascii_alphanumeric() || it == '_' || it == '-';
                let before = self.text.get(..at)?;
                let name = self.text.get(at..at + word.len())?;
                let rest = self.text.get(at + word.len()..)?;
                if before.ends_with(is_part)
                    || before.ends_with(['.', '/'])
                    || !rest.starts_with([' ', '\t'])
                {
                    continue;
                }
                let mut value = rest.trim_start();
                if word == "identified with" {
                    let Some((_, secret)) = value.split_once(" by ").or(value.split_once(" BY "))
                    else {
                        continue;
                    };
                    value = secret.trim_start();
                }
                let from = self.text.len() - value.len();
                let is_quoted = value.starts_with(['\'', '"']);
                let (range, _) = extent(value, false);
                let secret = value.get(range.clone()).unwrap_or_default();
                let is_alone = before.trim().is_empty();
                let is_netrc = before.contains("login ") || before.contains("user ");
                let has_digit = secret.contains(|it: char| it.is_ascii_digit());
                let is_sql =
                    is_quoted && (word != "password" || before.trim_end().len() > 4 || is_alone);
                let is_setting = !is_quoted
                    && self.language == Language::Settings
                    && (is_netrc
                        || is_alone
                            && (has_digit || word != "password")
                            && value.len() == range.end)
                    && !secret.contains([':', '=']);
                if is_sql || is_setting {
                    return Some((from + range.start..from + range.end, name));
                }
            }
        }
        None
    }
}

/// Where a value is at the beginning of a text, and whether it is in quotes.
fn extent(text: &str, is_line: bool) -> (Range<usize>, bool) {
    let escaped = text.strip_prefix('\\').unwrap_or(text);
    let skipped = text.len() - escaped.len();
    if let Some(quote) = escaped.chars().next().filter(|it| matches!(it, '"' | '\'' | '`')) {
        let inner = escaped.get(1..).unwrap_or_default();
        let mut is_escaped = false;
        let end = inner.char_indices().find(|(at, it)| {
            // In a string of another language the quotes are written with a backslash.
            let is_end = *it == quote && (skipped > 0 || !is_escaped);
            is_escaped = *it == '\\' && !is_escaped;
            is_end && *at < usize::MAX
        });
        let mut end = end.map_or(inner.len(), |(at, _)| at);
        if skipped > 0 && inner.get(..end).is_some_and(|it| it.ends_with('\\')) {
            end -= 1;
        }
        return (skipped + 1..skipped + 1 + end, true);
    }
    let end = if is_line {
        let comment = text.find(" #").unwrap_or(text.len());
        let end = text.get(..comment).unwrap_or_default().trim_end();
        end.trim_end_matches([',', ';']).len()
    } else {
        text.find(|it: char| it.is_whitespace() || "&;,\"'`)}]|<>".contains(it))
            .unwrap_or(text.len())
    };
    (0..end, false)
}

/// The length of a word that goes on behind quotes and signs of the shell, which people forget to escape.
fn word(text: &str) -> usize {
    let word = text.split(char::is_whitespace).next().unwrap_or_default();
    word.trim_end_matches(|it| "&;,\"'`)}]|<>".contains(it)).len()
}

/// Whether a word names where the name service switch looks for users.
fn is_name_service(word: &str) -> bool {
    const SERVICES: [&str; 16] = [
        "cache",
        "compat",
        "db",
        "dns",
        "extrausers",
        "files",
        "hesiod",
        "ldap",
        "mymachines",
        "nis",
        "nisplus",
        "ossec",
        "sss",
        "sudo",
        "systemd",
        "winbind",
    ];
    SERVICES.contains(&word) || word.starts_with('[') || word.ends_with(']')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(text: &str, language: Language) -> Vec<&str> {
        let mut found = Vec::new();
        find(text, language, &mut found);
        found.into_iter().filter_map(|it| text.get(it.span)).collect()
    }

    #[test]
    fn secrets_are_found_however_they_are_set() {
        for (text, language) in [
            ("db.password=hunter22", Language::Settings),
            ("db.password = hunter22", Language::Settings),
            ("db.password:hunter22", Language::Settings),
            ("  password: hunter22 # old", Language::Settings),
            ("- {user: a, password: hunter22}", Language::Settings),
            ("  password: \"hunter22\"", Language::Settings),
            ("\"password\": \"hunter22\",", Language::Settings),
            ("{\\\"password\\\":\\\"hunter22\\\"}", Language::Settings),
            ("export DB_PASSWORD=hunter22", Language::Shell),
            ("DB_PASSWORD=hunter22 run --now", Language::Shell),
            ("jdbc:postgresql://db/app?user=app&password=hunter22&ssl=true", Language::Unknown),
            ("Server=db;User Id=sa;Password=hunter22;Encrypt=true", Language::Unknown),
            ("host=db user=app password=hunter22 dbname=app", Language::Unknown),
            ("password = 'hunter22'", Language::Code),
            ("\"password\" => \"hunter22\"", Language::Code),
            ("config[\"password\"] = \"hunter22\"", Language::Code),
            ("CREATE USER app WITH PASSWORD 'hunter22';", Language::Unknown),
            ("CREATE USER 'app'@'%' IDENTIFIED BY 'hunter22';", Language::Unknown),
            ("requirepass hunter22", Language::Settings),
            ("ALTER USER a IDENTIFIED WITH sha2 BY 'hunter22';", Language::Unknown),
            ("bindpw hunter22", Language::Settings),
            ("remote_password hunter22", Language::Settings),
            ("<?php define('DB_PASSWORD', 'hunter22');", Language::Code),
            ("Data Source=db;User ID=sa;Pwd=hunter22;", Language::Unknown),
            ("db.createUser({user: \"a\", pwd: \"hunter22\"})", Language::Code),
            ("//r.example.com/:_authToken=hunter22", Language::Settings),
            ("machine h login a password hunter22", Language::Settings),
            ("- name: DB_PASSWORD\n  value: hunter22", Language::Settings),
        ] {
            assert_eq!(secrets(text, language), ["hunter22"], "{text}");
        }
        assert_eq!(
            secrets("\"auth\":\"YTpodW50ZXIyMg==\"", Language::Settings),
            ["YTpodW50ZXIyMg=="]
        );
    }

    #[test]
    fn what_is_not_set_is_none() {
        for (text, language) in [
            ("passwd:         compat", Language::Settings),
            ("passwd: files [NOTFOUND=return] ldap", Language::Settings),
            ("password: password", Language::Settings),
            ("password = get_password()", Language::Code),
            ("token = request.token2", Language::Code),
            ("if password == 'hunter22'", Language::Code),
            ("token = os.getenv('JIRA_TOKEN')", Language::Shell),
            ("f(password=os.environ['X1'], token=token1)", Language::Shell),
            ("echo 'PASSWORD: not set'", Language::Shell),
            ("sed -i 's/password=.*/password=XXX/' f", Language::Shell),
            ("OLDPWD=/a; PWD=/b", Language::Shell),
            ("password=$1", Language::Shell),
            ("password=${PASSWORD}", Language::Settings),
            ("#db.password=hunter22", Language::Settings),
            ("password_file: /run/secrets/db", Language::Settings),
            ("maxTokens: 4096", Language::Settings),
            ("secretName: web-tls", Language::Settings),
            ("tokenEndpoint: https://a/b", Language::Settings),
            ("the password is set by the operator", Language::Settings),
            ("password reset is required", Language::Settings),
            ("\"auth\":\"none\"", Language::Settings),
            ("a:b:c", Language::Settings),
            ("é: ü", Language::Settings),
        ] {
            assert!(secrets(text, language).is_empty(), "{text}");
        }
    }
}
