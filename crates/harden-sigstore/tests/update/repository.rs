//! A TUF repository that signs itself, and what can be wrong with it.

use std::collections::BTreeMap;

use ed25519_dalek::{Signer as _, SigningKey};
use harden_sigstore::Digest;
use serde_json::{Value, json};

/// 2026-11-28.
pub(crate) const NOW: i64 = 1_795_824_000;

const LATER: &str = "2027-11-28T00:00:00Z";
const BEFORE: &str = "2026-11-27T00:00:00Z";
const TRUSTED_ROOT: &str = sigstore_verify::trust_root::SIGSTORE_PRODUCTION_TRUSTED_ROOT;

/// Two keys may sign for each role, and both must.
const THRESHOLD: usize = 2;

/// A repository with consistent snapshots.
#[derive(Debug, Clone)]
pub(crate) struct Repository {
    pub(crate) trusted_root: String,
    pub(crate) target_name: String,
    pub(crate) target_length: Option<u64>,
    /// The version of everything but the roots.
    pub(crate) version: u64,
    /// Roots after the first: whether the holders of the old keys signed.
    rotations: Vec<bool>,
    expired: String,
    unsigned: String,
    replaced: BTreeMap<String, Vec<u8>>,
    changed_target: Option<String>,
}

impl Repository {
    pub(crate) fn new() -> Self {
        Self {
            trusted_root: TRUSTED_ROOT.to_owned(),
            target_name: "trusted_root.json".to_owned(),
            target_length: None,
            version: 1,
            rotations: Vec::new(),
            expired: String::new(),
            unsigned: String::new(),
            replaced: BTreeMap::new(),
            changed_target: None,
        }
    }

    pub(crate) fn rotate(&mut self, is_agreed: bool) {
        self.rotations.push(is_agreed);
    }

    pub(crate) fn expire(&mut self, role: &str) {
        role.clone_into(&mut self.expired);
    }

    /// One signature too few.
    pub(crate) fn unsign(&mut self, role: &str) {
        role.clone_into(&mut self.unsigned);
    }

    pub(crate) fn replace(&mut self, name: &str, bytes: &[u8]) {
        self.replaced.insert(name.to_owned(), bytes.to_vec());
    }

    pub(crate) fn replace_target(&mut self, change: impl Fn(&str) -> String) {
        self.changed_target = Some(change(&self.trusted_root));
    }

    pub(crate) fn first_root(&self) -> Vec<u8> {
        self.root(1, true)
    }

    /// The root of a version, signed by its own keys and, where they agree, those of the one before.
    pub(crate) fn root(&self, version: u64, is_agreed: bool) -> Vec<u8> {
        let own = keys("root", version);
        let roles = ["root", "timestamp", "snapshot", "targets"];
        let last = u64::try_from(self.rotations.len()).unwrap() + 1;
        let all: Vec<(&str, Vec<SigningKey>)> = roles
            .iter()
            .map(|role| (*role, if *role == "root" { own.clone() } else { keys(role, 1) }))
            .collect();
        let listed: serde_json::Map<String, Value> =
            all.iter().flat_map(|(_, keys)| keys).map(|key| (id(key), public(key))).collect();
        let roles: serde_json::Map<String, Value> = all
            .iter()
            .map(|(role, keys)| {
                let ids: Vec<String> = keys.iter().map(id).collect();
                ((*role).to_owned(), json!({"keyids": ids, "threshold": THRESHOLD}))
            })
            .collect();
        let signed = json!({
            "_type": "root", "spec_version": "1.0.31", "version": version, "consistent_snapshot": true,
            "expires": self.end("root", version == last), "keys": listed, "roles": roles,
        });
        let mut signers = own;
        if version > 1 && is_agreed {
            signers.extend(keys("root", version - 1));
        }
        self.sign("root", &signed, &signers)
    }

    /// Every file but the first root, by name.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        for (version, is_agreed) in (2..).zip(&self.rotations) {
            files.insert(format!("{version}.root.json"), self.root(version, *is_agreed));
        }
        let target = self.trusted_root.as_bytes();
        let hash = Digest::of(target).hex().to_owned();
        let length = self.target_length.unwrap_or(target.len() as u64);
        let listed = json!({&self.target_name: {"length": length, "hashes": {"sha256": hash}}});
        let targets = self.role("targets", &json!({"targets": listed}));
        let snapshot =
            self.role("snapshot", &json!({"meta": {"targets.json": self.pin(&targets)}}));
        let timestamp =
            self.role("timestamp", &json!({"meta": {"snapshot.json": self.pin(&snapshot)}}));
        let version = self.version;
        let served = self.changed_target.as_deref().unwrap_or(&self.trusted_root);
        files.insert(format!("targets/{hash}.{}", self.target_name), served.as_bytes().to_vec());
        files.insert(format!("{version}.targets.json"), targets);
        files.insert(format!("{version}.snapshot.json"), snapshot);
        files.insert("timestamp.json".to_owned(), timestamp);
        files.extend(self.replaced.clone());
        files
    }

    fn pin(&self, bytes: &[u8]) -> Value {
        json!({"version": self.version, "length": bytes.len(), "hashes": {"sha256": Digest::of(bytes).hex()}})
    }

    fn role(&self, role: &str, rest: &Value) -> Vec<u8> {
        let mut signed = json!({
            "_type": role, "spec_version": "1.0.31", "version": self.version, "expires": self.end(role, true),
        });
        signed.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        self.sign(role, &signed, &keys(role, 1))
    }

    fn end(&self, role: &str, is_last: bool) -> &'static str {
        if is_last && self.expired == role { BEFORE } else { LATER }
    }

    fn sign(&self, role: &str, signed: &Value, signers: &[SigningKey]) -> Vec<u8> {
        let bytes = sigstore_tuf::canonical_json::to_canonical_bytes(signed).unwrap();
        let missing = usize::from(self.unsigned == role);
        let signatures: Vec<Value> = signers
            .iter()
            .skip(missing)
            .map(|key| json!({"keyid": id(key), "sig": hex(&key.sign(&bytes).to_bytes())}))
            .collect();
        json!({"signatures": signatures, "signed": signed}).to_string().into_bytes()
    }
}

fn keys(role: &str, generation: u64) -> Vec<SigningKey> {
    (0..THRESHOLD)
        .map(|i| {
            let seed = Digest::of(format!("{role} {generation} {i}").as_bytes());
            SigningKey::from_bytes(seed.hex().as_bytes().first_chunk::<32>().unwrap())
        })
        .collect()
}

fn public(key: &SigningKey) -> Value {
    json!({"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": hex(&key.verifying_key().to_bytes())}})
}

fn id(key: &SigningKey) -> String {
    Digest::of(&key.verifying_key().to_bytes()).hex().to_owned()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
