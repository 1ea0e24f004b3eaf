//! AWS Secrets Manager and Systems Manager Parameter Store.

use serde_json::{Map, Value, json};

use super::identity::Identity;
use super::remote::Remote;
use super::store::{Auth, Provider, Scaffold, auth, static_note};
use super::text::{needed, quoted, word};
use crate::generators::OptionError;

#[cfg(feature = "cli")]
const HEADING: &str = "AWS";

/// What only AWS needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::Args), group(skip))]
pub struct Options {
    /// Region of the store, e.g. eu-west-1
    #[cfg_attr(feature = "cli", arg(id = "aws-region", long = "aws-region", value_name = "REGION", help_heading = HEADING))]
    pub region: Option<String>,

    /// Role that the ServiceAccount stands for (IRSA); with --auth static, role that is assumed
    #[cfg_attr(feature = "cli", arg(id = "aws-role", long = "aws-role", value_name = "ARN", help_heading = HEADING))]
    pub role: Option<String>,
}

impl Options {
    /// The first option that was given.
    pub(super) fn given(&self) -> Option<&'static str> {
        let region = self.region.as_ref().map(|_| "--aws-region");
        region.or(self.role.as_ref().map(|_| "--aws-role"))
    }

    fn region(&self) -> Result<&str, OptionError> {
        let region = needed(
            "--aws-region",
            self.region.as_ref(),
            "the region of the store, such as eu-west-1",
        )?;
        let is_region = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
        if region.bytes().all(is_region) && region.contains('-') {
            return Ok(region);
        }
        Err(OptionError::new("--aws-region", region, "must be a region such as eu-west-1"))
    }

    fn role(&self) -> Result<Option<&str>, OptionError> {
        let role = word("--aws-role", self.role.as_ref())?;
        match role {
            Some(text) if !(text.starts_with("arn:aws") && text.contains(":role/")) => {
                let reason = "must be a role such as arn:aws:iam::123456789012:role/eso-team-a";
                Err(OptionError::new("--aws-role", text, reason))
            }
            other => Ok(other),
        }
    }
}

pub(super) fn scaffold(
    options: &super::Options,
    provider: Provider,
    identity: &Identity<'_>,
) -> Result<Scaffold, OptionError> {
    let service =
        if provider == Provider::AwsParameterStore { "ParameterStore" } else { "SecretsManager" };
    let mut block = Map::new();
    block.insert("service".to_owned(), service.into());
    block.insert("region".to_owned(), options.aws.region()?.into());
    let role = options.aws.role()?;
    let mut scaffold = Scaffold { block: "aws", ..Scaffold::default() };
    let method = if auth(options, &[Auth::Identity, Auth::Static])? == Auth::Identity {
        let Some(role) = role else {
            let reason = "is needed: the role that the ServiceAccount stands for; --auth static uses an access key instead";
            return Err(OptionError::new("--aws-role", "", reason));
        };
        let mut annotations = Map::new();
        annotations.insert("eks.amazonaws.com/role-arn".to_owned(), role.into());
        scaffold.account = Some(annotations);
        json!({"jwt": {"serviceAccountRef": identity.account_ref()}})
    } else {
        if let Some(role) = role {
            block.insert("role".to_owned(), role.into());
        }
        let what = "an access key (keys access-key-id and secret-access-key)";
        scaffold.notes.push(static_note(identity, what, "--auth identity needs none"));
        json!({"secretRef": {
            "accessKeyIDSecretRef": identity.credential_ref("access-key-id"),
            "secretAccessKeySecretRef": identity.credential_ref("secret-access-key"),
        }})
    };
    block.insert("auth".to_owned(), method);
    scaffold.provider = Value::Object(block);
    Ok(scaffold)
}

/// The commands that fill the store by hand.
pub(super) fn commands(
    options: &super::Options,
    provider: Provider,
    remote: &Remote,
) -> Result<Vec<String>, OptionError> {
    let region = options.aws.region()?;
    let put = |key: &str, file: &str| {
        format!(
            "aws ssm put-parameter --region {region} --type SecureString --name {} --value file://{file}",
            quoted(key)
        )
    };
    let file = format!("{}.json", remote.secret.name);
    if provider == Provider::AwsParameterStore {
        if remote.entries.is_empty() {
            return Ok(vec![put(&remote.key, &file)]);
        }
        let entries = remote.entries.iter();
        return Ok(entries
            .map(|it| put(&it.remote_key, &format!("FILE_WITH_{}", it.secret_key)))
            .collect());
    }
    Ok(vec![format!(
        "aws secretsmanager create-secret --region {region} --name {} --secret-string file://{file}",
        quoted(&remote.key)
    )])
}
