//! `what-can SUBJECT`: what somebody may do, with the rule that says so, and what of it is new.

use anyhow::bail;
use harden_core::answers::access::{self, Answer, Somebody, WhatCan};

use crate::commands;
use crate::commands::access::{self as reading, Known};
use crate::commands::reading::Against;

/// Says all that a user, a group or a ServiceAccount may do, namespace by namespace, with the binding, the role and the
/// rule, by the groups that follow from its name, too. '*' lists every role with a wildcard and who holds it. With
/// --against, only what is granted anew and what is taken away is shown, by its meaning and not by the text; with '*',
/// for everybody whom a binding names. Exits with 1 when there is nothing, or with --against when something is granted
/// anew, and with 3 when something could not be read.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// Who: alice or user:alice, group:dev, team-a/web or system:serviceaccount:team-a:web, or '*'
    #[arg(value_name = "SUBJECT", value_parser = whom)]
    subject: Whom,

    /// Group of the user, repeatable; system:authenticated and those of ServiceAccounts are added
    #[arg(long, value_name = "GROUP")]
    group: Vec<String>,

    #[command(flatten)]
    against: Against,

    #[command(flatten)]
    reading: reading::Told,
}

/// Who is asked about.
#[derive(Debug, Clone)]
enum Whom {
    One(Somebody),
    All,
}

fn whom(text: &str) -> Result<Whom, String> {
    if text == "*" { Ok(Whom::All) } else { text.parse().map(Whom::One) }
}

pub(crate) fn run(options: &Options) -> commands::Result {
    options.check()?;
    let mut known = options.reading.read()?;
    let earlier = options.reading.earlier(&options.against)?;
    if let Some(earlier) = &earlier {
        known.take_lacks(earlier);
    }
    let answer = options.ask(&known, earlier.as_ref());
    options.reading.tell(&answer, &known)
}

impl Options {
    fn check(&self) -> anyhow::Result<()> {
        if matches!(self.subject, Whom::All) && !self.group.is_empty() {
            bail!("--group adds to what one subject may do: name one in place of *");
        }
        Ok(())
    }

    fn ask(&self, known: &Known, earlier: Option<&Known>) -> Answer {
        let all = &known.all;
        match (&self.subject, earlier) {
            (Whom::All, None) => Answer::Wildcards(access::wildcards(all)),
            (Whom::All, Some(then)) => Answer::Changes(access::changes_of_all(all, &then.all)),
            (Whom::One(somebody), then) => {
                let mut answer = access::what_can(all, somebody, &self.group);
                self.narrow(&mut answer);
                let changes = then.map(|it| access::changes(all, &it.all, somebody, &self.group));
                Answer::WhatCan(WhatCan { changes, ..answer })
            }
        }
    }

    /// Leaves out other namespaces than that which is asked about.
    fn narrow(&self, answer: &mut WhatCan) {
        let namespace = self.reading.namespace();
        if !namespace.is_empty() {
            answer.through.retain(|it| it.namespace.is_empty() || it.namespace == namespace);
        }
    }
}

/// The answer for a cluster as JSON, without a word beside it. Each listing is handed over before it is read.
///
/// # Errors
///
/// When it cannot be read.
#[cfg(feature = "live")]
pub(crate) fn answer(
    options: &Options,
    connection: &crate::connection::Connection,
    heed: impl Fn(crate::listing::Listing) -> anyhow::Result<crate::listing::Listing>,
) -> anyhow::Result<serde_json::Value> {
    options.check()?;
    let known = options.reading.read_of(connection, heed)?;
    known.expect_all()?;
    Ok(access::to_json(&options.ask(&known, None), &known.coverage))
}
