//! Private keys in every form, whole and damaged.

use rsa::pkcs1::EncodeRsaPrivateKey as _;

use super::*;

const PASSWORD: &[u8] = b"the password of the tests";

fn file(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/peers/cosign/keys");
    #[expect(clippy::disallowed_methods, reason = "a test reads its samples")]
    std::fs::read_to_string(format!("{folder}/{name}.key")).unwrap()
}

fn key(name: &str) -> PrivateKey {
    let KeyFile::Locked(locked) = KeyFile::of_pem(&file(name)).unwrap() else { panic!("{name}") };
    locked.open(PASSWORD).unwrap()
}

/// The key in each form that OpenSSL writes.
fn plain(key: &PrivateKey) -> Vec<Zeroizing<String>> {
    match &key.0 {
        Kind::P256(key) => {
            let key = p256::SecretKey::from(key.as_nonzero_scalar());
            vec![pem("PRIVATE KEY", key.to_pkcs8_der().unwrap().as_bytes()), {
                pem("EC PRIVATE KEY", &key.to_sec1_der().unwrap())
            }]
        }
        Kind::P384(key) => {
            let key = p384::SecretKey::from(key.as_nonzero_scalar());
            vec![pem("PRIVATE KEY", key.to_pkcs8_der().unwrap().as_bytes()), {
                pem("EC PRIVATE KEY", &key.to_sec1_der().unwrap())
            }]
        }
        Kind::Ed25519(key) => vec![pem("PRIVATE KEY", key.to_pkcs8_der().unwrap().as_bytes())],
        Kind::Rsa(key) => {
            let key: &rsa::PrivateKey = key.as_ref();
            vec![pem("PRIVATE KEY", key.to_pkcs8_der().unwrap().as_bytes()), {
                pem("RSA PRIVATE KEY", key.to_pkcs1_der().unwrap().as_bytes())
            }]
        }
    }
}

fn pem(label: &str, der: &[u8]) -> Zeroizing<String> {
    pem::write(label, der)
}

#[test]
fn a_key_is_the_same_in_every_form_and_shows_nothing_of_itself() {
    for name in ["p256", "p384", "ed25519", "rsa"] {
        let key = key(name);
        for text in plain(&key) {
            let windows = text.replace('\n', "\r\n");
            let after_parameters = format!(
                "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n{}",
                *text
            );
            for text in [text.as_str(), &windows, &after_parameters] {
                let KeyFile::Plain(read) = KeyFile::of_pem(text).unwrap() else { panic!("{name}") };
                assert_eq!(read.public_der(), key.public_der(), "{name}");
                assert_eq!(read.sign(b"message"), key.sign(b"message"), "{name}");
            }
        }
        let shown = format!("{key:?}");
        assert!(shown.starts_with("PrivateKey(") && shown.len() < 24, "{shown}");
    }
}

#[test]
fn what_is_encrypted_here_opens_here() {
    let key = PrivateKey::p256(&[9; 32]).unwrap();
    for password in [&b""[..], b"a", "pä\u{0}\n".as_bytes()] {
        let text = key.lock(password, &[1; 32], &[2; 24]).unwrap();
        let KeyFile::Locked(locked) = KeyFile::of_pem(&text).unwrap() else {
            panic!("{password:?}")
        };
        assert_eq!(locked.open(password).unwrap().public_der(), key.public_der());
        assert_eq!(locked.open(b"another").unwrap_err(), KeyError::Password);
    }
    assert!(PrivateKey::p256(&[0; 32]).is_none());
    assert!(PrivateKey::p256(&[255; 32]).is_none());
}

#[test]
fn what_is_no_private_key_is_refused_in_a_sentence_that_does_not_repeat_it() {
    let whole = plain(&key("p256"));
    let secret: String = whole[0].lines().nth(1).unwrap().to_owned();
    let cut = whole[0].replace("-----END", "");
    let other_end = whole[0].replace("END PRIVATE", "END PUBLIC");
    let no_base64 = whole[0].replacen(&secret, &format!("{secret}!"), 1);
    let no_key = pem("PRIVATE KEY", b"no key").to_string();
    let other_label = whole[1].replace("EC PRIVATE", "RSA PRIVATE");
    for (text, error) in [
        ("", KeyError::None),
        ("awskms:///alias/x", KeyError::None),
        (&cut, KeyError::Damaged),
        (&other_end, KeyError::Damaged),
        (&no_base64, KeyError::Damaged),
        (&no_key, KeyError::Unknown),
        (&other_label, KeyError::Unknown),
        (&key("p256").public_pem().unwrap(), KeyError::Other("PUBLIC KEY".to_owned())),
        (&pem("ENCRYPTED PRIVATE KEY", b""), KeyError::LockedByOthers),
        (&pem("OPENSSH PRIVATE KEY", b""), KeyError::OpenSsh),
        ("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n", KeyError::LockedByOthers),
    ] {
        let said = KeyFile::of_pem(text).unwrap_err();
        assert_eq!(said, error, "{text}");
        assert!(!said.to_string().contains(&secret) && !said.to_string().ends_with('.'));
    }
}

#[test]
fn an_envelope_that_cosign_does_not_write_is_refused_before_it_costs_anything() {
    let text = file("p256");
    let block = pem::blocks(&text).next().unwrap().unwrap();
    let whole: serde_json::Value = serde_json::from_slice(&block.content).unwrap();
    let read = |value: &serde_json::Value| {
        KeyFile::of_pem(&pem(locked::LABEL, value.to_string().as_bytes()))
    };
    assert!(read(&whole).is_ok());
    let wrong = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    for place in [
        "/kdf",
        "/kdf/name",
        "/kdf/params",
        "/kdf/params/N",
        "/kdf/params/r",
        "/kdf/params/p",
        "/kdf/salt",
        "/cipher",
        "/cipher/name",
        "/cipher/nonce",
        "/ciphertext",
    ] {
        for other in
            ["null", "[]", "{}", "true", "-1", "3", "1048576", "9e18", "\"*\"", "\"scryp\""]
        {
            let mut changed = whole.clone();
            *changed.pointer_mut(place).unwrap() = wrong(other);
            assert_eq!(read(&changed).unwrap_err(), KeyError::Envelope, "{place} {other}");
        }
    }
    for (place, other) in
        [("/cipher/nonce", "\"AAAA\""), ("/kdf/params/N", "262144"), ("/kdf/params/N", "65537")]
    {
        let mut changed = whole.clone();
        *changed.pointer_mut(place).unwrap() = wrong(other);
        assert_eq!(read(&changed).unwrap_err(), KeyError::Envelope, "{place} {other}");
    }
    for sealed in ["\"\"", "\"AAAA\""] {
        let mut changed = whole.clone();
        changed["ciphertext"] = wrong(sealed);
        let KeyFile::Locked(locked) = read(&changed).unwrap() else { panic!("{sealed}") };
        assert_eq!(locked.open(PASSWORD).unwrap_err(), KeyError::Envelope);
    }
}

#[test]
fn the_costs_that_cosign_took_before_are_taken() {
    // Of Go's own `encrypted.EncryptWithCustomKDFParameters`, the parts that differ are the cost and the key made of it.
    let mut changed: serde_json::Value =
        serde_json::from_slice(&pem::blocks(&file("p256")).next().unwrap().unwrap().content)
            .unwrap();
    for cost in [32_768, 131_072] {
        changed["kdf"]["params"]["N"] = cost.into();
        let text = pem(locked::LABEL, changed.to_string().as_bytes());
        let KeyFile::Locked(locked) = KeyFile::of_pem(&text).unwrap() else { panic!("{cost}") };
        assert_eq!(locked.open(PASSWORD).unwrap_err(), KeyError::Password, "{cost}");
    }
}
