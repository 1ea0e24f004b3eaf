//! `verify IMAGE…`: who signed an image or a file, when, and from what it was built.

mod asked;
mod expected;
mod file;
mod image;
mod locked;

use std::path::PathBuf;

use anyhow::bail;
use harden_core::generators::image_policy;
use harden_sigstore::answer::{self, Answer, Outcome};
use harden_sigstore::statement::BuildLevel;
use serde_json::{Value, json};

use crate::commands;
use crate::commands::reading::Reach;
use crate::connection::Connection;
use crate::deliver::outputs::Outputs;
use crate::terminal::{self, Exit};
use expected::Signer;

/// Finds the digest of each image, the signatures and statements that are kept beside it, in bundles and in cosign's
/// older form, and verifies them without cosign: by a key, or by the name in a certificate and who vouches for that,
/// with the entry of the transparency log and the time. It says who signed, when, from what it was built, and which
/// level of SLSA the evidence supports. An image is a name for a registry, oci:FOLDER, oci-archive:FILE or
/// docker-archive:FILE. Roots of trust are those that it was built with, unless --trusted-root says otherwise; nothing
/// is fetched but from the registries of the images. Exits with 1 when one is not verified, and with 3 when something
/// could not be read.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// Image, or a file or folder whose images are meant, such as ./manifests; repeatable [default: the images of the
    /// cluster]
    #[arg(value_name = "IMAGE")]
    images: Vec<String>,

    /// File, folder, https:// address, or - for standard input, whose images are meant, repeatable
    #[arg(short, long, value_name = "FILE", help_heading = "Input")]
    filename: Vec<PathBuf>,

    /// Look into the folders of folders too
    #[arg(short = 'R', long, help_heading = "Input")]
    recursive: bool,

    /// Folder with a kustomization, which kubectl builds
    #[arg(short, long, value_name = "DIR", help_heading = "Input")]
    kustomize: Option<PathBuf>,

    /// A file that was signed, in place of images; - is standard input
    #[arg(long, value_name = "FILE", help_heading = "Input", requires = "bundle", conflicts_with_all = ["images", "filename", "kustomize", "snapshot", "lock"])]
    file: Option<PathBuf>,

    /// The bundle with the signature of --file
    #[arg(long, value_name = "FILE", help_heading = "Input", requires = "file")]
    bundle: Option<PathBuf>,

    #[command(flatten)]
    signer: Signer,

    /// Statement that has to be there, signed: slsa-provenance, sbom, vulnerabilities, or the address of a type of
    /// predicate; repeatable
    #[arg(long, value_name = "TYPE", value_parser = predicate_type, help_heading = "Demands")]
    attestation: Vec<String>,

    /// Builder that the provenance has to name
    #[arg(long, value_name = "ADDRESS", help_heading = "Demands")]
    builder: Option<String>,

    /// Repository that the provenance has to name, such as `https://github.com/example/app`
    #[arg(long, value_name = "ADDRESS", help_heading = "Demands")]
    source: Option<String>,

    /// Level of SLSA's build track that the evidence has to support
    #[arg(long, value_name = "LEVEL", value_parser = level, help_heading = "Demands")]
    build_level: Option<BuildLevel>,

    /// Demand that a transparency log has it, also of what a key signed
    #[arg(long, help_heading = "Demands")]
    require_log: bool,

    /// Keep what was seen in kubectl-harden.lock, or in FILE; who signed before is expected again
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = harden_core::lock::NAME, help_heading = "Lock")]
    lock: Option<PathBuf>,

    #[command(flatten)]
    outputs: Outputs<Format>,

    /// Exit as if all was read and known, when something was not
    #[arg(long, help_heading = "Exit code")]
    allow_incomplete: bool,

    #[command(flatten)]
    reach: Reach,

    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Lines for each image
    Text,
    /// All of it as JSON
    Json,
}

fn level(text: &str) -> Result<BuildLevel, String> {
    match text.to_ascii_uppercase().trim_start_matches("SLSA_BUILD_LEVEL_").trim_start_matches('L')
    {
        "1" => Ok(BuildLevel::L1),
        "2" => Ok(BuildLevel::L2),
        "3" => Ok(BuildLevel::L3),
        _ => Err("the levels of SLSA's build track are 1, 2 and 3".to_owned()),
    }
}

fn predicate_type(text: &str) -> Result<String, &'static str> {
    image_policy::predicate_type(text).map(str::to_owned)
}

pub(crate) fn run(options: &Options) -> commands::Result {
    options.outputs.check(&options.lock.iter().map(PathBuf::as_path).collect::<Vec<_>>())?;
    let all = match (&options.file, &options.bundle) {
        (Some(file), Some(bundle)) => file::verify(options, file, bundle)?,
        _ => image::verify(options)?,
    };
    all.errors.iter().try_for_each(|it| terminal::error(it))?;
    let written = options.outputs.write(|format| match format {
        Format::Text => all.to_text(),
        Format::Json => format!("{:#}\n", all.to_json()),
    })?;
    Ok(all.exit(options.allow_incomplete).max(written))
}

/// All that was answered, and what could not be.
#[derive(Debug, Default)]
pub(crate) struct Verdicts {
    answers: Vec<Answer>,
    /// What was named and is not there, a sentence each.
    errors: Vec<String>,
    /// What could not be read, and why.
    incomplete: Vec<(String, String)>,
    /// What else is to be known, a sentence each.
    notes: Vec<String>,
    /// Seconds since 1970.
    now: i64,
}

/// What no verification shows.
const UNSEEN: [&str; 2] =
    ["what the signed software does", "whether a key or an account of a signer was stolen since"];

impl Verdicts {
    fn is_verified(answer: &Answer) -> bool {
        answer.outcome() == Outcome::Verified
    }

    fn to_text(&self) -> String {
        // What was named and is not there was said, and nothing else was asked.
        if self.answers.is_empty() && self.incomplete.is_empty() && !self.errors.is_empty() {
            return String::new();
        }
        let asked = self.answers.len() + self.errors.len() + self.incomplete.len();
        let verified = self.answers.iter().filter(|it| Self::is_verified(it)).count();
        let mut lines = vec![format!("{verified} of {asked} verified.")];
        lines.extend(self.notes.iter().map(|it| format!("Note: {it}.")));
        lines.push(format!("Not seen: {}.", UNSEEN.join("; ")));
        lines.extend(self.incomplete.iter().map(|(what, why)| format!("Not read: {what}: {why}")));
        let answers = self.answers.iter().map(|it| answer::to_text(it, self.now) + "\n");
        answers.chain(lines.iter().map(|it| terminal::in_words(it) + "\n")).collect()
    }

    fn to_json(&self) -> Value {
        let incomplete: Vec<_> =
            self.incomplete.iter().map(|(what, why)| json!({"what": what, "why": why})).collect();
        json!({
            "version": "v1",
            "coverage": {"images": self.answers.len(), "incomplete": incomplete, "notes": self.notes, "unseen": UNSEEN},
            "answers": self.answers.iter().map(answer::to_json).collect::<Vec<_>>(),
        })
    }

    fn exit(&self, allow_incomplete: bool) -> Exit {
        if !self.errors.is_empty() {
            return Exit::Failed;
        }
        let of = |outcome: Outcome| self.answers.iter().any(|it| it.outcome() == outcome);
        if of(Outcome::Refused) || of(Outcome::Unsigned) {
            Exit::Found
        } else if self.answers.is_empty() || of(Outcome::Unknown) || !self.incomplete.is_empty() {
            Exit::Incomplete.allowing(allow_incomplete)
        } else {
            Exit::Done
        }
    }
}

impl Options {
    fn demand(&self) -> answer::Demand {
        answer::Demand {
            attestations: self.attestation.clone(),
            builder: self.builder.clone(),
            source: self.source.clone(),
            level: self.build_level,
            log: self.require_log,
        }
    }

    fn expect_signer(&self) -> anyhow::Result<()> {
        if self.signer.is_named() || self.lock.is_some() {
            return Ok(());
        }
        bail!(
            "say who must have signed: --key FILE, or --certificate-identity NAME with --certificate-oidc-issuer ADDRESS"
        )
    }
}
