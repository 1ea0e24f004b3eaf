//! HashiCorp Vault and OpenBao, engine KV.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::identity::Identity;
use super::remote::Remote;
use super::store::{Auth, Scaffold, auth, static_note};
use super::text::{https, quoted, word};
use crate::generators::OptionError;

#[cfg(feature = "cli")]
const HEADING: &str = "Vault";

const AUTH: &[Auth] = &[Auth::Identity, Auth::Kubernetes, Auth::Jwt, Auth::Approle, Auth::Static];

/// What only Vault needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::Args), group(skip))]
pub struct Options {
    /// Address of the server
    #[cfg_attr(feature = "cli", arg(id = "vault-server", long = "vault-server", value_name = "URL", help_heading = HEADING))]
    pub server: Option<String>,

    /// Where the KV engine is mounted, without /data [default: secret]
    #[cfg_attr(feature = "cli", arg(id = "vault-mount", long = "vault-mount", value_name = "PATH", help_heading = HEADING))]
    pub mount: Option<String>,

    /// Version of the KV engine [default: v2]
    #[cfg_attr(feature = "cli", arg(id = "vault-kv", long = "vault-kv", value_name = "VERSION", help_heading = HEADING))]
    pub version: Option<KvVersion>,

    /// Role of the auth method [default: namespace and name of the ServiceAccount]
    #[cfg_attr(feature = "cli", arg(id = "vault-role", long = "vault-role", value_name = "NAME", help_heading = HEADING))]
    pub role: Option<String>,

    /// Where the auth method is mounted [default: kubernetes, jwt or approle]
    #[cfg_attr(feature = "cli", arg(id = "vault-auth-mount", long = "vault-auth-mount", value_name = "PATH", help_heading = HEADING))]
    pub auth_mount: Option<String>,

    /// Namespace of Vault Enterprise
    #[cfg_attr(feature = "cli", arg(id = "vault-namespace", long = "vault-namespace", value_name = "NAME", help_heading = HEADING))]
    pub namespace: Option<String>,
}

/// Version of the KV engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum KvVersion {
    /// Without history
    V1,
    /// With history; paths of its API have /data in them, which the operator adds
    #[default]
    V2,
}

impl Options {
    /// The first option that was given.
    pub(super) fn given(&self) -> Option<&'static str> {
        [
            ("--vault-server", self.server.is_some()),
            ("--vault-mount", self.mount.is_some()),
            ("--vault-kv", self.version.is_some()),
            ("--vault-role", self.role.is_some()),
            ("--vault-auth-mount", self.auth_mount.is_some()),
            ("--vault-namespace", self.namespace.is_some()),
        ]
        .into_iter()
        .find_map(|(option, given)| given.then_some(option))
    }

    fn version(&self) -> KvVersion {
        self.version.unwrap_or_default()
    }

    fn mount(&self) -> Result<&str, OptionError> {
        let mount = word("--vault-mount", self.mount.as_ref())?.unwrap_or("secret");
        let is_path = !mount.starts_with('/') && !mount.ends_with('/');
        let has_data =
            self.version() == KvVersion::V2 && (mount == "data" || mount.ends_with("/data"));
        if is_path && !has_data {
            return Ok(mount);
        }
        let rule = "must be the mount alone, without a slash around it and without /data, which the operator adds";
        Err(OptionError::new("--vault-mount", mount, rule))
    }
}

/// Rejects keys that would be read from elsewhere than meant.
pub(super) fn check_key(options: &super::Options, key: &str) -> Result<(), OptionError> {
    let mount = options.vault.mount()?;
    let reject = |rule: String| Err(OptionError::new("--remote-key", key, rule));
    if key.starts_with('/') || key.ends_with('/') {
        return reject("must have no slash at its beginning or end".to_owned());
    }
    if key == mount || key.starts_with(&format!("{mount}/")) {
        return reject(format!("must not repeat the mount `{mount}`"));
    }
    if options.vault.version() == KvVersion::V2
        && (key.starts_with("data/") || key.contains("/data/"))
    {
        return reject(format!(
            "must be the path as `vault kv get -mount={mount} PATH` takes it: the operator adds /data itself"
        ));
    }
    Ok(())
}

pub(super) fn scaffold(
    options: &super::Options,
    identity: &Identity<'_>,
) -> Result<Scaffold, OptionError> {
    let vault = &options.vault;
    let auth = auth(options, AUTH)?;
    let own = default_role(identity);
    let role = word("--vault-role", vault.role.as_ref())?.unwrap_or(&own);
    let mount = |otherwise| {
        word("--vault-auth-mount", vault.auth_mount.as_ref()).map(|it| it.unwrap_or(otherwise))
    };
    let mut notes = Vec::new();
    let mut has_account = true;
    let method = match auth {
        Auth::Identity | Auth::Kubernetes => json!({"kubernetes": {
            "mountPath": mount("kubernetes")?,
            "role": role,
            "serviceAccountRef": identity.account_ref_for("vault"),
        }}),
        Auth::Jwt => json!({"jwt": {
            "path": mount("jwt")?,
            "role": role,
            "kubernetesServiceAccountToken": {"serviceAccountRef": identity.account_ref_for("vault")},
        }}),
        Auth::Approle => {
            has_account = false;
            notes.push(static_note(
                identity,
                "a role id and a secret id (keys role-id and secret-id)",
                "give the secret id a time to live, or use --auth kubernetes",
            ));
            json!({"appRole": {
                "path": mount("approle")?,
                "roleRef": identity.credential_ref("role-id"),
                "secretRef": identity.credential_ref("secret-id"),
            }})
        }
        Auth::Static => {
            has_account = false;
            let what = "a Vault token (key token)";
            notes.push(static_note(
                identity,
                what,
                "never use a root token; --auth kubernetes needs none",
            ));
            json!({"tokenSecretRef": identity.credential_ref("token")})
        }
    };
    if !has_account && let Some(option) = unused(options, auth) {
        return Err(OptionError::new(
            option,
            "",
            format!("means nothing with --auth {}", auth.name()),
        ));
    }
    let mut provider = Map::new();
    provider.insert("server".to_owned(), https("--vault-server", vault.server.as_ref())?.into());
    provider.insert("path".to_owned(), vault.mount()?.into());
    let version = if vault.version() == KvVersion::V1 { "v1" } else { "v2" };
    provider.insert("version".to_owned(), version.into());
    if let Some(namespace) = word("--vault-namespace", vault.namespace.as_ref())? {
        provider.insert("namespace".to_owned(), namespace.into());
    }
    if let Some(ca) = identity.ca_ref(None) {
        provider.insert("caProvider".to_owned(), ca);
    }
    provider.insert("auth".to_owned(), method);
    Ok(Scaffold {
        block: "vault",
        provider: Value::Object(provider),
        account: has_account.then(Map::new),
        rights: Vec::new(),
        notes,
    })
}

fn unused(options: &super::Options, auth: Auth) -> Option<&'static str> {
    let vault = &options.vault;
    let mount =
        vault.auth_mount.as_ref().filter(|_| auth == Auth::Static).map(|_| "--vault-auth-mount");
    vault.role.as_ref().map(|_| "--vault-role").or(mount)
}

/// The command that fills the store by hand.
pub(super) fn commands(
    options: &super::Options,
    remote: &Remote,
) -> Result<Vec<String>, OptionError> {
    let files: Vec<String> = match remote.entries.as_slice() {
        [] => vec![format!("@{}.json", remote.secret.name)],
        entries => entries.iter().map(|it| format!("{0}=@FILE_WITH_{0}", it.secret_key)).collect(),
    };
    let mount = quoted(options.vault.mount()?);
    Ok(vec![format!("vault kv put -mount={mount} {} {}", quoted(&remote.key), files.join(" "))])
}

/// The commands that let the operator read these secrets and no others, where Vault knows it by its
/// ServiceAccount.
pub(super) fn access(
    options: &super::Options,
    identity: &Identity<'_>,
    remotes: &[&Remote],
) -> Result<Vec<String>, OptionError> {
    let vault = &options.vault;
    let mount = vault.mount()?;
    let (account, namespace) = (identity.account(), &identity.namespace);
    let role = vault.role.clone().unwrap_or_else(|| default_role(identity));
    let method = |otherwise: &'static str| quoted(vault.auth_mount.as_deref().unwrap_or(otherwise));
    let grant = match auth(options, AUTH)? {
        Auth::Jwt => format!(
            "vault write auth/{}/role/{} role_type=jwt user_claim=sub \
             bound_subject=system:serviceaccount:{namespace}:{account} bound_audiences=vault \
             token_policies={1} token_ttl=10m",
            method("jwt"),
            quoted(&role),
        ),
        Auth::Identity | Auth::Kubernetes => format!(
            "vault write auth/{}/role/{} bound_service_account_names={account} \
             bound_service_account_namespaces={namespace} audience=vault token_policies={1} token_ttl=10m",
            method("kubernetes"),
            quoted(&role),
        ),
        Auth::Approle | Auth::Static => return Ok(Vec::new()),
    };
    let capabilities = if options.push { r#"["create", "read", "update"]"# } else { r#"["read"]"# };
    let mut rules = String::new();
    for remote in remotes {
        let mut allow = |path: String| {
            let _ = write!(rules, "path \"{path}\" {{ capabilities = {capabilities} }}\n    ");
        };
        match vault.version() {
            KvVersion::V1 => allow(format!("{mount}/{}", remote.key)),
            KvVersion::V2 => {
                allow(format!("{mount}/data/{}", remote.key));
                // There the operator notes which secrets are its own.
                if options.push {
                    allow(format!("{mount}/metadata/{}", remote.key));
                }
            }
        }
    }
    let policy = quoted(rules.trim_end());
    Ok(vec![format!("echo {policy} | vault policy write {} -", quoted(&role)), grant])
}

/// Roles of Vault are not in a namespace of Kubernetes.
fn default_role(identity: &Identity<'_>) -> String {
    format!("{}-{}", identity.namespace, identity.account())
}
