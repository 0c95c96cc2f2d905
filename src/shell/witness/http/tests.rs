use std::pin::pin;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};

use super::*;
use crate::shell::witness::tests::{clock, open};

#[test]
fn so_many_are_at_work_at_once_and_the_next_one_waits() {
    let folder = tempfile::tempdir().unwrap();
    let (witness, _events) = open(folder.path(), &[1], &clock()).unwrap();
    let at_work_now = Arc::new(Semaphore::new(MAX_AT_WORK));
    let (origins, turns) = (BTreeMap::new(), BTreeMap::new());
    let desk = Arc::new(Desk { witness, origins, turns, at_work: at_work_now });
    let runtime = tokio::runtime::Builder::new_multi_thread().max_blocking_threads(MAX_AT_WORK + 1).build().unwrap();
    runtime.block_on(async {
        let (started, starts) = mpsc::channel();
        let busy: Vec<_> = (0..MAX_AT_WORK)
            .map(|_| {
                let ((end, ended), started, desk) = (mpsc::channel::<()>(), started.clone(), Arc::clone(&desk));
                let work = move |_: &Witness| {
                    let _ = started.send(());
                    let _ = ended.recv();
                };
                (end, tokio::spawn(async move { at_work(&desk, work).await }))
            })
            .collect();
        // All of them, at once: none ends before it is told to.
        assert_eq!(starts.iter().take(MAX_AT_WORK).count(), MAX_AT_WORK);
        let mut next = pin!(at_work(&desk, |_| "done"));
        assert_eq!(next.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Pending);
        assert_eq!(desk.at_work.available_permits(), 0);
        let mut busy = busy.into_iter();
        let (end, first) = busy.next().unwrap();
        drop(end);
        assert_eq!(first.await.unwrap(), Some(()));
        assert_eq!(next.await, Some("done"));
    });
}
