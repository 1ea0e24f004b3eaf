//! Nothing changes but images, and these mean what the lock says.

use super::*;

const A: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B: &str = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

fn lock() -> Lock {
    let text = format!(
        "version: v1\nimages:\n- {{image: 'web:1', digest: '{A}', verified: 2026-11-28}}\n- {{image: \
         localhost:5000/api, digest: '{B}', verified: 2026-11-28}}\n"
    );
    Lock::read(&text).unwrap()
}

fn pod(image: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n    image: {image}\n    tty: true\n"
    )
}

/// The line of the image of a pod, pinned; and that a second time changes nothing.
fn line(image: &str) -> String {
    let text = pod(image);
    let pinned = pin(&text, &lock());
    let again = pin(&pinned.text, &lock());
    assert_eq!(again.splices, [], "{}", pinned.text);
    let (before, after) = text.split_once(image).unwrap();
    let rest = pinned.text.strip_prefix(before).and_then(|it| it.strip_suffix(after));
    rest.unwrap_or_else(|| panic!("{}", pinned.text)).replace(A, "A").replace(B, "B")
}

#[test]
fn a_tag_becomes_a_comment() {
    for (image, wanted) in [
        ("web:1", "web@A # 1"),
        ("'web:1'", "'web@A' # 1"),
        ("\"web:1\"", "\"web@A\" # 1"),
        ("docker.io/library/web:1", "docker.io/library/web@A # 1"),
        ("localhost:5000/api", "localhost:5000/api@B # latest"),
        ("localhost:5000/api:latest", "localhost:5000/api@B # latest"),
        ("web:1 # why", "web@A # 1 # why"),
        ("web:1   ", "web@A # 1   "),
        ("web:1  # 1", "web@A  # 1"),
        ("web:1\r", "web@A # 1\r"),
        ("web:1 # 1.27", "web@A # 1 # 1.27"),
    ] {
        assert_eq!(line(image), wanted);
    }
}

#[test]
fn what_has_a_digest_is_left_as_it_is() {
    for image in
        [format!("web@{A}"), format!("web:1@{A}"), format!("web@{B}"), format!("other@{A}")]
    {
        assert_eq!(pin(&pod(&image), &lock()).text, pod(&image));
        assert_eq!(pin(&pod(&image), &lock()).left, []);
    }
}

#[test]
fn where_no_comment_can_be_the_tag_stays() {
    let json = r#"{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"image": "web:1"
        }]}}"#;
    let pinned = pin(json, &lock());
    assert_eq!(pinned.text, json.replace("web:1", &format!("web:1@{A}")));
    assert_eq!(pin(&pinned.text, &lock()).splices, []);
    let flow = "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: web:1}]}\n";
    assert_eq!(pin(flow, &lock()).text, flow.replace("web:1", &format!("web:1@{A}")));
    let untagged = json.replace("web:1", "localhost:5000/api");
    let wanted = json.replace("web:1", &format!("localhost:5000/api@{B}"));
    assert_eq!(pin(&untagged, &lock()).text, wanted);
}

#[test]
fn images_are_pinned_wherever_pods_are_made() {
    let text = "\
apiVersion: v1
kind: List
items:
- apiVersion: batch/v1
  kind: CronJob
  spec:
    jobTemplate:
      spec:
        template:
          spec:
            initContainers:
            - image: web:1
            containers:
            - image: web:1
            ephemeralContainers:
            - image: web:1
            volumes:
            - image:
                reference: web:1
---
apiVersion: v1
kind: ConfigMap
data:
  image: web:1
---
apiVersion: example.com/v1
kind: Own
spec:
  podTemplate:
    spec:
      containers:
      - name: a
        image: web:1
";
    let pinned = pin(text, &lock());
    assert_eq!(pinned.splices.len(), 5);
    assert_eq!(pinned.text.matches(&format!("web@{A} # 1\n")).count(), 5);
    assert!(pinned.text.contains("  image: web:1\n---"));
    assert_eq!(pin(&pinned.text, &lock()).splices, []);
}

#[test]
fn what_is_not_pinned_is_said_with_its_place() {
    let why = |image: &str| -> Vec<_> {
        let pinned = pin(&pod(image), &lock());
        assert_eq!(pinned.text, pod(image), "nothing changes");
        pinned.left.into_iter().map(|it| ((it.at.line, it.at.column), it.why)).collect()
    };
    let here = (6, 12);
    for (image, wanted) in [
        ("web:2", vec![(here, NoPin::Unknown)]),
        ("ghcr.io/web:1", vec![(here, NoPin::Unknown)]),
        ("'{{ image }}'", vec![(here, NoPin::Blank)]),
        ("\"\"", vec![(here, NoPin::Blank)]),
        ("\"w\\x65b:1\"", vec![(here, NoPin::Text)]),
        ("null", vec![]),
        ("[a]", vec![]),
        ("1", vec![]),
    ] {
        assert_eq!(why(image), wanted, "{image}");
    }
    assert_eq!(why(&format!("web:1@{B}")), [(here, NoPin::Moved)]);
    assert_eq!(why("|\n      web:1").len(), 1);
    let shared = "apiVersion: v1\nkind: Pod\nmetadata:\n  labels: {a: &a 'web:1'}\nspec:\n  containers:\n  - image: *a\n";
    let pinned = pin(shared, &lock());
    assert_eq!((pinned.text.as_str(), pinned.left.len()), (shared, 1));
    let broken = pod("web:1\n  - a: [");
    assert_eq!(pin(&broken, &lock()).text, broken);
}
