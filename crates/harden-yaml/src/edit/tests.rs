#![allow(clippy::unwrap_used, reason = "tests may panic")]

use serde_json::{Value, json};

use super::*;
use crate::{documents, parse};

fn pointer(path: &str) -> Pointer {
    let steps = path.split('/').skip(1);
    steps.fold(Pointer::default(), |pointer, step| {
        pointer.at(&step.replace("~1", "/").replace("~0", "~"))
    })
}

fn change<const N: usize>(edits: [(&str, Action); N]) -> Change {
    let edits = edits.into_iter();
    let edits = edits.map(|(path, action)| Edit { document: 0, pointer: pointer(path), action });
    Change { edits: edits.collect() }
}

fn set(value: impl Into<Value>) -> Action {
    Action::set(value)
}

/// One change per edit, of the first document.
fn edited<const N: usize>(text: &str, edits: [(&str, Action); N]) -> (String, Edited) {
    let changes: Vec<Change> = edits.into_iter().map(|edit| change([edit])).collect();
    all(text, &changes)
}

fn all(text: &str, changes: &[Change]) -> (String, Edited) {
    let document = documents(text).next().unwrap();
    let edited = edit(&document, changes);
    let whole = splice(text, &edited.splices);
    assert_eq!(parse(&whole).len(), parse(text).len());
    (whole, edited)
}

#[track_caller]
fn check<const N: usize>(before: &str, edits: [(&str, Action); N], after: &str) {
    let (text, edited) = edited(before, edits);
    let refused: Vec<_> = edited.fates.iter().filter_map(|it| it.as_ref().err()).collect();
    assert!(refused.is_empty(), "{refused:?}\n{text}");
    assert_eq!(text, after);
}

#[test]
fn values_of_any_shape_can_be_set() {
    assert_eq!(Action::set(false), Action::Set(json!(false)));
    assert_eq!(Action::set(8080), Action::Set(json!(8080)));
    assert_eq!(Action::set("Default"), Action::Set(json!("Default")));
    assert_eq!(Action::set(["ALL"]), Action::Set(json!(["ALL"])));
    let map = json!({"type": "RuntimeDefault"});
    assert_eq!(Action::set(map.clone()), Action::Set(map));
}

#[track_caller]
fn refused<const N: usize>(text: &str, edits: [(&str, Action); N], refusals: [Option<Refusal>; N]) {
    let (_, edited) = edited(text, edits);
    let found: Vec<_> = edited.fates.into_iter().map(Result::err).collect();
    assert_eq!(found, refusals);
}

#[test]
fn what_is_missing_on_the_way_is_made_once() {
    check(
        "c:\n- name: x # x\n  image: y # y\n# end\n",
        [
            ("/c/0/sc/privileged", set(false)),
            ("/c/0/sc/capabilities/drop", set(["ALL"])),
            ("/c/0/sc/privileged", set(false)),
            ("/c/0/z", set(json!({"q": [{"a": 1, "b": 2}], "r": "x: y"}))),
        ],
        "\
c:
- name: x # x
  image: y # y
  sc:
    privileged: false
    capabilities:
      drop: [ALL]
  z:
    q:
    - a: 1
      b: 2
    r: \"x: y\"
# end
",
    );
}

#[test]
fn changes_at_one_place_share_a_splice() {
    let edits = [("/c/a", set(1)), ("/c/b", set(2)), ("/a", set(1))];
    let (text, edited) = edited("a: 1\n", edits);
    assert_eq!(text, "a: 1\nc:\n  a: 1\n  b: 2\n");
    assert_eq!(edited.splices.len(), 1);
    assert_eq!(edited.fates, [Ok(vec![0]), Ok(vec![0]), Ok(vec![])]);
    assert_eq!(edited.text, text);
}

#[test]
fn nulls_and_empty_brackets_become_blocks() {
    check(
        "c: {} # c\nd: []\ne:\nf: ~ # n\ng: null\nh: # h\ni:\n  - {}\t# i\n  - []\n  -",
        [
            ("/c/x/y", set(1)),
            ("/d", Action::Append(json!({"a": 1, "b": [1]}))),
            ("/e/x", set(1)),
            ("/f/x", set(1)),
            ("/f/z", set("a\nb\n")),
            ("/g", Action::Append(json!("ALL"))),
            ("/h/x", set(1)),
            ("/i/0/a", set(1)),
            ("/i/1/-", set(json!({"a": 1}))),
            ("/i/2/a", set(json!({"b": 1}))),
        ],
        "\
c: # c
  x:
    \"y\": 1
d:
  - a: 1
    b: [1]
e:
  x: 1
f: # n
  x: 1
  z: |
    a
    b
g: [ALL]
h: # h
  x: 1
i:
  - # i
    a: 1
  - - a: 1
  - a:
      b: 1",
    );
}

#[test]
fn indentation_is_that_of_the_document() {
    check(
        "c:\n-    name: x\n     sc: # why\n     image: y",
        [("/c/0/sc/a", set(false)), ("/k", set("v"))],
        "c:\n-    name: x\n     sc: # why\n       a: false\n     image: y\nk: v",
    );
    check(
        "a:\n    b:\n    -   c: 1\n",
        [("/a/b/0/d/e", set(1)), ("/a/c/g", set(json!([{"a": 1}])))],
        "a:\n    b:\n    -   c: 1\n        d:\n            e: 1\n    c:\n        g:\n        - a: 1\n",
    );
    check("-\n  a: 1\n", [("/0/b", set(1))], "-\n  a: 1\n  b: 1\n");
}

#[test]
fn block_texts_at_the_end_keep_what_they_say() {
    for (text, end) in
        [("|\n  x\n", ""), ("|-\n  x\n", "\n\n"), (">2\n    x\n", "\n"), ("|+\n  x\n\n\n", "")]
    {
        check(&format!("a: {text}{end}"), [("/b", set(1))], &format!("a: {text}b: 1\n{end}"));
    }
    check("a: |+\n  x\n\n# c\n", [("/b", set(1))], "a: |+\n  x\n\nb: 1\n# c\n");
    check("a: |\n  x", [("/b", set(1))], "a: |\n  x\nb: 1");
    check(
        "a:\n  b: |+\n    x\n\nc: 1\n",
        [("/a/d", set(1))],
        "a:\n  b: |+\n    x\n\n  d: 1\nc: 1\n",
    );
}

#[test]
fn lines_end_as_those_around_them() {
    check(
        "a:\r\n  -\r\n    t: |+\r\n      a\r\n\r\n# e\r\nd: 1\r\n",
        [("/a/0/u", set("x\ny\n")), ("/a/-", set(json!({"m": 1, "k": 2}))), ("/d", Action::Remove)],
        "a:\r\n  -\r\n    t: |+\r\n      a\r\n\r\n    u: |\r\n      x\r\n      y\r\n  - m: 1\r\n    k: 2\r\n# e\r\n",
    );
    check("\u{feff}a: 1", [("/b", set(1))], "\u{feff}a: 1\nb: 1");
    check("\u{feff}a: 1\nb: 1\n", [("/a", Action::Remove)], "\u{feff}b: 1\n");
    check("---\na: 1 # x\n...\n", [("/b", set(1))], "---\na: 1 # x\nb: 1\n...\n");
    check("a: 1\t# x\n---\nb: 1\n", [("/b/c", set(1))], "a: 1\t# x\nb:\n  c: 1\n---\nb: 1\n");
}

#[test]
fn one_of_many_documents_is_edited() {
    let text = "a: 1\n---\n%YAML 1.1\n---\nb: 1\n---\nc: 1\n";
    let documents = parse(text);
    let edited = edit(&documents[2], &[change([("/x", set(1))])]);
    assert_eq!(splice(text, &edited.splices), "a: 1\n---\n%YAML 1.1\n---\nb: 1\nx: 1\n---\nc: 1\n");
    assert_eq!(edited.text, "b: 1\nx: 1\n");
}

#[test]
fn scalars_keep_their_quotes_and_their_comments() {
    check(
        "a: |- # c\n  x\n  y\n\nb: >\n x\nc: 'it'\nd: \"x\" # d\ne: &x 5\nf: x\n  y\ng: 1\nh: é # h\n",
        [
            ("/a", set("z")),
            ("/b", set("p\nq\n")),
            ("/c", set("it's")),
            ("/d", set("y")),
            ("/e", set("6")),
            ("/f", set(true)),
            ("/g", set(json!({"n": {"m": 1}}))),
            ("/h", set("- x")),
        ],
        "a: z # c\n\nb: |\n  p\n  q\nc: 'it''s'\nd: \"y\" # d\ne: &x \"6\"\nf: true\ng:\n  \"n\":\n    m: 1\nh: \"- x\" # h\n",
    );
}

#[test]
fn comments_of_what_is_replaced_stay() {
    check(
        "f: # f\n  # 1\n  x: 1 # x\n  y: 2\n# end\ng:\n- a # a\n- b\n",
        [("/f", set(json!({"z": {"m": 1}}))), ("/g", set("x"))],
        "f: # f\n  z:\n    m: 1\n  # 1\n  # x\n# end\ng: x\n# a\n",
    );
    check(
        "- a: 1 # a\n  b: 2 # b\n- c\n",
        [("/0", set(json!({"d": {"e": 1}})))],
        "- # a\n  d:\n    e: 1\n  # b\n- c\n",
    );
}

#[test]
fn what_is_removed_leaves_its_comments() {
    let text = "a:\n  b: 1 # b\n  # own\n  c: 2\nd: 3 # d\n";
    check(text, [("/a", Action::Remove)], "# b\n# own\nd: 3 # d\n");
    check(
        text,
        [("/a/b", Action::Remove), ("/a/c", Action::Remove)],
        "a: {}\n# b\n# own\nd: 3 # d\n",
    );
    check(text, [("/a/c", Action::Remove)], "a:\n  b: 1 # b\n  # own\nd: 3 # d\n");
    check(
        "a: |\n  text\nb:\n    # deep\n    c: 1\nd: 1\n",
        [("/b", Action::Remove)],
        "a: |\n  text\n# deep\nd: 1\n",
    );
    check("a: 1\nb: 2", [("/b", Action::Remove)], "a: 1");
    check("a:\n- x\n- y\n", [("/a/0", Action::Remove), ("/a/1", Action::Remove)], "a: []\n");
    check("- a\n", [("/0", Action::Remove), ("", Action::Append(json!(2)))], "[2]\n");
}

#[test]
fn what_is_removed_behind_a_dash_lets_the_next_move_up() {
    check(
        "a:\n- b: 1 # b\n  # own\n  c: 2\n- d: 3\n  e: 4\n  f: 5\n- g: 1\n",
        [
            ("/a/0/b", Action::Remove),
            ("/a/1/d", Action::Remove),
            ("/a/1/e", Action::Remove),
            ("/a/2", Action::Remove),
        ],
        "a:\n- # b\n  # own\n  c: 2\n- f: 5\n",
    );
    check("- - 1\n  - 2\n", [("/0/0", Action::Remove)], "- - 2\n");
    check("- a: 1\n  # on b\n  b: 2\n", [("/0/a", Action::Remove)], "-\n  # on b\n  b: 2\n");
}

#[test]
fn items_go_where_they_should() {
    check(
        "a:\n  # 1\n  - x # x\n  # 2\n  - y\nb:\n- - 1\n",
        [
            ("/a", Action::Insert(0, json!("k"))),
            ("/a", Action::Insert(1, json!("m"))),
            ("/a", Action::Insert(1, json!("m"))),
            ("/a", Action::Append(json!({"a": "b"}))),
            ("/a", Action::Append(json!("c"))),
            ("/a", Action::Insert(2, json!("c"))),
            ("/b/0", Action::Insert(0, json!({"p": 1, "q": 2}))),
        ],
        "a:\n  - k\n  # 1\n  - x # x\n  - m\n  # 2\n  - y\n  - a: b\n  - c\nb:\n- - p: 1\n    q: 2\n  - 1\n",
    );
}

#[test]
fn brackets_are_edited_as_brackets() {
    check(
        "a: {b: 1} # c\nb: [x, 'y',]\nc: { d: {}, e: }\nf: [a: 1]\ng: {x: [1, 2, 3]}\n",
        [
            ("/a/c", set("x, y")),
            ("/b", Action::Append(json!("z"))),
            ("/b", Action::Insert(1, json!("w: v"))),
            ("/b/1", set("it's")),
            ("/c/d/f", set(json!({"g": ["]"]}))),
            ("/c/e/k", set(1)),
            ("/g/x/0", Action::Remove),
            ("/g/x/2", Action::Remove),
        ],
        "\
a: {b: 1, c: \"x, y\"} # c
b: [x, \"w: v\", 'it''s', z,]
c: { d: {f: {g: [\"]\"]}}, e: {k: 1} }
f: [a: 1]
g: {x: [2]}
",
    );
    check("c: { e: }\n", [("/c/h", set(1))], "c: { e: , h: 1 }\n");
    check(
        "- b: [\n    1,\n    2\n  ]\n",
        [("/0/b", Action::Append(json!("x"))), ("/0/b/0", Action::Remove)],
        "- b: [\n    2,\n    x\n  ]\n",
    );
    let refusal = Some(Refusal::MultiLineFlow);
    refused("a: {b: 1, # b\n  c: 2}\n", [("/a/d", set(1)), ("/a/c", set(3))], [refusal, None]);
    refused("a: [b: 1]\n", [("/a/0/c", set(1))], [Some(Refusal::Unusual)]);
}

#[test]
fn json_stays_json_of_its_own_kind() {
    check(
        "{\"a\": {\"b\": 1, \"c\": [1, 2]}}",
        [("/a/d/e", set("x")), ("/a/c/0", Action::Remove), ("/a/b", Action::Remove)],
        "{\"a\": {\"c\": [2], \"d\": {\"e\": \"x\"}}}",
    );
    check(
        "{\"a\":{\"b\":1,\"c\":[1,2]}}\n",
        [("/a/d/e", set(json!(["x", "<\u{7f}"]))), ("/a/c/1", Action::Remove), ("/a/b", set("k"))],
        "{\"a\":{\"b\":\"k\",\"c\":[1],\"d\":{\"e\":[\"x\",\"<\\u007f\"]}}}\n",
    );
    check(
        "{\n    \"a\": {\n        \"b\": 1,\n        \"e\": {}\n    },\n    \"l\": [\n        1,\n        2\n    ]\n}\n",
        [
            ("/a/d/e", set(json!(["x"]))),
            ("/a/e/f", set(1)),
            ("/l/0", Action::Remove),
            ("/l", Action::Append(json!({"a": 1}))),
            ("/l", Action::Insert(1, json!(5))),
        ],
        "\
{
    \"a\": {
        \"b\": 1,
        \"e\": {
            \"f\": 1
        },
        \"d\": {
            \"e\": [
                \"x\"
            ]
        }
    },
    \"l\": [
        5,
        2,
        {
            \"a\": 1
        }
    ]
}
",
    );
    check("{\"a\": 1}\n{\"b\": 2}\n", [("/a", Action::Remove)], "{}\n{\"b\": 2}\n");
    check(
        "---\nspec: {\"a\": 1}\n",
        [("/spec/b", set(json!({"c": "d"})))],
        "---\nspec: {\"a\": 1, \"b\": {\"c\": \"d\"}}\n",
    );
}

#[test]
fn what_aliases_and_merges_share_is_left_alone() {
    refused(
        "a: &x {b: 1}\nb: *x\nc: &y {d: 1}\nd: {e: &z [1]}\nf: *z\n",
        [
            ("/a/b", set(2)),
            ("/b/b", set(2)),
            ("/b", Action::Remove),
            ("/a", Action::Remove),
            ("/c/d", set(2)),
            ("/d", Action::Remove),
            ("/d/e", Action::Append(json!(1))),
            ("/d/k", set(1)),
        ],
        [
            Some(Refusal::Anchored),
            Some(Refusal::Anchored),
            Some(Refusal::Anchored),
            Some(Refusal::Anchored),
            None,
            Some(Refusal::Anchored),
            Some(Refusal::Anchored),
            None,
        ],
    );
    let text = "a: &x {b: 1}\nc:\n  <<: *x\n  d: 1\nf:\n  <<: {k: 1}\n";
    refused(
        text,
        [("/c/b", set(2)), ("/c/d", set(2)), ("/f/k", set(1))],
        [Some(Refusal::Merged), None, Some(Refusal::Merged)],
    );
    check(
        text,
        [("/c/d", Action::Remove), ("/c/e", set(1)), ("/f/z", set(1))],
        "a: &x {b: 1}\nc:\n  <<: *x\n  e: 1\nf:\n  <<: {k: 1}\n  z: 1\n",
    );
    check(
        "- a: 1\n  <<: &m {b: 1}\n  c: *m\n",
        [("/0/a", Action::Remove)],
        "- <<: &m {b: 1}\n  c: *m\n",
    );
}

#[test]
fn what_cannot_be_done_is_refused_for_a_reason() {
    use Refusal::{
        Broken, Empty, NoItem, NoList, Occupied, Tagged, TooDeep, Twice, Unusual, Whole,
    };
    refused("a: [\n", [("/a", set(1))], [Some(Broken)]);
    refused("# nothing\n", [("/a", set(1))], [Some(Empty)]);
    refused("a: 1\na: 2\nb: 1\n", [("/a", set(2)), ("/b", set(3))], [Some(Twice), None]);
    refused(
        "a: !!str 5\nb: !!map\n  c: 1\n",
        [("/a", set(2)), ("/b/d", set("x"))],
        [Some(Tagged), None],
    );
    refused("? a\n: b\n", [("/a", set(2)), ("/b", set("x"))], [Some(Unusual), Some(Unusual)]);
    refused("&x a: 1\nb: 1\n", [("/a", Action::Remove)], [Some(Unusual)]);
    refused("a: 1\n", [("", Action::Remove), ("/a", Action::Remove)], [Some(Whole); 2]);
    refused("{\"a\": 1}\n", [("", set(1))], [Some(Whole)]);
    refused(
        "a: [1]\nb: x\n",
        [
            ("/a/1/c", set(1)),
            ("/a/01", set(1)),
            ("/a", Action::Insert(2, json!(1))),
            ("/c/0/d", set(1)),
            ("/c/-", set(1)),
            ("/b", Action::Append(json!(1))),
            ("", Action::Append(json!(1))),
            ("/b/c", set(1)),
            ("/x/y", Action::Remove),
        ],
        [
            Some(NoItem),
            Some(NoItem),
            Some(NoItem),
            Some(NoItem),
            Some(NoItem),
            Some(NoList),
            Some(NoList),
            Some(Occupied),
            None,
        ],
    );
    let deep = (0..200).fold(Value::Null, |value, _| json!([value]));
    refused("a: 1\n", [("/a", set(deep)), (&"/x".repeat(200), set(1))], [Some(TooDeep); 2]);
}

#[test]
fn changes_that_want_different_things_exclude_each_other() {
    let excludes = |other| Some(Refusal::Excludes(other));
    refused(
        "a: 1\n",
        [("/a", set(2)), ("/b", set(1)), ("/a", set(3))],
        [excludes(2), None, excludes(0)],
    );
    refused("a: 1\n", [("/a", set(2)), ("/a", Action::Remove)], [excludes(1), excludes(0)]);
    refused("a: {b: 1}\n", [("/a/c", set(2)), ("/a", Action::Remove)], [excludes(1), excludes(0)]);
    refused(
        "b: 1\n",
        [("/a/c", set(2)), ("/a", set(1)), ("/a/d", set(1))],
        [excludes(1), excludes(0), excludes(1)],
    );
    refused(
        "a: {b: 1}\n",
        [("/a", set(json!({"c": 1}))), ("/a/b", set(2))],
        [excludes(1), excludes(0)],
    );
    check(
        "a: {b: 1}\nc: 1\n",
        [("/a", Action::Remove), ("/a/b", Action::Remove), ("/a", Action::Remove)],
        "c: 1\n",
    );
    let both = change([("/a", set(1)), ("/a", set(2))]);
    let (text, edited) = all("b: 1\n", &[both, change([("/b", set(2))])]);
    assert_eq!((text.as_str(), &edited.fates[0]), ("b: 2\n", &Err(Refusal::Contradictory)));
}

#[test]
fn a_change_is_made_whole_or_not_at_all() {
    let half = change([("/x", set(1)), ("/a/b", set(1))]);
    let (text, edited) = all("a: 1\n", &[half, change([("/y1", set(1))])]);
    assert_eq!(text, "a: 1\ny1: 1\n");
    assert_eq!(edited.fates, [Err(Refusal::Occupied), Ok(vec![0])]);
}

#[test]
fn a_change_that_cannot_be_proved_does_not_keep_the_others() {
    // The blank lines would become part of the text above.
    let text = "z: {}\na: |+\n  x\nb: 1\n\n\n";
    let edits = [("/z/c", set(2)), ("/b", Action::Remove), ("/z/d", set(3))];
    let (after, edited) = edited(text, edits);
    assert_eq!(after, "z:\n  c: 2\n  d: 3\na: |+\n  x\nb: 1\n\n\n");
    assert_eq!(edited.fates, [Ok(vec![0]), Err(Refusal::Unproved), Ok(vec![0])]);
}

#[test]
fn keys_get_another_name_and_keep_what_they_hold() {
    let rename = |name: &str| Action::Rename(name.to_owned());
    check(
        "a:\n  # on b\n  b: # at b\n    c: 1\n",
        [("/a/b", rename("x"))],
        "a:\n  # on b\n  x: # at b\n    c: 1\n",
    );
    check("{'a': 1, b: 2}\n", [("/a", rename("x")), ("/b", rename("z"))], "{'x': 1, z: 2}\n");
    check("{\"a\": {\"b\": 1}}", [("/a/b", rename("c d"))], "{\"a\": {\"c d\": 1}}");
    check("a: 1\nb: 2\n", [("/a", rename("x")), ("/a", set(3))], "x: 3\nb: 2\n");
    check("a: 1\nb: 2\n", [("/a", rename("yes"))], "\"yes\": 1\nb: 2\n");
}

#[test]
fn a_key_gets_no_name_that_is_taken_and_none_that_others_exclude() {
    fn fates<const N: usize>(text: &str, edits: [(&str, Action); N]) -> Vec<Option<Refusal>> {
        edited(text, edits).1.fates.into_iter().map(Result::err).collect()
    }
    let rename = |name: &str| Action::Rename(name.to_owned());
    assert_eq!(fates("a: 1\nb: 2\n", [("/a", rename("b"))]), [Some(Refusal::Taken)]);
    assert_eq!(fates("a: [1]\n", [("/a/0", rename("b"))]), [Some(Refusal::NoKey)]);
    assert_eq!(fates("a: 1\n", [("/c", rename("b"))]), [Some(Refusal::NoKey)]);
    let both = [Some(Refusal::Excludes(1)), Some(Refusal::Excludes(0))];
    assert_eq!(fates("a: 1\nb: 2\n", [("/a", rename("x")), ("/a", rename("y"))]), both);
    assert_eq!(fates("a: 1\nb: 2\n", [("/a", rename("x")), ("/a", Action::Remove)]), both);
}
