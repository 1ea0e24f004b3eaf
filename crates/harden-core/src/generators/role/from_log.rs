//! The role that a log shows to be needed.

use std::collections::BTreeSet;

use super::hidden;
use super::listing::few;
use super::right::{Rights, printable};
use super::scope::{self, Widened};
use super::standing;
use super::unused::{self, Unused};
use super::usage::Usage;
use super::writing::{self, Naming};
use super::{Options, demands, subject};
use crate::cluster::Facts;
use crate::generators::{Generated, OptionError, Verdict, known_version};
use crate::kubernetes::MinorVersion;

/// The first version whose API server wants create for a WebSocket.
const UPGRADES_ASK: MinorVersion = MinorVersion(35);

/// Fewer days than this are too few to say that something is not used.
const DAYS: i64 = 30;

pub(super) fn generate(
    options: &Options,
    usage: &Usage,
    facts: &Facts,
) -> Result<Generated, OptionError> {
    let files = options.from_audit.join(",");
    let refuse = |rule: String, verdict| {
        Err(OptionError::new("--from-audit", &files, rule).because(verdict))
    };
    let version = known_version(options.kubernetes_version, facts)?;
    let who = subject::words(&usage.who);
    let log = &usage.log;
    if log.events == 0 {
        let first = log.errors.first().map(|it| format!("; {it}")).unwrap_or_default();
        let rule = format!("there is no audit event in it{first}");
        return refuse(rule, Verdict::Unknown);
    }
    if log.of_subject == 0 {
        let rule = format!("of its {} events none is of {who}", log.events);
        return refuse(rule, Verdict::Unknown);
    }
    let mut notes = vec![span(options, usage, &who)];
    let mut rights = usage.allowed.clone();
    say_denied(options, usage, &mut rights, &mut notes);
    say_unknown(usage, &mut rights, &mut notes);
    let there = options.there(version);
    let name = options.name_for(Some(&usage.who), "");
    let found = options.unused.then(|| unused::compare(&there, usage, &mut rights, &name));
    let mut demanded = usage.demanded.clone();
    demanded.0.retain(|_, it| version >= UPGRADES_ASK || it.because != [demands::UPGRADES]);
    rights.extend(demanded);
    if !options.with_discovery {
        for (role, rights) in standing::take_out(&mut rights) {
            let rights: Vec<String> = rights.into_iter().collect();
            notes.push(format!("left out, since every user has it by {role}: {}", few(&rights)));
        }
    }
    say_gaps(options, usage, version, &mut notes)?;
    let is_missing = found.as_ref().is_some_and(|it| !it.missing.is_empty());
    let is_granted_known = !options.unused || !is_missing && !options.texts.is_partial;
    let is_whole = log.unreadable == 0 && !usage.is_cut && is_granted_known;
    let verdict = if is_whole { Verdict::Yes } else { Verdict::Unknown };
    if rights.is_empty() {
        let is_elsewhere = found.as_ref().is_some_and(|it| !it.elsewhere.is_empty());
        if let Some(found) = found {
            say_unused(&Unused { replaced: Vec::new(), ..found }, &name, log.days(), &mut notes);
        }
        let what = if is_elsewhere { "that was read to be granted" } else { "that needs a role" };
        let rule = format!("{who} used nothing {what}: {}", notes.join("; "));
        return refuse(rule, if is_whole { Verdict::No } else { Verdict::Unknown });
    }
    let (places, widened) = scope::places(rights, &usage.made, &options.limits(false));
    say_widened(&widened, options, &mut notes);
    if let Some(found) = &found {
        say_unused(found, &name, log.days(), &mut notes);
    }
    let existing = standing::exact(&there, &places, &name);
    let naming = Naming { name: &name, who: Some(&usage.who), why: why(usage, &who) };
    let manifests = writing::manifests(&places, &naming, &existing);
    Ok(Generated { manifests, notes, verdict, ..Generated::default() })
}

/// Why the roles are there.
fn why(usage: &Usage, who: &str) -> String {
    let who = printable(who);
    match &usage.log.span {
        Some((first, last)) => {
            let (first, last) = (printable(first), printable(last));
            format!("What {who} used from {first} to {last}, and nothing else.")
        }
        None => format!("What {who} used, and nothing else."),
    }
}

fn span(options: &Options, usage: &Usage, who: &str) -> String {
    let log = &usage.log;
    let files = options.from_audit.join(", ");
    let time = match (&log.span, log.days()) {
        (Some((first, last)), Some(days)) => format!(", from {first} to {last} ({days} days)"),
        (Some((first, last)), None) => format!(", from {first} to {last}"),
        _ => String::new(),
    };
    printable(&format!(
        "{files}: {} of {} events are of {who}{time}; what is needed more seldom is not in this role",
        log.of_subject, log.events
    ))
}

fn list(rights: &Rights) -> String {
    let times = |count: u64| if count > 1 { format!(" ({count} times)") } else { String::new() };
    let items = rights.0.iter().map(|(right, how)| format!("{right}{}", times(how.count)));
    few(&items.collect::<Vec<_>>())
}

fn say_denied(options: &Options, usage: &Usage, rights: &mut Rights, notes: &mut Vec<String>) {
    let mut denied = usage.denied.clone();
    denied.0.retain(|right, how| !rights.0.get(right).is_some_and(|it| it.covers(how)));
    if denied.is_empty() {
        return;
    }
    let all = list(&denied);
    if options.with_denied {
        notes.push(format!("denied, and granted as --with-denied says: {all}"));
        rights.extend(denied);
    } else {
        notes.push(format!("denied, and not granted (--with-denied grants it, too): {all}"));
    }
}

/// Requests are judged by their outcome; where a log has none, by their arrival.
fn say_unknown(usage: &Usage, rights: &mut Rights, notes: &mut Vec<String>) {
    let mut unknown = usage.unknown.clone();
    let known = [&usage.allowed, &usage.denied];
    unknown.0.retain(|right, how| {
        !known.iter().any(|it| it.0.get(right).is_some_and(|it| it.covers(how)))
    });
    if unknown.is_empty() {
        return;
    }
    let all = list(&unknown);
    if usage.allowed.is_empty() && usage.denied.is_empty() {
        notes.push(format!(
            "the log has no outcome of any request, only that it arrived: whether it was allowed is not known, nor whether it was \
             made as somebody else; granted all the same: {all}"
        ));
        rights.extend(unknown);
    } else {
        notes.push(format!(
            "the log does not tell whether it was allowed, and it is not granted: {all}"
        ));
    }
}

/// What may be used, and is not in the log.
fn say_gaps(
    options: &Options,
    usage: &Usage,
    version: MinorVersion,
    notes: &mut Vec<String>,
) -> Result<(), OptionError> {
    let log = &usage.log;
    match (&options.audit_policy, &options.texts.policy) {
        (Some(file), Some(text)) => {
            let hidden = hidden::sentences(file, text, version, usage)?;
            notes.extend(
                hidden
                    .into_iter()
                    .map(|it| format!("{it}: what is used of that is not in this role")),
            );
        }
        _ => notes.extend(log.gaps()),
    }
    notes.extend(usage.untold.iter().map(|it| (*it).to_owned()));
    if usage.groups.len() > 1 {
        notes.push(format!(
            "the log knows it with {} sets of groups, as of several logins: what all of them used is in this role",
            usage.groups.len()
        ));
    }
    if log.unreadable > 0 {
        notes.push(printable(&format!(
            "{} lines are no events, and what they show is not in this role: {}",
            log.unreadable,
            few(&log.errors)
        )));
    }
    if usage.is_cut {
        notes.push(
            "there was more than is kept of a log: this role is not all that was used".to_owned(),
        );
    }
    Ok(())
}

pub(super) fn say_widened(widened: &Widened, options: &Options, notes: &mut Vec<String>) {
    if widened.namespaces > options.max_namespaces && !options.cluster_role {
        notes.push(format!(
            "it is about {} namespaces, more than --max-namespaces {}: a ClusterRole grants all of it in every namespace",
            widened.namespaces, options.max_namespaces
        ));
    }
    if !widened.made.is_empty() {
        notes.push(format!(
            "it makes namespaces itself ({}), where no Role can be before: what it does there is granted in the whole cluster",
            few(&widened.made)
        ));
    }
}

fn say_unused(found: &Unused, name: &str, days: Option<i64>, notes: &mut Vec<String>) {
    if days.is_none_or(|it| it < DAYS) {
        notes.push(format!(
            "the log is of less than {DAYS} days: that something was not used in it says little"
        ));
    }
    notes.extend(found.sentences.iter().map(|it| printable(it)));
    let once: BTreeSet<&String> = found.elsewhere.iter().collect();
    if !once.is_empty() {
        let all: Vec<String> = once.into_iter().cloned().collect();
        notes.push(format!("used, granted by nothing that was read, and left out: {}", few(&all)));
    }
    if !found.missing.is_empty() {
        let all = printable(&few(&found.missing));
        notes.push(format!(
            "bound, but not among what was read, so that nothing is said of them: {all}"
        ));
    }
    if !found.replaced.is_empty() {
        let all = printable(&few(&found.replaced));
        notes.push(format!("once {name} is applied, take away what it stands for: {all}"));
    }
}
