//! What is due and not done yet, and whose turn it is: pure.

use std::collections::{HashMap, HashSet, VecDeque};

use instagram::{AccountId, Peer};
use store::{Key, keys};

/// Most conversations of one account that are worked on at once: its slow answers hold up nobody else.
pub(crate) const PER_ACCOUNT: usize = 4;

/// Most keys of one account that are taken from one listing. Those behind them are listed again once these are done.
const MOST_OF_ONE: usize = 1_000;

/// How many conversations of an account are looked at before those that are not urgent are worked on.
const LOOKED_AHEAD: usize = 64;

/// How long an item that was worked on is left alone, in milliseconds, whatever the index says: it lags behind.
const REST_MS: i64 = 1_000;

/// What there is to do in a conversation, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Urgency {
    /// Nobody knows whether a reply is out.
    InDoubt,
    /// A reply waits for its moment.
    Planned,
    /// A message that Meta only hinted at must be looked for.
    Hint,
}

/// A conversation and what is due in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Thread {
    pub(crate) account: AccountId,
    pub(crate) peer: Peer,
    /// Of items, all in one partition, in the order in which they are worked on.
    pub(crate) keys: Vec<Key>,
}

/// What is to be done with a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Task {
    /// Read its items: how urgent is it?
    Look(Thread),
    /// Work on its items.
    Work(Thread),
}

/// What came of a task.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) thread: Thread,
    /// How urgent what the thread still holds is; `None` if it was worked on.
    pub(crate) next: Option<Urgency>,
    /// Items that stay due until the next run.
    pub(crate) left: Vec<Key>,
}

#[derive(Debug, Default)]
struct Lanes {
    fresh: VecDeque<Thread>,
    in_doubt: VecDeque<Thread>,
    planned: VecDeque<Thread>,
    hints: VecDeque<Thread>,
    running: usize,
}

impl Lanes {
    fn take(&mut self) -> Option<Task> {
        if self.running >= PER_ACCOUNT {
            return None;
        }
        let ahead = self.planned.len() + self.hints.len();
        let fresh = if ahead < LOOKED_AHEAD && self.in_doubt.is_empty() { self.fresh.pop_front() } else { None };
        let task = match fresh {
            Some(thread) => Some(Task::Look(thread)),
            None => [&mut self.in_doubt, &mut self.planned, &mut self.hints]
                .into_iter()
                .find_map(VecDeque::pop_front)
                .map(Task::Work),
        };
        self.running += usize::from(task.is_some());
        task
    }

    fn is_idle(&self) -> bool {
        let waiting = [&self.fresh, &self.in_doubt, &self.planned, &self.hints];
        self.running == 0 && waiting.iter().all(|lane| lane.is_empty())
    }
}

/// All that a run has listed and not done.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    accounts: HashMap<AccountId, Lanes>,
    /// The accounts with something to do; whose turn was last stands last.
    turns: VecDeque<AccountId>,
    /// The partitions of the conversations held here: no conversation is worked on twice at once.
    held: HashSet<String>,
    /// Until when items are left alone, in milliseconds since 1970.
    rests: HashMap<Key, i64>,
}

impl Backlog {
    /// Takes what a listing showed. What belongs to a conversation that is here already comes with a later listing.
    pub(crate) fn add(&mut self, keys: impl IntoIterator<Item = Key>, now: i64) {
        let mut threads: Vec<Thread> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut taken: HashMap<AccountId, usize> = HashMap::new();
        for key in keys {
            if self.held.contains(&key.pk) || self.rests(&key, now) {
                continue;
            }
            let Some((account, peer)) = keys::thread_of(&key.pk) else {
                tracing::error!("something is due that lies in no conversation");
                continue;
            };
            let of_account = taken.entry(account.clone()).or_default();
            if *of_account >= MOST_OF_ONE {
                continue;
            }
            *of_account += 1;
            match places.get(&key.pk) {
                Some(place) => threads[*place].keys.push(key),
                None => {
                    places.insert(key.pk.clone(), threads.len());
                    threads.push(Thread { account, peer, keys: vec![key] });
                }
            }
        }
        self.held.extend(places.into_keys());
        for thread in threads {
            if !self.accounts.contains_key(&thread.account) {
                self.turns.push_back(thread.account.clone());
            }
            self.accounts.entry(thread.account.clone()).or_default().fresh.push_back(thread);
        }
    }

    /// The next task, of the account whose turn it is.
    pub(crate) fn next(&mut self) -> Option<Task> {
        for _ in 0..self.turns.len() {
            let account = self.turns.pop_front()?;
            let task = self.accounts.get_mut(&account).and_then(Lanes::take);
            self.turns.push_back(account);
            if task.is_some() {
                return task;
            }
        }
        None
    }

    /// Takes back what came of a task.
    pub(crate) fn settle(&mut self, done: Done, now: i64) {
        let Done { thread, next, left } = done;
        let partition = thread.keys.iter().chain(&left).next().map(|key| key.pk.clone());
        let account = thread.account.clone();
        let Some(lanes) = self.accounts.get_mut(&account) else {
            return;
        };
        lanes.running -= 1;
        for key in left {
            self.rests.insert(key, i64::MAX);
        }
        match next {
            Some(Urgency::InDoubt) => lanes.in_doubt.push_back(thread),
            Some(Urgency::Planned) => lanes.planned.push_back(thread),
            Some(Urgency::Hint) => lanes.hints.push_back(thread),
            None => {
                for key in thread.keys {
                    self.rests.entry(key).or_insert(now + REST_MS);
                }
                if let Some(partition) = partition {
                    self.held.remove(&partition);
                }
            }
        }
        if lanes.is_idle() {
            self.accounts.remove(&account);
            self.turns.retain(|other| *other != account);
        }
    }

    /// True if an item is left alone at this moment.
    pub(crate) fn rests(&self, key: &Key, now: i64) -> bool {
        self.rests.get(key).is_some_and(|until| *until > now)
    }

    /// Forgets rests that are over.
    pub(crate) fn forget(&mut self, now: i64) {
        self.rests.retain(|_, until| *until > now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_767_225_600_000;

    fn key(account: &str, person: usize, item: usize) -> Key {
        Key { pk: format!("T#{account}#{person}"), sk: format!("M#{item}") }
    }

    fn thread(task: &Task) -> &Thread {
        let (Task::Look(thread) | Task::Work(thread)) = task;
        thread
    }

    fn names(task: &Task) -> (String, String) {
        (thread(task).account.to_string(), thread(task).peer.to_string())
    }

    fn over(task: Task) -> Done {
        let (Task::Look(thread) | Task::Work(thread)) = task;
        Done { thread, next: None, left: Vec::new() }
    }

    #[test]
    fn accounts_take_turns_and_none_has_more_than_its_share_under_way() {
        let mut backlog = Backlog::default();
        let flood = (0..500).map(|person| key("1", person, 0));
        backlog.add(flood.chain([key("2", 7, 0), key("2", 8, 0), key("3", 9, 0)]), NOW);
        let mut tasks = Vec::new();
        while let Some(task) = backlog.next() {
            tasks.push(task);
        }
        let accounts: Vec<String> = tasks.iter().map(|task| names(task).0).collect();
        assert_eq!(accounts, ["1", "2", "3", "1", "2", "1", "1"]);
        backlog.settle(over(tasks.remove(0)), NOW);
        assert_eq!(names(&backlog.next().unwrap()).0, "1", "one ended, one begins");
        assert!(backlog.next().is_none());
    }

    #[test]
    fn what_is_in_doubt_goes_before_what_is_planned_and_that_before_hints() {
        let mut backlog = Backlog::default();
        backlog.add((1..=3).map(|person| key("1", person, 0)), NOW);
        let looks: Vec<Task> = std::iter::from_fn(|| backlog.next()).collect();
        for (task, urgency) in looks.into_iter().zip([Urgency::Hint, Urgency::Planned, Urgency::InDoubt]) {
            let Task::Look(thread) = task else { panic!("looked at first") };
            backlog.settle(Done { thread, next: Some(urgency), left: Vec::new() }, NOW);
        }
        let peers: Vec<String> = std::iter::from_fn(|| backlog.next())
            .map(|task| {
                assert!(matches!(task, Task::Work(_)));
                names(&task).1
            })
            .collect();
        assert_eq!(peers, ["3", "2", "1"]);
    }

    #[test]
    fn the_items_of_a_conversation_stay_together_and_come_once() {
        let mut backlog = Backlog::default();
        backlog.add([key("1", 5, 0), key("1", 6, 0), key("1", 5, 1)], NOW);
        backlog.add([key("1", 5, 0), key("1", 5, 2)], NOW);
        let first = backlog.next().unwrap();
        assert_eq!(thread(&first).keys, [key("1", 5, 0), key("1", 5, 1)]);
        assert_eq!(names(&backlog.next().unwrap()).1, "6");
        assert!(backlog.next().is_none(), "what was listed again is here already");

        backlog.settle(over(first), NOW);
        backlog.add([key("1", 5, 0), key("1", 5, 2)], NOW + REST_MS - 1);
        assert_eq!(thread(&backlog.next().unwrap()).keys, [key("1", 5, 2)], "what was just done rests");
    }

    #[test]
    fn what_could_not_be_done_is_left_to_the_next_run() {
        let mut backlog = Backlog::default();
        backlog.add([key("1", 5, 0), key("1", 5, 1)], NOW);
        let Some(Task::Look(thread)) = backlog.next() else { panic!("looked at first") };
        let left = vec![key("1", 5, 0)];
        backlog.settle(Done { thread, next: None, left }, NOW);
        let later = NOW + 40_000;
        backlog.forget(later);
        backlog.add([key("1", 5, 0), key("1", 5, 1)], later);
        let Some(Task::Look(thread)) = backlog.next() else { panic!("looked at first") };
        assert_eq!(thread.keys, [key("1", 5, 1)]);
    }

    #[test]
    fn a_flood_of_one_account_leaves_room_for_its_neighbours() {
        let mut backlog = Backlog::default();
        let flood = (0..20_000).map(|person| key("1", person, 0));
        backlog.add(flood.chain([key("2", 7, 0)]), NOW);
        assert_eq!(backlog.held.len(), MOST_OF_ONE + 1);
    }
}
