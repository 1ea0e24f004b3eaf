//! A real API server changes objects as we do by what it is told of intents.

use harden_admission::{Object, Policies, Verdict};
use harden_core::intents::{self as intent, Demand, Intent};
use serde_json::{Value, json};

use crate::dice::{Dice, number, report, seed};
use crate::pods;
use crate::server::{self, Server};
use crate::{WAYS, bound, told};

#[test]
fn the_server_makes_of_objects_what_we_make_of_them() {
    let Some(server) = Server::start() else { return };
    let count = usize::try_from(number("HARDEN_CHANGED_SERVER").unwrap_or(20)).unwrap();
    let seed = seed();
    let mut dice = Dice::new(seed);
    let intents: Vec<_> =
        intent::all().filter(|it| matches!(it.demand, Demand::Change(_))).collect();
    // Before there is a policy, so that all that is refused is refused for what it is.
    let objects: Vec<Vec<Value>> =
        intents.iter().map(|it| objects(&server, it, count, &mut dice)).collect();
    let policies: Vec<Vec<Value>> = intents.iter().map(|it| told(it, WAYS[0])).collect();
    let stored: Vec<[Value; 2]> = policies.iter().enumerate().map(bound).collect();
    assert_eq!(server.store(&stored).into_iter().flatten().next(), None);

    let cluster = server.cluster();
    let (mut total, mut wrong) = (0, Vec::new());
    for (index, intent) in intents.iter().enumerate() {
        let read = Policies::read(&stored[index].clone().map(Object::new), &cluster);
        assert_eq!(read.refused().next(), None);
        let mut changed = 0;
        for object in &objects[index] {
            let object = asked(object, index);
            let judged = read.judge(&server::request(object.clone(), &cluster));
            let is_unsaid = |verdict| matches!(verdict, Verdict::Error | Verdict::NotJudged);
            assert!(!judged.answers.iter().any(|it| is_unsaid(it.verdict)), "{:?}", judged.answers);
            let ours = judged.object.map_or_else(|| object.clone(), |it| it.json().clone());
            changed += usize::from(ours != object);
            total += 1;
            let made =
                |it: Value| server.created(&[it]).remove(0).map(|it| server::unlabelled(&it));
            let (theirs, ours) = (made(object.clone()), made(server::unlabelled(&ours)));
            // A change after which the server does not take the object is a fault, too.
            if theirs != ours || theirs.is_err() {
                wrong.push(format!(
                    "{}: {object}\n  theirs {theirs:?}\n  ours   {ours:?}",
                    intent.id
                ));
            }
        }
        let of = objects[index].len();
        assert!(of == count && changed > 0 && changed < of, "{}: {changed} of {of}", intent.id);
    }
    let shown: Vec<&str> = wrong.iter().take(5).map(String::as_str).collect();
    assert!(
        wrong.is_empty(),
        "HARDEN_RANDOM_SEED={seed}: {} of {total} differ\n{}",
        wrong.len(),
        shown.join("\n")
    );
    let intents = intents.len();
    report(&format!(
        "{intents} changes, {total} objects, all as the server, HARDEN_RANDOM_SEED={seed}"
    ));
}

/// Objects for a change that the server takes, as it completes them.
fn objects(server: &Server, intent: &Intent, count: usize, dice: &mut Dice) -> Vec<Value> {
    let is_of_accounts = intent.id == "default-token";
    // Accounts are of one name, so that each is asked for by itself.
    let at_once = if is_of_accounts { 1 } else { count * 4 };
    let mut taken = Vec::new();
    while taken.len() < count {
        let some = (0..at_once).map(|index| {
            let mut object = if is_of_accounts { account(dice) } else { pods::random(dice) };
            object["metadata"]["namespace"] = (*dice.pick(&["a", "b"])).into();
            if !is_of_accounts {
                object["metadata"]["name"] = format!("web-{}", taken.len() + index).into();
            }
            object
        });
        let some: Vec<Value> = some.collect();
        taken.extend(server.created(&some).into_iter().flatten().map(|it| server::sent(&it)));
    }
    taken.truncate(count);
    taken
}

fn account(dice: &mut Dice) -> Value {
    let name = if dice.chance(70) { "default" } else { "builder" };
    let mut account =
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}});
    if dice.chance(50) {
        account["automountServiceAccountToken"] = dice.chance(50).into();
    }
    account
}

/// An object as it is asked for under a policy; the names of accounts say who they are.
fn asked(object: &Value, policy: usize) -> Value {
    let mut asked = server::labelled(object, policy);
    if object["kind"] == "ServiceAccount" {
        asked["metadata"]["name"] = object["metadata"]["name"].clone();
        return asked;
    }
    server::seen(asked)
}
