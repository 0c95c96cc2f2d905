//! A disk that keeps what was flushed, and of the rest what it likes.
//!
//! It is weaker than any that is sold, and no weaker than POSIX allows: what a file holds is durable once the file was
//! flushed, a name once its folder was; of what was not, any part may be there after a power cut, in any order, each name
//! by itself. Of a write that was not flushed, any sectors of 512 bytes may be there; or only the length that it gave the
//! file, with zeros. Where a flush fails, what it was to write to files is never written, and no later flush says so: Linux
//! takes those pages for clean.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::sync::Arc;

use crate::disk::Call;

/// Bytes that a disk writes whole or not at all.
pub(super) const SECTOR: u64 = 512;

/// The calls that wait for the disk.
pub(super) const FLUSHES: [&str; 3] = ["fsync", "fdatasync", "syncfs"];

/// A file or a folder, whatever its names.
type Node = usize;

/// What may be missing.
#[derive(Clone, Debug)]
enum Change {
    /// A folder has a name, of that node, or has it no more.
    Name {
        folder: Node,
        name: String,
        node: Option<Node>,
    },
    Write {
        file: Node,
        offset: u64,
        data: Arc<[u8]>,
    },
    /// A file has another length.
    Length {
        file: Node,
        length: u64,
    },
}

/// A change that is not durable yet.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    change: Change,
    /// Of which it is, for whoever reads what went wrong.
    pub said: String,
    /// Whether it is of the index, which may be in any state.
    pub indexed: bool,
}

impl Pending {
    /// Bytes that it writes.
    pub(super) fn bytes(&self) -> u64 {
        if let Change::Write { data, .. } = &self.change { data.len() as u64 } else { 0 }
    }
}

/// What a power cut does to a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Kept,
    Lost,
    /// Of a write, nothing but the length.
    Zeros,
    /// Of a write, the first so many sectors; and whether it gave the file its length all the same.
    Torn(u64, bool),
    /// Of a write, those sectors of which the bit is set, and its length.
    Holed(u64),
}

/// What a disk holds: by their paths files, each of which can have several, and folders.
pub(super) type Tree = BTreeMap<String, (Node, Option<Vec<u8>>)>;

/// The disk, and what happens to it.
#[derive(Clone, Default)]
pub(super) struct Disk {
    /// What files hold for sure; folders have none.
    files: Vec<Option<Vec<u8>>>,
    /// What folders hold for sure.
    names: BTreeMap<(Node, String), Node>,
    /// What they hold as long as there is power.
    live: BTreeMap<(Node, String), Node>,
    pending: Vec<Pending>,
    inodes: HashMap<u64, Node>,
}

const ROOT: Node = 0;

impl Disk {
    /// As the folder is now, all of it durable.
    pub(super) fn of(root: &Path) -> Self {
        let mut disk = Self::default();
        disk.add(fs::metadata(root).expect("a folder").ino(), None);
        disk.take(root, ROOT);
        disk
    }

    fn take(&mut self, path: &Path, node: Node) {
        for item in fs::read_dir(path).expect("a folder") {
            let item = item.expect("an item");
            let metadata = item.metadata().expect("what it is");
            let content = metadata.is_file().then(|| fs::read(item.path()).expect("a file"));
            let child = self.add(metadata.ino(), content);
            let name = item.file_name().into_string().expect("UTF-8");
            self.names.insert((node, name.clone()), child);
            self.live.insert((node, name), child);
            if metadata.is_dir() {
                self.take(&item.path(), child);
            }
        }
    }

    fn add(&mut self, inode: u64, content: Option<Vec<u8>>) -> Node {
        self.files.push(content);
        self.inodes.insert(inode, self.files.len() - 1);
        self.files.len() - 1
    }

    /// What is not durable, in order.
    pub(super) fn pending(&self) -> &[Pending] {
        &self.pending
    }

    /// Takes the next call. Returns whether it can have made a difference.
    pub(super) fn apply(&mut self, call: &Call) -> bool {
        let before = self.pending.len();
        let node = self.inodes.get(&call.inode).copied();
        if call.mark == 'f' && FLUSHES.contains(&call.name.as_str()) {
            let dropped = |file| call.name == "syncfs" || Some(file) == node;
            self.pending.retain(|it| !matches!(it.change, Change::Write { file, .. } if dropped(file)));
            return before != self.pending.len();
        }
        if call.result < 0 || "kl".contains(call.mark) {
            return false;
        }
        match call.name.as_str() {
            "open" if call.length == 1 || call.length == 3 => {
                let file = self.add(call.inode, Some(Vec::new()));
                if call.length == 1 {
                    self.name(call, &call.path, Some(file));
                }
            }
            "open" if call.length == 2 => self.file(call, node, |file| Change::Length { file, length: 0 }),
            "mkdir" => {
                let folder = self.add(call.inode, None);
                self.name(call, &call.path, Some(folder));
            }
            "write" => {
                let data: Arc<[u8]> = call.data.as_slice().into();
                self.file(call, node, |file| Change::Write { file, offset: call.offset, data });
            }
            "truncate" => self.file(call, node, |file| Change::Length { file, length: call.length }),
            "rename" => {
                assert!(call.length <= 1, "only renaming in the plain way is known");
                self.name(call, &call.path2, node);
                self.name(call, &call.path, None);
            }
            "link" => self.name(call, &call.path2, node),
            "unlink" | "rmdir" => self.name(call, &call.path, None),
            "fsync" | "fdatasync" => self.flush(|change| match change {
                Change::Name { folder, .. } => Some(*folder) == node,
                Change::Write { file, .. } | Change::Length { file, .. } => Some(*file) == node,
            }),
            "syncfs" => self.flush(|_| true),
            "open" | "chmod" | "sync_range" => {}
            other => panic!("{other} is not known to the disk"),
        }
        before != self.pending.len()
    }

    fn file(&mut self, call: &Call, node: Option<Node>, change: impl FnOnce(Node) -> Change) {
        let file = node.unwrap_or_else(|| panic!("{} of a file that nobody made", call.name));
        self.push(call, change(file));
    }

    fn push(&mut self, call: &Call, change: Change) {
        let said = format!("{} {} {} {}", call.number, call.name, call.path, call.path2);
        let indexed = call.path.contains("/index/") || call.path.ends_with("/index");
        self.pending.push(Pending { change, said, indexed });
    }

    fn name(&mut self, call: &Call, path: &str, node: Option<Node>) {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let inside = |at: Node, name: &str| self.live.get(&(at, name.to_owned())).copied();
        let folder = folder.split('/').filter(|name| !name.is_empty()).try_fold(ROOT, inside);
        let (folder, name) = (folder.expect("a folder that is there"), name.to_owned());
        match node {
            Some(node) => self.live.insert((folder, name.clone()), node),
            None => self.live.remove(&(folder, name.clone())),
        };
        self.push(call, Change::Name { folder, name, node });
    }

    /// Makes changes durable.
    fn flush(&mut self, which: impl Fn(&Change) -> bool) {
        let (flushed, left) = std::mem::take(&mut self.pending).into_iter().partition(|it: &Pending| which(&it.change));
        self.pending = left;
        for Pending { change, .. } in flushed {
            make(&mut self.files, &mut self.names, &change, Fate::Kept);
        }
    }

    /// What is there after a power cut that does that to each pending change.
    pub(super) fn cut(&self, fates: &[Fate]) -> Tree {
        let (mut files, mut names) = (self.files.clone(), self.names.clone());
        for (pending, fate) in self.pending.iter().zip(fates) {
            make(&mut files, &mut names, &pending.change, *fate);
        }
        let mut tree = Tree::new();
        collect(&files, &names, ROOT, "", &mut tree);
        tree
    }
}

fn make(files: &mut [Option<Vec<u8>>], names: &mut BTreeMap<(Node, String), Node>, change: &Change, fate: Fate) {
    if fate == Fate::Lost {
        return;
    }
    match change {
        Change::Name { folder, name, node: Some(node) } => drop(names.insert((*folder, name.clone()), *node)),
        Change::Name { folder, name, node: None } => drop(names.remove(&(*folder, name.clone()))),
        Change::Length { file, length } => {
            if let Some(content) = &mut files[*file] {
                content.resize(*length as usize, 0);
            }
        }
        Change::Write { file, offset, data } => {
            if let Some(content) = &mut files[*file] {
                write(content, *offset, data, fate);
            }
        }
    }
}

/// Writes what a power cut leaves of a write.
fn write(content: &mut Vec<u8>, offset: u64, data: &[u8], fate: Fate) {
    let (first, end) = (offset / SECTOR, offset + data.len() as u64);
    let kept = |sector: u64| match fate {
        Fate::Kept => true,
        Fate::Torn(sectors, _) => sector - first < sectors,
        Fate::Holed(bits) => bits >> ((sector - first) % 64) & 1 == 1,
        Fate::Lost | Fate::Zeros => false,
    };
    if !matches!(fate, Fate::Torn(_, false)) {
        content.resize(content.len().max(end as usize), 0);
    }
    for sector in (first..end.div_ceil(SECTOR)).filter(|sector| kept(*sector)) {
        let (from, to) = ((sector * SECTOR).max(offset), ((sector + 1) * SECTOR).min(end));
        content.resize(content.len().max(to as usize), 0);
        let bytes = &data[(from - offset) as usize..(to - offset) as usize];
        content[from as usize..to as usize].copy_from_slice(bytes);
    }
}

fn collect(
    files: &[Option<Vec<u8>>],
    names: &BTreeMap<(Node, String), Node>,
    folder: Node,
    path: &str,
    tree: &mut Tree,
) {
    for ((_, name), node) in names.range((folder, String::new())..(folder + 1, String::new())) {
        let path = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
        tree.insert(path.clone(), (*node, files[*node].clone()));
        if files[*node].is_none() {
            collect(files, names, *node, &path, tree);
        }
    }
}

/// Puts a tree into an empty folder.
pub(super) fn lay_out(tree: &Tree, root: &Path) {
    let mut laid = HashMap::new();
    for (path, (node, content)) in tree {
        let path = root.join(path);
        match (content, laid.get(node)) {
            (None, _) => fs::create_dir(&path).expect("a folder"),
            (Some(_), Some(first)) => fs::hard_link(first, &path).expect("a name more"),
            (Some(content), None) => fs::write(&path, content).expect("a file"),
        }
        laid.insert(*node, path.clone());
        if path.extension().is_some_and(|extension| extension == "pem") {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("its mode");
        }
    }
}
