//! Secrets in headers of requests: `Authorization: Bearer …`.

use super::{Credential, values};

const NAME: &[u8] = b"authorization";

/// Adds the secrets that headers hold.
pub(super) fn find<'t>(text: &'t str, found: &mut Vec<Credential<'t>>) {
    // A scheme and its secret have a blank between them.
    if !text.contains([' ', '%']) {
        return;
    }
    for (at, it) in text.as_bytes().windows(NAME.len()).enumerate() {
        if it.eq_ignore_ascii_case(NAME)
            && let Some(credential) = header(text, at)
        {
            found.push(credential);
        }
    }
}

/// The secret of the header whose name begins here.
fn header(text: &str, at: usize) -> Option<Credential<'_>> {
    let is_around = |it: char| matches!(it, ' ' | '\t' | '"' | '\'' | '\\');
    let rest = text.get(at + NAME.len()..)?.trim_start_matches(is_around);
    let rest = rest.strip_prefix([':', '='])?.trim_start_matches(is_around);
    let (scheme, secret) = rest.split_once([' ', '%'])?;
    let secret = secret.strip_prefix("20").unwrap_or(secret).trim_start_matches(' ');
    let is_part = |it: u8| it.is_ascii_alphanumeric() || b"-._~+/=".contains(&it);
    let length = secret.bytes().take_while(|it| is_part(*it)).count();
    let start = text.len() - secret.len();
    let secret = secret.get(..length)?;
    let what = match scheme.to_ascii_lowercase().as_str() {
        "basic" => values::is_account(secret).then_some("a password"),
        "bearer" | "token" | "apikey" | "splunk" => {
            (values::can_be_token(secret) && values::looks_random(secret)).then_some("a token")
        }
        _ => None,
    }?;
    Some(Credential { name: "", what, span: start..start + length })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_by_their_scheme() {
        for (text, secret) in [
            (
                "curl -H 'Authorization: Bearer aZ3kq9Xw7YtLm2Pn' https://a",
                Some("aZ3kq9Xw7YtLm2Pn"),
            ),
            ("{\"Authorization\": \"Bearer aZ3kq9Xw7YtLm2Pn\"}", Some("aZ3kq9Xw7YtLm2Pn")),
            ("Authorization=Basic YWRtaW46Wng4MVFxMDc=", Some("YWRtaW46Wng4MVFxMDc=")),
            ("authorization=Basic%20YWRtaW46Wng4MVFxMDc=", Some("YWRtaW46Wng4MVFxMDc=")),
            ("'Authorization': 'Bearer ' + str(token)", None),
            ("-H \"Authorization: Bearer $TOKEN\"", None),
            ("-H \"Authorization: Bearer $(cat /run/token)\"", None),
            ("Authorization: Bearer <token>", None),
            ("authorization: basic", None),
            ("authorization.k8s.io/v1beta1", None),
        ] {
            let mut found = Vec::new();
            find(text, &mut found);
            let found: Vec<_> = found.into_iter().map(|it| &text[it.span]).collect();
            assert_eq!(found, secret.into_iter().collect::<Vec<_>>(), "{text}");
        }
    }
}
