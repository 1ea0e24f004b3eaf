//! Options that are free text until it is known what they are for.

use crate::generators::OptionError;

/// The address of a server. What could be a password in it is not repeated.
pub(super) fn https(option: &'static str, text: Option<&String>) -> Result<String, OptionError> {
    let Some(text) = text else {
        return Err(OptionError::new(
            option,
            "",
            "is needed for this store, such as https://store.example.com",
        ));
    };
    let shown = if text.contains('@') { "" } else { text.as_str() };
    let host = text.strip_prefix("https://").map(|it| it.split('/').next().unwrap_or_default());
    let is_sound = host.is_some_and(|it| !it.is_empty() && !it.contains('@'))
        && !text.contains(|it: char| it.is_whitespace() || it.is_control());
    if is_sound {
        return Ok(text.trim_end_matches('/').to_owned());
    }
    let rule = "must be an https:// address without a user: over http:// everyone on the way reads the secrets";
    Err(OptionError::new(option, shown, rule))
}

/// Text that must be there.
pub(super) fn needed<'a>(
    option: &'static str,
    text: Option<&'a String>,
    what: &str,
) -> Result<&'a str, OptionError> {
    match text.map(String::as_str) {
        Some(text) if is_word(text) => Ok(text),
        Some(text) => Err(OptionError::new(option, text, "must be one word")),
        None => Err(OptionError::new(option, "", format!("is needed: {what}"))),
    }
}

/// Text that may be there.
pub(super) fn word<'a>(
    option: &'static str,
    text: Option<&'a String>,
) -> Result<Option<&'a str>, OptionError> {
    match text.map(String::as_str) {
        Some(text) if !is_word(text) => Err(OptionError::new(option, text, "must be one word")),
        other => Ok(other),
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && !text.contains(|it: char| it.is_whitespace() || it.is_control())
}

/// Text as a POSIX shell reads one word.
pub(super) fn quoted(text: &str) -> String {
    let is_plain = |it: u8| it.is_ascii_alphanumeric() || b"-_./:@=,+".contains(&it);
    if !text.is_empty() && text.bytes().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_encrypted_and_hold_no_password() {
        let address = |text: &str| https("--server", Some(&text.to_owned()));
        assert_eq!(address("https://vault:8200/"), Ok("https://vault:8200".to_owned()));
        for bad in ["http://vault", "vault", "https://", "https:///x", "https://a b", ""] {
            assert!(address(bad).is_err(), "{bad}");
        }
        let error = address("https://ann:hunter2@vault").expect_err("rejected").to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }

    #[test]
    fn shells_read_what_was_meant() {
        assert_eq!(quoted("team-a/app"), "team-a/app");
        assert_eq!(quoted("Team A's"), r"'Team A'\''s'");
        assert_eq!(quoted(""), "''");
    }
}
