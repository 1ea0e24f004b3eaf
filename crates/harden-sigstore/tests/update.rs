//! Trusted roots are brought up to date only by a repository that is signed, current and whole.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

#[path = "update/repository.rs"]
mod repository;

use std::collections::BTreeMap;
use std::sync::Arc;

use harden_sigstore::Trust;
use harden_sigstore::update::{PUBLIC_ROOT, UpdateError, Updated, Wanted, update};
use repository::{NOW, Repository};
use serde_json::json;

fn run(repository: &Repository, kept: &BTreeMap<String, String>) -> Result<Updated, UpdateError> {
    run_at(repository, kept, NOW)
}

fn run_at(
    repository: &Repository,
    kept: &BTreeMap<String, String>,
    now: i64,
) -> Result<Updated, UpdateError> {
    let files = repository.files();
    let fetch = move |wanted: &Wanted<'_>| Ok(files.get(wanted.way).cloned());
    update(&repository.first_root(), kept, now, Arc::new(fetch))
}

fn nothing() -> BTreeMap<String, String> {
    BTreeMap::new()
}

#[test]
fn a_repository_in_order_gives_its_trusted_root() {
    let repository = Repository::new();
    let updated = run(&repository, &nothing()).unwrap();
    assert_eq!(updated.trusted_root, repository.trusted_root);
    assert_eq!(updated.root_version, 1);
    assert!(Trust::of_json([updated.trusted_root.as_str()]).is_ok());
    let again = run(&repository, &updated.kept).unwrap();
    assert_eq!(again, updated);
    for version in 2..9 {
        let mut later = Repository::new();
        later.version = version;
        let next = run(&later, &updated.kept).unwrap();
        assert_eq!(next.kept.keys().collect::<Vec<_>>(), updated.kept.keys().collect::<Vec<_>>());
    }
}

#[test]
fn keys_are_changed_by_those_who_held_the_old_ones() {
    let mut repository = Repository::new();
    repository.rotate(true);
    repository.rotate(true);
    assert_eq!(run(&repository, &nothing()).unwrap().root_version, 3);
    let mut stolen = Repository::new();
    stolen.rotate(false);
    assert!(matches!(run(&stolen, &nothing()), Err(UpdateError::NotSigned(_))));
    let mut skipped = Repository::new();
    skipped.rotate(true);
    skipped.replace("2.root.json", &skipped.root(3, true));
    assert!(matches!(run(&skipped, &nothing()), Err(UpdateError::RolledBack(_))));
}

#[test]
fn what_has_ended_is_refused_whichever_file_it_is() {
    for role in ["root", "timestamp", "snapshot", "targets"] {
        let mut repository = Repository::new();
        repository.expire(role);
        match run(&repository, &nothing()) {
            Err(UpdateError::Expired(text)) => {
                assert!(text.contains(role), "{role}: {text}");
            }
            other => panic!("{role}: {other:?}"),
        }
        assert!(run_at(&repository, &nothing(), NOW - 400 * 24 * 3600).is_ok(), "{role}, before");
    }
}

#[test]
fn a_repository_that_goes_back_is_refused() {
    let mut later = Repository::new();
    later.version = 5;
    let kept = run(&later, &nothing()).unwrap().kept;
    let mut earlier = Repository::new();
    for version in 1..5 {
        earlier.version = version;
        let outcome = run(&earlier, &kept);
        assert!(matches!(outcome, Err(UpdateError::RolledBack(_))), "{version}: {outcome:?}");
    }
    assert!(run(&earlier, &nothing()).is_ok(), "nothing was seen before");
    // Also once what was seen has ended itself.
    let much_later = run_at(&earlier, &kept, NOW + 3600);
    assert!(matches!(much_later, Err(UpdateError::RolledBack(_))));
    let mut root = Repository::new();
    root.rotate(true);
    let seen = run(&root, &nothing()).unwrap().kept;
    let mut only_root = nothing();
    only_root.insert("root.json".to_owned(), seen["root.json"].clone());
    assert!(matches!(run(&Repository::new(), &only_root), Err(UpdateError::RolledBack(_))));
}

#[test]
fn what_is_kept_is_not_trusted_where_it_was_changed() {
    let repository = Repository::new();
    let updated = run(&repository, &nothing()).unwrap();
    for name in updated.kept.keys().filter(|it| *it != "root.json") {
        for text in ["", "{}", "null", "\u{0}", &updated.kept[name].replace("20", "99")] {
            let mut kept = updated.kept.clone();
            kept.insert(name.clone(), text.to_owned());
            assert_eq!(run(&repository, &kept).unwrap().trusted_root, repository.trusted_root);
        }
    }
}

#[test]
fn too_few_signatures_are_refused_whichever_file_it_is() {
    for (name, role) in [
        ("timestamp.json", "timestamp"),
        ("1.snapshot.json", "snapshot"),
        ("1.targets.json", "targets"),
    ] {
        let mut repository = Repository::new();
        repository.unsign(role);
        let outcome = run(&repository, &nothing());
        assert!(matches!(outcome, Err(UpdateError::NotSigned(_))), "{name}: {outcome:?}");
    }
    let mut root = Repository::new();
    root.unsign("root");
    assert!(matches!(run(&root, &nothing()), Err(UpdateError::Root(_))));
}

#[test]
fn a_file_that_is_not_the_signed_one_is_refused() {
    let names: Vec<String> = Repository::new().files().into_keys().collect();
    assert_eq!(names.len(), 4);
    for name in names {
        for change in [
            |it: &mut Vec<u8>| it.push(b' '),
            |it: &mut Vec<u8>| it.clear(),
            |it: &mut Vec<u8>| it.truncate(it.len() / 2),
            |it: &mut Vec<u8>| {
                *it = String::from_utf8(it.clone()).unwrap().replace("sigstore", "evilcorp").into();
            },
            |it: &mut Vec<u8>| *it = vec![0xff; it.len()],
        ] {
            let mut repository = Repository::new();
            let mut bytes = repository.files()[&name].clone();
            let before = bytes.clone();
            change(&mut bytes);
            if bytes == before || (name == "timestamp.json" && bytes.len() == before.len() + 1) {
                continue;
            }
            repository.replace(&name, &bytes);
            assert!(run(&repository, &nothing()).is_err(), "{name}");
        }
    }
    let mut other = Repository::new();
    other.replace_target(|it| it.replace("https", "httpx"));
    assert!(matches!(run(&other, &nothing()), Err(UpdateError::WrongContent(_))));
}

#[test]
fn a_signed_target_that_is_no_trusted_root_is_refused() {
    for text in ["{}", "null", "[]", "", "text", "{\"mediaType\": 1}"] {
        let mut repository = Repository::new();
        text.clone_into(&mut repository.trusted_root);
        let outcome = run(&repository, &nothing());
        assert!(matches!(outcome, Err(UpdateError::NoTrust(_))), "{text}: {outcome:?}");
    }
    let mut named = Repository::new();
    named.target_name = "another.json".to_owned();
    assert!(matches!(run(&named, &nothing()), Err(UpdateError::WrongContent(_))));
}

#[test]
fn more_bytes_than_were_wanted_are_refused_and_no_more_are_wanted_than_is_sane() {
    let repository = Repository::new();
    for way in repository.files().into_keys() {
        let files = repository.files();
        let endless = way.clone();
        let fetch = move |wanted: &Wanted<'_>| {
            assert!(wanted.most <= 16 << 20);
            let most = usize::try_from(wanted.most).unwrap();
            if wanted.way == endless {
                Ok(Some(vec![b' '; most + 1]))
            } else {
                Ok(files.get(wanted.way).cloned())
            }
        };
        let outcome = update(&repository.first_root(), &nothing(), NOW, Arc::new(fetch));
        match outcome {
            Err(UpdateError::Unreachable(text)) => {
                assert!(text.contains("is larger than"), "{text}");
            }
            other => panic!("{way}: {other:?}"),
        }
    }
    let mut huge = Repository::new();
    huge.target_length = Some(1 << 40);
    assert!(matches!(run(&huge, &nothing()), Err(UpdateError::WrongContent(_))));
}

#[test]
fn roots_without_end_are_not_followed() {
    let mut repository = Repository::new();
    for _ in 0..40 {
        repository.rotate(true);
    }
    assert!(matches!(run(&repository, &nothing()), Err(UpdateError::Unreachable(_))));
}

#[test]
fn a_file_that_is_missing_or_cannot_be_fetched_is_named() {
    let repository = Repository::new();
    for way in repository.files().into_keys() {
        for is_missing in [true, false] {
            let (files, gone) = (repository.files(), way.clone());
            let fetch = move |wanted: &Wanted<'_>| match wanted.way == gone {
                true if is_missing => Ok(None),
                true => Err("the line is down\u{1b}[2J".to_owned()),
                false => Ok(files.get(wanted.way).cloned()),
            };
            let error =
                update(&repository.first_root(), &nothing(), NOW, Arc::new(fetch)).unwrap_err();
            let text = error.to_string();
            assert!(matches!(error, UpdateError::Unreachable(_)), "{way}: {text}");
            assert!(text.contains(way.trim_start_matches("targets/")), "{way}: {text}");
            assert!(!text.chars().any(char::is_control), "{text}");
        }
    }
}

#[test]
fn the_root_of_the_public_instance_is_signed_by_those_it_names() {
    let fetch = |wanted: &Wanted<'_>| {
        if wanted.way == "17.root.json" { Ok(None) } else { Err("stop".to_owned()) }
    };
    let outcome = update(PUBLIC_ROOT, &nothing(), NOW, Arc::new(fetch));
    assert_eq!(outcome, Err(UpdateError::Unreachable("timestamp.json: stop".to_owned())));
    for root in [
        &b""[..],
        b"{}",
        b"null",
        &PUBLIC_ROOT[1..],
        &json!({"signed": {}}).to_string().into_bytes(),
    ] {
        let fetch =
            |_: &Wanted<'_>| -> Result<Option<Vec<u8>>, String> { panic!("nothing is fetched") };
        let outcome = update(root, &nothing(), NOW, Arc::new(fetch));
        assert!(matches!(outcome, Err(UpdateError::Root(_))), "{outcome:?}");
    }
}
