//! Provenance as each kind of builder writes it.

use harden_sigstore::statement::{Provenance, Source};
use serde_json::{Value, json};

use super::{reading, sentence};

const V1: &str = "https://slsa.dev/provenance/v1";
const V02: &str = "https://slsa.dev/provenance/v0.2";
const V01: &str = "https://slsa.dev/provenance/v0.1";

fn provenance(kind: &str, predicate: &Value) -> Provenance {
    reading(kind, predicate).unwrap().provenance().unwrap().clone()
}

/// The source by the parameters and the dependencies of a build.
fn source(parameters: &Value, dependencies: &Value) -> Option<Source> {
    let definition = json!({
        "buildType": "https://example.com/build", "externalParameters": parameters,
        "resolvedDependencies": dependencies,
    });
    provenance(V1, &json!({"buildDefinition": definition})).source
}

fn web(reference: Option<&str>, commit: Option<&str>, entry: Option<&str>) -> Source {
    let repository = "https://github.com/shop/web".to_owned();
    let [reference, commit, entry] = [reference, commit, entry].map(|it| it.map(str::to_owned));
    Source { repository, reference, commit, entry }
}

#[test]
fn the_source_is_where_each_builder_says_it() {
    let git = json!([
        {"uri": "pkg:docker/base@1", "digest": {"sha256": "00"}},
        {"uri": "git+https://github.com/shop/web@refs/tags/v1", "digest": {"gitCommit": "ab12"}},
    ]);
    let tag = Some("refs/tags/v1");
    for (name, parameters, dependencies, expected) in [
        (
            "GitHub",
            json!({"workflow": {"ref": "refs/tags/v1", "repository": "https://github.com/shop/web", "path": ".github/workflows/a.yml"}}),
            git.clone(),
            Some(web(tag, Some("ab12"), Some(".github/workflows/a.yml"))),
        ),
        (
            "Google Cloud Build",
            json!({"buildConfigSource": {"ref": "refs/tags/v1", "repository": "git+https://github.com/shop/web", "path": "cloudbuild.yaml"}}),
            git.clone(),
            Some(web(tag, Some("ab12"), Some("cloudbuild.yaml"))),
        ),
        (
            "in a container",
            json!({"source": {"uri": "git+https://github.com/shop/web@refs/tags/v1", "digest": {"sha1": "cd34"}}, "configPath": "c.toml"}),
            git.clone(),
            Some(web(tag, Some("cd34"), Some("c.toml"))),
        ),
        (
            "GitLab",
            json!({"source": "https://github.com/shop/web", "entryPoint": "job"}),
            git.clone(),
            Some(web(None, Some("ab12"), Some("job"))),
        ),
        (
            "Tekton",
            json!({"runSpec": {"params": []}}),
            json!([
                {"name": "pipeline", "uri": "git+https://github.com/tekton/tasks.git", "digest": {"sha1": "ff"}},
                {"name": "inputs/result", "uri": "git+https://github.com/shop/web.git", "digest": {"sha1": "ab12"}},
            ]),
            Some(web(None, Some("ab12"), None)),
        ),
        ("any", json!({"what": "else"}), git.clone(), Some(web(tag, Some("ab12"), None))),
        ("any", json!(null), git, Some(web(tag, Some("ab12"), None))),
        (
            "none",
            json!({}),
            json!([{"uri": "pkg:docker/base@1", "digest": {"sha256": "00"}}]),
            None,
        ),
        (
            "none",
            json!({"workflow": "text", "source": ["list"], "configSource": 1}),
            json!(null),
            None,
        ),
    ] {
        assert_eq!(source(&parameters, &dependencies), expected, "{name}");
    }
}

#[test]
fn buildkit_says_it_beside_the_build() {
    let vcs = json!({"source": "https://user:secret@github.com/shop/web.git", "revision": "ab12"});
    let expected = Some(web(None, Some("ab12"), None));
    let new = json!({"buildDefinition": {"externalParameters": {"configSource": {"path": "Dockerfile"}}},
        "runDetails": {"builder": {"id": ""}, "metadata": {"buildkit_metadata": {"vcs": vcs}}}});
    assert_eq!(provenance(V1, &new).source, expected);
    let old = json!({"buildType": "https://mobyproject.org/buildkit@v1", "builder": {"id": ""},
        "metadata": {"https://mobyproject.org/buildkit@v1#metadata": {"vcs": vcs}}});
    assert_eq!(provenance(V02, &old).source, expected);
    assert!(!format!("{:?}", provenance(V02, &old).source).contains("secret"));
}

#[test]
fn tekton_of_old_names_the_task_where_others_name_the_source() {
    let predicate = json!({
        "builder": {"id": "https://tekton.dev/chains/v2"}, "buildType": "tekton.dev/v1beta1/TaskRun",
        "invocation": {"configSource": {"uri": "git+https://github.com/tekton/tasks", "digest": {"sha1": "ff"}}},
        "materials": [{"uri": "git+https://github.com/shop/web.git", "digest": {"sha1": "ab12"}}],
    });
    assert_eq!(provenance(V02, &predicate).source, Some(web(None, Some("ab12"), None)));
}

#[test]
fn old_provenance_is_read_and_called_old() {
    let second = json!({
        "builder": {"id": "https://builder.example"}, "buildType": "t",
        "invocation": {"configSource": {"uri": "git+https://github.com/shop/web@v1", "entryPoint": "make"}},
        "materials": [{"uri": "git+https://github.com/shop/web@v1", "digest": {"sha1": "0123456789abcdef"}}],
        "metadata": {"buildInvocationID": "7", "buildStartedOn": "2022-01-01T00:00:00Z"},
    });
    let read = provenance(V02, &second);
    assert_eq!(read.invocation.as_deref(), Some("7"));
    assert_eq!(read.started.as_deref(), Some("2022-01-01T00:00:00Z"));
    assert_eq!(
        sentence(V02, &second),
        "built by https://builder.example from https://github.com/shop/web v1 at 0123456789ab (provenance v0.2, an old form)"
    );
    let first = |place: Value| {
        let predicate = json!({
            "builder": {"id": "https://cloudbuild.googleapis.com/GoogleHostedWorker@v0.3"},
            "recipe": {"type": "t", "definedInMaterial": place, "entryPoint": "cloudbuild.yaml"},
            "materials": [
                {"uri": "git+https://github.com/other/one", "digest": {"sha1": "ff"}},
                {"uri": "https://github.com/shop/web", "digest": {"sha1": "ab12"}},
            ],
        });
        provenance(V01, &predicate).source.unwrap().repository
    };
    assert_eq!(first(json!(1)), "https://github.com/shop/web");
    for place in [json!(0), json!("1"), json!(-1), json!(7), json!(null)] {
        assert_eq!(first(place), "https://github.com/other/one");
    }
}

#[test]
fn the_version_of_a_builder_is_kept() {
    let predicate = json!({"runDetails": {"builder": {"id": "b", "version": {"runner": "2.3"}}}});
    let read = provenance(V1, &predicate);
    assert_eq!(read.builder_version.get("runner").map(String::as_str), Some("2.3"));
    assert_eq!(sentence(V1, &predicate), "built by b from a source that it does not name");
}
