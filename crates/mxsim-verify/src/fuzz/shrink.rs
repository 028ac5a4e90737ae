//! Small inputs from large ones (Zeller and Hildebrandt 2002, *Simplifying and isolating failure-inducing input*): parts are taken out as long as
//! what is left still fails, lines first, then ever smaller runs of bytes.

/// Inputs tried at most.
const MOST_TRIES: usize = 4_000;

/// The smallest input that was found with which `fails` still holds.
pub(super) fn shrink(mut input: Vec<u8>, mut fails: impl FnMut(&[u8]) -> bool) -> Vec<u8> {
    let mut tries = 0;
    loop {
        let before = input.len();
        take_out_lines(&mut input, &mut fails, &mut tries);
        take_out_bytes(&mut input, &mut fails, &mut tries);
        if input.len() == before || tries >= MOST_TRIES {
            return input;
        }
    }
}

fn take_out_lines(input: &mut Vec<u8>, fails: &mut impl FnMut(&[u8]) -> bool, tries: &mut usize) {
    let mut lines: Vec<Vec<u8>> = input.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
    take_out(&mut lines, tries, |left| fails(&left.concat()));
    *input = lines.concat();
}

fn take_out_bytes(input: &mut Vec<u8>, fails: &mut impl FnMut(&[u8]) -> bool, tries: &mut usize) {
    take_out(input, tries, |left| fails(left));
}

/// Takes runs of items out, half of them at first and then ever fewer.
fn take_out<T: Clone>(items: &mut Vec<T>, tries: &mut usize, mut fails: impl FnMut(&[T]) -> bool) {
    let mut run = items.len().div_ceil(2);
    while run > 0 && *tries < MOST_TRIES {
        let mut at = 0;
        while at < items.len() && *tries < MOST_TRIES {
            let mut left = items[..at].to_vec();
            left.extend_from_slice(&items[(at + run).min(items.len())..]);
            *tries += 1;
            if fails(&left) {
                *items = left;
            } else {
                at += run;
            }
        }
        run = if run == 1 { 0 } else { run.div_ceil(2) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matters_is_left() {
        let input: Vec<u8> = (0..200).flat_map(|line| format!("line {line}\n").into_bytes()).collect();
        let fails = |input: &[u8]| {
            let text = String::from_utf8_lossy(input);
            text.contains("17") && text.contains("e 142")
        };
        let small = shrink(input, fails);
        assert!(fails(&small) && small.len() <= 9, "{}", String::from_utf8_lossy(&small));
    }

    #[test]
    fn what_always_fails_shrinks_to_nothing() {
        assert_eq!(shrink(b"anything".to_vec(), |_| true), b"");
        assert_eq!(shrink(b"abc".to_vec(), |input| input == b"abc"), b"abc");
    }
}
