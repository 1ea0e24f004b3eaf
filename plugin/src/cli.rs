//! The words of the command line.

mod candidates;
mod examples;
mod groups;
pub(crate) mod reserved;

use clap::{Args, Command, CommandFactory as _, Parser, Subcommand, ValueEnum};
use harden_core::generators::{Generator, Product};

use crate::commands::generate::{roles, sources};
use crate::deliver::Delivery;
use crate::deliver::file::FileDelivery;

/// Takes Kubernetes namespaces, manifests and clusters from default to hardened.
///
/// Nothing is sent anywhere but to the cluster you name, and a cluster is changed only with --apply.
#[derive(Debug, Parser)]
#[command(
    name = "kubectl-harden",
    bin_name = "kubectl harden",
    version = env!("CARGO_PKG_VERSION"),
    disable_help_subcommand = true,
    subcommand_required = true,
    arg_required_else_help = true,
    max_term_width = 100
)]
pub(crate) struct Cli {
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true, display_order = 900)]
    pub(crate) color: Color,

    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What generates is listed in the core, what acts is listed here.
#[derive(Debug, Subcommand)]
#[expect(clippy::large_enum_variant, reason = "one is made per run")]
pub(crate) enum Verb {
    #[command(flatten)]
    Generate(Generator),
    /// Check manifests against every rule
    Check(crate::commands::check::Options),
    /// Say what Pod Security level namespaces hold, what blocks the next one, and how to get there
    Plan(crate::commands::plan::Options),
    /// Mend what the rules find, with every comment in its place
    Fix(crate::commands::fix::Options),
    /// Sign an image with a key, or say something of it, as cosign does
    Sign(crate::commands::sign::Options),
    /// Say who may do something, through which binding, role and rule
    WhoCan(crate::commands::who_can::Question),
    /// Say what somebody may do and why, or what of it is new
    WhatCan(crate::commands::what_can::Options),
    /// Say who signed images, when, and from what they were built
    Verify(crate::commands::verify::Options),
    /// Explain a rule: why it is there, what to do, what may break
    Explain(crate::commands::explain::Explain),
    /// List the rules
    Rules(crate::commands::explain::List),
    /// Ask what would happen
    #[command(subcommand)]
    Simulate(crate::commands::simulate::Simulate),
    /// Write what a cluster holds to a file, without secrets, to check it later and elsewhere
    Snapshot(crate::commands::snapshot::Options),
    /// Answer assistants over the Model Context Protocol: read-only, and without secrets
    Mcp(crate::commands::mcp::Options),
    /// Check and generate in the browser, without any network
    Playground(crate::commands::playground::Options),
    /// Print the completion script of a shell
    #[command(after_help = crate::commands::completion::INSTALL)]
    Completion(crate::commands::completion::Options),
    /// Print the version, and which Kubernetes it knows
    Version(crate::commands::version::Options),
    /// Explain a command
    Help(crate::commands::help::Options),
}

/// The whole command line, as `--help`, completion and the tests see it.
pub fn command() -> Command {
    let command = generators().fold(Cli::command(), |command, name| {
        let product = Generator::product_of(&name);
        command.mut_subcommand(name, |generator| with_delivery(generator, product))
    });
    let command = command
        .mut_subcommand("image-policy", with_sources::<sources::Sources>)
        .mut_subcommand("network-policy", with_sources::<sources::Sources>)
        .mut_subcommand("role", with_sources::<roles::Sources>);
    let command = command
        .mut_subcommand("playground", |it| it.hide(!crate::commands::playground::is_carried()));
    let command = command.mut_subcommands(brief);
    groups::grouped(candidates::with_candidates(examples::with_examples(command, "")))
}

/// What `-h` leaves to `--help`, by its heading.
const AT_LENGTH: [&str; 12] = [
    "Cluster",
    "Scope",
    "Access",
    "Exemptions",
    "API server",
    "Exit code",
    "Vault",
    "AWS",
    "Google Cloud",
    "Azure",
    "1Password",
    "Kubernetes",
];

/// What `-h` leaves to `--help` of the other headings.
const RARE: &[&str] = &[
    "color",
    "labels",
    "annotations",
    "force",
    "audit_level",
    "warn_level",
    "dns",
    "dns_selector",
    "dns_port",
    "dns_cidr",
    "allow_apiserver",
    "allow_webhooks",
    "webhook_source",
    "no_comments",
    "allow_incomplete",
    "force_conflicts",
    "no_ignores",
    "secret_type",
    "remote_key",
    "data_from",
    "refresh_policy",
    "refresh_interval",
    "creation_policy",
    "deletion_policy",
    "store_kind",
    "allow_namespace",
    "allow_namespace_label",
    "auth",
    "service_account",
    "credentials",
    "identity_namespace",
    "ca_config_map",
    "push",
    "print_commands",
    "kyverno",
    "verifier_version",
    "issuer_regexp",
    "subject_regexp",
    "trusted_root",
    "lock",
    "source",
    "unmatched",
    "with_discovery",
    "with_denied",
    "with_delete",
    "audit_policy",
];

/// Leaves out of `-h` what few need.
fn brief(command: Command) -> Command {
    let is_long = |heading: Option<&str>| heading.is_some_and(|it| AT_LENGTH.contains(&it));
    let command = command.mut_args(|arg| {
        let id = arg.get_id().as_str();
        let is_long = is_long(arg.get_help_heading()) && id != "fail_on" || RARE.contains(&id);
        arg.hide_short_help(is_long)
    });
    command.mut_subcommands(brief)
}

/// Adds the options of delivery to a generator, and to the procedures below it.
fn with_delivery(command: Command, product: Option<Product>) -> Command {
    let about = command.get_about().cloned().unwrap_or_default();
    let command = command.mut_subcommands(|it| with_delivery(it, product));
    let command = match product {
        Some(Product::Files) => FileDelivery::augment_args(command),
        _ => Delivery::augment_args(command),
    };
    command.about(about.clone()).long_about(about)
}

/// Adds where a generator reads from.
fn with_sources<S: Args>(command: Command) -> Command {
    let about = command.get_about().cloned().unwrap_or_default();
    let command = S::augment_args(command);
    command.about(about.clone()).long_about(about)
}

/// The names of the generators.
pub(crate) fn generators() -> impl Iterator<Item = String> {
    let all = Generator::augment_subcommands(Command::new("all"));
    all.get_subcommands().map(|it| it.get_name().to_owned()).collect::<Vec<_>>().into_iter()
}
