use std::collections::BTreeMap;
use std::fs;

use tempfile::TempDir;

use super::*;
use crate::core::checkpoint::SignedCheckpoint;
use crate::core::event::Attachment;
use crate::core::fault::Code;
use crate::core::hash::Hash;
use crate::core::json::Count;
use crate::core::note::NoteSignature;
use crate::core::policy::Policy;
use crate::core::sample::{self, Ledger};
use crate::core::statement::Rule;
use crate::shell::verify::{Options, verify};
use crate::storage::folder_store::FolderStore;
use crate::storage::layout::SIZES;
use crate::storage::memory_bundle::MemoryBundle;
use crate::storage::store::Store;

type Files = BTreeMap<String, Vec<u8>>;

/// A live ledger, and the folder that it is published into.
struct Scene {
    folder: TempDir,
    store: FolderStore,
}

impl Scene {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let store = FolderStore::create(&folder.path().join("ledger")).unwrap();
        Self { folder, store }
    }

    /// A ledger with checkpoints of these sizes, and one entry more.
    fn of(ledger: &Ledger, sizes: &[u64]) -> Self {
        let mut scene = Self::new();
        sizes.iter().for_each(|size| scene.grow(ledger, *size));
        let (size, next) = (scene.size(), ledger.entries());
        scene.store.append(size, next.get(size as usize..=size as usize).unwrap_or_default()).unwrap();
        scene
    }

    fn size(&self) -> u64 {
        use crate::storage::store::Log as _;
        self.store.size()
    }

    /// Appends up to a size, and publishes its checkpoint.
    fn grow(&mut self, ledger: &Ledger, size: u64) {
        let before = self.size();
        self.store.append(before, &ledger.entries()[before as usize..size.max(before) as usize]).unwrap();
        self.store.publish(&ledger.checkpoint(size)).unwrap();
    }

    fn ledger(&self) -> FolderBundle {
        FolderBundle::open(&self.folder.path().join("ledger")).unwrap()
    }

    fn site(&self) -> PathBuf {
        self.folder.path().join("site")
    }

    fn publish(&self) -> Result<Publication, PublishError> {
        Publisher::new(&self.site()).publish(&self.ledger())
    }

    /// Every file that is served.
    fn served(&self) -> Files {
        let Ok(bundle) = FolderBundle::open(&self.site()) else { return Files::new() };
        let read = |name: String| (name.clone(), bundle.read(&name, u64::MAX - 1).unwrap().unwrap());
        bundle.names().unwrap().into_iter().map(read).collect()
    }

    /// What is kept for the next publisher.
    fn private(&self) -> Files {
        let site = self.site();
        let items = fs::read_dir(site.join("tmp/runs")).into_iter().flatten().map(|item| item.unwrap().path());
        let files = items.chain([site.join("tmp/history")]).filter_map(|path| Some((fs::read(&path).ok()?, path)));
        files.map(|(bytes, path)| (path.strip_prefix(&site).unwrap().to_str().unwrap().to_owned(), bytes)).collect()
    }
}

/// What an auditor says of a folder: the size of its checkpoint, if all is well.
fn verified(folder: &Path, ledger: &Ledger) -> u64 {
    let key = crate::core::note::VerifierKey::ed25519(
        ledger.chain().origin().unwrap().as_str(),
        ledger.operator_key().public().unwrap(),
    );
    let policy = Policy::parse(format!("log {}\nquorum none\n", key.unwrap()).as_bytes()).unwrap();
    let bundle = FolderBundle::open(folder).unwrap();
    let options =
        Options { pins: Vec::new(), rule: Rule::Strict, progress: &mut |_, _| {}, as_of: None, watch: &mut () };
    let report = verify(&bundle, &policy, options).unwrap();
    assert_eq!(report.faults, [], "{}", folder.display());
    Latest::of(&bundle).unwrap().checkpoint().size
}

fn attachment(content: &[u8]) -> Attachment {
    Attachment {
        holds: None,
        length: Count::new(content.len() as i64).unwrap(),
        media_type: "text/plain".parse().unwrap(),
        name: "figures".parse().unwrap(),
        rows: None,
        sha256: Hash::of(content),
    }
}

fn fault(published: Result<Publication, PublishError>) -> Code {
    match published {
        Err(PublishError::Trouble(Trouble::Faults(faults))) => faults[0].code,
        other => panic!("{other:?}"),
    }
}

#[test]
fn it_grows_as_the_ledger_grows_and_needs_no_more_than_is_new() {
    let ledger = sample::shared();
    let mut scene = Scene::new();
    let mut publisher = Publisher::new(&scene.site());
    let sizes = [1, 2, 200, 255, 256, 257, 300, 511, 512, 513, 700];
    for (at, size) in sizes.into_iter().enumerate() {
        scene.grow(ledger, size);
        let published = publisher.publish(&scene.ledger()).unwrap();
        assert_eq!((published.before, published.size), (at.checked_sub(1).map_or(0, |at| sizes[at]), size));
        assert!(published.files <= 12, "{published:?}");
        assert_eq!(verified(&scene.site(), ledger), size);
        assert_eq!(publisher.publish(&scene.ledger()).unwrap().files, 0);
    }
    // Whoever comes at the end, or from a copy, publishes the same.
    drop(publisher);
    let grown = scene.served();
    assert_eq!(String::from_utf8_lossy(&grown[SIZES]), sizes.map(|size| format!("{size}\n")).concat());
    fs::remove_dir_all(scene.site()).unwrap();
    scene.publish().unwrap();
    assert_eq!(scene.served(), grown);
    let other = scene.folder.path().join("other");
    Publisher::new(&other).publish(&FolderBundle::open(&scene.site()).unwrap()).unwrap();
    assert_eq!(verified(&other, ledger), 700);
    // Without what it kept, or with something else there, it replays.
    let damage = [("tmp/history", &b"x"[..]), ("tmp/history", b""), ("tmp/runs/", b"x"), ("tmp/runs/", b"")];
    for ((place, bytes), size) in damage.into_iter().zip((710..).step_by(10)) {
        let kept = judge::kept(&scene.site()).expect("a history");
        assert!(kept.state().unwrap().documents().iter().count() > 600, "{place} at {size}");
        let private = scene.private();
        assert!(private.keys().all(|name| !name.contains("tmp-")), "{:?}", private.keys());
        let name = private.keys().find(|name| name.starts_with(place)).expect("a file");
        fs::write(scene.site().join(name), bytes).unwrap();
        assert!(judge::kept(&scene.site()).is_none(), "{name} at {size}");
        scene.grow(ledger, size);
        scene.publish().unwrap();
        assert_eq!(verified(&scene.site(), ledger), size);
    }
}

/// What is published first, and what is there when it is published again.
const KILLED: [(&[u64], &[u64]); 4] =
    [(&[], &[3]), (&[10, 20], &[250, 255]), (&[200, 254], &[256, 257]), (&[257, 511], &[512, 513])];

#[test]
fn killed_at_any_step_it_leaves_a_whole_ledger_and_is_finished_by_the_next() {
    let mut ledger = Ledger::with(9, 2);
    let mut attached: Vec<Vec<u8>> = Vec::new();
    for at in 2..514_u64 {
        if [2, 252, 510].contains(&at) {
            attached.push(format!("attached to {at}").into_bytes());
            ledger.disclose(vec![attachment(attached.last().unwrap())]);
        } else {
            ledger.next();
        }
    }
    for (first, then) in KILLED {
        let mut scene = Scene::new();
        for content in &attached {
            scene.store.attach(&Hash::of(content), content.len() as u64, &mut content.as_slice()).unwrap();
        }
        first.iter().for_each(|size| scene.grow(&ledger, *size));
        if !first.is_empty() {
            scene.publish().unwrap();
        }
        let (before, kept) = (scene.served(), scene.private());
        then.iter().for_each(|size| scene.grow(&ledger, *size));
        let before: Files = before.into_iter().chain(kept).collect();
        kill_everywhere(&scene, &ledger, &before, first.last().copied().unwrap_or(0));
    }
}

/// Publishes over what was there before, which is a ledger of that size, and is killed at every step.
fn kill_everywhere(scene: &Scene, ledger: &Ledger, before: &Files, old: u64) {
    let new = scene.publish().unwrap().size;
    let (whole, mut steps) = (scene.served(), 0);
    loop {
        let _ = fs::remove_dir_all(scene.site());
        fs::create_dir_all(scene.site().join("tmp")).unwrap();
        for (name, bytes) in before {
            fs::create_dir_all(scene.site().join(name).parent().unwrap()).unwrap();
            fs::write(scene.site().join(name), bytes).unwrap();
        }
        let mut publisher = Publisher::new(&scene.site());
        publisher.fuse = Some(steps);
        let ended = publisher.publish(&scene.ledger());
        drop(publisher);
        if scene.site().join(CHECKPOINT).exists() {
            let size = verified(&scene.site(), ledger);
            assert!([old, new].contains(&size), "after {steps} steps");
        } else {
            assert_eq!(old, 0, "after {steps} steps");
        }
        if ended.is_ok() {
            assert_eq!(scene.served(), whole);
            break;
        }
        scene.publish().unwrap();
        assert_eq!(scene.served(), whole, "after {steps} steps");
        steps += 1;
    }
    println!("{old} to {new}: {steps} steps");
    assert!(steps > 10);
}

/// As where a mirror's source listed no checkpoints, and the mirror has those only that entries named.
#[test]
fn a_checkpoint_that_was_left_out_comes_before_the_entries_that_saw_it() {
    let mut ledger = Ledger::with(9, 255);
    ledger.seeing(20);
    ledger.next();
    let mut scene = Scene::new();
    [20, 255].into_iter().for_each(|size| scene.grow(&ledger, size));
    let copy = scene.ledger();
    let left = copy.names().unwrap().into_iter().filter(|name| ![SIZES, "checkpoints/20"].contains(&name.as_str()));
    let left: Vec<_> = left.map(|name| (name.clone(), copy.read(&name, u64::MAX - 1).unwrap().unwrap())).collect();
    Publisher::new(&scene.site()).publish(&MemoryBundle::from_iter(left)).unwrap();
    let before: Files = scene.served().into_iter().chain(scene.private()).collect();
    assert!(before.contains_key("checkpoints/255") && !before.contains_key("checkpoints/20"));
    scene.grow(&ledger, 256);
    kill_everywhere(&scene, &ledger, &before, 255);
    assert!(scene.served().contains_key("checkpoints/20"));
}

#[test]
fn what_does_not_follow_is_refused_and_nothing_is_touched() {
    let ledger = sample::shared();
    let scene = Scene::of(ledger, &[20, 30]);
    scene.publish().unwrap();
    let before = scene.served();
    let mut fork = Ledger::with(1, 5);
    fork.disclose(vec![attachment(b"another")]);
    (6..41).for_each(|_| drop(fork.next()));
    let table = [
        ("another ledger", Scene::of(&Ledger::with(2, 40), &[40]), Code::CheckpointOriginMismatch),
        ("a restored backup", Scene::of(ledger, &[20]), Code::CheckpointStale),
        ("another history of that size", Scene::of(&fork, &[30]), Code::CheckpointRootMismatch),
        ("another history that goes on", Scene::of(&fork, &[40]), Code::CheckpointRootMismatch),
    ];
    for (what, other, code) in table {
        assert_eq!(fault(Publisher::new(&scene.site()).publish(&other.ledger())), code, "{what}");
        assert_eq!(scene.served(), before, "{what}");
        // Nor does it matter whether something was kept.
        let kept = scene.site().join("tmp/history");
        let bytes = fs::read(&kept).unwrap();
        fs::remove_file(&kept).unwrap();
        assert_eq!(fault(Publisher::new(&scene.site()).publish(&other.ledger())), code, "{what}");
        assert_eq!(scene.served(), before, "{what}");
        fs::write(kept, bytes).unwrap();
    }
    let live = Publisher::new(&scene.folder.path().join("ledger")).publish(&scene.ledger());
    assert!(matches!(live, Err(PublishError::LiveLedger(_))), "{live:?}");
    let empty = Scene::new();
    assert_eq!(fault(empty.publish()), Code::CheckpointMissing);
    assert!(!empty.site().exists());
}

#[test]
fn what_does_not_verify_is_not_published() {
    let ledger = sample::shared();
    let foreign = |folder: &Path, name: &str| {
        let checkpoint = sample::shared().checkpoint(30).checkpoint().clone();
        let signed = SignedCheckpoint::sign(checkpoint, &sample::shared().platform_key()).unwrap();
        fs::write(folder.join(name), signed.to_string()).unwrap();
    };
    let scene = Scene::of(ledger, &[20, 30]);
    let path = scene.folder.path().join("ledger/tail");
    let mut tail = fs::read(&path).unwrap();
    let at = tail.len() / 2;
    tail[at] ^= 1;
    fs::write(path, tail).unwrap();
    let published = scene.publish();
    assert!(matches!(published, Err(PublishError::Trouble(Trouble::Faults(_)))), "{published:?}");
    assert!(!scene.site().exists());
    for name in ["checkpoint", "checkpoints/30", "checkpoints/20"] {
        let scene = Scene::of(ledger, &[20, 30]);
        foreign(&scene.folder.path().join("ledger"), name);
        let code = if name.ends_with("20") { Code::CheckpointSizeMismatch } else { Code::CheckpointUnsigned };
        assert_eq!(fault(scene.publish()), code, "{name}");
        assert!(!scene.site().exists(), "{name}");
    }
}

#[test]
fn no_file_is_replaced_by_another_but_a_note_that_gained_signatures() {
    let ledger = sample::shared();
    let table = [
        ("tile/0/000", Code::TileMismatch),
        ("tile/entries/000", Code::EntryBundleMismatch),
        ("checkpoints/300", Code::NoteMalformed),
    ];
    for (name, code) in table {
        let mut scene = Scene::of(ledger, &[20]);
        scene.publish().unwrap();
        fs::create_dir_all(scene.site().join(name).parent().unwrap()).unwrap();
        fs::write(scene.site().join(name), "something else").unwrap();
        scene.grow(ledger, 300);
        assert_eq!(fault(scene.publish()), code, "{name}");
        assert_eq!(fs::read(scene.site().join(name)).unwrap(), b"something else");
        assert_eq!(Latest::of(&FolderBundle::open(&scene.site()).unwrap()).unwrap().checkpoint().size, 20);
    }
    let mut scene = Scene::of(ledger, &[20]);
    scene.publish().unwrap();
    let mut cosigned = ledger.checkpoint(20);
    cosigned.add_signature(NoteSignature::parse("— witness.example AAAAAQAAAAAAAAAAAA==").unwrap()).unwrap();
    scene.store.publish(&cosigned).unwrap();
    assert_eq!(scene.publish().unwrap().files, 2);
    assert_eq!(scene.served()["checkpoints/20"], cosigned.to_string().into_bytes());
    // One that lost them again stays as it was.
    scene.store.publish(&ledger.checkpoint(20)).unwrap();
    assert_eq!(scene.publish().unwrap().files, 0);
    assert_eq!(scene.served()[CHECKPOINT], cosigned.to_string().into_bytes());
}
