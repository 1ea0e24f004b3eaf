//! JSON patches (RFC 6902), applied as the API server applies them.

use serde_json::Value as Json;

/// Bytes that the operations of one patch may copy, as the API server has it.
const COPIES: usize = 3 << 20;

/// One operation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Operation {
    /// `add`, `remove`, `replace`, `move`, `copy` or `test`.
    pub(crate) op: String,
    pub(crate) path: String,
    pub(crate) from: String,
    pub(crate) value: Option<Json>,
}

/// Why a patch is not applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unapplied {
    /// A test did not hold.
    Test(String),
    /// An operation cannot be done, in words like the server's.
    Wrong(String),
}

/// What the operations make of a value, one after the other.
pub(crate) fn apply(value: &Json, operations: &[Operation]) -> Result<Json, Unapplied> {
    let mut value = value.clone();
    let mut copied = 0;
    for operation in operations {
        operation.apply(&mut value, &mut copied)?;
    }
    Ok(value)
}

fn wrong<T>(message: String) -> Result<T, Unapplied> {
    Err(Unapplied::Wrong(message))
}

impl Operation {
    /// `copied` is how much was copied before.
    fn apply(&self, root: &mut Json, copied: &mut usize) -> Result<(), Unapplied> {
        let given = self.value.clone();
        match self.op.as_str() {
            "add" => self.add(root, &self.path, given.unwrap_or(Json::Null)),
            "remove" => self.remove(root, &self.path, &self.path).map(drop),
            "replace" => {
                let (path, value) = (&self.path, given.unwrap_or(Json::Null));
                let lost = format!(
                    "replace operation does not apply: doc is missing path: {path}: missing value"
                );
                match self.parent(root, path).map_err(|_| Unapplied::Wrong(lost))? {
                    (Json::Object(fields), key) => drop(fields.insert(key, value)),
                    (Json::Array(items), key) => {
                        let index = index(&key, items.len());
                        match index.and_then(|index| items.get_mut(index)) {
                            Some(slot) => *slot = value,
                            None => {
                                return wrong(format!(
                                    "replace operation does not apply: doc is missing key: {path}: \
                                     missing value"
                                ));
                            }
                        }
                    }
                    _ => return self.missing(path),
                }
                Ok(())
            }
            "move" => {
                let value = self.taken(root)?;
                self.parent(root, &self.path).map_err(|_| self.lost("destination", &self.path))?;
                self.add(root, &self.path, value)
            }
            "copy" => {
                let value = self.copied(root)?;
                *copied += value.to_string().len();
                if *copied > COPIES {
                    return wrong(format!(
                        "Unable to complete the copy, the accumulated size increase of copy is {copied}, exceeding \
                         the limit {COPIES}"
                    ));
                }
                self.parent(root, &self.path).map_err(|_| self.lost("destination", &self.path))?;
                self.add(root, &self.path, value)
            }
            "test" => {
                let path = &self.path;
                if !path.is_empty() && self.parent(root, path).is_err() {
                    return wrong(format!(
                        "test operation does not apply: is missing path: {path}: missing value"
                    ));
                }
                let found = root.pointer(path).unwrap_or(&Json::Null);
                if *found == given.unwrap_or(Json::Null) {
                    return Ok(());
                }
                Err(Unapplied::Test(format!("testing value {path} failed: test failed")))
            }
            other => wrong(format!("Unexpected kind: {other}")),
        }
    }

    fn lost(&self, what: &str, path: &str) -> Unapplied {
        let op = &self.op;
        Unapplied::Wrong(format!(
            "{op} operation does not apply: doc is missing {what} path: {path}: missing value"
        ))
    }

    /// What is copied: nothing is null.
    fn copied(&self, root: &mut Json) -> Result<Json, Unapplied> {
        let from = &self.from;
        match self.parent(root, from).map_err(|_| self.lost("from", from))? {
            (Json::Object(fields), key) => Ok(fields.get(&key).cloned().unwrap_or(Json::Null)),
            (Json::Array(items), key) => {
                let found = index(&key, items.len()).and_then(|it| items.get(it)).cloned();
                found.map_or_else(
                    || {
                        wrong(format!(
                            "error in copy for from: '{from}': Unable to access invalid index: {key}: \
                             invalid index referenced"
                        ))
                    },
                    Ok,
                )
            }
            _ => Err(self.lost("from", from)),
        }
    }

    /// What is moved, which is there no more.
    fn taken(&self, root: &mut Json) -> Result<Json, Unapplied> {
        let from = &self.from;
        let (_, key) = self.parent(root, from).map_err(|_| self.lost("from", from))?;
        self.remove(root, from, &key)
    }

    fn missing<T>(&self, path: &str) -> Result<T, Unapplied> {
        let op = &self.op;
        wrong(format!(
            "{op} operation does not apply: doc is missing path: \"{path}\": missing value"
        ))
    }

    /// What the last step of a path is in, and that step.
    fn parent<'j>(
        &self,
        root: &'j mut Json,
        path: &str,
    ) -> Result<(&'j mut Json, String), Unapplied> {
        let Some((parent, key)) = path.rsplit_once('/') else { return self.missing(path) };
        match root.pointer_mut(parent) {
            Some(it @ (Json::Object(_) | Json::Array(_))) => {
                Ok((it, key.replace("~1", "/").replace("~0", "~")))
            }
            _ => self.missing(path),
        }
    }

    fn add(&self, root: &mut Json, path: &str, value: Json) -> Result<(), Unapplied> {
        match self.parent(root, path)? {
            (Json::Object(fields), key) => drop(fields.insert(key, value)),
            (Json::Array(items), key) => {
                let index =
                    if key == "-" { Some(items.len()) } else { index(&key, items.len() + 1) };
                match index.filter(|it| *it <= items.len()) {
                    Some(index) => items.insert(index, value),
                    None => return self.beyond(&key, path),
                }
            }
            _ => return self.missing(path),
        }
        Ok(())
    }

    /// What is taken from a path, which errors call so.
    fn remove(&self, root: &mut Json, path: &str, shown: &str) -> Result<Json, Unapplied> {
        let op = &self.op;
        match self.parent(root, path)? {
            (Json::Object(fields), key) => fields.remove(&key).map_or_else(
                || {
                    wrong(format!(
                        "error in {op} for path: '{shown}': Unable to remove nonexistent key: {key}: \
                         missing value"
                    ))
                },
                Ok,
            ),
            (Json::Array(items), key) => {
                match index(&key, items.len()).filter(|it| *it < items.len()) {
                    Some(index) => Ok(items.remove(index)),
                    None => self.beyond(&key, shown),
                }
            }
            _ => self.missing(path),
        }
    }

    fn beyond<T>(&self, key: &str, path: &str) -> Result<T, Unapplied> {
        let op = &self.op;
        wrong(format!(
            "error in {op} for path: '{path}': Unable to access invalid index: {key}: invalid index \
             referenced"
        ))
    }
}

/// An index; negative ones count from the end.
fn index(key: &str, length: usize) -> Option<usize> {
    let number: isize = key.parse().ok()?;
    if number < 0 { length.checked_add_signed(number) } else { usize::try_from(number).ok() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn apply_to(
        value: &Json,
        op: &str,
        path: &str,
        from: &str,
        given: Option<Json>,
    ) -> Result<Json, Unapplied> {
        let (op, path, from) = (op.to_owned(), path.to_owned(), from.to_owned());
        apply(value, &[Operation { op, path, from, value: given }])
    }

    #[test]
    fn copies_of_copies_end() {
        let copy = |index: usize| Operation {
            op: "copy".to_owned(),
            path: format!("/a/{index}"),
            from: "/a".to_owned(),
            value: None,
        };
        let value = json!({"a": {"b": "c"}});
        let made = apply(&value, &(0..60).map(copy).collect::<Vec<_>>());
        let Err(Unapplied::Wrong(why)) = made else { panic!("it was applied") };
        assert!(why.starts_with("Unable to complete the copy"), "{why}");
    }

    #[test]
    fn operations_do_what_they_say() {
        let value = json!({"a": [1, 2], "b": {"c/d": 3}});
        let of = |op, path, from, given| apply_to(&value, op, path, from, given);
        assert_eq!(
            of("add", "/a/-", "", Some(json!(3))),
            Ok(json!({"a": [1, 2, 3], "b": {"c/d": 3}}))
        );
        assert_eq!(
            of("add", "/a/0", "", Some(json!(0))),
            Ok(json!({"a": [0, 1, 2], "b": {"c/d": 3}}))
        );
        assert_eq!(of("remove", "/b/c~1d", "", None), Ok(json!({"a": [1, 2], "b": {}})));
        assert_eq!(
            of("replace", "/a/1", "", Some(json!(9))),
            Ok(json!({"a": [1, 9], "b": {"c/d": 3}}))
        );
        assert_eq!(of("move", "/e", "/a", None), Ok(json!({"b": {"c/d": 3}, "e": [1, 2]})));
        assert_eq!(
            of("copy", "/b/x", "/a/0", None),
            Ok(json!({"a": [1, 2], "b": {"c/d": 3, "x": 1}}))
        );
        assert_eq!(of("test", "/a/0", "", Some(json!(1))), Ok(value.clone()));
    }

    #[test]
    fn what_cannot_be_done_is_an_error() {
        let value = json!({"a": [1]});
        let of = |op, path| apply_to(&value, op, path, "", Some(json!(1)));
        assert_eq!(
            of("add", "/x/y"),
            Err(Unapplied::Wrong(
                "add operation does not apply: doc is missing path: \"/x/y\": missing value"
                    .to_owned()
            ))
        );
        assert!(matches!(of("add", "/a/3"), Err(Unapplied::Wrong(_))));
        assert!(matches!(of("remove", "/x"), Err(Unapplied::Wrong(_))));
        assert!(matches!(of("replace", "/x/y"), Err(Unapplied::Wrong(_))));
        assert!(matches!(of("test", "/a/0x"), Err(Unapplied::Test(_))));
        assert!(matches!(of("merge", "/a"), Err(Unapplied::Wrong(_))));
    }
}
