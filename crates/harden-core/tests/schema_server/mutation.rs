//! Mistakes that people make in manifests.

use serde_json::{Value, json};

/// Numbers that look random and are the same in every run.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    pub(crate) fn pick<'i, T>(&mut self, items: &'i [T]) -> &'i T {
        items.get(self.below(items.len())).expect("something to pick from")
    }
}

/// The RFC 6901 pointers of all fields, but those that say what the object is.
pub(crate) fn fields(object: &Value) -> Vec<String> {
    let mut all = Vec::new();
    collect(object, "", &mut all);
    all.retain(|it| {
        !matches!(it.as_str(), "/apiVersion" | "/kind" | "/metadata" | "/metadata/name")
    });
    all
}

fn collect(value: &Value, at: &str, all: &mut Vec<String>) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                let at = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
                all.push(at.clone());
                collect(value, &at, all);
            }
        }
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                collect(item, &format!("{at}/{i}"), all);
            }
        }
        _ => {}
    }
}

pub(crate) fn remove(object: &mut Value, field: &str) -> Option<Value> {
    let (above, key) = field.rsplit_once('/')?;
    let key = key.replace("~1", "/").replace("~0", "~");
    object.pointer_mut(above)?.as_object_mut()?.shift_remove(&key)
}

/// A copy with one mistake.
pub(crate) fn mutate(base: &Value, random: &mut Random) -> Value {
    let mut object = base.clone();
    let all = fields(base);
    let field = random.pick(&all);
    if random.below(2) == 0 {
        let (above, key) = field.rsplit_once('/').unwrap();
        let typo = mistype(&key.replace("~1", "/").replace("~0", "~"), random);
        let value = remove(&mut object, field).unwrap();
        object.pointer_mut(above).unwrap().as_object_mut().unwrap().insert(typo, value);
    } else {
        let others = [
            json!("text"),
            json!("12"),
            json!(12),
            json!(3_000_000_000_u64),
            json!(1.5),
            json!(true),
            json!(null),
            json!([]),
            json!(["a"]),
            json!([1]),
            json!({}),
            json!({"a": "b"}),
            json!({"a": {"b": 1}}),
        ];
        *object.pointer_mut(field).unwrap() = random.pick(&others).clone();
    }
    object
}

fn mistype(key: &str, random: &mut Random) -> String {
    let at = random.below(key.chars().count().max(1));
    let letters = key.chars().enumerate();
    match random.below(4) {
        0 => letters.filter(|(i, _)| *i != at || key.len() == 1).map(|(_, it)| it).collect(),
        1 => format!("{key}s"),
        2 => letters.map(|(i, it)| if i == 0 { it.to_ascii_uppercase() } else { it }).collect(),
        _ => {
            letters.flat_map(|(i, it)| std::iter::repeat_n(it, 1 + usize::from(i == at))).collect()
        }
    }
}
