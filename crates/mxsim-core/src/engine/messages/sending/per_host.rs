//! What a sender keeps of some of its outbound hosts.

/// A value for each of those outbound hosts that have one, found by the host's number at once: it is asked for many times a message.
#[derive(Debug)]
pub(crate) struct PerHost<T> {
    /// Per outbound host: the place of its value, from 1; 0 without one. As long as the largest number met.
    places: Vec<u32>,
    values: Vec<T>,
}

impl<T> PerHost<T> {
    /// No value for any host.
    pub(crate) const fn new() -> Self {
        Self { places: Vec::new(), values: Vec::new() }
    }

    #[inline]
    fn place(&self, host: u32) -> Option<usize> {
        let place = *self.places.get(host as usize)?;
        (place > 0).then(|| place as usize - 1)
    }

    /// How many hosts have one.
    pub(crate) const fn len(&self) -> usize {
        self.values.len()
    }

    /// True if the host has a value.
    #[inline]
    pub(crate) fn contains(&self, host: u32) -> bool {
        self.place(host).is_some()
    }

    /// The value of a host, if it has one.
    #[inline]
    pub(crate) fn get(&self, host: u32) -> Option<&T> {
        self.place(host).map(|place| &self.values[place])
    }

    /// The same, to change it.
    #[inline]
    pub(crate) fn get_mut(&mut self, host: u32) -> Option<&mut T> {
        self.place(host).map(|place| &mut self.values[place])
    }

    /// The value of a host, which is made if there is none.
    #[inline]
    pub(crate) fn get_or_insert_with(&mut self, host: u32, make: impl FnOnce() -> T) -> &mut T {
        let place = match self.place(host) {
            Some(place) => place,
            None => self.insert(host, make),
        };
        &mut self.values[place]
    }

    #[cold]
    #[inline(never)]
    fn insert(&mut self, host: u32, make: impl FnOnce() -> T) -> usize {
        let host = host as usize;
        if self.places.len() <= host {
            self.places.resize(host + 1, 0);
        }
        self.values.push(make());
        self.places[host] = self.values.len() as u32;
        self.values.len() - 1
    }

    /// All values, in the order of the hosts.
    pub(crate) fn into_values(self) -> impl Iterator<Item = T> {
        let mut values: Vec<Option<T>> = self.values.into_iter().map(Some).collect();
        self.places.into_iter().filter_map(move |place| values[(place as usize).checked_sub(1)?].take())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_by_its_host() {
        let mut kept = PerHost::new();
        for host in [7, 2, 7, 0] {
            *kept.get_or_insert_with(host, || host * 10) += 1;
        }
        assert_eq!(kept.get(7), Some(&72));
        assert_eq!((kept.get(1), kept.get(99)), (None, None));
        assert!(kept.contains(0) && !kept.contains(1));
        assert_eq!(kept.into_values().collect::<Vec<_>>(), [1, 21, 72]);
    }
}
