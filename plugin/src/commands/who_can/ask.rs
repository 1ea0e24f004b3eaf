//! `who-can VERB RESOURCE`: who may do something, through which binding, role and rule.

use harden_core::answers::access::{self, Answer, Question, WhoCan};

use crate::commands;
use crate::commands::access::{self as reading, Known};

/// Answers as the RBAC authorizer of the API server decides, for everybody at once: users, groups and ServiceAccounts,
/// by each binding, role and rule, with the line of the file. Files are taken for what a new cluster is given:
/// aggregated roles are filled, and the roles of Kubernetes itself are there. Without -n, bindings of all namespaces
/// count, and each answer says where. Nothing is changed. Exits with 1 when nobody may but system:masters, and with 3
/// when something could not be read.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// What is done: get, create, escalate, impersonate or any other verb, or '*' for all
    #[arg(value_name = "VERB")]
    verb: String,

    /// With what: pods, deploy, deployments.apps/scale, widgets.example.com, '*' for all, or a path such as /healthz
    #[arg(value_name = "RESOURCE")]
    resource: String,

    /// The name of the only object
    #[arg(value_name = "NAME")]
    name: Option<String>,

    /// Show what nearly lets somebody, and the one thing that is missing
    #[arg(long)]
    near_misses: bool,

    #[command(flatten)]
    reading: reading::Told,
}

pub(crate) fn run(options: &Options) -> commands::Result {
    // What is asked is understood first: a wrong word needs no cluster.
    options.question(&access::Served::default())?;
    let known = options.reading.read()?;
    let answer = Answer::WhoCan(options.ask(&known)?);
    options.reading.tell(&answer, &known)
}

impl Options {
    fn question(&self, served: &access::Served) -> anyhow::Result<Question> {
        let (name, namespace) = (self.name.as_deref().unwrap_or(""), self.reading.namespace());
        Ok(Question::new(&self.verb, &self.resource, name, &namespace, served)?)
    }

    fn ask(&self, known: &Known) -> anyhow::Result<WhoCan> {
        let answer = access::who_can(&known.all, self.question(&known.served)?);
        let near = if self.near_misses {
            access::near_misses(&known.all, &answer.question, &answer.holders)
        } else {
            Vec::new()
        };
        Ok(WhoCan { near, ..answer })
    }
}

/// The answer for a cluster as JSON, without a word beside it. Each listing is handed over before it is read.
///
/// # Errors
///
/// When it cannot be read, or the question has no meaning.
#[cfg(feature = "live")]
pub(crate) fn answer(
    options: &Options,
    connection: &crate::connection::Connection,
    heed: impl Fn(crate::listing::Listing) -> anyhow::Result<crate::listing::Listing>,
) -> anyhow::Result<serde_json::Value> {
    options.question(&access::Served::default())?;
    let known = options.reading.read_of(connection, heed)?;
    known.expect_all()?;
    Ok(access::to_json(&Answer::WhoCan(options.ask(&known)?), &known.coverage))
}
