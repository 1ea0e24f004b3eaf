//! Secrets on command lines: in lists of arguments, and in scripts.

use std::ops::Range;

use harden_yaml::Place;

use super::{Credential, Language, all_in, identify_by_name, names};

/// An argument that gives a secret away.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Argument<'d> {
    pub(crate) place: Place<'d>,
    /// The option that it belongs to; empty where there is none.
    pub(crate) name: &'d str,
    /// What it is, with its article: `a password`.
    pub(crate) what: &'static str,
}

/// An option of some programs that is followed by a password, or has it attached.
struct Flag {
    programs: &'static [&'static str],
    flag: &'static str,
    /// Whether the password may follow without a blank.
    is_attached: bool,
    /// What stands before the password in the same word.
    after: Option<char>,
}

const fn flag(
    programs: &'static [&'static str],
    flag: &'static str,
    is_attached: bool,
    after: Option<char>,
) -> Flag {
    Flag { programs, flag, is_attached, after }
}

const MYSQL: &[&str] = &[
    "mariadb",
    "mariadb-admin",
    "mariadb-dump",
    "mysql",
    "mysqladmin",
    "mysqlbinlog",
    "mysqlcheck",
    "mysqldump",
    "mysqlimport",
    "mysqlpump",
    "mysqlshow",
];
const MONGO: &[&str] =
    &["mongo", "mongodump", "mongoexport", "mongoimport", "mongorestore", "mongosh", "cqlsh"];
const REGISTRIES: &[&str] =
    &["buildah", "crane", "docker", "helm", "nerdctl", "oras", "podman", "skopeo", "az"];
const LDAP: &[&str] =
    &["ldapadd", "ldapdelete", "ldapmodify", "ldappasswd", "ldapsearch", "ldapwhoami"];

/// What stands before the name of a program.
const PREFIXES: [&str; 22] = [
    "!", "$", "&", "&&", "-", ";", "do", "else", "env", "eval", "exec", "if", "nohup", "sudo",
    "then", "time", "timeout", "until", "while", "xargs", "|", "||",
];

const FLAGS: &[Flag] = &[
    flag(MYSQL, "-p", true, None),
    flag(MONGO, "-p", false, None),
    flag(&["login"], "-p", false, None),
    flag(LDAP, "-w", false, None),
    flag(&["sshpass"], "-p", true, None),
    flag(&["redis-cli", "redis-benchmark", "valkey-cli"], "-a", false, None),
    flag(&["curl", "wget"], "-u", false, Some(':')),
    flag(&["curl", "wget"], "--user", false, Some(':')),
    flag(&["curl", "wget"], "--proxy-user", false, Some(':')),
    flag(&["sqlcmd", "bcp", "mosquitto_pub", "mosquitto_sub", "zip", "unzip"], "-P", true, None),
    flag(&["smbclient", "rpcclient"], "-U", false, Some('%')),
    flag(&["lftp"], "-u", false, Some(',')),
    flag(&["openssl"], "-passin", false, Some(':')),
    flag(&["openssl"], "-passout", false, Some(':')),
    flag(&["openssl"], "-pass", false, Some(':')),
    flag(&["aws"], "aws_secret_access_key", false, None),
    flag(&["aws"], "aws_session_token", false, None),
    flag(&["rabbitmqctl"], "add_user", false, Some(' ')),
    flag(&["rabbitmqctl"], "change_password", false, Some(' ')),
];

/// The words of a command line, one after the other.
#[derive(Default)]
struct Reader<'t> {
    program: &'t str,
    /// The option before, and what stands before its password in a word.
    option: Option<(&'t str, Option<char>)>,
}

impl<'t> Reader<'t> {
    /// What a word gives away, the option that it belongs to, and where in the word.
    fn read(&mut self, word: &'t str) -> Option<(&'t str, &'static str, Range<usize>)> {
        let option = self.option.take();
        let is_program = self.program.is_empty() && !word.starts_with('-') && !word.contains('=');
        if is_program {
            self.program = word.rsplit('/').next().unwrap_or_default();
        }
        if word == "login" && REGISTRIES.contains(&self.program) {
            self.program = word;
        }
        if let Some((name, after)) = option.filter(|_| !word.starts_with('-')) {
            if after == Some(' ') {
                self.option = Some((name, None));
                return None;
            }
            let start = match after {
                Some(sign) => word.find(sign)? + sign.len_utf8(),
                None => 0,
            };
            let is_flag = !is_option_of_secret(name);
            let meant = if is_flag { "password" } else { option_name(name) };
            let what = secret(meant, word.get(start..)?)?;
            return Some((name, what, start..word.len()));
        }
        let known = FLAGS.iter().find(|it| {
            it.programs.contains(&self.program)
                && (word == it.flag
                    || it.is_attached && word.starts_with(it.flag) && !word.starts_with("--"))
        });
        if let Some(known) = known {
            if word == known.flag {
                if !known.is_attached || known.flag != "-p" || self.program == "sshpass" {
                    self.option = Some((known.flag, known.after));
                }
                return None;
            }
            let rest = word.get(known.flag.len()..)?;
            let start = word.len() - rest.trim_start_matches(['\'', '"']).len();
            let what = secret("password", word.get(start..)?)?;
            return Some((known.flag, what, start..word.len()));
        }
        if word.starts_with('-') && !word.contains('=') && is_option_of_secret(word) {
            self.option = Some((word, None));
        }
        None
    }
}

fn is_option_of_secret(word: &str) -> bool {
    names::meaning(option_name(word)).is_some() && word.starts_with('-')
}

/// What a value is; none where it is called like a setting, as in a usage message.
fn secret(name: &str, value: &str) -> Option<&'static str> {
    if names::meaning(value).is_some() { None } else { identify_by_name(name, value) }
}

fn option_name(text: &str) -> &str {
    text.strip_prefix("-D").unwrap_or(text).trim_start_matches('-')
}

/// The arguments of a list that give secrets away; `program` is what is run with them, where that is known.
pub(crate) fn arguments<'d>(list: Place<'d>, program: &'d str) -> Vec<Argument<'d>> {
    let mut found = Vec::new();
    let program = program.rsplit('/').next().unwrap_or_default();
    let mut reader = Reader { program, option: None };
    for place in list.items() {
        let Some(text) = place.as_str() else { continue };
        if let Some((name, what, _)) = reader.read(text) {
            found.push(Argument { place, name, what });
            continue;
        }
        let is_option = text.starts_with('-') && !text.contains(char::is_whitespace);
        if let Some((name, value)) = text.split_once('=').filter(|_| is_option)
            && let Some(what) = secret(option_name(name), value)
        {
            found.push(Argument { place, name, what });
            continue;
        }
        if let Some(it) = all_in(text, Language::Shell).first() {
            let name = if is_option { text.split('=').next().unwrap_or_default() } else { "" };
            let is_script = text.contains(char::is_whitespace);
            found.push(Argument { place, name: if is_script { "" } else { name }, what: it.what });
        }
    }
    found
}

/// Adds the secrets on the command lines of a script.
pub(super) fn find<'t>(text: &'t str, language: Language, found: &mut Vec<Credential<'t>>) {
    let has_option = || {
        text.match_indices('-').any(|(at, _)| {
            let before = text.as_bytes().get(at.wrapping_sub(1));
            before.is_none_or(|it| it.is_ascii_whitespace() || b"\"'[,".contains(it))
        })
    };
    let has_command = || ["rabbitmqctl", "aws ", "chpasswd"].iter().any(|it| text.contains(it));
    if language == Language::Code || !has_option() && !has_command() {
        return;
    }
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if line.len() <= 1 << 16 && !line.trim_start().starts_with('#') {
            find_in_line(line, start, 0, found);
        }
        start += line.len();
    }
}

/// A line may hold a script in quotes.
fn find_in_line<'t>(line: &'t str, start: usize, depth: u8, found: &mut Vec<Credential<'t>>) {
    let mut reader = Reader::default();
    let reads_password = ["--password-stdin", "chpasswd"].iter().any(|it| line.contains(it));
    let mut is_written = false;
    for word in words(line) {
        let Some(bare) = line.get(word.clone()) else { continue };
        if reads_password && matches!(bare, "echo" | "printf") {
            is_written = true;
        } else if is_written && !bare.starts_with('-') {
            is_written = false;
            let at = bare.find(':').filter(|_| line.contains("chpasswd")).map_or(0, |it| it + 1);
            let within = bare.get(at..).and_then(|it| secret("password", it));
            if let Some(what) = within.filter(|_| depth == 0 || !bare.contains(' ')) {
                let span = start + word.start + at..start + word.end;
                found.push(Credential { name: "", what, span });
            }
            continue;
        }
        if PREFIXES.contains(&bare) || bare.ends_with(':') {
            reader = Reader::default();
        } else if let Some((name, what, within)) = reader.read(bare) {
            let from = start + word.start;
            let span = from + within.start..from + within.end;
            found.push(Credential { name, what, span });
        } else if depth < 2 && bare.contains(char::is_whitespace) {
            find_in_line(bare, start + word.start, depth + 1, found);
        }
    }
}

/// The words of a line, without the quotes and brackets around them and without what ends a command.
fn words(line: &str) -> impl Iterator<Item = Range<usize>> {
    let is_between = |it: char| it.is_whitespace() || matches!(it, ',' | '[' | ']' | '(' | '`');
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = line.get(at..)?;
        let start = at + rest.len() - rest.trim_start_matches(is_between).len();
        let rest = line.get(start..).filter(|it| !it.is_empty())?;
        let quote = rest.chars().next().filter(|it| matches!(it, '"' | '\''));
        if let Some(quote) = quote
            && let Some(end) = rest.get(1..).and_then(|it| it.find(quote))
        {
            at = start + 1 + end + 1;
            return Some(start + 1..start + 1 + end);
        }
        let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
        at = start + length;
        let word = rest.get(..length).unwrap_or_default();
        let end = word.trim_end_matches([';', ')', '`', '"', '\'', ',', ']', '\\']).len();
        Some(start..start + end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        find(text, Language::Shell, &mut found);
        found.into_iter().filter_map(|it| text.get(it.span)).collect()
    }

    #[test]
    fn passwords_on_command_lines_are_found() {
        for text in [
            "mysql -uroot -phunter22 -e 'select 1'",
            "mysqldump -u root -p'hunter22' app",
            "until /usr/bin/mysqladmin ping -phunter22; do sleep 1; done",
            "sshpass -p hunter22 ssh a@b",
            "redis-cli -h cache -a hunter22 ping",
            "curl -fsS -u admin:hunter22 https://a/b",
            "curl --user 'admin:hunter22' https://a/b",
            "docker login -u app -p hunter22 registry.example.com",
            "ldapsearch -x -D cn=admin -w hunter22",
            "openssl rsa -passin pass:hunter22 -in a",
            "echo hunter22 | docker login -u app --password-stdin",
            "echo 'root:hunter22' | chpasswd",
            "rabbitmqctl add_user app hunter22 -q",
            "aws configure set aws_secret_access_key hunter22",
            "app --db-password hunter22 --verbose",
            "a && sudo mysql -phunter22",
            "command: [sh, -c, 'mysqldump -uroot -phunter22 app']",
            "args: [\"mysql\",\"-phunter22\"]",
        ] {
            assert_eq!(secrets(text), ["hunter22"], "{text}");
        }
    }

    #[test]
    fn options_that_hold_no_password_are_none() {
        for text in [
            "mysql -uroot -p\"$MYSQL_ROOT_PASSWORD\"",
            "mysql -uroot -p${PASSWORD}",
            "mysql -p -h db",
            "mkdir -p /var/lib/hunter22",
            "docker run -p 8080:80 app1",
            "app --password-file /run/secrets/db1",
            "app --password PASSWORD",
            "app --token-ttl 24h1",
            "curl -u $USER:$PASSWORD https://a/b",
            "ssh -p 2222 a@b",
            "echo $PASSWORD | docker login -u app --password-stdin",
            "echo \"root:${PW}\" | chpasswd",
        ] {
            assert!(secrets(text).is_empty(), "{text}: {:?}", secrets(text));
        }
    }
}
