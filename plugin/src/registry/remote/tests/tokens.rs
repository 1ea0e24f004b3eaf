//! Tokens, and who they are asked for as.

use super::faults::{MANIFEST_TEXT, answering, resolve, store};
use super::server::{Asked, Reply, Server, reply};
use super::*;

/// A registry with a service for tokens that answers so, and gives out the manifest for the token `good`.
fn with_tokens(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Server {
    answering(move |asked| {
        if asked.line.contains("/token") {
            return answer(asked);
        }
        match asked.authorization.as_deref() {
            Some("Bearer good") => reply("200 OK", "", MANIFEST_TEXT),
            _ => reply(
                "401 Unauthorized",
                "WWW-Authenticate: Bearer realm=\"/token?a=b\",service=\"s p\"\r\n",
                "",
            ),
        }
    })
}

#[test]
fn a_token_is_asked_for_once_for_a_repository_and_used_again() {
    let server = with_tokens(|_| reply("200 OK", "", r#"{"token":"good","expires_in":300}"#));
    let client = client();
    let all = crate::registry::abreast(&[0; 20], |_| {
        Store::of(&format!("{}/shop/web:1", server.host), &client).unwrap().resolve()
    });
    assert!(all.iter().all(Result::is_ok), "{all:?}");
    assert!(server.times("/token") <= 16, "{}", server.times("/token"));
    let before = server.times("/token");
    Store::of(&format!("{}/shop/web:1", server.host), &client).unwrap().resolve().unwrap();
    assert_eq!(server.times("/token"), before);
    assert!(server.times("GET /token?a=b&service=s%20p&scope=repository%3Ashop%2Fweb%3Apull") > 0);
    Store::of(&format!("{}/shop/api:1", server.host), &client).unwrap().resolve().unwrap();
    assert_eq!(server.times("/token"), before + 1);
}

#[test]
fn a_token_that_is_none_and_one_that_does_not_help_are_one_sentence() {
    for (status, body, why) in [
        ("200 OK", "{}", "something other than a token"),
        ("200 OK", "<html>", "something other than a token"),
        ("200 OK", r#"{"token":""}"#, "something other than a token"),
        ("200 OK", r#"{"token":"a\nb"}"#, "cannot be sent back"),
        (
            "200 OK",
            r#"{"access_token":"bad"}"#,
            "has no shop/web, or not for everybody: log in with",
        ),
        ("401 Unauthorized", "", "wants to know who asks: log in with"),
        ("500 Internal Server Error", "", "service for tokens answers 500"),
    ] {
        let fault = resolve(&with_tokens(move |_| reply(status, "", body))).unwrap_err();
        assert!(fault.to_string().contains(why), "{status} {body}: {fault}");
    }
}

#[test]
fn credentials_are_shown_to_the_service_for_tokens_in_each_form_and_in_no_sentence() {
    for (entry, sent) in [
        (r#"{"auth": "YW5uOnNlY3JldA=="}"#, "Basic YW5uOnNlY3JldA=="),
        (
            r#"{"identitytoken": "se/cret"}"#,
            "grant_type=refresh_token&client_id=kubectl-harden&refresh_token=se%2Fcret&service=s%20p&scope=repository%3Ashop%2Fweb%3Apull",
        ),
        (r#"{"registrytoken": "good"}"#, ""),
    ] {
        for is_taken in [true, false] {
            let server = with_tokens(move |_| {
                if is_taken {
                    reply("200 OK", "", r#"{"access_token":"good"}"#)
                } else {
                    reply("401 Unauthorized", "", "")
                }
            });
            let (_folder, path) =
                file(&format!(r#"{{"auths": {{"{}/shop": {entry}}}}}"#, server.host));
            let mut settings = Settings::default();
            settings.credentials.paths.push(path);
            let resolved = store(&server.host, settings).resolve();
            if is_taken || sent.is_empty() {
                resolved.unwrap();
            } else {
                let said = resolved.unwrap_err().to_string();
                assert!(
                    said.contains("does not accept the credentials that are kept for it"),
                    "{said}"
                );
                assert!(!said.contains("secret") && !said.contains("YW5u"), "{said}");
            }
            let asked = server.asked();
            let token = asked.iter().find(|it| it.line.contains("/token"));
            let shown = token.map(|it| it.authorization.clone().unwrap_or_default() + &it.body);
            assert_eq!(shown.unwrap_or_default(), sent);
        }
    }
}
