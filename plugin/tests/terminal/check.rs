//! `check`: what it reads, what counts, and how it ends.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::gallery;
use crate::harden::{Ended, command, finish};

pub(crate) const POD: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: team-a
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
    securityContext:
      privileged: true
";

/// A folder with files in it, in which commands are run.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn command(&self, words: &str) -> Command {
        let mut command = command();
        command.args(words.split_whitespace()).current_dir(self.path());
        command
    }

    pub(crate) fn run(&self, words: &str) -> Ended {
        finish(&mut self.command(words), "")
    }

    /// The rules that are broken and not ignored.
    pub(crate) fn broken(&self, words: &str) -> Vec<String> {
        let report: Value =
            serde_json::from_str(&self.run(&format!("{words} -o json")).stdout).unwrap();
        let findings = report["findings"].as_array().unwrap().iter();
        findings
            .filter(|it| it["ignored"].is_null())
            .map(|it| it["rule"].as_str().unwrap().to_owned())
            .collect()
    }
}

pub(crate) fn one(text: &str) -> Folder {
    Folder::with(&[("pod.yaml", text)])
}

#[test]
fn a_finding_shows_its_line_and_what_to_do() {
    let folder = one(POD);
    let ended = folder.run("check -f pod.yaml --rule privileged-container");
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    gallery("terminal").bind(|| insta::assert_snapshot!("check", ended.stdout));
}

#[test]
fn exit_codes_follow_severity_and_what_was_not_read() {
    let folder = Folder::with(&[
        ("pod.yaml", POD),
        ("clean.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"),
        ("broken.yaml", "a: [\n"),
    ]);
    for (words, code) in [
        ("-f clean.yaml", 0),
        ("-f pod.yaml", 1),
        ("-f pod.yaml --fail-on critical", 1),
        ("-f pod.yaml --fail-on never", 0),
        ("-f pod.yaml --skip privileged-container --rule privileged-container", 2),
        ("-f nowhere.yaml -f clean.yaml", 2),
        ("-f pod.yaml --fail-on urgent", 2),
        ("-f pod.yaml -o xml", 2),
        ("", 2),
    ] {
        let ended = folder.run(&format!("check {words}"));
        assert_eq!(ended.code, code, "{words}: {}{}", ended.stdout, ended.stderr);
    }
    let ended = folder.run("check -f nowhere.yaml -f pod.yaml");
    assert!(ended.stderr.contains("nowhere.yaml"), "{}", ended.stderr);
    assert!(ended.stdout.contains("privileged"), "the rest is checked all the same");
}

#[test]
fn a_broken_document_is_a_finding_and_hides_no_other() {
    let folder = one(&format!("kind: [\n---\napiVersion: v1\na: [\n---\n{POD}"));
    let broken = folder.broken("check -f pod.yaml");
    assert!(broken.contains(&"unreadable-document".to_owned()), "{broken:?}");
    assert!(broken.contains(&"privileged-container".to_owned()), "{broken:?}");
}

#[test]
fn folders_are_looked_into_as_kubectl_does() {
    let folder = Folder::with(&[
        ("a/one.yaml", POD),
        ("a/b/two.json", "{}"),
        ("a/b/three.yml", POD),
        ("a/readme.md", "# no"),
    ]);
    let count = |words: &str| {
        folder.broken(words).iter().filter(|it| *it == "privileged-container").count()
    };
    assert_eq!(count("check -f a"), 1);
    assert_eq!(count("check -f a -R"), 2);
    assert_eq!(count("check -f a -f a/one.yaml"), 1, "a file that is named twice is read once");
}

#[test]
fn standard_input_may_be_yaml_or_a_json_list() {
    let folder = one("");
    let yaml = finish(&mut folder.command("check -f - --rule privileged-container"), POD);
    assert_eq!(yaml.code, 1, "{}", yaml.stderr);
    let pod = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"spec":{"containers":[{"name":"a","image":"a","securityContext":{"privileged":true}}]}}"#;
    for json in [
        pod.to_owned(),
        format!("{{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{pod},{pod}]}}"),
        format!("{{\n \"kind\": \"List\", \"items\": [\n{pod}\n], \"apiVersion\": \"v1\"}}\n"),
    ] {
        let ended = finish(&mut folder.command("check -f - --rule privileged-container"), &json);
        assert_eq!(ended.code, 1, "{json}: {}{}", ended.stdout, ended.stderr);
    }
}

/// A privileged pod in the namespace `team-a`, which says neither `apiVersion` nor kind.
const ITEM: &str = r#"{"metadata":{"name":"web","namespace":"team-a"},"spec":{"containers":[{"name":"a","image":"a","securityContext":{"privileged":true}}]}}"#;

fn item(api_version: &str, kind: &str, rest: &str) -> String {
    let rest = rest.strip_prefix('{').unwrap_or(rest);
    format!(r#"{{"apiVersion":"{api_version}","kind":"{kind}",{rest}"#)
}

#[test]
fn items_of_a_typed_list_on_standard_input_need_not_say_their_kind() {
    let folder = one("");
    for list in [
        format!(r#"{{"kind":"PodList","apiVersion":"v1","metadata":{{}},"items":[{ITEM}]}}"#),
        format!(r#"{{"apiVersion":"v1","items":[{ITEM}],"kind":"PodList"}}"#),
    ] {
        let mut command = folder.command("check -f - --rule privileged-container -o wide");
        let ended = finish(&mut command, &list);
        assert_eq!(ended.code, 1, "{list}: {}{}", ended.stdout, ended.stderr);
        assert!(ended.stdout.contains("Pod team-a/web"), "{}", ended.stdout);
    }
}

#[test]
fn standard_input_that_begins_as_a_list_may_be_anything_that_files_may_be() {
    let folder = one("");
    let pod = item("v1", "Pod", ITEM);
    let list = format!(r#"{{"kind":"List","items":[{pod}]}}"#);
    for (text, places) in [
        (format!("{pod}\n{pod}\n"), 2),
        (format!("{list}\n{list}\n{pod}"), 3),
        (format!("{pod}\n---\n{POD}"), 2),
        (format!("{list}\n---\n{POD}"), 2),
        (pod.replace(r#""kind":"#, "kind: "), 1),
    ] {
        let mut command = folder.command("check -f - --rule privileged-container -o csv");
        let ended = finish(&mut command, &text);
        let lines: Vec<_> = ended.stdout.lines().filter(|it| it.contains("stdin")).collect();
        assert_eq!(lines.len(), places, "{text}: {}{}", ended.stdout, ended.stderr);
    }
    let template =
        finish(&mut folder.command("check -f -"), "{{- if .a }}\nkind: Pod\n{{- end }}\n");
    assert!(template.stdout.contains("unrendered-template"), "{}", template.stdout);
}

#[test]
fn items_of_a_list_are_found_where_they_are_in_the_list() {
    let folder = one("");
    let list =
        format!("{{\n  \"kind\": \"List\",\n  \"items\": [\n    {}\n]}}", item("v1", "Pod", ITEM));
    let mut command = folder.command("check -f - --rule privileged-container -o wide");
    let ended = finish(&mut command, &list);
    let column = 4 + item("v1", "Pod", ITEM).find("true").unwrap() + 1;
    assert!(ended.stdout.contains(&format!("stdin:4:{column} ")), "{}", ended.stdout);
}

#[test]
fn a_namespace_counts_wherever_it_stands() {
    let folder = one(&format!("{}\n", item("v1", "Pod", ITEM)));
    let (pod, namespace) = (
        item("v1", "Pod", ITEM),
        r#"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"team-a","labels":{"pod-security.kubernetes.io/enforce":"privileged"}}}"#,
    );
    let list = |items: &[&str]| format!(r#"{{"kind":"List","items":[{}]}}"#, items.join(","));
    let check = |words: &str, input: &str| {
        finish(&mut folder.command(&format!("check --rule privileged-container {words}")), input)
    };
    for input in [
        list(&[namespace, &pod]),
        list(&[&pod, namespace]),
        format!("{}\n{}", list(&[namespace]), list(&[&pod])),
    ] {
        let ended = check("-f -", &input);
        assert_eq!(ended.code, 0, "{input}: {}", ended.stdout);
    }
    let of_files = check("-f . -f -", &list(&[namespace]));
    assert_eq!(of_files.code, 0, "{}", of_files.stdout);
    // More than is held as a whole.
    let blank = format!("{pod}{}", " ".repeat(9000));
    let mut many = vec![blank.as_str(); 2000];
    many.push(namespace);
    let many = list(&many);
    fs::write(folder.path().join("many.txt"), &many).unwrap();
    for ended in [check("-f -", &many), check("-f many.txt", "")] {
        assert_eq!(ended.code, 0, "{}", ended.stdout);
        assert!(ended.stdout.contains("checked 2001 objects"), "{}", ended.stdout);
    }
}

#[test]
fn a_list_may_say_its_kind_after_its_items() {
    let blanks = " ".repeat(9000);
    let pod = format!(
        r#"{{"metadata":{{"name":"a","namespace":"b"}},"spec":{{"containers":[]}}{blanks}}}"#
    );
    let namespace =
        r#"{"metadata":{"name":"b","labels":{"pod-security.kubernetes.io/enforce":"privileged"}}}"#;
    let list = |items: &[&str], kind: &str| {
        format!(r#"{{"apiVersion":"v1","items":[{}],"kind":"{kind}"}}"#, items.join(","))
    };
    let pods = list(&vec![pod.as_str(); 2000], "PodList");
    let text = format!("{pods}\n{}", list(&[namespace], "NamespaceList"));
    let folder = Folder::with(&[("many.json", &text)]);
    let words = "--rule undropped-capabilities,missing-limit-range";
    for ended in [
        finish(&mut folder.command(&format!("check -f - {words}")), &text),
        folder.run(&format!("check -f many.json {words}")),
    ] {
        let counted = "checked 2001 objects of 2 kinds in 2001 documents of 1 source";
        assert!(ended.stdout.contains(counted), "{}", ended.stdout);
        assert!(ended.stdout.contains("1 finding in 1 object"), "{}", ended.stdout);
    }
}

#[test]
fn what_stands_beside_a_finding_on_its_line_is_no_secret() {
    let pod = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"image":"a:1","name":"c"}]}}"#;
    for secret in [
        r#"{"apiVersion":"v1","data":{"p":"TUFSS0VS"},"kind":"Secret","metadata":{"name":"a"}}"#,
        r#"{"apiVersion":"v1","kind":"Secrets","metadata":{"name":"a"},"stringData":{"q":"TUFSS0VS"}}"#,
        r#"{"apiVersion":"v1","kind":"secret ","stringData":{"q":"TUFSS0VS"},"type":"a"}"#,
        r#"{"apiVersion":"template.openshift.io/v1","kind":"Template","objects":[{"kind":"Secret","data":{"q":["TUFSS0VS"]}}]}"#,
    ] {
        let list = format!(r#"{{"kind":"List","items":[{pod},{secret},{pod}]}}"#);
        let folder = Folder::with(&[("list.json", &list)]);
        for format in ["text", "html", "markdown", "json", "sarif", "github"] {
            let file = folder.run(&format!("check -f list.json -o {format}")).stdout;
            let stdin =
                finish(&mut folder.command(&format!("check -f - -o {format}")), &list).stdout;
            assert!(
                !file.contains("TUFSS0VS") && !stdin.contains("TUFSS0VS"),
                "{format} {secret}: {file}"
            );
        }
    }
}

#[test]
fn a_stream_that_fits_nowhere_is_incomplete() {
    let folder = one("");
    // Letters that no compression makes less of, more than waits in memory.
    let mut state = 7_u64;
    let mut letters = || {
        let next = |_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            char::from(b'a' + (state % 16) as u8)
        };
        (0..30_000).map(next).collect::<String>()
    };
    let pod = |it: String| {
        format!(r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"annotations":{{"a":"{it}"}}}}}}"#)
    };
    let pods: Vec<_> = (0..1100).map(|_| pod(letters())).collect();
    let list = format!(r#"{{"kind":"List","items":[{}]}}"#, pods.join(","));
    let mut command = folder.command("check -f - --rule privileged-container");
    let ended = finish(command.env("TMPDIR", folder.path().join("nowhere")), &list);
    assert_eq!(ended.code, 3, "{}{}", ended.stdout, ended.stderr);
    let why = "objects did not fit into memory, and there is no place for a temporary file";
    assert!(ended.stdout.contains(why), "{}", ended.stdout);
    let ended = finish(&mut folder.command("check -f - --rule privileged-container"), &list);
    assert_eq!(ended.code, 0, "{}{}", ended.stdout, ended.stderr);
    assert!(ended.stdout.contains("checked 1100 objects"), "{}", ended.stdout);
}

#[test]
fn a_custom_kind_is_known_wherever_its_definition_stands() {
    let definition = r#"{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"things.example.com"},"spec":{"group":"example.com","scope":"Namespaced","names":{"kind":"Thing","plural":"things"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":{"size":{"type":"integer"}}}}}}}]}}"#;
    let thing = r#"{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"a"},"spec":{"sise":1}}"#;
    let list = |items: &[&str]| {
        format!(r#"{{"kind":"List","apiVersion":"v1","items":[{}]}}"#, items.join(","))
    };
    for text in [list(&[definition, thing]), list(&[thing, definition])] {
        let folder = Folder::with(&[("list.json", &text)]);
        let file = folder.run("check -f list.json -o json");
        let stdin = finish(&mut folder.command("check -f - -o json"), &text);
        let found = |ended: &Ended| {
            let report: Value = serde_json::from_str(&ended.stdout).unwrap();
            let finding = &report["findings"][0];
            format!("{} {} {}", finding["rule"], finding["spots"][0]["path"], finding["message"])
        };
        assert!(found(&file).contains("\"unknown-field\" \"spec.sise\""), "{}", file.stdout);
        assert_eq!(found(&file), found(&stdin));
        assert_eq!((file.code, stdin.code), (1, 1));
    }
}

#[test]
fn nothing_to_check_is_no_success() {
    let folder = Folder::with(&[("a/notes.txt", "hello"), ("b/c/pod.yaml", POD)]);
    for (words, says) in [
        ("check -f a", "no file in this folder ends in .yaml"),
        ("check -f b", "-R looks into its folders, too"),
    ] {
        let ended = folder.run(words);
        assert_eq!(ended.code, 3, "{}", ended.stdout);
        assert!(ended.stdout.contains(says), "{}", ended.stdout);
    }
    assert_eq!(folder.run("check -f b -R --fail-on never").code, 0);
    let empty = finish(&mut folder.command("check -f -"), "\n");
    assert_eq!(empty.code, 3, "{}", empty.stdout);
    assert!(empty.stdout.contains("stdin: standard input is empty"), "{}", empty.stdout);
}

#[test]
fn a_document_that_nobody_could_read_is_never_a_success() {
    let folder = one("a: [\n");
    let run = |words: &str| folder.run(&format!("check -f . {words}")).code;
    assert_eq!(run(""), 3);
    assert_eq!(run("--fail-on low"), 1);
    assert_eq!(run("--rule privileged-container"), 3);
    assert_eq!(run("--fail-on never"), 3);
    assert_eq!(run("--fail-on never --allow-incomplete"), 0);
}

#[test]
#[cfg(unix)]
fn a_report_goes_through_a_link_and_leaves_it_there() {
    let folder = one(POD);
    let (link, target) = (folder.path().join("link.json"), folder.path().join("target.txt"));
    fs::write(&target, "").unwrap();
    std::os::unix::fs::symlink(&target, &link).unwrap();
    folder.run("check -f . --output-file json=link.json");
    assert!(link.is_symlink());
    assert!(fs::read_to_string(&target).unwrap().contains("\"v1\""));
}

#[test]
fn an_entry_of_the_file_that_changes_nothing_is_pointed_out() {
    let folder = one(POD);
    let config = "ignore:\n- {rule: host-port, kind: Pod, name: gone, reason: x}\n- {rule: privileged-container, reason: x}\n";
    fs::write(folder.path().join(".kubectl-harden.yaml"), config).unwrap();
    let ended = folder.run("check -f . --fail-on never");
    let note = "the ignore of host-port for kind Pod, name gone changes nothing";
    assert!(ended.stderr.contains(note), "{}", ended.stderr);
    assert!(!ended.stderr.contains("privileged-container"), "{}", ended.stderr);
}

#[test]
fn the_namespace_among_the_input_decides_the_level() {
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: team-a\n  labels:\n    pod-security.kubernetes.io/enforce: baseline\n    pod-security.kubernetes.io/enforce-version: v1.37\n";
    let folder = Folder::with(&[("pod.yaml", POD), ("namespace.yaml", namespace)]);
    let alone = folder.broken("check -f pod.yaml");
    assert!(alone.contains(&"root-allowed".to_owned()), "{alone:?}");
    let together = folder.broken("check -f pod.yaml -f namespace.yaml");
    assert!(
        together.contains(&"privileged-container".to_owned())
            && !together.contains(&"root-allowed".to_owned()),
        "{together:?}"
    );
}

#[test]
fn ignores_count_with_a_reason_only() {
    let rule = "privileged-container";
    let line = POD.replace(
        "privileged: true",
        "privileged: true # harden: ignore[privileged-container] a driver",
    );
    let above = POD.replace(
        "      privileged",
        "      # harden: ignore[privileged-container] a driver\n      privileged",
    );
    let object = format!("# harden: ignore[privileged-container] a driver\n{POD}");
    let annotation = POD.replace("  namespace: team-a\n", "  namespace: team-a\n  annotations:\n    harden.kubectl.io/ignore.privileged-container: a driver\n");
    for text in [line, above, object, annotation] {
        let folder = one(&text);
        assert!(!folder.broken("check -f pod.yaml").contains(&rule.to_owned()), "{text}");
        assert!(
            folder.broken("check -f pod.yaml --no-ignores").contains(&rule.to_owned()),
            "{text}"
        );
        assert_eq!(folder.run("check -f pod.yaml").stderr, "");
    }
    let folder = one(
        &POD.replace("privileged: true", "privileged: true # harden: ignore[privileged-container]")
    );
    assert!(folder.broken("check -f pod.yaml").contains(&rule.to_owned()));
    assert_eq!(
        folder.run("check -f pod.yaml").stderr,
        "note: pod.yaml:11: the ignore of privileged-container changes nothing: it gives no reason\n"
    );
}

#[test]
fn ignores_that_change_nothing_are_pointed_out() {
    let folder = one(&format!(
        "# harden: ignore[host-port] none here\n# harden: ignore[no-such-rule] why\n{POD}"
    ));
    assert_eq!(
        folder.run("check -f pod.yaml").stderr,
        "note: pod.yaml: the ignore of host-port of Pod team-a/web changes nothing: there is nothing to ignore\n\
         note: pod.yaml: the ignore of no-such-rule of Pod team-a/web changes nothing: there is no such rule\n"
    );
}

#[test]
fn a_file_of_ignores_matches_objects_and_expires() {
    let entry =
        |extra: &str| format!("ignore:\n- rule: privileged-container\n  reason: a driver\n{extra}");
    let check = |config: &str| {
        let folder = Folder::with(&[("deploy/pod.yaml", POD), (".kubectl-harden.yaml", config)]);
        folder.broken("check -f deploy").contains(&"privileged-container".to_owned())
    };
    for fits in [
        "",
        "  kind: Pod\n  name: w*\n  namespace: team-a\n",
        "  path: deploy/*\n",
        "  container: app\n",
        "  expires: 2999-01-01\n",
        "  expires: 2996-02-29\n",
    ] {
        assert!(!check(&entry(fits)), "{fits}");
    }
    for other in [
        "  kind: Deployment\n",
        "  name: api\n",
        "  path: charts/*\n",
        "  container: other\n",
        "  expires: 2020-01-01\n",
        "  labels: {app: web}\n",
    ] {
        assert!(check(&entry(other)), "{other}");
    }
    let folder = Folder::with(&[
        ("pod.yaml", POD),
        (".kubectl-harden.yaml", &entry("  expires: 2020-01-01\n")),
    ]);
    let note = "note: .kubectl-harden.yaml: the ignore of privileged-container has expired on 2020-01-01\n";
    assert_eq!(folder.run("check -f pod.yaml").stderr, note);
}

#[test]
fn one_run_writes_several_formats() {
    let folder = one(POD);
    let ended = folder
        .run("check -f pod.yaml -o wide --output-file sarif=out.sarif --output-file json=out.json");
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    let read = |name| {
        serde_json::from_str::<Value>(&fs::read_to_string(folder.path().join(name)).unwrap())
            .unwrap()
    };
    assert_eq!(read("out.sarif")["version"], "2.1.0");
    assert_eq!(read("out.json")["version"], "v1");
}

#[test]
fn what_holds_no_object_is_counted_and_named_on_request() {
    let folder = Folder::with(&[("values.yaml", "replicas: 3\n"), ("pod.yaml", POD)]);
    let ended = folder.run("check -f . -v");
    assert!(ended.stderr.contains("values.yaml holds no Kubernetes object"), "{}", ended.stderr);
    assert_eq!(folder.run("check -f .").stderr, "");
}

#[test]
fn a_helm_template_is_named_as_such() {
    let folder = one("apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\n");
    let ended = folder.run("check -f pod.yaml");
    assert!(ended.stdout.contains("helm template"), "{}", ended.stdout);
}

#[test]
fn rules_explain_themselves() {
    let folder = one("");
    let page = folder.run("explain privileged-container").ok();
    assert!(page.starts_with("# privileged-container\n"), "{page}");
    assert_eq!(folder.run("explain hostPorts").ok(), folder.run("explain host-port").ok());
    assert!(folder.run("explain privileged-pods").rejected().contains("did you mean"));
    let list = folder.run("rules --category pod-security --level baseline -o name").ok();
    assert!(
        list.lines().any(|it| it == "privileged-container") && !list.contains("root-user"),
        "{list}"
    );
    let text = folder.run("rules").ok();
    let on_request: Vec<_> = text.lines().filter(|it| it.ends_with(" (on request)")).collect();
    assert!(on_request.len() == 1 && on_request[0].starts_with("host-user-namespace "));
    let all: Value = serde_json::from_str(&folder.run("rules -o json").ok()).unwrap();
    assert_eq!(all.as_array().unwrap().iter().filter(|it| it["onRequest"] == true).count(), 1);
    assert!(all.as_array().unwrap().len() > 50);
}

#[test]
fn custom_objects_are_checked_against_their_definition() {
    let definition = "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: doors.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Door, plural: doors, singular: door}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec: {type: object, properties: {isOpen: {type: boolean}}}
";
    let door =
        "apiVersion: example.com/v1\nkind: Door\nmetadata: {name: front}\nspec: {isopen: true}\n";
    let folder = Folder::with(&[("crd.yaml", definition), ("door.yaml", door)]);
    assert!(folder.broken("check -f door.yaml").is_empty(), "nothing is known of the kind");
    assert_eq!(folder.broken("check -f door.yaml --crd crd.yaml"), ["unknown-field"]);
    assert_eq!(folder.broken("check -f door.yaml -f crd.yaml"), ["unknown-field"]);
    let ended = folder.run("check -f door.yaml --crd nowhere.yaml");
    assert_eq!(ended.code, 2, "{}", ended.stdout);
    assert!(ended.stderr.contains("nowhere.yaml: No such file"), "{}", ended.stderr);
    let ended = folder.run("check -f door.yaml --crd door.yaml");
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    assert!(
        ended.stdout.contains("there is no CustomResourceDefinition in it"),
        "{}",
        ended.stdout
    );
}

#[test]
#[cfg(unix)]
fn comments_that_kustomize_drops_are_pointed_out() {
    use std::os::unix::fs::PermissionsExt as _;

    let ignored = POD.replace(
        "privileged: true",
        "privileged: true # harden: ignore[privileged-container] a driver",
    );
    let folder = Folder::with(&[("app/pod.yaml", &ignored), ("bin/kubectl", "")]);
    let kubectl = folder.path().join("bin/kubectl");
    fs::write(&kubectl, format!("#!/bin/sh\necho '{POD}'\n")).unwrap();
    fs::set_permissions(&kubectl, fs::Permissions::from_mode(0o755)).unwrap();
    let mut check = folder.command("check -k app");
    let ended = finish(check.env("PATH", folder.path().join("bin")), "");
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    let note = "note: app/pod.yaml: kustomize drops comments, so what they ignore counts";
    assert!(ended.stderr.starts_with(note), "{}", ended.stderr);
}

#[test]
fn kustomizations_are_built_by_kubectl() {
    let folder = one("");
    let ended = folder.command("check -k .").env("PATH", "/nonexistent").output().unwrap();
    assert_eq!(ended.status.code(), Some(3));
    let message = String::from_utf8_lossy(&ended.stdout).into_owned();
    assert!(message.contains("failed to run kubectl, which builds kustomizations"), "{message}");
}
