//! `image-policy`: which images it reads, and what it says of what it could not.

use std::fs;

use crate::admission::snapshot;
use crate::check::Folder;
use crate::harden::finish;

const KEY: &str = "--key k8s://a/b";

fn deployment(registry: &str) -> String {
    format!(
        "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: a}}, spec: {{template: {{spec: {{containers: \
         [{{name: a, image: {registry}/app:1}}]}}}}}}}}\n"
    )
}

/// The registries in the comment above the policy.
fn registries(printed: &str) -> &str {
    let line = printed.lines().find(|it| it.contains("Lets only signed images in, of "));
    line.and_then(|it| it.split_once(" in, of ")).map_or("", |it| it.1)
}

#[test]
fn files_folders_and_standard_input_are_read_alike() {
    let folder = Folder::with(&[
        ("a.yaml", &deployment("one.example")),
        ("b/b.yaml", &deployment("two.example")),
        ("b/c/c.yaml", &deployment("three.example")),
    ]);
    let one = "one.example (1 image).";
    let two = "one.example (1 image), two.example (1 image).";
    let three = "one.example (1 image), three.example (1 image), two.example (1 image).";
    for (words, expected) in [
        ("a.yaml", one),
        ("-f a.yaml", one),
        ("a.yaml -f a.yaml", one),
        ("a.yaml b", two),
        ("b -f a.yaml", two),
        ("a.yaml b -R", three),
        ("-f a.yaml -f b -R", three),
    ] {
        let printed = folder.run(&format!("image-policy {words} {KEY}")).ok();
        assert_eq!(registries(&printed), expected, "{words}");
    }
    let mut command = folder.command(&format!("image-policy - {KEY}"));
    let printed = finish(&mut command, &deployment("one.example")).ok();
    assert_eq!(registries(&printed), one);
}

#[test]
fn a_snapshot_is_read_as_the_cluster_would_be() {
    let folder = Folder::with(&[]);
    fs::write(folder.path().join("cluster.snapshot"), snapshot()).unwrap();
    let ended = folder.run(&format!("image-policy --snapshot cluster.snapshot {KEY}"));
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(
        ended.stderr.contains("reading the images of all namespaces of cluster a"),
        "{}",
        ended.stderr
    );
    assert!(registries(&ended.stdout).contains("(1 image)"), "{}", ended.stdout);
    let torn: Vec<u8> = snapshot().into_iter().rev().skip(12).collect();
    fs::write(folder.path().join("torn.snapshot"), torn.into_iter().rev().collect::<Vec<_>>())
        .unwrap();
    let ended = folder.run(&format!("image-policy --snapshot torn.snapshot {KEY}"));
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    let elsewhere =
        folder.run(&format!("image-policy --snapshot cluster.snapshot -n nowhere {KEY}"));
    assert_eq!((elsewhere.code, elsewhere.stdout.as_str()), (2, ""), "{}", elsewhere.stderr);
}

#[test]
fn what_cannot_be_read_is_named_and_the_policy_is_made_of_the_rest() {
    let folder = Folder::with(&[("a.yaml", &deployment("one.example")), ("torn/a.yaml", "a: [\n")]);
    let ended = folder.run(&format!("image-policy a.yaml torn {KEY}"));
    assert_eq!((ended.code, registries(&ended.stdout)), (3, "one.example (1 image)."));
    assert!(ended.stderr.contains("the images of torn/a.yaml are not known"), "{}", ended.stderr);
    let ended = folder.run(&format!("image-policy a.yaml nowhere.yaml {KEY}"));
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
    assert!(ended.stderr.contains("nowhere.yaml"), "{}", ended.stderr);
    let ended = folder.run(&format!("image-policy torn {KEY}"));
    assert_eq!((ended.code, ended.stdout.as_str()), (3, ""));
    assert!(ended.stderr.contains("nothing that was read names an image"), "{}", ended.stderr);
    // What is named is verified, whatever is not known beside it.
    let ended = folder.run(&format!("image-policy torn --registry one.example {KEY}"));
    assert_eq!((ended.code, registries(&ended.stdout)), (3, "one.example."));
}
