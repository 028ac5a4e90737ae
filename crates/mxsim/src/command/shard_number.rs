//! Which shard of a run this process simulates: as typed, or as the array job says in which it runs.

use crate::args::Sharding;
use crate::exit::Failure;
use mxsim_core::study::Shard;

/// Names of the variables in which an array job says its index, and how it counts.
const INDICES: [(&str, First); 6] = [
    ("SLURM_ARRAY_TASK_ID", First::Base),
    ("JOB_COMPLETION_INDEX", First::Zero),
    ("AWS_BATCH_JOB_ARRAY_INDEX", First::Zero),
    ("OMPI_COMM_WORLD_RANK", First::Zero),
    ("SGE_TASK_ID", First::Base),
    ("PARALLEL_SEQ", First::One),
];

/// What `SGE_TASK_ID` says in a job that is no array.
const UNDEFINED: &str = "undefined";

/// The first index of an array job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum First {
    Zero,
    One,
    /// As the user wrote the array, which `--shard-base` repeats.
    Base,
}

/// A shard, and the variable that named it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) shard: Shard,
    pub(super) named_by: Option<(&'static str, String)>,
}

/// The shard that is asked for, if one is.
pub(super) fn chosen(sharding: &Sharding) -> Result<Option<Chosen>, Failure> {
    let Some(typed) = &sharding.shard else { return Ok(None) };
    let variable = |name: &str| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
    choose(typed, sharding.shard_base, &variable).map(Some).map_err(Failure::usage)
}

fn choose(typed: &str, base: u64, variable: &dyn Fn(&str) -> Option<String>) -> Result<Chosen, String> {
    let expected = || {
        format!(
            "--shard: expected K/N such as 3/64 with K from 1 to N and N up to {}, or auto/N, found {typed:?}",
            Shard::MOST
        )
    };
    let (number, of) = typed.split_once('/').ok_or_else(expected)?;
    let of: u64 = whole(of).ok_or_else(expected)?;
    if number != "auto" {
        let shard = whole(number).and_then(|number| Shard::new(number, of)).ok_or_else(expected)?;
        return Ok(Chosen { shard, named_by: None });
    }
    Shard::new(1, of).ok_or_else(expected)?;
    let said: Vec<Said> = INDICES.iter().filter_map(|index| said(index, base, variable)).collect();
    let [first, others @ ..] = &said[..] else { return Err(nobody_says()) };
    let shard = |said: &Said| {
        let shard = said.number.and_then(|number| Shard::new(number, of));
        shard.ok_or_else(|| said.is_outside(base, of))
    };
    let chosen = shard(first)?;
    for other in others {
        if shard(other)? != chosen {
            return Err(format!(
                "--shard auto/{of}: {} says {} and {} says {}, which are two shards; type the one you mean, such as --shard \"$(({}))/{of}\"",
                first.name,
                first.value,
                other.name,
                other.value,
                first.formula(base)
            ));
        }
    }
    Ok(Chosen { shard: chosen, named_by: Some((first.name, first.value.clone())) })
}

/// What one variable says.
struct Said {
    name: &'static str,
    counts: First,
    value: String,
    /// The number of the shard, from 1.
    number: Option<u64>,
}

fn said(
    &(name, counts): &(&'static str, First),
    base: u64,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Option<Said> {
    let value = variable(name).filter(|value| !value.is_empty() && value != UNDEFINED)?;
    let number = whole(&value).and_then(|index| match counts {
        First::Zero => index.checked_add(1),
        First::One => Some(index),
        First::Base => index.checked_add(1)?.checked_sub(base),
    });
    Some(Said { name, counts, value, number })
}

impl Said {
    fn is_outside(&self, base: u64, of: u64) -> String {
        let (name, value) = (self.name, &self.value);
        let [first, last] = match self.counts {
            First::Zero => [0, of - 1],
            First::One => [1, of],
            First::Base => [base, (of - 1).saturating_add(base)],
        };
        let help = match self.counts {
            First::Base => "; --shard-base says the first index of the array",
            _ => "",
        };
        format!(
            "--shard auto/{of}: {name} says {value}, and the indices of {of} shards are {first} to {last}{help}"
        )
    }

    /// How a shell reckons its shard.
    fn formula(&self, base: u64) -> String {
        match self.counts {
            First::Zero => format!("{} + 1", self.name),
            First::One => self.name.to_owned(),
            First::Base => format!("{} + 1 - {base}", self.name),
        }
    }
}

fn nobody_says() -> String {
    let names = INDICES.map(|(name, _)| name).join(", ");
    format!("--shard auto: none of {names} says which shard this is; type it, such as --shard 3/64")
}

/// A whole number as digits alone: no sign, no blank.
fn whole(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(typed: &str, base: u64, variables: &[(&str, &str)]) -> Result<(u64, u64), String> {
        let variable =
            |name: &str| variables.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned());
        choose(typed, base, &variable).map(|chosen| (chosen.shard.number(), chosen.shard.of()))
    }

    #[test]
    fn each_array_counts_its_own_way() {
        assert_eq!(of("3/64", 1, &[("SLURM_ARRAY_TASK_ID", "9")]), Ok((3, 64)), "typed wins");
        assert_eq!(of("auto/8", 1, &[("SLURM_ARRAY_TASK_ID", "8")]), Ok((8, 8)));
        assert_eq!(of("auto/8", 0, &[("SLURM_ARRAY_TASK_ID", "0")]), Ok((1, 8)));
        assert_eq!(of("auto/8", 100, &[("SGE_TASK_ID", "107")]), Ok((8, 8)));
        for name in ["JOB_COMPLETION_INDEX", "AWS_BATCH_JOB_ARRAY_INDEX", "OMPI_COMM_WORLD_RANK"] {
            assert_eq!(of("auto/8", 1, &[(name, "0")]), Ok((1, 8)), "{name}");
            assert_eq!(
                of("auto/8", 5, &[(name, "7")]),
                Ok((8, 8)),
                "{name} counts from 0 whatever the base is"
            );
        }
        assert_eq!(of("auto/8", 1, &[("PARALLEL_SEQ", "1")]), Ok((1, 8)));
        let both = [("SGE_TASK_ID", "undefined"), ("JOB_COMPLETION_INDEX", "2"), ("PARALLEL_SEQ", "3")];
        assert_eq!(of("auto/8", 1, &both), Ok((3, 8)), "two that agree");
    }

    #[test]
    fn what_is_no_shard_is_refused() {
        for (typed, base, variables, says) in [
            ("auto/8", 1, &[][..], "none of SLURM_ARRAY_TASK_ID, "),
            ("auto/8", 1, &[("SGE_TASK_ID", "undefined")], "none of "),
            ("auto/8", 1, &[("SLURM_ARRAY_TASK_ID", "9")], "are 1 to 8; --shard-base"),
            ("auto/8", 1, &[("SLURM_ARRAY_TASK_ID", "0")], "are 1 to 8"),
            ("auto/8", 1, &[("JOB_COMPLETION_INDEX", "8")], "are 0 to 7"),
            ("auto/8", 1, &[("JOB_COMPLETION_INDEX", "18446744073709551615")], "are 0 to 7"),
            ("auto/8", 1, &[("PARALLEL_SEQ", "two")], "says two"),
            ("auto/8", 1, &[("PARALLEL_SEQ", "2"), ("OMPI_COMM_WORLD_RANK", "2")], "which are two shards"),
            ("auto/0", 1, &[("PARALLEL_SEQ", "2")], "expected K/N"),
            ("0/8", 1, &[], "expected K/N"),
            ("9/8", 1, &[], "expected K/N"),
            ("+3/8", 1, &[], "expected K/N"),
            ("3", 1, &[], "expected K/N"),
            ("1/100001", 1, &[], "expected K/N"),
        ] {
            let why = of(typed, base, variables).expect_err(typed);
            assert!(why.contains(says), "{typed} {variables:?}: {why}");
        }
    }
}
