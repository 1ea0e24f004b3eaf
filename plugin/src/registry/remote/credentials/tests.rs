use super::*;

fn file(text: &str) -> (tempfile::TempDir, Files) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.json");
    std::fs::write(&path, text).unwrap();
    let missing = folder.path().join("missing.json");
    let programs = folder.path().as_os_str().to_owned();
    (folder, Files { paths: vec![missing, path], programs, ..Files::default() })
}

fn said(files: &Files, registry: &str, repository: &str) -> String {
    match files.find(registry, repository) {
        Ok(Some(Credentials::Password { user, password })) => format!("{user}:{}", *password),
        Ok(Some(Credentials::Identity(token))) => format!("identity {}", *token),
        Ok(Some(Credentials::Token(token))) => format!("token {}", *token),
        Ok(None) => "nobody".to_owned(),
        Err(fault) => fault.to_string(),
    }
}

fn auth(text: &str) -> String {
    STANDARD.encode(text)
}

#[test]
fn the_entry_with_the_longest_path_above_a_repository_counts() {
    let text = format!(
        r#"{{"auths": {{
            "registry.example": {{"auth": "{}"}},
            "registry.example/team": {{"auth": "{}"}},
            "registry.example/team/web": {{"auth": "{}"}},
            "registry.example/empty": {{}},
            "https://old.example/v1/": {{"auth": "{}"}},
            "https://index.docker.io/v1/": {{"auth": "{}"}},
            "null.example": null
        }}}}"#,
        auth("host:1"),
        auth("team:2:3"),
        auth("web:3\0\0"),
        auth("old:4"),
        auth("docker:5"),
    );
    let (_folder, files) = file(&text);
    for (registry, repository, who) in [
        ("registry.example", "a", "host:1"),
        ("registry.example", "team/a", "team:2:3"),
        ("registry.example", "team/web", "web:3"),
        ("registry.example", "team/web/b", "web:3"),
        ("registry.example", "team-b/a", "host:1"),
        ("registry.example", "empty/a", "host:1"),
        ("registry.example:5000", "a", "nobody"),
        ("registry.example.com", "a", "nobody"),
        ("other.example", "registry.example", "nobody"),
        ("old.example", "a", "old:4"),
        ("docker.io", "library/nginx", "docker:5"),
        ("null.example", "a", "nobody"),
    ] {
        assert_eq!(said(&files, registry, repository), who, "{registry}/{repository}");
    }
}

#[test]
fn entries_are_read_in_each_form() {
    let (_folder, files) = file(
        r#"{"auths": {
            "a": {"username": "ann", "password": "p:w"},
            "b": {"auth": "IGlnbm9yZWQ6", "identitytoken": "i"},
            "c": {"registrytoken": "t"},
            "d": {"auth": "PHRva2VuPjp4"}
        }, "credsStore": "", "HttpHeaders": {"x": "y"}}"#,
    );
    for (registry, who) in
        [("a", "ann:p:w"), ("b", "identity i"), ("c", "token t"), ("d", "identity x")]
    {
        assert_eq!(said(&files, registry, "r"), who, "{registry}");
    }
}

#[test]
fn a_file_that_is_broken_is_named_without_what_it_holds() {
    for text in [
        "hidden",
        r#"{"auths": ["hidden"]}"#,
        r#"{"auths": {"a": {"auth": 7, "x": "hidden"}}}"#,
        r#"{"auths": {"a": {"auth": "hidden!"}}}"#,
        r#"{"auths": {"a": {"auth": "aGlkZGVu"}}}"#,
        r#"{"credHelpers": {"a": "../hidden"}}"#,
        r#"{"credsStore": "hidden thing"}"#,
    ] {
        let (_folder, files) = file(text);
        let said = said(&files, "a", "r");
        assert!(said.contains("config.json: ") && !said.contains("hidden"), "{text}: {said}");
    }
    for text in ["{}", r#"{"auths": null, "credHelpers": null, "credsStore": null}"#] {
        let (_folder, files) = file(text);
        assert_eq!(said(&files, "a", "r"), "nobody");
    }
    let shown = format!("{:?}", of_user("ann", "s3cret"));
    assert!(!shown.contains("s3cret"), "{shown}");
}

#[cfg(unix)]
#[test]
fn a_helper_of_a_registry_counts_before_all_and_the_store_after_all() {
    use std::os::unix::fs::PermissionsExt as _;

    let (folder, files) = file(&format!(
        r#"{{"auths": {{"a": {{"auth": "{0}"}}, "b": {{"auth": "{0}"}}, "c": {{}}}}, "credHelpers": {{"a": "one"}}, "credsStore": "two"}}"#,
        auth("file:1")
    ));
    for name in ["one", "two"] {
        let path = folder.path().join(format!("docker-credential-{name}"));
        let script = format!(
            "#!/bin/sh\nread server\necho \"{{\\\"Username\\\":\\\"{name}\\\",\\\"Secret\\\":\\\"$server\\\"}}\"\n"
        );
        std::fs::write(&path, script).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    for (registry, who) in [
        ("a", "one:a"),
        ("b", "file:1"),
        ("c", "two:c"),
        ("docker.io", "two:https://index.docker.io/v1/"),
    ] {
        assert_eq!(said(&files, registry, "r"), who, "{registry}");
    }
}
