//! Confirmations: what was shown is applied, once, soon, and to what it was shown for.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use ring::hmac;
use ring::rand::{SecureRandom as _, SystemRandom};
use serde::{Deserialize, Serialize};

/// How long a confirmation holds.
pub(super) const LIFETIME: Duration = Duration::from_mins(10);

/// What a confirmation is for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<'s> {
    /// Which cluster, and as whom.
    pub(super) identity: &'s str,
    /// The namespace of objects that name none.
    pub(super) namespace: &'s str,
    /// The manifest.
    pub(super) manifest: &'s str,
    /// Whether fields of others are taken over.
    pub(super) overwrite: bool,
}

/// Why a confirmation is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// It is for something else, or not ours.
    Other,
    /// It was for this, and is too old.
    Expired,
    /// It was for this, and was used.
    Used,
}

/// What was confirmed and what was used, for as long as the program runs.
pub(super) struct Confirmations {
    key: hmac::Key,
    /// Those that were used, and when they were issued.
    used: Mutex<HashMap<String, Duration>>,
}

/// What a confirmation says openly.
#[derive(Serialize, Deserialize)]
struct Payload {
    /// No two have the same.
    nonce: String,
    /// When it was issued, in milliseconds after the program began.
    issued: u64,
    /// The version of each object that is there.
    versions: Vec<Option<String>>,
}

impl Confirmations {
    /// With a new key, which nobody else learns; `None` where there is no randomness.
    pub(super) fn new() -> Option<Self> {
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new()).ok()?;
        Some(Self { key, used: Mutex::default() })
    }

    /// A confirmation for objects of these versions, issued so long after the program began.
    pub(super) fn issue(
        &self,
        subject: Subject<'_>,
        versions: Vec<Option<String>>,
        now: Duration,
    ) -> Option<String> {
        let mut nonce = [0; 16];
        SystemRandom::new().fill(&mut nonce).ok()?;
        let issued = u64::try_from(now.as_millis()).ok()?;
        let payload = Payload { nonce: BASE64.encode(nonce), issued, versions };
        let payload = serde_json::to_vec(&payload).ok()?;
        let tag = hmac::sign(&self.key, &signed(subject, &payload));
        Some(format!("{}.{}", BASE64.encode(&payload), BASE64.encode(tag)))
    }

    /// Takes a confirmation, which then is used; returns the versions that it is for.
    pub(super) fn redeem(
        &self,
        text: &str,
        subject: Subject<'_>,
        now: Duration,
    ) -> Result<Vec<Option<String>>, Wrong> {
        let decode = |it: &str| BASE64.decode(it).map_err(|_| Wrong::Other);
        let (payload, tag) = text.split_once('.').ok_or(Wrong::Other)?;
        let (payload, tag) = (decode(payload)?, decode(tag)?);
        // It takes as long for every tag.
        hmac::verify(&self.key, &signed(subject, &payload), &tag).map_err(|_| Wrong::Other)?;
        let Payload { nonce, issued, versions } =
            serde_json::from_slice(&payload).map_err(|_| Wrong::Other)?;
        let issued = Duration::from_millis(issued);
        if now.saturating_sub(issued) >= LIFETIME {
            return Err(Wrong::Expired);
        }
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.retain(|_, issued| now.saturating_sub(*issued) < LIFETIME);
        if used.insert(nonce, issued).is_some() {
            return Err(Wrong::Used);
        }
        Ok(versions)
    }
}

/// What is signed: each part with its length, so that none can pass for a part of another.
fn signed(subject: Subject<'_>, payload: &[u8]) -> Vec<u8> {
    let Subject { identity, namespace, manifest, overwrite } = subject;
    let mut all = vec![u8::from(overwrite)];
    for part in [identity.as_bytes(), namespace.as_bytes(), manifest.as_bytes(), payload] {
        all.extend_from_slice(&(part.len() as u64).to_be_bytes());
        all.extend_from_slice(part);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBJECT: Subject<'_> =
        Subject { identity: "c", namespace: "n", manifest: "m", overwrite: false };
    const NOW: Duration = Duration::from_hours(1);

    fn issued(all: &Confirmations) -> String {
        let versions = vec![Some("7".to_owned()), None];
        all.issue(SUBJECT, versions, NOW).unwrap_or_default()
    }

    fn new() -> Confirmations {
        Confirmations::new().unwrap_or_else(|| panic!("there is randomness"))
    }

    #[test]
    fn a_confirmation_holds_once_and_for_ten_minutes() {
        let all = new();
        let text = issued(&all);
        let late = NOW + LIFETIME;
        assert_eq!(all.redeem(&text, SUBJECT, late), Err(Wrong::Expired));
        let almost = late.saturating_sub(Duration::from_millis(1));
        let versions = vec![Some("7".to_owned()), None];
        assert_eq!(all.redeem(&text, SUBJECT, almost), Ok(versions));
        assert_eq!(all.redeem(&text, SUBJECT, almost), Err(Wrong::Used));
    }

    #[test]
    fn a_confirmation_is_for_nothing_else() {
        let all = new();
        let text = issued(&all);
        for subject in [
            Subject { identity: "d", ..SUBJECT },
            Subject { namespace: "o", ..SUBJECT },
            Subject { manifest: "m ", ..SUBJECT },
            Subject { overwrite: true, ..SUBJECT },
            Subject { identity: "cn", namespace: "", ..SUBJECT },
        ] {
            assert_eq!(all.redeem(&text, subject, NOW), Err(Wrong::Other), "{subject:?}");
        }
        assert_eq!(new().redeem(&text, SUBJECT, NOW), Err(Wrong::Other));
        let (payload, tag) = text.split_once('.').unwrap_or_default();
        let other = BASE64.encode(r#"{"nonce":"a","issued":9999999,"versions":[null,null]}"#);
        for text in ["", ".", "a.b", payload, &format!("{other}.{tag}"), &format!("{payload}.AAAA")]
        {
            assert_eq!(all.redeem(text, SUBJECT, NOW), Err(Wrong::Other), "{text}");
        }
        assert!(all.redeem(&text, SUBJECT, NOW).is_ok());
    }
}
