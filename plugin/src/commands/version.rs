//! `version`: what this is, and which Kubernetes it knows.

use harden_core::kubernetes::MinorVersion;
use serde_json::json;

use crate::deliver::outputs::Outputs;

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    #[command(flatten)]
    outputs: Outputs<Format>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    /// Two lines
    Text,
    /// A JSON object
    Json,
    /// The same as YAML
    Yaml,
}

pub(crate) fn run(options: &Options) -> super::Result {
    let version = env!("CARGO_PKG_VERSION");
    let kubernetes = MinorVersion::NEWEST_KNOWN;
    let object = json!({"version": format!("v{version}"), "kubernetes": kubernetes.to_string()});
    options.outputs.check(&[])?;
    options.outputs.write(|format| match format {
        Format::Text => format!("kubectl harden v{version}\nknows Kubernetes up to {kubernetes}\n"),
        Format::Json => format!("{object:#}\n"),
        Format::Yaml => harden_yaml::write(&object),
    })
}
