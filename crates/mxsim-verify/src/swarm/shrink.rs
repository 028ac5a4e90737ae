//! Small scenarios from large ones (Zeller and Hildebrandt 2002): tables, items and keys are taken out and numbers are halved, as long as what is left still
//! fails.

use serde_json::{Value, json};

/// Scenarios tried at most.
const MOST_TRIES: usize = 250;

/// The smallest document that was found with which `fails` still holds.
pub(super) fn shrink(document: &Value, mut fails: impl FnMut(&Value) -> bool) -> Value {
    let (mut smallest, mut tries) = (document.clone(), 0);
    loop {
        let before = smallest.clone();
        pass(&mut smallest, &mut tries, &mut fails);
        if smallest == before || tries >= MOST_TRIES {
            return smallest;
        }
    }
}

/// Tries to make each place of the document smaller, the outermost first.
fn pass(smallest: &mut Value, tries: &mut usize, fails: &mut impl FnMut(&Value) -> bool) {
    let mut places = Vec::new();
    collect(smallest, String::new(), &mut places);
    // The last item of a list goes first, so that the places of the others stay.
    places.sort_by_key(|place| (place.matches('/').count(), std::cmp::Reverse(place.clone())));
    for place in places {
        for change in [remove, halve, halve_more] {
            let mut smaller = smallest.clone();
            while *tries < MOST_TRIES && change(&mut smaller, &place) {
                *tries += 1;
                if !fails(&smaller) {
                    break;
                }
                *smallest = smaller.clone();
            }
        }
    }
}

/// JSON pointers of all values below the document.
fn collect(value: &Value, at: String, places: &mut Vec<String>) {
    if !at.is_empty() {
        places.push(at.clone());
    }
    let below = |key: &str| format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
    match value {
        Value::Object(table) => table.iter().for_each(|(key, value)| collect(value, below(key), places)),
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(place, value)| collect(value, below(&place.to_string()), places));
        }
        _ => {}
    }
}

/// Takes a value out; false if there is none.
fn remove(document: &mut Value, place: &str) -> bool {
    let Some((parent, key)) = place.rsplit_once('/') else { return false };
    let key = key.replace("~1", "/").replace("~0", "~");
    match document.pointer_mut(parent) {
        Some(Value::Object(table)) => table.remove(&key).is_some(),
        Some(Value::Array(items)) => {
            let place = key.parse().ok().filter(|place| *place < items.len());
            place.map(|place: usize| items.remove(place)).is_some()
        }
        _ => false,
    }
}

/// Halves a number, and lines of a text are taken out one by one from the end; false if there is nothing to halve.
fn halve(document: &mut Value, place: &str) -> bool {
    let Some(value) = document.pointer_mut(place) else { return false };
    match value {
        Value::Number(number) => match (number.as_u64(), number.as_f64()) {
            (Some(whole), _) if whole > 1 => *value = json!(whole / 2),
            (None, Some(number)) if number > 1.0 => *value = json!((number / 2.0).floor()),
            _ => return false,
        },
        Value::String(text) if text.lines().count() > 1 => {
            let kept = text.trim_end().rfind('\n').map_or(0, |end| end + 1);
            text.truncate(kept);
        }
        _ => return false,
    }
    true
}

/// Takes the first line of a text out; false if there is only one.
fn halve_more(document: &mut Value, place: &str) -> bool {
    let Some(Value::String(text)) = document.pointer_mut(place) else { return false };
    let Some((_, rest)) = text.split_once('\n').filter(|(_, rest)| !rest.is_empty()) else { return false };
    *text = rest.to_owned();
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What makes it fail is left, and numbers go down to where it would no longer fail.
    #[test]
    fn what_matters_is_left() {
        let large = json!({
            "title": "x",
            "run": { "seed": 1_000, "window": "1d" },
            "zone": { "text": "a\nb\nc\nd\n" },
            "senders": [{ "name": "s0", "hosts": 40 }, { "name": "s1", "hosts": 40, "sites": 3 }],
        });
        let fails = |document: &Value| {
            let senders = document["senders"].as_array().cloned().unwrap_or_default();
            let text = document["zone"]["text"].as_str().unwrap_or_default();
            text.contains('b') && senders.iter().any(|sender| sender["hosts"].as_u64() > Some(6))
        };
        let small = shrink(&large, fails);
        assert_eq!(small["senders"].as_array().map(Vec::len), Some(1), "{small}");
        assert_eq!(small["senders"][0], json!({ "hosts": 10 }), "{small}");
        assert_eq!(small["zone"]["text"], "b\n");
        assert_eq!(small.as_object().map(serde_json::Map::len), Some(2), "{small}");
    }

    #[test]
    fn what_fails_only_as_it_is_stays_as_it_is() {
        let document = json!({ "a": [1, { "b": 2.5 }], "c/d": "x" });
        assert_eq!(shrink(&document, |smaller| *smaller == document), document);
        assert_eq!(shrink(&document, |_| true), json!({}));
    }
}
