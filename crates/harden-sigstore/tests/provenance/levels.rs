//! The level by evidence that is made up: every signer for every builder.

use std::collections::BTreeMap;

use harden_sigstore::statement::{BuildLevel, Builder, Edition, Provenance};
use harden_sigstore::{Content, Signer, Standing, Verified};
use serde_json::{Value, json};

const GITHUB: &str = "https://token.actions.githubusercontent.com";
const OWN: &str = "https://github.com/shop/web/.github/workflows/release.yml@refs/tags/v1";
const SHARED: &str = "https://github.com/shop/build/.github/workflows/build.yml@refs/tags/v1.0.0";
const GO: &str = "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/builder_go_slsa3.yml@refs/tags/v2.1.0";
const NODE: &str = "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/builder_nodejs_slsa3.yml@refs/tags/v2.1.0";
const DELEGATOR: &str = "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/delegator_generic_slsa3.yml@refs/tags/v2.1.0";
const HOSTED: &str = "https://github.com/actions/runner/github-hosted";
const GCB: &str = "https://cloudbuild.googleapis.com/GoogleHostedWorker";
const GCB_KEY: &str = "3fe6dfada209606798e976322c8b69acae580a6708b7112f0f7a053a5b96d675";

fn provenance(builder: &str) -> Provenance {
    let predicate = json!({
        "buildDefinition": {
            "buildType": "https://actions.github.io/buildtypes/workflow/v1",
            "externalParameters": {"workflow": {"repository": "https://github.com/shop/web", "ref": "refs/tags/v1"}},
            "resolvedDependencies": [{"uri": "git+https://github.com/shop/web@refs/tags/v1", "digest": {"gitCommit": "ab12"}}],
        },
        "runDetails": {
            "builder": {"id": builder},
            "metadata": {"invocationId": "https://github.com/shop/web/actions/runs/7/attempts/1"},
        },
    });
    Provenance::read(Edition::V1, &predicate).unwrap()
}

fn verified(signer: Signer) -> Verified {
    let content = Content::Artefact;
    Verified { signer, times: Vec::new(), logs: Vec::new(), content, format: String::new() }
}

/// A certificate of GitHub for a workflow that was called for the repository of the provenance.
fn workflow(identity: &str, changes: &[(&str, &str)]) -> Signer {
    let mut claims: BTreeMap<String, String> = [
        ("BuildSignerURI", identity),
        ("BuildConfigURI", OWN),
        ("RunnerEnvironment", "github-hosted"),
        ("SourceRepositoryURI", "https://github.com/shop/web"),
        ("SourceRepositoryDigest", "ab12"),
        ("RunInvocationURI", "https://github.com/shop/web/actions/runs/7/attempts/1"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    for (name, value) in changes {
        claims.insert((*name).to_owned(), (*value).to_owned());
    }
    Signer::Certificate { identity: identity.to_owned(), issuer: GITHUB.to_owned(), claims }
}

fn judge(builder: &str, signer: Signer) -> Standing {
    Standing::of(Some(&provenance(builder)), Some(&verified(signer)))
}

fn person() -> Signer {
    let (identity, issuer) =
        ("ada@shop.example".to_owned(), "https://accounts.google.com".to_owned());
    Signer::Certificate { identity, issuer, claims: BTreeMap::new() }
}

#[test]
fn the_level_is_what_the_signer_shows() {
    use BuildLevel::{L0, L1, L2, L3};
    let branch = GO.replace("refs/tags/v2.1.0", "refs/heads/main");
    let fork = GO.replace("slsa-framework/", "evil/");
    let key = |key: &str| Signer::Key(key.to_owned());
    for (name, builder, signer, level, says) in [
        ("a known builder", GO, workflow(GO, &[]), L3, ""),
        ("without a version", GO.split_once('@').unwrap().0, workflow(GO, &[]), L3, ""),
        (
            "at a branch",
            &branch,
            workflow(&branch, &[]),
            L2,
            "`refs/heads/main`, which is no release",
        ),
        ("a fork", &fork, workflow(&fork, &[]), L2, "is not among the builders that are known"),
        ("a name alone", GO, workflow(&fork, &[]), L0, "contradicts"),
        ("another version", GO, workflow(&branch, &[]), L0, "contradicts"),
        ("a delegated builder", NODE, workflow(DELEGATOR, &[]), L3, ""),
        (
            "delegated by no release",
            NODE,
            workflow(&DELEGATOR.replace("v2.1.0", "v2"), &[]),
            L2,
            "no release",
        ),
        ("delegated by itself", NODE, workflow(NODE, &[]), L0, "contradicts"),
        (
            "an unknown one that is delegated",
            SHARED,
            workflow(DELEGATOR, &[]),
            L2,
            "not among the builders",
        ),
        ("GitHub, its own workflow", OWN, workflow(OWN, &[]), L2, "the steps of"),
        ("GitHub, a shared one", SHARED, workflow(SHARED, &[]), L2, "not among the builders"),
        ("npm", HOSTED, workflow(OWN, &[]), L2, "the steps of"),
        (
            "npm on another machine",
            HOSTED,
            workflow(OWN, &[("RunnerEnvironment", "self-hosted")]),
            L0,
            "contradicts",
        ),
        (
            "an own machine",
            OWN,
            workflow(OWN, &[("RunnerEnvironment", "self-hosted")]),
            L1,
            "`self-hosted`",
        ),
        (
            "an own machine of a known one",
            GO,
            workflow(GO, &[("RunnerEnvironment", "self-hosted")]),
            L1,
            "`self-hosted`",
        ),
        ("an odd machine", OWN, workflow(OWN, &[("RunnerEnvironment", "moon")]), L1, "`moon`"),
        (
            "a machine nobody names",
            OWN,
            workflow(OWN, &[("RunnerEnvironment", "")]),
            L1,
            "whose machine",
        ),
        (
            "an old certificate of a known one",
            GO,
            workflow(GO, &[("RunnerEnvironment", "")]),
            L3,
            "",
        ),
        ("another workflow", SHARED, workflow(OWN, &[]), L0, "contradicts"),
        ("a person for a known one", GO, person(), L0, "contradicts"),
        ("a person for npm", HOSTED, person(), L1, "not known to be the builder's own"),
        (
            "a person for another",
            "https://ci.shop.example",
            person(),
            L1,
            "nothing shows that this is",
        ),
        ("a key", GO, key("00"), L1, "the holder of the key sha256:00"),
        ("Google's key", GCB, key(GCB_KEY), L3, ""),
        ("Google's key, older", &format!("{GCB}@v0.3"), key(GCB_KEY), L3, ""),
        ("a key of another for Google", GCB, key("00"), L1, "not known to be the builder's own"),
        ("a certificate for Google", GCB, workflow(OWN, &[]), L0, "contradicts"),
        ("Google's key for another", "https://ci.shop.example", key(GCB_KEY), L1, "nothing shows"),
        ("no builder", "", workflow(OWN, &[]), L0, "names no builder"),
    ] {
        let standing = judge(builder, signer);
        assert_eq!(standing.level, level, "{name}: {standing:?}");
        assert!(standing.missing.join("\n").contains(says), "{name}: {standing:?}");
        assert_eq!(standing.missing.is_empty(), level == L3, "{name}: {standing:?}");
        assert_eq!(
            standing.contradictions.is_empty(),
            says != "contradicts",
            "{name}: {standing:?}"
        );
    }
}

#[test]
fn provenance_that_nobody_signed_is_the_first_level_and_none_is_none() {
    let unsigned = Standing::of(Some(&provenance(GO)), None);
    assert_eq!(unsigned.level, BuildLevel::L1);
    assert_eq!(
        unsigned.missing,
        ["no signature was verified: anybody can have written the provenance"]
    );
    let none = Standing::of(None, Some(&verified(workflow(GO, &[]))));
    assert_eq!((none.level, none.missing.len()), (BuildLevel::L0, 1));
    let bare = Provenance::read(Edition::V1, &json!({})).unwrap();
    assert_eq!(Standing::of(Some(&bare), None).missing.len(), 2);
}

#[test]
fn what_the_certificate_contradicts_has_no_level_and_is_said() {
    for (claim, value, said) in [
        (
            "SourceRepositoryURI",
            "https://github.com/evil/web",
            "names the source `https://github.com/shop/web`",
        ),
        ("SourceRepositoryDigest", "cd34", "names the commit `ab12`"),
        (
            "RunInvocationURI",
            "https://github.com/shop/web/actions/runs/8/attempts/1",
            "names the run",
        ),
    ] {
        for builder in [GO, OWN, SHARED] {
            let standing = judge(builder, workflow(builder, &[(claim, value)]));
            assert_eq!(standing.level, BuildLevel::L0, "{claim}");
            assert_eq!(standing.contradictions.len(), 1, "{claim}: {standing:?}");
            assert!(standing.contradictions[0].contains(said), "{claim}: {standing:?}");
            assert!(standing.contradictions[0].contains(value), "{claim}: {standing:?}");
        }
    }
    let old =
        [("SourceRepositoryURI", ""), ("SourceRepositoryDigest", ""), ("RunInvocationURI", "")];
    for (claim, value, is_said) in [
        ("GitHubWorkflowRepository", "shop/web", false),
        ("GitHubWorkflowRepository", "evil/web", true),
        ("GitHubWorkflowSHA", "ab12", false),
        ("GitHubWorkflowSHA", "cd34", true),
    ] {
        let claims: Vec<_> = old.iter().copied().chain([(claim, value)]).collect();
        let standing = judge(GO, workflow(GO, &claims));
        assert_eq!(standing.contradictions.len(), usize::from(is_said), "{claim} {value}");
    }
}

#[test]
fn spellings_of_one_repository_are_no_contradiction() {
    let claims = [
        ("SourceRepositoryURI", "https://github.com/Shop/Web"),
        ("SourceRepositoryDigest", "AB12"),
    ];
    assert_eq!(judge(GO, workflow(GO, &claims)).level, BuildLevel::L3);
}

#[test]
fn another_issuer_says_nothing_of_workflows() {
    for (issuer, level) in [
        (GITHUB.to_owned(), BuildLevel::L2),
        (format!("{GITHUB}/shop"), BuildLevel::L2),
        ("https://token.actions.shop.ghe.com".to_owned(), BuildLevel::L2),
        ("https://token.actions.evil.example/x.ghe.com".to_owned(), BuildLevel::L1),
        (format!("{GITHUB}.evil.example"), BuildLevel::L1),
        ("https://accounts.google.com".to_owned(), BuildLevel::L1),
    ] {
        let Signer::Certificate { identity, claims, .. } = workflow(OWN, &[]) else { panic!() };
        let standing = judge(OWN, Signer::Certificate { identity, issuer: issuer.clone(), claims });
        assert_eq!(standing.level, level, "{issuer}");
    }
}

#[test]
fn every_known_builder_is_named_once_with_who_says_so() {
    let known = harden_sigstore::statement::builders::KNOWN;
    for (i, it) in known.iter().enumerate() {
        assert!(it.upstream.starts_with("https://") && it.id.starts_with("https://"), "{it:?}");
        assert!(!it.id.contains('@') && known.iter().skip(i + 1).all(|other| other.id != it.id));
        assert_eq!(Builder::of(&format!("{}@refs/tags/v1", it.id)), Some(it));
    }
    assert_eq!(Builder::of("https://github.com/actions/runner/"), None);
}

#[test]
fn a_standing_is_written_for_machines() {
    let value = judge(OWN, workflow(OWN, &[])).to_json();
    assert_eq!(value["level"], json!("SLSA_BUILD_LEVEL_2"));
    assert_eq!(value["builder"], Value::Null);
    assert_eq!(value["missing"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        judge(GO, workflow(GO, &[])).to_json()["builder"]["name"],
        json!("SLSA's builder for Go")
    );
}
