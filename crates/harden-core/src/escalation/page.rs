//! The page `docs/escalation.md`, from the values.

use std::fmt::Write as _;

use super::catalogue::{FAMILIES, UNSEEN};
use super::edge::{At, Edge, From, Place, Proof, When};

/// The page, as it is to be.
pub fn page() -> String {
    let mut page = String::from(
        "# Ways of becoming somebody else\n\n\
         <!-- cargo xtask docs writes this page: crates/harden-core/src/escalation/catalogue/ -->\n\n\
         [`kubectl harden who-can become`](who-can-become.md) follows these ways from one identity to the next. Each \
         is judged for one identity, by all that its bindings allow together.\n",
    );
    for family in FAMILIES {
        let _ = write!(
            page,
            "\n## {}\n\n| way | somebody | who may | becomes | where, and when | how hard | why, and what to do | known by |\n\
             |---|---|---|---|---|---|---|---|\n",
            family.name
        );
        for edge in family.edges {
            row(edge, &mut page);
        }
    }
    page.push_str("\n## What is not seen\n\nThis may lead somewhere, too, and what is read does not decide it.\n\n");
    for (what, why) in UNSEEN {
        let _ = writeln!(page, "- **{what}**: {why}.");
    }
    page
}

fn row(edge: &Edge, page: &mut String) {
    let rights: Vec<_> = edge
        .rights
        .iter()
        .map(|it| {
            let at = match it.at {
                At::Place => "",
                At::Cluster => " (outside of namespaces)",
                At::Anywhere => " (anywhere)",
            };
            format!("`{it}`{at}").replace('|', "\\|")
        })
        .collect();
    let who = match edge.from {
        From::Holder => rights.join(" and "),
        From::Having(power) => format!("whoever is {power}"),
    };
    let place = match edge.place {
        Place::Cluster => "cluster".to_owned(),
        Place::Namespace => "namespace or cluster".to_owned(),
        Place::Only(name) => format!("`{name}`"),
    };
    let place = if edge.from == From::Holder { place } else { String::new() };
    let details = [place, when(edge.when), versions(edge)];
    let details: Vec<_> = details.into_iter().filter(|it| !it.is_empty()).collect();
    let Edge { id, does, to, difficulty, why, remedy, .. } = edge;
    let (details, proof) = (details.join("; "), proof(edge.proof));
    let _ = writeln!(
        page,
        "| `{id}` | {does} | {who} | {to} | {details} | {difficulty} | {why} Remedy: {remedy}. | {proof} |"
    );
}

fn when(when: When) -> String {
    match when {
        When::Always => String::new(),
        When::LevelUpTo(level) => format!("Pod Security enforces no more than {level}"),
        When::Aggregated => "the role is aggregated".to_owned(),
        When::CustomResources(group) => format!("`{group}` is installed"),
        When::ConfigMap(namespace, name) => format!("the ConfigMap `{namespace}/{name}` is there"),
        When::HostAccess => "a pod reaches its node".to_owned(),
        When::ApiServerPod => "the API server runs as a pod".to_owned(),
        When::Account => "the ServiceAccount says so".to_owned(),
    }
}

fn versions(edge: &Edge) -> String {
    let since = edge.since.map(|it| format!("since {it}"));
    let until = edge.until.map(|it| format!("until {it}"));
    since.into_iter().chain(until).collect::<Vec<_>>().join(", ")
}

fn proof(proof: Proof) -> String {
    match proof {
        Proof::Server => "a real API server".to_owned(),
        Proof::Words => String::new(),
        Proof::Beginning(rest) => format!("a real API server; not {rest}"),
        Proof::Reading(lack) => format!("reading; the tests lack {lack}"),
    }
}
